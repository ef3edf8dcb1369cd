"""What moves the picture of a face without being an expression, found and named as rows come in."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from unspoken.facs.units import UNIT_INDEX, UNIT_KEYS, unit_of
from unspoken.spotting.blinks import closure, find_blinks, long_closings
from unspoken.spotting.breaks import key_frame_pops
from unspoken.spotting.channels import AREA_UNITS, AREAS, Area
from unspoken.spotting.events import Artefact, ArtefactKind, Part, Source
from unspoken.spotting.head import find_head_movements
from unspoken.spotting.light import change_over, flickers, light_steps, shakes
from unspoken.spotting.mouth import MOUTH_UNITS, SPOKEN, chews, mouth_activity, talks
from unspoken.spotting.voice import VoiceTrack
from unspoken.spotting.window import EvidenceWindow
from unspoken.timing import Interval

__all__ = ["MOUTH_ARTEFACTS", "ArtefactFinder", "Blink"]

#: What moves the lower face for seconds.
MOUTH_ARTEFACTS: tuple[ArtefactKind, ...] = ("speech", "mouth_opening", "chewing")
#: Rotation of the head counted as a turn, degrees per second over 0.3 s.
_TURN_DEG_S = 20.0
#: Change of gaze within 0.25 s counted as a jump, parts of the full range.
_GAZE_JUMP = 0.25
#: Lids this far down, or soon to be or just been, make the gaze unreadable.
_CLOSING, _LIDS_MOVE_S = 0.15, 0.3
#: The inner eye corners lie this far from where a head turns on its neck, ICD.
_LEVER_ICD = 2.5
#: A jump of the picture is no shake, seconds on each side.
_CUT_S = 0.35
#: Part of a stretch that counts as most of it.
_MOSTLY = 0.4
#: A voice this near to a moving mouth is its own, seconds.
_VOICE_NEAR_S = 0.3
#: Block edges on the face count from this blockiness.
_BLOCKY = 1.3
#: Share of exact repeats within a second from which pictures count as repeated.
_REPEATED = 0.08
#: Share of the upper or lower mesh points behind a hand from which that part counts as covered.
_COVERED = 0.03
#: A hand came at most this long before it was seen, seconds.
_CAME_S = 3.0
#: A hand moves what is beside it too: this long before and after it is seen there, seconds; and it
#: explains a movement that begins then, or of which it hides this share.
_HAND_SIDE_S, _HAND_SHARE = 0.25, 0.2
#: Half length of the stretch around a cut or a track's edge, seconds.
EDGE_S = 0.1
_JOIN_S = 0.2
_BACK_S = 5.0
#: Artefacts compared with an event; more than a minute's worth.
_LOOK_BACK = 400
#: A renewed picture is compared with its neighbours, seconds on each side.
_POP_S = 0.05
_MOUTH = [UNIT_INDEX[key] for key in MOUTH_UNITS]
_JAW = MOUTH_UNITS.index("AU26")
_LIDS = (UNIT_INDEX["AU45L"], UNIT_INDEX["AU45R"])

Array = NDArray[np.float64]
Blink = tuple[float, float, float, float, float]


class ArtefactFinder:
    """Artefacts of one track so far.

    Parameters
    ----------
    face_id : int
        Whose they are.
    voice : VoiceTrack, optional
        What is heard; without it nothing is.
    """

    def __init__(self, face_id: int, voice: VoiceTrack | None = None) -> None:
        self.face_id = face_id
        self.voice = voice or VoiceTrack()
        self.found: list[Artefact] = []
        self._open: dict[tuple[ArtefactKind, Source, Part], int] = {}
        self._last_edge: tuple[float, int] | None = None
        self._behind: dict[Area, deque[tuple[Interval, frozenset[int]]]] = {
            area: deque(maxlen=_LOOK_BACK) for area in AREAS
        }

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
        shaking = self._picture(window, around, times, now, side)
        moving = self._head(times, now, shaking, side)
        self._mouth(window, around, times, now, moving)
        self._edges(window, around, now)
        closed = self._closure(window, around, side["eye"])
        self._mark("gaze_shift", times, now & _gaze_jump(times, side, closed))
        return self._blinks(window, around, closed, start_s, stop_s)

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

    def speaking(self, times_s: Array) -> NDArray[np.bool_]:
        """At which instants the mouth speaks, chews or otherwise moves for long."""
        out = np.zeros(times_s.size, dtype=bool)
        for a in self.found[-_LOOK_BACK:]:
            if a.kind in MOUTH_ARTEFACTS:
                out |= (times_s >= a.interval.start_s) & (times_s <= a.interval.end_s)
        return out

    def _head(
        self,
        times: Array,
        now: NDArray[np.bool_],
        shaking: NDArray[np.bool_],
        side: dict[str, Array],
    ) -> NDArray[np.bool_]:
        """Nods, shakes, and what else turns quickly; where the head moves at all."""
        now, moving = now & ~shaking, np.zeros(times.size, dtype=bool)
        left = _turning(times, side)
        # The nets look at a calm head only now and then; its place is followed in every picture.
        down, across = (np.rad2deg(side[name] / (_LEVER_ICD * side["icd"])) for name in "yx")
        for movement in find_head_movements(times, down, across):
            inside = (times >= movement.start_s) & (times <= movement.end_s)
            self._mark(movement.kind, times, now & inside)
            moving |= inside
            left &= (times < movement.start_s - _JOIN_S) | (times > movement.end_s + _JOIN_S)
        self._mark("head_turn", times, now & left)
        return moving | left

    def _mouth(
        self,
        window: EvidenceWindow,
        around: slice,
        times: Array,
        now: NDArray[np.bool_],
        moving: NDArray[np.bool_],
    ) -> None:
        """Speech, somebody else's voice, chewing, and other movement of the mouth."""
        voice = self.voice.at(times, _VOICE_NEAR_S)
        lower = window.amplitude[around][:, _MOUTH].astype(np.float64)
        # Against stated errors no talking mouth would stand out: they grow with what it does.
        error = window.claimed[around][:, _MOUTH].astype(np.float64)
        activity = mouth_activity(times, lower, error)
        heard, silent = voice == 1.0, voice == 0.0
        opening = window.side["mouth"][around].astype(np.float64)
        # A nod shakes the whole face; it speaks only if it does so before or after as well.
        talking = _without(talks(times, opening, activity, voice), moving & ~heard)
        chewing = chews(times, lower[:, _JAW]) & ~heard & (activity < SPOKEN)
        self._mark("chewing", times, now & chewing)
        talking &= ~chewing
        self._mark("speech", times, now & talking & heard, "sound and mouth")
        self._mark("speech", times, now & talking & ~heard & ~silent, "mouth")
        self._mark("mouth_opening", times, now & talking & silent)
        self._mark("voice", times, now & heard & ~talking, "sound")

    def _picture(
        self,
        window: EvidenceWindow,
        around: slice,
        times: Array,
        now: NDArray[np.bool_],
        side: dict[str, Array],
    ) -> NDArray[np.bool_]:
        """Light, camera, codec, and what stands before the face; where the camera shakes."""
        self._mark("light_change", times, now & light_steps(times, side["light"]))
        pulsing = flickers(times, side["light"])
        if np.isfinite(side["background"]).any():
            pulsing &= flickers(times, side["background"])
        self._mark("flicker", times, now & pulsing)
        moved = shakes(times, *(side[n] for n in ("shift_x", "shift_y", "x", "y", "icd")))
        for cut in times[window.cut[around]]:
            moved &= np.abs(times - cut) > _CUT_S
        self._mark("camera_shake", times, now & moved)
        jumps = _jumps(window, around)
        pops = key_frame_pops(times, side["key"] > 0.5, jumps) & ~window.cut[around]
        for i in np.flatnonzero(now & pops):
            self._add("key_frame", float(times[i]) - _POP_S, float(times[i]) + _POP_S)
        self._mark("blocks", times, now & (np.nan_to_num(side["blocks"]) > _BLOCKY))
        for i in np.flatnonzero(now & (np.nan_to_num(side["hidden"]) > 0.5)):
            self._add("occlusion", float(times[i]) - EDGE_S, float(times[i]) + EDGE_S)
        self._hands(times, now, side, window.amplitude[around])
        near = np.abs(times[:, None] - times[None, now]) <= 0.5
        repeats = window.repeat[around].astype(float)
        share = (repeats @ near) / np.maximum(near.sum(axis=0), 1)
        often = np.zeros(times.size, dtype=bool)
        often[now] = share > _REPEATED
        self._mark("repeated_frames", times, often)
        return moved

    def _hands(
        self,
        times: Array,
        now: NDArray[np.bool_],
        side: dict[str, Array],
        amplitude: NDArray[np.float32],
    ) -> None:
        """Hands before the face, from when it was last seen free."""
        for part in AREAS:
            covered = now & (np.nan_to_num(side[f"hand_{part}"]) > _COVERED)
            for first, end in _stretches(covered):
                start = min(times[first], max(side["hand_since"][first], times[first] - _CAME_S))
                self._add("hand_over_face", float(start), float(times[end - 1]), part=part)
                unseen = ~np.isfinite(amplitude[first:end]).all(axis=0)
                codes = {unit_of(UNIT_KEYS[i])[0].code for i in np.flatnonzero(unseen)}
                near = Interval(float(start) - _HAND_SIDE_S, float(times[end - 1]) + _HAND_SIDE_S)
                self._hide(part, near, AREA_UNITS[part] | codes)

    def _hide(self, part: Area, near: Interval, codes: frozenset[int]) -> None:
        """Remember what a hand hides; a hand that stays makes one entry."""
        behind = self._behind[part]
        if behind and near.start_s <= behind[-1][0].end_s:
            before, already = behind.pop()
            near, codes = Interval(before.start_s, near.end_s), codes | already
        behind.append((near, codes))

    def behind_hand(self, start_s: float, stop_s: float) -> frozenset[int]:
        """FACS numbers of what a hand may have moved or hidden in an interval.

        Those of the parts it covered when the movement began, or during a good part of it.
        """
        asked = Interval(start_s, max(stop_s, start_s + 1e-6))
        explained: frozenset[int] = frozenset()
        for hand, codes in (entry for part in AREAS for entry in self._behind[part]):
            if hand.contains(start_s) or hand.overlap_s(asked) > _HAND_SHARE * asked.duration_s:
                explained |= codes
        return explained

    def _add(
        self,
        kind: ArtefactKind,
        start_s: float,
        end_s: float,
        source: Source = "",
        part: Part = "",
    ) -> None:
        """New interval, joined with the last of its kind when they nearly meet."""
        key = (kind, source, part)
        place = self._open.get(key)
        if place is not None and start_s - self.found[place].interval.end_s <= _JOIN_S:
            old = self.found[place].interval
            joined = Interval(min(old.start_s, start_s), max(old.end_s, end_s))
            self.found[place] = Artefact(kind, self.face_id, joined, source, part)
            return
        self._open[key] = len(self.found)
        self.found.append(Artefact(kind, self.face_id, Interval(start_s, end_s), source, part))

    def _mark(
        self, kind: ArtefactKind, times: Array, mask: NDArray[np.bool_], source: Source = ""
    ) -> None:
        for first, end in _stretches(mask):
            self._add(kind, float(times[first]), float(times[end - 1]), source)

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

    @staticmethod
    def _closure(window: EvidenceWindow, around: slice, eye: Array) -> Array:
        left, right = (window.amplitude[around, lid].astype(np.float64) for lid in _LIDS)
        errors = window.error[around][:, _LIDS].astype(np.float64)
        known = np.isfinite(errors).any(axis=1)
        sigma = float(np.nanmedian(errors[known])) if known.any() else np.inf
        return closure(window.times[around], eye, left, right, sigma)

    def _blinks(
        self, window: EvidenceWindow, around: slice, closed: Array, start_s: float, stop_s: float
    ) -> list[Blink]:
        left, right = (window.amplitude[around, lid].astype(np.float64) for lid in _LIDS)
        times = window.times[around]
        out: list[Blink] = []
        for start, end in long_closings(times, closed):
            inside = (times >= start) & (times <= end)
            self._mark("eyes_down", times, inside & (times >= start_s) & (times < stop_s))
        for onset, apex, offset in find_blinks(times, closed):
            if start_s <= apex < stop_s:
                self._add("blink", onset, offset)
                inside = (times >= onset) & (times <= offset)
                before = (times >= onset - 0.3) & (times < onset)
                out.append(
                    (onset, apex, offset, _rise(left, inside, before), _rise(right, inside, before))
                )
        return out


