"""Which units took part in a movement, and on which side."""

from __future__ import annotations

import numpy as np
import pytest

from unspoken.facs.units import UNIT_KEYS
from unspoken.spotting.channels import CHANNELS, contributing_units

INDEX = {key: i for i, key in enumerate(UNIT_KEYS)}


def took_part(channel: tuple[str, ...], **measured: tuple[float, float]) -> set[str]:
    """Units named for (amplitude, standard error) of some units; all others measured as nothing."""
    amplitude, error = np.zeros(len(UNIT_KEYS)), np.full(len(UNIT_KEYS), 0.02)
    for key, (value, se) in measured.items():
        amplitude[INDEX[key]], error[INDEX[key]] = value, se
    number = [c.units for c in CHANNELS].index(tuple(INDEX[key] for key in channel))
    return set(contributing_units(number, amplitude / error, amplitude))


def test_a_weaker_side_is_named_when_noise_alone_may_have_made_it_weaker() -> None:
    found = took_part(("AU4L", "AU4R"), AU4L=(0.10, 0.03), AU4R=(0.03, 0.03))
    assert found == {"AU4L", "AU4R"}


def test_a_side_that_clearly_moved_less_is_left_out() -> None:
    assert took_part(("AU4L", "AU4R"), AU4L=(0.30, 0.03), AU4R=(0.05, 0.03)) == {"AU4L"}


def test_a_clear_but_not_much_weaker_side_is_named() -> None:
    found = took_part(("AU12L",), AU12L=(0.30, 0.01), AU12R=(0.20, 0.01))
    assert found == {"AU12L", "AU12R"}


@pytest.mark.parametrize("other", [(0.0, 0.1), (-0.05, 0.1)])
def test_a_side_that_was_not_measured_or_moved_the_other_way_is_never_added(
    other: tuple[float, float],
) -> None:
    assert took_part(("AU14R",), AU14R=(0.2, 0.05), AU14L=other) == {"AU14R"}
