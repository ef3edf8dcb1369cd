"""How strongly each action unit of a planted movement shows at a given second.

People are not symmetrical: of two paired muscles one starts first, and the units of an expression
do not peak together. So every unit gets its own onset, apex and offset inside the planted interval;
at least one of them starts with it and one ends with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from unspoken.bench.profiles import rise_and_fall
from unspoken.facs.units import UNIT_INDEX, UNIT_KEYS
from unspoken.timing import Interval

__all__ = ["Planting"]

#: Latest start of a unit after the first, and earliest end before the last, parts of the rise and
#: of the fall.
_LAG = 0.15
#: Largest shift of a unit's own apex, parts of the rise or of the fall.
_APEX_SHIFT = 0.10
#: Spread of the units' strengths (standard deviation, parts).
_UNEVEN = 0.15


@dataclass(frozen=True)
class Planting:
    """A movement to be planted.

    Parameters
    ----------
    recipe : str
        Name of a `unspoken.bench.recovery.recipes.Recipe`.
    units : dict of str to float
        Its units and their relative amplitudes.
    onset_s, duration_s : float
        Start and length, seconds.
    onset_share : float
        Part of the length spent rising, without the hold.
    hold_share : float
        Part of the length at full strength.
    peak_icd : float
        Largest displacement of any point of the face, picture plane, ICD.
    seed : int
        Which asymmetry.
    """

    recipe: str
    units: dict[str, float]
    onset_s: float
    duration_s: float
    onset_share: float
    hold_share: float
    peak_icd: float
    seed: int

    @property
    def interval(self) -> Interval:
        """Onset to offset."""
        return Interval(self.onset_s, self.onset_s + self.duration_s)

    @property
    def apex_s(self) -> float:
        """When full strength is reached, before the units' own shifts, seconds."""
        return self.onset_s + self.onset_share * (1.0 - self.hold_share) * self.duration_s

    @cached_property
    def _courses(self) -> dict[str, tuple[float, float, float, float, float]]:
        """Per unit: amplitude, onset, start of the hold, end of the hold, offset."""
        rng = np.random.default_rng([self.seed, 11])
        n = len(self.units)
        hold_s = self.hold_share * self.duration_s
        rise = self.apex_s - self.onset_s
        fall = self.interval.end_s - self.apex_s - hold_s
        late, early = rng.uniform(0, _LAG, n) * rise, rng.uniform(0, _LAG, n) * fall
        late[rng.integers(n)] = 0.0
        early[rng.integers(n)] = 0.0
        shift = rng.uniform(-_APEX_SHIFT, _APEX_SHIFT, n) * min(rise, fall) * (n > 1)
        uneven = np.clip(1.0 + _UNEVEN * rng.standard_normal(n), 0.5, 1.5) if n > 1 else np.ones(1)
        return {
            key: (
                share * float(uneven[i]),
                self.onset_s + float(late[i]),
                self.apex_s + float(shift[i]),
                self.apex_s + float(shift[i]) + hold_s,
                self.interval.end_s - float(early[i]),
            )
            for i, (key, share) in enumerate(self.units.items())
        }

    def weights(self, time_s: float) -> NDArray[np.float64]:
        """Relative amplitudes of all action units at an instant, shape (units,)."""
        total = np.zeros(len(UNIT_KEYS))
        for key, (amplitude, onset, rise_end, fall_start, offset) in self._courses.items():
            if rise_end <= time_s <= fall_start:
                level = 1.0
            elif time_s < rise_end:
                level = rise_and_fall(time_s, onset, rise_end, offset)
            else:
                level = rise_and_fall(time_s, onset, fall_start, offset)
            total[UNIT_INDEX[key]] = amplitude * level
        return total

    def span_at_full(self) -> Interval:
        """From the first unit's arrival at full strength to the last one's leaving it."""
        starts = [c[2] for c in self._courses.values()]
        ends = [c[3] for c in self._courses.values()]
        return Interval(min(starts), max(ends))
