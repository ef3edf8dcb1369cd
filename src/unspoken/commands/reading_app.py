"""The command line of reading and playbooks; heavy imports wait until they are needed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["register"]

_Results = Annotated[
    list[str],
    typer.Argument(help="Folders of results, or a folder of such folders.", show_default=False),
]
_Json = Annotated[
    bool, typer.Option("--json", help="Print the outcome as JSON, for other programs.")
]
playbook_app = typer.Typer(
    help="Rules that turn moments into signals: list, show, check, try.", no_args_is_help=True
)
reading_app = typer.Typer(
    help="Emotion models of your own: train on labels, evaluate.", no_args_is_help=True
)


def register(app: typer.Typer, bench_app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command(name="read")(_read)
    app.add_typer(playbook_app, name="playbook")
    app.add_typer(reading_app, name="reading")
    bench_app.command(name="reading")(_bench)


def _read(
    results: _Results,
    playbook: Annotated[
        str | None,
        typer.Option("--playbook", help="Name of a playbook that ships, or a file."),
    ] = None,
    earlier: Annotated[
        list[str] | None,
        typer.Option(
            "--earlier",
            help="Folder with results of earlier interactions; those with the same customer "
            "pseudonym widen the person's own baseline. May be given several times.",
        ),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            "--model", help="Emotion model: an edited table (.yaml) or a trained one (.json)."
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only errors.")] = False,
    as_json: _Json = False,
) -> None:
    """Read emotions and signals of saved results again, with context and playbook as they are now.

    Writes moments.json beside each analysis.json. The recording is not needed.
    """
    from unspoken.commands.reading import read_command

    raise typer.Exit(
        read_command(results, playbook, earlier or (), model, quiet=quiet, as_json=as_json)
    )


@playbook_app.command(name="list")
def _list() -> None:
    """List the playbooks that come with Unspoken."""
    from unspoken.commands.playbooks import list_command

    raise typer.Exit(list_command())


@playbook_app.command(name="show")
def _show(name: Annotated[str, typer.Argument(help="Name of a playbook, or a file.")]) -> None:
    """Print a playbook, to copy and edit."""
    from unspoken.commands.playbooks import show_command

    raise typer.Exit(show_command(name))


@playbook_app.command(name="check")
def _check(files: Annotated[list[str], typer.Argument(help="Playbook files.")]) -> None:
    """Check playbooks: unknown words, impossible and contradictory rules, each with its line."""
    from unspoken.commands.playbooks import check_command

    raise typer.Exit(check_command(files))


@playbook_app.command(name="try")
def _try(
    file: Annotated[str, typer.Argument(help="Playbook to try: a file or a name.")],
    results: _Results,
    against: Annotated[
        str | None,
        typer.Option(
            "--against", help="Compare with this playbook instead of the signals as saved."
        ),
    ] = None,
    as_json: _Json = False,
) -> None:
    """Show, moment by moment, what a changed playbook would have changed. Writes nothing."""
    from unspoken.commands.playbooks import try_command

    raise typer.Exit(try_command(file, results, against, as_json=as_json))


@reading_app.command(name="train")
def _train(
    labels: Annotated[
        Path, typer.Argument(help="CSV with the columns result, event_id, label, and person.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Model to write, .json.")],
    folds: Annotated[
        int, typer.Option("--folds", min=2, help="Parts of the cross-validation by person.")
    ] = 5,
    name: Annotated[str, typer.Option("--name", help="What to call the model.")] = "own labels",
) -> None:
    """Train an emotion model on your own labels, cross-validated by person."""
    from unspoken.commands.reading_models import train_command

    raise typer.Exit(train_command(labels, out, folds, name))


@reading_app.command(name="evaluate")
def _evaluate(
    labels: Annotated[
        Path, typer.Argument(help="CSV with the columns result, event_id, label, and person.")
    ],
    model: Annotated[
        Path | None,
        typer.Option(
            "--model", help="Emotion model: an edited table (.yaml) or a trained one (.json)."
        ),
    ] = None,
    as_json: _Json = False,
) -> None:
    """Score an emotion model on labels: classes, log-loss, abstention, reliability."""
    from unspoken.commands.reading_models import evaluate_command

    raise typer.Exit(evaluate_command(labels, model, as_json=as_json))


def _bench(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for table and plot.")],
    events: Annotated[
        int, typer.Option("--events", min=200, help="Planted events per set and kind.")
    ] = 4000,
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="The set to fit on; the next one is scored.")
    ] = 0,
) -> None:
    """Plant events of known emotion with another generator, and compare stated with true."""
    from unspoken.bench.reading import reading_command

    raise typer.Exit(reading_command(out, events, seed))
