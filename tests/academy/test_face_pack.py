"""The face pack: whole, small, balanced, and its fields are those of the action units."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from unspoken.academy.people import Cast, load_people
from unspoken.academy.rendering import check_pack
from unspoken.errors import AssetError
from unspoken.facs.units import UNIT_KEYS

FACES = Path(str(files("unspoken") / "academy" / "faces"))
KINDS = {"i2": np.int16, "u2": np.uint16, "u1": np.uint8, "i1": np.int8}
#: The canonical head's landmarks, decimetres: where a unit must move most, person's left side.
BROW, EYE, CHEEK, MOUTH = (0.2, 7.5), (0.29, 7.36), (0.35, 7.0), (0.2, 6.75)


@pytest.fixture(scope="module")
def pack() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FACES / "pack.json").read_text())
    return found


@pytest.fixture(scope="module")
def content() -> bytes:
    return (FACES / "pack.bin").read_bytes()


def array(content: bytes, stored: list[Any]) -> NDArray[Any]:
    kind, offset, length = stored
    return np.frombuffer(content, KINDS[kind], length, offset)


def points(pack: dict[str, Any], content: bytes, name: str) -> NDArray[np.float64]:
    stored = array(content, pack["identities"][name]["points"])
    return np.asarray(stored.reshape(-1, 3) * pack["step"]["place"])


def field(pack: dict[str, Any], content: bytes, key: str) -> NDArray[np.float64]:
    head = pack["shared"]["head"]
    index, shift = head["fields"][key]
    out = np.zeros((head["vertices"], 3))
    out[array(content, index)] = array(content, shift).reshape(-1, 3) * pack["step"]["field"]
    return out


def test_every_file_is_there_with_its_digest_and_no_other(pack: dict[str, Any]) -> None:
    there = {path.name for path in FACES.iterdir() if path.is_file()}
    assert there == {*pack["files"], "pack.json", "PROVENANCE.json"}
    for name, digest in pack["files"].items():
        assert hashlib.sha256((FACES / name).read_bytes()).hexdigest() == digest, name


def test_a_damaged_pack_is_refused_by_name(tmp_path: Path) -> None:
    copy = tmp_path / "faces"
    shutil.copytree(FACES, copy)
    assert check_pack(copy)["format"] == 1
    (copy / "teeth.webp").write_bytes(b"no picture")
    with pytest.raises(AssetError, match=r"teeth\.webp .*expected sha256"):
        check_pack(copy)
    (copy / "pack.bin").unlink()
    with pytest.raises(AssetError, match=r"pack\.bin"):
        check_pack(copy)


def test_the_pack_stays_under_25_megabytes() -> None:
    assert sum(path.stat().st_size for path in FACES.iterdir()) < 25e6


def test_people_are_balanced_and_the_pools_are_apart(pack: dict[str, Any]) -> None:
    people = list(pack["identities"].values())
    assert len(people) >= 16
    counts = Counter((p["sex"], p["band"]) for p in people)
    assert set(counts.values()) == {4}
    assert len(counts) == 6
    for sex, band in counts:
        tones = {
            p["tone"].partition("-")[0] for p in people if (p["sex"], p["band"]) == (sex, band)
        }
        assert tones == {"light", "medium", "dark"}
    test = [p for p in people if p["pool"] == "test"]
    assert Counter((p["sex"], p["band"]) for p in test) == dict.fromkeys(counts, 2)
    assert Counter(p["tone"].partition("-")[0] for p in test) == {
        "light": 4,
        "medium": 4,
        "dark": 4,
    }


def test_every_form_shows_all_age_bands_all_tones_and_both_sexes() -> None:
    people = {person.name: person for person in load_people()}
    for names in Cast.of(list(people.values())).forms.values():
        shown = [people[name] for name in names]
        assert {p.band for p in shown} == {"young", "middle", "older"}
        assert {p.tone.partition("-")[0] for p in shown} == {"light", "medium", "dark"}
        assert {p.sex for p in shown} == {"female", "male"}


def test_only_items_on_the_list_were_used() -> None:
    record = json.loads((FACES / "PROVENANCE.json").read_text())
    assert len(record["packages"]) == 2
    allowed = ("eyes/HighPolyEyes", "teeth/Teeth_Base", "tongue/tongue01", "eyebrows/eyebrow0")
    for name in record["members"]:
        if name.split("/")[0] in {"eyes", "teeth", "tongue", "eyebrows", "eyelashes", "hair"}:
            known = name.startswith(allowed) or name.split("/")[1] in {
                "Eyelashes01",
                "eyelashes02",
            }
            # Targets of the shape library have folders of the same names, without a file ending.
            assert known or "." not in name, name


def test_there_is_a_field_for_every_measured_unit(pack: dict[str, Any]) -> None:
    fields = set(pack["shared"]["head"]["fields"])
    assert set(UNIT_KEYS) <= fields
    assert {"AU23", "AU27", "AU43L", "gaze_up", "gaze_down"} <= fields


@pytest.mark.parametrize(
    ("key", "place", "direction"),
    [
        ("AU1L", BROW, (0, 1)),
        ("AU2L", BROW, (0, 1)),
        ("AU4L", BROW, (-1, -1)),
        ("AU5L", EYE, (0, 1)),
        ("AU6L", CHEEK, (0, 1)),
        ("AU12L", MOUTH, (1, 1)),
        ("AU15L", MOUTH, (0, -1)),
        ("AU20L", MOUTH, (1, 0)),
        ("AU45L", EYE, (0, -1)),
    ],
)
def test_a_unit_moves_its_region_on_its_side_the_right_way(
    pack: dict[str, Any],
    content: bytes,
    key: str,
    place: tuple[float, float],
    direction: tuple[int, int],
) -> None:
    where, moved = points(pack, content, "f01"), field(pack, content, key)
    most = int(np.argmax(np.linalg.norm(moved, axis=1)))
    assert np.hypot(*(where[most, :2] - place)) < 0.3
    size = np.linalg.norm(moved, axis=1)
    # The middle belongs to both sides: brows that draw together pull at it.
    assert size[where[:, 0] > 0.1].sum() > 9 * size[where[:, 0] < -0.1].sum()
    for axis, sign in enumerate(direction):
        if sign:
            assert np.sign(moved[most, axis]) == sign


def test_left_and_right_mirror_each_other(pack: dict[str, Any], content: bytes) -> None:
    for unit in ("AU4", "AU12"):
        left, right = (np.abs(field(pack, content, unit + side)).max() for side in "LR")
        assert left == pytest.approx(right, rel=0.05)


def test_pressed_lips_do_not_smile(pack: dict[str, Any], content: bytes) -> None:
    """The corners rise by less than a fifth of what a smile does."""
    where = points(pack, content, "f01")
    smile = field(pack, content, "AU12L")[:, 1]
    corner = int(np.argmax(smile * (where[:, 1] < 6.9)))
    assert field(pack, content, "AU24")[corner, 1] < 0.2 * smile[corner]
    assert field(pack, content, "AU23")[corner, 1] < 0.2 * smile[corner]


@pytest.mark.parametrize("style", ["back", "bob", "short", "side", "buzz", "afro"])
def test_no_hair_hangs_before_the_brows(pack: dict[str, Any], content: bytes, style: str) -> None:
    for name, person in pack["identities"].items():
        if person["hair"]["kind"] != style:
            continue
        hair = array(content, person["hair"]["points"]).reshape(-1, 3) * pack["step"]["place"]
        before = (np.abs(hair[:, 0]) < 0.5) & (hair[:, 1] < 7.62) & (hair[:, 2] > 0.9)
        assert before.mean() < 0.001, name
