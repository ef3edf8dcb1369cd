"""Move the skin in one frame, and nothing else.

Pixels further from the face than its edge, and every frame without a planted movement, come out as
they went in, bit for bit. Where the skin moves, brightness and colour are taken by cubic splines
(Unser 1999, doi 10.1109/79.799930), which keep grain and edges better than linear or
Catmull-Rom interpolation, at places that are not rounded (OpenCV's own warp rounds to 1/32 pixel,
a third of a pixel's worth of movement too coarse for this purpose).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates, spline_filter

from unspoken.bench.recovery.course import Planting
from unspoken.bench.recovery.path import FacePath
from unspoken.bench.warp import FaceWarp, icd_of
from unspoken.facs.basis import AUBasis
from unspoken.media.frame import Frame, Plane
from unspoken.timing import nearest_index

__all__ = ["Planter", "Rooted"]

Floats = NDArray[np.float64]
#: The warp fades out at this many times the distance from the middle of the face to its edge.
_REACH = 1.45
#: Movements below this change no grey level that counts, pixels.
_STILL_PX = 0.004
#: Corrections of the amplitude until the picture moves as far as asked for.
_SCALE_ROUNDS = 3


@dataclass(frozen=True)
class Rooted:
    """A planting tied to the face it is planted in.

    Parameters
    ----------
    planting : Planting
        What.
    scale : float
        Factor from its relative weights to amplitudes of the action units.
    apex_s : float
        When the displacement is largest, seconds (start of the hold, where there is one).
    apex_frame : int
        The frame nearest to it.
    icd_px : float
        Size of the face there, pixels.
    """

    planting: Planting
    scale: float
    apex_s: float
    apex_frame: int
    icd_px: float

    def amplitudes(self, time_s: float) -> Floats:
        """Amplitudes of all action units at an instant, shape (units,)."""
        return self.scale * self.planting.weights(time_s)


class Planter:
    """Plants movements into the frames of one clip.

    Parameters
    ----------
    path : FacePath
        Where the face is.
    basis : AUBasis
        For the canonical geometry.
    fields : ndarray, shape (units, 478, 3)
        How this copy's person moves (`unspoken.bench.warp.personal_fields`).
    """

    def __init__(self, path: FacePath, basis: AUBasis, fields: Floats) -> None:
        self._path = path
        self._basis = basis
        self._fields = fields

    def root(self, planting: Planting) -> Rooted:
        """Find the amplitude at which the fastest place of the picture travels `planting.peak_icd`.

        What counts is the displacement of pixels: thin features (lid margins) lose some of the mesh
        points' displacement when it is spread over the picture.
        """
        full = planting.span_at_full()
        instants = np.linspace(full.start_s, max(full.end_s, full.start_s + 1e-6), 41)
        index = nearest_index(self._path.times_s, planting.apex_s)
        warp = self._warp(index)[0]
        travel = np.array([warp.peak_px(planting.weights(float(t))) for t in instants])
        # With a hold, full displacement is first reached somewhere near its start.
        first = int(np.flatnonzero(travel >= 0.999 * travel.max())[0])
        apex_s = float(instants[first])
        apex_frame = nearest_index(self._path.times_s, apex_s)
        wanted_px = planting.peak_icd * warp.icd
        scale = wanted_px / float(travel.max())
        weights = planting.weights(apex_s)
        for _ in range(_SCALE_ROUNDS):
            scale *= wanted_px / float(np.linalg.norm(_shift(warp, scale * weights), axis=2).max())
        return Rooted(planting, scale, apex_s, apex_frame, warp.icd)

    def apply(self, frame: Frame, amplitudes: Floats) -> Frame:
        """The frame with the face moved; the very same object where nothing moves."""
        if not np.any(np.abs(amplitudes) > 1e-9):
            return frame
        (x0, y0), shift = self.displacement(frame.index, amplitudes)
        where = _own(shift) + shift
        h, w = where.shape[:2]
        luma = frame.luma.copy()
        luma[y0 : y0 + h, x0 : x0 + w] = _resample(luma[y0 : y0 + h, x0 : x0 + w], where)
        if frame.chroma is None:
            return replace(frame, luma=luma)
        half = _half_map(shift)
        box = (slice(y0 // 2, y0 // 2 + half.shape[0]), slice(x0 // 2, x0 // 2 + half.shape[1]))
        planes = [plane.copy() for plane in frame.chroma]
        for plane in planes:
            plane[box] = _resample(plane[box], half)
        return replace(frame, luma=luma, chroma=(planes[0], planes[1]))

    def displacement(self, index: int, amplitudes: Floats) -> tuple[tuple[int, int], Floats]:
        """How the part of a frame around the face is moved.

        Returns
        -------
        corner : tuple of int
            x and y of the part's upper left pixel.
        shift : ndarray, shape (h, w, 2)
            From every pixel of the planted picture to the place in the untouched one that it shows,
            pixels.
        """
        warp, corner = self._warp(index)
        return (int(corner[0]), int(corner[1])), _shift(warp, amplitudes)

    def _warp(self, index: int) -> tuple[FaceWarp, NDArray[np.int64]]:
        """Warp of the part of a frame around the face, and where its corner lies."""
        points = self._path.points[index].astype(np.float64)
        width, height = self._path.size
        middle = points[:468, :2].mean(axis=0)
        low = middle + _REACH * (points[:468, :2].min(axis=0) - middle) - 4
        high = middle + _REACH * (points[:468, :2].max(axis=0) - middle) + 4
        # Even corners, so that colour at half size has the same box.
        corner = np.maximum(np.floor(low / 2.0).astype(np.int64) * 2, 0)
        end = np.minimum(np.ceil(high / 2.0).astype(np.int64) * 2, [width, height])
        local = points.copy()
        local[:, :2] -= corner
        size = (int(end[0] - corner[0]), int(end[1] - corner[1]))
        assert icd_of(local) > 0.0
        return FaceWarp(local, size, self._basis, self._fields), corner


def _own(shift: Floats) -> Floats:
    """Every pixel's own place, same shape."""
    h, w = shift.shape[:2]
    return np.stack(np.meshgrid(np.arange(w), np.arange(h)), axis=2).astype(np.float64)


def _shift(warp: FaceWarp, amplitudes: Floats) -> Floats:
    where = warp.inverse_map(amplitudes, np.zeros(6)).astype(np.float64)
    return np.asarray(where - _own(where))


def _half_map(shift: Floats) -> Floats:
    """The map of a plane at half size: a colour sample moves as the four pixels it covers."""
    h, w = shift.shape[:2]
    full = np.pad(shift, ((0, h % 2), (0, w % 2), (0, 0)), mode="edge")
    mean = full.reshape(full.shape[0] // 2, 2, full.shape[1] // 2, 2, 2).mean(axis=(1, 3))
    return np.asarray(_own(mean) + 0.5 * mean)


def _resample(plane: Plane, where: Floats) -> Plane:
    """Take a plane's values at other places; where nothing moves, the values stay as they are."""
    h, w = plane.shape
    own_y, own_x = np.mgrid[0:h, 0:w]
    moved = np.maximum(np.abs(where[..., 0] - own_x), np.abs(where[..., 1] - own_y)) > _STILL_PX
    out = plane.copy()
    if moved.any():
        smooth = spline_filter(plane.astype(np.float64), order=3, mode="mirror")
        at = [where[..., 1][moved], where[..., 0][moved]]
        values = map_coordinates(smooth, at, order=3, mode="mirror", prefilter=False)
        out[moved] = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return out
