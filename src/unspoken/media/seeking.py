"""A second look: single pictures of a recording that was read before.

Files that can be positioned are entered at the key frame before each wanted picture, and a picture
counts as found only if its own time stamp says so. Whatever is not found that way (repeated or
restarted clocks, containers without presentation times, broken indexes) is found by its number in
one pass from the start, which always gives the frames of the first reading.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import av.error

from unspoken.errors import InputError
from unspoken.media.decode import Decoder
from unspoken.media.frame import Frame
from unspoken.media.images import ImageSource
from unspoken.media.picture import Picture, to_frame
from unspoken.media.video import VideoSource, layout_of

__all__ = ["ONE_THREAD_PX", "read_frames_at"]

_POSITIONABLE = {"mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm"}
"""Containers that hold presentation times and an index; the rest are read from the start."""

_DECODE_ON_S = 2.0
"""A picture at most this far ahead is reached by decoding on."""

ONE_THREAD_PX = 1_000_000
"""Up to this size (pixels) two decoder threads finish hardly sooner than one; two readers do."""

_STEP_BACK_S = (0.0, 1.0, 5.0)
"""An index counts in decoding order, so the key frame it gives may come after the picture."""


def read_frames_at(
    path: str | os.PathLike[str],
    indices: Sequence[int],
    times_s: Sequence[float],
    *,
    fps: float | None = None,
) -> Iterator[Frame]:
    """Read chosen pictures of a source again.

    Parameters
    ----------
    path : str or path-like
        The file or folder that was read before.
    indices : sequence of int
        `Frame.index` of the wanted pictures, rising.
    times_s : sequence of float
        Their `Frame.time_s`, seconds.
    fps : float, optional
        As for `open_source`.

    Yields
    ------
    Frame
        One for each wanted picture, in order, with the pixels, index and time of the first reading.

    Raises
    ------
    ValueError
        If the sequences differ in length or the indices do not rise.
    InputError
        If the source no longer holds a wanted picture.
    """
    if len(indices) != len(times_s):
        raise ValueError(f"{len(indices)} indices but {len(times_s)} times")
    if any(b <= a for a, b in zip(indices, indices[1:], strict=False)):
        raise ValueError("indices must rise")
    if not indices:
        return
    if Path(path).is_dir():
        with ImageSource(path, fps=fps) as images:
            for index in indices:
                if not 0 <= index < (images.expected_frames or 0):
                    raise _gone(path, index)
                yield images.frame(index)
        return
    found = 0
    for frame in _by_time(Path(path), indices, times_s):
        yield frame
        found += 1
    if found < len(indices):
        yield from _by_number(path, indices[found:])


def _by_time(path: Path, indices: Sequence[int], times_s: Sequence[float]) -> Iterator[Frame]:
    """Yield wanted pictures by their time stamps until one cannot be found."""
    with Decoder(path, ONE_THREAD_PX) as decoder:
        if decoder.container_format not in _POSITIONABLE:
            return
        first = next(decoder.pictures(), None)
        if first is None:
            return
        layout = layout_of(decoder, first)
        finder = _Finder(decoder, times_s)
        for index, time_s in zip(indices, times_s, strict=True):
            picture = finder.find(time_s)
            if picture is None:
                return
            yield to_frame(picture, index, time_s, layout)


def _by_number(path: str | os.PathLike[str], indices: Sequence[int]) -> Iterator[Frame]:
    wanted = iter(indices)
    index = next(wanted)
    with VideoSource(path, measure_repeats=False) as source:
        for frame in source:
            if frame.index == index:
                yield frame
                following = next(wanted, None)
                if following is None:
                    return
                index = following
    raise _gone(path, index)


class _Finder:
    """Finds pictures by time stamp, moving forward through a file."""

    def __init__(self, decoder: Decoder, times_s: Sequence[float]) -> None:
        self._decoder = decoder
        self._pictures: Iterator[Picture] = iter(())
        self._position: int | None = None
        self._decode_on_s = _DECODE_ON_S
        self._sparing = decoder.spare_all_but({self._stamp(time_s) for time_s in times_s})

    def find(self, time_s: float) -> Picture | None:
        """Give the picture with exactly this time stamp, None if it cannot be reached intact."""
        pts = self._stamp(time_s)
        if abs(self._decoder.seconds(pts) - time_s) > 0.01 * self._decoder.tick_s:
            return None  # the clock had to move this one, so no time stamp leads to it
        picture = self._decode_to(pts) if self._near(pts) else self._enter(pts)
        if picture is None and self._sparing:
            # Interlaced, or something is odd about the file: then every picture counts.
            self._sparing = False
            self._decoder.decode_all()
            picture = self._enter(pts)
        return picture

    def _stamp(self, time_s: float) -> int:
        return round(time_s / self._decoder.tick_s)

    def _near(self, pts: int) -> bool:
        """Whether decoding on is the shortest way to a picture."""
        if self._position is None or pts <= self._position:
            return False
        key = self._decoder.key_before(pts)
        if key is not None and key > self._position:
            return False
        return (pts - self._position) * self._decoder.tick_s <= self._decode_on_s

    def _enter(self, pts: int) -> Picture | None:
        """Seek to a key frame before a picture and decode from there."""
        for back_s in _STEP_BACK_S:
            try:
                self._decoder.seek(pts - round(back_s / self._decoder.tick_s))
            except av.error.FFmpegError:
                return None
            self._pictures = self._decoder.pictures()
            self._position = None
            picture = self._decode_to(pts)
            if picture is not None:
                return picture
        return None

    def _decode_to(self, pts: int) -> Picture | None:
        entered = self._position is None
        for picture in self._pictures:
            if picture.pts is None or (picture.interlaced and self._sparing):
                return None
            if entered:
                # Landing far back means key frames are far apart: rather decode on than seek.
                back_s = (pts - picture.pts) * self._decoder.tick_s
                self._decode_on_s = max(self._decode_on_s, back_s)
                entered = False
            self._position = picture.pts
            if picture.pts == pts:
                return None if picture.corrupt else picture
            if picture.pts > pts:
                return None
        return None


def _gone(path: str | os.PathLike[str], index: int) -> InputError:
    return InputError(
        f"{os.fspath(path)}: expected picture number {index} as in the first reading, "
        "found no such picture.",
        "The source was changed in between; analyse it again.",
    )
