"""``unspoken academy reenact``: an analysed interaction, acted by a synthetic face."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from rich.console import Console

from unspoken.academy.film import Film
from unspoken.academy.reenactment import Look, reenact
from unspoken.academy.rendering import Studio, render_film
from unspoken.analysis import Analysis
from unspoken.commands.faults import say, tell
from unspoken.commands.progress import bar
from unspoken.errors import OutputError, UsageError
from unspoken.filing import Batch, writing
from unspoken.timing import Interval

__all__ = ["ReenactChoices", "reenact_command"]

_FILM, _CLIP = "film.json", "reenactment.mp4"
_CLIPS = {".mp4", ".mkv", ".mov"}


@dataclass(frozen=True, slots=True)
class ReenactChoices:
    """What the command line says beside the result and the place to write to."""

    moment: str = ""
    around_s: float = 1.5
    start_s: float | None = None
    end_s: float | None = None
    face_id: int | None = None
    person: str = ""
    fps: float | None = None
    size: int = 512
    quiet: bool = False


def reenact_command(result: Path, out: Path, choices: ReenactChoices) -> int:
    """Write a film file (``.json``), a clip, or a folder with both.

    Raises
    ------
    UsageError
        If the moment, face or person does not exist, or a clip is wanted and there is no browser.
    InputError, SourceNotFound
        If the result cannot be re-enacted.
    OutputError
        If it cannot be written; what was there before stays.
    """
    suffix = out.suffix.lower()
    if suffix and suffix != ".json" and suffix not in _CLIPS:
        raise UsageError(
            f"{out}: expected a name that ends in .json, .mp4, .mkv or .mov, or a folder; found "
            f"{out.suffix!r}."
        )
    analysis = Analysis.load(result)
    span = _span(analysis, choices)
    fps = None if choices.fps is None else Fraction(str(choices.fps)).limit_denominator(1001)
    film = reenact(
        analysis, span, _face(analysis, choices), Look(choices.person, fps, choices.size)
    )
    if suffix == ".json":
        _write_film(film, out)
        written = [out]
    else:
        written = _draw(film, out, choices.quiet)
    if not choices.quiet:
        _describe(film)
    for path in written:
        tell(str(path))
    return 0


def _span(analysis: Analysis, choices: ReenactChoices) -> Interval | None:
    bounds = (choices.start_s, choices.end_s)
    if choices.moment:
        if bounds != (None, None):
            raise UsageError("--moment and --start or --end: choose one of them.")
        event = next((e for e in analysis.events if e.event_id == choices.moment), None)
        if event is None:
            there = ", ".join(e.event_id for e in analysis.events if e.kind != "blink")
            raise UsageError(
                f"There is no moment {choices.moment!r}.", f"There are {there or 'none at all'}."
            )
        around = choices.around_s
        return Interval(event.onset_s - around, event.offset_s + around)
    if bounds == (None, None):
        return None
    start = analysis.clock.start_s if choices.start_s is None else choices.start_s
    end = analysis.clock.end_s + 1.0 if choices.end_s is None else choices.end_s
    if end <= start:
        raise UsageError(f"--start {start:g} has to lie before --end {end:g}.")
    return Interval(start, end)


def _face(analysis: Analysis, choices: ReenactChoices) -> int | None:
    """The face asked for; for a moment, the face it happened on."""
    if choices.face_id is not None or not choices.moment:
        return choices.face_id
    return next(e.face_id for e in analysis.events if e.event_id == choices.moment)


def _write_film(film: Film, out: Path) -> None:
    with Batch(out.parent) as batch:
        batch.add_bytes(out.name, _film_bytes(film))


def _film_bytes(film: Film) -> bytes:
    return (film.model_dump_json(exclude_defaults=True) + "\n").encode()


def _draw(film: Film, out: Path, quiet: bool) -> list[Path]:
    folder = not out.suffix
    if folder and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutputError(
            f"{out}: expected a new or an empty folder, found something in it.",
            "Name another folder, or a clip such as moment.mp4.",
        )
    clip = out / _CLIP if folder else out
    with Studio() as studio:
        if folder:
            with writing(out):
                out.mkdir(parents=True, exist_ok=True)
            _write_film(film, out / _FILM)
        with bar(Console(stderr=True, quiet=quiet), clip.name) as tick:
            render_film(film, clip, lambda done, total: tick(done, 0.0, total), studio)
    return [clip, out / _FILM] if folder else [clip]


def _describe(film: Film) -> None:
    part = film.faces[0]
    missing = sum(gap.end_s - gap.start_s for gap in part.gaps)
    start = film.starts_at_s or 0.0
    words = (
        f"{film.seconds:.1f} s from {start:.2f} s on, acted by {part.identity}, who does not exist"
    )
    if missing:
        words += f"; {missing:.1f} s of it were not measured and are grey"
    say(words + ". Movements within the error of the measurement are left out.")
