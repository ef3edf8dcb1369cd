"""Angles mean what they say: signs, scale, and independence of place and size."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.face.scenes import frame_of, portrait
from unspoken.face.canonical import canonical_face
from unspoken.face.nets import Detector, Mesh, Region
from unspoken.face.observation import Pose
from unspoken.face.pose import head_pose, pose_of_rotation, rotation_of_pose

angle = st.floats(min_value=-60, max_value=60)


@given(angle, angle, angle, st.floats(min_value=0.5, max_value=100), angle)
def test_a_rotated_face_shows_the_angles_it_was_rotated_by(
    yaw: float, pitch: float, roll: float, scale: float, shift: float
) -> None:
    head = canonical_face().points @ rotation_of_pose(Pose(yaw, pitch, roll)).T
    found = head_pose(head * scale + shift)
    assert (found.yaw_deg, found.pitch_deg, found.roll_deg) == pytest.approx((yaw, pitch, roll))


def test_signs_are_those_of_the_picture() -> None:
    def moved(pose: Pose, point: int) -> np.ndarray:
        points = canonical_face().points
        return np.asarray((points @ rotation_of_pose(pose).T - points)[point])

    nose_tip, left_eye = 1, 263
    assert moved(Pose(20, 0, 0), nose_tip)[0] > 1  # own left is the right of the picture
    assert moved(Pose(0, 20, 0), nose_tip)[1] < -1  # up
    assert moved(Pose(0, 0, 20), left_eye)[1] > 1  # clockwise: the right-hand eye sinks


@pytest.mark.parametrize("turn_deg", [-25.0, 15.0])
def test_a_picture_turned_clockwise_turns_the_head_about_the_line_of_sight(turn_deg: float) -> None:
    turn = rotation_of_pose(Pose(0.0, 0.0, turn_deg))
    expected = pose_of_rotation(turn @ rotation_of_pose(_portrait_pose(0.0)))
    pose = _portrait_pose(turn_deg)
    assert pose.roll_deg == pytest.approx(expected.roll_deg, abs=2.0)
    assert pose.yaw_deg == pytest.approx(expected.yaw_deg, abs=2.0)
    assert pose.pitch_deg == pytest.approx(expected.pitch_deg, abs=2.0)


def test_a_mirrored_portrait_has_opposite_yaw_and_roll() -> None:
    pose, mirrored = _portrait_pose(0.0), _portrait_pose(0.0, mirror=True)
    assert mirrored.yaw_deg == pytest.approx(-pose.yaw_deg, abs=3.0)
    assert mirrored.roll_deg == pytest.approx(-pose.roll_deg, abs=2.0)
    assert mirrored.pitch_deg == pytest.approx(pose.pitch_deg, abs=3.0)


def _portrait_pose(turn_deg: float, mirror: bool = False) -> Pose:
    picture = portrait()[:, ::-1] if mirror else portrait()
    middle = (287.0 if mirror else 224.0, 112.0)
    turn = cv2.getRotationMatrix2D(middle, -turn_deg, 1.0)
    frame = frame_of(np.asarray(cv2.warpAffine(picture, turn, (512, 512)), dtype=np.uint8))
    mesh = Mesh()
    points, _ = mesh.run(frame, Detector().find(frame)[0].region)
    points, _ = mesh.run(frame, Region.around_points(points))
    return head_pose(points)
