"""Folders of pictures: order, kinds of pixels, sizes, and the clock the user states."""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.media.codedclips import coded_picture, number_of
from unspoken.errors import InputError, NotAVideo, UsageError
from unspoken.media.images import ImageSource, natural_order, read_picture


def write(path: Path, picture: np.ndarray) -> None:
    suffix = path.suffix.lower()
    done, data = cv2.imencode(suffix, picture)
    assert done
    path.write_bytes(data.tobytes())


def test_pictures_come_in_natural_order_at_index_over_rate(tmp_path: Path) -> None:
    for number in (10, 2, 1, 100, 0):
        write(tmp_path / f"img{number}.png", coded_picture(number))
    (tmp_path / "notes.txt").write_text("not a picture")
    write(tmp_path / ".hidden.png", coded_picture(5))
    with ImageSource(tmp_path, fps=200) as source:
        frames = list(source)
        clock, facts = source.clock, source.finish_facts()
    assert [number_of(f.luma) for f in frames] == [0, 1, 2, 10, 100]
    assert [f.time_s for f in frames] == [0.0, 1 / 200, 2 / 200, 3 / 200, 4 / 200]
    assert clock.median_rate_hz == pytest.approx(200)
    assert not clock.variable_rate
    assert (clock.frames, clock.duplicate_frames, clock.truncated) == (5, 0, False)
    assert facts.kind == "image sequence"
    ordered = [tmp_path / f"img{n}.png" for n in (0, 1, 2, 10, 100)]
    joined = b"".join(p.read_bytes() for p in ordered)
    assert facts.sha256 == hashlib.sha256(joined).hexdigest()
    assert facts.bytes == len(joined)


@given(st.lists(st.text(max_size=8), max_size=8))
def test_any_names_can_be_ordered(names: list[str]) -> None:
    """Digits of other scripts and mixtures of numbers and letters compare without an error."""
    keys = [natural_order(name) for name in sorted(names, key=natural_order)]
    assert all(a <= b for a, b in zip(keys, keys[1:], strict=False))


@given(st.lists(st.integers(0, 10**6), unique=True, min_size=2, max_size=8))
def test_numbers_in_names_count_as_numbers(numbers: list[int]) -> None:
    names = [f"take2_{n}.png" for n in numbers]
    in_order = [f"take2_{n}.png" for n in sorted(numbers)]
    assert sorted(names, key=natural_order) == in_order


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".JPEG", ".bmp", ".tif", ".TIFF"])
@pytest.mark.parametrize("kind", ["colour", "grey"])
def test_every_format_keeps_its_colours(tmp_path: Path, suffix: str, kind: str) -> None:
    rgb = np.zeros((32, 48, 3), np.uint8)
    rgb[:, :24], rgb[:, 24:] = (200, 80, 40), (60, 90, 160)
    picture = rgb[:, :, ::-1] if kind == "colour" else rgb[:, :, 0]
    write(tmp_path / f"a{suffix}", picture)
    with ImageSource(tmp_path, fps=25) as source:
        (frame,) = source
    shown = frame.rgb().astype(int)
    expected = rgb.astype(int) if kind == "colour" else np.repeat(rgb[:, :, :1], 3, 2).astype(int)
    for x in (8, 40):
        assert shown[16, x] == pytest.approx(expected[16, x], abs=4)
    assert (frame.chroma is None) == (kind == "grey")


def test_sixteen_bit_and_alpha_become_eight_bit_opaque(tmp_path: Path) -> None:
    deep = np.full((8, 8), 40000, np.uint16)
    write(tmp_path / "deep.png", deep)
    see_through = np.full((8, 8, 4), (10, 20, 30, 0), np.uint8)
    write(tmp_path / "alpha.png", see_through)
    white = np.full((8, 8, 3), 65535, np.uint16)
    write(tmp_path / "white.tiff", white)
    assert (read_picture(tmp_path / "deep.png") == round(40000 / 257)).all()
    assert read_picture(tmp_path / "alpha.png")[0, 0].tolist() == [10, 20, 30]
    assert (read_picture(tmp_path / "white.tiff") == 255).all()


def test_odd_sizes_have_rounded_up_chroma(tmp_path: Path) -> None:
    picture = np.full((33, 21, 3), (40, 80, 200), np.uint8)
    write(tmp_path / "a.png", picture)
    with ImageSource(tmp_path, fps=25) as source:
        (frame,) = source
    assert frame.chroma is not None
    assert frame.chroma[0].shape == (17, 11)
    assert frame.rgb()[32, 20].astype(int) == pytest.approx((200, 80, 40), abs=3)


def test_rate_is_needed_and_the_message_says_how(tmp_path: Path) -> None:
    write(tmp_path / "a.png", np.zeros((8, 8), np.uint8))
    with pytest.raises(UsageError, match="--fps"):
        ImageSource(tmp_path, fps=None)


def test_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(NotAVideo, match="found none"):
        ImageSource(tmp_path, fps=25)


def test_picture_of_another_size_is_named_and_earlier_ones_are_read(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / f"{number}.png", np.zeros((8, 8 if number < 2 else 9), np.uint8))
    with ImageSource(tmp_path, fps=25) as source:
        frames = iter(source)
        assert [next(frames).index, next(frames).index] == [0, 1]
        with pytest.raises(InputError, match=r"2\.png.*8 x 8.*9 x 8"):
            next(frames)
        assert source.clock.frames == 2


@pytest.mark.parametrize("data", [b"", b"not a picture at all"])
def test_broken_picture_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "broken.png").write_bytes(data)
    with pytest.raises(InputError, match=r"broken\.png"):
        ImageSource(tmp_path, fps=25)


def test_non_ascii_names_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "größe 東京"
    folder.mkdir()
    write(folder / "画像1.png", coded_picture(7))
    with ImageSource(folder, fps=25) as source:
        assert [number_of(f.luma) for f in source] == [7]
