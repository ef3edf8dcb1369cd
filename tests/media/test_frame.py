"""Patches and colours of single frames."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspoken.media.frame import Frame


def test_patch_is_the_piece_of_the_picture_it_maps_to() -> None:
    luma = np.arange(20 * 30, dtype=np.uint16).reshape(20, 30).astype(np.uint8)
    frame = Frame(0, 0.0, luma, full_range=True)
    shift = np.array([[1.0, 0.0, 4.0], [0.0, 1.0, 7.0]])
    assert np.array_equal(frame.luma_patch(shift, (10, 5)), luma[7:12, 4:14])


def test_outside_is_black_in_either_range() -> None:
    away = np.array([[1.0, 0.0, 500.0], [0.0, 1.0, 0.0]])
    luma = np.full((8, 8), 200, np.uint8)
    for full_range, black in ((True, 0), (False, 16)):
        frame = Frame(0, 0.0, luma, full_range=full_range)
        assert (frame.luma_patch(away, (4, 4)) == black).all()
        assert (frame.rgb_patch(away, (4, 4)) == 0).all()


@pytest.mark.parametrize("bt709", [False, True])
@pytest.mark.parametrize("full_range", [False, True])
@given(colour=st.tuples(*[st.integers(0, 255)] * 3))
def test_flat_colour_survives_both_matrices_and_ranges(
    bt709: bool, full_range: bool, colour: tuple[int, int, int]
) -> None:
    """RGB to planes by the standards' equations and back is off by rounding only."""
    red, green, blue = (c / 255 for c in colour)
    kr, kb = (0.2126, 0.0722) if bt709 else (0.299, 0.114)
    y = kr * red + (1 - kr - kb) * green + kb * blue
    cb, cr = (blue - y) / (2 * (1 - kb)), (red - y) / (2 * (1 - kr))
    base, span, chroma_span = (0, 255, 255) if full_range else (16, 219, 224)
    planes = [
        np.full(shape, np.clip(round(value), 0, 255), np.uint8)
        for shape, value in (
            ((6, 8), base + span * y),
            ((3, 4), 128 + chroma_span * cb),
            ((3, 4), 128 + chroma_span * cr),
        )
    ]
    frame = Frame(0, 0.0, planes[0], (planes[1], planes[2]), full_range, bt709)
    assert frame.rgb()[2, 3].astype(int) == pytest.approx(colour, abs=3)


def test_chroma_lies_where_luma_lies() -> None:
    """A red half stays on its side when the picture is enlarged."""
    rgb = np.zeros((32, 32, 3), np.uint8)
    rgb[:, 16:] = (255, 0, 0)
    planes = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb), dtype=np.uint8)
    luma, red, blue = (planes[:, :, i].copy() for i in range(3))
    frame = Frame(0, 0.0, luma, (blue[::2, ::2].copy(), red[::2, ::2].copy()), full_range=True)
    enlarged = frame.rgb_patch(np.array([[0.25, 0.0, 8.0], [0.0, 0.25, 8.0]]), (64, 64))
    redness = enlarged[32, :, 0].astype(int)
    assert redness[:24].max() < 40
    assert redness[40:].min() > 200
