"""The spotting stage: evidence rows of one face track in, events out, online.

Work is done in blocks of one second of capture time, with a second or so of context on both sides,
so results do not depend on how rows arrive, and a file and a camera are treated alike::

    rows -> window -> filter bank -> local noise -> peaks ----> candidates -> judge -> events
                  \\-> 0.1 s means -> excursions (macro) ------>   decoys --^
                  \\-> artefacts, blinks --------------------------------^

An event is reported about four seconds after it happened (the local noise looks ahead), during the
first thirty seconds later, when the noise of the footage has been learnt.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unspoken.facs.units import UNIT_KEYS
from unspoken.motion.evidence import EvidenceRow
from unspoken.settings import Settings
from unspoken.spotting.artefacts import EDGE_S, ArtefactFinder, Blink
from unspoken.spotting.calibration import FLOOR
from unspoken.spotting.candidates import Candidate, measure, measure_excursion
from unspoken.spotting.channels import AREAS, CHANNEL_AREA, Area, combine
from unspoken.spotting.decide import Peak, find_peaks
from unspoken.spotting.events import Artefact, Event
from unspoken.spotting.excursions import HOLD_S, STEP_S, Excursion, ExcursionDetector
from unspoken.spotting.filters import BANK_S, HALF_WINDOW_S, filter_evidence
from unspoken.spotting.judge import Judge
from unspoken.spotting.noise import LocalNoise
from unspoken.spotting.sensitivity import NoiseRecord, UnitSensitivity
from unspoken.spotting.window import EvidenceWindow
from unspoken.timing import Interval, median_step

__all__ = ["Spotter", "spot"]

_BLOCK_S = 1.0
#: Blocks the decision runs behind the filters; the noise ring looks this far ahead.
_LAG = 2
_MARGIN_S = 0.5
_KEEP_S = HOLD_S + 15.0
_MEAN_S = 0.3
_FLOOR_Z = 0.7
_SIGNS = (1, -1)
_N = len(UNIT_KEYS)

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Block:
    """Filter outputs of one second."""

    start_s: float
    times: Array
    response: Array
    error: Array
    amplitude: Array


class Spotter:
    """Spots movements of one face track.

    Parameters
    ----------
    settings : Settings
        `false_alarms_per_min` and `protocol` are used.
    """

    def __init__(self, settings: Settings) -> None:
        self._window = EvidenceWindow.empty(_KEEP_S)
        self._rows: list[EvidenceRow] = []
        self._settings = settings
        self._bank = np.asarray(BANK_S)
        self._noise = LocalNoise(self._bank)
        self._record = NoiseRecord(self._bank)
        self._blocks: list[_Block] = []
        self._next_s = np.nan
        self._last_s = -np.inf
        self._step_s = np.nan
        self._excursions = {sign: ExcursionDetector() for sign in _SIGNS}
        self._last_run: int | None = None
        self._last_row_s = -np.inf
        self._finder = ArtefactFinder(0)
        self._judge = Judge(settings, self._finder)

    @property
    def artefacts(self) -> list[Artefact]:
        """Artefacts found so far, in order of their discovery."""
        return list(self._finder.found)

    def threshold(self, area: Area) -> float:
        """Signal-to-noise a brief movement needs at present in one part of the face."""
        return self._judge.threshold("pulse", area)

    def sensitivity(self) -> list[UnitSensitivity]:
        """What could have been seen in the footage so far; see `unspoken.spotting.sensitivity`."""
        return self._record.table(self._judge.unit_thresholds(), self._step_s)

    def push(self, row: EvidenceRow) -> list[Event]:
        """Take in the next row of this track.

        Parameters
        ----------
        row : EvidenceRow
            In order of time; a row that is not later than the one before is ignored.

        Returns
        -------
        list of Event
            Events decided by now, in order of onset; mostly empty.
        """
        if not row.time_s > self._last_s:
            return []
        if not np.isfinite(self._next_s):
            self._next_s = float(np.floor(row.time_s))
            self._finder.face_id = row.face_id
        self._rows.append(row)
        self._last_s = row.time_s
        if row.time_s < self._next_s + _BLOCK_S + HALF_WINDOW_S + 0.05:
            return []
        return self._advance(row.time_s - HALF_WINDOW_S - 0.05, last=False)

    def finish(self) -> list[Event]:
        """No more rows will come: decide on everything that is left.

        Returns
        -------
        list of Event
            In order of onset; empty when nothing was found.
        """
        if not np.isfinite(self._next_s):
            return []
        return self._advance(self._last_s + (_LAG + 1) * _BLOCK_S, last=True)

    def _advance(self, until_s: float, *, last: bool) -> list[Event]:
        """Work through all blocks that end by `until_s`."""
        self._window.extend(self._rows)
        self._rows = []
        events: list[Event] = []
        while self._next_s + _BLOCK_S <= until_s:
            events += self._block(self._next_s)
            self._next_s += _BLOCK_S
            idle = self._window.between(self._next_s - 4 * _BLOCK_S, self._last_s)
            if idle.stop > idle.start:
                # A long pause in the recording: nothing to do until rows go on.
                resume = float(np.floor(self._window.times[idle.start]))
                self._next_s = max(self._next_s, resume)
        if last:
            for sign in _SIGNS:
                self._close(self._excursions[sign].restart(), sign)
            events += self._judge.settle(self._window, self._last_s, {}, last=True)
        return sorted(events, key=lambda e: e.onset_s)

    def _block(self, start: float) -> list[Event]:
        """One second: artefacts, filters, excursions; then decide on an earlier second."""
        stop = start + _BLOCK_S
        blinks = self._finder.advance(self._window, start, stop)
        self._filter(start, stop)
        self._follow(start, stop)
        self._search(start - _LAG * _BLOCK_S)
        busy: dict[Area, Interval] = {}
        for area in AREAS:
            held = self._excursions[1].active(area)
            if held is not None and held.statistic >= self._judge.threshold("excursion", area):
                busy[area] = Interval(held.start_s, stop)
        decided = start - (_LAG - 1) * _BLOCK_S
        found = self._judge.settle(self._window, decided, busy, last=False)
        return [*map(self._blink_event, blinks), *found]

    def _filter(self, start: float, stop: float) -> None:
        """Outputs of the bank for apexes in ``[start, stop)``."""
        parts = []
        context = 0.2 + HALF_WINDOW_S
        for rows in self._window.segments(start - context, stop + context):
            times = self._window.times[rows]
            if times[-1] < start or times[0] >= stop or rows.size < 3:
                continue
            self._step_s = median_step(times)
            evidence, error = self._window.amplitude[rows], self._window.error[rows]
            parts.append(filter_evidence(times, evidence, error, start_s=start, stop_s=stop))
        parts = [p for p in parts if p.times_s.size]
        if not parts:
            return
        times = np.concatenate([p.times_s for p in parts])
        amplitude = np.concatenate([p.amplitude for p in parts])
        error = np.concatenate([p.error for p in parts])
        response, bound = combine(amplitude, error, self._spread(amplitude, error))
        self._noise.add(times, response, np.isfinite(bound))
        self._blocks.append(_Block(start, times, response, bound, amplitude))
        self._blocks = [b for b in self._blocks if b.start_s > start - (_LAG + 3) * _BLOCK_S]

    def _spread(self, amplitude: Array, error: Array) -> Array:
        """Usual size of each unit's outputs, which weighs the members of a sum.

        At first too little is known of every duration by itself: all durations of a unit together
        tell by how much its outputs exceed their ideal error.
        """
        usable = np.isfinite(error)
        bound = np.maximum(np.where(usable, error, 0.0).max(axis=0), 1e-9)
        known_s, usual = self._noise.known_s, self._noise.usual()
        seen = 1.2533 * np.mean(np.abs(amplitude), axis=0) if usual is None else usual[:_N]
        any_time = usable.any(axis=0)
        ratio = np.where(any_time, seen / bound, 0.0).sum(axis=1) / np.maximum(any_time.sum(axis=1), 1)
        pooled = bound * np.maximum(ratio, 1.0)[:, None]
        own = np.maximum(seen, bound)
        return np.asarray(pooled + (own - pooled) * known_s / (known_s + 4.0))

    def _follow(self, start: float, stop: float) -> None:
        """Excursions: feed 0.1 s means of this second, and those beyond as a look ahead."""
        centres = start + STEP_S * (np.arange(round(_BLOCK_S / STEP_S)) + 0.5)
        for rows in self._window.segments(start - _MEAN_S, np.inf):
            times = self._window.times[rows]
            now = centres[(centres >= times[0]) & (centres <= times[-1])]
            if now.size == 0 or rows.size < 3:
                continue
            run = int(self._window.run[rows[0]] + self._window.zero[rows[0]])
            broken = run != self._last_run or now[0] - self._last_row_s > _BLOCK_S
            self._last_run, self._last_row_s = run, float(now[-1])
            beyond = np.arange(now[-1] + STEP_S, times[-1], STEP_S)
            values = _means(times, self._window.amplitude[rows], np.r_[now, beyond])
            error = _median_error(self._window.error[rows]) / np.sqrt(max(1.0, _MEAN_S / median_step(times)))
            for sign in _SIGNS:
                detector = self._excursions[sign]
                if broken:
                    self._close(detector.restart(), sign)
                part, ahead = sign * values[: now.size], sign * values[now.size :]
                self._close(detector.push(now, part, ahead, error), sign)
            for area in AREAS:
                self._judge.expose("excursion", area, now.size * STEP_S / 60.0)

    def _close(self, ended: list[Excursion], sign: int) -> None:
        """Measure excursions that ended and hand them to the judge."""
        for excursion in ended:
            rows = self._rows_around(excursion.peak_s, excursion.start_s - 6.0)
            candidate = measure_excursion(self._window, rows, excursion, sign)
            if candidate is None or candidate.onset_s < self._window.times[rows[0]] + EDGE_S:
                continue
            self._hand_over(candidate, sign)

    def _hand_over(self, candidate: Candidate, sign: int) -> None:
        admitted = self._judge.admit(candidate)
        if admitted is None or admitted.statistic < FLOOR:
            return
        if sign > 0:
            self._judge.offer(admitted)
        else:
            self._judge.decoy(admitted)

    def _search(self, start: float) -> None:
        """Peaks of the filters with their apex in ``[start, start + 1)``."""
        near = [b for b in self._blocks if abs(b.start_s - start) <= _BLOCK_S + 1e-6]
        if not any(b.start_s == start for b in near):
            return
        times = np.concatenate([b.times for b in near])
        keep = (times >= start - _MARGIN_S) & (times < start + _BLOCK_S + _MARGIN_S)
        times = times[keep]
        response = np.concatenate([b.response for b in near])[keep]
        bound = np.concatenate([b.error for b in near])[keep]
        amplitude = np.concatenate([b.amplitude for b in near])[keep]
        usable = np.isfinite(bound)
        floor = np.where(usable, bound, 1.0)
        floor[:, _N:] = np.maximum(floor[:, _N:], _FLOOR_Z)
        sigma = np.maximum(self._noise.at(times), np.maximum(floor, 1e-9))
        z = np.where(usable, response / sigma, 0.0)
        here = (times >= start) & (times < start + _BLOCK_S)
        if not here.any():
            return
        self._learn(sigma, usable, times, here)
        stretches = [
            (rows, _median_error(self._window.error[rows]))
            for rows in self._window.segments(start - 6.0, np.inf)
        ]
        for sign in _SIGNS:
            for area in AREAS:
                for peak in find_peaks(times, sign * z, self._bank, area):
                    if not start <= peak.time_s < start + _BLOCK_S:
                        continue
                    near = np.abs(times - peak.time_s) <= 0.25 * peak.duration_s
                    z_units = _strongest(sign * z[near, :_N, peak.shape])
                    best = _strongest(sign * amplitude[near, :, peak.shape])
                    self._consider(peak, stretches, z_units, best, sign)

    def _learn(
        self, sigma: Array, usable: NDArray[np.bool_], times: Array, here: NDArray[np.bool_]
    ) -> None:
        """Exposure of the calibrations, and the noise of this second for the sensitivity."""
        step = median_step(times) if times.size > 1 else 0.0
        for area in AREAS:
            searched = usable[here][:, CHANNEL_AREA[area]].any(axis=(1, 2))
            self._judge.expose("pulse", area, float(searched.sum()) * step / 60.0)
        units = np.where(usable[here, :_N], sigma[here, :_N], np.inf)
        self._record.add(np.median(units, axis=0))

    def _consider(
        self,
        peak: Peak,
        stretches: list[tuple[NDArray[np.intp], Array]],
        z: Array,
        amplitude: Array,
        sign: int,
    ) -> None:
        """Measure a peak; a movement near an edge of what was seen is left out."""
        for rows, sigma in stretches:
            first, last = self._window.times[rows[[0, -1]]]
            if not first - EDGE_S <= peak.time_s <= last + EDGE_S:
                continue
            candidate = measure(self._window, rows, peak, z, amplitude, sigma, sign)
            if candidate is None:
                return
            if candidate.onset_s >= first + EDGE_S and candidate.offset_s <= last - EDGE_S:
                self._hand_over(candidate, sign)
            return

    def _rows_around(self, time_s: float, start_s: float) -> NDArray[np.intp]:
        """The uninterrupted rows around an instant, from `start_s` on."""
        for rows in self._window.segments(start_s, np.inf):
            if self._window.times[rows[0]] - 0.3 <= time_s <= self._window.times[rows[-1]] + 0.3:
                return rows
        return np.zeros(0, dtype=np.intp)

    def _blink_event(self, blink: Blink) -> Event:
        onset, apex, offset, left, right = blink
        depth = {"AU45L": left, "AU45R": right}
        return Event(
            face_id=self._finder.face_id,
            kind="blink",
            onset_s=onset,
            apex_s=apex,
            offset_s=offset,
            onset_frame=self._window.frame_at(onset),
            apex_frame=self._window.frame_at(apex),
            offset_frame=self._window.frame_at(offset),
            action_units={k: round(v, 4) for k, v in depth.items() if np.isfinite(v)},
            flags=tuple(sorted(self._finder.overlapping(onset, offset) - {"blink"})),
        )


def spot(rows: list[EvidenceRow], settings: Settings | None = None) -> list[Event]:
    """All events of one track at once.

    Parameters
    ----------
    rows : list of EvidenceRow
        In order of time.
    settings : Settings, optional
        Defaults if not given.

    Returns
    -------
    list of Event
        In order of onset; empty when nothing was found.
    """
    spotter = Spotter(settings or Settings())
    events = [event for row in rows for event in spotter.push(row)]
    return sorted([*events, *spotter.finish()], key=lambda e: e.onset_s)


def _means(times: Array, values: NDArray[np.floating], centres: Array) -> Array:
    """Mean of the frames within 0.15 s of each centre; NaN where there are none."""
    good = np.isfinite(values)
    zeros = np.zeros((1, values.shape[1]))
    total = np.concatenate([zeros, np.cumsum(np.where(good, values, 0.0), axis=0, dtype=float)])
    count = np.concatenate([zeros, np.cumsum(good, axis=0, dtype=float)])
    first = np.searchsorted(times, centres - 0.5 * _MEAN_S)
    last = np.searchsorted(times, centres + 0.5 * _MEAN_S)
    n = count[last] - count[first]
    return np.where(n > 0, (total[last] - total[first]) / np.maximum(n, 1.0), np.nan)


def _median_error(error: NDArray[np.floating]) -> Array:
    """Median standard error of each unit; 0.0 for units never measured."""
    return np.asarray(np.median(np.nan_to_num(error, nan=0.0), axis=0), dtype=np.float64)


def _strongest(values: Array) -> Array:
    """Largest value of each column, but the most negative where nothing is positive."""
    top = values.max(axis=0)
    return np.where(top > 0, top, values.min(axis=0))


