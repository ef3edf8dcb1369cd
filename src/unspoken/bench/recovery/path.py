"""Where the face is in every frame of a clip: the ground that movements are planted on.

The mesh is run on every frame and smoothed, because what is planted must follow the skin: a mesh
that shakes would shake what is planted.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from unspoken.bench.warp import icd_of
from unspoken.errors import NoFaceFound
from unspoken.face.observation import FaceObservation
from unspoken.face.tracks import FaceTracker
from unspoken.media.frame import Frame
from unspoken.media.source import open_source
from unspoken.settings import Settings
from unspoken.timing import Interval, gap_free_runs, median_step

__all__ = ["FacePath", "follow_face"]

#: Standard deviation of the smoothing of the mesh over time, seconds.
_SMOOTH_S = 0.06
#: A mesh run on every frame: shorter than any frame lasts.
_EVERY_FRAME_S = 1e-4
#: A longer step between frames is a hole in the clip, in median steps.
_HOLE = 2.5


@dataclass(frozen=True)
class FacePath:
    """One person's face over a clip, or several people's who are never there together.

    Parameters
    ----------
    times_s : ndarray, shape (n,)
        Capture time of every frame, seconds.
    points : ndarray of float32, shape (n, 478, 3)
        Smoothed mesh in picture pixels; NaN where there is no face.
    stretches : tuple of slice
        Frames without an interruption (loss, cut, hole in the clock).
    cuts_s : tuple of float
        Camera cuts, seconds.
    size : tuple of int
        Width and height of the picture, pixels.
    yaw_deg, pitch_deg : ndarray, shape (n,)
        Head pose, degrees; NaN where there is no face.
    sha256 : str
        Of the clip's bytes.
    duration_s : float
        Length of the clip, seconds.
    """

    times_s: NDArray[np.float64]
    points: NDArray[np.float32]
    stretches: tuple[slice, ...]
    cuts_s: tuple[float, ...]
    size: tuple[int, int]
    yaw_deg: NDArray[np.float64]
    pitch_deg: NDArray[np.float64]
    sha256: str = ""
    duration_s: float = 0.0

    @property
    def rate_hz(self) -> float:
        """One over the median step; NaN for a single frame."""
        return 1.0 / median_step(self.times_s)

    @property
    def icd_px(self) -> float:
        """Median distance between the inner eye corners, pixels."""
        some = [icd_of(p) for p in self.points[::5] if np.isfinite(p[0, 0])]
        return float(np.median(some)) if some else float("nan")

    def usable(self, margin_s: float, max_yaw_deg: float, max_pitch_deg: float) -> list[Interval]:
        """Times at which something can be planted.

        Parameters
        ----------
        margin_s : float
            Distance to keep from every cut, loss and find of the face, seconds.
        max_yaw_deg, max_pitch_deg : float
            The engine measures nothing beyond these.

        Returns
        -------
        list of Interval
            In order of time; empty when there is none.
        """
        found = []
        for stretch in self.stretches:
            frontal = np.abs(self.yaw_deg[stretch]) <= max_yaw_deg
            frontal &= np.abs(self.pitch_deg[stretch]) <= max_pitch_deg
            times = self.times_s[stretch]
            for part in gap_free_runs(times, frontal, np.inf):
                start, end = times[part][0] + margin_s, times[part][-1] - margin_s
                if end > start:
                    found.append(Interval(float(start), float(end)))
        return found


def follow_face(source: str | os.PathLike[str], fps: float | None = None) -> FacePath:
    """Follow the face that is in view longest, through renumberings.

    Other tracks join it as long as they are never in view together with it: one person who left
    and came back. Whoever shares a frame with the main face is left alone.

    Parameters
    ----------
    source : str or path-like
        A clip.
    fps : float, optional
        For a folder of pictures.

    Raises
    ------
    NoFaceFound
        If there is none.
    InputError, UsageError
        If the clip cannot be read.
    """
    tracker = FaceTracker(Settings(mesh_interval_s=_EVERY_FRAME_S))
    times: list[float] = []
    seen: dict[int, dict[int, FaceObservation]] = {}
    cuts: list[float] = []
    size = (0, 0)
    with open_source(source, fps=fps) as frames:
        for frame in frames:
            size = (frame.width, frame.height)
            _note(tracker, frame, times, cuts, seen)
        sha256, duration_s = frames.finish_facts().sha256, frames.clock.duration_s
    if not seen:
        raise NoFaceFound(f"{os.fspath(source)}: no face was found in any of its frames.")
    path = _assemble(np.array(times), cuts, size, _one_at_a_time(seen))
    return replace(path, sha256=sha256, duration_s=duration_s)


def _note(
    tracker: FaceTracker,
    frame: Frame,
    times: list[float],
    cuts: list[float],
    seen: dict[int, dict[int, FaceObservation]],
) -> None:
    faces = tracker.push(frame)
    if faces.cut:
        cuts.append(frame.time_s)
    for face in faces.faces:
        seen.setdefault(face.face_id, {})[len(times)] = face
    times.append(frame.time_s)


def _one_at_a_time(seen: dict[int, dict[int, FaceObservation]]) -> dict[int, FaceObservation]:
    """The longest track, and others that never overlap what was chosen before."""
    chosen: dict[int, FaceObservation] = {}
    for _, track in sorted(seen.items(), key=lambda item: (-len(item[1]), item[0])):
        if not chosen.keys() & track.keys():
            chosen.update(track)
    return dict(sorted(chosen.items()))


def _assemble(
    times: NDArray[np.float64],
    cuts: list[float],
    size: tuple[int, int],
    track: dict[int, FaceObservation],
) -> FacePath:
    n = len(times)
    points = np.full((n, 478, 3), np.nan, dtype=np.float32)
    yaw, pitch = np.full(n, np.nan), np.full(n, np.nan)
    owner = np.full((n, 2), -1)
    for index, face in track.items():
        points[index] = face.points
        yaw[index], pitch[index] = face.pose.yaw_deg, face.pose.pitch_deg
        owner[index] = face.face_id, face.run
    step = median_step(times)
    stretches: list[slice] = []
    for run in gap_free_runs(times, owner[:, 0] >= 0, _HOLE * step if n > 1 else np.inf):
        changes = np.flatnonzero((np.diff(owner[run], axis=0) != 0).any(axis=1)) + 1
        edges = [run.start, *(run.start + changes).tolist(), run.stop]
        stretches += [slice(a, b) for a, b in zip(edges, edges[1:], strict=False)]
    for stretch in stretches:
        if stretch.stop - stretch.start > 2:
            points[stretch] = gaussian_filter1d(
                points[stretch], _SMOOTH_S / step, axis=0, mode="nearest"
            )
    return FacePath(times, points, tuple(stretches), tuple(cuts), size, yaw, pitch)
