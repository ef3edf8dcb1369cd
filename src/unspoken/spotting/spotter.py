r"""The spotting stage: evidence rows of one face track in, events out, online.

Work is done in blocks of one second of capture time, with a second or so of context on both sides,
so results do not depend on how rows arrive, and a file and a camera are treated alike::

    rows -> window -> filter bank -> local noise -> peaks ----> candidates -> judge -> events
                  \-> 0.1 s means -> excursions (macro) ------>   decoys --^
                  \-> artefacts, blinks --------------------------------^

An event is reported about four seconds after it happened (the local noise looks ahead), during the
first thirty seconds later, when the noise of the footage has been learnt.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from unspoken.facs.units import UNIT_INDEX
from unspoken.motion.evidence import EvidenceRow
from unspoken.settings import Settings
from unspoken.spotting.artefacts import EDGE_S, ArtefactFinder, Blink
from unspoken.spotting.calibration import FLOOR
from unspoken.spotting.candidates import Candidate, measure_excursion
from unspoken.spotting.channels import AREAS, Area
from unspoken.spotting.events import Artefact, Event
from unspoken.spotting.excursions import HOLD_S, STEP_S, Excursion, ExcursionDetector
from unspoken.spotting.filters import HALF_WINDOW_S
from unspoken.spotting.judge import Judge
from unspoken.spotting.pulses import BLOCK_S, LAG, PulseDetector
from unspoken.spotting.sensitivity import UnitSensitivity
from unspoken.spotting.voice import VoiceTrack
from unspoken.spotting.window import EvidenceWindow
from unspoken.timing import Interval, median_step

__all__ = ["Spotter", "spot"]

_KEEP_S = HOLD_S + 15.0
_MEAN_S = 0.3
_SIGNS = (1, -1)

Array = NDArray[np.float64]


class Spotter:
    """Spots movements of one face track.

    Parameters
    ----------
    settings : Settings
        `false_alarms_per_min` and `protocol` are used.
    voice : VoiceTrack, optional
        Voices heard in the recording; may grow while rows are pushed.
    """

    def __init__(self, settings: Settings, voice: VoiceTrack | None = None) -> None:
        self._window = EvidenceWindow.empty(_KEEP_S)
        self._rows: list[EvidenceRow] = []
        self._pulses = PulseDetector()
        self._next_s = np.nan
        self._last_s = -np.inf
        self._excursions = {sign: ExcursionDetector() for sign in _SIGNS}
        self._last_run: int | None = None
        self._last_row_s = -np.inf
        self._finder = ArtefactFinder(0, voice)
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
        return self._pulses.record.table(self._judge.unit_thresholds(), self._pulses.step_s)

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
        if row.time_s < self._next_s + BLOCK_S + HALF_WINDOW_S + 0.05:
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
        return self._advance(self._last_s + (LAG + 1) * BLOCK_S, last=True)

    def _advance(self, until_s: float, *, last: bool) -> list[Event]:
        """Work through all blocks that end by `until_s`."""
        self._window.extend(self._rows)
        self._rows = []
        events: list[Event] = []
        while self._next_s + BLOCK_S <= until_s:
            events += self._block(self._next_s)
            self._next_s += BLOCK_S
            idle = self._window.between(self._next_s - 4 * BLOCK_S, self._last_s)
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
        stop = start + BLOCK_S
        blinks = self._finder.advance(self._window, start, stop)
        self._pulses.advance(self._window, start, stop, self._finder.speaking)
        self._follow(start)
        searched = start - LAG * BLOCK_S
        found = self._pulses.search(self._window, searched, self._finder.speaking)
        for area, minutes in found.searched_min.items():
            self._judge.expose("pulse", area, minutes, searched, searched + BLOCK_S)
        for sign, candidate in found.movements:
            self._hand_over(self._less_posture(candidate, sign), sign)
        busy: dict[Area, Interval] = {}
        for area in AREAS:
            held = self._excursions[1].active(area)
            if held is not None and held.statistic >= self._judge.threshold("excursion", area):
                busy[area] = Interval(held.start_s, stop)
        decided = start - (LAG - 1) * BLOCK_S
        settled = self._judge.settle(self._window, decided, busy, last=False)
        return [*map(self._blink_event, blinks), *settled]

    def _follow(self, start: float) -> None:
        """Excursions: feed 0.1 s means of this second, and those beyond as a look ahead."""
        centres = start + STEP_S * (np.arange(round(BLOCK_S / STEP_S)) + 0.5)
        for rows in self._window.segments(start - _MEAN_S, np.inf):
            times = self._window.times[rows]
            now = centres[(centres >= times[0]) & (centres <= times[-1])]
            if now.size == 0 or rows.size < 3:
                continue
            run = int(self._window.run[rows[0]] + self._window.zero[rows[0]])
            broken = run != self._last_run or now[0] - self._last_row_s > BLOCK_S
            self._last_run, self._last_row_s = run, float(now[-1])
            beyond = np.arange(now[-1] + STEP_S, times[-1], STEP_S)
            values = _means(times, self._window.amplitude[rows], np.r_[now, beyond])
            held = np.column_stack([self._window.side[name][rows] for name in ("yaw", "pitch")])
            pose = _means(times, held, np.r_[now, beyond])
            frames = max(1.0, _MEAN_S / median_step(times))
            error = self._window.median_error(rows) / np.sqrt(frames)
            for sign in _SIGNS:
                detector = self._excursions[sign]
                if broken:
                    self._close(detector.restart(), sign)
                part, ahead = sign * values[: now.size], sign * values[now.size :]
                self._close(detector.push(now, part, ahead, error, pose), sign)
            for area in AREAS:
                minutes = now.size * STEP_S / 60.0
                self._judge.expose("excursion", area, minutes, float(now[0]), float(now[-1]))

    def _close(self, ended: list[Excursion], sign: int) -> None:
        """Measure excursions that ended and hand them to the judge."""
        for excursion in ended:
            rows = self._rows_around(excursion.peak_s, excursion.start_s - 6.0)
            candidate = measure_excursion(self._window, rows, excursion, sign)
            if candidate is None or candidate.onset_s < self._window.times[rows[0]] + EDGE_S:
                continue
            self._hand_over(candidate, sign)

    def _less_posture(self, candidate: Candidate, sign: int) -> Candidate:
        """A brief movement is only as clear as it is beyond what a nod at that moment pretends."""
        posture = self._excursions[sign].posture
        known = [k for k in candidate.units if k in candidate.errors]
        if posture is None or not known:
            return candidate
        instants = np.array([candidate.onset_s, candidate.apex_s, candidate.offset_s])
        near = self._window.between(instants[0] - BLOCK_S, instants[2] + BLOCK_S)
        held = np.column_stack([self._window.side[name][near] for name in ("yaw", "pitch")])
        pretended, variance = posture.change(_means(self._window.times[near], held, instants))
        at = [UNIT_INDEX[k] for k in known]
        amplitude = np.array([candidate.units[k] for k in known])
        error = np.array([candidate.errors[k] for k in known])
        rest = np.maximum(amplitude - np.maximum(pretended[at], 0.0), 0.0)
        clear = rest / np.sqrt(error**2 + variance[at])
        share = float(np.median(clear / np.maximum(amplitude / error, 1e-9)))
        return replace(candidate, statistic=candidate.statistic * min(1.0, share))

    def _hand_over(self, candidate: Candidate, sign: int) -> None:
        admitted = self._judge.admit(candidate)
        if admitted is None or admitted.statistic < FLOOR:
            return
        if sign > 0:
            self._judge.offer(admitted)
        else:
            self._judge.decoy(admitted)

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
