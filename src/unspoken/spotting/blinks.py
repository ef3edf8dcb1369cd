"""Blinks: both eyes close and open again within half a second or so.

Two witnesses. The net's eye opening is sure but may be carried over between mesh runs for 0.1 s or
more; the AU45 evidence comes every frame but bends under so large a movement. Each is scaled to
"part of a full closing" and the larger counts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["LONGEST_S", "SHORTEST_S", "closure", "find_blinks", "long_closings"]

#: Closed longer than this the eyes rest or look down. CAS(ME)3 blinks: 5-95 % are 0.33-0.73 s.
LONGEST_S = 0.75
SHORTEST_S = 0.06
#: Part of a full closing that counts as a blink. The net gives some shut eyes no more than 0.4.
_CLOSED = 0.3
#: Where a blink begins and ends, as part of its own depth.
_EDGE = 0.2
#: Eyes that hardly open more than that (squinting, looking down) cannot be seen to blink.
_LEAST_FALL = 0.2
#: AU45 amplitude taken for a full closing, and how far above its noise it has to be.
_FULL = 0.7
_CLEAR = 6.0

Array = NDArray[np.float64]


def closure(times_s: Array, eye_opening: Array, left: Array, right: Array, sigma: float) -> Array:
    """How far both eyes are closed, 0 open .. 1 closed.

    Parameters
    ----------
    times_s : ndarray, shape (n,)
        Seconds.
    eye_opening : ndarray, shape (n,)
        0 closed .. 1 wide open, possibly carried over between measurements; NaN allowed.
    left, right : ndarray, shape (n,)
        AU45 amplitude of each eye; NaN allowed.
    sigma : float
        Noise of one frame of AU45.

    Returns
    -------
    ndarray, shape (n,)
        0.0 where nothing is known; empty for empty input.
    """
    out = np.zeros(times_s.size)
    seen = np.isfinite(eye_opening)
    if seen.any():
        usual = float(np.quantile(eye_opening[seen], 0.7))
        if usual - float(np.min(eye_opening[seen])) > _LEAST_FALL:
            out[seen] = np.clip(1.0 - eye_opening[seen] / usual, 0.0, 1.0)
    known = np.isfinite(left) & np.isfinite(right)
    if known.any():
        rise = [x - float(np.quantile(x[known], 0.3)) for x in (left, right)]
        # A wink is not a blink: the lesser eye counts, up to twice.
        both = np.minimum(0.5 * (rise[0] + rise[1]), 2.0 * np.minimum(rise[0], rise[1]))
        lids = np.where(known & (both > _CLEAR * sigma), both / _FULL, 0.0)
        out = np.maximum(out, np.clip(lids, 0.0, 1.0))
    return out


def find_blinks(times_s: Array, closed: Array) -> list[tuple[float, float, float]]:
    """Blinks as (onset, apex, offset) in seconds.

    Parameters
    ----------
    times_s, closed : ndarray, shape (n,)
        Rising seconds and `closure`.

    Returns
    -------
    list of tuple
        In order of time. Closings that touch an end of the stretch, or last longer than 0.75 s,
        are not blinks.
    """
    found: list[tuple[float, float, float]] = []
    above = closed >= _CLOSED
    edges = np.flatnonzero(np.diff(np.r_[False, above, False].astype(int)))
    last = -1
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        if first <= last:
            continue
        apex = first + int(np.argmax(closed[first:end]))
        low = _EDGE * closed[apex]
        before = np.flatnonzero(closed[:apex] < low)
        after = np.flatnonzero(closed[apex:] < low)
        if before.size == 0 or after.size == 0:
            continue
        onset, offset = int(before[-1]), apex + int(after[0])
        last = offset
        if SHORTEST_S <= times_s[offset] - times_s[onset] <= LONGEST_S:
            found.append((float(times_s[onset]), float(times_s[apex]), float(times_s[offset])))
    return found


def long_closings(times_s: Array, closed: Array) -> list[tuple[float, float]]:
    """Stretches in which the lids stay down for longer than a blink, as (start, end) in seconds.

    Parameters
    ----------
    times_s, closed : ndarray, shape (n,)
        Rising seconds and `closure`.

    Returns
    -------
    list of tuple
        In order of time; one that is still going on counts as soon as it is long enough.
    """
    edges = np.flatnonzero(np.diff(np.r_[False, closed >= _CLOSED, False].astype(int)))
    spans = [
        (float(times_s[first]), float(times_s[end - 1]))
        for first, end in zip(edges[::2], edges[1::2], strict=True)
    ]
    return [(start, end) for start, end in spans if end - start > LONGEST_S]
