"""Copies are coded as their source was, at exactly its times."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.clips import film, frames_of
from unspoken.bench.recovery.encoding import choose_encoding, encode
from unspoken.media.source import open_source


def times_of(path: Path) -> list[float]:
    return [frame.time_s for frame in frames_of(path)]


def test_a_copy_has_exactly_the_times_of_its_source(tmp_path: Path) -> None:
    """A clock that jitters, on ticks of 1/90000 s."""
    rng = np.random.default_rng(2)
    times = np.cumsum(rng.choice([0.033, 0.034, 0.05, 0.1], 40)) + 0.5
    clip = film(tmp_path / "a.mp4", times_s=times.tolist(), size=(160, 120), icd_px=15.0)
    encoding = choose_encoding(clip, times_of(clip))
    with open_source(clip) as source:
        encode(source, tmp_path / "b.mp4", encoding)
    assert times_of(tmp_path / "b.mp4") == times_of(clip)


def test_bits_per_pixel_match_the_source(tmp_path: Path) -> None:
    """The source is crf 18; its copy takes a quality that needs about as many bits."""
    clip = film(tmp_path / "a.mp4", 2.0, size=(320, 240), icd_px=30.0)
    encoding = choose_encoding(clip, times_of(clip))
    assert encoding.codec == "libx264" and encoding.suffix == ".mp4"
    assert encoding.bits_per_px == pytest.approx(encoding.source_bits_per_px, rel=0.25)
    given = choose_encoding(clip, times_of(clip), crf=30)
    assert given.crf == 30 and given.bits_per_px < encoding.bits_per_px


def test_odd_sizes_lose_a_row_and_a_column(tmp_path: Path) -> None:
    """Colour at half size has none for them."""
    clip = film(
        tmp_path / "a.mkv",
        0.4,
        size=(162, 122),
        icd_px=15.0,
        change=lambda picture, _: picture[:120, :160],
    )
    frames = [f for f in frames_of(clip)]
    cut = [type(f)(f.index, f.time_s, f.luma[:119, :159]) for f in frames]
    encode(cut, tmp_path / "b.mp4", choose_encoding(clip, times_of(clip), crf=10))
    back = frames_of(tmp_path / "b.mp4")
    assert (back[0].width, back[0].height) == (158, 118)
    change = np.abs(back[3].luma.astype(float) - frames[3].luma[:118, :158])
    assert change.mean() < 2.0


def test_another_codec_is_replaced_and_noted(tmp_path: Path) -> None:
    from unspoken.media.writer import ClipWriter

    path = tmp_path / "a.avi"
    with ClipWriter(path, (64, 48), 25, codec="mjpeg", pix_fmt="yuvj420p") as clip:
        for level in range(10):
            clip.add(np.full((48, 64, 3), 20 * level, np.uint8))
    encoding = choose_encoding(path, times_of(path))
    assert encoding.codec == "libx264"
    assert any("mjpeg" in note for note in encoding.notes)
