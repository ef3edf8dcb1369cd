"""The shipped AU basis moves the right places the right way."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from unspoken.errors import AssetError
from unspoken.facs.basis import IRISES, MESH_POINTS, AUBasis, load_basis, read_basis
from unspoken.facs.units import ACTION_UNITS, UNIT_INDEX, UNIT_KEYS

#: A point of the face mesh each unit must move, and the way it must go in the picture
#: (x to the right, y down; 0: not asked). Left-hand units; the right is the mirror image.
EXPECTED = {
    "AU1": (336, 0, -1),  # inner brow up
    "AU2": (300, 0, -1),  # outer brow up
    "AU4": (296, -1, 1),  # brow down and in
    "AU5": (386, 0, -1),  # upper lid up
    "AU6": (280, 0, -1),  # cheek up
    "AU7": (374, 0, -1),  # lower lid up
    "AU9": (358, 0, -1),  # nose wing up
    "AU10": (270, 0, -1),  # side of the upper lip up
    "AU12": (291, 1, -1),  # lip corner out and up
    "AU14": (291, 1, 0),  # lip corner out
    "AU15": (291, 0, 1),  # lip corner down
    "AU16": (405, 0, 1),  # lower lip down
    "AU17": (17, 0, -1),  # lower lip up
    "AU18": (291, -1, 0),  # lip corner in
    "AU20": (291, 1, 0),  # lip corner out
    "AU22": (17, 0, 1),  # lower lip out and down
    "AU24": (13, 0, 1),  # upper lip down onto the lower
    "AU25": (14, 0, 1),  # lower lip down
    "AU26": (152, 0, 1),  # chin down
    "AU28": (0, 0, 1),  # red of the upper lip rolls in
    "AU45": (386, 0, 1),  # upper lid down
}


@pytest.fixture(scope="module")
def basis() -> AUBasis:
    return load_basis()


def packed(basis: AUBasis, **changes: Any) -> bytes:
    """The shipped basis as a file, with some parts replaced."""
    parts: dict[str, Any] = {
        "fields": basis.fields,
        "points": basis.points,
        "triangles": basis.triangles,
        "peak_icd": basis.peak_icd,
        "keys": np.array(UNIT_KEYS),
        "provenance": np.array("{}"),
    }
    file = io.BytesIO()
    np.savez(
        file, **{name: part for name, part in {**parts, **changes}.items() if part is not None}
    )
    return file.getvalue()


def mirror_points(basis: AUBasis) -> NDArray[np.int64]:
    """For every mesh point the one on the other side of the face."""
    flipped = basis.points[:468] * [-1.0, 1.0, 1.0]
    apart = np.linalg.norm(basis.points[None, :468] - flipped[:, None], axis=2)
    return np.asarray(apart.argmin(axis=1), dtype=np.int64)


def test_one_field_per_unit_on_every_mesh_point(basis: AUBasis) -> None:
    assert basis.fields.shape == (len(UNIT_KEYS), MESH_POINTS, 3)
    assert basis.fields.dtype == np.float32
    assert np.isfinite(basis.fields).all()


def test_it_is_read_once_and_cannot_be_changed_by_accident(basis: AUBasis) -> None:
    assert load_basis() is basis
    with pytest.raises(ValueError, match="read-only"):
        basis.fields[0, 0, 0] = 1.0


@pytest.mark.parametrize("unit", ACTION_UNITS, ids=lambda unit: f"AU{unit.code}")
def test_every_unit_moves_its_muscles_skin_the_right_way(basis: AUBasis, unit: Any) -> None:
    point, across, down = EXPECTED[f"AU{unit.code}"]
    moved = basis.field(unit.keys[0])[point]
    strongest = basis.peak(unit.keys[0])
    for way, distance in ((across, moved[0]), (down, moved[1])):
        if way:
            assert way * distance > 0.2 * strongest, moved


@pytest.mark.parametrize("key", [k for k in UNIT_KEYS if k.endswith("L")])
def test_left_units_move_the_persons_left_which_is_right_in_the_picture(
    basis: AUBasis, key: str
) -> None:
    length = np.linalg.norm(basis.field(key), axis=1)
    # The lips are one soft band: a one-sided lower-lip unit reaches across the midline.
    assert (length @ basis.points[:, 0]) / length.sum() > 0.1


@pytest.mark.parametrize("key", [k for k in UNIT_KEYS if k.endswith("L")])
def test_right_units_are_mirror_images_of_left_units(basis: AUBasis, key: str) -> None:
    left, right = basis.field(key)[:468], basis.field(key[:-1] + "R")[:468]
    difference = left[mirror_points(basis)] * [-1.0, 1.0, 1.0] - right
    assert np.linalg.norm(difference, axis=1).mean() < 0.02 * basis.peak(key)


def test_upper_and_lower_lip_are_not_mistaken_for_each_other(basis: AUBasis) -> None:
    """The lips touch in the source mesh; a slip would carry the upper one along."""
    parted = basis.field("AU25")
    assert parted[13, 1] < -0.02
    assert parted[14, 1] > 0.05
    jaw = basis.field("AU26")
    assert jaw[14, 1] > 0.5
    assert abs(jaw[13, 1]) < 0.1


def test_a_blink_moves_the_upper_lid_and_leaves_the_lower_one_and_the_iris(basis: AUBasis) -> None:
    blink = basis.field("AU45R")
    assert blink[159, 1] > 0.3
    assert abs(blink[145, 1]) < 0.03
    assert not basis.fields[:, IRISES].any()


def test_peaks_agree_with_the_full_movement_of_the_face_units(basis: AUBasis) -> None:
    """Millimetres of the face units at full amplitude, measured on the source's own head."""
    millimetres = {"AU1L": 5.2, "AU4L": 6.9, "AU5L": 3.6, "AU9L": 4.8, "AU10L": 6.0, "AU12L": 18.7}
    millimetres |= {"AU14L": 7.9, "AU15L": 6.7, "AU17": 6.9, "AU20L": 8.6, "AU26": 38.7}
    icd = basis.provenance["face_units"]["icd_mm"]
    for key, expected in millimetres.items():
        assert basis.peak_icd[UNIT_INDEX[key], 0] * icd == pytest.approx(expected, rel=0.15), key


