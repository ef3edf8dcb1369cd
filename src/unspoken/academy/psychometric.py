"""The psychometric function: how the chance of a right answer grows with duration.

``P(correct | d) = g + (1 - g - l) F(d)`` with the Weibull function
``F(d) = 1 - exp(-ln 2 (d / t)^b)``.

``t`` is the threshold duration in seconds: F = 0.5 there, halfway between the floor ``g`` and the
ceiling ``1 - l``, whatever these are. ``b`` is the slope, ``l`` the lapse rate (a slip although the
face was seen), ``g`` the floor: the share of right answers when nothing can be seen.
The floor is a parameter and not 1/8, because somebody who saw nothing may say "none" every time.

Source: Watson 2017, doi 10.1167/17.3.10; the floor and threshold conventions are stated here
because they differ between papers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["p_correct"]

Floats = NDArray[np.float64]


def p_correct(
    duration_s: ArrayLike,
    threshold_s: ArrayLike,
    slope: ArrayLike,
    lapse: ArrayLike = 0.0,
    floor: ArrayLike = 0.0,
) -> Floats:
    """Chance of a right answer; arguments broadcast against each other.

    Parameters
    ----------
    duration_s : array_like, seconds, >= 0
        How long the expression is on the screen; 0 gives the floor.
    threshold_s : array_like, seconds, > 0
    slope : array_like, dimensionless, > 0
    lapse, floor : array_like, dimensionless
        Both >= 0, together at most 1.

    Returns
    -------
    ndarray of float64
        Between `floor` and ``1 - lapse``.
    """
    ratio = np.asarray(duration_s, dtype=np.float64) / np.asarray(threshold_s, dtype=np.float64)
    seen = -np.expm1(-np.log(2.0) * ratio ** np.asarray(slope, dtype=np.float64))
    low = np.asarray(floor, dtype=np.float64)
    return np.asarray(low + (1.0 - low - np.asarray(lapse, dtype=np.float64)) * seen)
