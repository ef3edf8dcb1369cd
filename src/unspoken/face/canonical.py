"""The canonical face that comes with the nets: a neutral head looking straight ahead.

The bundle carries it as a small Protocol Buffers message, MediaPipe's ``GeometryPipelineMetadata``:
field 1 is the mesh with its vertex buffer (3) and triangle indices (4), field 2 the weighted points
for Procrustes alignment. The few fields used are read here directly.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from unspoken.errors import AssetError
from unspoken.face.weights import GEOMETRY_MEMBER, bundle_members

__all__ = ["SKIN_POINTS", "CanonicalFace", "canonical_face", "parse_geometry"]

#: The canonical face has no irises: the first 468 of the 478 mesh points.
SKIN_POINTS = 468

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


@dataclass(frozen=True, slots=True)
class CanonicalFace:
    """A neutral face in its own frame.

    Parameters
    ----------
    points : ndarray of float64, shape (468, 3)
        Centimetres; x to the right of the picture, y down, z away from the camera (the same
        handedness as `FaceObservation.points`).
    triangles : ndarray of int64, shape (n, 3)
        Indices into `points`.
    weights : ndarray of float64, shape (468,)
        How much each point counts in a rigid alignment; sums to 1, zero for most points.
    """

    points: NDArray[np.float64]
    triangles: NDArray[np.int64]
    weights: NDArray[np.float64]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Read one variable-length integer; returns it and the position after it."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("integer longer than 64 bits")


def _fields(data: bytes) -> Iterator[tuple[int, int | float | bytes]]:
    """Walk over a Protocol Buffers message: field number and raw value."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        value: int | float | bytes
        if kind == _VARINT:
            value, at = _varint(data, at)
        elif kind == _FIXED32:
            (value,) = struct.unpack_from("<f", data, at)
            at += 4
        elif kind == _FIXED64:
            (value,) = struct.unpack_from("<d", data, at)
            at += 8
        elif kind == _BYTES:
            length, at = _varint(data, at)
            value = data[at : at + length]
            if len(value) != length:
                raise ValueError("message ends early")
            at += length
        else:
            raise ValueError(f"unknown wire type {kind}")
        yield number, value


def parse_geometry(message: bytes) -> CanonicalFace:
    """Read the canonical face from its message.

    Parameters
    ----------
    message : bytes
        The bundle member :data:`~unspoken.face.weights.GEOMETRY_MEMBER`.

    Raises
    ------
    AssetError
        If the message does not hold a face of 468 points.
    """
    vertices: list[float] = []
    triangles: list[int] = []
    weights = np.zeros(SKIN_POINTS)
    try:
        for number, value in _fields(message):
            if number == 1 and isinstance(value, bytes):
                for inner, item in _fields(value):
                    if inner == 3 and isinstance(item, float):
                        vertices.append(item)
                    elif inner == 4 and isinstance(item, int):
                        triangles.append(item)
            elif number == 2 and isinstance(value, bytes):
                pair = dict(_fields(value))
                weights[int(pair.get(1, 0))] = float(pair.get(2, 0.0))
        points = np.array(vertices).reshape(SKIN_POINTS, 5)[:, :3]
        faces = np.array(triangles, dtype=np.int64).reshape(-1, 3)
        if faces.max() >= SKIN_POINTS or not weights.sum() > 0.0:
            raise ValueError("triangles or weights out of range")
    except (IndexError, TypeError, ValueError, struct.error) as error:
        raise AssetError(f"The canonical face in the weights cannot be read: {error}.") from error
    # The model's y points up and its z towards the camera; the mesh's y points down, z away.
    return CanonicalFace(points * np.array([1.0, -1.0, -1.0]), faces, weights / weights.sum())


@lru_cache(maxsize=1)
def canonical_face() -> CanonicalFace:
    """The canonical face of the bundle that ships with the package.

    Raises
    ------
    AssetError
        If the weights are missing or altered.
    """
    return parse_geometry(bundle_members()[GEOMETRY_MEMBER])
