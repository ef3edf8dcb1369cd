"""What is said to be found half of the time is found half of the time, roughly."""

from __future__ import annotations

import numpy as np
import pytest

from tests.spotting.simulate import Face
from unspoken.facs.units import UNIT_KEYS
from unspoken.settings import Settings
from unspoken.spotting.events import Event
from unspoken.spotting.sensitivity import REPORTED_S
from unspoken.spotting.spotter import Spotter


def watched(face: Face) -> tuple[list[Event], Spotter]:
    spotter = Spotter(Settings())
    events = [e for row in face.rows() for e in spotter.push(row)] + spotter.finish()
    return events, spotter


def table(spotter: Spotter) -> dict[tuple[str, float], float]:
    return {(s.unit, s.duration_s): s.amplitude for s in spotter.sensitivity()}


def test_every_unit_and_duration_has_a_row_and_nothing_seen_is_infinite() -> None:
    seen = table(Spotter(Settings()))
    assert set(seen) == {(unit, d) for unit in UNIT_KEYS for d in REPORTED_S}
    assert all(np.isinf(a) for a in seen.values())


def test_longer_movements_may_be_smaller_and_slow_footage_loses_the_brief_ones() -> None:
    _, at_60 = watched(Face(20, fps=60, seed=1))
    _, at_10 = watched(Face(20, fps=10, seed=1))
    fast, slow = table(at_60), table(at_10)
    assert fast["AU4L", 0.1] > fast["AU4L", 0.33] > 0
    assert np.isinf(slow["AU4L", 0.1]) and np.isinf(slow["AU4L", 0.2])
    assert np.isfinite(slow["AU4L", 0.5])


def test_talk_takes_sensitivity_from_the_mouth_and_not_from_the_brow() -> None:
    _, calm = watched(Face(40, seed=2))
    _, talking = watched(Face(40, seed=2).talk(2, 38))
    quiet, loud = table(calm), table(talking)
    assert loud["AU4L", 0.33] < 1.3 * quiet["AU4L", 0.33]
    assert loud["AU12L", 0.33] > 2.0 * quiet["AU12L", 0.33]


@pytest.mark.parametrize(
    ("factor", "low", "high"), [(0.5, 0.0, 0.3), (1.0, 0.2, 0.9), (1.8, 0.8, 1.0)]
)
def test_half_of_the_movements_of_that_size_are_found(
    factor: float, low: float, high: float
) -> None:
    planted = np.arange(5.0, 115.0, 5.0)
    _, spotter = watched(Face(120, seed=8))
    size = factor * table(spotter)["AU4L", 0.33]
    face = Face(120, seed=8)
    for at in planted:
        face.move("AU4L", at, at + 0.13, at + 0.33, size)
    events, _ = watched(face)
    hits = [any(abs(e.apex_s - at - 0.13) < 0.15 for e in events) for at in planted]
    assert low <= np.mean(hits) <= high
