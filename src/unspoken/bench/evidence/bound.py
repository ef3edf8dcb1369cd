"""The least error any unbiased method could have on a picture: the Cramer-Rao bound.

What a picture says about a displacement is its gradient along it, against its noise. With white
noise of variance v, the information about all amounts together is the sum over the face's pixels of
``gradient(i) * gradient(j) / v``, and the inverse of that matrix bounds the covariance of every
unbiased estimate (Robinson & Milanfar 2004, doi 10.1109/TIP.2004.834668, for image registration).
The bound knows the fields exactly, and no prior: it only knows pixels.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.motion.backend import Template

__all__ = ["amplitude_bound", "temporal_noise"]

Floats = NDArray[np.float64]
Plane = NDArray[np.float32]
#: Rounding to whole grey levels leaves at least this much (standard deviation).
_ROUNDING = 12.0**-0.5
#: The flattest part of the face, where movement changes nothing and noise remains.
_FLAT_SHARE = 0.3
#: Differences larger than this many standard deviations are movement.
_CLIP = 4.0


def temporal_noise(before: Plane, now: Plane) -> float:
    """Noise of one picture, from two pictures in a row.

    The difference is looked at where the picture is flattest, so that movement hardly changes it.

    Parameters
    ----------
    before, now : ndarray of float32, shape (h, w)
        The face in two pictures in a row, grey levels 0..255, on the pixels of the camera.

    Returns
    -------
    float
        Standard deviation, grey levels; never below that of rounding. NaN for less than 8 x 8
        pixels.
    """
    if min(now.shape) < 8 or before.shape != now.shape:
        return float("nan")
    calm = cv2.GaussianBlur(now, (0, 0), 2.0)
    gradient = cv2.magnitude(
        cv2.Sobel(calm, cv2.CV_32F, 1, 0, ksize=3), cv2.Sobel(calm, cv2.CV_32F, 0, 1, ksize=3)
    )
    flat = gradient <= np.quantile(gradient, _FLAT_SHARE)
    change = (now - before)[flat].astype(np.float64)
    change -= np.median(change)
    for _ in range(3):
        spread = float(change.std()) + 1e-9
        change = change[np.abs(change) <= _CLIP * spread]
    return float(max(change.std() / np.sqrt(2.0), _ROUNDING))


def amplitude_bound(template: Template, noise: float, scale: float) -> tuple[Floats, Floats]:
    """Least standard errors of the amplitudes in one picture.

    Parameters
    ----------
    template : Template
        The crop and its fields.
    noise : float
        Standard deviation of the camera's pixels, grey levels.
    scale : float
        Pixels of the camera per pixel of the crop: a crop pixel that stands for several has less
        noise.

    Returns
    -------
    together, alone : ndarray, shape (units,)
        Parts of full displacement: with every unit, the head, the eyes and the light unknown as
        well, and with this unit alone unknown.
    """
    crop, mask = template.crop, template.fields.mask
    at = np.flatnonzero(mask)
    gx = cv2.Sobel(crop, cv2.CV_32F, 1, 0, ksize=3, scale=0.125).ravel()[at]
    gy = cv2.Sobel(crop, cv2.CV_32F, 0, 1, ksize=3, scale=0.125).ravel()[at]
    motion = np.concatenate((template.fields.units, template.fields.head))
    flat = motion.reshape(len(motion), -1, 2)[:, at]
    moving = flat[:, :, 0] * gx + flat[:, :, 1] * gy
    y, x = np.divmod(at, crop.shape[1])
    x, y = x / crop.shape[1] * 4.0 - 2.0, y / crop.shape[0] * 4.0 - 2.0
    v = crop.ravel()[at] / 100.0
    light = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y, v, v * x, v * y])
    columns = np.concatenate((moving, light)).astype(np.float64)
    information = columns @ columns.T * (scale / noise) ** 2
    units = template.fields.units.shape[0]
    own = np.diag(information)[:units]
    # Scaled to a unit diagonal, so that nothing is lost in rounding.
    size = np.sqrt(np.diag(information)) + 1e-30
    inverse = np.linalg.pinv(information / np.outer(size, size), rcond=1e-10, hermitian=True)
    together = np.sqrt(np.maximum(np.diag(inverse)[:units], 0.0)) / size[:units]
    return together, 1.0 / np.sqrt(np.maximum(own, 1e-30))
