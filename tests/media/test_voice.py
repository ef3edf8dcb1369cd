"""A voice is heard when there is one, at its time on the recording's clock, and not otherwise."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from tests.media.voices import Sound, hiss, hum, voice
from unspoken.media.audio import RATE_HZ, SoundBlock, sound_blocks
from unspoken.media.voice import VoiceFinder, VoiceListener
from unspoken.timing import Interval


def blocks_of(sound: Sound, start_s: float = 0.0, size: int = 700) -> list[SoundBlock]:
    return [
        SoundBlock(start_s + i / RATE_HZ, sound[i : i + size], i == 0)
        for i in range(0, sound.size, size)
    ]


def heard(sound: Sound, start_s: float = 0.0) -> list[Interval]:
    finder = VoiceFinder()
    return [v for block in blocks_of(sound, start_s) for v in finder.push(block)]


def covered_s(voices: list[Interval], span: Interval) -> float:
    times = np.arange(span.start_s, span.end_s, 0.01)
    inside = np.zeros(times.size, dtype=bool)
    for v in voices:
        inside |= (times >= v.start_s) & (times <= v.end_s)
    return float(inside.sum()) * 0.01


@pytest.mark.parametrize("seed", range(3))
def test_a_voice_is_heard_where_it_is_and_nowhere_else(seed: int) -> None:
    sound = np.concatenate([hiss(2.0, seed), voice(3.0, seed) + hiss(3.0, seed + 9), hiss(2.0)])
    voices = heard(sound, start_s=1.5)
    assert covered_s(voices, Interval(3.5, 6.5)) > 2.4
    assert covered_s(voices, Interval(0.0, 3.3)) + covered_s(voices, Interval(7.3, 9.0)) < 0.1


def test_silence_hiss_and_a_steady_hum_are_no_voices() -> None:
    silence = np.zeros(3 * RATE_HZ, np.int16)
    for sound in (silence, hiss(5.0)):
        assert covered_s(heard(sound), Interval(0.0, 5.0)) < 0.1
    # Its sudden start may pass for one.
    assert covered_s(heard(hum(6.0)), Interval(1.5, 6.0)) < 0.1


def test_the_size_of_blocks_does_not_matter() -> None:
    sound = np.concatenate([hiss(1.0), voice(2.0)])
    spans = []
    for size in (256, 1024, 7000):
        finder = VoiceFinder()
        found = [v for b in blocks_of(sound, size=size) for v in finder.push(b)]
        spans.append((found[0].start_s, found[-1].end_s))
    assert spans[1] == pytest.approx(spans[0], abs=0.02)
    assert spans[2] == pytest.approx(spans[0], abs=0.02)


def test_a_hole_in_the_sound_ends_a_voice_and_keeps_the_clock() -> None:
    finder = VoiceFinder()
    first, second = blocks_of(voice(1.0)), blocks_of(voice(1.0, seed=1), start_s=5.0)
    voices = [v for b in [*first, *second] for v in finder.push(b)]
    assert all(v.end_s < 1.1 or v.start_s > 4.9 for v in voices)
    assert max(v.end_s for v in voices) == pytest.approx(6.0, abs=0.3)


def write_clip(path: Path, sound: Sound | None, audio_start_s: float = 0.0) -> Path:
    """Grey pictures, 25 a second, with sound that begins later."""
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 64, 64, "yuv420p"
        audio = None
        if sound is not None:
            audio = out.add_stream("aac", rate=RATE_HZ, layout="mono")
        for _ in range(50):
            picture = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 90, np.uint8), "rgb24")
            out.mux(video.encode(picture))
        out.mux(video.encode())
        if audio is not None and sound is not None:
            for i in range(0, sound.size - 1023, 1024):
                frame = av.AudioFrame.from_ndarray(sound[None, i : i + 1024], "s16", "mono")
                frame.sample_rate = RATE_HZ
                frame.time_base = Fraction(1, RATE_HZ)
                frame.pts = i + round(audio_start_s * RATE_HZ)
                out.mux(audio.encode(frame))
            out.mux(audio.encode())
    return path


def test_sound_that_starts_late_keeps_its_place(tmp_path: Path) -> None:
    sound = np.concatenate([hiss(0.5), voice(1.5), hiss(0.5)])
    clip = write_clip(tmp_path / "late.mkv", sound, audio_start_s=0.75)
    blocks = list(sound_blocks(clip))
    assert blocks[0].start_s == pytest.approx(0.75, abs=0.1)
    assert sum(b.after_hole for b in blocks) == 1
    listener = VoiceListener(clip)
    voices = [v for _, found in listener.until(10.0) for v in found]
    listener.close()
    assert min(v.start_s for v in voices) == pytest.approx(1.25, abs=0.15)
    assert max(v.end_s for v in voices) == pytest.approx(2.75, abs=0.25)


def test_a_clip_without_sound_and_a_text_give_nothing(tmp_path: Path) -> None:
    text = tmp_path / "notes.mp4"
    text.write_text("no film")
    for path in (write_clip(tmp_path / "mute.mp4", None), text, tmp_path / "not-there.mp4"):
        assert list(sound_blocks(path)) == []
        assert VoiceListener(path).until(1.0) == []


def test_listening_keeps_just_ahead_of_the_pictures() -> None:
    given: list[float] = []

    def blocks() -> object:
        for block in blocks_of(hiss(60.0)):
            given.append(block.start_s)
            yield block

    listener = VoiceListener(Path("unused"), blocks())  # type: ignore[arg-type]
    listener.until(5.0)
    assert 6.9 < given[-1] < 7.6
    listener.until(5.1)
    assert given[-1] < 7.6
