"""The command line of lessons and courses. Heavy imports wait until they are needed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

__all__ = ["course_app", "export_drill", "export_lesson", "lesson_app"]

lesson_app = typer.Typer(help="Lessons: Markdown files with faces in them.", no_args_is_help=True)
course_app = typer.Typer(help="Courses: lessons, drills and videos in a row.", no_args_is_help=True)
Size = Annotated[
    int, typer.Option("--size", min=64, max=1024, help="Side of a face's picture, pixels; even.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
CourseName = Annotated[
    str, typer.Argument(metavar="COURSE", help="A course file, or the name of one that ships.")
]


@lesson_app.command("check")
def check_lesson(
    path: Annotated[
        Path, typer.Argument(metavar="FILE_OR_FOLDER", help="A lesson, or a folder of them.")
    ],
) -> None:
    """Read lessons as the academy would, and tell every fault with its line."""
    from unspoken.commands.lessons import check_lessons_command

    raise typer.Exit(check_lessons_command(path))


@course_app.command("check")
def check_course(course: CourseName) -> None:
    """Read a course with its lessons and videos, and tell every fault with its line."""
    from unspoken.commands.lessons import check_course_command

    raise typer.Exit(check_course_command(course))


@course_app.command("export")
def export_course(
    course: CourseName,
    out: Annotated[Path, typer.Option("--out", "-o", help="New folder to write.")],
    size: Size = 400,
    quiet: Quiet = False,
) -> None:
    """Write a course as a folder of pages that open from a USB stick, without a server.

    Faces become clips; this takes some seconds each, and needs Chromium or Chrome.
    """
    from unspoken.commands.lessons import export_course_command

    raise typer.Exit(export_course_command(course, out, size, quiet=quiet))


def export_lesson(
    lesson: Annotated[
        str, typer.Argument(metavar="LESSON", help="A lesson file, or the name of one that ships.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Clip to write: lesson.mp4.")],
    captions: Annotated[
        Literal["burnt", "file", "both"],
        typer.Option(
            "--captions",
            help="burnt: in the picture. file: beside it, as .vtt. both: in both places.",
        ),
    ] = "burnt",
    height: Annotated[
        int, typer.Option("--height", min=240, max=2160, help="Of the picture, pixels; even.")
    ] = 720,
    narrate: Annotated[
        bool,
        typer.Option("--narrate", help="Let espeak-ng read the words aloud."),
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Draw a lesson into a clip: title, text, moving faces, questions with their answers."""
    from unspoken.commands.lessons import export_lesson_command

    raise typer.Exit(
        export_lesson_command(lesson, out, captions, height, narrate=narrate, quiet=quiet)
    )


def export_drill(
    out: Annotated[Path, typer.Option("--out", "-o", help="Clip to write: drill.mp4.")],
    task: Annotated[
        Literal["identify", "spot"],
        typer.Option("--task", help="identify: which expression. spot: whether and where."),
    ] = "identify",
    level: Annotated[
        Literal["plain", "head", "speech", "three_quarter", "faint", "mixed"],
        typer.Option("--level", help="How it is shown, as in the drills."),
    ] = "plain",
    duration_ms: Annotated[
        float,
        typer.Option(
            "--duration", min=17, max=500, help="Of a flash, ms; rounded to 60 pictures a second."
        ),
    ] = 200.0,
    rounds: Annotated[
        int, typer.Option("--rounds", min=1, max=6, help="Each has ten faces (spot: eleven).")
    ] = 1,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Which faces, in which order.")] = 0,
    captions: Annotated[
        bool, typer.Option("--captions/--no-captions", help="Write the words beside it, as .vtt.")
    ] = True,
    height: Annotated[
        int, typer.Option("--height", min=240, max=2160, help="Of the picture, pixels; even.")
    ] = 720,
    quiet: Quiet = False,
) -> None:
    """Draw a drill for a group into a clip: a face, time to answer, and what it was, slowly."""
    from unspoken.commands.lessons import DrillChoices, export_drill_command

    choices = DrillChoices(task, level, duration_ms / 1000, rounds, seed, height, captions, quiet)
    raise typer.Exit(export_drill_command(out, choices))
