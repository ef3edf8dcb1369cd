"""Which place on the MakeHuman skin belongs to which point of the 478-point face mesh.

The two meshes have nothing in common but anatomy. The transfer goes in three steps:

1. A similarity (Kabsch) and a thin-plate spline carry the canonical 468 points into MakeHuman
   space; their anchors are the lid margins, the lip contours and the seam, and midline points.
2. MakeHuman's skin is quads in closed loops around each eye (28 vertices) and around the mouth
   (38 vertices). The lid and lip points of the face mesh are put onto those loops by arc length, so
   an upper-lip point can never land on the lower lip, however close the lips are.
3. Every other point goes to the nearest triangle of the outer skin (mouth cavity and eye sockets
   cut away), as barycentric weights.

The result is a sparse weight list: each face-mesh point is a weighted mean of three skin vertices.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# MakeHuman loops, given by one edge each (vertex numbers of base.obj, person's right half; the
# left-hand loops are found by mirroring).
LID_MARGIN = (0, 1)
LIP_ROWS = {"outer": (455, 454), "semi_outer": (467, 464), "semi_inner": (468, 465)}
LIP_SEAM = (474, 473)
FOREHEAD_VERTEX = 251

# Face-mesh contours, from the person's right corner to the left one (MediaPipe numbering).
UPPER_LIP = {
    "outer": (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291),
    "semi_outer": (76, 184, 74, 73, 72, 11, 302, 303, 304, 408, 306),
    "semi_inner": (62, 183, 42, 41, 38, 12, 268, 271, 272, 407, 292),
    "seam": (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308),
}
LOWER_LIP = {
    "outer": (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291),
    "semi_outer": (76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306),
    "semi_inner": (62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292),
    "seam": (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308),
}
# From the outer to the inner corner of the eye.
RIGHT_EYE = {
    "upper": (33, 246, 161, 160, 159, 158, 157, 173, 133),
    "lower": (33, 7, 163, 144, 145, 153, 154, 155, 133),
}
LEFT_EYE = {
    "upper": (263, 466, 388, 387, 386, 385, 384, 398, 362),
    "lower": (263, 249, 390, 373, 374, 380, 381, 382, 362),
}
CHIN_FOLD = 5337
# Midline points with an unmistakable counterpart: face mesh -> MakeHuman vertex.
ANCHORS = {
    168: 132,  # nasion, deepest point of the bridge
    4: 297,  # tip of the nose
    2: 343,  # where the columella meets the upper lip
    152: None,  # underside of the chin: lowest skin vertex on the midline (found below)
    18: CHIN_FOLD,  # fold between lower lip and chin
}


@dataclass(frozen=True)
class Skin:
    """The outer skin of the MakeHuman head.

    Parameters
    ----------
    vertices : ndarray, shape (n, 3)
        Decimetres; x to the person's left, y up, z forward.
    quads : ndarray, shape (m, 4)
        Faces of the group "body" above the neck.
    """

    vertices: Floats
    quads: Ints

    def edges(self) -> dict[tuple[int, int], list[int]]:
        """Undirected edge -> faces on either side."""
        out: dict[tuple[int, int], list[int]] = {}
        for face, quad in enumerate(self.quads):
            for a, b in zip(quad, np.roll(quad, -1), strict=True):
                out.setdefault((min(a, b), max(a, b)), []).append(face)
        return out


def edge_loop(skin: Skin, first: int, second: int) -> list[int]:
    """Follow an edge across four-edged vertices until it closes.

    Raises
    ------
    ValueError
        If the loop does not close (not the mesh this script was written for).
    """
    edges = skin.edges()
    neighbours: dict[int, set[int]] = {}
    for a, b in edges:
        neighbours.setdefault(a, set()).add(b)
        neighbours.setdefault(b, set()).add(a)
    loop = [first, second]
    while len(loop) < 500:
        a, b = loop[-2:]
        here = set(edges[min(a, b), max(a, b)])
        ahead = [c for c in neighbours[b] if c != a and not here & set(edges[min(b, c), max(b, c)])]
        if len(ahead) != 1:
            break
        if ahead[0] == first:
            return loop
        loop.append(ahead[0])
    raise ValueError(f"the loop from {first} to {second} does not close: another base mesh?")


def mirror(skin: Skin, loop: list[int]) -> list[int]:
    """The same loop on the other half of the (symmetric) mesh."""
    flipped = skin.vertices[loop] * [-1.0, 1.0, 1.0]
    distance = np.linalg.norm(skin.vertices[None] - flipped[:, None], axis=2)
    return [int(i) for i in distance.argmin(axis=1)]


def corners(skin: Skin, loop: list[int]) -> tuple[list[int], list[int]]:
    """Split a loop at its leftmost and rightmost vertex into (upper, lower), by rising x."""
    x = skin.vertices[loop, 0]
    start, stop = int(x.argmin()), int(x.argmax())
    turned = loop[start:] + loop[:start]
    cut = (stop - start) % len(loop)
    one, other = turned[: cut + 1], [turned[0], *turned[: cut - 1 : -1]]
    higher = skin.vertices[one, 1].mean() > skin.vertices[other, 1].mean()
    return (one, other) if higher else (other, one)


def arc(points: Floats) -> Floats:
    """Arc length along a polyline as a fraction 0..1."""
    length = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))]
    return np.asarray(length / length[-1])


def place_on_chain(skin: Skin, chain: list[int], fractions: Floats) -> tuple[Ints, Floats]:
    """Vertices and weights of points at given arc-length fractions of a chain of vertices."""
    along = arc(skin.vertices[chain])
    segment = np.clip(np.searchsorted(along, fractions, side="right") - 1, 0, len(chain) - 2)
    t = (fractions - along[segment]) / (along[segment + 1] - along[segment])
    ends = np.array(chain)
    index = np.stack((ends[segment], ends[segment + 1], ends[segment]), axis=1)
    return index, np.stack((1.0 - t, t, np.zeros_like(t)), axis=1)


def contour_places(skin: Skin, canonical: Floats) -> dict[int, tuple[Ints, Floats]]:
    """Face-mesh lid and lip points -> (three skin vertices, their weights), through the loops."""
    found: dict[int, tuple[Ints, Floats]] = {}

    def put(points: tuple[int, ...], chain: list[int]) -> None:
        index, weight = place_on_chain(skin, chain, arc(canonical[list(points)]))
        found.update({p: (index[k], weight[k]) for k, p in enumerate(points)})

    right = edge_loop(skin, *LID_MARGIN)
    for loop, eye, turn in ((right, RIGHT_EYE, 1), (mirror(skin, right), LEFT_EYE, -1)):
        upper, lower = corners(skin, loop)
        put(eye["upper"], upper[::turn])
        put(eye["lower"], lower[::turn])
    for row in UPPER_LIP:
        upper, lower = corners(skin, edge_loop(skin, *{**LIP_ROWS, "seam": LIP_SEAM}[row]))
        put(UPPER_LIP[row], upper)
        put(LOWER_LIP[row], lower)
    return found


def outer_skin(skin: Skin) -> Ints:
    """Triangles reached from the forehead without crossing a lid margin or the lip seam."""
    right = edge_loop(skin, *LID_MARGIN)
    walls = set()
    for loop in (right, mirror(skin, right), edge_loop(skin, *LIP_SEAM)):
        walls |= {(min(a, b), max(a, b)) for a, b in zip(loop, loop[1:] + loop[:1], strict=True)}
    edges = skin.edges()
    beside: dict[int, list[int]] = {}
    for edge, faces in edges.items():
        if edge not in walls and len(faces) == 2:
            beside.setdefault(faces[0], []).append(faces[1])
            beside.setdefault(faces[1], []).append(faces[0])
    start = int(np.flatnonzero((skin.quads == FOREHEAD_VERTEX).any(axis=1))[0])
    seen, queue = {start}, deque([start])
    while queue:
        for face in beside.get(queue.popleft(), []):
            if face not in seen:
                seen.add(face)
                queue.append(face)
    quads = skin.quads[sorted(seen)]
    return np.concatenate((quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]))


def similarity(source: Floats, target: Floats) -> tuple[float, Floats, Floats]:
    """Least-squares fit of ``target = scale * source @ rotation.T + shift``.

    Source: Umeyama 1991, doi 10.1109/34.88573.
    """
    a, b = source - source.mean(axis=0), target - target.mean(axis=0)
    u, s, vt = np.linalg.svd(b.T @ a)
    sign = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    rotation = u @ sign @ vt
    scale = float((s * np.diag(sign)).sum() / (a * a).sum())
    return scale, rotation, target.mean(axis=0) - scale * source.mean(axis=0) @ rotation.T


def thin_plate(source: Floats, target: Floats, stiffness: float, at: Floats) -> Floats:
    """Three-dimensional thin-plate spline (kernel |r|) through anchors, evaluated at points.

    Source: Bookstein 1989, doi 10.1109/34.24792.
    """
    n = len(source)
    kernel = np.linalg.norm(source[:, None] - source[None], axis=2) + stiffness * np.eye(n)
    plane = np.c_[np.ones(n), source]
    system = np.block([[kernel, plane], [plane.T, np.zeros((4, 4))]])
    weights = np.linalg.solve(system, np.r_[target, np.zeros((4, 3))])
    reach = np.linalg.norm(at[:, None] - source[None], axis=2)
    return np.asarray(np.c_[reach, np.ones(len(at)), at] @ weights)


def barycentric(point: Floats, triangles: Floats) -> tuple[int, Floats, float]:
    """Nearest of many triangles, the weights of its nearest point, and the distance.

    The weights are clipped to the triangle; for points just outside an edge this is a close
    approximation of the nearest point, and it is continuous.
    """
    a, ab, ac = (
        triangles[:, 0],
        triangles[:, 1] - triangles[:, 0],
        triangles[:, 2] - triangles[:, 0],
    )
    ap = point - a
    d00, d01, d11 = (ab * ab).sum(1), (ab * ac).sum(1), (ac * ac).sum(1)
    d20, d21 = (ap * ab).sum(1), (ap * ac).sum(1)
    det = np.maximum(d00 * d11 - d01 * d01, 1e-18)
    v, w = (d11 * d20 - d01 * d21) / det, (d00 * d21 - d01 * d20) / det
    weights = np.clip(np.stack((1.0 - v - w, v, w), axis=1), 0.0, None)
    weights /= weights.sum(axis=1, keepdims=True)
    nearest = np.einsum("ni,nij->nj", weights, triangles)
    distance = np.linalg.norm(nearest - point, axis=1)
    best = int(distance.argmin())
    return best, weights[best], float(distance[best])


@dataclass(frozen=True)
class Transfer:
    """Face-mesh point p = sum over k of ``weight[p, k] * skin vertex index[p, k]``.

    Parameters
    ----------
    index : ndarray of int, shape (468, 3)
        Skin vertices.
    weight : ndarray, shape (468, 3)
        Weights, rows sum to 1.
    rotation : ndarray, shape (3, 3)
        From MakeHuman axes to those of the canonical face mesh.
    distance : ndarray, shape (468,)
        How far each carried point lay from the skin before it was put there, in decimetres.
    """

    index: Ints
    weight: Floats
    rotation: Floats
    distance: Floats


def chin_vertex(skin: Skin) -> int:
    """Where the midline turns from the front of the chin to its underside (45 degrees)."""
    used = np.unique(skin.quads)
    below = used[
        (np.abs(skin.vertices[used, 0]) < 1e-3)
        & (skin.vertices[used, 1] < skin.vertices[CHIN_FOLD, 1])
    ]
    forward_down = skin.vertices[below, 2] - skin.vertices[below, 1]
    return int(below[forward_down.argmax()])


def match(skin: Skin, canonical: Floats) -> Transfer:
    """Find the place of every canonical face-mesh point on the skin.

    Parameters
    ----------
    skin : Skin
        MakeHuman head.
    canonical : ndarray, shape (468, 3)
        Canonical face mesh; x to the person's left, y up, z forward, any unit.

    Returns
    -------
    Transfer
    """
    places = contour_places(skin, canonical)
    chin = chin_vertex(skin)
    for point, vertex in ANCHORS.items():
        v = chin if vertex is None else vertex
        places[point] = (np.array([v, v, v]), np.array([1.0, 0.0, 0.0]))
    anchors = np.array(sorted(places))
    goal = np.stack([places[int(p)][1] @ skin.vertices[places[int(p)][0]] for p in anchors])
    _, rotation, _ = similarity(canonical[anchors], goal)
    carried = thin_plate(canonical[anchors], goal, 0.05, canonical)
    triangles = outer_skin(skin)
    corners_of = skin.vertices[triangles]
    index = np.zeros((len(canonical), 3), dtype=np.int64)
    weight = np.zeros((len(canonical), 3))
    distance = np.zeros(len(canonical))
    for p in range(len(canonical)):
        if p in places:
            index[p], weight[p] = places[p]
        else:
            best, weight[p], distance[p] = barycentric(carried[p], corners_of)
            index[p] = triangles[best]
    return Transfer(index, weight, rotation.T, distance)
