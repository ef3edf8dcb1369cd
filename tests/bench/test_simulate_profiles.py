"""Time courses of the simulator: right at the named instants, the same at every frame rate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspoken.bench.profiles import Blink, PlantedEvent, Smile, Speech, Sway, rise_and_fall
from unspoken.timing import Interval

gap = st.floats(0.01, 3.0)


@given(onset=st.floats(-10, 1000), rise=gap, fall=gap, at=st.floats(-0.5, 1.5))
def test_a_movement_peaks_at_its_apex_and_is_zero_outside(
    onset: float, rise: float, fall: float, at: float
) -> None:
    apex, offset = onset + rise, onset + rise + fall
    assert rise_and_fall(apex, onset, apex, offset) == pytest.approx(1.0)
    time_s = onset + at * (rise + fall)
    strength = rise_and_fall(time_s, onset, apex, offset)
    assert 0.0 <= strength <= 1.0
    if not onset < time_s < offset:
        assert strength == 0.0


@given(rise=gap, fall=gap)
def test_a_movement_rises_before_its_apex_and_falls_after_it(rise: float, fall: float) -> None:
    event = PlantedEvent({"AU4L": 1.0}, 0.0, rise, rise + fall, 0.05)
    up = [event.strength(t) for t in np.linspace(0.0, rise, 20)]
    down = [event.strength(t) for t in np.linspace(rise, rise + fall, 20)]
    assert np.all(np.diff(up) >= 0.0)
    assert np.all(np.diff(down) <= 0.0)


@pytest.mark.parametrize(
    ("units", "times"),
    [
        ({"AU4L": 1.0}, (1.0, 1.0, 2.0)),
        ({"AU4L": 1.0}, (1.0, 3.0, 2.0)),
        ({"AU99": 1.0}, (1.0, 2.0, 3.0)),
        ({"AU4L": -1.0}, (1.0, 2.0, 3.0)),
        ({}, (1.0, 2.0, 3.0)),
    ],
)
def test_an_event_that_makes_no_sense_is_refused(
    units: dict[str, float], times: tuple[float, float, float]
) -> None:
    with pytest.raises(ValueError, match="must rise|known action units"):
        PlantedEvent(units, *times, peak_icd=0.05)


def test_a_blink_closes_fully_once() -> None:
    blink = Blink(2.0, 0.3)
    closure = np.array([blink.closure(t) for t in np.linspace(1.9, 2.4, 501)])
    assert closure.max() == pytest.approx(1.0, abs=1e-3)
    assert blink.closure(blink.shut_s) == pytest.approx(1.0)
    assert closure[0] == closure[-1] == 0.0


def test_a_smile_holds_its_strength() -> None:
    smile = Smile(1.0, rise_s=0.7, hold_s=1.0, fall_s=0.8, strength=0.3)
    assert smile.amplitudes(0.99) == {}
    assert smile.amplitudes(1.7)["AU12L"] == pytest.approx(0.3)
    assert smile.amplitudes(2.7)["AU12R"] == pytest.approx(0.3)
    assert smile.amplitudes(smile.interval.end_s + 0.01) == {}


def test_speech_moves_the_mouth_at_the_pace_of_syllables() -> None:
    speech = Speech(Interval(1.0, 21.0), seed=3)
    times = np.arange(1.0, 21.0, 0.01)
    opening = np.array([speech.amplitudes(t)["AU25"] for t in times])
    assert opening.min() >= 0.0
    power = np.abs(np.fft.rfft(opening - opening.mean())) ** 2
    rate = np.fft.rfftfreq(len(times), 0.01)
    centroid = (power * rate)[rate < 12].sum() / power[rate < 12].sum()
    assert 1.0 < centroid < 7.0
    assert speech.amplitudes(0.9) == {}


@given(seed=st.integers(0, 10_000))
def test_a_head_sways_by_about_as_much_as_asked(seed: int) -> None:
    sway = Sway(seed=seed, shift_icd=0.05, yaw_deg=1.2)
    pose = np.array([sway.pose(t) for t in np.arange(0.0, 120.0, 0.25)])
    assert 0.02 < pose[:, 0].std() < 0.09
    assert 0.5 < np.rad2deg(pose[:, 3].std()) < 2.2
    assert np.array_equal(sway.pose(3.21), Sway(seed=seed, shift_icd=0.05, yaw_deg=1.2).pose(3.21))
