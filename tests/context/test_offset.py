"""The clock offset: found where it is there, refused where it is not."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.context.offset_trials import sound_of, talk, trial, written
from unspoken.context.offset import STEP_S, Offset, find_offset, offset_or_refuse
from unspoken.context.speech import SpeechEnergy, require_file, transcript_activity
from unspoken.context.transcript import Transcript, Utterance
from unspoken.errors import InputError, SourceNotFound


@pytest.mark.parametrize("seed", range(5))
def test_a_transcript_is_laid_over_its_own_recording(seed: int) -> None:
    found = trial(seed, 240.0, related=True)
    assert found.found.is_certain
    assert found.found.offset_s == pytest.approx(found.true_s, abs=0.3)


@pytest.mark.parametrize("seed", range(5))
def test_a_transcript_of_something_else_is_refused(seed: int) -> None:
    assert not trial(seed, 240.0, related=False).found.is_certain


def test_turns_that_repeat_are_ambiguous() -> None:
    said = [Utterance("", 4.0 * i, 4.0 * i + 2.0, "x") for i in range(40)]
    random = np.random.default_rng(0)
    sound = sound_of(said, random, 160.0)
    with pytest.raises(InputError, match="No offset can be told .* certainty .*--offset SECONDS"):
        offset_or_refuse(written(said, random, 7.0), sound)


def test_too_little_talk_is_refused() -> None:
    few = Transcript(tuple(Utterance("", float(i), i + 0.5, "x") for i in range(5)))
    sound = sound_of(talk(np.random.default_rng(0), 60.0), np.random.default_rng(0), 60.0)
    with pytest.raises(InputError, match="5 utterances; an offset needs at least 8"):
        find_offset(few, sound)


def test_what_makes_an_offset_certain() -> None:
    good = Offset(1.0, 0.6, 9.0, 0.2, 0.01)
    assert good.is_certain and "0 of 99 shuffled transcripts" in good.sentence()
    assert not replace(good, p_value=0.03).is_certain
    assert not replace(good, rival=0.58).is_certain
    assert not replace(good, correlation=0.2, rival=0.1).is_certain
    assert replace(good, rival=math.nan, rival_s=math.nan).is_certain


seconds = st.floats(0.0, 20.0)


@given(st.lists(st.tuples(seconds, seconds), max_size=6))
def test_activity_is_the_share_of_a_step_that_is_spoken(spans: list[tuple[float, float]]) -> None:
    said = tuple(Utterance("", min(p), max(p), "") for p in spans)
    found = transcript_activity(said, 0.5, 0.0, 50)
    fine = (np.arange(50 * 200) + 0.5) * 0.5 / 200
    spoken = np.zeros(fine.size)
    for one in said:
        spoken[(fine >= one.start_s) & (fine < one.end_s)] = 1.0
    assert np.allclose(found, spoken.reshape(50, 200).mean(axis=1), atol=0.02 * max(1, len(said)))


def sounding_file(path: Path, said: list[Utterance], length_s: float, start_s: float = 0.0) -> Path:
    """A file with noise in the band of voices where somebody speaks, and a hum throughout."""
    rate = 16000
    random = np.random.default_rng(3)
    times = np.arange(int(length_s * rate)) / rate
    level = np.zeros(times.size)
    for one in said:
        level[(times >= one.start_s) & (times < one.end_s)] = 1.0
    wave = 0.2 * level * random.normal(0.0, 1.0, times.size) + 0.1 * np.sin(2 * np.pi * 50 * times)
    wave += 0.002 * random.normal(0.0, 1.0, times.size)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=rate, layout="mono")
        block = 1600
        for at in range(0, times.size, block):
            piece = np.clip(32767 * wave[at : at + block], -32767, 32767).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(piece[None], "s16", "mono")
            frame.sample_rate = rate
            frame.pts = at + round(start_s * rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_the_sound_of_a_file_finds_the_offset_of_its_transcript(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    said = talk(random, 120.0)
    path = sounding_file(tmp_path / "talk.mkv", said, 120.0, start_s=2.0)
    sound = SpeechEnergy().track(path, STEP_S)
    moved = Transcript(tuple(Utterance("", u.start_s - 30.0, u.end_s - 30.0, "") for u in said))
    assert offset_or_refuse(moved, sound).offset_s == pytest.approx(32.0, abs=0.06)


def test_sound_that_says_nothing_is_told(tmp_path: Path) -> None:
    path = sounding_file(tmp_path / "hum.mkv", [], 10.0)
    with pytest.raises(InputError, match="equally loud throughout"):
        SpeechEnergy().track(path, STEP_S)
    with pytest.raises(SourceNotFound, match="--media FILE"):
        require_file(tmp_path / "gone.mp4")


def test_a_video_without_sound_is_told(tmp_path: Path) -> None:
    path = tmp_path / "silent.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for _ in range(5):
            picture = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    with pytest.raises(InputError, match="has no sound"):
        SpeechEnergy().track(path, STEP_S)
