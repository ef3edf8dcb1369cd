"""What the way a head is held leaves in the evidence.

The fields of the head's turn come from a mesh whose depth is a net's guess, so a turned head moves
amplitudes a little, each unit in its own way and by the degree. A head that is held low for a
second then looks like raised brows that are held for a second. How much is learned from the
face's own recent evidence; what is not known yet is uncertain, and the more so the further the
head is from where it usually is (Bayesian linear regression; Bishop 2006, Pattern Recognition and
Machine Learning, section 3.3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unspoken.facs.basis import load_basis

__all__ = ["Posture", "learn_posture"]

Array = NDArray[np.float64]

#: Before anything is known: skin displacement that a degree of yaw or pitch pretends, ICD (root
#: mean square over units and turns of the development clips of people).
PRETENDED_ICD = 0.004
#: The same for a degree squared: both ways of turning may pretend the same, and a muscle pulls
#: one way only, so this is what false candidates are made of.
BENT_ICD = 0.0005
#: Evidence wanders slowly: samples this far apart count as independent, seconds.
_INDEPENDENT_S = 10.0


@dataclass(frozen=True, slots=True)
class Posture:
    """How the evidence follows the head.

    Parameters
    ----------
    centre : ndarray, shape (2,)
        Usual yaw and pitch, degrees.
    slope : ndarray, shape (5, units)
        Amplitude per degree of yaw and pitch and per degree squared of yaw, pitch and both.
    covariance : ndarray, shape (units, 5, 5)
        Of the slope.
    """

    centre: Array
    slope: Array
    covariance: Array

    def explains(self, pose: Array) -> tuple[Array, Array]:
        """What the head pretends at some poses, and how uncertain that is.

        Parameters
        ----------
        pose : ndarray, shape (n, 2)
            Yaw and pitch, degrees; NaN where unknown counts as usual.

        Returns
        -------
        amplitude, variance : ndarray, shape (n, units)
        """
        x = _terms(pose, self.centre)
        return x @ self.slope, np.einsum("na,uab,nb->nu", x, self.covariance, x)

    def change(self, pose: Array) -> tuple[Array, Array]:
        """What the head pretends at an apex beyond what it does at onset and offset.

        Parameters
        ----------
        pose : ndarray, shape (3, 2)
            Yaw and pitch at onset, apex and offset, degrees.

        Returns
        -------
        amplitude, variance : ndarray, shape (units,)
        """
        before, at, after = _terms(pose, self.centre)
        x = at - 0.5 * (before + after)
        return x @ self.slope, np.einsum("a,uab,b->u", x, self.covariance, x)


def learn_posture(pose: Array, values: Array, variance: Array, step_s: float) -> Posture:
    """Learn from recent evidence.

    Parameters
    ----------
    pose : ndarray, shape (n, 2)
        Yaw and pitch, degrees; NaN allowed. n may be 0: then all is prior.
    values : ndarray, shape (n, units)
        Evidence at the same instants, without NaN.
    variance : ndarray, shape (units,)
        Of a sample about its usual level, positive.
    step_s : float
        Between samples, seconds.

    Returns
    -------
    Posture
    """
    sizes = np.array([PRETENDED_ICD] * 2 + [BENT_ICD] * 3)
    prior = (sizes / load_basis().peak_icd[:, :1].astype(np.float64)) ** 2  # (units, terms)
    known = pose[np.isfinite(pose).all(axis=1)]
    centre = np.zeros(2) if not len(known) else np.asarray(np.median(known, axis=0), np.float64)
    x, y = _terms(pose, centre), values
    if len(values):
        x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    share = min(1.0, step_s / _INDEPENDENT_S)
    weight = share / variance
    precision = weight[:, None, None] * (x.T @ x) + np.eye(sizes.size) / prior[:, :, None]
    covariance = np.asarray(np.linalg.inv(precision), dtype=np.float64)
    pull = weight * (x.T @ y)
    slope = np.asarray(np.einsum("uab,bu->au", covariance, pull), dtype=np.float64)
    return Posture(centre, slope, covariance)


def _terms(pose: Array, centre: Array) -> Array:
    """Straight and bent terms of a pose, shape (n, 5)."""
    yaw, pitch = np.nan_to_num(pose - centre).T
    return np.column_stack((yaw, pitch, yaw * yaw, pitch * pitch, yaw * pitch))
