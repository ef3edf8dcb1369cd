"""The films of artefacts, their score, and one of them from picture to artefact."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from unspoken.bench.artefacts import KINDS, Found, Take, film, look, score, take_of
from unspoken.bench.disturbances import Flicker, JumpCut, LightStep, Shake, Sheet, repeats
from unspoken.bench.hand import Hand
from unspoken.bench.profiles import Blink, Chewing, HeadGesture
from unspoken.bench.simulate import Script
from unspoken.spotting.events import ARTEFACTS
from unspoken.timing import Interval

GREY = np.full((90, 120, 3), 120, np.uint8)


def test_every_kind_that_pictures_can_show_has_a_film() -> None:
    """Left out: what needs sound, moving eyes, or a lost face."""
    assert {take_of(kind).kind for kind in KINDS} - {"clean", "blurred"} == set(ARTEFACTS) - {
        *("voice", "mouth_opening", "gaze_shift", "track_edge"),
    }
    for kind in KINDS:
        take = take_of(kind)
        assert kind.startswith(take.kind) and bool(take.intervals) == (kind != "clean")


def test_disturbances_leave_pictures_outside_their_time_alone() -> None:
    span = Interval(2.0, 3.0)
    hand, sheet = Hand(span, 60, 50, 20), Sheet(span, 30, 20, 90, 70)
    for change in (hand, sheet, Shake(span), Flicker(span), LightStep(2.0)):
        assert np.array_equal(change(GREY, 1.9), GREY)
    for change in (hand, sheet, Flicker(span), LightStep(2.0)):
        assert not np.array_equal(change(GREY, 2.53), GREY)
    ramp = np.repeat(np.arange(120, dtype=np.uint8)[None, :, None], 90, 0).repeat(3, 2)
    assert JumpCut(2.0, 5.0)(ramp, 2.1)[40, 60, 0] == 55


def test_repeats_show_an_earlier_moment() -> None:
    times = np.arange(12) / 30
    seen = repeats(times, Interval(0.0, 1.0), 3)
    assert np.flatnonzero(seen != times).tolist() == [3, 6, 9]
    assert seen[6] == times[5]


def test_gestures_come_back_and_turns_stay() -> None:
    nod, turn = HeadGesture("head_nod", 1.0, 6.0, 2.0, 2), HeadGesture("head_turn", 1.0, 9.0)
    assert np.rad2deg(nod.pose(1.25)[4]) == pytest.approx(6.0)
    assert nod.interval.end_s == 2.0 and not nod.pose(2.5).any()
    assert np.rad2deg(turn.pose(5.0)[3]) == pytest.approx(9.0)
    assert np.array_equal(Script(gestures=(nod, turn)).pose(1.1), nod.pose(1.1) + turn.pose(1.1))


def test_lids_may_stay_down_and_a_jaw_goes_round() -> None:
    long = Blink(1.0, 0.4, 2.0, 0.8)
    assert long.closure(2.0) == 0.8 and long.interval.end_s == pytest.approx(3.4)
    assert long.closure(3.41) == 0.0
    jaw = [Chewing(Interval(0, 5), 1.0).amplitudes(t).get("AU26", 0.0) for t in (1.0, 1.5, 2.0, 6)]
    assert jaw[1] > 0.1 > jaw[0] == pytest.approx(jaw[2]) and jaw[3] == 0.0


def test_the_score_counts_found_missed_and_false() -> None:
    spans = (Interval(2.0, 3.0), Interval(6.0, 7.0))
    hit = Found(
        Take("flicker", spans, Script()), {"flicker": [Interval(2.1, 2.8)]}, [], seconds=30.0
    )
    other = Found(Take("clean", (), Script()), {"flicker": [Interval(1, 2)]}, [], seconds=30.0)
    figures = score("flicker", [hit, other])
    assert (figures["planted"], figures["found"], figures["false_per_min"]) == (2, 1, 2.0)
    assert figures["start_ms"] == pytest.approx(100) and figures["end_ms"] == pytest.approx(200)


def test_a_shaken_camera_is_found_from_pictures_to_artefact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unspoken.bench.artefacts.SECONDS", 6.0)
    found = look(take := take_of("camera_shake", 3), film(take, tmp_path / "shake.mp4", 3))
    shakes = found.artefacts["camera_shake"]
    assert shakes[0].start_s == pytest.approx(4.0, abs=0.2)
    assert shakes[-1].end_s == pytest.approx(5.0, abs=0.2)
    assert sum(s.duration_s for s in shakes) > 0.6


def test_the_hand_that_crosses_the_mouth_is_flagged_and_what_it_does_is_no_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is in the picture from 3.0 to 4.5 s."""
    monkeypatch.setattr("unspoken.bench.artefacts.SECONDS", 6.0)
    found = look(take := take_of("hand_over_face", 2), film(take, tmp_path / "hand.mp4", 2))
    hands = found.artefacts["hand_over_face"]
    assert min(hand.start_s for hand in hands) == pytest.approx(3.0, abs=0.4)
    assert max(hand.end_s for hand in hands) == pytest.approx(4.5, abs=0.4)
    assert found.events == []
