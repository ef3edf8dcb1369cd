"""Geometry of the face pack: shaping, cutting, smoothing, light that reaches a point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from face_pack_sources import Base, Floats, Ints, Sources

__all__ = ["Head", "cut_head", "cylinder", "normals", "openness", "shape_base", "triangles"]

#: The canonical face's axis and the part of it that textures cover.
AXIS_Z, LOW_Y, HIGH_Y, HALF_ANGLE = 0.35, 6.0, 8.5, np.deg2rad(110)
Age = tuple[tuple[float, float, str, str], ...]
_AGES: Age = ((0.1875, 0.5, "child", "young"), (0.5, 1.0, "young", "old"))


def cylinder(points: Floats) -> Floats:
    """Texture coordinates of canonical points: angle about the head's axis, and height.

    Returns
    -------
    ndarray, shape (n, 2)
        u rises to the person's left, v rises upwards; both 0-1 over the face and the neck.
    """
    angle = np.arctan2(points[:, 0], points[:, 2] - AXIS_Z)
    high = (points[:, 1] - LOW_Y) / (HIGH_Y - LOW_Y)
    return np.stack([0.5 + angle / (2 * HALF_ANGLE), high], axis=-1)


def _between(value: float, low: str, middle: str, high: str) -> dict[str, float]:
    """Shares of three named shapes for a value from 0 to 1."""
    if value < 0.5:
        return {low: 1 - 2 * value, middle: 2 * value}
    return {middle: 2 - 2 * value, high: 2 * value - 1}


def shape_base(
    sources: Sources,
    base: Base,
    male: float,
    age: float,
    kin: tuple[float, float, float],
    weight: float = 0.5,
    local: Mapping[str, float] | None = None,
) -> Floats:
    """Vertices of one adult.

    Parameters
    ----------
    sources, base : Sources, Base
        Where shapes come from.
    male : float
        0 female to 1 male.
    age : float
        0.5 is 25 years, 1.0 is 90.
    kin : tuple of float
        Shares of the library's three groups of head shapes.
    weight : float
        0 slim to 1 heavy.
    local : mapping of str to float, optional
        Further shape targets and their strength.

    Returns
    -------
    ndarray, shape (19158, 3), decimetres
    """
    points = base.points.copy()
    old = (age - 0.5) / 0.5
    total = sum(kin)
    for sex, sex_share in (("female", 1 - male), ("male", male)):
        for band, band_share in (("young", 1 - old), ("old", old)):
            for name, share in zip(("caucasian", "asian", "african"), kin, strict=True):
                whole = sex_share * band_share * share / total
                _add(sources, points, f"macrodetails/{name}-{sex}-{band}", whole)
            for size, share in _between(weight, "minweight", "averageweight", "maxweight").items():
                name = f"macrodetails/universal-{sex}-{band}-averagemuscle-{size}"
                _add(sources, points, name, sex_share * band_share * share)
    for name, strength in (local or {}).items():
        for side in ("l-", "r-") if "/*" in name else ("",):
            _add(sources, points, name.replace("/*", f"/{side}"), strength)
    return points


def _add(sources: Sources, points: Floats, name: str, strength: float) -> None:
    if abs(strength) > 1e-4:
        index, shift = sources.target(name)
        points[index] += strength * shift


@dataclass(frozen=True)
class Head:
    """Head, neck and shoulders, smoothed once.

    Parameters
    ----------
    smooth : sparse matrix, shape (n, 19158)
        From base vertices to the head's.
    quads : ndarray, shape (m, 4)
        Faces over the head's vertices.
    uv : ndarray, shape (n, 2)
        The base mesh's texture coordinates of every vertex (of one of them at seams).
    """

    smooth: sp.csr_matrix
    quads: Ints
    uv: Floats

    def points(self, base_points: Floats) -> Floats:
        """The head's vertices, or how they move, for those of the base mesh; shape (n, 3)."""
        return np.asarray(self.smooth @ base_points)


def cut_head(base: Base) -> Head:
    """Cut the body below the shoulders and smooth it once (Catmull & Clark 1978)."""
    body = base.faces[base.group == "body"]
    uv_body = base.uv_faces[base.group == "body"]
    corners = base.points[body]
    keep = (corners[:, :, 1].min(axis=1) > 4.6) & (np.abs(corners[:, :, 0]).max(axis=1) < 2.3)
    used, quads = np.unique(body[keep], return_inverse=True)
    quads = quads.reshape(-1, 4)
    uv = np.zeros((len(used), 2))
    uv[quads.ravel()] = base.uv[uv_body[keep].ravel()]
    smooth, fine = _catmull_clark(len(used), quads)
    pick = sp.csr_matrix(
        (np.ones(len(used)), (np.arange(len(used)), used)), shape=(len(used), len(base.points))
    )
    return Head((smooth @ pick).tocsr(), fine, np.asarray(smooth @ uv))


