"""A stretch of a recording, picture by picture, by the container's own clock."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path

import av.error

from unspoken.media.decode import Decoder
from unspoken.media.frame import Frame
from unspoken.media.picture import to_frame
from unspoken.media.source import open_source
from unspoken.media.video import layout_of

__all__ = ["read_span"]

_POSITIONABLE = {"mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm"}
#: Key frames are looked for so much earlier, when the index leads behind the start.
_STEP_BACK_S = (0.0, 2.0, 10.0)


def read_span(
    path: str | os.PathLike[str], start_s: float, end_s: float, *, fps: float | None = None
) -> Iterator[Frame]:
    """Read the pictures from one time to another, both included.

    Parameters
    ----------
    path : str or path-like
        A file, or a folder of pictures.
    start_s, end_s : float
        Seconds on the recording's clock.
    fps : float, optional
        As for `open_source`.

    Yields
    ------
    Frame
        In order of time; none where the recording has no picture in the span. `Frame.index`
        counts from the start of the span for files that can be positioned.

    Raises
    ------
    SourceNotFound, NotAVideo
        As `open_source`.
    """
    place = Path(path)
    if place.is_file():
        with Decoder(place) as decoder:
            if decoder.container_format in _POSITIONABLE and _enter(decoder, start_s):
                yield from _decode(decoder, start_s, end_s)
                return
    with open_source(place, fps=fps) as source:
        for frame in source:
            if frame.time_s > end_s:
                return
            if frame.time_s >= start_s:
                yield frame


def _enter(decoder: Decoder, start_s: float) -> bool:
    """Go to a key frame at or before a time, and see whether it really is."""
    for back_s in _STEP_BACK_S:
        try:
            decoder.seek(math.floor((start_s - back_s) / decoder.tick_s))
            first = next(decoder.pictures(), None)
            if first is None or first.pts is None:
                continue
            early = decoder.seconds(first.pts) <= start_s
            if early or decoder.seconds(first.pts) <= _first_time(decoder):
                decoder.seek(math.floor((start_s - back_s) / decoder.tick_s))
                return True
        except av.error.FFmpegError:
            return False
    return False


def _first_time(decoder: Decoder) -> float:
    start = decoder.stream.start_time
    return -math.inf if start is None else decoder.seconds(start)


def _decode(decoder: Decoder, start_s: float, end_s: float) -> Iterator[Frame]:
    layout = None
    number = 0
    for picture in decoder.pictures():
        if layout is None:
            layout = layout_of(decoder, picture)
        if picture.pts is None:
            continue
        time_s = decoder.seconds(picture.pts)
        if time_s > end_s:
            return
        if time_s >= start_s:
            yield to_frame(picture, number, time_s, layout)
            number += 1
