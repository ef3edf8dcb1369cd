"""Fields move the right pixels."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.motion.conftest import Portrait
from unspoken.facs.units import UNIT_INDEX
from unspoken.motion.fields import HEAD_MODES

CENTRE = 80


def _energy(portrait: Portrait, key: str) -> NDArray[np.float32]:
    field = portrait.template.fields.units[UNIT_INDEX[key]]
    return np.asarray(np.hypot(field[..., 0], field[..., 1]))


@pytest.mark.parametrize("code", [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 16, 20, 45])
def test_left_is_the_persons_own_left_which_is_right_in_the_picture(
    portrait: Portrait, code: int
) -> None:
    left, right = _energy(portrait, f"AU{code}L"), _energy(portrait, f"AU{code}R")
    columns = np.arange(left.shape[1])
    assert (left * columns).sum() / left.sum() > (right * columns).sum() / right.sum() + 8


@pytest.mark.parametrize(
    ("key", "direction"), [("AU1L", -1), ("AU2R", -1), ("AU4L", 1), ("AU12L", -1), ("AU15R", 1)]
)
def test_brows_and_lip_corners_move_up_or_down_as_facs_says(
    portrait: Portrait, key: str, direction: int
) -> None:
    field = portrait.template.fields.units[UNIT_INDEX[key]]
    energy = _energy(portrait, key)
    strongest = energy > 0.7 * energy.max()
    assert np.sign(field[strongest, 1].mean()) == direction


def test_no_unit_moves_pixels_outside_the_mesh(portrait: Portrait) -> None:
    corner = portrait.template.fields.units[:, :6, :6]
    assert np.abs(corner).max() < 1e-3


def test_there_is_a_field_for_every_head_mode(portrait: Portrait) -> None:
    head = portrait.template.fields.head
    assert len(head) == len(HEAD_MODES)
    shift = head[HEAD_MODES.index("shift_x")]
    assert np.allclose(shift[..., 0], 1.0)
    assert np.allclose(shift[..., 1], 0.0)