def _catmull_clark(count: int, quads: Ints) -> tuple[sp.csr_matrix, Ints]:
    """One step of subdivision as a matrix, and the new quads."""
    n_faces = len(quads)
    pairs = np.stack([quads, np.roll(quads, -1, axis=1)], axis=-1).reshape(-1, 2)
    edges, of_face = np.unique(np.sort(pairs, axis=1), axis=0, return_inverse=True)
    of_face = of_face.reshape(-1, 4)
    n_edges = len(edges)
    rows4 = np.repeat(np.arange(n_faces), 4)
    to_face = sp.csr_matrix((np.full(4 * n_faces, 0.25), (rows4, quads.ravel())), (n_faces, count))
    to_middle = sp.csr_matrix(
        (np.full(2 * n_edges, 0.5), (np.repeat(np.arange(n_edges), 2), edges.ravel())),
        (n_edges, count),
    )
    touching = sp.csr_matrix((np.ones(4 * n_faces), (of_face.ravel(), rows4)), (n_edges, n_faces))
    border = np.asarray(touching.sum(axis=1)).ravel() < 2
    inner = sp.diags((~border).astype(float))
    to_edge = sp.diags(border.astype(float)) @ to_middle + inner @ (
        0.5 * to_middle + 0.25 * touching @ to_face
    )
    of_edge = sp.csr_matrix(
        (np.ones(2 * n_edges), (edges.ravel(), np.repeat(np.arange(n_edges), 2))), (count, n_edges)
    )
    of_vertex = sp.csr_matrix((np.ones(4 * n_faces), (quads.ravel(), rows4)), (count, n_faces))
    valence = np.asarray(of_edge.sum(axis=1)).ravel()
    around = np.asarray(of_vertex.sum(axis=1)).ravel()
    on_border = np.zeros(count, dtype=bool)
    on_border[edges[border].ravel()] = True
    inside = (
        sp.diags(1 / (valence * around)) @ of_vertex @ to_face
        + sp.diags(2 / valence**2) @ of_edge @ to_middle
        + sp.diags((valence - 3) / valence)
    )
    rim = 0.5 * sp.identity(count) + 0.25 * of_edge @ sp.diags(border.astype(float)) @ to_middle
    to_vertex = sp.diags((~on_border).astype(float)) @ inside + sp.diags(
        on_border.astype(float)
    ) @ (rim)
    middle = count + of_face
    centre = np.repeat(np.arange(n_faces) + count + n_edges, 4).reshape(-1, 4)
    fine = np.stack([quads, middle, centre, np.roll(middle, 1, axis=1)], axis=-1).reshape(-1, 4)
    return sp.vstack([to_vertex, to_edge, to_face]).tocsr(), fine


def triangles(polygons: list[list[int]] | Ints) -> Ints:
    """Triangles of convex polygons, shape (n, 3)."""
    fans = [(p[0], p[k], p[k + 1]) for p in polygons for k in range(1, len(p) - 1)]
    return np.array(fans, dtype=np.int64)


def normals(points: Floats, faces: Ints) -> Floats:
    """Area-weighted normals of vertices, shape (n, 3)."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    flat = np.cross(b - a, c - a)
    out = np.zeros_like(points)
    for k in range(3):
        np.add.at(out, faces[:, k], flat)
    length = np.linalg.norm(out, axis=1, keepdims=True)
    return np.asarray(out / np.maximum(length, 1e-12))


def openness(points: Floats, faces: Ints, directions: int = 120, cells: int = 110) -> Floats:
    """How much of the sky every vertex sees, 0-1, cosine-weighted.

    Depth maps of the mesh are made from many directions (points on a sphere after Fibonacci) by
    throwing a dense sample of its surface into cells; a vertex is lit from a direction when little
    lies before it there.
    """
    k = np.arange(directions) + 0.5
    polar, turn = np.arccos(1 - 2 * k / directions), np.pi * (1 + 5**0.5) * k
    rays = np.stack(
        [np.cos(turn) * np.sin(polar), np.cos(polar), np.sin(turn) * np.sin(polar)], axis=1
    )
    rays = rays[rays[:, 2] > -0.5]
    facing = normals(points, faces)
    corners = points[faces]
    dense = np.concatenate([points, corners.mean(axis=1)])
    seen, all_of_it = np.zeros(len(points)), np.zeros(len(points))
    lifted = points + 0.03 * facing
    for ray in rays:
        side = np.cross(ray, [0.0, 1.0, 0.0] if abs(ray[1]) < 0.9 else [0.0, 0.0, 1.0])
        side /= np.linalg.norm(side)
        up = np.cross(side, ray)
        low = np.array([(dense @ side).min(), (dense @ up).min()]) - 0.05
        size = max(np.ptp(dense @ side), np.ptp(dense @ up)) + 0.1

        def cell(
            p: Floats, side: Floats = side, up: Floats = up, low: Floats = low, size: float = size
        ) -> Ints:
            where = ((np.stack([p @ side, p @ up], axis=1) - low) / size * cells).astype(np.int64)
            return np.asarray(where[:, 0] * cells + where[:, 1])

        depth = np.full(cells * cells, -np.inf)
        np.maximum.at(depth, cell(dense), dense @ ray)
        free = np.clip(1 - (depth[cell(lifted)] - lifted @ ray - 0.035) / 0.05, 0, 1)
        weight = np.maximum(facing @ ray, 0)
        seen += weight * free
        all_of_it += weight
    return np.asarray(np.clip((seen + 0.02) / (all_of_it + 0.05), 0.03, 1))
