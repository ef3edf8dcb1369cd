"""Packets to pictures, whatever state the file is in.

`Decoder` opens a file, chooses the video stream and yields decoded pictures with their time stamp
in ticks of the stream. Damage does not stop it: a packet that cannot be decoded is skipped and
counted. Interlaced pictures are deinterlaced, one picture out for each picture in.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Collection, Generator, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import av
import av.error
from av.stream import Discard, Disposition

from unspoken.errors import NotAVideo
from unspoken.media.container import open_container, seconds_of_tag, why_no_video
from unspoken.media.deinterlace import Deinterlacer
from unspoken.media.picture import Picture, picture_of

if TYPE_CHECKING:
    from av import Packet, VideoStream

__all__ = ["Decoder"]

_THREADS = 2
"""Decoder threads for large pictures; the other stages need the cores too."""

_ONE_THREAD_PX = 2_500_000
"""Up to this many pixels one thread keeps ahead of the other stages, and spends less."""

_SPARABLE = {"h264"}
"""Codecs whose unreferenced pictures nothing else ever needs; HEVC's may be needed by its higher
temporal layers."""

_READ_ERRORS_ALLOWED = 20
"""Read errors in a row after which the rest of the file is given up."""


class Decoder:
    """Reads the pictures of one file, in order of presentation.

    Parameters
    ----------
    path : Path
        An existing file.
    one_thread_px : int
        Largest picture, in pixels, that is decoded by one thread. A second one finishes sooner
        where nothing else wants the cores, but costs a sixth to a third more processor time.

    Raises
    ------
    NotAVideo
        If FFmpeg finds no video it can decode.
    SourceNotFound
        If the file cannot be opened.
    """

    def __init__(self, path: Path, one_thread_px: int = _ONE_THREAD_PX) -> None:
        self.path = path
        self._container = open_container(path)
        try:
            self.stream = self._choose_stream()
        except NotAVideo:
            self._container.close()
            raise
        context = self.stream.codec_context
        context.thread_type = "AUTO"
        context.thread_count = 1 if context.width * context.height <= one_thread_px else _THREADS
        self.has_audio = bool(self._container.streams.audio)
        for other in self._container.streams:
            if other is not self.stream:
                other.discard = Discard.all
        self.damaged = 0
        """Packets that could not be decoded and read errors, so far."""
        self.deinterlaced = False
        """Whether any picture was flagged as interlaced, so far."""
        self._deinterlacer: Deinterlacer | None = None
        self._wanted: Collection[int] | None = None
        self._sparing = False

    def _choose_stream(self) -> VideoStream:
        playable = [
            s
            for s in self._container.streams.video
            if s.codec_context is not None and not s.disposition & Disposition.attached_pic
        ]
        if not playable:
            raise NotAVideo(*why_no_video(self._container, self.path))
        best = self._container.streams.best("video")
        return next(
            (s for s in playable if best is not None and s.index == best.index), playable[0]
        )

    @property
    def container_format(self) -> str:
        """FFmpeg's name of the container."""
        return str(self._container.format.name)

    @property
    def tick_s(self) -> float:
        """Resolution of the stream's clock, seconds."""
        base = self.stream.time_base
        return float(base) if base else 1.0 / 90000.0

    def seconds(self, pts: int) -> float:
        """Ticks of the stream in seconds, correctly rounded."""
        base = self.stream.time_base
        return pts * base.numerator / base.denominator if base else pts / 90000.0

    @property
    def claimed_rate_hz(self) -> float:
        """Rate the container claims, NaN if none."""
        rate = self.stream.average_rate or self.stream.guessed_rate
        return float(rate) if rate else math.nan

    @property
    def claimed_duration_s(self) -> tuple[float | None, bool]:
        """How long the video says it is, and whether that is exact for the video stream.

        The exact figure comes from the stream; else the container's, which may be that of a
        longer sound track.
        """
        if self.stream.duration:
            return self.seconds(self.stream.duration), True
        for key, value in self.stream.metadata.items():
            if key.upper().startswith("DURATION"):
                seconds = seconds_of_tag(value)
                if seconds is not None:
                    return seconds, True
        if self._container.duration:
            return self._container.duration / av.time_base, False
        return None, False

    def pictures(self) -> Generator[Picture, None, None]:
        """Decode from the present position to the end."""
        decoded = self._decoded()
        depth = self.stream.codec_context.reorder_depth
        if self.container_format == "avi" and depth:
            decoded = _with_sorted_stamps(decoded, depth + 1)
        for picture in decoded:
            yield from self._through_filter(picture)
        if self._deinterlacer is not None:
            yield from self._deinterlacer.finish()
            self._deinterlacer = None

    def spare_all_but(self, wanted: Collection[int]) -> bool:
        """Leave pictures out that are not wanted and that no other picture is made from.

        Every picture that is still given keeps its pixels, unless it is interlaced: then its
        neighbours are needed.

        Parameters
        ----------
        wanted : collection of int
            Time stamps of the pictures that must not be left out, ticks; see `decode_all`.

        Returns
        -------
        bool
            Whether the codec allows it; else all pictures are given.
        """
        allowed = self.stream.codec_context.codec.canonical_name in _SPARABLE
        self._wanted = wanted if allowed else None
        return allowed

    def decode_all(self) -> None:
        """Leave no picture out any more; meant for the moment before a seek."""
        self._wanted = None

    def _choose_effort(self, packet: Packet[VideoStream]) -> None:
        sparing = (
            self._wanted is not None and packet.pts is not None and packet.pts not in self._wanted
        )
        if sparing != self._sparing:
            self._sparing = sparing
            self.stream.codec_context.skip_frame = "NONREF" if sparing else "DEFAULT"

    def _decoded(self) -> Iterator[Picture]:
        for packet in self._packets():
            self._choose_effort(packet)
            try:
                images = packet.decode()
            except (av.error.FFmpegError, ValueError):
                self.damaged += 1
                continue
            yield from map(picture_of, images)

    def packet_times(self) -> Iterator[int | None]:
        """Time stamps of the packets that will be shown, in order of decoding; decodes nothing."""
        for packet in self._packets():
            if packet.size and not packet.is_discard:
                yield packet.pts if packet.pts is not None else packet.dts

    def key_before(self, pts: int) -> int | None:
        """The decoding time, in ticks, of the last known key frame at or before a time stamp.

        It is not after that frame's own time stamp. None where the file has no index.
        """
        entries = self.stream.index_entries
        place = entries.search_timestamp(pts)
        return None if place < 0 else entries[place].timestamp

    def seek(self, pts: int) -> None:
        """Go to the key frame at or before a time stamp; may land elsewhere in broken files.

        Raises
        ------
        av.error.FFmpegError
            If the file cannot be positioned.
        """
        self._container.seek(pts, stream=self.stream, backward=True)
        self._deinterlacer = None

    def close(self) -> None:
        """Release the file; harmless when called twice."""
        self._deinterlacer = None
        self._container.close()

    def __enter__(self) -> Decoder:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _packets(self) -> Iterator[Packet[VideoStream]]:
        """Packets of the stream and the empty one that flushes the decoder, past read errors."""
        errors = 0
        while True:
            try:
                for packet in self._container.demux(self.stream):
                    errors = 0
                    yield packet
                return
            except (av.error.FFmpegError, ValueError):
                self.damaged += 1
                errors += 1
                if errors >= _READ_ERRORS_ALLOWED:
                    break
        # The rest is unreadable, but pictures may still wait inside the decoder.
        flush: Packet[VideoStream] = av.Packet()  # type: ignore[assignment]
        flush.stream = self.stream
        yield flush

    def _through_filter(self, picture: Picture) -> Iterator[Picture]:
        """Deinterlace from the first picture on that is flagged as interlaced."""
        if self._deinterlacer is None:
            if not picture.interlaced:
                yield picture
                return
            self._deinterlacer = Deinterlacer(self.stream)
            self.deinterlaced = True
        if not self._deinterlacer.fits(picture.image):
            yield from self._deinterlacer.finish()
            self._deinterlacer = Deinterlacer(self.stream)
        yield from self._deinterlacer.push(picture)


def _with_sorted_stamps(pictures: Iterator[Picture], depth: int) -> Iterator[Picture]:
    """Hand the stamps of the next few pictures out in rising order.

    AVI numbers pictures in the order they are stored, not shown; the numbers are the right ones,
    but B-frames carry those of their neighbours.
    """
    waiting: deque[Picture] = deque()
    stamps: list[int] = []

    def earliest() -> Picture:
        return waiting.popleft()._replace(pts=heapq.heappop(stamps) if stamps else None)

    for picture in pictures:
        waiting.append(picture)
        if picture.pts is not None:
            heapq.heappush(stamps, picture.pts)
        if len(waiting) > depth:
            yield earliest()
    while waiting:
        yield earliest()
