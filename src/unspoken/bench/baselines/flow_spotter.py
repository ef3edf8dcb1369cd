"""The published training-free optical-flow spotter, written anew from its description.

He 2021 (doi 10.1145/3474085.3479225); Zhao, Sheng et al. 2022 (doi 10.1145/3503161.3551602). Flow
entries of this family led the 2022 spotting challenge on unseen recordings without any training, so
this is the bar for Unspoken. The steps: windows of 200 frames, 100 apart, at about 30 pictures a
second. In each, Farneback flow from the window's first frame, on a crop fixed there; the movement
of the nose bridge taken off; a vector for each region of brows, mouth and nose; its length,
low-passed; peaks that stand high enough; their boundaries; intervals of regions merged. Thresholds
are in pixels of a crop with 64 pixels between the inner eye corners. Blinks, speech and turns of
the head are not treated, as published.

Where the description leaves a choice, this is what is done here:

* Footage faster than 30 Hz: every k-th frame is used, k = rate / 30, rounded; frame counts mean
  used frames. The rate is that of the median step of the first 15 frames. Slower footage is used as
  it is.
* The face comes from Unspoken's own tracker, so both see the same faces. Its mesh is used on a
  window's first frame only.
* The crop is upright (no rotation) and brightness alone, resampled linearly. The nose bridge is the
  box around the mesh points from between the eyes to the tip, with 10 pixels of reach.
* "Per region": flow is computed on four patches (each brow, mouth, nose) with 15 pixels of room;
  the regions are boxes in these: see `unspoken.bench.baselines.flow_regions`.
* Strongest 20-30 % of pixels: 25 %.
* Merging: above 0.25 (published: 0.2-0.3), and of those that are one the strongest interval stands.
  Taking their union instead chains everything on a restless face into intervals of more than 200
  frames, which are then dropped; so the reading was chosen that is better for the baseline.
* Rise: over the least value within 30 frames on both sides together; the same valley serves both
  boundaries. A boundary is the first frame that has come down to the
  level; where there is none, the window's first or last frame.
* The low-pass is a Butterworth filter, second order, forwards and backwards.
* The window's first frame itself is part of the signal, with length 0.
* A window ends early where the recording ends, or where the face is lost, a cut comes or the track
  is interrupted; with fewer than 12 frames it is dropped, and so is one that ended early and lies
  wholly inside another. The next window starts where the face is seen again.
* Merging and the rule of 12 to 200 frames are applied within a window, and again to the findings of
  all windows together. Micro is a duration, first to last frame, of at most 0.5 s.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from unspoken.bench.baselines.flow_peaks import (
    LEAST_FRAMES,
    Finding,
    find_movements,
    keep,
    low_pass,
    merge,
)
from unspoken.bench.baselines.flow_regions import REGIONS, RegionFlow
from unspoken.face.observation import FaceObservation
from unspoken.media.frame import Frame
from unspoken.spotting.events import Event
from unspoken.timing import median_step

__all__ = ["HOP", "RATE_HZ", "WINDOW", "FlowSpotter", "spot_window", "window_signals"]

#: Frames in a window, and from the start of one to the start of the next.
WINDOW, HOP = 200, 100
#: The rate the method is made for.
RATE_HZ = 30.0
#: Frames that tell the rate of the footage.
_RATE_FRAMES = 15
#: Longest duration of a micro-expression, seconds; a tenth of a millisecond for rounded clocks.
_MICRO_S = 0.5 + 1e-4


def window_signals(vectors: NDArray[np.float64], rate_hz: float) -> dict[str, NDArray[np.float64]]:
    """Low-passed length of every region's movement.

    Parameters
    ----------
    vectors : ndarray, shape (frames, regions, 2)
        Movement since the window's first frame, crop pixels.
    rate_hz : float
        Frames a second.

    Returns
    -------
    dict of str to ndarray, shape (frames,)
        By name of region.
    """
    length = np.linalg.norm(vectors, axis=2)
    return {name: low_pass(length[:, i], rate_hz) for i, name in enumerate(REGIONS)}


def spot_window(vectors: NDArray[np.float64], rate_hz: float) -> list[Finding]:
    """Movements in one window; parameters as in `window_signals`.

    Returns
    -------
    list of Finding
        In order of onset, numbered from the window's first frame.
    """
    signals = window_signals(vectors, rate_hz)
    found = [
        one
        for name, region in REGIONS.items()
        for one in find_movements(signals[name], region.area, name)
    ]
    return keep(merge(found))


@dataclass
class _Window:
    """A window that still takes frames."""

    start: int
    flow: RegionFlow
    vectors: list[NDArray[np.float64]] = field(default_factory=list)


class FlowSpotter:
    """Spots movements of one face by optical flow; a `unspoken.bench.baselines.registry.Baseline`.

    Parameters
    ----------
    face_id : int
        Number the events carry.
    """

    def __init__(self, face_id: int = 1) -> None:
        self.face_id = face_id
        self.findings: list[Finding] = []
        """What was found, numbered by used frames; complete after `finish`."""
        self._waiting: list[tuple[Frame, FaceObservation | None]] = []
        self._step = 0  # every how many frames one is used; 0 while the rate is not known
        self._seen = 0
        self._run: int | None = None
        self._times: list[float] = []
        self._indices: list[int] = []
        self._windows: list[_Window] = []
        self._next_start = 0
        self._covered = -1  # last used frame that lies in a finished window

    def push(self, frame: Frame, face: FaceObservation | None) -> None:
        """Take the next frame in order of time, and the face in it; None while it is not seen.

        Parameters
        ----------
        frame : Frame
            The picture.
        face : FaceObservation or None
            The same face in every frame; a new `FaceObservation.run` ends all windows.
        """
        if self._step:
            self._take(frame, face)
            return
        self._waiting.append((frame, face))
        if len(self._waiting) == _RATE_FRAMES:
            self._start()

    def finish(self) -> list[Event]:
        """Take note that no more frames come, and give everything found, in order of onset."""
        self._start()
        self._end_windows()
        self.findings = keep(merge(self.findings))
        return [self._event(one) for one in self.findings]

    def _start(self) -> None:
        """Settle which frames are used, and use those that waited."""
        if not self._step:
            step_s = median_step([frame.time_s for frame, _ in self._waiting])
            fast = np.isfinite(step_s) and step_s > 0.0
            self._step = max(1, round(1.0 / (step_s * RATE_HZ))) if fast else 1
        waiting, self._waiting = self._waiting, []
        for frame, face in waiting:
            self._take(frame, face)

    def _take(self, frame: Frame, face: FaceObservation | None) -> None:
        """Use a frame if its turn has come."""
        turn, self._seen = self._seen % self._step == 0, self._seen + 1
        if not turn:
            return
        number = len(self._times)
        self._times.append(frame.time_s)
        self._indices.append(frame.index)
        if face is None or face.run != self._run:
            self._end_windows()
            self._next_start = number
            self._run = None if face is None else face.run
        if face is None:
            return
        if number == self._next_start:
            self._windows.append(_Window(number, RegionFlow(frame, face.points)))
            self._next_start = number + HOP
        for window in self._windows:
            first = window.start == number
            none = np.zeros((len(REGIONS), 2))
            window.vectors.append(none if first else window.flow.measure(frame))
        if len(self._windows[0].vectors) == WINDOW:
            self._spot(self._windows.pop(0))

    def _end_windows(self) -> None:
        """Decide on what is there; no window goes on."""
        for window in self._windows:
            self._spot(window)
        self._windows = []

    def _spot(self, window: _Window) -> None:
        last = window.start + len(window.vectors) - 1
        if len(window.vectors) < LEAST_FRAMES or last <= self._covered:
            return
        self._covered = last
        step_s = median_step(self._times[window.start : last + 1])
        found = spot_window(np.array(window.vectors), 1.0 / step_s)
        self.findings += [one.shifted(window.start) for one in found]

    def _event(self, one: Finding) -> Event:
        onset, apex, offset = one.onset, one.apex, one.offset
        duration_s = self._times[offset] - self._times[onset]
        return Event(
            self.face_id,
            "micro" if duration_s <= _MICRO_S else "macro",
            *(self._times[onset], self._times[apex], self._times[offset]),
            *(self._indices[onset], self._indices[apex], self._indices[offset]),
        )
