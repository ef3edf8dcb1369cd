"""Speech and chewing by their rhythm, with and without a voice to hear."""

from __future__ import annotations

import numpy as np

from tests.spotting.simulate import Face
from unspoken.facs.units import UNIT_INDEX
from unspoken.settings import Settings
from unspoken.spotting.events import Artefact
from unspoken.spotting.mouth import chews
from unspoken.spotting.spotter import Spotter, spot
from unspoken.spotting.voice import VoiceTrack
from unspoken.timing import Interval


def artefacts(face: Face, voice: VoiceTrack | None = None) -> list[Artefact]:
    spotter = Spotter(Settings(), voice)
    for row in face.rows():
        spotter.push(row)
    spotter.finish()
    return spotter.artefacts


def covered(found: list[Artefact], kind: str, start: float, stop: float) -> float:
    span = Interval(start, stop)
    return sum(span.overlap_s(a.interval) for a in found if a.kind == kind)


def chewing(face: Face, start: float, stop: float, rate_hz: float = 1.4) -> Face:
    inside = (face.times >= start) & (face.times < stop)
    phase = 2 * np.pi * rate_hz * (face.times - start)
    face.amplitude[:, UNIT_INDEX["AU26"]] += inside * 0.08 * (1 - np.cos(phase))
    return face


def heard(*spans: tuple[float, float], until: float = 30.0) -> VoiceTrack:
    track = VoiceTrack()
    track.listened(Interval(0.0, until))
    for start, end in spans:
        track.add(Interval(start, end))
    return track


def test_without_sound_the_rhythm_of_the_mouth_says_who_speaks() -> None:
    found = artefacts(Face(30, seed=1).talk(8.0, 16.0))
    assert covered(found, "speech", 8.0, 16.0) > 6.5
    assert covered(found, "speech", 0.0, 7.3) + covered(found, "speech", 16.7, 30.0) == 0.0
    assert {a.source for a in found if a.kind == "speech"} == {"mouth"}


def test_a_voice_and_a_moving_mouth_are_own_speech() -> None:
    found = artefacts(Face(30, seed=1).talk(8.0, 16.0), heard((8.0, 16.0)))
    assert covered(found, "speech", 8.0, 16.0) > 7.0
    assert {a.source for a in found if a.kind == "speech"} == {"sound and mouth"}


def test_a_voice_over_a_still_mouth_is_somebody_else() -> None:
    found = artefacts(Face(30, seed=2), heard((8.0, 16.0)))
    assert covered(found, "speech", 0.0, 30.0) == 0.0
    assert covered(found, "voice", 8.0, 16.0) > 7.5
    assert {a.source for a in found if a.kind == "voice"} == {"sound"}


def test_a_moving_mouth_in_silence_is_no_speech() -> None:
    found = artefacts(Face(30, seed=3).talk(8.0, 16.0), heard())
    assert covered(found, "speech", 0.0, 30.0) == 0.0
    assert covered(found, "mouth_opening", 8.0, 16.0) > 6.0


def test_chewing_is_told_from_speech_and_from_rest() -> None:
    found = artefacts(chewing(Face(30, seed=4), 8.0, 18.0))
    assert covered(found, "chewing", 8.0, 18.0) > 8.0
    assert covered(found, "chewing", 0.0, 7.0) + covered(found, "chewing", 19.5, 30.0) == 0.0
    assert covered(found, "speech", 0.0, 30.0) < 1.0


def test_a_jaw_that_drops_once_does_not_chew() -> None:
    times = np.arange(0, 10, 1 / 30)
    once = 0.5 * np.clip((times - 5) / 0.4, 0, 1) * np.clip((7 - times) / 0.4, 0, 1)
    assert not chews(times, once + 0.01 * np.random.default_rng(0).normal(size=times.size)).any()


def test_speech_hushes_the_lower_face_and_leaves_the_brow_alone() -> None:
    """From its first syllable on, before the seconds around are loud."""
    lower = upper = 0
    for seed in range(6):
        face = Face(40, seed=seed).talk(20.0, 22.5).move("AU1L AU1R", 20.5, 20.65, 20.9, 0.25)
        events = [e for e in spot(face.rows()) if e.kind != "blink" and 19.5 < e.apex_s < 23.0]
        upper += any("AU1L" in e.action_units for e in events)
        lower += sum("AU1L" not in e.action_units for e in events)
    assert upper == 6 and lower <= 1


def test_a_micro_expression_on_a_smile_is_reported_beside_it() -> None:
    face = Face(60, seed=7).move("AU6L AU6R AU12L AU12R", 28, 28.7, 32.5, 0.5, hold=2.4)
    face.move("AU4L AU4R", 29.5, 29.62, 29.82, 0.3)
    events = [e for e in spot(face.rows()) if e.kind != "blink"]
    (macro,) = [e for e in events if e.kind == "macro"]
    (micro,) = [e for e in events if e.kind == "micro"]
    assert {"AU12L", "AU12R"} <= set(macro.action_units)
    assert {"AU4L", "AU4R"} == set(micro.action_units)
    assert macro.onset_s < micro.onset_s < micro.offset_s < macro.offset_s
