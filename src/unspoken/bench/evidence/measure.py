"""Make one copy and follow its face once; let every back end measure what is seen."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unspoken.bench.evidence.bound import amplitude_bound, temporal_noise
from unspoken.bench.evidence.record import CopyEvidence
from unspoken.bench.evidence.variants import stream_of
from unspoken.bench.recovery.copies import PlantedFrames
from unspoken.bench.recovery.encoding import encode
from unspoken.bench.recovery.path import FacePath
from unspoken.bench.recovery.plan import ClipFacts, CopyPlan
from unspoken.errors import InputError
from unspoken.face.observation import FaceObservation
from unspoken.face.tracks import FaceTracker
from unspoken.facs.basis import load_basis
from unspoken.facs.units import UNIT_KEYS
from unspoken.media.frame import Frame
from unspoken.media.source import open_source
from unspoken.motion.backend import Template
from unspoken.motion.crop import crop_luma, crop_transform, to_crop
from unspoken.motion.evidence import EvidenceRow
from unspoken.motion.fields import build_fields
from unspoken.motion.stream import EvidenceStream, empty_row, head_rotation
from unspoken.settings import Settings

__all__ = ["basis_share", "follow", "make_and_measure"]

Floats = NDArray[np.float64]
Seen = tuple[Frame, FaceObservation | None]
#: A found face is the planted one if it is this near, ICD.
_SAME_FACE_ICD = 0.7
#: The bound is worked out once in this many seconds.
_BOUND_EVERY_S = 1.5


def basis_share(personal: Floats) -> Floats:
    """How much of each unit's basis field there is in a person's own field (least squares).

    Parameters
    ----------
    personal : ndarray, shape (units, 478, 3)
        Displacements of one person (`unspoken.bench.warp.personal_fields`).

    Returns
    -------
    ndarray, shape (units,)
        1.0 for the basis itself.
    """
    basis = load_basis().fields[:, :, :2].astype(np.float64)
    own = personal[:, :, :2]
    return np.asarray((own * basis).sum(axis=(1, 2)) / (basis * basis).sum(axis=(1, 2)))


def make_and_measure(
    facts: ClipFacts,
    path: FacePath,
    copy: CopyPlan,
    backends: Sequence[str],
    settings: Settings,
    keep: Path | None = None,
) -> CopyEvidence:
    """Make a copy, follow the face, measure it with every back end.

    Parameters
    ----------
    facts, path, copy
        The clip, its face, and what to plant.
    backends : sequence of str
        Names from `unspoken.motion.backends.BACKENDS` or `unspoken.bench.evidence.variants`.
    settings : Settings
        Of the engine.
    keep : Path, optional
        Folder to keep the copy in.

    Raises
    ------
    InputError, OutputError
        If the clip cannot be read any more or the copy not be written.
    """
    own = settings.model_copy(update={"fps": None})
    with tempfile.TemporaryDirectory(prefix="unspoken-") as folder:
        place = Path(keep or folder) / f"{facts.key}-{copy.number:03d}{facts.encoding.suffix}"
        frames = PlantedFrames(facts, path, copy, settings)
        encode(frames, place, facts.encoding)
        if len(frames.times_s) != facts.frames:
            raise InputError(
                f"{facts.path}: has {len(frames.times_s)} pictures, had {facts.frames} when the "
                "run was planned.",
                "Start again in another folder.",
            )
        times = np.array(frames.times_s)
        planted = np.array([_amplitudes(frames, t) for t in frames.times_s])
        planted *= basis_share(frames.fields)
        bench = _Bench(backends, own, with_bound=copy.number == 0)
        for frame, seen in follow(place, path, own):
            bench.push(frame, seen)
    return bench.result(times, planted)


def _amplitudes(frames: PlantedFrames, time_s: float) -> Floats:
    total = np.zeros(len(UNIT_KEYS))
    for rooted in frames.rooted:
        if rooted.planting.interval.contains(time_s):
            total += rooted.amplitudes(time_s)
    return total


def follow(place: Path, path: FacePath, settings: Settings) -> Iterator[Seen]:
    """The frames of a copy with what the engine's tracker sees of the planted face."""
    tracker = FaceTracker(settings)
    with open_source(place) as source:
        for number, frame in enumerate(source):
            faces = tracker.push(frame).faces
            mesh = path.points[min(number, len(path.points) - 1)]
            yield frame, _planted_face(faces, mesh, path.icd_px)


