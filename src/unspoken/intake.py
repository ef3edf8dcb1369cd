"""The first half of a run, wherever it happens: frames of a source and the faces in them."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from os import PathLike, fspath
from time import perf_counter
from typing import Protocol, Self, TypeVar

from unspoken.engine import Engine
from unspoken.face.observation import FacesInFrame
from unspoken.media.frame import Frame
from unspoken.media.source import Source, open_source
from unspoken.sight import Outcome, Sight
from unspoken.stages import ahead

__all__ = ["InThreads", "Reader", "open_reader"]

T = TypeVar("T")
#: Frames that may wait between two stages; bounds memory (a 1080p frame holds 3 MB).
_QUEUE = 6
#: A shorter recording is over before a worker process has paid for its start, seconds.
_WORTH_A_PROCESS_S = 15.0


class Reader(Protocol):
    """Frames and faces in order, then what is known of the source."""

    def __iter__(self) -> Iterator[tuple[Frame, FacesInFrame]]: ...

    def finish(self) -> Outcome:
        """End reading and tell what was read."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class InThreads:
    """Decode and follow faces in two threads of this process.

    Parameters
    ----------
    source : Source
        Opened; it is closed in the end.
    engine : Engine
        Follows the faces.
    """

    def __init__(self, source: Source, engine: Engine) -> None:
        self._source = source
        self._engine = engine
        self._decode_s = 0.0
        self._running: Generator[tuple[Frame, FacesInFrame], None, None] | None = None

    def __iter__(self) -> Iterator[tuple[Frame, FacesInFrame]]:
        self._running = self._stages()
        return self._running

    def _stages(self) -> Generator[tuple[Frame, FacesInFrame], None, None]:
        with closing(ahead(self._timed(self._source), _QUEUE)) as frames:
            looked = ((frame, self._engine.see(frame)) for frame in frames)
            with closing(ahead(looked, _QUEUE)) as seen:
                yield from seen

    def _timed(self, items: Iterable[T]) -> Iterator[T]:
        """The same items; the time to make each is added up."""
        iterator = iter(items)
        while True:
            began = perf_counter()
            try:
                item = next(iterator)
            except StopIteration:
                return
            finally:
                self._decode_s += perf_counter() - began
            yield item

    def finish(self) -> Outcome:
        """Stop the threads and tell what was read."""
        self._stop()
        return Outcome(
            self._source.finish_facts(),
            self._source.clock,
            self._source.notes,
            self._decode_s,
            self._engine.timings_s["faces"],
        )

    def _stop(self) -> None:
        if self._running is not None:
            self._running.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        self._source.close()


def open_reader(
    source: str | PathLike[str], engine: Engine, in_process: bool | None = None
) -> tuple[Reader, int | None]:
    """Open a source the way that is quickest for its length.

    Parameters
    ----------
    source : str or path-like
        A video file or a folder of pictures.
    engine : Engine
        Whose settings are used; follows the faces of short recordings.
    in_process : bool, optional
        Read in this process (True) or in a worker (False); by length where left out. Results are
        the same.

    Returns
    -------
    reader : Reader
        To be used in a ``with`` statement.
    expected : int or None
        Frames the source claims to have.

    Raises
    ------
    InputError, UsageError
        When it cannot be opened.
    """
    opened = open_source(source, fps=engine.settings.fps)
    expected = opened.expected_frames
    if in_process is None:
        duration_s = opened.expected_duration_s
        in_process = duration_s is not None and duration_s < _WORTH_A_PROCESS_S
    if in_process:
        return InThreads(opened, engine), expected
    opened.close()
    return Sight(fspath(source), engine.settings), expected
