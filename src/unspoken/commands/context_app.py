"""The command line of context and exports; heavy imports wait until they are needed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

__all__ = ["register"]

Json = Annotated[
    bool, typer.Option("--json", help="Print the outcome as JSON, for other programs.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command(name="context")(_context)
    app.command(name="export")(_export)


def _context(
    result: Annotated[
        Path | None,
        typer.Argument(help="Folder with the results of one recording.", show_default=False),
    ] = None,
    timeline: Annotated[
        list[str] | None,
        typer.Option("--timeline", help="File with segments: steps, topics. May be repeated."),
    ] = None,
    transcript: Annotated[
        list[str] | None, typer.Option("--transcript", help="File with what was said.")
    ] = None,
    format_: Annotated[
        str, typer.Option("--format", help="Name of its format; known by its content otherwise.")
    ] = "",
    offset: Annotated[
        str,
        typer.Option(
            "--offset",
            help="Seconds to add to the files' times to get the recording's; or auto: found by "
            "comparing the transcript with the sound.",
        ),
    ] = "",
    unit: Annotated[
        Literal["", "s", "ms", "min", "h"],
        typer.Option("--unit", help="What bare numbers count.", show_default="seconds"),
    ] = "",
    recording_start: Annotated[
        str,
        typer.Option("--recording-start", help="Date and time at second 0, for files with dates."),
    ] = "",
    kind: Annotated[
        str, typer.Option("--kind", help="Kind of segments where the file does not say.")
    ] = "step",
    tier: Annotated[
        list[str] | None, typer.Option("--tier", help="ELAN tier to take. May be repeated.")
    ] = None,
    observation: Annotated[
        str, typer.Option("--observation", help="BORIS observation to take.")
    ] = "",
    encoding: Annotated[str, typer.Option("--encoding", help="As cp1252; UTF-8 otherwise.")] = "",
    speaker: Annotated[
        list[str] | None,
        typer.Option("--speaker", help="LABEL=ROLE: customer, staff or unknown. Repeatable."),
    ] = None,
    language: Annotated[str, typer.Option("--language", help="Of the transcript, as en.")] = "",
    tag: Annotated[
        list[str] | None,
        typer.Option("--tag", help="NAME=VALUE for the whole interaction. Empty removes it."),
    ] = None,
    outcome: Annotated[
        list[str] | None, typer.Option("--outcome", help="NAME=VALUE: csat=4, bought=yes.")
    ] = None,
    customer: Annotated[
        str | None, typer.Option("--customer", help="Pseudonym, the same in all interactions.")
    ] = None,
    consent: Annotated[
        list[str] | None,
        typer.Option(
            "--consent",
            help="training=DAY: the customer agreed then to be shown in training; training=no "
            "takes it back. Also until=DAY, covers=everyone, reference=WORDS.",
        ),
    ] = None,
    recognise: Annotated[
        str,
        typer.Option("--recognise", help="Folder with speech weights: make a transcript here."),
    ] = "",
    media: Annotated[
        str, typer.Option("--media", help="Where the recording is now, if it was moved.")
    ] = "",
    table: Annotated[
        str,
        typer.Option(
            "--table", help="CSV with a row per result: RESULT is the folder of them all."
        ),
    ] = "",
    clear: Annotated[bool, typer.Option("--clear", help="Forget the earlier context.")] = False,
    formats: Annotated[
        bool, typer.Option("--formats", help="List the formats that can be read.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Put a timeline, a transcript, tags and outcomes beside a result.

    Saved as context.json in the folder of the result. Without anything to add,
    shows what is there.
    """
    from unspoken.commands.context import ContextWishes, context_command, format_lines
    from unspoken.commands.faults import tell

    if formats:
        tell("\n".join(format_lines()))
        return
    if result is None:
        raise typer.BadParameter("expected the folder of a result.")
    wishes = ContextWishes(
        timelines=tuple(timeline or ()),
        transcripts=tuple(transcript or ()),
        format=format_,
        encoding=encoding,
        unit=unit,
        recording_start=recording_start,
        kind=kind,
        observation=observation,
        tiers=tuple(tier or ()),
        offset=offset,
        media=media,
        tags=tuple(tag or ()),
        outcomes=tuple(outcome or ()),
        speakers=tuple(speaker or ()),
        customer=customer,
        consents=tuple(consent or ()),
        language=language,
        recognise=recognise,
        clear=clear,
        as_json=as_json,
    )
    if table:
        from unspoken.commands.context_table import context_table_command

        raise typer.Exit(context_table_command(result, table, wishes))
    raise typer.Exit(context_command(result, wishes))


def _export(
    result: Annotated[Path, typer.Argument(help="Folder with the results of one recording.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write; a folder for tables.")],
    format_: Annotated[
        Literal[
            "elan",
            "boris",
            "webvtt",
            "webvtt-chapters",
            "webvtt-transcript",
            "openface",
            "csv",
            "parquet",
        ],
        typer.Option("--format", help="For which program.", show_default=False),
    ],
) -> None:
    """Write a result for ELAN, BORIS, video players or statistics programs."""
    from unspoken.commands.export import export_command

    raise typer.Exit(export_command(result, format_, out))
