"""``unspoken academy lesson check``, ``course check|export``, ``export-lesson|export-drill``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import Progress

from unspoken.academy.curriculum import part_title
from unspoken.academy.drill_film import plan_drill, render_drill
from unspoken.academy.lesson import Lesson
from unspoken.academy.lesson_film import render_lesson
from unspoken.academy.levels import level_named
from unspoken.academy.library import Library, check_lessons, find_course
from unspoken.academy.narration import Speaker
from unspoken.academy.people import Cast, load_people
from unspoken.commands.faults import tell

__all__ = [
    "DrillChoices",
    "check_course_command",
    "check_lessons_command",
    "export_course_command",
    "export_drill_command",
    "export_lesson_command",
]


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


@contextmanager
def _steps(name: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on a terminal, for a few long steps."""
    console = Console(stderr=True, quiet=quiet)
    hidden = quiet or not console.is_terminal
    with Progress(console=console, transient=True, disable=hidden) as shown:
        task = shown.add_task(name, total=None)

        def tick(done: int, total: int) -> None:
            shown.update(task, completed=done, total=total)

        yield tick


def _told(lesson: Lesson) -> str:
    kinds = [type(block).__name__ for block in lesson.blocks]
    parts = [_count(kinds.count("Face"), "face"), _count(kinds.count("Check"), "question")]
    parts += [_count(kinds.count("Video"), "video")] if "Video" in kinds else []
    return f"{lesson.name}: {lesson.head.title}, {lesson.head.minutes} min, {', '.join(parts)}"


def check_lessons_command(path: Path) -> int:
    """Read lessons and tell what they hold.

    Raises
    ------
    InputError, SourceNotFound
        If there is nothing, or with every fault.
    """
    for lesson in check_lessons(path):
        tell(_told(lesson))
    return 0


def check_course_command(named: str) -> int:
    """Read a course and tell its parts.

    Raises
    ------
    InputError, SourceNotFound, UsageError
        If there is none, or with every fault.
    """
    course, library = find_course(named)
    lessons = library.lessons()
    titles = {name: lesson.head.title for name, lesson in lessons.items()}
    minutes = sum(lessons[name].head.minutes for name in course.lessons)
    tell(f"{course.name}: {course.plan.title}, {_count(len(course.plan.parts), 'part')}")
    for number, part in enumerate(course.plan.parts, start=1):
        tell(f"{number:3}  {part.kind:11}  {part_title(part, titles)}")
    tell(f"Lessons take about {minutes} min.")
    return 0


def export_lesson_command(
    named: str, out: Path, captions: str, height: int, *, narrate: bool, quiet: bool
) -> int:
    """Draw a lesson into a clip.

    Raises
    ------
    InputError, OutputError, SourceNotFound, UsageError
        If there is no such lesson, no browser, or the place cannot be written to.
    """
    path = Path(named)
    is_file = bool(path.suffix) or path.exists()
    lesson = check_lessons(path)[0] if is_file else Library().lesson(named)
    speaker = Speaker() if narrate else None
    with _steps(out.name, quiet=quiet) as tick:
        made = render_lesson(
            lesson,
            out,
            height=height,
            burnt=captions != "file",
            beside=captions != "burnt",
            speaker=speaker,
            on_card=tick,
        )
    if not quiet:
        told = f"{out}: {made.seconds:.0f} s of {lesson.head.title!r}, with synthetic faces"
        tell(told if captions == "burnt" else f"{told}; captions in {out.with_suffix('.vtt')}")
    return 0


@dataclass(frozen=True)
class DrillChoices:
    """Options of ``export-drill``."""

    task: str
    level: str
    duration_s: float
    rounds: int
    seed: int
    height: int
    captions: bool
    quiet: bool


def export_drill_command(out: Path, choices: DrillChoices) -> int:
    """Draw a drill into a clip.

    Raises
    ------
    OutputError, UsageError
        If there is no browser, or the place cannot be written to.
    """
    level = level_named(choices.level)
    rng = np.random.default_rng(choices.seed)
    people = Cast.of(load_people()).training
    items = plan_drill(choices.task, level, people, choices.duration_s, choices.rounds, rng)
    title = f"Drill: {choices.task}, {level.title.lower()}"
    with _steps(out.name, quiet=choices.quiet) as tick:
        made = render_drill(
            choices.task,
            title,
            items,
            out,
            height=choices.height,
            captions=choices.captions,
            on_face=tick,
        )
    if not choices.quiet:
        told = f"{out}: {made.seconds:.0f} s, {_count(made.faces, 'synthetic face')}"
        tell(f"{told}; captions in {out.with_suffix('.vtt')}" if choices.captions else told)
    return 0


def export_course_command(named: str, out: Path, size: int, *, quiet: bool) -> int:
    """Write a course as a folder of pages that need no server.

    Raises
    ------
    InputError, OutputError, SourceNotFound, UsageError
        If there is no such course, no browser, or the place cannot be written to.
    """
    from unspoken.server.course_folder import write_course

    course, library = find_course(named)
    with _steps(out.name, quiet=quiet) as tick:
        clips = write_course(course, library, out, size=size, on_clip=tick)
    if not quiet:
        tell(f"{out / 'index.html'}: {_count(len(course.lessons), 'lesson')}, "
             f"{_count(clips, 'clip')} of synthetic faces")  # fmt: skip
    return 0
