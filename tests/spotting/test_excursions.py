"""Macro-expressions: found at any length, against the face's own level."""

from __future__ import annotations

import numpy as np
import pytest

from tests.spotting.simulate import Face
from unspoken.spotting.excursions import HOLD_S, STEP_S, ExcursionDetector
from unspoken.spotting.spotter import spot


@pytest.mark.parametrize("total", [1.1, 1.5, 4.0, 10.0, 25.0])
def test_a_smile_of_any_length_is_one_macro_expression(total: float) -> None:
    rise = min(0.5, 0.4 * total)
    face = Face(total + 30, seed=1).drift(0.01)
    face.move("AU12L AU12R", 15.0, 15 + rise, 15 + total, 0.4, hold=total - 2 * rise)
    (event,) = [e for e in spot(face.rows()) if "AU12L" in e.action_units]
    assert event.kind == "macro" and set(event.action_units) >= {"AU12L", "AU12R"}
    assert event.onset_s == pytest.approx(15.0, abs=0.15)
    assert event.offset_s == pytest.approx(15.0 + total, abs=0.25)


def test_a_smile_that_fills_most_of_a_short_clip_is_found() -> None:
    """Half a second of rest, then a smile until the face is lost."""
    face = Face(2.5, fps=30, seed=2).move("AU12L AU12R AU6L AU6R", 0.6, 0.9, 9.0, 0.5, hold=7.0)
    events = [e for e in spot(face.rows()) if "AU12L" in e.action_units]
    assert [e.kind for e in events] == ["macro"]
    assert events[0].onset_s == pytest.approx(0.6, abs=0.1) and "long" in events[0].flags


def test_what_never_comes_back_becomes_the_usual_level() -> None:
    detector = ExcursionDetector()
    rng = np.random.default_rng(3)
    ended = []
    for second in range(150):
        times = np.asarray(second + STEP_S * (np.arange(10) + 0.5), dtype=np.float64)
        values = rng.normal(size=(10, 35)) * 0.01
        if second >= 20:
            values[:, 16] += 0.5
        ended += detector.push(times, values, np.zeros((0, 35)), np.full(35, 0.01))
    long = [e for e in ended if e.statistic > 10]
    assert len(long) == 1 and long[0].long
    assert long[0].stop_s - long[0].start_s == pytest.approx(HOLD_S, abs=0.3)
    now = detector.active("lower")
    assert now is None or now.statistic < 10


def test_a_slow_drift_is_no_expression() -> None:
    face = Face(120, seed=4)
    face.amplitude += np.sin(face.times / 120 * np.pi)[:, None] * 0.25
    assert spot(face.rows()) == []


def test_nothing_measured_gives_nothing() -> None:
    detector = ExcursionDetector()
    nothing = np.full((10, 35), np.nan)
    for second in range(5):
        times = np.asarray(second + STEP_S * (np.arange(10) + 0.5), dtype=np.float64)
        assert detector.push(times, nothing, nothing[:3], np.full(35, 0.01)) == []
    assert detector.restart() == []
