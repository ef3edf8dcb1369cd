"""Video files as a source of frames."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from unspoken.errors import NotAVideo
from unspoken.media.clock import ClockRecorder, RisingClock
from unspoken.media.decode import Decoder
from unspoken.media.digest import BackgroundDigest
from unspoken.media.facts import ClockFacts, SourceFacts
from unspoken.media.frame import Frame
from unspoken.media.picture import Layout, Picture, to_frame, turn_of
from unspoken.media.repeats import PictureChange
from unspoken.timing import clock_text

__all__ = ["VideoSource", "layout_of"]

_SMALLEST_PX = 2


class VideoSource:
    """The pictures of one video file, upright, with square pixels and their own capture times.

    The first picture is decoded on opening: the size after rotation is not known before.

    Parameters
    ----------
    path : str or path-like
        A file FFmpeg reads.
    fps : float, optional
        Rate the user stated, Hz. Not used, because a file has its own clock; the notes say so.
    measure_repeats : bool
        Whether to compare neighbouring pictures, to count duplicates.

    Raises
    ------
    SourceNotFound
        If the file cannot be opened.
    NotAVideo
        If it holds no picture that can be decoded.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        fps: float | None = None,
        measure_repeats: bool = True,
    ) -> None:
        self._unused_fps = fps
        self._decoder = Decoder(Path(path))
        try:
            self._pictures = self._decoder.pictures()
            first = next(self._pictures, None)
            if first is None or min(first.image.width, first.image.height) < _SMALLEST_PX:
                raise NotAVideo(*_why_no_picture(self._decoder))
            self._first: Picture | None = first
            self._layout = layout_of(self._decoder, first)
            self._facts = self._container_facts(path, first)
        except BaseException:
            self._decoder.close()
            raise
        rate = self._decoder.claimed_rate_hz
        self._rising = RisingClock(self._decoder.tick_s, 1.0 / rate if rate > 0.0 else 0.04)
        self._recorder = ClockRecorder(self._decoder.tick_s, rate)
        self._change = PictureChange() if measure_repeats else None
        self._digest = BackgroundDigest([Path(path)])
        self._end_s = 0.0
        self._corrupt = 0
        self._resized = 0

    def _container_facts(self, path: str | os.PathLike[str], first: Picture) -> SourceFacts:
        stream = self._decoder.stream
        width, height = self._layout.size
        return SourceFacts(
            path=os.fspath(path),
            kind="file",
            sha256="",
            bytes=self._decoder.path.stat().st_size,
            container=self._decoder.container_format,
            codec=stream.codec_context.codec.canonical_name,
            pixel_format=first.image.format.name,
            width=width,
            height=height,
            rotation_deg=self._layout.rotation_deg,
            pixel_aspect=self._layout.pixel_aspect,
            has_audio=self._decoder.has_audio,
        )

    @property
    def facts(self) -> SourceFacts:
        """Container facts; `sha256` is "" until the background thread knows it."""
        if not self._facts.sha256 and self._digest.ready:
            self._facts = replace(self._facts, sha256=self._digest.ready)
        return self._facts

    @property
    def clock(self) -> ClockFacts:
        """The clock of what was read so far; sorts all steps, so not for asking at every frame."""
        self._recorder.repeated = self._rising.repeated
        self._recorder.interlaced = self._decoder.deinterlaced
        return self._recorder.facts()

    @property
    def expected_frames(self) -> int | None:
        """Pictures the container claims, else its seconds times its rate; None if neither."""
        if self._decoder.stream.frames > 0:
            return int(self._decoder.stream.frames)
        duration, rate = self.expected_duration_s, self._decoder.claimed_rate_hz
        return round(duration * rate) if duration is not None and rate > 0.0 else None

    @property
    def expected_duration_s(self) -> float | None:
        """Seconds the container claims; None if it does not say."""
        return self._decoder.claimed_duration_s[0]

    @property
    def notes(self) -> tuple[str, ...]:
        """What was unusual so far, in plain sentences."""
        counts = (
            (self._decoder.damaged, "Parts of the file could not be decoded: {n}."),
            (self._corrupt, "Pictures the decoder marks as damaged: {n}."),
            (self._resized, "Pictures stored in another size and scaled to the first: {n}."),
            (self._rising.restarts, "Times the clock went back and was carried on: {n}."),
        )
        notes = [text.format(n=n) for n, text in counts if n]
        if self._unused_fps is not None:
            notes.append("The stated pictures a second were not used: a file has its own clock.")
        if self._decoder.deinterlaced:
            notes.append("Interlaced pictures were deinterlaced, one picture for each.")
        if self._recorder.truncated:
            notes.append(
                f"The file ends at {clock_text(self._end_s)}, before the end it announces; "
                "what decodes was used."
            )
        return tuple(notes)

    def finish_facts(self) -> SourceFacts:
        """Wait for the SHA-256 and give the complete facts."""
        self._digest.wait()
        return self.facts

    def close(self) -> None:
        """Release the file and stop the background thread; not while another thread iterates."""
        self._digest.stop()
        self._first = None
        self._pictures.close()
        self._decoder.close()

    def __enter__(self) -> VideoSource:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[Frame]:
        """Read on from the present position; a finished source yields nothing more."""
        self._digest.start()
        if self._first is not None:
            first, self._first = self._first, None
            yield self._frame(first)
        for picture in self._pictures:
            yield self._frame(picture)
        self._recorder.truncated = self._ended_early()

    def _frame(self, picture: Picture) -> Frame:
        stamp = None if picture.pts is None else self._decoder.seconds(picture.pts)
        time_s = self._rising.place(stamp)
        frame = to_frame(picture, len(self._recorder), time_s, self._layout)
        change = self._change.measure(frame.luma) if self._change else float("nan")
        frame = replace(frame, change=change)
        self._recorder.add(time_s, change)
        self._end_s = time_s + self._decoder.seconds(picture.duration)
        self._corrupt += frame.corrupt
        stored = (self._layout.stored_width, self._layout.stored_height)
        self._resized += (picture.image.width, picture.image.height) != stored
        return frame

    def _ended_early(self) -> bool:
        """Whether pictures are missing at the end, by what the container announced."""
        claimed, exact = self._decoder.claimed_duration_s
        if claimed is None or len(self._recorder) == 0:
            return False
        clock = self._recorder.facts()
        start = self._decoder.stream.start_time
        start_s = clock.start_s if start is None else self._decoder.seconds(start)
        if exact:
            slack = max(0.15, 2.0 * clock.longest_step_s)
        else:  # may be an estimate, or the length of a longer sound track
            slack = max(3.0 if self._decoder.has_audio else 1.0, 0.02 * claimed)
        return max(clock.end_s, self._end_s) < start_s + claimed - slack


def layout_of(decoder: Decoder, first: Picture) -> Layout:
    """How the stored pictures of a file become upright ones with square pixels."""
    aspect = decoder.stream.sample_aspect_ratio
    return Layout(
        first.image.width,
        first.image.height,
        float(aspect) if aspect else 1.0,
        turn_of(first.image),
    )


def _why_no_picture(decoder: Decoder) -> tuple[str, str]:
    if decoder.damaged:
        return (
            f"{decoder.path}: there is a video stream, but none of its pictures can be decoded.",
            "The file is damaged; copy or export the recording again.",
        )
    return (
        f"{decoder.path}: expected pictures, found a video stream with 0 frames.",
        "Check that the recording was finished before it was copied.",
    )
