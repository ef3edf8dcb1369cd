"""The command line of reports and judgements; heavy imports wait until they are needed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

__all__ = ["register"]

_Result = Annotated[
    Path,
    typer.Argument(help="A folder of results, as results/my-video.", show_default=False),
]
_Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("report")(_report)
    app.command("judgements")(_judgements)


def _report(
    result: _Result,
    video: Annotated[
        Literal["link", "embed", "none"],
        typer.Option(
            "--video",
            help="The recording on the page. link: played from where it lies. embed: a small copy "
            "inside the page, which any browser plays. none: left out.",
        ),
    ] = "link",
    redact: Annotated[
        Literal["blur", "landmarks", "others"] | None,
        typer.Option(
            "--redact",
            help="Faces in an embedded copy. blur (the default): nobody can be recognised. "
            "landmarks: nothing but moving outlines. others: the customer stays visible, everybody "
            "else is blurred; only with the customer's consent. Staff are never shown.",
            show_default=False,
        ),
    ] = None,
    sound: Annotated[
        bool, typer.Option("--sound", help="Embed the sound too; voices can be recognised.")
    ] = False,
    pictures: Annotated[
        bool,
        typer.Option(
            "--pictures/--no-pictures", help="Key frames and slow loops of the customer's face."
        ),
    ] = True,
    source: Annotated[
        Path | None,
        typer.Option("--source", help="Where the recording is now, if it was moved."),
    ] = None,
    quiet: _Quiet = False,
) -> None:
    """Write the report of a result again, with context, signals and judgements added since."""
    from unspoken.commands.report import ReportChoices, report_command

    choices = ReportChoices(video, redact, sound, pictures)
    raise typer.Exit(report_command(result, choices, source=source, quiet=quiet))


def _judgements(
    result: _Result,
    file: Annotated[
        Path, typer.Argument(help="The judgements.json a report page saved.", show_default=False)
    ],
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Take the new word where somebody changed theirs."),
    ] = False,
) -> None:
    """Put judgements saved from a report page beside the result, checked and merged."""
    from unspoken.commands.report import judgements_command

    raise typer.Exit(judgements_command(result, file, replace_changed=replace))
