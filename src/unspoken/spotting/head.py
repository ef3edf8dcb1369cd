"""Head movements told apart: nod, shake, and a turn that does not come back at once.

A nod or shake is a chain of quick swings to and fro about one axis; a turn is one quick swing. Slow
sway is neither. Rates and sizes: conversational nods swing at 1 to 5 Hz by a few degrees (Hadar,
Steiner & Rose 1985, doi 10.1007/BF00987054).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["HeadMovement", "find_head_movements"]

#: Smallest swing (degrees), its least mean speed and its longest duration.
_SWING_DEG, _SWING_DEG_S, _SWING_S = 2.2, 8.0, 0.6
#: What takes less is a correction of the mesh, not a movement, seconds.
_JUMP_S = 0.07
#: A swing alone is a turn from this size on.
_TURN_DEG, _TURN_DEG_S = 5.0, 14.0
#: Swings of one chain are alike: each is at least this part of its neighbour.
_ALIKE = 0.4
#: Swings further apart are not one chain, seconds.
_APART_S = 0.3
#: One axis must swing this much more than the other.
_DOMINANT = 1.3

Kind = Literal["head_nod", "head_shake", "head_turn"]
Array = NDArray[np.float64]
#: Start and end in seconds, and signed size in degrees.
Swing = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class HeadMovement:
    """A chain of swings, or a large one alone.

    Parameters
    ----------
    kind : {"head_nod", "head_shake", "head_turn"}
        To and fro about which axis, or once.
    start_s, end_s : float
        Seconds.
    """

    kind: Kind
    start_s: float
    end_s: float


def find_head_movements(times_s: Array, pitch_deg: Array, yaw_deg: Array) -> list[HeadMovement]:
    """Nods, shakes and quick turns.

    Parameters
    ----------
    times_s, pitch_deg, yaw_deg : ndarray, shape (n,)
        Rising seconds and head pose; NaN allowed.

    Returns
    -------
    list of HeadMovement
        In order of time; empty when the head keeps still or sways.
    """
    angles: dict[Kind, Array] = {"head_nod": pitch_deg, "head_shake": yaw_deg}
    others: dict[Kind, Array] = {"head_nod": yaw_deg, "head_shake": pitch_deg}
    found = []
    for kind, other in others.items():
        swings = _quick(times_s, angles[kind])
        chains = _chains(swings)
        for start, end in chains:
            inside = (times_s >= start) & (times_s <= end)
            if _range(angles[kind][inside]) >= _DOMINANT * _range(other[inside]):
                found.append(HeadMovement(kind, start, end))
        for start, end, size in swings:
            alone = not any(a <= start and end <= b for a, b in chains)
            if alone and abs(size) >= max(_TURN_DEG, _TURN_DEG_S * (end - start)):
                found.append(HeadMovement("head_turn", start, end))
    return sorted(found, key=lambda m: m.start_s)


def _range(values: Array) -> float:
    known = values[np.isfinite(values)]
    return float(np.ptp(known)) if known.size else 0.0


def _quick(times_s: Array, angle: Array) -> list[Swing]:
    """Quick swings between turning points; ripples below the least swing are no turning points."""
    known = np.isfinite(angle)
    t, v = times_s[known], angle[known]
    if t.size < 3 or np.ptp(v) < _SWING_DEG:
        return []
    turns = _turning_points(v.tolist())
    swings = []
    for a, b in zip(turns, turns[1:], strict=False):
        start = _departure(v, a, b)
        b = _arrival(v, start, b)
        size, lasted = float(v[b] - v[start]), float(t[b] - t[start])
        brief = _JUMP_S < lasted <= _SWING_S
        if brief and abs(size) >= max(_SWING_DEG, _SWING_DEG_S * lasted):
            swings.append((float(t[start]), float(t[b]), size))
    return swings


def _turning_points(values: list[float]) -> list[int]:
    """First sample, extremes at least the least swing apart, and the last extreme."""
    turns = [0]
    sign, best = 0.0, 0
    for i, value in enumerate(values):
        if sign == 0.0:
            if abs(value - values[0]) >= _SWING_DEG:
                sign, best = (1.0 if value > values[0] else -1.0), i
        elif sign * (value - values[best]) >= 0.0:
            best = i
        elif sign * (values[best] - value) >= _SWING_DEG:
            turns.append(best)
            sign, best = -sign, i
    return [*turns, best]


def _to_and_fro(one: Swing, other: Swing) -> bool:
    sizes = sorted((abs(one[2]), abs(other[2])))
    return one[2] * other[2] < 0 and sizes[0] >= _ALIKE * sizes[1]


def _departure(values: Array, first: int, last: int) -> int:
    """Last sample that is still within a tenth of the swing from where it began."""
    part = np.abs(values[first : last + 1] - values[first])
    return first + int(np.flatnonzero(part <= 0.1 * part[-1] + 1e-9)[-1]) if last > first else first


def _arrival(values: Array, first: int, last: int) -> int:
    """First sample within a tenth of the swing from where it ended."""
    part = np.abs(values[first : last + 1] - values[last])
    return first + int(np.flatnonzero(part <= 0.1 * part[0] + 1e-9)[0]) if last > first else last


def _chains(swings: list[Swing]) -> list[tuple[float, float]]:
    """Stretches of at least two swings, to and fro."""
    found: list[tuple[float, float]] = []
    chain: list[Swing] = []
    for swing in [*swings, (np.inf, np.inf, 0.0)]:
        joined = chain and swing[0] - chain[-1][1] <= _APART_S and _to_and_fro(chain[-1], swing)
        if not joined:
            if len(chain) >= 2:
                found.append((chain[0][0], chain[-1][1]))
            chain = []
        chain.append(swing)
    return found
