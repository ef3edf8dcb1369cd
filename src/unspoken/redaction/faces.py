"""Where faces are in every picture of a clip, in doubt everywhere.

The clip is followed forwards and backwards, so that a face found late is known from the start. A
picture is safe when every face that is expected in it was found; otherwise the whole picture has to
go. Expected is a face that either direction sees, one that was seen both a little earlier and a
little later, and as many as the analysis of the whole recording followed at that moment. The places
of a face that was seen before and after and is missed between are held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.face.nets import Detector
from unspoken.face.search import FaceSearch
from unspoken.face.tracks import FaceTracker
from unspoken.media.frame import Frame, Plane
from unspoken.settings import Settings

__all__ = ["FacesAt", "distinct_boxes", "find_faces", "held_places", "smaller_frame"]

Array = NDArray[np.float64]
#: More faces than fit into a conversation, so that nobody is left out because others were first;
#: and the nets look at every one in every picture.
_SETTINGS = Settings(max_faces=16, mesh_interval_s=0.01)
#: Width of the copies that are kept for following the clip backwards, pixels.
_SMALL_PX = 960
#: A face seen within this time before and after is expected in between.
_REMEMBERED_S = 1.0
#: Boxes of neighbouring pictures are used too, against a face that moves between looks.
_NEIGHBOUR_S = 0.12


@dataclass(frozen=True, slots=True)
class FacesAt:
    """The faces of one picture.

    Parameters
    ----------
    time_s : float
        Of the picture.
    boxes : ndarray, shape (n, 4)
        Left, top, right, bottom, pixels.
    meshes : tuple of ndarray, shape (478, 3)
        What the nets laid over the faces, forwards.
    safe : bool
        Whether every expected face was found.
    """

    time_s: float
    boxes: Array
    meshes: tuple[NDArray[np.float32], ...]
    safe: bool


def find_faces(frames: Iterable[Frame], expected: Callable[[float], int]) -> list[FacesAt]:
    """Find all faces in all pictures of a clip.

    Parameters
    ----------
    frames : iterable of Frame
        In order of time; read once, only small copies are kept.
    expected : callable
        For a time, seconds, how many faces the analysis followed then.

    Returns
    -------
    list of FacesAt
        One per picture.
    """
    tracker = FaceTracker(_SETTINGS)
    search = FaceSearch(Detector())
    small: list[Frame] = []
    scale = 1.0
    meshes: list[tuple[NDArray[np.float32], ...]] = []
    found: list[Array] = []
    for frame in frames:
        meshes.append(tuple(face.points for face in tracker.push(frame).faces))
        search.look_everywhere()
        seen = [np.asarray(d.box, dtype=np.float64) for d in search.run(frame)]
        found.append(np.concatenate([_boxes(meshes[-1]), np.array(seen).reshape(-1, 4)]))
        scale = max(1.0, frame.width / _SMALL_PX)
        small.append(smaller_frame(frame, scale))
    backwards = [scale * boxes for boxes in _track_backwards(small)]
    found = [distinct_boxes(np.concatenate(pair)) for pair in zip(found, backwards, strict=True)]
    times = np.array([frame.time_s for frame in small])
    counts = np.array([len(boxes) for boxes in found], dtype=np.intp)
    result = []
    for i, time_s in enumerate(times.tolist()):
        near = np.flatnonzero(np.abs(times - time_s) <= _NEIGHBOUR_S)
        needed = max(1, expected(time_s), _between(counts, times, i))
        boxes = np.concatenate([*(found[j] for j in near), held_places(found, times, i)])
        result.append(FacesAt(time_s, boxes, meshes[i], bool(counts[i] >= needed)))
    return result


def smaller_frame(frame: Frame, scale: float) -> Frame:
    """A picture `scale` times smaller, small enough to be kept for a second look."""
    if scale == 1.0:
        return frame

    def shrink(plane: Plane) -> Plane:
        size = max(2, round(plane.shape[1] / scale)), max(2, round(plane.shape[0] / scale))
        return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)

    luma = shrink(frame.luma)
    if frame.chroma is None:
        return replace(frame, luma=luma)
    half = (luma.shape[1] + 1) // 2, (luma.shape[0] + 1) // 2
    cb, cr = (
        np.asarray(cv2.resize(p, half, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        for p in frame.chroma
    )
    return replace(frame, luma=luma, chroma=(cb, cr))


def _track_backwards(frames: Sequence[Frame]) -> list[Array]:
    """Boxes of each picture when the clip is followed from its end, on a clock that rises."""
    tracker = FaceTracker(_SETTINGS)
    end = frames[-1].time_s if frames else 0.0
    boxes = []
    for i, frame in enumerate(reversed(frames)):
        faces = tracker.push(replace(frame, index=i, time_s=end - frame.time_s)).faces
        boxes.append(_boxes([face.points for face in faces]))
    return boxes[::-1]


def _between(counts: NDArray[np.intp], times: Array, i: int) -> int:
    """Faces that were there both shortly before and shortly after."""
    before = counts[(times >= times[i] - _REMEMBERED_S) & (times <= times[i])]
    after = counts[(times <= times[i] + _REMEMBERED_S) & (times >= times[i])]
    return int(min(before.max(), after.max()))


def held_places(found: Sequence[Array], times: Array, i: int) -> Array:
    """Every place of a face that was seen around here before and after, and is missed now.

    Counting alone would not notice when something else was taken for a face in the same picture.

    Parameters
    ----------
    found : sequence of ndarray, shape (n, 4)
        Boxes of every picture.
    times : ndarray, shape (pictures,)
        Seconds, rising.
    i : int
        The picture in question.

    Returns
    -------
    ndarray, shape (m, 4)
        Boxes to be blurred besides; they cover what the face passed in a second before and after.
    """
    before = np.flatnonzero((times >= times[i] - _REMEMBERED_S) & (times < times[i]))
    after = np.flatnonzero((times > times[i]) & (times <= times[i] + _REMEMBERED_S))
    missed = [
        np.array(
            [box for j in side.tolist() for box in found[j] if not _met(box, found[i])]
        ).reshape(-1, 4)
        for side in (before, after)
    ]
    held = [box for own, others in (missed, missed[::-1]) for box in own if _met(box, others)]
    return np.array(held).reshape(-1, 4)


def _met(box: Array, others: Array) -> bool:
    """Whether the middle of one of the others lies in a box, or its own in one of them."""
    if not len(others):
        return False
    middle, middles = 0.5 * (box[:2] + box[2:]), 0.5 * (others[:, :2] + others[:, 2:])
    inside = ((middles >= box[:2]) & (middles <= box[2:])).all(axis=1)
    inside |= ((middle >= others[:, :2]) & (middle <= others[:, 2:])).all(axis=1)
    return bool(inside.any())


def _boxes(meshes: Sequence[NDArray[np.float32]]) -> Array:
    boxes = [np.concatenate([m[:, :2].min(axis=0), m[:, :2].max(axis=0)]) for m in meshes]
    return np.array(boxes, dtype=np.float64).reshape(-1, 4)


def distinct_boxes(boxes: Array) -> Array:
    """One box per face: those whose centre lies in another are joined with it."""
    kept: list[Array] = []
    for box in boxes:
        middle = 0.5 * (box[:2] + box[2:])
        for place, other in enumerate(kept):
            centre = 0.5 * (other[:2] + other[2:])
            if _inside(middle, other) or _inside(centre, box):
                kept[place] = np.concatenate(
                    [np.minimum(box[:2], other[:2]), np.maximum(box[2:], other[2:])]
                )
                break
        else:
            kept.append(box)
    return np.array(kept).reshape(-1, 4)


def _inside(point: Array, box: Array) -> bool:
    return bool((point >= box[:2]).all() and (point <= box[2:]).all())
