"""Errors of onset, apex and offset."""

from __future__ import annotations

import math

import pytest

from tests.bench.metrics.some_marks import mark
from unspoken.bench.metrics import Mark, Match, apex_score, frame_iou, instant_errors


def pair(truth: Mark, found: Mark) -> Match:
    return Match(truth, found, frame_iou(truth, found))


def test_instants_by_hand() -> None:
    """Apex errors -2, +1, +4 frames of 100 ms; the fourth truth has no apex."""
    matches = [
        pair(mark(10, 20, apex=15), mark(11, 22, apex=13)),
        pair(mark(40, 50, apex=42), mark(40, 51, apex=43)),
        pair(mark(60, 66, apex=63), mark(59, 68, apex=67)),
        pair(mark(80, 90), mark(80, 90, apex=85)),
    ]
    apex = apex_score(matches)
    assert apex.errors.count == 3
    assert apex.errors.mean_abs_frames == pytest.approx(7 / 3)
    assert apex.errors.median_abs_frames == 2.0
    assert apex.errors.mean_abs_ms == pytest.approx(700 / 3)
    assert apex.errors.median_abs_ms == pytest.approx(200.0)
    assert apex.errors.bias_ms == pytest.approx(100.0)
    # Frame 67 lies outside 60-66; the truth without an apex still has an onset and an offset.
    assert (apex.inside.hits, apex.inside.trials) == (3, 4)
    onset = instant_errors(matches, "onset")
    assert onset.count == 4
    assert onset.median_abs_ms == pytest.approx(50.0)
    assert instant_errors(matches, "offset").bias_ms == pytest.approx(150.0)


def test_an_apex_on_the_edge_is_inside() -> None:
    assert apex_score([pair(mark(10, 20, apex=15), mark(9, 20, apex=10))]).inside.value == 1.0


def test_without_pairs_there_is_no_error() -> None:
    errors = instant_errors([], "onset")
    assert errors.count == 0
    assert math.isnan(errors.mean_abs_ms)
    assert math.isnan(apex_score([]).inside.value)
