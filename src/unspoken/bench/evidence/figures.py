"""From tallies to figures with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unspoken.bench.evidence.tally import BESIDE, LAGS_S, Z_EDGES, Tally
from unspoken.bench.recovery.figures import ALL
from unspoken.bench.recovery.footage import CLASSES
from unspoken.facs.basis import load_basis
from unspoken.facs.units import UNIT_KEYS

__all__ = ["BackendFigures", "Calibration", "Piece", "Value", "sum_up_evidence"]

Floats = NDArray[np.float64]
_DRAWS = 1000
#: Lags that make up "the noise": the time scales of micro-expressions.
_MICRO = [i for i, lag in enumerate(LAGS_S) if lag > 0.0]
#: Within one standard error.
_WITHIN = int(np.searchsorted(Z_EDGES, 1.0))


@dataclass(frozen=True)
class Value:
    """A figure with its 95 % interval; NaN bounds where there is nothing to draw again."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Piece:
    """What one copy says about one class of footage.

    Parameters
    ----------
    clip, copy : int
        Numbers of the clip and of its copy.
    footage : str
    tally : Tally
    """

    clip: int
    copy: int
    footage: str
    tally: Tally


@dataclass(frozen=True)
class Calibration:
    """Deviations against the claimed standard error.

    Parameters
    ----------
    what : str
        Which deviations.
    count : int
        Single deviations looked at.
    within : Value
        Share within one claimed standard error; 0.68 would be right.
    ratio : float
        Spread (median over 0.6745) over the claimed standard error; 1.0 would be right.
    """

    what: str
    count: int
    within: Value
    ratio: float


@dataclass(frozen=True)
class BackendFigures:
    """Figures of one back end in one class of footage.

    Parameters
    ----------
    backend, footage : str
    drawn : str
        What was drawn again for the intervals: "clips", or "copies" of a single clip.
    plantings, frames : int
        Movements and frames of noise they rest on.
    gain : Value
        Measured over planted displacement, all units and sizes.
    gain_by_unit : dict of str to Value
        Slope of measured on planted amplitude.
    gain_by_size : dict of str to Value
        By largest planted displacement, ICD.
    answers : dict of str to dict of str to Value
        For everything planted: measured displacement of each unit, ICD per planted ICD.
    cross_talk : Value
        Largest displacement in any unit that was not planted, over the planted one; mean over
        everything planted.
    calibration : tuple of Calibration
    noise_icd, claimed_icd, bound_icd, bound_alone_icd : dict of str to float
        Standard deviation of the noise of one frame (mean over the lags from 0.1 to 0.5 s), the
        claimed one, and the Cramer-Rao bounds, ICD of peak displacement.
    over_bound : Value
        Noise over gain over bound, median over units.
    work_ms : float
        Processor time per frame of the motion stage, milliseconds; differs between machines.
    """

    backend: str
    footage: str
    drawn: str
    plantings: int
    frames: int
    gain: Value
    gain_by_unit: dict[str, Value]
    gain_by_size: dict[str, Value]
    answers: dict[str, dict[str, Value]]
    cross_talk: Value
    calibration: tuple[Calibration, ...]
    noise_icd: dict[str, float]
    claimed_icd: dict[str, float]
    bound_icd: dict[str, float]
    bound_alone_icd: dict[str, float]
    over_bound: Value
    work_ms: float


def sum_up_evidence(
    backend: str,
    pieces: Sequence[Piece],
    recipes: Mapping[str, tuple[str, ...]],
    sizes: Sequence[float],
    work_ms: float,
    seed: int,
) -> list[BackendFigures]:
    """Figures of one back end, of all footage and of each class there is.

    Parameters
    ----------
    backend : str
    pieces : sequence of Piece
        Of all copies.
    recipes : mapping of str to tuple of str
        What was planted, with its units, in the order of the tallies.
    sizes : sequence of float
        Planted displacements in the order of the tallies, ICD.
    work_ms : float
        Milliseconds per frame.
    seed : int
        Of the bootstrap.
    """
    present = [c for c in CLASSES if any(p.footage == c for p in pieces)]
    found = []
    for footage in (ALL, *present):
        own = [p for p in pieces if footage in (ALL, p.footage)]
        if own:
            found.append(_Sum(backend, footage, own, recipes, sizes, seed).figures(work_ms))
    return found


