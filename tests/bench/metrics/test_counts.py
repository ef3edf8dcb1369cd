"""Precision, recall and F1 from counts."""

from __future__ import annotations

import math

import pytest
from hypothesis import given

from tests.bench.metrics.some_marks import counts, some_marks, thresholds
from unspoken.bench.metrics import Counts, Mark, Video, score_spotting


def test_ratios_by_hand() -> None:
    counted = Counts(tp=3, fp=1, fn=2)
    assert counted.precision == pytest.approx(3 / 4)
    assert counted.recall == pytest.approx(3 / 5)
    assert counted.f1 == pytest.approx(6 / 9)


def test_ratios_without_anything_are_not_a_number_and_without_a_hit_are_zero() -> None:
    assert all(math.isnan(x) for x in (Counts().f1, Counts().precision, Counts().recall))
    assert Counts(fn=4).f1 == 0.0
    assert math.isnan(Counts(fn=4).precision)
    assert Counts(fp=4).f1 == 0.0
    assert math.isnan(Counts(fp=4).recall)
    with pytest.raises(ValueError, match="cannot be negative"):
        Counts(tp=-1)


@given(counts)
def test_f1_is_the_harmonic_mean_bounded_and_blind_to_which_error_is_which(one: Counts) -> None:
    swapped = Counts(one.tp, one.fn, one.fp)
    if one == Counts():
        assert math.isnan(one.f1)
        return
    assert 0.0 <= one.f1 <= 1.0
    assert one.f1 == swapped.f1
    if one.tp:
        harmonic = 2 / (1 / one.precision + 1 / one.recall)
        assert one.f1 == pytest.approx(harmonic)
        assert min(one.precision, one.recall) <= one.f1 + 1e-12
        assert one.f1 <= max(one.precision, one.recall) + 1e-12


@given(some_marks, some_marks, thresholds)
def test_exchanging_truth_and_answer_exchanges_misses_and_false_alarms(
    truths: tuple[Mark, ...], found: tuple[Mark, ...], threshold: float
) -> None:
    there = score_spotting([Video("a", truths, found)], threshold).overall
    back = score_spotting([Video("a", found, truths)], threshold).overall
    assert (there.tp, there.fp, there.fn) == (back.tp, back.fn, back.fp)


@given(some_marks, some_marks)
def test_a_higher_threshold_never_finds_more(
    truths: tuple[Mark, ...], found: tuple[Mark, ...]
) -> None:
    hits = [
        score_spotting([Video("a", truths, found)], t).overall.tp for t in (0.2, 0.3, 0.5, 0.8, 1)
    ]
    assert hits == sorted(hits, reverse=True)
