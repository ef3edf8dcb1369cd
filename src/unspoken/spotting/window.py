"""The stretch of evidence kept in memory, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unspoken.facs.units import UNIT_KEYS
from unspoken.motion.evidence import EvidenceRow
from unspoken.spotting.breaks import jump_cuts, repeated

__all__ = ["EvidenceWindow"]

#: A longer step between frames interrupts a run, seconds (and at least 3.5 median steps).
LONGEST_STEP_S = 0.25
#: A frame-to-frame jump this clear in this part of the units at once re-zeroes the evidence.
_STEP_Z = 3.0
_STEP_BREADTH = 0.35
#: The frames before and after jump by less than this part of it: a step is no quick movement.
_STEP_CALM = 0.45
_SIDE: tuple[str, ...] = (
    "yaw",
    "pitch",
    "roll",
    "eye",
    "mouth",
    "gaze_x",
    "gaze_y",
    "light",
    "icd",
)
_SIDE += ("key", "change", "x", "y", "shift_x", "shift_y", "hidden", "blocks", "background")
_HAND = {"hand_upper": "upper", "hand_lower": "lower", "hand_since": "since_s"}
_SIDE += tuple(_HAND)
_SCENE = {
    "key": "key_frame",
    "change": "change",
    "x": "x_px",
    "y": "y_px",
    "shift_x": "shift_x_px",
    "shift_y": "shift_y_px",
    "hidden": "hidden",
    "blocks": "blocks",
    "background": "background",
}
#: Rows before the new ones that are needed to judge them.
_CONTEXT = 32


@dataclass(slots=True)
class EvidenceWindow:
    """Rows of one face, oldest dropped after `keep_s` seconds.

    Parameters
    ----------
    keep_s : float
        Length of the memory, seconds.
    times, frames, run, valid, cut, repeat : ndarray, shape (n,)
        Seconds; frame numbers; interruption counter; whether there is evidence; camera cut here;
        whether the picture is the one before, so that its evidence is no new evidence.
    zero : ndarray, shape (n,)
        Counts the places where nearly every unit jumped at once between two frames, as after a
        change of template or light. No muscle does that, so the evidence has another zero there.
    amplitude, error, claimed : ndarray of float32, shape (n, units)
        Evidence, see `unspoken.motion.evidence.EvidenceRow`.
    side : dict of str to ndarray, shape (n,)
        Pose in degrees, openings, gaze, light, inner-eye-corner distance in pixels; shares of upper
        and lower face behind a hand and since when (seconds), NaN without one.
    """

    keep_s: float
    times: NDArray[np.float64]
    frames: NDArray[np.int64]
    run: NDArray[np.int64]
    valid: NDArray[np.bool_]
    cut: NDArray[np.bool_]
    repeat: NDArray[np.bool_]
    amplitude: NDArray[np.float32]
    error: NDArray[np.float32]
    side: dict[str, NDArray[np.float32]]
    zero: NDArray[np.int64]
    claimed: NDArray[np.float32]

    @classmethod
    def empty(cls, keep_s: float) -> EvidenceWindow:
        """A window without rows."""
        none, units = np.zeros(0), np.zeros((0, len(UNIT_KEYS)), dtype=np.float32)
        integers, flags = none.astype(np.int64), none.astype(bool)
        side = {name: none.astype(np.float32) for name in _SIDE}
        return cls(
            *(keep_s, none, integers, integers, flags, flags, flags, units, units, side),
            *(integers, units),
        )

    def extend(self, rows: list[EvidenceRow]) -> None:
        """Take in rows in order of time and drop those that are too old."""
        if not rows:
            return
        oldest = rows[-1].time_s - self.keep_s
        keep = int(np.searchsorted(self.times, oldest))

        def joined(old: NDArray[Any], new: list[Any]) -> NDArray[Any]:
            return np.concatenate([old[keep:], np.asarray(new, dtype=old.dtype)])

        self.times = joined(self.times, [r.time_s for r in rows])
        self.frames = joined(self.frames, [r.frame for r in rows])
        self.run = joined(self.run, [r.run for r in rows])
        self.cut = joined(self.cut, [r.gap == "cut" for r in rows])
        amplitude = np.stack([r.amplitude for r in rows]).astype(np.float32)
        error = np.stack([r.error for r in rows]).astype(np.float32)
        usable = np.array([r.gap == "" for r in rows]) & np.isfinite(amplitude).any(axis=1)
        fresh = len(self.times) - len(rows)
        self.valid = np.concatenate([self.valid[keep:], usable])
        self.amplitude = np.concatenate([self.amplitude[keep:], amplitude])
        self.error = np.concatenate([self.error[keep:], error])
        claimed = [r.error if r.claimed is None else r.claimed for r in rows]
        self.claimed = np.concatenate([self.claimed[keep:], np.stack(claimed).astype(np.float32)])
        self.zero = np.concatenate([self.zero[keep:], np.zeros(len(rows), dtype=np.int64)])
        self.repeat = np.concatenate([self.repeat[keep:], np.zeros(len(rows), dtype=bool)])
        self._find_steps(fresh)
        self._find_uncovered(fresh)
        for name, values in _side_of(rows).items():
            self.side[name] = joined(self.side[name], values)
        self._find_breaks(fresh)

    def _find_breaks(self, fresh: int) -> None:
        """Mark repeated pictures and cuts that keep the framing, from row `fresh` on."""
        part = slice(max(fresh - _CONTEXT, 0), None)
        side = {n: self.side[n][part].astype(np.float64) for n in ("x", "y", "icd", "change")}
        if not np.isfinite(side["change"]).any():
            return
        times = self.times[part]
        repeat = repeated(times, side["change"])
        late = slice(fresh - (part.start or 0), None)
        self.repeat[fresh:] = repeat[late]
        self.valid[fresh:] &= ~repeat[late]
        # The last rows could not be judged before these came.
        jumps = np.flatnonzero(jump_cuts(times, **side)) + (part.start or 0)
        for i in jumps[jumps >= fresh - 2]:
            self.cut[i] = True
            self.zero[i:] += 1

    def _find_steps(self, fresh: int) -> None:
        """Number the stretches of common zero from row `fresh` on.

        The last new row cannot be judged before the next: a step is a jump between calm frames.
        """
        start = max(fresh - 3, 0)
        y, e = self.amplitude[start:], self.error[start:]
        if len(y) < 4:
            return
        with np.errstate(invalid="ignore"):
            jump = np.abs(np.diff(y, axis=0)) / (1.414 * np.maximum(e[1:], e[:-1]))
        jump = np.nan_to_num(jump, nan=0.0)
        size = np.median(jump, axis=1)
        calm = np.maximum(np.r_[np.inf, size[:-1]], np.r_[size[1:], np.inf])
        step = (np.mean(jump > _STEP_Z, axis=1) > _STEP_BREADTH) & (calm < _STEP_CALM * size)
        self.zero[start + 2 :] = self.zero[start + 1] + np.cumsum(step[1:])

    def _find_uncovered(self, fresh: int) -> None:
        """Start from a new zero where a hand has left: the template may have changed behind it."""
        known = np.flatnonzero(self.valid)
        whole = np.asarray(np.isfinite(self.amplitude[known]).all(axis=1), dtype=bool)
        for i in known[1:][whole[1:] & ~whole[:-1]]:
            if i >= fresh - 1:
                self.zero[i:] += 1

    def between(self, start_s: float, stop_s: float) -> slice:
        """Rows with ``start_s <= time < stop_s``."""
        first, last = np.searchsorted(self.times, [start_s, stop_s])
        return slice(int(first), int(last))

    def segments(self, start_s: float, stop_s: float) -> list[NDArray[np.intp]]:
        """Valid rows between two times, split where the run changes or frames are missing long."""
        part = self.between(start_s, stop_s)
        index = np.arange(part.start, part.stop)[self.valid[part]]
        if index.size == 0:
            return []
        steps = np.diff(self.times[index])
        longest = max(LONGEST_STEP_S, 3.5 * float(np.median(steps))) if steps.size else 0.0
        broken = np.flatnonzero(
            (steps > longest) | (np.diff(self.run[index] + self.zero[index]) != 0)
        )
        return list(np.split(index, broken + 1))

    def median_error(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Median standard error of each unit over some rows; 0.0 for units never measured."""
        known = np.nan_to_num(self.error[rows], nan=0.0)
        return np.asarray(np.median(known, axis=0), dtype=np.float64)

    def frame_at(self, time_s: float) -> int:
        """Frame number nearest to an instant; the window must not be empty."""
        right = min(int(np.searchsorted(self.times, time_s)), self.times.size - 1)
        left = max(right - 1, 0)
        nearer_left = time_s - self.times[left] <= self.times[right] - time_s
        return int(self.frames[left if nearer_left else right])


def _side_of(rows: list[EvidenceRow]) -> dict[str, list[Any]]:
    """Everything that is not an action unit, by name."""
    nan = float("nan")
    out: dict[str, list[Any]] = {
        name: [nan if r.pose is None else getattr(r.pose, f"{name}_deg") for r in rows]
        for name in ("yaw", "pitch", "roll")
    }
    out["eye"] = [r.eye_opening for r in rows]
    out["mouth"] = [r.mouth_opening for r in rows]
    out["gaze_x"] = [r.gaze_x for r in rows]
    out["gaze_y"] = [r.gaze_y for r in rows]
    out["light"] = [r.light for r in rows]
    out["icd"] = [r.icd_px for r in rows]
    for name, place in _SCENE.items():
        out[name] = [nan if r.scene is None else float(getattr(r.scene, place)) for r in rows]
    covered = [None if r.scene is None else r.scene.covered for r in rows]
    for name, place in _HAND.items():
        out[name] = [nan if c is None else float(getattr(c, place)) for c in covered]
    return out
