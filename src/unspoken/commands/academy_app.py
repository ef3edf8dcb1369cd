"""The command line of the academy. Heavy imports wait until they are needed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

__all__ = ["academy_app", "register"]

academy_app = typer.Typer(
    help="Train people to see micro-expressions, with faces that do not exist.",
    invoke_without_command=True,
)
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]


@academy_app.callback()
def academy(
    context: typer.Context,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", help="Folder for your results. Default: the data folder of your account."
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            "--port", min=0, max=65535, help="Port on this machine; 8737 or any free one."
        ),
    ] = None,
    open_page: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the academy in the browser.")
    ] = True,
) -> None:
    """Open the academy: drills, tests and your own results, on this machine alone.

    Stop it with Ctrl-C.
    """
    if context.invoked_subcommand is None:
        from unspoken.commands.academy_serve import academy_command

        raise typer.Exit(academy_command(data, port, open_page=open_page))


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