class _Sum:
    """One back end in one class of footage: sums of clusters, drawn again."""

    def __init__(
        self,
        backend: str,
        footage: str,
        pieces: Sequence[Piece],
        recipes: Mapping[str, tuple[str, ...]],
        sizes: Sequence[float],
        seed: int,
    ) -> None:
        self._name = (backend, footage)
        self._recipes, self._sizes = recipes, sizes
        by_clip = len({p.clip for p in pieces}) > 1
        groups: dict[tuple[int, int], Tally] = {}
        for piece in pieces:
            key = (piece.clip, 0 if by_clip else piece.copy)
            old = groups.get(key)
            groups[key] = piece.tally if old is None else old + piece.tally
        self._drawn = "clips" if by_clip else "copies"
        self._tallies = list(groups.values())
        count = len(self._tallies)
        rng = np.random.default_rng(seed)
        # The first row is everything once: the figure itself.
        again = rng.multinomial(count, np.full(count, 1.0 / count), _DRAWS if count > 1 else 0)
        self._draws = np.concatenate((np.ones((1, count)), again))

    def _drawn_sum(self, name: str) -> Floats:
        """Sums of one field, shape (1 + draws, ...)."""
        values = np.stack([np.asarray(getattr(t, name), np.float64) for t in self._tallies])
        return np.asarray(np.tensordot(self._draws, values, axes=1), dtype=np.float64)

    def figures(self, work_ms: float) -> BackendFigures:
        """All of them."""
        gain = _ratio(self._drawn_sum("gain_of"), self._drawn_sum("gain_over"))
        size_of, size_over = self._drawn_sum("size_of"), self._drawn_sum("size_over")
        by_size = _ratio(size_of, size_over)
        answers = _ratio(self._drawn_sum("answer_of"), self._drawn_sum("answer_over")[:, :, None])
        own = np.array([[u in units for u in UNIT_KEYS] for units in self._recipes.values()])
        others = np.where(own, np.nan, np.abs(answers))
        peak = np.array([load_basis().peak(key) for key in UNIT_KEYS])
        frames = self._drawn_sum("frames")[:, None]
        noise = np.sqrt(_ratio(self._drawn_sum("noise")[:, _MICRO].mean(axis=1), frames)) * peak
        claimed = np.sqrt(_ratio(self._drawn_sum("claimed"), frames)) * peak
        bound = np.sqrt(_ratio(self._drawn_sum("bound"), frames)) * peak
        alone = np.sqrt(_ratio(self._drawn_sum("bound_alone"), frames)) * peak
        return BackendFigures(
            *self._name,
            drawn=self._drawn,
            plantings=sum(t.plantings for t in self._tallies),
            frames=sum(t.frames for t in self._tallies),
            gain=_value(_ratio(size_of.sum(axis=1), size_over.sum(axis=1))),
            gain_by_unit=_by_unit(gain),
            gain_by_size={f"{s:g}": _value(by_size[:, i]) for i, s in enumerate(self._sizes)},
            answers={
                name: _by_unit(answers[:, i])
                for i, name in enumerate(self._recipes)
                if np.isfinite(answers[0, i]).any()
            },
            cross_talk=_value(_mean_of_largest(others)),
            calibration=tuple(self._calibration()),
            noise_icd=_plain(noise[0]),
            claimed_icd=_plain(claimed[0]),
            bound_icd=_plain(bound[0]),
            bound_alone_icd=_plain(alone[0]),
            over_bound=_value(_median(_ratio(_ratio(noise, gain), bound))),
            work_ms=work_ms,
        )

    def _calibration(self) -> list[Calibration]:
        rows = []
        names = ["noise, frame to frame" if lag == 0 else f"noise, {lag:g} s" for lag in LAGS_S]
        noise = self._drawn_sum("noise_z").sum(axis=2)
        apart = self._drawn_sum("deviations")
        for what, counts in [
            *((name, noise[:, i]) for i, name in enumerate(names)),
            *((f"planted minus untouched: {b}", apart[:, i]) for i, b in enumerate(BESIDE)),
        ]:
            count = int(counts[0].sum())
            if count:
                share = _ratio(counts[:, :_WITHIN].sum(axis=1), counts.sum(axis=1))
                rows.append(Calibration(what, count, _value(share), _spread(counts[0])))
        return rows


def _ratio(over: Floats, under: Floats) -> Floats:
    """Quotient; NaN where there is nothing to divide by."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.asarray(under) > 0.0, over / under, np.nan)


def _value(draws: Floats) -> Value:
    """The first draw is the figure, the others make its interval."""
    again = draws[1:][np.isfinite(draws[1:])]
    # Draws that cannot differ (a single clip or copy has it) make no interval.
    if again.size < 2 or np.ptp(again) <= 1e-9 * abs(draws[0]):
        return Value(float(draws[0]), np.nan, np.nan)
    low, high = np.quantile(again, [0.025, 0.975])
    return Value(float(draws[0]), float(low), float(high))


def _by_unit(draws: Floats) -> dict[str, Value]:
    return {key: _value(draws[:, i]) for i, key in enumerate(UNIT_KEYS) if np.isfinite(draws[0, i])}


def _plain(row: Floats) -> dict[str, float]:
    return {key: float(row[i]) for i, key in enumerate(UNIT_KEYS) if np.isfinite(row[i])}


def _mean_of_largest(others: Floats) -> Floats:
    """Mean over recipes of the largest value over units, shape (draws,)."""
    largest = np.where(np.isfinite(others), others, -1.0).max(axis=2)
    known = largest >= 0.0
    return _ratio(np.where(known, largest, 0.0).sum(axis=1), known.sum(axis=1))


def _median(draws: Floats) -> Floats:
    """Median over units of every draw; NaN when a draw has none."""
    known = np.isfinite(draws).any(axis=1)
    out = np.full(len(draws), np.nan)
    out[known] = np.nanmedian(draws[known], axis=1)
    return out


def _spread(counts: Floats) -> float:
    """Median deviation over that of a normal distribution with the claimed error."""
    total = np.r_[0.0, np.cumsum(counts)] / counts.sum()
    edges = np.r_[Z_EDGES[:-1], Z_EDGES[-2] + 1.0]
    return float(np.interp(0.5, total, edges) / 0.6745)
