"""Which baselines there are, what they must offer, and one way to run any of them.

A baseline gets frames and faces from the same sources and the same tracker as the engine, and its
answers have the same form, so that whatever differs in the score comes from the spotting alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from unspoken.bench.baselines.flow_spotter import FlowSpotter
from unspoken.errors import UsageError
from unspoken.face.observation import FaceObservation, FacesInFrame
from unspoken.media.frame import Frame
from unspoken.spotting.events import Event

__all__ = ["BASELINES", "Baseline", "BaselineFacts", "BaselineRun", "make_baseline"]


class Baseline(Protocol):
    """Spots movements of one face."""

    def push(self, frame: Frame, face: FaceObservation | None) -> None:
        """Take the next frame in order of time, and the face in it; None while it is not seen."""
        ...

    def finish(self) -> list[Event]:
        """Take note that no more frames come, and give everything found, in order of onset.

        Events carry times, frames, face and kind; no action units, no statistics.
        """
        ...


@dataclass(frozen=True, slots=True)
class BaselineFacts:
    """One baseline.

    Parameters
    ----------
    title : str
        Name for people.
    doi : tuple of str
        The papers that describe it.
    shortest_s : float
        Shortest movement it can report at 30 pictures a second, seconds; comparing it on shorter
        ones says nothing.
    make : callable
        Makes one for a face number.
    """

    title: str
    doi: tuple[str, ...]
    shortest_s: float
    make: Callable[[int], Baseline]


#: All baselines by name.
BASELINES: dict[str, BaselineFacts] = {
    "flow-spotter": BaselineFacts(
        "Training-free optical-flow spotter (He 2021; Zhao, Sheng et al. 2022)",
        ("10.1145/3474085.3479225", "10.1145/3503161.3551602"),
        11 / 30,
        FlowSpotter,
    ),
}


def make_baseline(name: str, face_id: int) -> Baseline:
    """Make the baseline of that name for one face.

    Raises
    ------
    UsageError
        If there is no such baseline.
    """
    if name not in BASELINES:
        known = ", ".join(sorted(BASELINES))
        raise UsageError(f"There is no baseline {name!r}.", f"Choose one of: {known}.")
    return BASELINES[name].make(face_id)


class BaselineRun:
    """Runs a baseline over a recording, on every face in it.

    Parameters
    ----------
    name : str
        Which baseline.
    wanted : callable, optional
        Says of a face number whether that face may be measured; default all. Recordings with
        people other than customers need it.

    Raises
    ------
    UsageError
        If there is no such baseline.
    """

    def __init__(self, name: str, wanted: Callable[[int], bool] | None = None) -> None:
        self._name = name
        self._wanted = wanted or (lambda face_id: True)
        self._by_face: dict[int, Baseline] = {}
        make_baseline(name, 0)

    def push(self, frame: Frame, faces: FacesInFrame) -> None:
        """Take the next frame and the faces the tracker saw in it."""
        seen = {face.face_id: face for face in faces.faces if self._wanted(face.face_id)}
        for face_id in sorted(seen.keys() | self._by_face.keys()):
            if face_id not in self._by_face:
                self._by_face[face_id] = make_baseline(self._name, face_id)
            self._by_face[face_id].push(frame, seen.get(face_id))

    def finish(self) -> list[Event]:
        """Take note that no more frames come; give the events of all faces in order of onset."""
        events = [event for one in self._by_face.values() for event in one.finish()]
        return sorted(events, key=lambda event: (event.onset_s, event.face_id))
