"""Reading and following faces in a process of its own.

Two threads of one interpreter hand its lock to and fro at every small numerical call, and on two
cores end up hardly faster than one. So for all but short recordings the first half of the engine
(decode, follow faces) runs in a second process, `unspoken.sight_worker`. Brightness planes come
over through a mapped file with a few slots, everything else through a pipe. What is measured is
the same to the last bit.
"""

from __future__ import annotations

import mmap
import pickle
import subprocess
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from unspoken.errors import UnspokenError
from unspoken.face.observation import FacesInFrame
from unspoken.media.facts import ClockFacts, SourceFacts
from unspoken.media.frame import Frame
from unspoken.settings import Settings
from unspoken.sight_start import take_worker

__all__ = ["Fault", "FrameMessage", "Outcome", "Request", "Sight", "Start", "slots_for"]

#: Frames that may wait between the two processes: what fits into so many bytes, within limits.
_WAITING_BYTES, _FEWEST, _MOST = 16 << 20, 6, 64
#: The worker is asked to end; if it does not within this time it is stopped, seconds.
_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Request:
    """What the worker is to read."""

    source: str
    settings: Settings


@dataclass(frozen=True, slots=True)
class Start:
    """Where brightness planes will be: a file of `slots` planes of height x width bytes."""

    file: str
    slots: int
    height: int
    width: int
    full_range: bool


@dataclass(frozen=True, slots=True)
class FrameMessage:
    """One frame without its pixels, and the faces in it."""

    index: int
    time_s: float
    flags: tuple[bool, bool, bool]
    change: float
    faces: FacesInFrame


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known when reading has ended."""

    source: SourceFacts
    clock: ClockFacts
    notes: tuple[str, ...]
    decode_s: float
    faces_s: float
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """What ended the worker: an error with a sentence for people, or else only a traceback."""

    error: UnspokenError | None
    report: str


def slots_for(height: int, width: int) -> int:
    """How many frames of a size may wait between the two processes."""
    return max(_FEWEST, min(_MOST, _WAITING_BYTES // (height * width)))


class Sight:
    """Frames of a source and the faces in them, made by a worker process.

    Iterate over it, then call :meth:`finish`. A frame has brightness only, and only until the next
    one is asked for. Use it in a ``with`` statement: leaving it ends the worker.

    Parameters
    ----------
    source : str
        A video file or a folder of pictures.
    settings : Settings
        Every setting.
    """

    def __init__(self, source: str, settings: Settings) -> None:
        self._worker = take_worker()
        self._outcome: Outcome | None = None
        self._map: mmap.mmap | None = None
        self._say(Request(source, settings))

    def _say(self, what: Any) -> None:
        assert self._worker.stdin is not None
        pickle.dump(what, self._worker.stdin, protocol=5)
        self._worker.stdin.flush()

    def _hear(self) -> Any:
        assert self._worker.stdout is not None
        try:
            what = pickle.load(self._worker.stdout)
        except (EOFError, pickle.UnpicklingError) as error:
            code = self._worker.wait()
            raise RuntimeError(f"the reading process ended early (exit code {code})") from error
        if isinstance(what, Fault):
            if what.error is not None:
                raise what.error
            raise RuntimeError(f"the reading process failed:\n{what.report}")
        return what

    def __iter__(self) -> Generator[tuple[Frame, FacesInFrame], None, None]:
        start = self._hear()
        if isinstance(start, Outcome):
            self._outcome = start
            return
        planes = self._open(start)
        while True:
            what = self._hear()
            if isinstance(what, Outcome):
                self._outcome = what
                return
            key_frame, interlaced, corrupt = what.flags
            yield (
                Frame(
                    what.index,
                    what.time_s,
                    planes[what.index % start.slots],
                    full_range=start.full_range,
                    key_frame=key_frame,
                    interlaced=interlaced,
                    corrupt=corrupt,
                    change=what.change,
                ),
                what.faces,
            )
            self._release(b"+")

    def _open(self, start: Start) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
        path = Path(start.file)
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)
        # Where the system allows it nobody else needs the name any more.
        with suppress(OSError):
            path.unlink()
        return np.frombuffer(self._map, np.uint8).reshape(start.slots, start.height, start.width)

    def _release(self, sign: bytes) -> None:
        assert self._worker.stdin is not None
        with suppress(BrokenPipeError):
            self._worker.stdin.write(sign)
            self._worker.stdin.flush()

    def finish(self) -> Outcome:
        """End reading, now if it has not ended, and tell what was read.

        Raises
        ------
        UnspokenError
            What stopped the worker, if something did.
        """
        if self._outcome is None:
            self._release(b"-")
            while not isinstance(what := self._hear(), Outcome):
                if isinstance(what, FrameMessage):
                    self._release(b"+")
            self._outcome = what
        if self._outcome.error is not None:
            raise self._outcome.error
        return self._outcome

    def close(self) -> None:
        """End the worker; harmless when called twice."""
        for pipe in (self._worker.stdin, self._worker.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        try:
            self._worker.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._worker.kill()
            self._worker.wait()

    def __enter__(self) -> Sight:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
