"""Signal detection: sensitivity and criterion with the log-linear correction, and proportions.

``d' = z(H) - z(F)`` and ``c = -(z(H) + z(F)) / 2`` with hit and false-alarm rates corrected as
``(n + 0.5) / (N + 1)``, which keeps perfect scores finite and biases small samples least.

Sources: Hautus 1995, doi 10.3758/BF03203619 (correction); Gourevitch & Galanter 1967,
doi 10.1007/BF02289402 (variance); Wilson 1927, doi 10.1080/01621459.1927.10502953 (interval).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, nan, pi, sqrt
from statistics import NormalDist

__all__ = ["Detection", "Proportion", "detection", "proportion"]

_NORMAL = NormalDist()


@dataclass(frozen=True)
class Proportion:
    """A share with its 95 % interval (Wilson); all NaN where there was no trial."""

    count: int
    of: int
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Detection:
    """Sensitivity and criterion with 95 % intervals.

    Parameters
    ----------
    d_prime, d_prime_low, d_prime_high : float
        0 is chance; NaN where there were no signal or no catch trials.
    criterion, criterion_low, criterion_high : float
        Above 0: rather says "none"; below 0: rather says that something was there.
    hits, signals, false_alarms, catches : int
        What it rests on.
    """

    d_prime: float
    d_prime_low: float
    d_prime_high: float
    criterion: float
    criterion_low: float
    criterion_high: float
    hits: int
    signals: int
    false_alarms: int
    catches: int


def proportion(count: int, of: int, level: float = 0.95) -> Proportion:
    """A share with its Wilson score interval.

    Raises
    ------
    ValueError
        If `count` is negative or more than `of`.
    """
    if not 0 <= count <= of:
        raise ValueError(f"count: expected 0 to {of}, found {count}.")
    if of == 0:
        return Proportion(0, 0, nan, nan, nan)
    z = _NORMAL.inv_cdf(0.5 + level / 2.0)
    share = count / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return Proportion(count, of, share, max(0.0, middle - half), min(1.0, middle + half))


def detection(hits: int, signals: int, false_alarms: int, catches: int) -> Detection:
    """Sensitivity and criterion from four counts.

    Returns
    -------
    Detection
        NaN throughout where `signals` or `catches` is zero.

    Raises
    ------
    ValueError
        If a count is impossible.
    """
    if not 0 <= hits <= signals or not 0 <= false_alarms <= catches:
        raise ValueError(
            f"expected hits <= signals and false alarms <= catches, found {hits}/{signals} and "
            f"{false_alarms}/{catches}."
        )
    counts = (hits, signals, false_alarms, catches)
    if not signals or not catches:
        return Detection(nan, nan, nan, nan, nan, nan, *counts)
    hit_z, hit_variance = _z_of((hits + 0.5) / (signals + 1), signals + 1)
    false_z, false_variance = _z_of((false_alarms + 0.5) / (catches + 1), catches + 1)
    half = _NORMAL.inv_cdf(0.975) * sqrt(hit_variance + false_variance)
    d_prime, criterion = hit_z - false_z, -(hit_z + false_z) / 2.0
    return Detection(
        d_prime, d_prime - half, d_prime + half,
        criterion, criterion - half / 2.0, criterion + half / 2.0,
        *counts,
    )  # fmt: skip


def _z_of(rate: float, trials: int) -> tuple[float, float]:
    """Normal score of a rate, and its variance by the delta method."""
    z = _NORMAL.inv_cdf(rate)
    density = exp(-z * z / 2.0) / sqrt(2.0 * pi)
    return z, rate * (1.0 - rate) / (trials * density * density)
