"""Displacement vectors, projected onto the fields: the other back ends.

Something measures how far many places of the template have moved (DIS flow, Farneback's flow, or
Lucas-Kanade at corners); what it found is fitted by weighted least squares with the fields of
action units and head movement. Vectors are trusted where the picture has texture: weights are the
local gradient energy. Errors come from the scatter of the vectors about the fit, one by one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.motion.backend import Array, Measurement, Template

__all__ = ["FarnebackProjection", "FieldFit", "FlowProjection", "PointProjection"]

Floats = NDArray[np.float64]
Grey = NDArray[np.uint8]
#: Spacing of the dense flow samples that are fitted, as a share of the crop's side (3 px of 160).
_GRID_SHARE = 3.0 / 160.0
_PRIOR_UNIT, _PRIOR_HEAD = 0.35, 4.0
#: Crop pixels: vectors of even the cleanest footage scatter by this much.
_FLOW_FLOOR = 0.02
#: Corners that are followed at most, how far apart they are, and the side of the window that is
#: compared, as shares of the crop's side (4 and 13 px of 160); how good a corner must be relative
#: to the best.
_MOST_CORNERS, _APART_SHARE, _WINDOW_SHARE, _CORNER_QUALITY = 500, 4.0 / 160.0, 13.0 / 160.0, 2e-3


class FieldFit(ABC):
    """Fits displacement vectors with the fields; a back end says where the vectors come from.

    Parameters
    ----------
    template : Template
        The crop to compare with and its fields.
    """

    #: Neighbouring vectors err together: this many say as much as a single independent one.
    correlation = 8.0

    def __init__(self, template: Template) -> None:
        size = template.crop.shape[0]
        self._before = _eight_bit(template.crop)
        self._at = self._choose(template)
        self._units = template.fields.units.shape[0]
        motion = np.concatenate((template.fields.units, template.fields.head))
        flat = motion.reshape(motion.shape[0], size * size, 2)[:, self._at]
        self._columns = np.ascontiguousarray(flat.reshape(motion.shape[0], -1)).astype(np.float64)
        self._template = template.crop.ravel()[self._at]
        grey = cv2.GaussianBlur(template.crop, (0, 0), 1.5)
        gx = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
        gy = cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
        texture = cv2.GaussianBlur(np.stack((gx * gx, gy * gy), axis=2), (0, 0), 3.0)
        texture = texture.reshape(-1, 2)[self._at].ravel()
        self._texture = texture / (texture + np.median(texture) + 1e-6)
        self._prior = np.r_[
            np.full(self._units, _PRIOR_UNIT**-2),
            np.full(motion.shape[0] - self._units, _PRIOR_HEAD**-2),
        ]
        self._variance = np.full(texture.shape, 0.04)

    @abstractmethod
    def _choose(self, template: Template) -> NDArray[np.intp]:
        """Flat indices of the crop pixels whose movement is measured."""

    @abstractmethod
    def _vectors(self, now: Grey) -> tuple[Floats, NDArray[np.bool_]]:
        """How far the chosen pixels have moved, shape (n, 2), crop pixels, and which are known."""

    def measure(self, crop: Array, freedom: Array | None = None) -> Measurement:
        """Measure one crop; see `unspoken.motion.backend.Backend.measure`."""
        vectors, known = self._vectors(_eight_bit(crop))
        seen, there = vectors.ravel(), np.repeat(known, 2)
        trust = self._texture * there
        weight = trust / (self.correlation * (self._variance + _FLOW_FLOOR**2))
        prior = self._prior.copy()
        if freedom is not None:
            prior[: self._units] = 1.0 / (1.0 / prior[: self._units] + freedom**2)
        for _ in range(2):
            weighted = self._columns * weight
            normal = weighted @ self._columns.T
            normal[np.diag_indices_from(normal)] += prior
            inverse = np.linalg.inv(normal)
            state = inverse @ (weighted @ seen)
            off = seen - state @ self._columns
            # Huber-like: vectors far from the fit count as if they were three deviations away.
            spread = np.sqrt(self._variance + _FLOW_FLOOR**2)
            weight = weight * np.minimum(1.0, 3.0 * spread / (np.abs(off) + 1e-9))
        surprise = np.minimum(off * off, 9.0 * self._variance + 0.01) - self._variance
        self._variance += 0.04 * there * surprise
        outlying = (np.abs(off) > 3.0 * spread + 0.3) | ~there
        now = crop.ravel()[self._at]
        return Measurement(
            amplitude=state[: self._units].astype(np.float32),
            error=np.sqrt(np.diag(inverse)[: self._units]).astype(np.float32),
            head=state[self._units :].astype(np.float32),
            light=float(now.mean() / max(float(self._template.mean()), 1.0)),
            misfit=float(np.average(outlying, weights=self._texture)),
            residual=float(np.std(now - self._template)),
        )


class _DenseFit(FieldFit):
    """Fits a flow field, sampled on a grid over the face."""

    def _choose(self, template: Template) -> NDArray[np.intp]:
        step = max(2, round(_GRID_SHARE * template.crop.shape[0]))
        inside = np.zeros_like(template.fields.mask)
        inside[::step, ::step] = True
        return np.flatnonzero(inside & template.fields.mask)

    def _vectors(self, now: Grey) -> tuple[Floats, NDArray[np.bool_]]:
        found = self._flow(now).reshape(-1, 2)[self._at].astype(np.float64)
        return found, np.ones(len(found), dtype=bool)

    @abstractmethod
    def _flow(self, now: Grey) -> Array:
        """Flow from the template to a crop, shape (size, size, 2), crop pixels."""


class FlowProjection(_DenseFit):
    """Back end "flow": DIS (Kroeger et al. 2016, doi 10.1007/978-3-319-46493-0_29)."""

    def __init__(self, template: Template) -> None:
        super().__init__(template)
        self._dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)

    def _flow(self, now: Grey) -> Array:
        start = np.zeros((*now.shape, 2), np.float32)
        return np.asarray(self._dis.calc(self._before, now, start), dtype=np.float32)


class FarnebackProjection(_DenseFit):
    """Back end "farneback": polynomial expansion (Farneback 2003, doi 10.1007/3-540-45103-X_50)."""

    #: Its windows (15 px of 160) are wider than the patches of DIS.
    correlation = 12.0

    def _flow(self, now: Grey) -> Array:
        start = np.zeros((*now.shape, 2), np.float32)
        window = round(15.0 / 160.0 * now.shape[0])
        flow = cv2.calcOpticalFlowFarneback(
            self._before, now, start, 0.5, 3, window, 3, 5, 1.2, cv2.OPTFLOW_FARNEBACK_GAUSSIAN
        )
        return np.asarray(flow, dtype=np.float32)


class PointProjection(FieldFit):
    """Back end "points": corners followed by the pyramidal Lucas-Kanade method.

    Bouguet 2001, "Pyramidal implementation of the affine Lucas Kanade feature tracker"; corners
    after Shi & Tomasi 1994, doi 10.1109/CVPR.1994.323794. The method takes brightness for
    constant, so the crop is first given the template's mean and contrast.
    """

    #: Windows overlap several neighbours.
    correlation = 6.0

    def _choose(self, template: Template) -> NDArray[np.intp]:
        size = template.crop.shape[0]
        corners = cv2.goodFeaturesToTrack(
            self._before,
            maxCorners=_MOST_CORNERS,
            qualityLevel=_CORNER_QUALITY,
            minDistance=_APART_SHARE * size,
            mask=template.fields.mask.astype(np.uint8),
        )
        found = np.asarray(() if corners is None else corners, dtype=np.float32)
        if not found.size:  # a face without any texture: nothing better than a grid
            return np.flatnonzero(template.fields.mask)[::9]
        x, y = np.round(found.reshape(-1, 2)).astype(np.intp).T
        return np.asarray(y * size + x, dtype=np.intp)

    def _vectors(self, now: Grey) -> tuple[Floats, NDArray[np.bool_]]:
        now = self._relit(now)
        y, x = np.divmod(self._at, now.shape[0])
        start = np.stack((x, y), axis=1).astype(np.float32)[:, None, :]
        side = round(_WINDOW_SHARE * now.shape[0]) | 1
        end, status, _ = cv2.calcOpticalFlowPyrLK(
            self._before,
            now,
            start,
            start.copy(),
            winSize=(side, side),
            maxLevel=2,
            criteria=(cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 20, 0.005),
            flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
        )
        known = status.ravel() > 0
        moved = (end - start).reshape(-1, 2).astype(np.float64)
        moved[~known] = 0.0
        return moved, known

    def _relit(self, now: Grey) -> Grey:
        """The crop with mean and contrast of the template, both taken at the chosen pixels."""
        before, after = (p.ravel()[self._at].astype(np.float64) for p in (self._before, now))
        gain = (before.std() + 1e-6) / (after.std() + 1e-6)
        return _eight_bit(np.float32(gain) * (now - np.float32(after.mean())) + before.mean())


def _eight_bit(crop: Array) -> Grey:
    return np.asarray(np.clip(crop + 0.5, 0, 255), dtype=np.uint8)
