"""A voice for clips: at its time, in time with the captions, and refused where there is none."""

from __future__ import annotations

import shutil
from pathlib import Path

import av
import numpy as np
import pytest

from unspoken.academy.narration import Said, Speaker, add_sound, spoken_words, voice_track
from unspoken.cli import main
from unspoken.errors import OutputError, UsageError
from unspoken.filing import part_path
from unspoken.media.writer import ClipWriter

speaks = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="espeak-ng is not installed (apt-get install)"
)


def loudness(track: np.ndarray) -> float:
    """Root mean square, decibels below full scale."""
    return float(20 * np.log10(np.sqrt(np.mean((track / 32768.0) ** 2)) + 1e-9))


def test_without_the_program_it_is_refused_before_anything_is_drawn(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="espeak-ng, which was not found"):
        Speaker()
    out = tmp_path / "fear.mp4"
    assert main(["academy", "export-lesson", "fear", "--out", str(out), "--narrate"]) == 2
    assert "apt-get install espeak-ng" in capsys.readouterr().err and not out.exists()


def test_a_card_is_read_as_sentences() -> None:
    markup = (
        "<h2>Which?</h2><ol><li>A &amp; B</li><li>C</li></ol><p>So (<strong>it</strong>) is.</p>"
    )
    assert spoken_words(markup) == "Which? A & B. C. So (it) is."
    assert spoken_words("<p></p>") == ""


@speaks
def test_lines_come_at_their_time_and_never_over_each_other() -> None:
    cues = [(0.0, 0.8, "The whole brow goes up, and it is drawn together."), (0.8, 3.0, "Fear.")]
    first, second = Speaker().lines(10.0, cues)
    assert first.start_s == 10.0 and second.start_s >= first.end_s
    assert loudness(first.sound) > -35.0
    (alone,) = Speaker().lines(0.0, [(0.0, 9.0, cues[0][2])])
    assert first.sound.size < alone.sound.size  # read faster, because the cue is short


@speaks
@pytest.mark.parametrize("words", ["-w /nowhere/x.wav", "", "<b>100 %</b>"])
def test_words_are_words_whatever_they_look_like(words: str) -> None:
    (said,) = Speaker().lines(0.0, [(0.0, 5.0, words)])
    assert said.words == words and said.rate_hz > 8000


def test_the_track_has_each_line_where_it_belongs() -> None:
    tone = np.full(100, 1000, np.int16)
    track, rate_hz = voice_track([Said(1.0, "a", tone, 100), Said(2.5, "b", tone, 100)], 3.0)
    assert (track.size, rate_hz) == (300, 100)
    assert not track[:100].any() and track[100:200].all() and not track[200:250].any()
    assert track[250:].all()


def test_sound_lies_beside_pictures_that_stay_as_they_were(tmp_path: Path) -> None:
    silent, out = tmp_path / "silent.mp4", tmp_path / "out.mp4"
    with ClipWriter(silent, (64, 64), 30, tags={"comment": "synthetic"}) as writer:
        for k in range(90):
            writer.add(np.full((64, 64, 3), k, np.uint8), k / 30)
    rate_hz = 22_050
    track = np.zeros(3 * rate_hz, np.int16)
    beep = (12_000 * np.sin(2 * np.pi * 440 * np.arange(rate_hz // 2) / rate_hz)).astype(np.int16)
    track[rate_hz : rate_hz + beep.size] = beep
    add_sound(silent, out, track, rate_hz)
    with av.open(str(silent)) as one, av.open(str(out)) as two:
        before = [(p.pts, bytes(p)) for p in one.demux(video=0) if p.dts is not None]
        after = [(p.pts, bytes(p)) for p in two.demux(video=0) if p.dts is not None]
        assert [b for _t, b in before] == [b for _t, b in after]
        assert two.metadata["comment"] == "synthetic"
    with av.open(str(out)) as two:
        heard = [(float(f.time or 0.0), f.to_ndarray()) for f in two.decode(audio=0)]
    loud = [time for time, wave in heard if np.sqrt(np.mean(wave**2)) > 0.05]
    assert min(loud) == pytest.approx(1.0, abs=0.08) and max(loud) == pytest.approx(1.5, abs=0.08)
    with pytest.raises(OutputError):
        add_sound(silent, tmp_path / "no" / "such.mp4", track, rate_hz)
    assert [p.name for p in sorted(tmp_path.iterdir())] == ["out.mp4", "silent.mp4"]


def test_pictures_are_never_read_from_the_file_that_is_being_written(tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    silent = part_path(out).with_suffix(".mp4")
    silent.write_bytes(b"pictures")
    with pytest.raises(ValueError, match="overwritten"):
        add_sound(silent, out, np.zeros(100, np.int16), 22_050)
    assert silent.read_bytes() == b"pictures" and not out.exists()
