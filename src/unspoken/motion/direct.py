"""Direct alignment: action-unit amplitudes by least squares on brightness.

The crop is modelled as the template displaced by a linear combination of dense fields (action
units, head movement, eyeballs) plus slow changes of light. Gauss-Newton steps use the template's
gradients, so the Jacobian and its products are made once per template (Baker & Matthews 2004,
doi 10.1023/B:VISI.0000011205.11775.fd). The face is divided into small blocks, each with its own
noise, which is followed over time: a talking mouth loses weight and gains standard error, a quiet
brow above it keeps both. The inverse of the weighted normal matrix gives every amplitude's
standard error, the Cramer-Rao bound of this footage under that noise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.motion.backend import Array, Measurement, Template
from unspoken.motion.crop import canonical_icd_px
from unspoken.motion.fields import HEAD_MODES

__all__ = ["DirectAlignment", "DirectOptions"]

#: Smoothing before gradients are taken, as a share of the crop's side (1.2 px of 160).
_BLUR_SHARE = 1.2 / 160.0
#: Side of a noise block as a share of the crop's side (8 px of 160).
_BLOCK_SHARE = 8.0 / 160.0
#: Standard deviation of the prior on head modes, crop pixels.
_PRIOR_HEAD_PX = 4.0
#: Parameters of light that are straight: a constant, and slopes; the rest bend or stretch it.
_STRAIGHT_LIGHT = 3
#: What the prior takes from an amplitude is given back, up to this gain: a unit that is seen
#: worse stays cautious.
_LEAST_GAIN = 0.3
#: Grey levels: what blurred pixels of even the cleanest footage scatter by (8-bit rounding).
_NOISE_FLOOR = 0.15
#: Grey levels: brighter than this the camera may have clipped.
_CLIPPED = 247.0
#: A block whose residual variance exceeds its usual one this many times is unexplained.
_OUTLIER = 9.0
#: The residual told is that of the worst block but for this part: a blink or a mouth that speaks
#: is no new face.
_TYPICAL = 0.75
#: A Gauss-Newton step below this share of every standard error is the last (the next one would be
#: about a tenth of it).
_CLOSE = 0.6
_MOST_STEPS = 4
#: A change of a block's weight by a smaller factor does not matter.
_WEIGHT_STEP = 1.65
#: A change of a prior variance by less than this (logarithm) is not worth a new factorisation.
_PRIOR_STEP = 0.4
#: Prior precision that holds a parameter at zero.
_NEVER = 1e9
_PARALLAX = {"yaw", "pitch", "nearer", "yaw_perspective", "pitch_perspective"}
#: How fast the memory of block noise follows (share per frame, rising and falling).
_MEMORY = 0.04


@dataclass(frozen=True, slots=True)
class DirectOptions:
    """Parts of the method that can be left out, to see what each is worth.

    Parameters
    ----------
    local_noise : bool
        Every block of the face has its own noise; otherwise all share one.
    parallax : bool
        Small turns of the head move near parts of the face more than far ones.
    bent_light : bool
        Light may bend and stretch brightness over the face; otherwise it only adds and slopes.
    prior_icd : float
        Standard deviation of the prior on an action unit, peak displacement in ICD.
    freed : bool
        The prior gives way where the blendshape net saw a unit move far.
    gain_back : bool
        What the prior takes from an amplitude is given back.
    """

    local_noise: bool = True
    parallax: bool = True
    bent_light: bool = True
    prior_icd: float = 0.012
    freed: bool = True
    gain_back: bool = True


class DirectAlignment:
    """Back end "direct"; see the module's text.

    Parameters
    ----------
    template : Template
        The crop to compare with and its fields.
    options : DirectOptions
        What is left out; nothing by default.
    """

    def __init__(self, template: Template, options: DirectOptions | None = None) -> None:
        self._options = options or DirectOptions()
        size = template.crop.shape[0]
        self._size = size
        self._blur = _BLUR_SHARE * size
        self._units = template.fields.units.shape[0]
        motion = np.concatenate((template.fields.units, template.fields.head))
        self._motions = motion.shape[0]
        self._template = self._smooth(template.crop)
        # After smoothing, neighbours say nearly the same: every other pixel, as on a chess board.
        usable = template.fields.mask & (np.indices(template.crop.shape).sum(axis=0) % 2 == 0)
        usable[size // 2 * 2 :] = usable[:, size // 2 * 2 :] = False
        self._order, self._starts, self._counts = _blocks(
            usable, max(4, round(_BLOCK_SHARE * size))
        )
        self._shares = self._counts / self._counts.sum()
        self._pixels = self._template.ravel()[self._order]
        self._columns = self._make_columns(motion)
        # Fields are smooth: kept at half size (means of 2 x 2 pixels, as cv2.resize undoes), and
        # only where there are usable pixels.
        self._box = _box_around(self._order, size)
        even = motion[:, self._box[0], self._box[1]]
        rows = even[:, ::2] + even[:, 1::2]
        quads = (rows[:, :, ::2] + rows[:, :, 1::2]) * np.float32(0.25)
        planes = quads.transpose(0, 3, 1, 2)  # x and y apart, as cv2.remap wants them
        self._halves = planes.shape[1:]
        self._coarse = np.ascontiguousarray(planes).reshape(self._motions, -1)
        down, across = (np.arange(part.start, part.stop) for part in self._box)
        self._grid = np.meshgrid(across.astype(np.float32), down.astype(np.float32))
        y, x = np.divmod(self._order, size)
        self._inside = (y - down[0]) * across.size + (x - across[0])
        brightness = max(float(self._pixels.mean()), 1.0)
        self._mean_light = self._columns[self._motions :].mean(axis=1) / brightness
        self._products = _block_products(self._columns, self._starts)
        peak_px = np.sqrt((template.fields.units**2).sum(axis=3).max(axis=(1, 2)))
        self._rest_prior = np.r_[
            (peak_px / (self._options.prior_icd * canonical_icd_px(size))) ** 2,
            np.full(self._motions - self._units, _PRIOR_HEAD_PX**-2),
            np.full(len(self._columns) - self._motions, 1e-8),
        ]
        self._rest_prior[self._left_out()] = _NEVER
        self._prior = self._rest_prior
        self._noise = np.full(len(self._starts), 2.0, np.float64)
        self._correlation = 6.0
        self._seen = 0
        self._state = np.zeros(len(self._columns), np.float64)
        self._weights = self._block_weights(self._noise)
        self._factorise()

    def _left_out(self) -> list[int]:
        """Parameters that the options hold at zero."""
        left: list[int] = []
        if not self._options.parallax:
            left += [self._units + i for i, name in enumerate(HEAD_MODES) if name in _PARALLAX]
        if not self._options.bent_light:
            left += range(self._motions + _STRAIGHT_LIGHT, len(self._columns))
        return left

    def _smooth(self, crop: Array) -> Array:
        return np.asarray(cv2.GaussianBlur(crop, (0, 0), self._blur), dtype=np.float32)

    def _make_columns(self, motion: Array) -> Array:
        """The Jacobian, shape (parameters, usable pixels): motions first, then light."""
        t = self._template
        gx = cv2.Sobel(t, cv2.CV_32F, 1, 0, ksize=3, scale=0.125).ravel()[self._order]
        gy = cv2.Sobel(t, cv2.CV_32F, 0, 1, ksize=3, scale=0.125).ravel()[self._order]
        flat = motion.reshape(self._motions, -1, 2)[:, self._order]
        moving = -(flat[:, :, 0] * gx + flat[:, :, 1] * gy)
        y, x = np.divmod(self._order, self._size)
        x = (x / self._size * 4.0 - 2.0).astype(np.float32)
        y = (y / self._size * 4.0 - 2.0).astype(np.float32)
        v = self._pixels / 100.0
        light = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y, v, v * x, v * y])
        columns = np.ascontiguousarray(np.concatenate((moving, light)), dtype=np.float32)
        columns[:, v > _CLIPPED / 100.0] = 0.0
        return columns

    def _block_weights(self, variance: NDArray[np.float64]) -> NDArray[np.float64]:
        """Information per pixel of each block: inverse variance, thinned for correlated noise."""
        if not self._options.local_noise:
            variance = np.full_like(variance, variance @ self._shares)
        return 1.0 / (self._correlation * (variance + _NOISE_FLOOR**2))

    def _factorise(self) -> None:
        normal = np.tensordot(self._weights.astype(np.float32), self._products, axes=1)
        normal = normal.astype(np.float64)
        normal[np.diag_indices_from(normal)] += self._prior
        self._covariance = np.linalg.inv(normal)
        self._pixel_weights = np.repeat(self._weights, self._counts).astype(np.float32)
        variance = np.diag(self._covariance)[: self._units]
        kept = 1.0 - variance * self._prior[: self._units]
        self._gain = (
            np.maximum(kept, _LEAST_GAIN) if self._options.gain_back else np.ones_like(kept)
        )
        self._error = np.sqrt(variance).astype(np.float32)

    def _residual(self, image: Array, state: NDArray[np.float64]) -> Array:
        """What the state leaves unexplained, at the usable pixels, grey levels."""
        moved = state[: self._motions].astype(np.float32) @ self._coarse
        down, across = self._grid[0].shape
        x, y = (
            cv2.add(cv2.resize(plane, (across, down)), grid)
            for plane, grid in zip(moved.reshape(self._halves), self._grid, strict=True)
        )
        back = cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        light = state[self._motions :].astype(np.float32) @ self._columns[self._motions :]
        now = back.take(self._inside)
        left = now - self._pixels - light
        left[now > _CLIPPED] = 0.0  # where the camera ran out of range nothing can be compared
        return np.asarray(left, dtype=np.float32)

    def _step(self, residual: Array) -> NDArray[np.float64]:
        pull = self._columns @ (self._pixel_weights * residual)
        pull = pull.astype(np.float64) - self._prior * self._state
        return np.asarray(self._covariance @ pull)

    def _reweigh(self, energy: NDArray[np.float64]) -> None:
        """Give unexplained blocks less weight; refactorise only when it matters."""
        variance = np.maximum(self._noise, energy)
        weights = self._block_weights(variance)
        ratio = weights / self._weights
        changed = np.count_nonzero((ratio > _WEIGHT_STEP) | (ratio * _WEIGHT_STEP < 1.0))
        if changed > 0.05 * ratio.size:
            self._weights = weights
            self._factorise()

    def measure(self, crop: Array, freedom: Array | None = None) -> Measurement:
        """Measure one crop; see `unspoken.motion.backend.Backend.measure`.

        Starts from the previous crop's solution; two to four Gauss-Newton steps.
        """
        image = self._smooth(crop)
        if freedom is not None and self._options.freed:
            self._set_free(freedom)
        for round_ in range(_MOST_STEPS):
            residual = self._residual(image, self._state)
            energy = np.add.reduceat(residual * residual, self._starts) / self._counts
            if round_:
                self._reweigh(energy)
            step = self._step(residual)
            self._state += step
            if round_ and np.max(np.abs(step[: self._units]) / self._error) < _CLOSE:
                break
        self._remember(energy)
        outlying = energy > _OUTLIER * (self._noise + _NOISE_FLOOR**2)
        return Measurement(
            amplitude=(self._state[: self._units] / self._gain).astype(np.float32),
            error=(self._error / self._gain).astype(np.float32),
            head=self._state[self._units : self._motions].astype(np.float32),
            light=self._brightness(),
            misfit=float(outlying @ self._shares),
            residual=math.sqrt(_typical(energy)),
        )

    def _set_free(self, freedom: Array) -> None:
        """Widen the prior of units that a rough look saw move far.

        Otherwise a smile, many times larger than what the prior expects, is shared out among all
        units that lift the lip corners a little.
        """
        wanted = self._rest_prior.copy()
        variance = 1.0 / wanted[: self._units] + freedom.astype(np.float64) ** 2
        wanted[: self._units] = 1.0 / variance
        if np.max(np.abs(np.log(wanted / self._prior))) > _PRIOR_STEP:
            self._prior = wanted
            self._factorise()

    def _brightness(self) -> float:
        return float(1.0 + self._state[self._motions :] @ self._mean_light)

    def _remember(self, energy: NDArray[np.float64]) -> None:
        """Follow each block's usual residual variance: an average at first, then a slow one."""
        self._seen += 1
        share = max(_MEMORY, 1.0 / (self._seen + 1))
        capped = np.minimum(energy, _OUTLIER * (self._noise + _NOISE_FLOOR**2))
        self._noise += share * (capped - self._noise)


