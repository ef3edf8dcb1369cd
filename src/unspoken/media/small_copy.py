"""A small copy of a recording that every browser plays: H.264 in MP4, or VP9 in WebM.

Each picture keeps its capture time, counted from the first one, so a player of the copy speaks of
the same instants as everything measured on the original.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import av.error
import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.errors import OutputError
from unspoken.media.frame import Frame
from unspoken.media.source import open_source

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame

__all__ = ["Look", "SmallCopy", "write_small_copy"]

#: Turns frames into the pictures to write, RGB, each with its capture time.
Look = Callable[[Iterable[Frame]], Iterator[tuple[NDArray[np.uint8], float]]]
#: Longest side of the copy's pictures, pixels.
_LONGEST_PX = 640
#: Picture times are kept to this part of a second.
_TICK = Fraction(1, 10_000)
_SOUND_HZ = 48_000
#: Seconds between pictures a player can jump to directly.
_KEY_EVERY_S = 1.0


class SmallCopy:
    """What was written: the type for a browser and the number of pictures."""

    def __init__(self, media_type: str, pictures: int) -> None:
        self.media_type = media_type
        self.pictures = pictures


def write_small_copy(
    source: str | os.PathLike[str],
    target: Path,
    *,
    start_s: float,
    fps: float | None = None,
    look: Look | None = None,
    sound: bool = True,
) -> SmallCopy:
    """Re-encode a recording small.

    Parameters
    ----------
    source : str or path-like
        As for `open_source`.
    target : Path
        Written over.
    start_s : float
        Capture time that becomes 0 in the copy, seconds.
    fps : float, optional
        As for `open_source`.
    look : callable, optional
        Makes the pictures of the frames, to redact them; may make them smaller. As they are where
        left out.
    sound : bool
        Whether the recording's sound goes along.

    Returns
    -------
    SmallCopy

    Raises
    ------
    InputError
        When the source cannot be read.
    OutputError
        When the copy cannot be written or FFmpeg has no encoder for it.
    """
    codec, kind, audio = _encoder()
    try:
        with av.open(str(target), "w", format=kind) as out:
            heard = audio if sound else ""
            pictures = _encode(source, out, codec, heard, start_s, fps, look or _as_they_are)
    except (av.error.FFmpegError, OSError) as error:
        raise OutputError(
            f"The copy of the video cannot be written: {error}.", "Free some space, and try again."
        ) from error
    return SmallCopy(f"video/{kind}", pictures)


def _encoder() -> tuple[str, str, str]:
    for codec, kind, sound in (("libx264", "mp4", "aac"), ("libvpx-vp9", "webm", "libopus")):
        if codec in av.codec.codecs_available:
            return codec, kind, sound
    raise OutputError(
        "This build of FFmpeg encodes neither H.264 nor VP9.", "Use --video link or --video none."
    )


def _encode(
    source: str | os.PathLike[str],
    out: Any,
    codec: str,
    sound: str,
    start_s: float,
    fps: float | None,
    look: Look,
) -> int:
    count, last = 0, -1
    with open_source(source, fps=fps) as pictures:
        facts = pictures.facts
        scale = min(1.0, _LONGEST_PX / max(facts.width * facts.pixel_aspect, facts.height))
        size = (_even(facts.width * facts.pixel_aspect * scale), _even(facts.height * scale))
        stream = out.add_stream(codec, rate=30)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.time_base = _TICK
        stream.codec_context.gop_size = 30
        # Pictures in order of time alone: a player then finds each by its own time.
        stream.codec_context.max_b_frames = 0
        stream.options = (
            {"preset": "veryfast", "crf": "28"}
            if codec == "libx264"
            else {"crf": "36", "b": "0", "deadline": "realtime", "cpu-used": "6"}
        )
        speech = _Sound(source, out, sound, start_s) if facts.has_audio and sound else None
        for whole, time_s in look(pictures):
            ticks = max(last + 1, round((time_s - start_s) / _TICK))
            small = cv2.resize(whole, size, interpolation=cv2.INTER_AREA)
            picture = av.VideoFrame.from_ndarray(np.asarray(small, np.uint8), format="rgb24")
            picture.pts, picture.time_base, last = ticks, _TICK, ticks
            out.mux(stream.encode(picture))
            count += 1
            if speech is not None:
                speech.write_until(time_s)
        out.mux(stream.encode())
        if speech is not None:
            speech.finish()
    return count


def _as_they_are(frames: Iterable[Frame]) -> Iterator[tuple[NDArray[np.uint8], float]]:
    for frame in frames:
        yield frame.rgb(), frame.time_s


def _even(value: float) -> int:
    return max(2, 2 * round(value / 2.0))


class _Sound:
    """The recording's sound, written along with the pictures; damage ends it early."""

    def __init__(
        self, source: str | os.PathLike[str], out: Any, codec: str, start_s: float
    ) -> None:
        self._out = out
        self._start_s = start_s
        self._input = av.open(os.fspath(source))
        self._frames = self._decoded()
        self._stream = out.add_stream(codec, rate=_SOUND_HZ)
        self._stream.codec_context.bit_rate = 40_000
        self._stream.codec_context.layout = "mono"
        self._resampler = av.AudioResampler("fltp" if codec == "aac" else "flt", "mono", _SOUND_HZ)
        self._reached_s = -float("inf")
        self._written = 0

    def _decoded(self) -> Iterator[AudioFrame]:
        try:
            yield from self._input.decode(audio=0)
        except av.error.FFmpegError:
            return

    def write_until(self, time_s: float) -> None:
        """Write what was heard up to a picture."""
        while self._reached_s < time_s:
            frame = next(self._frames, None)
            if frame is None:
                self._reached_s = float("inf")
                return
            if frame.time is None or frame.time < self._start_s:
                continue
            self._reached_s = frame.time
            first = round((frame.time - self._start_s) * _SOUND_HZ)
            for part in self._resampler.resample(frame):
                self._written = max(self._written, first)
                part.pts, part.time_base = self._written, Fraction(1, _SOUND_HZ)
                self._written += part.samples
                first += part.samples
                self._out.mux(self._stream.encode(part))

    def finish(self) -> None:
        """Write the rest and close the input."""
        self._out.mux(self._stream.encode())
        self._input.close()
