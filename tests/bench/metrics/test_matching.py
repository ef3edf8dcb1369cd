"""One truth, one hit: the pairing of truths and answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.metrics.some_marks import bounds, mark, marks, some_marks, thresholds
from unspoken.bench.metrics import (
    Counts,
    Mark,
    Video,
    frame_iou,
    greedy_match,
    match,
    score_spotting,
    time_iou,
)


def test_two_answers_on_one_truth_are_one_hit_and_one_false_alarm() -> None:
    video = Video("a", marks((10, 19)), marks((10, 18), (11, 19)))
    assert score_spotting([video]).overall == Counts(tp=1, fp=1, fn=0)


def test_one_answer_over_two_truths_finds_one_of_them() -> None:
    """Frames 0-19 overlap 0-9 and 10-19 by half each: one is hit, the other missed."""
    video = Video("a", marks((0, 9), (10, 19)), marks((0, 19)))
    assert score_spotting([video]).overall == Counts(tp=1, fp=0, fn=1)


def test_of_two_answers_the_better_one_is_the_hit() -> None:
    (pair,) = match(marks((10, 19)), marks((8, 19), (10, 18)))
    assert pair.found == mark(10, 18)
    assert pair.iou == pytest.approx(0.9)


def test_reaching_the_threshold_is_enough() -> None:
    assert len(match(marks((10, 19)), marks((10, 14)), 0.5)) == 1
    assert len(match(marks((10, 19)), marks((10, 13)), 0.5)) == 0


def test_rounding_does_not_cost_a_hit() -> None:
    """0.1-0.7 s against 0.1-0.4 s is one half, though 0.30000000000000004 / 0.6 may not be."""
    for n in range(1, 60):
        truth = Mark("micro", 0, 6, n * 0.1, (n + 6) * 0.1)
        found = Mark("micro", 0, 3, n * 0.1, (n + 3) * 0.1)
        assert len(match([truth], [found], 0.5, time_iou)) == 1


def test_the_best_assignment_finds_what_greed_loses() -> None:
    """Truth A 0-9, B 10-15; answer p 0-3 fits A alone, answer q 4-12 fits A (6/13) better than B.

    Overlaps: p-A 4/10, q-A 6/13 = 0.46, q-B 3/12 = 0.25. Greed gives q to A; p and B go without.
    """
    truths, found = marks((0, 9), (10, 15)), marks((0, 3), (4, 12))
    assert len(greedy_match(truths, found, 0.25)) == 1
    best = match(truths, found, 0.25)
    assert [(pair.truth, pair.found) for pair in best] == list(zip(truths, found, strict=True))


def test_among_equally_many_pairs_the_overlap_decides() -> None:
    truths, found = marks((0, 9), (2, 11)), marks((0, 9), (2, 11))
    assert [pair.iou for pair in match(truths, found)] == [1.0, 1.0]


@pytest.mark.parametrize("threshold", [0.0, -0.1, 1.1, math.nan])
def test_thresholds_that_make_no_sense_are_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match="overlap asked for"):
        match(marks((0, 1)), marks((0, 1)), threshold)


def most_pairs(truths: Sequence[Mark], found: Sequence[Mark], threshold: float) -> int:
    """Try every way to pair them: slow and beyond doubt."""
    short, long = sorted((truths, found), key=len)
    return max(
        sum(frame_iou(a, b) >= threshold for a, b in zip(short, order, strict=True))
        for order in permutations(long, len(short))
    )


@given(some_marks, some_marks, thresholds)
def test_no_assignment_has_more_pairs(
    truths: tuple[Mark, ...], found: tuple[Mark, ...], threshold: float
) -> None:
    truths, found = truths[:5], found[:5]
    pairs = match(truths, found, threshold)
    assert len(pairs) == most_pairs(truths, found, threshold)
    assert len(pairs) >= len(greedy_match(truths, found, threshold))
    assert all(pair.iou >= threshold for pair in pairs)


@given(some_marks, some_marks, thresholds, st.randoms(use_true_random=False))
def test_order_does_not_matter(
    truths: tuple[Mark, ...],
    found: tuple[Mark, ...],
    threshold: float,
    chance: Random,
) -> None:
    a, b = list(truths), list(found)
    chance.shuffle(a)
    chance.shuffle(b)
    assert match(a, b, threshold) == match(truths, found, threshold)


@given(st.lists(bounds, max_size=8), some_marks)
def test_above_a_half_greed_does_no_harm_for_truths_that_are_apart(
    raw: list[tuple[int, int]], found: tuple[Mark, ...]
) -> None:
    """What the module says of thresholds above 0.5."""
    apart: list[Mark] = []
    for onset, offset in sorted(raw):
        if not apart or onset > apart[-1].offset_frame:
            apart.append(mark(onset, offset))
    assert len(greedy_match(apart, found, 0.51)) == len(match(apart, found, 0.51))