def _stretches(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last-plus-one row of every stretch of a mask."""
    edges = np.flatnonzero(np.diff(np.r_[False, mask, False].astype(int))).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))


def _without(mask: NDArray[np.bool_], other: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The stretches of a mask that do not mostly lie in another."""
    out = mask.copy()
    for first, end in _stretches(mask):
        if other[first:end].mean() > _MOSTLY:
            out[first:end] = False
    return out


def _jumps(window: EvidenceWindow, around: slice) -> Array:
    """Median over units of each row's step from the row before, in standard errors."""
    y, e = window.amplitude[around], window.error[around]
    steps = np.abs(np.diff(y, axis=0)) / (1.414 * np.maximum(np.maximum(e[1:], e[:-1]), 1e-9))
    return np.r_[0.0, np.median(np.nan_to_num(steps), axis=1)] if len(y) else np.zeros(0)


def _rise(values: Array, inside: NDArray[np.bool_], before: NDArray[np.bool_]) -> float:
    """Highest value inside over the median before."""
    a, b = values[inside & np.isfinite(values)], values[before & np.isfinite(values)]
    return float(a.max() - (np.median(b) if b.size else 0.0)) if a.size else float("nan")


def _turning(times: Array, side: dict[str, Array]) -> NDArray[np.bool_]:
    speeds = [change_over(times, side[name], 0.15, 0.15) / 0.3 for name in ("yaw", "pitch", "roll")]
    return np.asarray(np.sqrt(sum(v * v for v in speeds)) > _TURN_DEG_S)


def _gaze_jump(times: Array, side: dict[str, Array], closed: Array) -> NDArray[np.bool_]:
    jumps = [np.abs(change_over(times, side[name], 0.15, 0.1)) for name in ("gaze_x", "gaze_y")]
    # Gaze read off a closing eye means nothing.
    shut = times[closed > _CLOSING]
    after = np.searchsorted(shut, times)
    padded = np.r_[-np.inf, shut, np.inf]
    near_shut = np.minimum(times - padded[after], padded[after + 1] - times) < _LIDS_MOVE_S
    return np.asarray((np.maximum(*jumps) > _GAZE_JUMP) & ~near_shut)