def test_provenance_names_bytes_and_licences(basis: AUBasis) -> None:
    for part in ("face_units", "mesh"):
        assert len(basis.provenance[part]["sha256"]) == 64
    assert basis.provenance["face_units"]["licence"] == "CC0-1.0"


def test_displace_adds_units_up(basis: AUBasis) -> None:
    both = basis.displace({"AU12L": 0.5, "AU4R": -0.25})
    np.testing.assert_allclose(
        both, 0.5 * basis.field("AU12L") - 0.25 * basis.field("AU4R"), atol=1e-6
    )
    assert not basis.displace({}).any()
    with pytest.raises(KeyError):
        basis.displace({"AU99": 1.0})


def test_a_file_of_other_units_is_refused(basis: AUBasis) -> None:
    with pytest.raises(AssetError, match="not this version's"):
        read_basis(packed(basis, keys=np.array(UNIT_KEYS[::-1])))


@pytest.mark.parametrize(
    "changes",
    [
        {"fields": np.zeros((3, 478, 3))},
        {"points": np.full((478, 3), np.nan)},
        {"points": np.zeros((478, 3))},
        {"peak_icd": None},
    ],
    ids=["too few units", "not finite", "no scale", "part missing"],
)
def test_a_damaged_file_is_refused(basis: AUBasis, changes: dict[str, Any]) -> None:
    with pytest.raises(AssetError):
        read_basis(packed(basis, **changes))


@pytest.mark.parametrize("data", [b"", b"not a basis", b"PK\x03\x04 cut off"])
def test_bytes_that_are_no_basis_are_refused(data: bytes) -> None:
    with pytest.raises(AssetError, match="not a readable AU basis"):
        read_basis(data)
