"""What moves the picture of a face without being an expression, found and named as rows come in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unspoken.facs.units import UNIT_INDEX
from unspoken.spotting.blinks import closure, find_blinks
from unspoken.spotting.events import Artefact, ArtefactKind
from unspoken.spotting.window import EvidenceWindow
from unspoken.timing import Interval

__all__ = ["ArtefactFinder"]

#: Rotation of the head counted as a turn, degrees per second over 0.3 s.
_TURN_DEG_S = 20.0
#: Change of gaze within 0.25 s counted as a jump, parts of the full range.
_GAZE_JUMP = 0.25
#: Least change of mouth opening within one second counted as speech-like, and least reversals.
_MOUTH_RANGE = 0.08
_MOUTH_REVERSALS = 2
#: Relative change of brightness within 0.2 s.
_LIGHT_STEP = 0.03
#: The same, within twice this many seconds.
_LIGHT_DRIFT, _DRIFT_S = 0.06, 0.5
#: Half length of the stretch around a cut or a track's edge, seconds.
EDGE_S = 0.1
_JOIN_S = 0.2
_BACK_S = 3.0
#: Artefacts compared with an event; more than a minute's worth.
_LOOK_BACK = 400
_LIDS = (UNIT_INDEX["AU45L"], UNIT_INDEX["AU45R"])

Array = NDArray[np.float64]
Blink = tuple[float, float, float, float, float]


class ArtefactFinder:
    """Artefacts of one track so far.

    Parameters
    ----------
    face_id : int
        Whose they are.
    """

    def __init__(self, face_id: int) -> None:
        self.face_id = face_id
        self.found: list[Artefact] = []
        self._open: dict[ArtefactKind, int] = {}
        self._last_edge: tuple[float, int] | None = None

    def advance(self, window: EvidenceWindow, start_s: float, stop_s: float) -> list[Blink]:
        """Look at rows with ``start_s <= time < stop_s``; what lies around them is context.

        Returns
        -------
        list of tuple
            Blinks with their apex in the interval: onset, apex, offset in seconds, and the AU45
            amplitudes left and right (NaN when not measured).
        """
        around = window.between(start_s - _BACK_S, np.inf)
        times = window.times[around]
        now = (times >= start_s) & (times < stop_s)
        if not now.any():
            return []
        side = {name: values[around].astype(np.float64) for name, values in window.side.items()}
        self._mark("head_turn", times, now & _turning(times, side))
        self._mark("gaze_shift", times, now & _gaze_jump(times, side))
        self._mark("mouth_opening", times, now & _speaking(times, side["mouth"]))
        self._mark("light_change", times, now & _light_step(times, side["light"]))
        self._edges(window, around, now)
        return self._blinks(window, around, side["eye"], start_s, stop_s)

    def overlapping(self, start_s: float, stop_s: float) -> set[str]:
        """Kinds of artefact that meet an interval."""
        return {
            a.kind
            for a in self.found[-_LOOK_BACK:]
            if a.interval.start_s <= stop_s and a.interval.end_s >= start_s
        }

    def share(self, kind: ArtefactKind, start_s: float, stop_s: float) -> float:
        """Part of an interval covered by one kind, 0..1."""
        asked = Interval(start_s, max(stop_s, start_s + 1e-6))
        covered = sum(
            asked.overlap_s(a.interval) for a in self.found[-_LOOK_BACK:] if a.kind == kind
        )
        return min(1.0, covered / asked.duration_s)

    def _add(self, kind: ArtefactKind, start_s: float, end_s: float) -> None:
        """New interval, joined with the last of its kind when they nearly meet."""
        place = self._open.get(kind)
        if place is not None and start_s - self.found[place].interval.end_s <= _JOIN_S:
            old = self.found[place].interval
            joined = Interval(min(old.start_s, start_s), max(old.end_s, end_s))
            self.found[place] = Artefact(kind, self.face_id, joined)
            return
        self._open[kind] = len(self.found)
        self.found.append(Artefact(kind, self.face_id, Interval(start_s, end_s)))

    def _mark(self, kind: ArtefactKind, times: Array, mask: NDArray[np.bool_]) -> None:
        edges = np.flatnonzero(np.diff(np.r_[False, mask, False].astype(int)))
        for first, end in zip(edges[::2], edges[1::2], strict=True):
            self._add(kind, float(times[first]), float(times[end - 1]))

    def _edges(self, window: EvidenceWindow, around: slice, now: NDArray[np.bool_]) -> None:
        """Cuts, and places where the evidence starts, stops or starts again from another zero."""
        for i in np.flatnonzero(now) + around.start:
            time, run, valid = float(window.times[i]), int(window.run[i]), bool(window.valid[i])
            if window.cut[i]:
                self._add("cut", time - EDGE_S, time + EDGE_S)
            state = (run if valid else -1, valid)
            before = self._last_edge
            self._last_edge = (time, state[0])
            if before is None or before[1] != state[0]:
                self._add("track_edge", time - EDGE_S, time + EDGE_S)

    def _blinks(
        self, window: EvidenceWindow, around: slice, eye: Array, start_s: float, stop_s: float
    ) -> list[Blink]:
        left, right = (window.amplitude[around, lid].astype(np.float64) for lid in _LIDS)
        errors = window.error[around][:, _LIDS].astype(np.float64)
        known = np.isfinite(errors).any(axis=1)
        sigma = float(np.nanmedian(errors[known])) if known.any() else np.inf
        times = window.times[around]
        out: list[Blink] = []
        for onset, apex, offset in find_blinks(times, closure(times, eye, left, right, sigma)):
            if start_s <= apex < stop_s:
                self._add("blink", onset, offset)
                inside = (times >= onset) & (times <= offset)
                before = (times >= onset - 0.3) & (times < onset)
                out.append(
                    (onset, apex, offset, _rise(left, inside, before), _rise(right, inside, before))
                )
        return out


def _rise(values: Array, inside: NDArray[np.bool_], before: NDArray[np.bool_]) -> float:
    """Highest value inside over the median before."""
    a, b = values[inside & np.isfinite(values)], values[before & np.isfinite(values)]
    return float(a.max() - (np.median(b) if b.size else 0.0)) if a.size else float("nan")


def _change(times: Array, values: Array, back_s: float, ahead_s: float) -> Array:
    """Difference of a signal between two moments around each instant; 0.0 where unknown."""
    known = np.isfinite(values)
    if known.sum() < 2:
        return np.zeros(times.size)
    t, v = times[known], values[known]
    change = np.interp(times + ahead_s, t, v) - np.interp(times - back_s, t, v)
    return np.where(known, change, 0.0)


def _turning(times: Array, side: dict[str, Array]) -> NDArray[np.bool_]:
    speeds = [_change(times, side[name], 0.15, 0.15) / 0.3 for name in ("yaw", "pitch", "roll")]
    return np.asarray(np.sqrt(sum(v * v for v in speeds)) > _TURN_DEG_S)


def _gaze_jump(times: Array, side: dict[str, Array]) -> NDArray[np.bool_]:
    jumps = [np.abs(_change(times, side[name], 0.15, 0.1)) for name in ("gaze_x", "gaze_y")]
    # Gaze read off a closing eye means nothing.
    eye = side["eye"]
    usual = np.nanquantile(eye, 0.7) if np.isfinite(eye).any() else np.nan
    shut = np.nan_to_num(eye, nan=1.0) < 0.6 * usual if np.isfinite(usual) else np.zeros(eye.size)
    near_shut = np.convolve(np.asarray(shut, dtype=float), np.ones(9), mode="same")[: eye.size] > 0
    return np.asarray((np.maximum(*jumps) > _GAZE_JUMP) & ~near_shut)


def _speaking(times: Array, mouth: Array) -> NDArray[np.bool_]:
    """Opening that goes up and down at least twice within a second, by enough."""
    known = np.isfinite(mouth)
    if known.sum() < 4:
        return np.zeros(times.size, dtype=bool)
    grid = np.arange(times[0] - 0.5, times[-1] + 0.55, 0.05)
    signal = np.interp(grid, times[known], mouth[known])
    windows = np.lib.stride_tricks.sliding_window_view(signal, 21)
    spread = windows.max(axis=1) - windows.min(axis=1)
    centred = windows - 0.5 * (windows.max(axis=1) + windows.min(axis=1))[:, None]
    # Reversals count only beyond a fifth of the range, so that noise on a slow opening does not.
    level = np.where(np.abs(centred) > 0.2 * spread[:, None], np.sign(centred), 0.0)
    return np.asarray(np.interp(times, grid[10:-10], _talk_score(level, spread)) > 0.5)


def _talk_score(level: Array, spread: Array) -> Array:
    """1.0 where the three-valued signal changes side often enough and the range is large enough."""
    held = level.copy()
    for i in range(1, held.shape[1]):
        held[:, i] = np.where(held[:, i] == 0, held[:, i - 1], held[:, i])
    changes = np.sum(held[:, 1:] * held[:, :-1] < 0, axis=1)
    return np.asarray((changes >= _MOUTH_REVERSALS) & (spread > _MOUTH_RANGE), dtype=np.float64)


def _light_step(times: Array, light: Array) -> NDArray[np.bool_]:
    safe = np.where(light > 0, light, np.nan)
    level = np.log(safe)
    at_once = np.abs(_change(times, level, 0.1, 0.1)) > _LIGHT_STEP
    slowly = np.abs(_change(times, level, _DRIFT_S, _DRIFT_S)) > _LIGHT_DRIFT
    return np.asarray(at_once | slowly)
