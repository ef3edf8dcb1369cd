"""The decision's second half: thresholds from decoys, and from candidates to events."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import Literal

import numpy as np

from unspoken.facs.units import UNIT_KEYS, unit_of
from unspoken.settings import Settings
from unspoken.spotting.artefacts import MOUTH_ARTEFACTS, ArtefactFinder
from unspoken.spotting.calibration import Prior, TailCalibration
from unspoken.spotting.candidates import Candidate
from unspoken.spotting.channels import EYE_UNITS, SPEECH_UNITS, UNIT_AREA, Area
from unspoken.spotting.decide import MICRO_MIN_HZ, classify
from unspoken.spotting.events import Event
from unspoken.spotting.excursions import MIN_DISPLACEMENT_ICD, MIN_TOTAL_S, displacement_icd
from unspoken.spotting.window import EvidenceWindow
from unspoken.timing import Interval, iou

__all__ = ["Judge"]

Detector = Literal["pulse", "excursion"]
Judged = tuple[Detector, Area]
#: Brief peaks: what simulated white noise at 30 frames/s gives. Longer stays: between that (next to
#: none) and 1/f noise.
_PRIORS: dict[Judged, Prior] = {
    ("pulse", "upper"): Prior(15.0, 0.29),
    ("pulse", "lower"): Prior(20.0, 0.29),
    ("excursion", "upper"): Prior(2.0, 0.55),
    ("excursion", "lower"): Prior(2.0, 0.55),
}
#: Candidates wait until this much footage has told how often noise looks like them.
_BURN_IN_S = 30.0
#: Settled only when nothing earlier can still turn up, seconds after the offset.
_SETTLE_S = 0.6
_TOO_BROAD = 0.6
_TOO_BROAD_MOVED = 0.3
#: Lids and cheeks move a little before and after a blink or jump of the eyes is seen, seconds.
_EYES_SIDE_S = 0.35
#: A movement of the eye units longer than this is not a blink's or jump's doing, seconds.
_EYES_HIDE_S = 1.0
_EYE_ARTEFACTS = {"blink", "gaze_shift"}
#: These move the whole face's picture a little.
_MOVES_ALL = {
    *("light_change", "flicker", "head_turn", "head_nod", "head_shake"),
    *("camera_shake", "key_frame", "occlusion"),
}
#: What starts together with a step of the light is its doing, seconds.
_WITH_S = 0.25
#: How far before its onset a held movement may have been set off by the light, seconds.
_RISE_S = 1.0
#: A decoy this much weaker than a real movement nearby is its shadow.
_SHADOW = 1.7
_CASTS_SHADOW = 6.0
_SHADOW_S = 1.0
_REMEMBER_S = 90.0
_SMALL_FACE_PX = 40.0


class Judge:
    """Calibrations, candidates waiting for a decision, and decisions made.

    Parameters
    ----------
    settings : Settings
        Asked false-alarm rate and protocol.
    artefacts : ArtefactFinder
        Artefacts of the same track.
    """

    def __init__(self, settings: Settings, artefacts: ArtefactFinder) -> None:
        self._settings = settings
        self._artefacts = artefacts
        self.calibration = {key: TailCalibration(prior) for key, prior in _PRIORS.items()}
        self._waiting: list[Candidate] = []
        self._recent: list[Candidate] = []
        self._emitted: list[Event] = []
        self._shadows: deque[tuple[Detector, Area, float]] = deque(maxlen=200)

    def threshold(self, detector: Detector, area: Area) -> float:
        """Statistic a candidate needs now; each of the four calibrations gets a quarter."""
        share = self._settings.false_alarms_per_min / len(self.calibration)
        return self.calibration[detector, area].threshold(share)

    def unit_thresholds(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Threshold of the pulse detector for each unit of `UNIT_KEYS`."""
        by_area = {area: self.threshold("pulse", area) for area in set(UNIT_AREA)}
        return np.array([by_area[area] for area in UNIT_AREA])

    def admit(self, candidate: Candidate) -> Candidate | None:
        """Take out of a candidate (or decoy) what an artefact explains.

        Light and head movement move everything: a candidate as broad as that, or one that starts
        with the light, is refused. A blink or a jump of the gaze moves the eye units, articulation
        the mouth's: they are taken out, and what is left has to stand by itself.

        Returns
        -------
        Candidate or None
            None when nothing is left.
        """
        start, stop = candidate.onset_s, candidate.offset_s
        met = self._artefacts.overlapping(start, stop)
        moved = bool(met & _MOVES_ALL)
        if candidate.breadth > (_TOO_BROAD_MOVED if moved else _TOO_BROAD) or "cut" in met:
            return None
        lit = (start - _WITH_S, start + _WITH_S)
        if stop - start > MIN_TOTAL_S:  # a held movement rises slowly, as light may do
            lit = (start - _RISE_S, candidate.apex_s + _WITH_S)
        if "light_change" in self._artefacts.overlapping(*lit):
            return None
        explained = self._explained(start, stop)
        left = [key for key in candidate.units if unit_of(key)[0].code not in explained]
        if len(left) == len(candidate.units):
            return candidate
        if not left:
            return None
        clearest = max(candidate.clarity[key] for key in left)
        return replace(
            candidate,
            units={key: candidate.units[key] for key in left},
            clarity={key: candidate.clarity[key] for key in left},
            statistic=min(candidate.statistic, clearest),
        )

    def _explained(self, start: float, stop: float) -> frozenset[int]:
        """FACS numbers that artefacts move by themselves in an interval."""
        explained: frozenset[int] = frozenset()
        around = start - _EYES_SIDE_S, stop + _EYES_SIDE_S
        if self._artefacts.overlapping(*around) & _EYE_ARTEFACTS and stop - start < _EYES_HIDE_S:
            explained |= EYE_UNITS
        if "eyes_down" in self._artefacts.overlapping(start - _WITH_S, start + _WITH_S):
            explained |= EYE_UNITS
        if sum(self._artefacts.share(kind, start, stop) for kind in MOUTH_ARTEFACTS) > 0.5:
            explained |= SPEECH_UNITS
        return explained

    def offer(self, candidate: Candidate) -> None:
        """A movement the right way, already admitted."""
        self._waiting.append(candidate)
        self._recent.append(candidate)

    def decoy(self, candidate: Candidate) -> None:
        """A movement the wrong way; not counted in the shadow of a real one."""
        near = Interval(candidate.onset_s - _SHADOW_S, candidate.offset_s + _SHADOW_S)
        for real in self._recent:
            stronger = real.statistic > max(_SHADOW * candidate.statistic, _CASTS_SHADOW)
            if stronger and near.overlap_s(Interval(real.onset_s, real.offset_s)) > 0:
                key = (candidate.detector, candidate.area, real.apex_s)
                if key not in self._shadows:
                    # What lies in the shadow was not searched, so its time is no exposure.
                    self._shadows.append(key)
                    dark = real.offset_s - real.onset_s + 2 * _SHADOW_S
                    self.expose(candidate.detector, candidate.area, -dark / 60.0)
                return
        self.calibration[candidate.detector, candidate.area].add_decoy(candidate.statistic)

    def expose(self, detector: Detector, area: Area, minutes: float) -> None:
        """Footage was searched."""
        self.calibration[detector, area].add_exposure(minutes)

    def settle(
        self, window: EvidenceWindow, until_s: float, busy: dict[Area, Interval], *, last: bool
    ) -> list[Event]:
        """Decide on everything that ended long enough before `until_s`.

        Parameters
        ----------
        window : EvidenceWindow
            For frame numbers and frame rate.
        until_s : float
            The filters have decided up to here, seconds.
        busy : dict of area to Interval
            Long movements still going on.
        last : bool
            Nothing more will come.
        """
        seen_s = 60.0 * max(c.seen_min for c in self.calibration.values())
        if not last and seen_s < _BURN_IN_S:
            return []
        ready = [c for c in self._waiting if last or c.offset_s + _SETTLE_S <= until_s]
        self._waiting = [c for c in self._waiting if not last and c.offset_s + _SETTLE_S > until_s]
        self._recent = [c for c in self._recent if c.offset_s > until_s - _REMEMBER_S]
        self._emitted = [e for e in self._emitted if e.offset_s > until_s - _REMEMBER_S]
        passed = [c for c in ready if c.statistic >= self.threshold(c.detector, c.area)]
        new = []
        for candidate in self._merged(passed, busy):
            event = self._event(candidate, window)
            if event is not None and not self._known(event):
                new.append(event)
                self._emitted.append(event)
        return sorted(new, key=lambda e: e.onset_s)

    def rate(self, candidate: Candidate) -> float:
        """False alarms per minute, over all calibrations, at a candidate's statistic."""
        own = self.calibration[candidate.detector, candidate.area]
        return len(self.calibration) * own.rate(candidate.statistic)

    def _merged(self, passed: list[Candidate], busy: dict[Area, Interval]) -> list[Candidate]:
        """One candidate per movement: the surest keeps its times, the others give their units."""
        out: list[Candidate] = []
        for c in sorted(passed, key=self.rate):
            own = Interval(c.onset_s, c.offset_s)
            if c.detector == "pulse" and self._kind(c, 100.0) == "macro":
                held = busy.get(c.area)
                if held is not None and held.overlap_s(own) > 0.5 * own.duration_s:
                    continue
            twin = next((i for i, o in enumerate(out) if _same(o, c)), None)
            if twin is None:
                out.append(c)
            else:
                units = {**c.units, **out[twin].units}
                ordered = dict(sorted(units.items(), key=lambda item: -item[1]))
                out[twin] = replace(out[twin], units=ordered)
        return out

    def _kind(self, c: Candidate, rate_hz: float) -> str | None:
        return classify(c.onset_s, c.apex_s, c.offset_s, self._settings.protocol, rate_hz)

    def _known(self, event: Event) -> bool:
        """Whether an event says again what another already said."""
        for other in self._emitted:
            if other.kind == "blink":
                continue
            if iou(other.interval, event.interval) >= 0.4:
                return True
            inside = other.interval.overlap_s(event.interval) >= 0.7 * event.interval.duration_s
            if (
                inside
                and event.kind == "macro"
                and set(event.action_units) & set(other.action_units)
            ):
                return True
        return False

    def _event(self, c: Candidate, window: EvidenceWindow) -> Event | None:
        """The event, or None when its timing does not allow one."""
        near = window.between(c.onset_s - 5.0, c.offset_s + 5.0)
        recent = np.diff(window.times[near][~window.repeat[near]])
        rate_hz = 1.0 / float(np.median(recent)) if recent.size else 0.0
        kind = self._kind(c, rate_hz)
        small = displacement_icd(c.units) < MIN_DISPLACEMENT_ICD
        if kind is None or (kind == "macro" and small):
            return None
        flags = self._artefacts.overlapping(c.onset_s, c.offset_s)
        flags |= {"long"} if c.long else set()
        flags |= {"low_frame_rate"} if rate_hz < MICRO_MIN_HZ else set()
        part = window.between(c.onset_s, c.offset_s + 1e-6)
        icd = window.side["icd"][part]
        icd = icd[np.isfinite(icd)]
        flags |= {"small_face"} if icd.size and float(np.median(icd)) < _SMALL_FACE_PX else set()
        return Event(
            face_id=self._artefacts.face_id,
            kind="micro" if kind == "micro" else "macro",
            onset_s=c.onset_s,
            apex_s=c.apex_s,
            offset_s=c.offset_s,
            onset_frame=window.frame_at(c.onset_s),
            apex_frame=window.frame_at(c.apex_s),
            offset_frame=window.frame_at(c.offset_s),
            action_units={key: round(c.units[key], 4) for key in c.units if key in UNIT_KEYS},
            snr=c.statistic,
            false_alarms_per_min=self.rate(c),
            flags=tuple(sorted(flags)),
        )


def _same(a: Candidate, b: Candidate) -> bool:
    """Whether two candidates are views of one movement."""
    overlap = iou(Interval(a.onset_s, a.offset_s), Interval(b.onset_s, b.offset_s))
    return overlap >= 0.5 or (overlap >= 0.25 and abs(a.apex_s - b.apex_s) <= 0.12)
