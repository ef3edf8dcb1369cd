"""Head pose in degrees from the mesh."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from unspoken.face.canonical import canonical_face
from unspoken.face.observation import Pose

__all__ = ["RigidFit", "fit_canonical", "head_pose", "pose_of_rotation", "rotation_of_pose"]


@dataclass(frozen=True, slots=True)
class RigidFit:
    """The similarity that carries the canonical face onto a mesh: ``scale * R @ x + shift``.

    Parameters
    ----------
    scale : float
        Picture pixels per centimetre of the canonical face.
    rotation : ndarray, shape (3, 3)
        Proper rotation.
    shift : ndarray, shape (3,)
        Picture pixels.
    """

    scale: float
    rotation: NDArray[np.float64]
    shift: NDArray[np.float64]


def fit_canonical(points: NDArray[np.floating]) -> RigidFit:
    """Weighted Procrustes fit of the canonical face to a mesh (weak perspective).

    Parameters
    ----------
    points : ndarray, shape (468 or 478, 3)
        Mesh in picture pixels, depth in the same scale.

    Returns
    -------
    RigidFit

    References
    ----------
    Umeyama 1991, "Least-squares estimation of transformation parameters between two point
    patterns", doi:10.1109/34.88573.
    """
    reference = _reference()
    target = points[reference.used].astype(np.float64)
    target_mean = reference.weight @ target
    u, singular, vt = np.linalg.svd((target - target_mean).T @ reference.weighted)
    flip = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    rotation = (u * flip) @ vt
    scale = float(singular @ flip) / reference.spread
    return RigidFit(scale, rotation, target_mean - scale * rotation @ reference.mean)


@dataclass(frozen=True, slots=True)
class _Reference:
    """The canonical points of the fit, prepared."""

    used: NDArray[np.intp]
    weight: NDArray[np.float64]
    mean: NDArray[np.float64]
    weighted: NDArray[np.float64]  # centred points times their weights
    spread: float


@lru_cache(maxsize=1)
def _reference() -> _Reference:
    face = canonical_face()
    used = np.flatnonzero(face.weights > 0.0)
    weight = face.weights[used]
    mean = weight @ face.points[used]
    centred = face.points[used] - mean
    spread = float(weight @ (centred**2).sum(axis=1))
    return _Reference(used, weight, mean, centred * weight[:, None], spread)


def pose_of_rotation(rotation: NDArray[np.float64]) -> Pose:
    """Angles of a rotation that takes the canonical face (looking at the camera) to a head.

    Yaw and pitch say where the nose points; roll is the turn about the head's own long nose-to-back
    axis that remains once they are undone.
    """
    nose = -rotation[:, 2]  # the face looks along -z
    yaw = np.arctan2(nose[0], -nose[2])
    pitch = np.arcsin(np.clip(-nose[1], -1.0, 1.0))
    unrolled = rotation_of_pose(Pose(float(np.degrees(yaw)), float(np.degrees(pitch)), 0.0))
    rest = unrolled.T @ rotation  # a turn about the head's own z axis
    roll = np.arctan2(rest[1, 0], rest[0, 0])
    return Pose(float(np.degrees(yaw)), float(np.degrees(pitch)), float(np.degrees(roll)))


def rotation_of_pose(pose: Pose) -> NDArray[np.float64]:
    """Rotation of the canonical face that shows the given pose.

    Returns
    -------
    ndarray, shape (3, 3)
    """
    yaw, pitch, roll = np.radians([-pose.yaw_deg, -pose.pitch_deg, pose.roll_deg])
    about_y = np.array(
        [[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]],
        dtype=np.float64,
    )
    about_x = np.array(
        [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]],
        dtype=np.float64,
    )
    about_z = np.array(
        [[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]],
        dtype=np.float64,
    )
    return np.asarray(about_y @ about_x @ about_z, dtype=np.float64)


def head_pose(points: NDArray[np.floating]) -> Pose:
    """Yaw, pitch and roll of a mesh, degrees; see :class:`Pose` for the signs.

    Parameters
    ----------
    points : ndarray, shape (468 or 478, 3)
        Mesh in picture pixels, depth in the same scale.
    """
    return pose_of_rotation(fit_canonical(points).rotation)
