"""Nods, shakes and turns are told apart; sway is none of them."""

from __future__ import annotations

import numpy as np
import pytest

from unspoken.spotting.head import find_head_movements

TIMES = np.arange(0, 10, 1 / 30)
STILL = 0.05 * np.random.default_rng(1).normal(size=TIMES.size)


def swings(at: float, degrees: float, rate_hz: float, times: int) -> np.ndarray:
    t = np.clip(TIMES - at, 0, times / rate_hz)
    return degrees * (0.5 - 0.5 * np.cos(2 * np.pi * rate_hz * t))


@pytest.mark.parametrize("rate_hz", [1.5, 2.5, 4.0])
@pytest.mark.parametrize("times", [1, 3])
def test_a_nod_and_a_shake_are_found_at_their_time(rate_hz: float, times: int) -> None:
    moving = swings(4.0, 5.0, rate_hz, times) + STILL
    for kind, pitch, yaw in (("head_nod", moving, STILL), ("head_shake", STILL, moving)):
        (found,) = find_head_movements(TIMES, pitch, yaw)
        assert found.kind == kind
        assert found.start_s == pytest.approx(4.0, abs=0.15)
        assert found.end_s == pytest.approx(4.0 + times / rate_hz, abs=0.15)


def test_a_quick_swing_that_stays_is_a_turn() -> None:
    ramp = 12.0 * np.clip((TIMES - 5.0) / 0.3, 0, 1)
    (found,) = find_head_movements(TIMES, STILL, ramp + STILL)
    assert found.kind == "head_turn" and found.start_s == pytest.approx(5.0, abs=0.1)


def test_slow_sway_is_nothing() -> None:
    sway = 3.0 * np.sin(2 * np.pi * 0.3 * TIMES)
    assert find_head_movements(TIMES, sway + STILL, -sway + STILL) == []


def test_a_head_that_was_not_seen_is_nothing() -> None:
    unknown = np.full(TIMES.size, np.nan)
    assert find_head_movements(TIMES, unknown, unknown) == []
    assert find_head_movements(np.zeros(0), np.zeros(0), np.zeros(0)) == []
