"""The person's own baseline: what they do all the time is no signal.

Every event has been measured against the face's own level around it, so the zero of amplitudes is
the person's own neutral and follows it when it drifts. What is left to learn is how often this
person makes such a movement. Two movements are alike when they share at least half of their action
units (Jaccard index) and the other is at least half as large. Their rate is counted over the whole
footage of the person, earlier interactions included, and again over the ten minutes around; the
larger of the two counts, so that a habit that begins late (drift) is still a habit. Few minutes say
little: a rate is shrunk towards a usual one, as if `PRIOR_MINUTES` had been seen at it (the mean of
the Gamma posterior of a Poisson rate).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from unspoken.facs.units import unit_of
from unspoken.reading.emotion_table import CODES
from unspoken.reading.evidence import peaks_icd
from unspoken.reading.exposure import Spans, hidden_stretches
from unspoken.spotting.events import Event

__all__ = ["ENOUGH_S", "PRIOR_MINUTES", "BaselineFacts", "Earlier"]
__all__ += ["exposure_of", "rarity"]

Array = NDArray[np.float64]
#: Below this much footage the baseline is called short, seconds.
ENOUGH_S = 120.0
#: What is expected of a person nobody has seen: minutes, and movements of a kind a minute.
PRIOR_MINUTES = 2.0
PRIOR_RATE_PER_MIN = 0.25
_ALIKE = 0.5
#: Half-width of "around", seconds.
_AROUND_S = 300.0
#: What happens this close belongs to the same movement, seconds.
_SAME_S = 2.0
_COLUMN = {code: i for i, code in enumerate(CODES)}


@dataclass(frozen=True, slots=True)
class Earlier:
    """Footage of the same customer in earlier interactions.

    Parameters
    ----------
    events : tuple of Event
        Micro and macro.
    exposure_s : float
        Seconds with usable evidence.
    interactions : int
        How many.
    hidden : tuple of mapping of str to intervals
        For each, action unit without its side to when it was not measured, seconds.
    """

    events: tuple[Event, ...] = ()
    exposure_s: float = 0.0
    interactions: int = 0
    hidden: tuple[Mapping[str, Spans], ...] = ()


@dataclass(frozen=True, slots=True)
class BaselineFacts:
    """What the baseline of one face rests on.

    Parameters
    ----------
    exposure_s : float
        Usable footage of this recording, seconds.
    earlier_s : float
        And of earlier interactions of the same customer, seconds.
    earlier_interactions : int
        How many those are.
    enough : bool
        Whether it is at least two minutes in all.
    per_min : dict of str to float
        Movements a minute with each action unit, over all this footage in which the unit was
        measured: ``{"AU4": 1.2}``.
    drift : dict of str to float
        Units whose rate in the second half of this recording differs clearly from the first half
        (more than two standard errors): second minus first, 1/min.
    sentence : str
        All that in words.
    """

    exposure_s: float
    earlier_s: float
    earlier_interactions: int
    enough: bool
    per_min: dict[str, float] = field(default_factory=dict)
    drift: dict[str, float] = field(default_factory=dict)
    sentence: str = ""


def rarity(
    events: Sequence[Event],
    exposure: Spans,
    earlier: Earlier | None = None,
    hidden: Mapping[str, Spans] | None = None,
) -> tuple[Array, BaselineFacts]:
    """How unusual each event of one face is for this person.

    Parameters
    ----------
    events : sequence of Event
        Micro and macro events of one face in one recording.
    exposure : sequence of (float, float)
        Intervals with usable evidence, seconds.
    earlier : Earlier, optional
        Footage of the same customer from before.
    hidden : mapping of str to intervals, optional
        Action unit without its side to the parts of `exposure` in which it was not measured.

    Returns
    -------
    rarity : ndarray, shape (n,)
        exp(-rate): the chance that a minute of the person's footage holds no such movement. The
        event itself is not counted.
    facts : BaselineFacts
        What it rests on.
    """
    earlier = earlier or Earlier()
    everything = [*events, *earlier.events]
    n = len(events)
    sizes = _sizes(everything)
    present = sizes > 0.0
    sets = present @ (1 << np.arange(len(CODES)))  # one bit per unit
    shared = np.bitwise_count(sets[:n, None] & sets[None])
    either = np.bitwise_count(sets[:n, None] | sets[None])
    alike = shared >= _ALIKE * np.maximum(either, 1)
    largest = sizes.max(axis=1, initial=0.0)
    alike &= largest[None] >= 0.5 * largest[:n, None]
    times = np.array([event.apex_s for event in events])
    apart = np.abs(times[:, None] - times[None])
    here = alike[:, :n] & (apart > _SAME_S)
    spans = np.array(exposure, dtype=np.float64).reshape(-1, 2)
    gone, units = hidden_stretches(hidden or {})
    before = [hidden_stretches(one) for one in earlier.hidden]
    lengths = np.concatenate([_lengths(s) for s, _ in [(gone, units), *before]])
    lost = np.concatenate([units, *(u for _, u in before)])
    unseen = _unseen(present[:n], lost)
    total_min = (_lengths(spans).sum() + earlier.exposure_s - unseen @ lengths) / 60.0
    whole = _rate(here.sum(axis=1) + alike[:, n:].sum(axis=1), total_min)
    near_min = _around(times, spans).sum(axis=1)
    near_min -= (_around(times, gone) * unseen[:, : len(gone)]).sum(axis=1)
    around = _rate((here & (apart <= _AROUND_S)).sum(axis=1), near_min)
    rate = np.maximum(whole, around)
    return np.exp(-rate), _facts(present, times, spans, earlier, lengths @ lost)


def _rate(count: Array, minutes: float | Array) -> Array:
    """Mean of the Gamma posterior, 1/min."""
    posterior: Array = (count + PRIOR_MINUTES * PRIOR_RATE_PER_MIN) / (minutes + PRIOR_MINUTES)
    return posterior


def _sizes(events: Sequence[Event]) -> Array:
    """Displacement by FACS number, the stronger side, shape (n, codes), ICD."""
    sizes = np.zeros((len(events), len(CODES)))
    for row, event in enumerate(events):
        for key, amplitude in event.action_units.items():
            column = _COLUMN.get(unit_of(key)[0].code)
            if column is not None:
                sizes[row, column] = max(sizes[row, column], amplitude)
    return sizes * peaks_icd()


def _lengths(spans: Array) -> Array:
    seconds: Array = spans[:, 1] - spans[:, 0]
    return seconds


def _unseen(present: NDArray[np.bool_], hidden: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Movements none alike could be seen of, most of their units being hidden: (n, stretches)."""
    share = present.astype(np.float64) @ hidden.T
    unseen: NDArray[np.bool_] = share > (1.0 - _ALIKE) * present.sum(axis=1, keepdims=True)
    return unseen


