"""The decision's second half: thresholds from decoys, and from candidates to events."""

from __future__ import annotations

from array import array
from collections import deque
from dataclasses import replace
from typing import Literal

import numpy as np

from unspoken.facs.units import UNIT_KEYS, unit_of
from unspoken.settings import Settings
from unspoken.spotting.artefacts import MOUTH_ARTEFACTS, ArtefactFinder
from unspoken.spotting.calibration import Prior, TailCalibration
from unspoken.spotting.candidates import Candidate
from unspoken.spotting.channels import AREAS, EYE_UNITS, SPEECH_UNITS, UNIT_AREA, Area
from unspoken.spotting.decide import MICRO_MIN_HZ, classify, one_movement
from unspoken.spotting.events import Event
from unspoken.spotting.excursions import MIN_DISPLACEMENT_ICD, MIN_TOTAL_S, displacement_icd
from unspoken.spotting.window import EvidenceWindow
from unspoken.timing import Interval, iou

__all__ = ["Judge"]

Detector = Literal["pulse", "excursion"]
#: What is calibrated by itself: a detector, a part of the face, whether the mouth is busy there.
Judged = tuple[Detector, Area, bool]
#: Brief peaks come as often as in simulated white noise at 30 frames/s, and reach a little higher.
#: Longer stays come from a face whose pose wanders, as on development footage of people who listen.
#: They are rare: half a minute without any says little, so the prior counts for about as much.
_HELD = Prior(2.0, 1.2, minutes=0.6, peaks=5.0)
_PRIORS: dict[Judged, Prior] = {
    ("pulse", "upper", False): Prior(15.0, 0.35),
    ("pulse", "lower", False): Prior(20.0, 0.35),
    ("pulse", "lower", True): Prior(20.0, 0.5),
    ("excursion", "upper", False): _HELD,
    ("excursion", "lower", False): _HELD,
    ("excursion", "lower", True): _HELD,
}
#: Two detectors in two parts of the face look at every moment.
_AT_ONCE = 4
#: A calm mouth is judged by what calm mouths do, a busy one (`MOUTH_ARTEFACTS`) by what it does.
#: A mouth was busy during a movement if it was so for this part of it and of this long around it.
_BUSY_SHARE, _BUSY_SIDE_S = 0.2, 0.3
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
    *("camera_shake", "key_frame", "occlusion", "hand_over_face"),
}
#: What starts together with a step of the light is its doing, seconds.
_WITH_S = 0.25
#: How far before its onset a held movement may have been set off by the light, seconds.
_RISE_S = 1.0
#: A decoy this much weaker than a real movement nearby is its shadow.
_SHADOW = 1.7
#: One movement has two descriptions: a raised brow is also the opposite of a frown. So a candidate
#: and a decoy that overlap by this much compete, and the clearer one is what happened; a candidate
#: gives way only to a decoy clearer by this factor.
_SAME_IOU, _GIVES_WAY = 0.5, 1.25
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
        self._applied: dict[Area, array[float]] = {area: array("f") for area in AREAS}
        self._shadows: deque[tuple[Detector, Area, float]] = deque(maxlen=200)
        self._decoys: list[Candidate] = []

    def threshold(self, detector: Detector, area: Area, *, busy: bool = False) -> float:
        """Statistic a candidate needs now, in the lower face while the mouth is calm or busy.

        Each of the four calibrations that look at a moment gets a quarter of the asked rate.
        """
        share = self._settings.false_alarms_per_min / _AT_ONCE
        return self.calibration[detector, area, busy].threshold(share)

    def _busy(self, area: Area, start_s: float, stop_s: float) -> float:
        """Part of an interval in which the mouth was busy, 0..1; 0 for the upper face."""
        if area == "upper":
            return 0.0
        shares = (self._artefacts.share(kind, start_s, stop_s) for kind in MOUTH_ARTEFACTS)
        return min(1.0, sum(shares))

    def _judged(self, c: Candidate) -> Judged:
        around = c.onset_s - _BUSY_SIDE_S, c.offset_s + _BUSY_SIDE_S
        return c.detector, c.area, self._busy(c.area, *around) > _BUSY_SHARE

    def unit_thresholds(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Threshold of the pulse detector for each unit of `UNIT_KEYS`, typical of the recording.

        It falls as more footage is known, so the median over all decisions so far is what a
        movement had to pass.
        """
        by_area = {
            area: float(np.median(self._applied[area] or [self.threshold("pulse", area)]))
            for area in AREAS
        }
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
        if self._busy("lower", start - _BUSY_SIDE_S, stop + _BUSY_SIDE_S) > _BUSY_SHARE:
            explained |= SPEECH_UNITS
        return explained | self._artefacts.behind_hand(start, stop)

    def offer(self, candidate: Candidate) -> None:
        """A movement the right way, already admitted."""
        self._waiting.append(candidate)
        self._recent.append(candidate)

    def decoy(self, candidate: Candidate) -> None:
        """A movement the wrong way, already admitted; counted once nothing can explain it."""
        self._decoys.append(candidate)

    def _count_decoys(self, until_s: float, *, last: bool) -> None:
        """Count decoys that ended long enough ago, but for shadows and echoes of real movements."""
        ready = [d for d in self._decoys if last or d.offset_s + _SETTLE_S <= until_s]
        self._decoys = [d for d in self._decoys if not last and d.offset_s + _SETTLE_S > until_s]
        for decoy in ready:
            if any(_same_moment(decoy, r) and r.statistic >= decoy.statistic for r in self._recent):
                continue
            self._waiting = [
                real
                for real in self._waiting
                if decoy.statistic < _GIVES_WAY * real.statistic or not _same_moment(decoy, real)
            ]
            if not self._shadowed(decoy):
                self.calibration[self._judged(decoy)].add_decoy(decoy.statistic)

    def _shadowed(self, decoy: Candidate) -> bool:
        """Whether a decoy lies in the shadow of a real movement much stronger than it."""
        near = Interval(decoy.onset_s - _SHADOW_S, decoy.offset_s + _SHADOW_S)
        for real in self._recent:
            stronger = real.statistic > max(_SHADOW * decoy.statistic, _CASTS_SHADOW)
            if stronger and near.overlap_s(Interval(real.onset_s, real.offset_s)) > 0:
                key = (decoy.detector, decoy.area, real.apex_s)
                if key not in self._shadows:
                    # What lies in the shadow was not searched, so its time is no exposure.
                    self._shadows.append(key)
                    dark = real.offset_s - real.onset_s + 2 * _SHADOW_S
                    self.calibration[self._judged(decoy)].add_exposure(-dark / 60.0)
                return True
        return False

    def expose(
        self, detector: Detector, area: Area, minutes: float, start_s: float, stop_s: float
    ) -> None:
        """So much footage was searched between two instants (seconds)."""
        busy = self._busy(area, start_s, stop_s)
        self.calibration[detector, area, False].add_exposure((1.0 - busy) * minutes)
        if busy:
            self.calibration[detector, area, True].add_exposure(busy * minutes)

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
        self._count_decoys(until_s, last=last)
        seen_s = 60.0 * self.calibration["pulse", "upper", False].seen_min
        lower = (self.calibration["pulse", "lower", busy].seen_min for busy in (False, True))
        seen_s = max(seen_s, 60.0 * sum(lower))
        if not last and seen_s < _BURN_IN_S:
            return []
        open_yet = [c for c in self._waiting if not last and c.offset_s + _SETTLE_S > until_s]
        # Views of one movement are decided together, or the first to end would be told alone.
        ended = [c for c in self._waiting if c not in open_yet]
        open_yet += [c for c in ended if any(_same(c, later) for later in open_yet)]
        ready = [c for c in ended if c not in open_yet]
        self._waiting = open_yet
        self._recent = [c for c in self._recent if c.offset_s > until_s - _REMEMBER_S]
        self._emitted = [e for e in self._emitted if e.offset_s > until_s - _REMEMBER_S]
        for area, applied in self._applied.items():
            talking = self._busy(area, until_s - 1.0, until_s) > 0.5
            applied.append(self.threshold("pulse", area, busy=talking))
        passed = [c for c in ready if self._passes(c)]
        new = []
        for candidate in self._merged(passed, busy):
            event = self._event(candidate, window)
            if event is not None and not self._known(event):
                new.append(event)
                self._emitted.append(event)
        return sorted(new, key=lambda e: e.onset_s)

    def _passes(self, c: Candidate) -> bool:
        detector, area, busy = self._judged(c)
        return c.statistic >= self.threshold(detector, area, busy=busy)

    def rate(self, candidate: Candidate) -> float:
        """False alarms per minute, over all calibrations, at a candidate's statistic."""
        return _AT_ONCE * self.calibration[self._judged(candidate)].rate(candidate.statistic)

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
                errors = {**c.errors, **out[twin].errors}
                out[twin] = replace(out[twin], units=ordered, errors=errors)
        return out

    def _kind(self, c: Candidate, rate_hz: float) -> str | None:
        return classify(c.onset_s, c.apex_s, c.offset_s, self._settings.protocol, rate_hz)

    def _known(self, event: Event) -> bool:
        """Whether an event says again what another already said."""
        for other in self._emitted:
            if other.kind == "blink":
                continue
            shared = not other.action_units.keys().isdisjoint(event.action_units)
            if iou(other.interval, event.interval) >= 0.4:
                return True
            if one_movement(other, event, share_unit=shared):
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
            unit_errors={key: round(c.errors[key], 5) for key in UNIT_KEYS if key in c.errors},
        )


def _same_moment(a: Candidate, b: Candidate) -> bool:
    return iou(Interval(a.onset_s, a.offset_s), Interval(b.onset_s, b.offset_s)) >= _SAME_IOU


def _same(a: Candidate, b: Candidate) -> bool:
    """Whether two candidates are views of one movement."""
    return one_movement(a, b, share_unit=not a.units.keys().isdisjoint(b.units))
