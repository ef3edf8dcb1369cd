"""The pipeline: frames in, evidence and events out.

An engine neither knows nor asks whether more frames will come: a file, a camera and a benchmark
all push frames and get events back as soon as they are certain, a few seconds after they happened.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from unspoken.face.hands import HandNets
from unspoken.face.nets import Blendshapes
from unspoken.face.observation import FaceObservation, FacesInFrame, Role
from unspoken.face.roles import RoleBook
from unspoken.face.states import FaceStates
from unspoken.face.tracks import FaceTracker
from unspoken.facs.units import UNIT_KEYS
from unspoken.media.frame import Frame
from unspoken.motion.evidence import EvidenceRow
from unspoken.motion.stream import EvidenceStream, empty_row
from unspoken.reading.emotions import with_readings
from unspoken.settings import Settings
from unspoken.spotting.events import Event
from unspoken.spotting.spotter import Spotter
from unspoken.spotting.voice import VoiceTrack
from unspoken.timing import Interval

__all__ = ["CustomerFace", "Engine", "RowSink", "TrackLog"]

RowSink = Callable[[EvidenceRow], None]

#: A frame stands for the time until the next one, but never for more than this, seconds.
_LONGEST_FRAME_S = 0.25


@dataclass(slots=True)
class TrackLog:
    """What is remembered of any track, customer or not: when it was there, nothing of its face."""

    first_s: float
    last_s: float
    seen_s: float = 0.0


def _floats() -> array[float]:
    return array("f")


@dataclass(slots=True)
class CustomerFace:
    """One measured face: its evidence stream, its spotter, its exposure.

    The arrays hold a value per frame in view (`transforms` six), 40 bytes a frame in all.
    """

    stream: EvidenceStream
    spotter: Spotter
    measured_s: float = 0.0
    gaps_s: dict[str, float] = field(default_factory=dict)
    icd_px: array[float] = field(default_factory=_floats)
    yaw_deg: array[float] = field(default_factory=_floats)
    pitch_deg: array[float] = field(default_factory=_floats)
    frames: array[int] = field(default_factory=lambda: array("l"))
    transforms: array[float] = field(default_factory=_floats)
    events: int = 0
    partly_s: float = 0.0  #: of `measured_s`, with a hand before part of the face
    #: Of `measured_s`, the part in which each unit was behind a hand.
    unmeasured_s: NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(UNIT_KEYS)))


class Engine:
    """Finds expressions of customers, frame by frame.

    Parameters
    ----------
    settings : Settings, optional
        Defaults where left out.
    on_row : callable, optional
        Called with every evidence row: one per frame and customer in view, or one with
        ``face_id`` 0 where a frame shows none.

    Examples
    --------
    >>> engine = Engine()
    >>> for frame in source:                             # doctest: +SKIP
    ...     for event in engine.push(frame):
    ...         print(event.kind, event.apex_s)
    >>> last = engine.finish()
    """

    def __init__(self, settings: Settings | None = None, on_row: RowSink | None = None) -> None:
        self.settings = settings or Settings()
        self.tracks: dict[int, TrackLog] = {}
        self.customers: dict[int, CustomerFace] = {}
        self.timings_s = {"faces": 0.0, "motion": 0.0, "spotting": 0.0, "sound": 0.0}
        self.cuts_s: list[float] = []
        self.voice = VoiceTrack()
        self._on_row = on_row
        self._tracker: FaceTracker | None = None
        self._net: Blendshapes | None = None
        self._roles = RoleBook(self.settings.role)
        self._last_s: float | None = None

    def push(self, frame: Frame) -> list[Event]:
        """Take the next frame; return the events that became certain.

        They are numbered in the order in which they did; an analysis numbers them by onset.

        Raises
        ------
        RolesNeeded
            Several faces are there and nothing says which is the customer.
        """
        return self.measure(frame, self.see(frame))

    def see(self, frame: Frame) -> FacesInFrame:
        """First half of :meth:`push`: find and follow faces. May run in a thread of its own."""
        began = perf_counter()
        if self._tracker is None:  # the nets are loaded where faces are looked for, not elsewhere
            self._tracker = FaceTracker(self.settings, hands=HandNets())
        faces = self._tracker.push(frame)
        self.timings_s["faces"] += perf_counter() - began
        return faces

    def measure(self, frame: Frame, faces: FacesInFrame) -> list[Event]:
        """Second half of :meth:`push`: roles, evidence, events. Frames must come in order."""
        self._roles.push(faces, frame.time_s, frame.width)
        step = self._step(frame.time_s)
        if faces.cut:
            self.cuts_s.append(frame.time_s)
        in_view: dict[int, FaceObservation] = {}
        for face in faces.faces:
            self._log(face.face_id, frame.time_s, step)
            if self._roles.role_of(face.face_id) == "customer":
                in_view[face.face_id] = face
        events: list[Event] = []
        for face_id in sorted({*self.customers, *in_view}):
            events += self._measure_one(frame, face_id, in_view.get(face_id), step)
        if not in_view and self._on_row:
            self._on_row(empty_row(frame, 0, 0, "cut" if faces.cut else "no_face"))
        return events

    def hear(self, listened: Interval, voices: Sequence[Interval]) -> None:
        """Take in what was heard, if there is sound, best a second or two before the pictures.

        Parameters
        ----------
        listened : Interval
            There was sound here, in order of time.
        voices : sequence of Interval
            Where somebody was heard speaking, in order of time.
        """
        self.voice.listened(listened)
        for voice in voices:
            self.voice.add(voice)

    def finish(self) -> list[Event]:
        """Tell the engine that no more frames come; return the remaining events."""
        events: list[Event] = []
        for customer in self.customers.values():
            events += self._number(customer, customer.spotter.finish())
        return events

    def role_of(self, face_id: int) -> Role:
        """The role of a track."""
        return self._roles.role_of(face_id)

    def check_roles(self) -> None:
        """Complain about roles given to tracks that never appeared.

        Raises
        ------
        UsageError
            Naming them and the tracks there were.
        """
        self._roles.check_finished()

    def _step(self, time_s: float) -> float:
        """Seconds since the last frame, bounded: what this frame adds to exposure."""
        before, self._last_s = self._last_s, time_s
        return 0.0 if before is None else min(max(time_s - before, 0.0), _LONGEST_FRAME_S)

    def _log(self, face_id: int, time_s: float, step: float) -> None:
        log = self.tracks.setdefault(face_id, TrackLog(time_s, time_s))
        log.last_s = time_s
        log.seen_s += step

    def _measure_one(
        self, frame: Frame, face_id: int, seen: FaceObservation | None, step: float
    ) -> list[Event]:
        customer = self.customers.get(face_id)
        if customer is None:
            self._net = self._net or Blendshapes()
            stream = EvidenceStream(face_id, self.settings, FaceStates(self._net))
            customer = CustomerFace(stream, Spotter(self.settings, self.voice))
            self.customers[face_id] = customer
        began = perf_counter()
        row = customer.stream.push(frame, seen)
        middle = perf_counter()
        events = customer.spotter.push(row)
        self.timings_s["motion"] += middle - began
        self.timings_s["spotting"] += perf_counter() - middle
        self._account(customer, row, step)
        if seen is not None and self._on_row:
            self._on_row(row)
        return self._number(customer, events)

    def _account(self, customer: CustomerFace, row: EvidenceRow, step: float) -> None:
        if row.gap:
            customer.gaps_s[row.gap] = customer.gaps_s.get(row.gap, 0.0) + step
        else:
            customer.measured_s += step
            if row.scene is not None and row.scene.covered is not None:
                customer.partly_s += step
                customer.unmeasured_s += step * row.scene.covered.units
        if row.pose is not None:
            customer.icd_px.append(row.icd_px)
            customer.yaw_deg.append(abs(row.pose.yaw_deg))
            customer.pitch_deg.append(abs(row.pose.pitch_deg))
        if customer.stream.transform is not None:
            customer.frames.append(row.frame)
            customer.transforms.extend(customer.stream.transform.ravel().tolist())

    def _number(self, customer: CustomerFace, events: list[Event]) -> list[Event]:
        numbered = []
        for event in events:
            customer.events += 1
            numbered.append(replace(event, event_id=f"{event.face_id}-{customer.events}"))
        return with_readings(numbered)
