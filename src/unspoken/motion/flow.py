"""Dense optical flow, projected onto the fields: the second back end.

DIS flow (Kroeger et al. 2016, doi 10.1007/978-3-319-46493-0_29) from template to crop, then
weighted least squares of the flow on the fields of action units and head movement. Flow is
trusted where the picture has texture: weights are the local gradient energy. Errors come from the
scatter of the flow about the fit, vector by vector.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.motion.backend import Array, Measurement, Template

__all__ = ["FlowProjection"]

#: Spacing of the flow samples that are fitted, as a share of the crop's side (3 px of 160).
_GRID_SHARE = 3.0 / 160.0
#: Neighbouring flow vectors err together: independent samples per patch of DIS (8 px of 192).
_CORRELATION = 8.0
_PRIOR_UNIT, _PRIOR_HEAD = 0.35, 4.0
#: Crop pixels: flow of even the cleanest footage scatters by this much.
_FLOW_FLOOR = 0.02


class FlowProjection:
    """Back end "flow"; see the module's text.

    Parameters
    ----------
    template : Template
        The crop to compare with and its fields.
    """

    def __init__(self, template: Template) -> None:
        size = template.crop.shape[0]
        step = max(2, round(_GRID_SHARE * size))
        inside = np.zeros_like(template.fields.mask)
        inside[::step, ::step] = True
        self._at = np.flatnonzero(inside & template.fields.mask)
        self._units = template.fields.units.shape[0]
        motion = np.concatenate((template.fields.units, template.fields.head))
        flat = motion.reshape(motion.shape[0], -1, 2)[:, self._at]
        self._columns = np.ascontiguousarray(flat.reshape(motion.shape[0], -1)).astype(np.float64)
        self._before = self._eight_bit(template.crop)
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
        self._dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)

    @staticmethod
    def _eight_bit(crop: Array) -> NDArray[np.uint8]:
        return np.asarray(np.clip(crop + 0.5, 0, 255), dtype=np.uint8)

    def measure(self, crop: Array, freedom: Array | None = None) -> Measurement:
        """Measure one crop; see `unspoken.motion.backend.Backend.measure`."""
        flow = self._dis.calc(
            self._before, self._eight_bit(crop), np.zeros((*crop.shape, 2), np.float32)
        )
        seen = flow.reshape(-1, 2)[self._at].ravel().astype(np.float64)
        weight = self._texture / (_CORRELATION * (self._variance + _FLOW_FLOOR**2))
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
        self._variance += 0.04 * (
            np.minimum(off * off, 9.0 * self._variance + 0.01) - self._variance
        )
        outlying = np.abs(off) > 3.0 * spread + 0.3
        now = crop.ravel()[self._at]
        return Measurement(
            amplitude=state[: self._units].astype(np.float32),
            error=np.sqrt(np.diag(inverse)[: self._units]).astype(np.float32),
            head=state[self._units :].astype(np.float32),
            light=float(now.mean() / max(float(self._template.mean()), 1.0)),
            misfit=float(np.average(outlying, weights=self._texture)),
            residual=float(np.std(now - self._template)),
        )
