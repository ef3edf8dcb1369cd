"""From a source to an analysis: the engine in a loop, its halves side by side.

Decoding and following faces run ahead, in a process or threads of their own (`unspoken.intake`);
movement is measured here. Results do not depend on where or when anything ran.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from os import PathLike, fspath
from pathlib import Path
from time import perf_counter
from typing import Any

from pydantic import ValidationError

from unspoken.analysis import Analysis
from unspoken.engine import Engine
from unspoken.errors import InputError, NoFaceFound, RolesNeeded, UsageError
from unspoken.intake import open_reader
from unspoken.media.facts import ClockFacts
from unspoken.media.voice import VoiceListener
from unspoken.settings import Settings
from unspoken.signals import SignalsTable, SignalsWriter
from unspoken.spotting.events import Event
from unspoken.stopping import StopRequest, stoppable
from unspoken.summary import FacePlaces, collect_places, summarise
from unspoken.threads import single_threads

__all__ = ["Progress", "Run", "analyze", "make_settings", "run"]

#: Called with frames done, the capture time reached (seconds) and the frames expected, if known.
Progress = Callable[[int, float, int | None], None]

#: A recording whose brightest pixel stays below this is black, grey levels of 255.
_BLACK = 32


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


def make_settings(names: Mapping[str, str] | None = None, **options: Any) -> Settings:
    """Settings from keyword options, with a clear sentence for a wrong one.

    Parameters
    ----------
    names : mapping of str to str, optional
        What the user calls a setting, where that is not its own name, for the sentence.
    **options
        Settings. A role alone (``role="customer"``) is meant for all faces; faces may be given
        as numbers.

    Raises
    ------
    UsageError
        Naming the option, what was expected and what was found.
    """
    role = options.get("role")
    if isinstance(role, str):
        options["role"] = {"all": role}
    elif isinstance(role, Mapping):
        options["role"] = {str(face): value for face, value in role.items()}
    try:
        return Settings(**options)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "settings"
        shown = (names or {}).get(name, f"Setting {name}")
        if first["type"] == "extra_forbidden":
            known = ", ".join(Settings.model_fields)
            raise UsageError(f"There is no setting {name}.", f"Settings are: {known}.") from None
        raise UsageError(f"{shown}: {first['msg']}, found {first['input']!r}.") from None


def analyze(
    source: str | PathLike[str],
    *,
    settings: Settings | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> Analysis:
    """Find and code the expressions of customers in a recording.

    On Ctrl-C what was measured so far becomes a partial analysis.

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
    chosen = settings if settings and not options else None
    if chosen is None:
        chosen = make_settings(**{**(settings.model_dump() if settings else {}), **options})
    table = SignalsTable()
    with stoppable() as stop:
        done = run(source, chosen, table, progress, stop)
    return replace(done.analysis, _signals=table.frame())


def run(
    source: str | PathLike[str],
    settings: Settings,
    rows: SignalsTable | SignalsWriter,
    progress: Progress | None = None,
    stop: StopRequest | None = None,
    in_process: bool | None = None,
) -> Run:
    """Analyse one source, sending evidence rows to a table or a file.

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
    stop : StopRequest, optional
        Looked at after every frame; when it is asked, what was measured so far becomes a partial
        analysis. So it does on `KeyboardInterrupt`.
    in_process : bool, optional
        See `unspoken.intake.open_reader`.

    Returns
    -------
    Run

    Raises
    ------
    InputError, UsageError
        See :func:`analyze`.
    """
    began = perf_counter()
    stop = stop or StopRequest()
    name = fspath(source)
    engine = Engine(settings, rows.add)
    events: list[Event] = []
    times = array("d")
    brightest = 0
    partial = False
    reader, expected = open_reader(source, engine, in_process)
    ear = VoiceListener(Path(name)) if settings.sound and Path(name).is_file() else None
    with single_threads(), reader, closing(ear) if ear else nullcontext():
        try:
            with stop.in_loop():
                for frame, faces in reader:
                    times.append(frame.time_s)
                    if not engine.tracks:
                        brightest = max(brightest, int(frame.luma[::8, ::8].max()))
                    if ear and engine.customers:
                        _listen(ear, engine, frame.time_s)
                    events += engine.measure(frame, faces)
                    if progress:
                        progress(frame.index + 1, frame.time_s, expected)
                    if stop.asked:
                        partial = True
                        break
        except KeyboardInterrupt:
            partial = True
        except RolesNeeded as error:
            raise RolesNeeded(f"{name}: {error.message}", error.hint) from None
        events += engine.finish()
        notes = _refuse_empty(engine, name, len(times), partial=partial, black=brightest < _BLACK)
        read = reader.finish()
    timings = {**engine.timings_s, "decode": read.decode_s, "faces": read.faces_s}
    clock = _clock_until(read.clock, times) if partial else read.clock
    analysis = summarise(engine, read.source, clock, events, [*read.notes, *notes], partial)
    timings["total"] = perf_counter() - began
    analysis = analysis.with_timings(timings)
    return Run(analysis, collect_places(engine), times)


def _listen(ear: VoiceListener, engine: Engine, time_s: float) -> None:
    """Hear what was said up to here and a little beyond."""
    began = perf_counter()
    for listened, voices in ear.until(time_s):
        engine.hear(listened, voices)
    engine.timings_s["sound"] += perf_counter() - began


def _clock_until(clock: ClockFacts, times_s: Sequence[float]) -> ClockFacts:
    """The clock of a stopped run, without the pictures that were only decoded ahead."""
    last_s = times_s[-1]
    return replace(
        clock,
        frames=len(times_s),
        end_s=min(clock.end_s, last_s + 1.0 / clock.median_rate_hz),
        gaps=tuple(gap for gap in clock.gaps if gap[0] < last_s),
        duplicate_frames=min(clock.duplicate_frames, len(times_s) - 1),
    )


def _refuse_empty(
    engine: Engine, name: str, frames: int, *, partial: bool, black: bool
) -> list[str]:
    """Raise where there is nothing an analysis could be about; else say what else is odd."""
    if partial and not engine.customers:
        raise InputError(f"{name}: stopped before a customer's face was found; nothing is saved.")
    if frames < 2:
        raise InputError(
            f"{name}: expected a video, found a single picture.",
            "Movement needs at least two pictures at different times.",
        )
    if not engine.tracks and black:
        raise NoFaceFound(
            f"{name}: no face was found, all of its {frames} pictures are black.",
            "Was the lens covered, or the light off? Look at the recording in a player.",
        )
    if not engine.tracks:
        raise NoFaceFound(
            f"{name}: no face was found in any of its {frames} pictures.",
            "Looked for are faces towards the camera with at least 20 pixels between the inner "
            "eye corners.",
        )
    notes = [] if partial else _check_roles(engine, name)
    if not engine.customers:
        known = ", ".join(str(face_id) for face_id in sorted(engine.tracks))
        word = "face" if len(engine.tracks) == 1 else "faces"
        raise InputError(
            f"{name}: no customer among the {word} in it ({known}), so nothing is measured.",
            "Only customers are measured; say who they are with --role.",
        )
    return notes


def _check_roles(engine: Engine, name: str) -> list[str]:
    """Complain about roles of faces that never came; only note it where no customer is missing."""
    try:
        engine.check_roles()
    except UsageError as error:
        roles = engine.settings.role
        customers = [face for face, role in roles.items() if role == "customer"]
        missing = [f for f in customers if f.isdecimal() and int(f) not in engine.tracks]
        if missing or not customers or not engine.customers:
            raise RolesNeeded(f"{name}: {error.message}", error.hint) from None
        return [error.message]
    return []