def _planted_face(
    faces: Sequence[FaceObservation], mesh: NDArray[np.float32], icd_px: float
) -> FaceObservation | None:
    if not np.isfinite(mesh[0, 0]):
        return None
    apart = [float(np.linalg.norm((f.points - mesh)[:468, :2].mean(axis=0))) for f in faces]
    best = int(np.argmin(apart)) if apart else -1
    return faces[best] if apart and apart[best] < _SAME_FACE_ICD * icd_px else None


class _Bench:
    """Back ends side by side on what one tracker sees."""

    def __init__(self, backends: Sequence[str], settings: Settings, *, with_bound: bool) -> None:
        self._backends, self._settings = backends, settings
        self._streams: list[EvidenceStream] = []
        self._owner = -1
        self._rows: list[list[EvidenceRow]] = [[] for _ in backends]
        self._spent = np.zeros(len(backends))
        self._measured = 0
        self._head: list[tuple[float, ...]] = []
        self._bounds = _BoundSampler(settings.crop_px) if with_bound else None

    def push(self, frame: Frame, seen: FaceObservation | None) -> None:
        """Measure one frame with every back end."""
        if seen is None:
            for rows in self._rows:
                rows.append(empty_row(frame, 0, 0, "no_face"))
            self._head.append((np.nan,) * 4)
            return
        if seen.face_id != self._owner:
            self._owner = seen.face_id
            self._streams = [
                stream_of(name, seen.face_id, self._settings) for name in self._backends
            ]
        for i, stream in enumerate(self._streams):
            began = time.process_time()
            self._rows[i].append(stream.push(frame, seen))
            self._spent[i] += time.process_time() - began
        self._measured += 1
        row = self._rows[0][-1]
        pose = seen.pose
        self._head.append((pose.yaw_deg, pose.pitch_deg, pose.roll_deg, row.mouth_opening))
        if self._bounds is not None:
            self._bounds.push(frame, seen)

    def result(self, times_s: Floats, planted: Floats) -> CopyEvidence:
        """All traces."""
        bound, alone, noise = self._bounds.medians() if self._bounds else _BoundSampler.nothing()
        n = min(len(times_s), len(self._head))
        return CopyEvidence(
            times_s=times_s[:n],
            planted=planted[:n],
            amplitude=np.array([[r.amplitude for r in rows[:n]] for rows in self._rows]),
            error=np.array([[r.error for r in rows[:n]] for rows in self._rows]),
            work_ms=1000.0 * self._spent / max(self._measured, 1),
            head=np.array(self._head[:n]),
            bound=bound,
            bound_alone=alone,
            noise=noise,
        )


class _BoundSampler:
    """Works out the bound now and then, each time from two frames in a row."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._basis = load_basis()
        self._next_s = -np.inf
        self._before: Frame | None = None
        self._rows: list[tuple[Floats, Floats, float]] = []

    def push(self, frame: Frame, seen: FaceObservation) -> None:
        """Look at one frame, if it is time."""
        before, self._before = self._before, frame
        if before is None or frame.time_s < self._next_s or before.luma.shape != frame.luma.shape:
            return
        self._next_s = frame.time_s + _BOUND_EVERY_S
        low = np.maximum(seen.points[:468, :2].min(axis=0).astype(int), 0)
        high = seen.points[:468, :2].max(axis=0).astype(int)
        box = (slice(low[1], high[1]), slice(low[0], high[0]))
        span = 1.0 if frame.full_range else 255.0 / 219.0
        now, past = (np.float32(span) * f.luma[box].astype(np.float32) for f in (frame, before))
        noise = temporal_noise(past, now)
        if not np.isfinite(noise):
            return
        transform = crop_transform(seen.points, self._size)
        crop = crop_luma(frame, transform, self._size)
        mesh = to_crop(transform, seen.points)
        fields = build_fields(self._basis, mesh, head_rotation(seen.pose), self._size)
        scale = float(np.hypot(*transform[:, 0]))
        self._rows.append((*amplitude_bound(Template(crop, fields), noise, scale), noise))

    def medians(self) -> tuple[Floats, Floats, float]:
        """Bounds and noise; NaN when no frame was looked at."""
        if not self._rows:
            return self.nothing()
        together, alone, noise = zip(*self._rows, strict=True)
        return np.median(together, axis=0), np.median(alone, axis=0), float(np.median(noise))

    @staticmethod
    def nothing() -> tuple[Floats, Floats, float]:
        """When there is no bound."""
        none = np.full(len(UNIT_KEYS), np.nan)
        return none, none.copy(), float("nan")
