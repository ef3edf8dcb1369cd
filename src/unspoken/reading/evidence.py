"""What an event says about every action unit: listed with a size, not listed, or masked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from unspoken.facs.basis import load_basis
from unspoken.facs.units import ACTION_UNITS, UNIT_KEYS
from unspoken.reading.emotion_table import CODES
from unspoken.spotting.artefacts import MOUTH_ARTEFACTS
from unspoken.spotting.channels import EYE_UNITS, SPEECH_UNITS
from unspoken.spotting.events import Event

__all__ = ["SIDED", "UnitEvidence", "overlap", "peaks_icd", "unit_evidence"]

Array = NDArray[np.float64]
_COLUMN = {code: i for i, code in enumerate(CODES)}
_PLACE = {
    key: (_COLUMN[unit.code], side)
    for unit in ACTION_UNITS
    if unit.code in _COLUMN
    for side, key in enumerate(unit.keys)
}
#: Mouth units whose side tells something.
SIDED: tuple[int, ...] = (10, 12, 14, 15, 20)
#: One side counts as alone when the other moved less than this part of it.
_ALONE = 0.4
#: Sides that cannot be told apart: the weaker one within this many standard errors of being equal.
_SURE_Z = 3.0
#: Without standard errors: the best unit's, from the event's own signal-to-noise.
_USUAL_SNR = 8.0


@cache
def peaks_icd() -> Array:
    """Displacement of each code of `CODES` at amplitude 1.0, mean of the sides, ICD."""
    basis = load_basis()
    keys = [unit.keys for unit in ACTION_UNITS if unit.code in _COLUMN]
    return np.array([np.mean([basis.peak(key) for key in pair]) for pair in keys])


@cache
def overlap() -> Array:
    """How alike the fields of two codes are: positive part of the cosine of the AU basis, 0..1.

    Shape (codes, codes); 0 on the diagonal. AU12 and AU14 have 0.8: one is easily listed for the
    other.
    """
    fields = load_basis().fields.astype(np.float64)
    sums = np.zeros((len(CODES), fields.shape[1] * fields.shape[2]))
    for i, key in enumerate(UNIT_KEYS):
        if key in _PLACE:
            sums[_PLACE[key][0]] += fields[i].ravel()
    sums /= np.linalg.norm(sums, axis=1, keepdims=True)
    gram = np.clip(sums @ sums.T, 0.0, 1.0)
    np.fill_diagonal(gram, 0.0)
    return np.asarray(gram, dtype=np.float64)


@dataclass(frozen=True)
class UnitEvidence:
    """Evidence of n events, by FACS number in the order of `CODES`.

    Parameters
    ----------
    listed : ndarray of bool, shape (n, codes)
        The unit contributed to the event.
    size_icd : ndarray, shape (n, codes)
        Peak displacement of listed units, the stronger side, ICD; 0 elsewhere.
    relative_error : ndarray, shape (n, codes)
        Standard error over amplitude of listed units; 0 elsewhere.
    least_icd : ndarray, shape (n, codes)
        Standard error of the unit, ICD: what is far above it would have been listed.
    masked : ndarray of bool, shape (n, codes)
        Nothing is known: not measured, or an artefact explained it away.
    one_sided : ndarray, shape (n,)
        1 one mouth corner alone, 0 both, NaN when nothing can be said.
    micro : ndarray of bool, shape (n,)
        Micro, not macro.
    clarity : ndarray, shape (n,)
        Signal-to-noise of the clearest unit.
    """

    listed: NDArray[np.bool_]
    size_icd: Array
    relative_error: Array
    least_icd: Array
    masked: NDArray[np.bool_]
    one_sided: Array
    micro: NDArray[np.bool_]
    clarity: Array


def unit_evidence(events: Sequence[Event]) -> UnitEvidence:
    """Bring events into arrays.

    Parameters
    ----------
    events : sequence of Event
        Micro and macro; an event without standard errors (an earlier version's) gets those of its
        own signal-to-noise ratio.
    """
    shape = (len(events), len(CODES), 2)
    size, error = np.zeros(shape), np.full(shape, np.nan)
    masked = np.zeros(shape[:2], dtype=bool)
    usual = np.zeros(len(events))
    for row, event in enumerate(events):
        for key, amplitude in event.action_units.items():
            if key in _PLACE:
                size[row, *_PLACE[key]] = max(amplitude, 0.0)
        for key, value in event.unit_errors.items():
            if key in _PLACE:
                error[row, *_PLACE[key]] = value
        usual[row] = _usual_error(event)
        if event.flags or not event.action_units:
            masked[row] = _explained_away(event)
    known = ~np.isnan(error).all(axis=2)
    without = ~known.any(axis=1)
    error[without] = usual[without, None, None]
    listed = np.asarray((size > 0.0).any(axis=2), dtype=np.bool_)
    masked = ((masked | ~(known | without[:, None])) & ~listed).astype(np.bool_)
    fallback = np.where(np.isnan(error), usual[:, None, None], error)
    side = np.argmax(size, axis=2)[:, :, None]
    strongest = np.take_along_axis(size, side, axis=2)[:, :, 0]
    own_error = np.take_along_axis(fallback, side, axis=2)[:, :, 0]
    relative = np.divide(own_error, strongest, out=np.zeros(shape[:2]), where=listed)
    clarity = np.max(
        np.divide(strongest, own_error, out=np.zeros(shape[:2]), where=own_error > 0), axis=1
    )
    return UnitEvidence(
        listed=listed,
        size_icd=strongest * peaks_icd(),
        relative_error=np.minimum(relative, 1.0),
        least_icd=np.maximum(np.min(fallback, axis=2), 1e-5) * peaks_icd(),
        masked=masked,
        one_sided=_one_sided(size, error),
        micro=np.array([event.kind == "micro" for event in events], dtype=bool),
        clarity=clarity,
    )


def _usual_error(event: Event) -> float:
    best = max(event.action_units.values(), default=0.0)
    snr = event.snr if math.isfinite(event.snr) and event.snr > 1.0 else _USUAL_SNR
    return max(best, 1e-3) / snr


def _explained_away(event: Event) -> list[bool]:
    """Units an artefact moves by itself: their absence from the list says nothing."""
    if not event.action_units:  # nothing stands out at all: nothing is known
        return [True] * len(CODES)
    hidden: frozenset[int] = frozenset()
    if {"blink", "eyes_down", "gaze_shift"} & set(event.flags):
        hidden |= EYE_UNITS
    if set(MOUTH_ARTEFACTS) & set(event.flags):
        hidden |= SPEECH_UNITS
    return [code in hidden for code in CODES]


def _one_sided(size: Array, error: Array) -> Array:
    """Side behaviour of the largest mouth unit of each event."""
    columns = [_COLUMN[code] for code in SIDED]
    part, noise = size[:, columns], error[:, columns]
    scale = part.max(axis=2) * peaks_icd()[columns]
    chosen = np.argmax(scale, axis=1)
    rows = np.arange(len(size))
    sides, noise = part[rows, chosen], noise[rows, chosen]
    strong, weak = sides.max(axis=1), sides.min(axis=1)
    both_known = ~np.isnan(noise).any(axis=1)
    alone = (weak < _ALONE * strong).astype(np.float64)
    # A side that was not listed may still have moved below what could be seen.
    unseen = _SURE_Z * np.nan_to_num(noise).max(axis=1)
    unsure = (weak <= 0.0) & (unseen > strong)
    return np.where((strong > 0.0) & both_known & ~unsure, alone, np.nan)
