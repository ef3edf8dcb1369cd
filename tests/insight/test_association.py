"""Outcomes: by customer, by rank, and only with enough customers."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from unspoken.insight.association import Outcome, associate, outcomes_by_customer
from unspoken.insight.interactions import Interaction

NAMES = [f"C{i}" for i in range(40)]


def test_a_planted_rank_correlation_is_in_its_interval() -> None:
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(300):
        x, y = rng.multivariate_normal([0.0, 0.0], [[1.0, 0.6], [0.6, 1.0]], 40).T
        outcome = Outcome("csat", dict(zip(NAMES, y, strict=True)), False)
        found = associate("confusion", outcome, NAMES, np.exp(x), np.ones(40))
        held += found.estimate.holds(6.0 / math.pi * math.asin(0.3))
    assert held / 300 >= 0.92


def test_two_kinds_are_compared_in_pairs() -> None:
    rates = np.arange(40, dtype=float)
    outcome = Outcome("bought = yes", {n: float(i >= 20) for i, n in enumerate(NAMES)}, True)
    found = associate("satisfaction", outcome, NAMES, rates, np.ones(40))
    assert found.method == "pairs" and found.estimate.value == 1.0
    assert found.estimate.low > 0.8 and found.estimate.high == 1.0


@pytest.mark.parametrize(("customers", "having"), [(9, 4), (20, 4)])
def test_too_few_customers_are_said_to_be_too_few(customers: int, having: int) -> None:
    names = NAMES[:customers]
    outcome = Outcome("bought = yes", {n: float(i < having) for i, n in enumerate(names)}, True)
    found = associate("x", outcome, names, np.arange(customers, dtype=float), np.ones(customers))
    assert found.reason.startswith("Not enough data") and math.isnan(found.estimate.value)


def test_outcomes_in_words_become_two_kinds_and_more_than_two_are_left_out() -> None:
    base = Interaction("a", Path("a"), "C1", {}, {}, (), (), {})
    made = [
        replace(base, customer="C1", outcomes={"bought": "Yes", "mood": "good", "nps": 9.0}),
        replace(base, customer="C2", outcomes={"bought": "left", "mood": "bad", "nps": 3.0}),
        replace(base, customer="C3", outcomes={"bought": "yes", "mood": "odd", "nps": 6.0}),
    ]
    found, notes = outcomes_by_customer(made)
    assert [o.name for o in found] == ["bought = yes", "nps"]
    assert found[0].values == {"C1": 1.0, "C2": 0.0, "C3": 1.0} and found[0].two_kinds
    assert "mood" in notes[0]