def _around(times: Array, spans: Array) -> Array:
    """Part of each span within five minutes of each event, minutes: (n, spans)."""
    low = np.clip(times[:, None] - _AROUND_S, spans[None, :, 0], spans[None, :, 1])
    high = np.clip(times[:, None] + _AROUND_S, spans[None, :, 0], spans[None, :, 1])
    minutes: Array = (high - low) / 60.0
    return minutes


def _facts(
    present: NDArray[np.bool_], times: Array, spans: Array, earlier: Earlier, lost_s: Array
) -> BaselineFacts:
    exposure_s = float(_lengths(spans).sum())
    enough = exposure_s + earlier.exposure_s >= ENOUGH_S
    counts = present.sum(axis=0)
    minutes = (exposure_s + earlier.exposure_s - lost_s) / 60.0
    found = [(code, c, m) for code, c, m in zip(CODES, counts, minutes, strict=True) if c and m > 0]
    per_min = {f"AU{code}": round(float(c / m), 3) for code, c, m in found}
    drift = _drift(present[: len(times)], times, spans) if enough else {}
    return BaselineFacts(
        exposure_s,
        earlier.exposure_s,
        earlier.interactions,
        enough,
        per_min,
        drift,
        _sentence(exposure_s, earlier, per_min, drift, enough=enough),
    )


def _drift(present: NDArray[np.bool_], times: Array, spans: Array) -> dict[str, float]:
    """Units whose rate changed between the halves of the exposure, by more than two errors."""
    lengths = _lengths(spans)
    half = 0.5 * float(lengths.sum())
    if half < 0.5 * ENOUGH_S:
        return {}
    before = np.concatenate([[0.0], np.cumsum(lengths)])
    i = int(np.clip(np.searchsorted(before, half) - 1, 0, len(spans) - 1))
    middle = float(spans[i, 0] + half - before[i])
    first = present[times < middle].sum(axis=0).astype(np.float64)
    second = present[times >= middle].sum(axis=0).astype(np.float64)
    difference = second - first
    clear = (np.abs(difference) > 2.0 * np.sqrt(first + second)) & (first + second >= 6)
    minutes = half / 60.0
    return {
        f"AU{CODES[j]}": round(float(difference[j]) / minutes, 3) for j in np.flatnonzero(clear)
    }


def _sentence(
    exposure_s: float,
    earlier: Earlier,
    per_min: dict[str, float],
    drift: dict[str, float],
    *,
    enough: bool,
) -> str:
    """The baseline in words."""
    before = (
        f" and {earlier.exposure_s / 60.0:.1f} min of {earlier.interactions} earlier"
        if earlier.interactions
        else ""
    )
    words = f"Own baseline from {exposure_s / 60.0:.1f} min of this recording{before}."
    if not enough:
        return f"{words} That is too little to know this person's habits: rarity is mostly a guess."
    often = sorted(per_min.items(), key=lambda item: -item[1])[:3]
    if often:
        words += " Most often: " + ", ".join(f"{u} {r:.1f}/min" for u, r in often) + "."
    if drift:
        changed = ", ".join(f"{u} {change:+.1f}/min" for u, change in drift.items())
        words += f" Drift from the first half to the second: {changed}."
    return words


def exposure_of(times_s: Array, usable: NDArray[np.bool_]) -> tuple[tuple[float, float], ...]:
    """Intervals with usable evidence from the rows of one face.

    Parameters
    ----------
    times_s : ndarray, shape (rows,)
        Capture times, seconds, in order.
    usable : ndarray of bool, shape (rows,)
        Rows without a gap.

    Returns
    -------
    tuple of (float, float)
        Each runs to the next frame after its last row; breaks of over 0.25 s split it.
    """
    if not len(times_s) or not usable.any():
        return ()
    step = np.diff(times_s, append=times_s[-1])
    usual = float(np.median(step[:-1])) if len(step) > 1 else 0.0
    step = np.where(step > max(0.25, 3.5 * usual), usual, step)
    step[-1] = usual
    start, end = times_s[usable], (times_s + step)[usable]
    split = np.flatnonzero(start[1:] - end[:-1] > 1e-6) + 1
    firsts = np.concatenate([[0], split])
    lasts = np.concatenate([split, [len(start)]]) - 1
    return tuple((float(start[a]), float(end[b])) for a, b in zip(firsts, lasts, strict=True))
