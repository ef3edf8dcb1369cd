"""Interlaced pictures: half pictures of two moments, made into one whole of the first moment."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

import av.error
from av.filter import Graph

if TYPE_CHECKING:
    from av import VideoFrame, VideoStream

    from unspoken.media.picture import Picture

__all__ = ["Deinterlacer"]


class Deinterlacer:
    """FFmpeg's bwdif, one picture out per picture in; progressive pictures pass unchanged.

    The filter works one picture behind and counts time in half ticks of its own, so pictures are
    numbered on the way in and get back what the decoder said of them on the way out.
    """

    def __init__(self, stream: VideoStream) -> None:
        self._tick = stream.time_base or Fraction(1, 90000)
        self._graph: Graph | None = None
        self._shape = (0, 0, "")
        self._waiting: deque[tuple[int, Picture]] = deque()
        self._pushed = 0

    def fits(self, image: VideoFrame) -> bool:
        """Whether a picture has the size and format of those before."""
        return self._graph is None or self._shape == (image.width, image.height, image.format.name)

    def push(self, picture: Picture) -> Iterator[Picture]:
        """Take a picture and give the ones that are ready, usually the one before."""
        image = picture.image
        if self._graph is None:
            self._graph = _bwdif_graph(image, self._tick)
            self._shape = (image.width, image.height, image.format.name)
        self._waiting.append((self._pushed, picture))
        image.pts = self._pushed
        self._pushed += 1
        self._graph.vpush(image)
        yield from self._drain()

    def finish(self) -> Iterator[Picture]:
        """Give what is still inside; nothing may be pushed afterwards."""
        if self._graph is not None:
            self._graph.vpush(None)
            yield from self._drain()

    def _drain(self) -> Iterator[Picture]:
        assert self._graph is not None
        while self._waiting:
            try:
                image = self._graph.vpull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            assert image.pts is not None and image.time_base is not None
            number = round(image.pts * image.time_base / self._tick)
            while self._waiting and self._waiting[0][0] < number:
                self._waiting.popleft()  # one the filter has swallowed
            if self._waiting:
                yield self._waiting.popleft()[1]._replace(image=image)


def _bwdif_graph(image: VideoFrame, tick: Fraction) -> Graph:
    graph = Graph()
    graph.threads = 1
    source = graph.add_buffer(
        width=image.width,
        height=image.height,
        format=image.format,
        time_base=tick,
    )
    bwdif = graph.add("bwdif", "mode=send_frame:parity=auto:deint=interlaced")
    sink = graph.add("buffersink")
    graph.link_nodes(source, bwdif, sink).configure()
    return graph
