"""Block means are what averaging every block by itself gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspoken.media.blocks import block_means


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 40), st.integers(0, 40), st.integers())
def test_means_are_those_of_whole_blocks(
    height: int, width: int, more_rows: int, more_columns: int, seed: int
) -> None:
    rng = np.random.default_rng(abs(seed))
    plane = rng.integers(0, 256, (height + more_rows, width + more_columns), dtype=np.uint8)
    down, across = plane.shape[0] // height, plane.shape[1] // width
    whole = plane[: down * height, : across * width].astype(np.float64)
    expected = whole.reshape(down, height, across, width).mean(axis=(1, 3))
    assert block_means(plane, height, width) == pytest.approx(expected, rel=1e-6)


def test_skipped_lines_may_be_given_as_they_are() -> None:
    plane = np.arange(64, dtype=np.uint8).reshape(8, 8)
    assert block_means(plane[::2], 2, 4).tolist() == [[9.5, 13.5], [41.5, 45.5]]
