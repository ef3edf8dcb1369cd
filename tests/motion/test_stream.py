"""From observations to evidence rows: what is measured, and what is a gap and why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.motion.conftest import Portrait
from unspoken.face.observation import FaceObservation, Pose
from unspoken.media.frame import Frame
from unspoken.motion.stream import EvidenceStream, head_rotation
from unspoken.settings import Settings


def seen(portrait: Portrait) -> FaceObservation:
    return FaceObservation(
        face_id=1,
        points=portrait.points,
        pose=portrait.pose,
        presence=0.99,
        measured=True,
    )


def at(frame: Frame, index: int) -> Frame:
    return Frame(index, index / 30, frame.luma, frame.chroma, frame.full_range)


def test_a_still_face_has_evidence_near_zero_and_no_gap(portrait: Portrait) -> None:
    stream = EvidenceStream(1, Settings())
    rows = [stream.push(at(portrait.frame, i), seen(portrait)) for i in range(10)]
    assert {row.gap for row in rows} == {""}
    assert np.abs(rows[-1].amplitude).max() < 0.05
    assert rows[-1].icd_px == pytest.approx(
        float(np.linalg.norm(portrait.points[133, :2] - portrait.points[362, :2]))
    )
    assert rows[-1].time_s == pytest.approx(9 / 30)


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        ({"pose": Pose(50.0, 0.0, 0.0)}, "pose"),
        ({"pose": Pose(0.0, -45.0, 0.0)}, "pose"),
        ({"presence": 0.1}, "occluded"),
    ],
)
def test_what_cannot_be_measured_is_a_gap_with_its_reason(
    portrait: Portrait, change: dict[str, Any], gap: str
) -> None:
    stream = EvidenceStream(1, Settings())
    row = stream.push(portrait.frame, replace(seen(portrait), **change))
    assert row.gap == gap
    assert np.isnan(row.amplitude).all()
    assert np.isnan(row.error).all()
    assert row.quality == 0.0


def test_a_tiny_face_is_too_small(portrait: Portrait) -> None:
    small = replace(seen(portrait), points=(portrait.points * 0.1).astype(np.float32))
    assert EvidenceStream(1, Settings()).push(portrait.frame, small).gap == "too_small"


def test_a_missing_face_is_a_gap_and_a_new_run_of_the_track_a_new_run(portrait: Portrait) -> None:
    stream = EvidenceStream(1, Settings())
    first = stream.push(at(portrait.frame, 0), seen(portrait))
    assert stream.push(at(portrait.frame, 1), None).gap == "no_face"
    again = stream.push(at(portrait.frame, 2), replace(seen(portrait), run=1))
    assert again.run == first.run + 1


def test_rotation_follows_the_documented_signs() -> None:
    nose = np.array([0.0, 0.0, -1.0])
    left = head_rotation(Pose(30.0, 0.0, 0.0)) @ nose
    up = head_rotation(Pose(0.0, 30.0, 0.0)) @ nose
    assert left[0] == pytest.approx(0.5)  # own left is the right of the picture
    assert up[1] == pytest.approx(-0.5)  # up is towards smaller y
    assert np.allclose(
        head_rotation(Pose(20.0, -10.0, 5.0)) @ head_rotation(Pose(20.0, -10.0, 5.0)).T, np.eye(3)
    )
