"""The nets see a face where there is one, in the right place, and none where there is none."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.face.scenes import background, frame_of, portrait
from unspoken.face.geometry import eye_opening, inner_eye_corners, mouth_opening
from unspoken.face.nets import (
    BLENDSHAPE_INDEX,
    BLENDSHAPES,
    Blendshapes,
    Detector,
    Mesh,
    Region,
)

# Read off the portrait by eye, pixels: inner corners of the right and the left eye.
EYES = np.array([[213.0, 104.0], [236.0, 105.0]])


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector()


@pytest.fixture(scope="module")
def mesh() -> Mesh:
    return Mesh()


def test_the_portrait_has_one_face_with_its_keypoints_inside(detector: Detector) -> None:
    (face,) = detector.find(frame_of(portrait()))
    left, top, right, bottom = face.box
    assert left < EYES[0, 0] and right > EYES[1, 0] and top < EYES[0, 1] < bottom
    assert face.keypoints[0, 0] < face.keypoints[2, 0] < face.keypoints[1, 0]  # right, nose, left


def test_an_empty_wall_has_no_face(detector: Detector) -> None:
    assert detector.find(frame_of(background().astype(np.uint8))) == []


def test_black_and_grey_pictures_have_no_face(detector: Detector) -> None:
    for level in (0, 128, 255):
        assert detector.find(frame_of(np.full((240, 320, 3), level, dtype=np.uint8))) == []


def test_the_mesh_finds_the_eyes_of_the_portrait(detector: Detector, mesh: Mesh) -> None:
    frame = frame_of(portrait())
    points, presence = mesh.run(frame, detector.find(frame)[0].region)
    assert presence > 0.95
    assert np.abs(np.array(inner_eye_corners(points)) - EYES).max() < 4.0


def test_the_mesh_doubts_a_wall(mesh: Mesh) -> None:
    frame = frame_of(background().astype(np.uint8))
    _, presence = mesh.run(frame, Region(300.0, 200.0, 200.0, 0.0))
    assert presence < 0.1


def test_the_mesh_moves_and_grows_with_the_picture(detector: Detector, mesh: Mesh) -> None:
    def points_in(picture: np.ndarray) -> np.ndarray:
        frame = frame_of(picture)
        points, _ = mesh.run(frame, detector.find(frame)[0].region)
        return mesh.run(frame, Region.around_points(points))[0].astype(np.float64)

    before = points_in(portrait()[:400, :400])
    larger = cv2.resize(portrait()[:400, :400], None, fx=1.5, fy=1.5)
    error = points_in(np.asarray(larger, dtype=np.uint8)) / 1.5 - before
    assert np.abs(error[:, :2]).mean() < 0.8


def test_a_smiling_face_scores_smile_and_open_eyes(detector: Detector, mesh: Mesh) -> None:
    frame = frame_of(portrait())
    points, _ = mesh.run(frame, detector.find(frame)[0].region)
    scores = Blendshapes().run(points)
    assert scores.shape == (52,) and scores.min() >= 0.0 and scores.max() <= 1.0
    assert scores[BLENDSHAPE_INDEX["mouthSmileLeft"]] > 0.5
    assert scores[BLENDSHAPE_INDEX["mouthSmileRight"]] > 0.5
    assert eye_opening(scores) > 0.6
    assert mouth_opening(scores) < 0.2


def test_blendshape_names_are_distinct_and_paired() -> None:
    assert len(set(BLENDSHAPES)) == 52
    assert {n[:-4] for n in BLENDSHAPES if n.endswith("Left") and n != "jawLeft"} == {
        n[:-5] for n in BLENDSHAPES if n.endswith("Right") and n != "jawRight"
    }


@given(
    st.floats(-1000, 3000),
    st.floats(-1000, 3000),
    st.floats(10, 2000),
    st.floats(-math.pi, math.pi),
)
def test_a_region_maps_its_centre_and_keeps_its_size(
    x: float, y: float, size: float, angle: float
) -> None:
    to_picture = Region(x, y, size, angle).to_picture(256)
    assert to_picture[:, :2] @ (128, 128) + to_picture[:, 2] == pytest.approx((x, y), abs=1e-6)
    assert np.linalg.det(to_picture[:, :2]) == pytest.approx((size / 256) ** 2)


@given(st.floats(-3.0, 3.0), st.floats(20.0, 500.0))
def test_the_region_around_a_turned_square_of_points_is_turned_with_it(
    angle: float, size: float
) -> None:
    rng = np.random.default_rng(0)
    upright = rng.uniform(-0.5, 0.5, (478, 3))
    upright[33, :2], upright[263, :2] = (-0.3, 0.0), (0.3, 0.0)
    c, s = math.cos(angle), math.sin(angle)
    points = upright * size
    points[:, :2] = points[:, :2] @ np.array([[c, s], [-s, c]]) + (300, 200)
    region = Region.around_points(points)
    extent = np.ptp(upright[:, :2], axis=0).max() * size
    assert region.size == pytest.approx(1.5 * extent)
    assert math.cos(region.angle - angle) == pytest.approx(1.0)