def _typical(energy: NDArray[np.float64]) -> float:
    """The quantile `_TYPICAL`, as `numpy.quantile` gives it, in a tenth of its time."""
    place = _TYPICAL * (energy.size - 1)
    low = int(place)
    high = min(low + 1, energy.size - 1)
    sorted_there = np.partition(energy, (low, high))
    below, above = float(sorted_there[low]), float(sorted_there[high])
    return below + (place - low) * (above - below)


def _box_around(order: NDArray[np.intp], size: int) -> tuple[slice, slice]:
    """Rows and columns that hold all usable pixels, of even length, with two to spare."""
    whole = size // 2 * 2
    parts = []
    for places in np.divmod(order, size):
        first = max(int(places.min()) // 2 * 2 - 2, 0)
        parts.append(slice(first, min(int(places.max()) // 2 * 2 + 4, whole)))
    return parts[0], parts[1]


def _blocks(
    mask: NDArray[np.bool_], side: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Usable pixels sorted block by block.

    Returns
    -------
    order : ndarray, shape (pixels,)
        Flat pixel indices.
    starts, counts : ndarray, shape (blocks,)
        Where each block begins in `order` and how many pixels it has.
    """
    flat = np.flatnonzero(mask)
    y, x = np.divmod(flat, mask.shape[1])
    name = (y // side) * (mask.shape[1] // side + 1) + x // side
    sort = np.argsort(name, kind="stable")
    _, starts, counts = np.unique(name[sort], return_index=True, return_counts=True)
    return flat[sort], starts, counts


def _block_products(columns: Array, starts: NDArray[np.intp]) -> Array:
    """Normal matrix of each block, shape (blocks, parameters, parameters)."""
    pieces = np.split(columns, starts[1:], axis=1)
    return np.stack([piece @ piece.T for piece in pieces])
