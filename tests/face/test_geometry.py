"""States read from blendshapes have the documented signs; boxes overlap as boxes do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from unspoken.face.geometry import (
    bounding_box,
    eye_opening,
    gaze,
    icd_px,
    mouth_opening,
    overlap,
)
from unspoken.face.nets import BLENDSHAPE_INDEX
from unspoken.face.observation import Pose


def scores(**values: float) -> NDArray[np.float32]:
    result = np.zeros(52, dtype=np.float32)
    for name, value in values.items():
        result[BLENDSHAPE_INDEX[name]] = value
    return result


def test_gaze_to_the_own_left_is_positive_whichever_eye_says_so() -> None:
    assert gaze(scores(eyeLookOutLeft=0.8))[0] == pytest.approx(0.4)
    assert gaze(scores(eyeLookInRight=0.8))[0] == pytest.approx(0.4)
    assert gaze(scores(eyeLookOutRight=1.0, eyeLookInLeft=1.0))[0] == pytest.approx(-1.0)


def test_gaze_up_is_positive() -> None:
    assert gaze(scores(eyeLookUpLeft=0.5, eyeLookUpRight=0.5)) == pytest.approx((0.0, 0.5))
    assert gaze(scores(eyeLookDownLeft=1.0, eyeLookDownRight=1.0))[1] == pytest.approx(-1.0)


def test_closed_relaxed_and_wide_eyes_are_in_order() -> None:
    closed = eye_opening(scores(eyeBlinkLeft=1.0, eyeBlinkRight=1.0))
    wink = eye_opening(scores(eyeBlinkLeft=1.0))
    wide = eye_opening(scores(eyeWideLeft=1.0, eyeWideRight=1.0))
    assert closed == 0.0 < wink < eye_opening(scores()) < wide == pytest.approx(1.0)


def test_a_dropped_jaw_behind_closed_lips_is_no_open_mouth() -> None:
    assert mouth_opening(scores(jawOpen=0.7)) == pytest.approx(0.7)
    assert mouth_opening(scores(jawOpen=0.3, mouthClose=0.3)) == 0.0


def test_icd_undoes_foreshortening_only_when_the_pose_is_given() -> None:
    points = np.zeros((478, 3))
    points[362, 0] = 30.0
    assert icd_px(points) == 30.0
    assert icd_px(points, Pose(60.0, 0.0, 0.0)) == pytest.approx(60.0)
    assert icd_px(points, Pose(85.0, 0.0, 0.0)) == pytest.approx(60.0)  # no more than doubled


box = st.tuples(*[st.floats(0, 100), st.floats(0, 100), st.floats(1, 50), st.floats(1, 50)]).map(
    lambda v: np.array([v[0], v[1], v[0] + v[2], v[1] + v[3]])
)


@given(box, box)
def test_overlap_is_symmetric_and_a_part(a: NDArray[np.float64], b: NDArray[np.float64]) -> None:
    assert overlap(a, b) == pytest.approx(overlap(b, a))
    assert 0.0 <= overlap(a, b) <= 1.0 + 1e-9
    assert overlap(a, a) == pytest.approx(1.0)


def test_a_box_inside_another_is_all_overlap_and_apart_is_none() -> None:
    outer, inner = np.array([0.0, 0, 10, 10]), np.array([2.0, 2, 4, 4])
    assert overlap(outer, inner) == 1.0
    assert overlap(outer, inner + 20) == 0.0
    assert bounding_box(np.array([[1.0, 5, 9], [3, 2, 9]])).tolist() == [1, 2, 3, 5]
