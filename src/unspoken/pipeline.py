"""From a source to an analysis: the engine in a loop, its stages side by side.

Decoding, following faces and measuring movement run in three threads that hand frames on through
short queues. All three spend their time in code that releases the interpreter lock, so two cores
are kept busy; results do not depend on the timing of threads.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from os import PathLike, fspath
from time import perf_counter
from typing import Any, TypeVar

import cv2
from pydantic import ValidationError
from threadpoolctl import threadpool_limits

from unspoken.analysis import Analysis
from unspoken.engine import Engine
from unspoken.errors import InputError, NoFaceFound, UsageError
from unspoken.face.observation import FacesInFrame
from unspoken.media.frame import Frame
from unspoken.media.source import Source, open_source
from unspoken.settings import Settings
from unspoken.signals import SignalsTable, SignalsWriter
from unspoken.spotting.events import Event
from unspoken.stages import ahead
from unspoken.summary import FacePlaces, collect_places, summarise

__all__ = ["Progress", "Run", "analyze", "make_settings", "run"]

T = TypeVar("T")
#: Called with frames done, the capture time reached (seconds) and the frames expected, if known.
Progress = Callable[[int, float, int | None], None]

#: Frames that may wait between two stages; bounds memory (a 1080p frame holds 3 MB).
_QUEUE = 6


@dataclass(frozen=True, slots=True)
class Run:
    """An analysis, and what a second look at the pictures needs.

    Parameters
    ----------
    analysis : Analysis
        The result.
    places : dict of int to FacePlaces
        Where each measured face was, by track number.
    frame_times_s : sequence of float
        Capture time of every frame, seconds.
    """

    analysis: Analysis
    places: dict[int, FacePlaces]
    frame_times_s: Sequence[float]


def make_settings(**options: Any) -> Settings:
    """Settings from keyword options, with a clear sentence for a wrong one.

    Raises
    ------
    UsageError
        Naming the option, what was expected and what was found.
    """
    try:
        return Settings(**options)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "settings"
        raise UsageError(f"Setting {name}: {first['msg']}, found {first['input']!r}.") from None


def analyze(
    source: str | PathLike[str],
    *,
    settings: Settings | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> Analysis:
    """Find and code the expressions of customers in a recording.

    Parameters
    ----------
    source : str or path-like
        A video file, or a folder of pictures (then give ``fps``).
    settings : Settings, optional
        All settings at once; or give single ones as keywords, e.g. ``role={"1": "customer"}``.
    progress : callable, optional
        Called with frames done, the capture time reached (seconds) and the frames expected.

    Returns
    -------
    Analysis
        Not yet on disk; `Analysis.save` writes it.

    Raises
    ------
    InputError
        When the source cannot be used: not there, no video, no face, roles missing.
    UsageError
        When a setting makes no sense.
    """
    chosen = settings.model_copy(update=options) if settings else make_settings(**options)
    if settings and options:
        chosen = make_settings(**chosen.model_dump())
    table = SignalsTable()
    done = run(source, chosen, table, progress)
    return replace(done.analysis, _signals=table.frame())


def run(
    source: str | PathLike[str],
    settings: Settings,
    rows: SignalsTable | SignalsWriter,
    progress: Progress | None = None,
) -> Run:
    """Analyse one source, sending evidence rows to a table or a file.

    On Ctrl-C what was measured so far becomes a partial analysis.

    Parameters
    ----------
    source : str or path-like
        A video file or a folder of pictures.
    settings : Settings
        Every setting.
    rows : SignalsTable or SignalsWriter
        Takes every evidence row.
    progress : callable, optional
        Called with frames done, the capture time reached (seconds) and the frames expected.

    Returns
    -------
    Run

    Raises
    ------
    InputError, UsageError
        See :func:`analyze`.
    """
    began = perf_counter()
    engine = Engine(settings, rows.add)
    events: list[Event] = []
    times = array("d")
    partial = False
    with open_source(source, fps=settings.fps) as opened, _single_threads():
        decoding = _Stopwatch()
        try:
            for frame, faces in _stages(engine, opened, decoding):
                times.append(frame.time_s)
                events += engine.measure(frame, faces)
                if progress:
                    progress(frame.index + 1, frame.time_s, opened.expected_frames)
        except KeyboardInterrupt:
            partial = True
        events += engine.finish()
        _refuse_empty(engine, opened, fspath(source), partial)
        facts = opened.finish_facts()
        timings = {"decode": decoding.seconds, **engine.timings_s}
        analysis = summarise(engine, facts, opened.clock, events, opened.notes, partial)
    timings["total"] = perf_counter() - began
    analysis = analysis.with_timings(timings)
    return Run(analysis, collect_places(engine), times)


def _refuse_empty(engine: Engine, source: Source, name: str, partial: bool) -> None:
    """Raise where there is nothing an analysis could be about."""
    if partial and not engine.tracks:
        raise InputError(f"{name}: stopped before any face was found.")
    if source.clock.frames < 2:
        raise InputError(
            f"{name}: expected a video, found a single picture.",
            "Movement needs at least two pictures at different times.",
        )
    if not engine.tracks:
        raise NoFaceFound(
            f"{name}: no face was found in any of {source.clock.frames} pictures.",
            "A face must be turned to the camera and at least about 60 pixels wide.",
        )
    if not partial:
        engine.check_roles()
    if not engine.customers:
        known = ", ".join(str(face_id) for face_id in sorted(engine.tracks))
        raise InputError(
            f"{name}: none of the faces ({known}) has the role customer, so nothing is measured.",
            "Say who the customer is with --role.",
        )


def _stages(
    engine: Engine, source: Iterable[Frame], decoding: _Stopwatch
) -> Iterator[tuple[Frame, FacesInFrame]]:
    """Decode and follow faces in threads of their own, in order."""
    with closing(ahead(decoding.timed(source), _QUEUE)) as frames:
        looked = ((frame, engine.see(frame)) for frame in frames)
        with closing(ahead(looked, _QUEUE)) as seen:
            yield from seen


class _Stopwatch:
    """Adds up the time spent waiting for an iterable's next item."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def timed(self, items: Iterable[T]) -> Iterator[T]:
        """The same items; the time to make each is added to `seconds`."""
        iterator = iter(items)
        while True:
            began = perf_counter()
            try:
                item = next(iterator)
            except StopIteration:
                return
            finally:
                self.seconds += perf_counter() - began
            yield item


@contextmanager
def _single_threads() -> Iterator[None]:
    """One thread per numerical call: the stages already keep the cores busy."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        with threadpool_limits(limits=1):
            yield
    finally:
        cv2.setNumThreads(before)
