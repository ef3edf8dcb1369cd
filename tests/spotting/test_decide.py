"""Peaks are picked once, and the timing rule is the one written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from unspoken.facs.units import UNIT_INDEX
from unspoken.spotting.channels import CHANNELS, contributing_units
from unspoken.spotting.decide import classify, find_peaks, one_movement
from unspoken.spotting.filters import BANK_S

Rule = Literal["onset", "strict"]
Array = NDArray[np.float64]

BANK = np.asarray(BANK_S)


def blank(n: int = 90) -> tuple[Array, Array]:
    return np.arange(n) / 30, np.zeros((n, len(CHANNELS), len(BANK)))


def test_nothing_gives_no_peaks() -> None:
    times, z = blank()
    assert find_peaks(times, z, BANK, "upper") == []
    assert find_peaks(times[:0], z[:0], BANK, "upper") == []


def test_one_movement_seen_by_several_channels_and_durations_is_one_peak() -> None:
    times, z = blank()
    unit = UNIT_INDEX["AU4L"]
    for k, height in ((3, 6.0), (4, 8.0), (5, 7.0)):
        z[40:44, unit, k] = height * np.array([0.9, 1.0, 0.95, 0.9])
    z[42, UNIT_INDEX["AU4R"], 3] = 5.0
    (peak,) = find_peaks(times, z, BANK, "upper")
    assert (peak.index, peak.channel, peak.duration_s) == (41, unit, 0.35)
    assert peak.statistic == pytest.approx(8.0)


def test_the_lower_face_is_searched_apart() -> None:
    times, z = blank()
    z[40, UNIT_INDEX["AU12L"], 3] = 9.0
    assert find_peaks(times, z, BANK, "upper") == []
    assert len(find_peaks(times, z, BANK, "lower")) == 1


def test_a_blink_unit_is_never_a_candidate() -> None:
    times, z = blank()
    z[40, [UNIT_INDEX["AU45L"], UNIT_INDEX["AU45R"]], 3] = 20.0
    assert find_peaks(times, z, BANK, "upper") == []


@pytest.mark.parametrize(
    ("onset", "total", "protocol", "kind"),
    [
        (0.15, 0.40, "onset", "micro"),
        (0.15, 0.40, "strict", "micro"),
        (0.25, 0.73, "onset", "micro"),
        (0.25, 0.73, "strict", "macro"),
        (0.45, 0.50, "onset", "micro"),
        (0.35, 0.80, "onset", "macro"),
        (0.20, 3.00, "onset", "macro"),
    ],
)
def test_micro_by_onset_or_by_total_as_the_protocol_says(
    onset: float, total: float, protocol: Rule, kind: str
) -> None:
    assert classify(0.0, onset, total, protocol, 30.0) == kind


def test_slow_footage_never_has_a_micro_expression() -> None:
    assert classify(0.0, 0.2, 0.4, "onset", 15.0) is None
    assert classify(0.0, 0.2, 0.8, "onset", 15.0) == "macro"


@given(st.floats(0, 2), st.floats(0, 3), st.sampled_from(["onset", "strict"]), st.floats(1, 240))
def test_no_micro_is_longer_than_a_second_and_strict_is_the_narrower_rule(
    rise: float, fall: float, rule: Rule, hz: float
) -> None:
    total = rise + fall
    kind = classify(0.0, rise, total, rule, hz)
    if kind == "micro":
        assert total <= 1.0 and hz >= 19.5
        assert classify(0.0, rise, total, "onset", hz) == "micro"


def test_one_side_alone_is_reported_alone() -> None:
    z, amplitude = np.zeros(35), np.zeros(35)
    left, right = UNIT_INDEX["AU14L"], UNIT_INDEX["AU14R"]
    z[left], z[right] = 9.0, 2.4
    amplitude[left], amplitude[right] = 0.3, 0.06
    pair = next(i for i, c in enumerate(CHANNELS) if set(c.units) == {left, right})
    assert contributing_units(pair, z, amplitude) == {"AU14L": 0.3}


def test_both_sides_are_reported_strongest_first() -> None:
    z, amplitude = np.zeros(35), np.zeros(35)
    for key, size in {"AU12L": 0.3, "AU12R": 0.35, "AU6L": 0.2, "AU6R": 0.2}.items():
        z[UNIT_INDEX[key]], amplitude[UNIT_INDEX[key]] = 30 * size, size
    channel = UNIT_INDEX["AU12R"]
    assert list(contributing_units(channel, z, amplitude)) == ["AU12R", "AU12L", "AU6L", "AU6R"]


@dataclass(frozen=True)
class View:
    onset_s: float
    apex_s: float
    offset_s: float


def test_a_view_within_another_that_peaks_with_it_is_the_same_movement() -> None:
    wide, narrow = View(12.33, 12.43, 12.85), View(12.39, 12.44, 12.50)
    assert one_movement(wide, narrow, share_unit=True)
    assert one_movement(narrow, wide, share_unit=True)
    assert not one_movement(wide, narrow, share_unit=False)  # a brow above a moving mouth


def test_a_brief_movement_within_a_long_one_is_its_own_when_it_peaks_apart() -> None:
    smile, brief = View(10.0, 10.8, 20.0), View(15.0, 15.15, 15.4)
    assert not one_movement(smile, brief, share_unit=True)


def test_movements_that_follow_each_other_are_two() -> None:
    assert not one_movement(View(1.0, 1.1, 1.4), View(1.4, 1.5, 1.8), share_unit=True)
