"""The canonical frame is found under any shift, turn and size of the face."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.motion.conftest import Portrait
from unspoken.facs.basis import load_basis
from unspoken.media.frame import Frame
from unspoken.motion.crop import STABLE_POINTS, canonical_icd_px, crop_luma, crop_transform, to_crop


@given(
    scale=st.floats(5.0, 200.0),
    turn=st.floats(-3.1, 3.1),
    x=st.floats(-500.0, 3000.0),
    y=st.floats(-500.0, 3000.0),
)
def test_a_moved_canonical_face_lands_on_the_same_crop_points(
    scale: float, turn: float, x: float, y: float
) -> None:
    points = load_basis().points.astype(np.float64)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    moved = points.copy()
    moved[:, :2] = points[:, :2] @ (scale * rotation).T + (x, y)
    plain = to_crop(crop_transform(points.astype(np.float32), 160), points.astype(np.float32))
    there = moved.astype(np.float32)
    found = to_crop(crop_transform(there, 160), there)
    assert np.abs(found[STABLE_POINTS, :2] - plain[STABLE_POINTS, :2]).max() < 0.2


def test_the_icd_of_the_crop_is_the_distance_of_the_inner_eye_corners() -> None:
    points = load_basis().points
    crop = to_crop(crop_transform(points * 50.0, 160), points * 50.0)
    assert np.isclose(np.linalg.norm(crop[133, :2] - crop[362, :2]), canonical_icd_px(160))


def test_limited_and_full_range_give_the_same_grey_levels(portrait: Portrait) -> None:
    transform = crop_transform(portrait.points, 160)
    full = crop_luma(portrait.frame, transform, 160)
    squeezed = (portrait.frame.luma.astype(np.float32) * 219 / 255 + 16.5).astype(np.uint8)
    limited = crop_luma(Frame(0, 0.0, squeezed), transform, 160)
    assert np.abs(full - limited).mean() < 1.0


def test_a_large_face_is_averaged_down_not_sampled(portrait: Portrait) -> None:
    """A one-pixel checker on a face four times the crop's size averages to grey."""
    checker = ((np.indices((900, 900)).sum(axis=0) % 2) * 255).astype(np.uint8)
    transform = np.array([[4.0, 0.0, 100.0], [0.0, 4.0, 100.0]])
    crop = crop_luma(Frame(0, 0.0, checker, None, True), transform, 160)
    assert float(crop.std()) < 3.0
    assert abs(float(crop.mean()) - 127.5) < 3.0
