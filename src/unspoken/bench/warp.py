"""Moving a face inside a still picture: action units, head, eyelids.

The action-unit fields live on 478 mesh points. Here they are spread over the picture (piecewise
linear on a Delaunay net of the points, fading to zero outside the face) and turned round into an
inverse map, the one `cv2.remap` needs: for every pixel of the new picture, where in the still
picture its colour comes from.

What it does not do: wrinkles, shading, the inside of an opening mouth (whatever the picture shows
between the lips is stretched), profile views.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.spatial import Delaunay

from unspoken.facs.basis import INNER_EYE_CORNERS, MESH_POINTS, AUBasis
from unspoken.threads import single_threads

__all__ = ["Eyelid", "FaceWarp", "icd_of", "personal_fields", "similarity_rotation"]

Floats = NDArray[np.float64]
Map = NDArray[np.float32]

# Contours from the outer to the inner corner of the eye (MediaPipe numbering).
_UPPER_LIDS = (
    (33, 246, 161, 160, 159, 158, 157, 173, 133),
    (263, 466, 388, 387, 386, 385, 384, 398, 362),
)
_LOWER_LIDS = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133),
    (263, 249, 390, 373, 374, 380, 381, 382, 362),
)
_OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
#: How far from the middle of the face its movement fades out, relative to the face's edge.
_FACE_FADE, _HEAD_FULL, _HEAD_FADE = 1.35, 1.3, 2.5
#: The head turns about a point this far behind the inner eye corners, ICD.
_NECK_DEPTH = 2.0
#: Thickness of the row of lashes relative to the strip of skin that stretches.
_LASHES = 0.2
#: A closed upper lid reaches past the lower one's margin by this factor.
_OVERLAP = 1.15
#: Fixed-point places of painted triangles.
_SUBPIXEL_BITS = 6
_NO_SECOND_MAP = np.empty(0, dtype=np.float32)


def icd_of(points: NDArray[np.floating]) -> float:
    """Distance between the inner eye corners in the picture, pixels."""
    right, left = points[INNER_EYE_CORNERS[0], :2], points[INNER_EYE_CORNERS[1], :2]
    return float(np.linalg.norm(left - right))


def look_up(values: Map, where: Map) -> Map:
    """Bilinear values at (x, y) places; zero outside."""
    found = cv2.remap(values, where, _NO_SECOND_MAP, cv2.INTER_LINEAR)
    return np.asarray(found, dtype=np.float32)


def similarity_rotation(source: Floats, target: Floats) -> Floats:
    """Rotation that turns one point set towards another (Kabsch).

    Source: Kabsch 1976, doi 10.1107/S0567739476001873.

    Returns
    -------
    ndarray, shape (3, 3)
        ``target ~ scale * source @ rotation.T + shift``.
    """
    a, b = source - source.mean(axis=0), target - target.mean(axis=0)
    u, _, vt = np.linalg.svd(b.T @ a)
    return np.asarray(u @ np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))]) @ vt)


def personal_fields(basis: AUBasis, deviation: float, seed: int) -> Floats:
    """The basis as another person would have it: smooth random changes of size and direction.

    Every unit gets its own scale and turn, drawn as Gaussian fields over the face with a
    correlation length of 0.7 ICD, so neighbouring skin still moves together.

    Parameters
    ----------
    basis : AUBasis
        Mean fields.
    deviation : float
        Root-mean-square difference relative to the mean field's displacement; 0 for none.
    seed : int
        Which person.

    Returns
    -------
    ndarray, shape (units, 478, 3)
        Displacement at amplitude 1.0, ICD.
    """
    fields = basis.fields.astype(np.float64)
    if deviation <= 0.0:
        return fields
    rng = np.random.default_rng(seed)
    points = basis.points.astype(np.float64)
    apart = ((points[:, None, :2] - points[None, :, :2]) ** 2).sum(axis=2)
    root = np.linalg.cholesky(np.exp(-apart / (2 * 0.7**2)) + 1e-6 * np.eye(len(points)))
    smooth = root @ rng.standard_normal((len(points), 2 * len(fields)))
    size, turn = (deviation / np.sqrt(2.0)) * smooth.reshape(len(points), 2, -1).transpose(1, 2, 0)
    x = fields[..., 0] * np.cos(turn) - fields[..., 1] * np.sin(turn)
    y = fields[..., 0] * np.sin(turn) + fields[..., 1] * np.cos(turn)
    grown = np.clip(1.0 + size, 0.2, None)[..., None]
    return np.asarray(grown * np.stack((x, y, fields[..., 2]), axis=2))


@dataclass(frozen=True)
class Eyelid:
    """The upper lid of one eye as it slides over the eyeball.

    Coordinates are the eye's own: along from corner to corner, down at right angles, pixels.

    Parameters
    ----------
    origin, along : ndarray, shape (2,)
        Corner with the smaller x, and unit vector to the other corner.
    length : float
        Corner to corner, pixels.
    upper, lower : PchipInterpolator
        Lid margins: down as a function of along.
    fold_px : float
        Height of the strip of skin above the margin that stretches.
    """

    origin: Floats
    along: Floats
    length: float
    upper: PchipInterpolator
    lower: PchipInterpolator
    fold_px: float

    @staticmethod
    def of(points: Floats, side: int) -> Eyelid:
        """Eyelid of the right (0) or left (1) eye of a mesh in picture pixels."""
        above, below = points[list(_UPPER_LIDS[side]), :2], points[list(_LOWER_LIDS[side]), :2]
        if above[0, 0] > above[-1, 0]:
            above, below = above[::-1], below[::-1]
        axis = above[-1] - above[0]
        length = float(np.linalg.norm(axis))
        axis = axis / length
        frame = np.stack((axis, [-axis[1], axis[0]]), axis=1)
        curves = []
        for contour in (above, below):
            local = (contour - above[0]) @ frame
            order = np.argsort(local[:, 0])
            curves.append(PchipInterpolator(local[order, 0], local[order, 1]))
        upper, lower = curves
        return Eyelid(above[0], axis, length, upper, lower, 0.28 * icd_of(points))

    def close(self, x: Map, y: Map, closure: float) -> tuple[Map, Map, Map]:
        """Where a lid's colours come from when it is partly closed.

        Parameters
        ----------
        x, y : ndarray of float32, shape (h, w)
            Picture positions of the open eye.
        closure : float
            0 open .. 1 closed.

        Returns
        -------
        tuple of ndarray of float32, shape (h, w)
            Positions x and y on the open lid, and how much of the pixel the lid covers (0..1).
        """
        dx, dy = x - self.origin[0], y - self.origin[1]
        a = dx * self.along[0] + dy * self.along[1]
        b = dy * self.along[0] - dx * self.along[1]
        inside = np.clip(a, 0.0, self.length)
        upper = self.upper(inside)
        drop = _OVERLAP * closure * np.clip(self.lower(inside) - upper, 0.0, None)
        # The row of lashes travels with the lid and keeps its thickness; the skin above stretches.
        fold, band = upper - self.fold_px, upper - _LASHES * self.fold_px
        strip = band - fold
        stretched = fold + (b - fold) * strip / (strip + drop)
        shift = np.where(b > band + drop, -drop, np.where(b > fold, stretched - b, 0.0))
        edge = upper + drop
        cover = np.clip(edge - b + 1.0, 0.0, 1.0) * (drop > 0.05) * (b > fold)
        return (
            (x - shift * self.along[1]).astype(np.float32),
            (y + shift * self.along[0]).astype(np.float32),
            cover.astype(np.float32),
        )


class FaceWarp:
    """Inverse maps for one face in one still picture.

    Parameters
    ----------
    points : ndarray, shape (478, 3)
        Face mesh in picture pixels (z away from the camera, as `FaceObservation.points`).
    size : tuple of int
        Picture width and height, pixels.
    basis : AUBasis
        For the canonical geometry.
    fields : ndarray, shape (units, 478, 3)
        Displacement at amplitude 1.0 in ICD, canonical axes.
    """

    def __init__(
        self, points: NDArray[np.floating], size: tuple[int, int], basis: AUBasis, fields: Floats
    ) -> None:
        self.points = np.asarray(points, dtype=np.float64)
        self.size = size
        self.icd = icd_of(self.points)
        self.step = max(1, round(self.icd / 25.0))
        away = self.points * [1.0, 1.0, -1.0]
        rotation = similarity_rotation(basis.points[:468].astype(np.float64), away[:468])
        #: Displacement of the mesh points at amplitude 1.0 in the picture, pixels.
        self.unit_px = self.icd * (fields @ rotation.T)[..., :2]
        centre = self.points[list(_OVAL), :2].mean(axis=0)
        ring = centre + _FACE_FADE * (self.points[list(_OVAL), :2] - centre)
        w, h = size
        reach = 4.0 * max(w, h)
        frame = np.array(
            [[-reach, -reach], [w + reach, -reach], [-reach, h + reach], [w + reach, h + reach]]
        )
        self._net = np.concatenate((self.points[:, :2], ring, frame))
        nx, ny = -(-w // self.step) + 1, -(-h // self.step) + 1
        self._grid = np.stack(np.meshgrid(np.arange(nx), np.arange(ny)), axis=2).astype(np.float32)
        self._weights = _interpolation(self._net / self.step, (ny, nx))
        low = np.maximum(np.floor(ring.min(axis=0) / self.step).astype(int), 0)
        high = np.minimum(np.ceil(ring.max(axis=0) / self.step).astype(int) + 1, (nx, ny))
        #: The part of the grid that facial movement can reach.
        self._box = (slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0])))
        self._dense: dict[int, Map] = {}
        self._pixels = np.stack(np.meshgrid(np.arange(w), np.arange(h)), axis=2).astype(np.float32)
        self._depth, self._head = self._head_maps(away[:, 2], centre)
        self._from_centre = (self._grid * self.step - centre).astype(np.float32)
        self.lids = (Eyelid.of(self.points, 0), Eyelid.of(self.points, 1))

    def _head_maps(self, towards: Floats, centre: Floats) -> tuple[Map, Map]:
        """Depth before the neck (pixels) and share of the head's movement, on the grid."""
        depth = towards - towards[list(INNER_EYE_CORNERS)].mean() + _NECK_DEPTH * self.icd
        edge = depth[list(_OVAL)]
        values = np.concatenate((depth, edge, np.full(4, np.median(edge))))
        z = cv2.GaussianBlur(self._spread(values[:, None])[..., 0], (0, 0), 3.0)
        spread = np.abs(self.points[list(_OVAL), :2] - centre).max(axis=0)
        radius = np.linalg.norm((self._grid * self.step - centre) / spread, axis=2)
        fade = np.clip((_HEAD_FADE - radius) / (_HEAD_FADE - _HEAD_FULL), 0.0, 1.0)
        return z.astype(np.float32), (fade * fade * (3.0 - 2.0 * fade)).astype(np.float32)

    def _spread(self, values: Floats) -> Map:
        """Values at the net's nodes, interpolated over the grid."""
        index, weight = self._weights
        flat: Floats = np.einsum("pk,pkc->pc", weight, values[index])
        return flat.reshape(*self._grid.shape[:2], -1).astype(np.float32)

    def unit_map(self, unit: int) -> Map:
        """Displacement of one unit at amplitude 1.0 over the face's part of the grid, pixels."""
        if unit not in self._dense:
            values = np.zeros((len(self._net), 2))
            values[:MESH_POINTS] = self.unit_px[unit]
            sigma = 0.02 * self.icd / self.step
            smooth = cv2.GaussianBlur(self._spread(values), (0, 0), sigma)
            self._dense[unit] = np.ascontiguousarray(smooth[self._box], dtype=np.float32)
        return self._dense[unit]

    def peak_px(self, amplitudes: Floats) -> float:
        """Largest displacement of any mesh point, pixels, for amplitudes of shape (units,)."""
        return float(np.linalg.norm(np.tensordot(amplitudes, self.unit_px, 1), axis=1).max())

    def _face_inverse(self, amplitudes: Floats) -> Map | None:
        """Solve ``e(u) = d(u - e(u))`` by damped iteration, on the face's part of the grid."""
        active = np.flatnonzero(np.abs(amplitudes) > 1e-6)
        if not len(active):
            return None
        grid = self._grid[: self._box[0].stop - self._box[0].start]
        grid = grid[:, : self._box[1].stop - self._box[1].start]
        moved = np.zeros_like(grid)
        for unit in active:
            moved += np.float32(amplitudes[unit]) * self.unit_map(int(unit))
        back = moved
        for _ in range(3 if np.abs(moved).max() < 0.05 * self.icd else 6):
            at = grid - back / np.float32(self.step)
            back = 0.4 * back + 0.6 * look_up(moved, at)
        return np.asarray(back, dtype=np.float32)

    def _head_inverse(self, pose: Floats) -> Map:
        """Minus the head's displacement over the grid, pixels."""
        shift_x, shift_y, roll, yaw, pitch, scale = pose.astype(np.float32)
        from_centre = self._from_centre
        x = (
            shift_x * np.float32(self.icd)
            + scale * from_centre[..., 0]
            - roll * from_centre[..., 1]
        )
        y = (
            shift_y * np.float32(self.icd)
            + scale * from_centre[..., 1]
            + roll * from_centre[..., 0]
        )
        moved = np.stack((x + yaw * self._depth, y - pitch * self._depth), axis=2)
        return np.asarray(-moved * self._head[..., None], dtype=np.float32)

    def inverse_map(self, amplitudes: Floats, pose: Floats) -> Map:
        """Where every pixel of the new picture lies in the still one.

        Parameters
        ----------
        amplitudes : ndarray, shape (units,)
            Action units.
        pose : ndarray, shape (6,)
            Head movement as `unspoken.bench.profiles.Sway.pose`.

        Returns
        -------
        ndarray of float32, shape (height, width, 2)
            x and y, pixels.
        """
        face = self._face_inverse(amplitudes)
        still = not np.any(pose)
        if face is None and still:
            return self._pixels
        shift = np.zeros_like(self._grid) if still else self._head_inverse(pose)
        if face is not None:
            corner = np.array([self._box[1].start, self._box[0].start], dtype=np.float32)
            at = self._grid + shift / np.float32(self.step) - corner
            shift -= look_up(face, at)
        # Grid node g lies on pixel g * step exactly.
        to_grid = np.array([[1.0 / self.step, 0, 0], [0, 1.0 / self.step, 0]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        full = cv2.warpAffine(
            shift, to_grid, self.size, flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(self._pixels + full, dtype=np.float32)


def _interpolation(net: Floats, shape: tuple[int, int]) -> tuple[NDArray[np.int64], Floats]:
    """Piecewise-linear interpolation on the Delaunay triangles of a net, at every grid node.

    Triangles are painted on the grid, which tells nearly all nodes their triangle at once; only
    nodes on the border of one are searched for.

    Parameters
    ----------
    net : ndarray, shape (n, 2)
        x and y in grid steps.
    shape : tuple of int
        Rows and columns of the grid.

    Returns
    -------
    index : ndarray, shape (nodes, 3)
        Net nodes each grid node lies between.
    weight : ndarray, shape (nodes, 3)
        Their shares, summing to 1.
    """
    triangles = Delaunay(net)
    painted = np.zeros(shape, dtype=np.int32)
    corners = np.rint(net * (1 << _SUBPIXEL_BITS)).astype(np.int32)
    for number, simplex in enumerate(triangles.simplices):
        cv2.fillConvexPoly(painted, corners[simplex], (number,), shift=_SUBPIXEL_BITS)
    y, x = np.mgrid[: shape[0], : shape[1]]
    at = np.stack((x.ravel(), y.ravel()), axis=1).astype(np.float64)
    where = painted.ravel().astype(np.int64)
    weight = _shares(triangles, where, at)
    unsure = ~(weight.min(axis=1) > -1e-9)
    # The search solves every triangle through LAPACK, whose threads only wait for each other.
    with single_threads():
        where[unsure] = triangles.find_simplex(at[unsure])
    weight[unsure] = _shares(triangles, where[unsure], at[unsure])
    return triangles.simplices[where].astype(np.int64), weight


def _shares(triangles: Delaunay, where: NDArray[np.int64], at: Floats) -> Floats:
    """Barycentric coordinates of points in given triangles, shape (points, 3).

    Written out: ``triangles.transform`` has to solve every triangle through LAPACK.
    """
    corners = triangles.points[triangles.simplices]
    last = corners[:, 2]
    (ax, ay), (bx, by) = (corners[:, 0] - last).T, (corners[:, 1] - last).T
    rows = np.stack((by, -bx, -ay, ax), axis=1) / (ax * by - bx * ay)[:, None]
    inverse = rows[where].reshape(-1, 2, 2)
    first_two = np.einsum("pij,pj->pi", inverse, at - last[where])
    return np.column_stack((first_two, 1.0 - first_two.sum(axis=1)))
