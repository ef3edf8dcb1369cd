"""Columns go into Arrow and come out as they were, as Arrow's own ways would have it."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from unspoken.arrow import column, numbers, words

KINDS = [np.float32, np.float64, np.int8, np.int32, np.int64]


@given(
    st.lists(st.tuples(st.integers(-100, 100), st.booleans()), max_size=40),
    st.sampled_from(KINDS),
    st.integers(0, 9),
)
def test_numbers_come_out_as_arrow_itself_gives_them(
    cells: list[tuple[int, bool]], kind: Any, skipped: int
) -> None:
    values: NDArray[Any] = np.array([value for value, _ in cells], kind)
    known = np.array([here for _, here in cells], np.bool_)
    made = column(values, known)
    assert made.equals(pa.array(values, mask=~known))
    part = made.slice(skipped)
    wanted = part.to_numpy(zero_copy_only=False)
    assert numbers(part).dtype == wanted.dtype
    assert np.array_equal(numbers(part), wanted, equal_nan=True)


def test_a_strided_column_is_copied_in_its_own_order() -> None:
    table = np.arange(12).reshape(3, 4)
    assert column(table[:, 1]).to_pylist() == [1, 5, 9]


@pytest.mark.parametrize("texts", [[], ["", "a", "äöü", ""]])
def test_words_are_a_column_of_texts(texts: list[str]) -> None:
    assert words(texts).equals(pa.array(texts, pa.string()))


def test_signals_are_written_and_read_without_loading_pandas() -> None:
    code = """
import sys, numpy, pyarrow
from unspoken.arrow import column, numbers, words
numbers(column(numpy.ones(3), numpy.array([True, False, True]))), words(["a"])
sys.exit("pandas" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
