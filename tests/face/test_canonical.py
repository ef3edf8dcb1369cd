"""The canonical face is read from the bundle, and only from a sound one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspoken.errors import AssetError
from unspoken.face.canonical import canonical_face, parse_geometry
from unspoken.face.weights import GEOMETRY_MEMBER, bundle_members


def test_the_face_is_upright_symmetric_and_looks_at_the_camera() -> None:
    points = canonical_face().points
    right_eye, left_eye, nose_tip, chin, brow = (points[i] for i in (33, 263, 1, 152, 10))
    assert right_eye[0] < 0 < left_eye[0]  # the person's right is on the left of the picture
    assert np.allclose(right_eye * (-1, 1, 1), left_eye, atol=1e-3)
    assert brow[1] < nose_tip[1] < chin[1]  # y points down
    assert nose_tip[2] < right_eye[2]  # z points away from the camera


def test_weights_are_a_distribution_and_triangles_use_all_skin_points() -> None:
    face = canonical_face()
    assert face.weights.sum() == pytest.approx(1.0)
    assert set(face.triangles.ravel()) == set(range(468))


@given(st.binary(max_size=200))
def test_bytes_that_are_no_geometry_are_an_asset_error(data: bytes) -> None:
    with pytest.raises(AssetError):
        parse_geometry(data)


@given(st.integers(min_value=0, max_value=19_000))
def test_a_message_cut_off_anywhere_is_an_asset_error(length: int) -> None:
    message = bundle_members()[GEOMETRY_MEMBER]
    with pytest.raises(AssetError):
        parse_geometry(message[:length])
