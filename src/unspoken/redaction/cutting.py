"""Redacted pictures of a stretch of a recording, or of all of it, as they are read.

Faces are looked for in windows of a few seconds that overlap, so that a face found late is known
from the start and a recording of any length needs the memory of one window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from unspoken.media.frame import Frame
from unspoken.media.spans import read_span
from unspoken.redaction.faces import FacesAt, distinct_boxes, find_faces, smaller_frame
from unspoken.redaction.pictures import blur_faces, draw_landmarks

__all__ = ["LOOK_PX", "Crop", "Redaction", "cut", "redacted", "without_shown"]

Redaction = Literal["blur", "landmarks", "none"]
Picture = NDArray[np.uint8]
#: A square crop around a face: its side in pixels, and the way from there to the picture.
Crop = tuple[int, NDArray[np.float64]]
#: Longest side of the pictures :func:`redacted` gives, pixels.
LOOK_PX = 960
#: Faces are followed from so long before a picture, and to so long after it, seconds.
_LEAD_S = 1.0
#: Pictures that are redacted at once, seconds.
_WINDOW_S = 4.0
#: How often faces are looked for in a whole recording, seconds; in that time a head moves less than
#: the room that is blurred around it.
_LOOK_EVERY_S = 0.065
#: A box is the face of a crop when its centre lies this near to the crop's, parts of its side; and
#: when its own side is so many times the crop's.
_NEAR, _SIDES = 0.25, (0.25, 1.6)


def cut(
    source: Path,
    start_s: float,
    end_s: float,
    redaction: Redaction,
    expected: Callable[[float], int] = lambda _time_s: 0,
) -> Iterator[tuple[Picture, float, bool]]:
    """The redacted pictures of a short stretch of a recording, in their full size.

    Parameters
    ----------
    source : Path
        The recording.
    start_s, end_s : float
        First and last time, seconds, both included.
    redaction : {"blur", "landmarks", "none"}
        What is done to faces.
    expected : callable
        For a time, how many faces were followed then when the recording was analysed.

    Yields
    ------
    ndarray of uint8, shape (height, width, 3)
        RGB.
    float
        Its time on the recording's clock, seconds.
    bool
        Whether all expected faces were found in it.
    """
    if redaction == "none":
        for frame in read_span(source, start_s, end_s):
            yield frame.rgb(), frame.time_s, True
        return
    around = read_span(source, start_s - _LEAD_S, end_s + _LEAD_S)
    known: dict[float, FacesAt] = {f.time_s: f for f in find_faces(around, expected)}
    for frame in read_span(source, start_s, end_s):
        faces = known[frame.time_s]
        yield _picture(frame, faces, redaction), frame.time_s, faces.safe


def redacted(
    frames: Iterable[Frame],
    redaction: Redaction,
    expected: Callable[[float], int] = lambda _time_s: 0,
    shown: Callable[[int], Sequence[Crop]] = lambda _index: (),
) -> Iterator[tuple[Picture, float, bool]]:
    """The redacted pictures of a recording from front to back, at most `LOOK_PX` on a side.

    Parameters
    ----------
    frames : iterable of Frame
        In order of time; read once.
    redaction : {"blur", "landmarks", "none"}
        What is done to faces.
    expected : callable
        For a time, how many faces were followed then when the recording was analysed.
    shown : callable
        For a frame's index the crops, in its own pixels, whose faces may stay visible; used by
        "blur" alone.

    Yields
    ------
    ndarray of uint8, float, bool
        As :func:`cut`.
    """
    waiting: list[tuple[Frame, float]] = []
    from_s = float("-inf")
    for frame in frames:
        if not waiting and from_s == float("-inf"):
            from_s = frame.time_s
        scale = max(1.0, max(frame.width, frame.height) / LOOK_PX)
        waiting.append((smaller_frame(frame, scale), scale))
        if redaction == "none":
            yield waiting.pop()[0].rgb(), frame.time_s, True
        elif frame.time_s >= from_s + _WINDOW_S + _LEAD_S:
            until_s = from_s + _WINDOW_S
            yield from _window(waiting, from_s, until_s, redaction, expected, shown)
            waiting = [one for one in waiting if one[0].time_s >= until_s - _LEAD_S]
            from_s = until_s
    yield from _window(waiting, from_s, float("inf"), redaction, expected, shown)


def _window(
    waiting: Sequence[tuple[Frame, float]],
    from_s: float,
    until_s: float,
    redaction: Redaction,
    expected: Callable[[float], int],
    shown: Callable[[int], Sequence[Crop]],
) -> Iterator[tuple[Picture, float, bool]]:
    found = _looked([frame for frame, _scale in waiting], expected)
    for (frame, scale), faces in zip(waiting, found, strict=True):
        if from_s <= frame.time_s < until_s:
            crops = [(side, to_picture / scale) for side, to_picture in shown(frame.index)]
            kept = without_shown(faces, crops)
            yield _picture(frame, kept, redaction), frame.time_s, faces.safe


def _looked(frames: Sequence[Frame], expected: Callable[[float], int]) -> list[FacesAt]:
    """The faces of every picture, from a look at some of them.

    A picture between two looks takes the boxes of both, and is safe only where both are.
    """
    times = np.array([frame.time_s for frame in frames])
    chosen: list[int] = []
    for i, time_s in enumerate(times.tolist()):
        if not chosen or i == len(frames) - 1 or time_s - times[chosen[-1]] >= _LOOK_EVERY_S:
            chosen.append(i)
    seen = find_faces((frames[i] for i in chosen), expected)
    found = []
    for i, time_s in enumerate(times.tolist()):
        after = int(np.searchsorted(chosen, i))
        before = after if chosen[after] == i else after - 1
        near = min((before, after), key=lambda k: abs(times[chosen[k]] - time_s))
        both = (seen[before], seen[after])
        boxes = np.concatenate([faces.boxes for faces in both])
        safe = all(faces.safe for faces in both)
        found.append(FacesAt(time_s, boxes, seen[near].meshes, safe))
    return found


def _picture(frame: Frame, faces: FacesAt, redaction: Redaction) -> Picture:
    if redaction == "landmarks":
        return draw_landmarks((frame.width, frame.height), faces)
    return blur_faces(frame.rgb(), faces)


def without_shown(faces: FacesAt, crops: Sequence[Crop]) -> FacesAt:
    """Take the faces that may stay visible out of those to be blurred.

    Where more than one face may be the one of a crop, none is taken out: somebody else stands too
    near.

    Parameters
    ----------
    faces : FacesAt
        Of one picture.
    crops : sequence of (int, ndarray of shape (2, 3))
        Side of each crop, and from its pixels to those of the picture.
    """
    if not crops or not faces.safe:
        return faces
    boxes = distinct_boxes(faces.boxes)
    open_to_view = np.zeros(len(boxes), dtype=np.bool_)
    for side, to_picture in crops:
        centre = to_picture @ np.array([0.5 * side, 0.5 * side, 1.0])
        length = side * float(np.hypot(*to_picture[:, 0]))
        middles = 0.5 * (boxes[:, :2] + boxes[:, 2:])
        sizes = (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
        near = np.hypot(*(middles - centre).T) <= _NEAR * length
        near &= (sizes >= _SIDES[0] * length) & (sizes <= _SIDES[1] * length)
        if near.sum() == 1:
            open_to_view |= near
    return replace(faces, boxes=boxes[~open_to_view])
