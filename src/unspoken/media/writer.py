"""Writing clips: exact capture times in, a finished file or nothing out."""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, cast

import av
import av.error
import numpy as np
from numpy.typing import NDArray

from unspoken.errors import OutputError, UsageError

if TYPE_CHECKING:
    from av import VideoStream

__all__ = ["ClipWriter"]

_FINE_TICK = Fraction(1, 90000)


class ClipWriter:
    """Encodes pictures into a video file with the times they are given.

    The clip grows under a temporary name beside its place and is renamed when it is complete;
    leaving the ``with`` block by an exception removes it.

    Parameters
    ----------
    path : str or path-like
        Where the clip goes; the ending chooses the container (``.mp4 .mov .mkv .webm .avi .wmv
        .mpg``...).
    size : tuple of int
        Width and height, pixels.
    fps : float or Fraction, optional
        Pictures a second, Hz, for pictures added without a time. None: every picture brings its
        time.
    codec : str
        FFmpeg's name of an encoder.
    crf : int or None
        Constant quality of libx264, libx265 and libvpx; None leaves the encoder's default.
    pix_fmt : str
        Pixel format to encode.
    key_interval : int, optional
        Pictures from one key frame to the next at most.
    bframes : int, optional
        Bidirectional pictures in a row at most.
    time_base : Fraction, optional
        Tick of the clock, seconds. Default: one over `fps`, or 1/90000 when pictures bring times.
    rotation_deg : int
        Clockwise rotation that players shall apply, degrees.
    pixel_aspect : Fraction, optional
        Width of a pixel over its height.
    options : dict, optional
        Further options of the encoder.
    tags : dict, optional
        Tags of the container, such as ``comment`` and ``title``.

    Raises
    ------
    OutputError
        If the file cannot be created there or the encoder refuses the settings.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        size: tuple[int, int],
        fps: float | Fraction | None = None,
        *,
        codec: str = "libx264",
        crf: int | None = 20,
        pix_fmt: str = "yuv420p",
        key_interval: int | None = None,
        bframes: int | None = None,
        time_base: Fraction | None = None,
        rotation_deg: int = 0,
        pixel_aspect: Fraction | None = None,
        options: dict[str, str] | None = None,
        tags: dict[str, str] | None = None,
    ) -> None:
        self.path = Path(path)
        self._size = size
        self._rate = None if fps is None else Fraction(fps).limit_denominator(1001)
        self._tick = time_base or (_FINE_TICK if self._rate is None else 1 / self._rate)
        self._last_pts: int | None = None
        self.frames = 0
        """Pictures added so far."""
        # A short name of its own: the final one may be as long as the file system allows.
        self._part = self.path.with_name(f".{uuid.uuid4().hex[:12]}.part{self.path.suffix}")
        try:
            self._part.touch(exist_ok=False)  # FFmpeg would only complain at the first picture
            self._container = av.open(f"file:{self._part}", "w", options=self._muxing())
        except (av.error.FFmpegError, OSError, ValueError) as error:
            with suppress(OSError):
                self._part.unlink(missing_ok=True)
            raise OutputError(f"{self.path}: cannot be written ({error}).") from error
        self._container.metadata.update(tags or {})
        try:
            settings = dict(options or {})
            if crf is not None and codec.startswith("lib"):
                settings.setdefault("crf", str(crf))
            self._stream = cast(
                "VideoStream",
                self._container.add_stream(codec, rate=self._rate or 30, options=settings),
            )
            context = self._stream.codec_context
            context.width, context.height = size
            context.pix_fmt = pix_fmt
            context.time_base = self._tick
            if key_interval is not None:
                context.gop_size = key_interval
            if bframes is not None:
                context.max_b_frames = bframes
            if pixel_aspect is not None:
                context.sample_aspect_ratio = pixel_aspect
            if rotation_deg % 360:
                self._stream.set_display_rotation(-rotation_deg)
        except (av.error.FFmpegError, OSError, ValueError) as error:
            self.discard()
            raise OutputError(f"{self.path}: cannot be encoded as {codec} ({error}).") from error

    def _muxing(self) -> dict[str, str]:
        """Let MP4 and MOV place the first picture in ticks; their own default is milliseconds."""
        if self.path.suffix.lower() not in {".mp4", ".m4v", ".mov"}:
            return {}
        return {"movie_timescale": str(self._tick.denominator)}

    def add(self, picture: NDArray[np.uint8], time_s: float | None = None) -> None:
        """Append a picture.

        Parameters
        ----------
        picture : ndarray of uint8, shape (height, width, 3) or (height, width)
            RGB or grey, full range.
        time_s : float, optional
            Capture time, seconds; without it, number of the picture over `fps`.

        Raises
        ------
        UsageError
            If the size is wrong, there is no time and no rate, or the time does not rise by a tick.
        OutputError
            If the disk is full or the encoder fails.
        """
        if (picture.shape[1], picture.shape[0]) != self._size:
            raise UsageError(
                f"{self.path}: expected pictures of {self._size[0]} x {self._size[1]} pixels, "
                f"found {picture.shape[1]} x {picture.shape[0]}."
            )
        pts = self._ticks(time_s)
        name = "gray" if picture.ndim == 2 else "rgb24"
        image = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format=name)
        self.add_image(image, pts)

    def add_image(self, image: av.VideoFrame, pts: int) -> None:
        """Append a picture FFmpeg already holds, at a time stamp in ticks; see `add`."""
        image.pts = pts
        image.time_base = self._tick
        try:
            self._container.mux(self._stream.encode(image))
        except (av.error.FFmpegError, OSError) as error:
            self.discard()
            raise OutputError(f"{self.path}: writing failed ({error}).") from error
        self._last_pts = pts
        self.frames += 1

    def _ticks(self, time_s: float | None) -> int:
        if time_s is None:
            if self._rate is None:
                raise UsageError(f"{self.path}: a picture needs a time when there is no rate.")
            pts = round(self.frames / self._rate / self._tick)
        else:
            pts = round(time_s / float(self._tick))
        if self._last_pts is not None and pts <= self._last_pts:
            raise UsageError(
                f"{self.path}: picture {self.frames} does not come at least one tick "
                f"({float(self._tick):g} s) after the one before."
            )
        return pts

    def close(self) -> None:
        """Finish the clip and put it in its place, replacing what is there.

        Raises
        ------
        OutputError
            If no picture was added, the disk is full or the place cannot be written.
        """
        if self.frames == 0:
            self.discard()
            raise OutputError(f"{self.path}: a clip needs at least one picture, found none.")
        try:
            self._container.mux(self._stream.encode(None))
            self._container.close()
            os.replace(self._part, self.path)
        except (av.error.FFmpegError, OSError) as error:
            self.discard()
            raise OutputError(f"{self.path}: cannot be finished ({error}).") from error

    def discard(self) -> None:
        """Give up and remove the unfinished file."""
        # Closing what cannot be written fails again; what was wrong before is what matters.
        with suppress(av.error.FFmpegError, OSError):
            self._container.close()
        self._part.unlink(missing_ok=True)

    def __enter__(self) -> ClipWriter:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exc_type is None:
            self.close()
        else:
            self.discard()
