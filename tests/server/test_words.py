"""Figures in words say no more than what was measured."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspoken.server.words import points, threshold


def estimate(low_s: float, middle_s: float, high_s: float) -> dict[str, float]:
    return {"low_s": low_s, "threshold_s": middle_s, "high_s": high_s, "trials": 12}


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (estimate(0.041, 0.067, 0.102), "67 ms (41 to 102 ms)"),
        (estimate(0.009, 0.020, 0.031), "20 ms (under 17 ms to 31 ms)"),
        (estimate(0.006, 0.011, 0.031), "under 17 ms (up to 31 ms)"),
        (estimate(0.005, 0.008, 0.012), "under 17 ms"),
        (estimate(0.210, 0.400, 0.800), "400 ms (210 to over 500 ms)"),
        (estimate(0.310, 0.620, 0.900), "over 500 ms (from 310 ms)"),
        (estimate(0.510, 0.620, 0.900), "over 500 ms"),
        (estimate(0.010, 0.100, 0.800), "100 ms (under 17 ms to over 500 ms)"),
    ],
)
def test_what_the_display_cannot_show_is_not_printed_as_a_number(
    found: dict[str, float], words: str
) -> None:
    assert threshold(found, 60.0) == words


def test_a_faster_display_measures_further_down() -> None:
    found = estimate(0.009, 0.020, 0.031)
    assert threshold(found, 144.0) == "20 ms (9 to 31 ms)"


def test_without_answers_there_is_no_threshold() -> None:
    assert threshold(None, 60.0) == "not measured"
    assert threshold({**estimate(0.1, 0.1, 0.1), "trials": 0}, 60.0) == "not measured"


@given(st.lists(st.floats(0.004, 1.0), min_size=3, max_size=3), st.sampled_from([60, 75, 144]))
def test_no_number_lies_beyond_one_frame_or_half_a_second(ends: list[float], hz: int) -> None:
    low, middle, high = sorted(ends)
    said = threshold(estimate(low, middle, high), float(hz))
    assert all(round(1000 / hz) <= int(n) <= 500 for n in re.findall(r"\d+", said))


def test_differences_of_shares_have_a_sign() -> None:
    assert (points(0.163), points(-0.07), points(None)) == (
        "+16",
        "\N{MINUS SIGN}7",
        "not measured",
    )
