"""The command line of the academy. Heavy imports wait until they are needed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from unspoken.commands.lessons_app import course_app, export_drill, export_lesson, lesson_app

__all__ = ["academy_app", "register"]

academy_app = typer.Typer(
    help="Train people to see micro-expressions, with faces that do not exist.",
    invoke_without_command=True,
)
academy_app.add_typer(lesson_app, name="lesson")
academy_app.add_typer(course_app, name="course")
academy_app.command("export-lesson")(export_lesson)
academy_app.command("export-drill")(export_drill)
Data = Annotated[
    Path | None,
    typer.Option(
        "--data", help="Folder for your results. Default: the data folder of your account."
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]


@academy_app.callback()
def academy(
    context: typer.Context,
    data: Data = None,
    port: Annotated[
        int | None,
        typer.Option(
            "--port", min=0, max=65535, help="Port on this machine; 8737 or any free one."
        ),
    ] = None,
    interactions: Annotated[
        Path | None,
        typer.Option(
            "--interactions", help="Folder with results of analyses, to practise observation with."
        ),
    ] = None,
    show_video: Annotated[
        bool,
        typer.Option(
            "--show-video",
            help="Show recordings themselves, too, where the customer agreed to that.",
        ),
    ] = False,
    open_page: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the academy in the browser.")
    ] = True,
    lessons: Annotated[
        list[Path] | None,
        typer.Option(
            "--lessons", help="Folder with lessons and courses of your own; may be given again."
        ),
    ] = None,
) -> None:
    """Open the academy: lessons, drills, tests and your own results, on this machine alone.

    Stop it with Ctrl-C.
    """
    if context.invoked_subcommand is None:
        from unspoken.commands.academy_serve import academy_command

        code = academy_command(
            data,
            port,
            open_page=open_page,
            lessons=lessons or [],
            interactions=interactions,
            show_video=show_video,
        )
        raise typer.Exit(code)


@academy_app.command()
def render(
    film: Annotated[Path, typer.Argument(help="A film: a JSON file, see docs/faces.md.")],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", help="Clip to write (face.mp4), or a folder for pictures."),
    ],
    quiet: Quiet = False,
) -> None:
    """Draw a film of synthetic faces into a clip or a folder of pictures.

    Needs Chromium or Chrome; nothing is sent or fetched.
    """
    from unspoken.commands.academy import render_command

    raise typer.Exit(render_command(film, out, quiet=quiet))


@academy_app.command("contact-sheet")
def contact_sheet(
    out: Annotated[Path, typer.Option("--out", "-o", help="Picture to write, PNG or JPEG.")],
    what: Annotated[
        Literal["neutral", "expressions", "faint", "units"],
        typer.Option(
            "--what",
            help="neutral: every face at rest. expressions: the seven at full strength. faint: at "
            "0.3. units: every action unit.",
        ),
    ] = "neutral",
    face: Annotated[
        list[str] | None, typer.Option("--face", help="Only this face; may be given several times.")
    ] = None,
    size: Annotated[
        int, typer.Option("--size", min=64, max=1024, help="Side of one picture, pixels.")
    ] = 256,
) -> None:
    """Draw all synthetic faces side by side, to judge them by eye."""
    from unspoken.commands.academy import contact_sheet_command

    raise typer.Exit(contact_sheet_command(out, what, face or [], size))


@academy_app.command()
def reenact(
    result: Annotated[Path, typer.Argument(help="Folder with the results of one recording.")],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            help="Clip (moment.mp4), film for the academy (moment.json), or a folder for both.",
        ),
    ],
    moment: Annotated[
        str, typer.Option("--moment", help="Only this event, as 1-3.", show_default="all of it")
    ] = "",
    around: Annotated[
        float, typer.Option("--around", min=0, max=60, help="Seconds before and after a moment.")
    ] = 1.5,
    start: Annotated[
        float | None, typer.Option("--start", help="Where to begin, seconds of the recording.")
    ] = None,
    end: Annotated[
        float | None, typer.Option("--end", help="Where to end, seconds of the recording.")
    ] = None,
    face_id: Annotated[
        int | None,
        typer.Option("--face", help="Track number; the customer measured longest if left out."),
    ] = None,
    person: Annotated[
        str,
        typer.Option(
            "--person",
            help="Who acts: a training face as on the contact sheet.",
            show_default="drawn by lot, never by likeness",
        ),
    ] = "",
    fps: Annotated[
        float | None,
        typer.Option(
            "--fps", min=1, max=1000, help="Pictures a second.", show_default="the recording's"
        ),
    ] = None,
    size: Annotated[
        int, typer.Option("--size", min=64, max=2048, help="Side of the picture, pixels, even.")
    ] = 512,
    quiet: Quiet = False,
) -> None:
    """Act what was measured with a face that does not exist, so that no customer is shown."""
    from unspoken.commands.academy_reenact import ReenactChoices, reenact_command

    choices = ReenactChoices(moment, around, start, end, face_id, person, fps, size // 2 * 2, quiet)
    raise typer.Exit(reenact_command(result, out, choices))


@academy_app.command()
def redact(
    results: Annotated[
        list[Path], typer.Argument(metavar="RESULT...", help="Folders with results of recordings.")
    ],
    quiet: Quiet = False,
) -> None:
    """Copy recordings for training with everybody but the customer blurred, without sound.

    --show-video shows the copy where others are in the picture and the customer alone agreed.
    """
    from unspoken.commands.academy_redact import redact_command

    raise typer.Exit(redact_command(results, quiet=quiet))


@academy_app.command("import-answers")
def import_answers(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help='Files that "Save my answers" of a drill wrote.'),
    ],
    data: Data = None,
    quiet: Quiet = False,
) -> None:
    """Take answers of drills in an exported folder into your own results, as practice.

    A file that was taken in before is not counted twice.
    """
    from unspoken.commands.academy_answers import import_answers_command

    raise typer.Exit(import_answers_command(files, data, quiet=quiet))


def register(bench_app: typer.Typer) -> None:
    """Add what is measured about the academy to ``unspoken bench``."""
    bench_app.command()(trials)
    bench_app.command()(coverage)


def trials(
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="JSON file to write the figures to.")
    ] = None,
    task: Annotated[
        list[str] | None,
        typer.Option("--task", help="identify or spot; may be given twice. Default: both."),
    ] = None,
    level: Annotated[
        list[str] | None,
        typer.Option("--level", help="Only this level; may be given several times."),
    ] = None,
    count: Annotated[
        int, typer.Option("--trials", min=1, max=10000, help="Trials per task and level.")
    ] = 100,
    distinct: Annotated[
        int,
        typer.Option(
            "--distinct", min=1, max=60, help="How many of them differ; each is drawn once."
        ),
    ] = 8,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Which faces and expressions.")] = 0,
) -> None:
    """Show trials in a browser without a window and count those shown exactly as planned.

    Needs Chromium or Chrome. Frame times are taken from the page and, from
    outside, from Chromium's display compositor.
    """
    from unspoken.commands.trials import trials_command

    raise typer.Exit(
        trials_command(out, task or [], level or [], trials=count, distinct=distinct, seed=seed)
    )


def coverage(
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="JSON file to write the figures to.")
    ] = None,
    learners: Annotated[
        int, typer.Option("--learners", min=8, max=100000, help="Simulated learners.")
    ] = 500,
    refresh: Annotated[
        float, typer.Option("--refresh", min=24, max=500, help="Rate of their display, Hz.")
    ] = 60.0,
    face_spread: Annotated[
        float,
        typer.Option(
            "--face-spread", min=0, max=2, help="How unequally hard faces are: 0.2 is 20 %."
        ),
    ] = 0.2,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Which learners.")] = 1,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes.")] = 2,
    quiet: Quiet = False,
) -> None:
    """Let simulated learners take tests, and count how often intervals hold the truth.

    Takes some minutes for 500 learners.
    """
    from unspoken.commands.coverage import coverage_command

    raise typer.Exit(
        coverage_command(out, learners, refresh, face_spread, seed, workers, quiet=quiet)
    )
