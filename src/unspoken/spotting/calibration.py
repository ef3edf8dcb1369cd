"""How often noise alone reaches a statistic, on this very footage.

Muscles only pull one way. A detector run on the *negated* evidence therefore finds decoys: what
noise, talk and head movement look like when nothing can be an expression. Decoys per minute above
a level estimate false alarms per minute above it. Few decoys are seen in a short clip, so the count
is combined with what other footage usually gives, and the far tail is extrapolated as exponential,
the tail of the Gumbel distribution that maxima follow. Its slope is known from few peaks only, so
the tail is averaged over all slopes these peaks allow: with little footage it falls slowly, and the
stated rates are right on average over recordings, not just for a typical one.

Sources: target-decoy estimation, Elias & Gygi 2007 (doi 10.1038/nmeth1019); the predictive
distribution of an exponential with a gamma prior is Lomax (Lomax 1954,
doi 10.1080/01621459.1954.10501239).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["FLOOR", "Prior", "TailCalibration"]

#: Peaks below this statistic are neither candidates nor decoys.
FLOOR = 3.4
#: Decoys used for the slope of the tail.
_TAIL_COUNT = 25
#: Memory: footage older than this many minutes counts half.
_HALF_LIFE_MIN = 10.0
_KEEP = 600


@dataclass(frozen=True, slots=True)
class Prior:
    """What other footage gave, and how much that is worth.

    Parameters
    ----------
    per_min : float
        Peaks per minute above `FLOOR`.
    slope : float
        Mean excess of those peaks over a level, in units of the statistic, near `FLOOR`.
    minutes : float
        Exposure the prior counts for.
    peaks : float
        Decoys the prior slope counts for.
    """

    per_min: float
    slope: float
    minutes: float = 0.3
    peaks: float = 3.0


class TailCalibration:
    """Running estimate of the rate of false alarms as a function of the statistic.

    ``rate(s) = (n + m) / (T + t) * (1 + (s - u) / e) ** -k``: n peaks above u in T minutes, m and
    t from the prior; k is their number and e the sum of their excess over u, the prior's included.
    With many peaks this is ``exp(-(s - u) * k / e)``. The level u rises with the number of peaks so
    that the fit stays in the tail. Old footage is forgotten slowly (half in 10 minutes).

    Parameters
    ----------
    prior : Prior
        What to expect before anything was seen.
    """

    def __init__(self, prior: Prior) -> None:
        self.prior = prior
        self.seen_min = 0.0
        self._exposure = 0.0
        self._decoys: list[tuple[float, float]] = []
        self._fit: tuple[float, float, float, float] | None = None

    @property
    def decoys(self) -> int:
        """Decoys in memory."""
        return len(self._decoys)

    def add_exposure(self, minutes: float) -> None:
        """Footage was searched for decoys; negative takes back what lay in a shadow.

        At most half is taken back: what could have been seen in a shadow is only less, not nothing.
        """
        if minutes < 0:
            minutes = max(minutes, -0.5 * self._exposure)
        else:
            self.seen_min += minutes
            keep = 0.5 ** (minutes / _HALF_LIFE_MIN)
            self._exposure *= keep
            self._decoys = [(s, w * keep) for s, w in self._decoys]
        self._exposure += minutes
        self._fit = None

    def add_decoy(self, statistic: float) -> None:
        """A peak of the negated evidence passed `FLOOR`."""
        self._decoys.append((statistic, 1.0))
        if len(self._decoys) > _KEEP:
            self._decoys.sort(reverse=True)
            del self._decoys[_KEEP * 3 // 4 :]
        self._fit = None

    def rate(self, statistic: float) -> float:
        """Expected false alarms per minute at or above a statistic."""
        level, per_min, peaks, excess = self._tail()
        if statistic >= level:
            return per_min * math.pow(1.0 + (statistic - level) / excess, -peaks)
        above = sum(w for s, w in self._decoys if s >= statistic)
        expected = self._prior_rate(statistic) * self.prior.minutes
        return max(per_min, (above + expected) / (self._exposure + self.prior.minutes))

    def threshold(self, per_min: float) -> float:
        """Statistic that false alarms reach `per_min` times per minute; never below `FLOOR`."""
        level, at_level, peaks, excess = self._tail()
        if at_level >= per_min:
            return level + excess * (math.pow(at_level / per_min, 1.0 / peaks) - 1.0)
        low, high = FLOOR, level
        for _ in range(30):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if self.rate(middle) > per_min else (low, middle)
        return high

    def _prior_rate(self, statistic: float) -> float:
        """Peaks of Gaussian noise: ``exp(-s**2 / 2)`` scaled to the slope at `FLOOR`."""
        curvature = 1.0 / (self.prior.slope * FLOOR)
        excess = 0.5 * curvature * (statistic**2 - FLOOR**2)
        return self.prior.per_min * math.exp(-excess)

    def _tail(self) -> tuple[float, float, float, float]:
        """Level, rate at the level, number of peaks over it, and their excess in sum."""
        if self._fit is None:
            prior = self.prior
            ordered = sorted((s for s, _ in self._decoys), reverse=True)
            level = ordered[_TAIL_COUNT - 1] if len(ordered) >= _TAIL_COUNT else FLOOR
            if len(ordered) < _TAIL_COUNT:
                # A short clip: start the exponential where Gaussian noise already is one.
                level = min(4.0, max([FLOOR, *ordered]))
            above = [(s, w) for s, w in self._decoys if s >= level]
            count = sum(w for _, w in above)
            excess = sum(w * (s - level) for s, w in above)
            expected = self._prior_rate(level) * prior.minutes
            rate = (count + expected) / (self._exposure + prior.minutes)
            prior_slope = prior.slope * FLOOR / level
            peaks = count + prior.peaks
            self._fit = (level, max(rate, 1e-9), peaks, excess + prior.peaks * prior_slope)
        return self._fit
