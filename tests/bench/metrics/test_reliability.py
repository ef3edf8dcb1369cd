"""Whether what was stated came true."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspoken.bench.metrics import probability_reliability, rate_reliability


def test_stated_rates_by_hand() -> None:
    """Ten minutes; alarms state 0.05, 0.1, 0.4, 0.4, 0.9: 2 at most 0.1 (1 expected), 5 at 1."""
    table = rate_reliability([0.4, 0.05, 0.9, 0.1, 0.4], 600.0, [1.0, 0.1])
    assert [step.stated_per_min for step in table] == [0.1, 1.0]
    assert [step.observed.count for step in table] == [2, 5]
    assert [step.ratio for step in table] == pytest.approx([2.0, 0.5])
    assert table[0].low < 1.0 < table[0].high


def test_honest_statements_come_out_as_honest() -> None:
    """Alarms at 3 a minute with stated rates uniform up to 3: the 95 % intervals hold 1."""
    rng = np.random.default_rng(4)
    held = 0
    for _ in range(300):
        stated = rng.uniform(0.0, 3.0, rng.poisson(3.0 * 50.0))
        (step,) = rate_reliability(stated.tolist(), 60 * 50.0, [0.5])
        held += step.low < 1.0 < step.high
    assert 0.92 < held / 300 < 1.0


@pytest.mark.parametrize(("stated", "step"), [([math.nan], 1.0), ([-0.1], 1.0), ([0.1], 0.0)])
def test_rates_that_cannot_be_are_refused(stated: list[float], step: float) -> None:
    with pytest.raises(ValueError, match="rate"):
        rate_reliability(stated, 60.0, [step])


def test_probabilities_by_hand() -> None:
    table = probability_reliability([0.1, 0.2, 0.5, 0.9, 1.0], [False, True, True, True, False], 2)
    assert [(b.low, b.high) for b in table] == [(0.0, 0.5), (0.5, 1.0)]
    assert [(b.observed.hits, b.observed.trials) for b in table] == [(1, 2), (2, 3)]
    assert [b.mean_stated for b in table] == pytest.approx([0.15, 0.8])
    assert math.isnan(probability_reliability([], [], 1)[0].mean_stated)


@pytest.mark.parametrize(
    ("stated", "true", "bins"), [([1.1], [True], 2), ([0.5], [], 2), ([0.5], [True], 0)]
)
def test_probabilities_that_cannot_be_are_refused(
    stated: list[float], true: list[bool], bins: int
) -> None:
    with pytest.raises(ValueError, match=r"probabilities"):
        probability_reliability(stated, true, bins)


@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.booleans())), st.integers(1, 12))
def test_every_statement_falls_into_one_bin(
    statements: list[tuple[float, bool]], bins: int
) -> None:
    table = probability_reliability([p for p, _ in statements], [t for _, t in statements], bins)
    assert sum(b.observed.trials for b in table) == len(statements)
    assert sum(b.observed.hits for b in table) == sum(t for _, t in statements)
