"""What the command line offers over many interactions; joined to the app in `unspoken.cli`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

__all__ = ["register"]

Results = Annotated[
    list[str],
    typer.Argument(help="Folders of results, or folders of such folders.", show_default=False),
]
Skip = Annotated[
    bool, typer.Option("--skip", help="Leave out results that cannot be used, and say which.")
]
EachItsOwn = Annotated[
    bool,
    typer.Option(
        "--each-its-own",
        help="Interactions without a customer's pseudonym are different customers.",
    ),
]
By = Annotated[
    list[str] | None,
    typer.Option(
        "--by",
        help="What to group by: step, topic or another kind of segment; the key of a tag, as in "
        "product or tag:product; before:2026-03-01; signal for no groups. May be given several "
        "times. Default: step, where there are steps.",
    ),
]
Measure = Annotated[
    list[str] | None,
    typer.Option(
        "--measure",
        help="What to count: a signal such as confusion, micro, macro, an action unit such as "
        "AU4, an emotion. May be given several times. Default: all signals, and micro.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]


def _insights(
    results: Results,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for the report and its tables.")
    ] = Path("insights"),
    by: By = None,
    measure: Measure = None,
    reference: Annotated[
        str,
        typer.Option(
            "--reference", help="Compare every group with this one, not with all the others."
        ),
    ] = "",
    false_discoveries: Annotated[
        float,
        typer.Option("--false-discoveries", help="Share of what is named that may be chance."),
    ] = 0.05,
    each_its_own: EachItsOwn = False,
    skip: Skip = False,
    quiet: Quiet = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the outcome as JSON, for other programs.")
    ] = False,
) -> None:
    """Find where customers showed something, over many interactions.

    Writes insights.html to read, and rates, contrasts, outcomes and moments
    as tables. Customers are the unit; groups under five are not shown.
    """
    from unspoken.commands.insights import insights_command
    from unspoken.insight.study import Question

    question = Question(tuple(by or ()), tuple(measure or ()), reference, false_discoveries)
    raise typer.Exit(
        insights_command(
            results,
            out,
            question,
            skip=skip,
            each_its_own=each_its_own,
            quiet=quiet,
            as_json=as_json,
        )
    )


def _reel(
    results: Results,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the clips.")] = Path("reel"),
    by: By = None,
    measure: Measure = None,
    top: Annotated[int, typer.Option("--top", min=1, max=50, help="Moments to cut out.")] = 10,
    around: Annotated[
        float,
        typer.Option("--around", min=0.0, max=15.0, help="Seconds before and after a moment."),
    ] = 3.0,
    redact: Annotated[
        Literal["blur", "landmarks", "none"],
        typer.Option(
            "--redact",
            help="blur: every face is made unrecognisable; where a face is lost, the whole "
            "picture. landmarks: nothing but the moving outlines of faces. none: faces stay "
            "visible; only with the consent of everyone in the picture.",
        ),
    ] = "blur",
    each_its_own: EachItsOwn = False,
    skip: Skip = False,
    quiet: Quiet = False,
) -> None:
    """Cut the moments most worth a look out of the recordings, faces redacted.

    Clips start and end at exact frames. Sound is left out.
    """
    from unspoken.commands.reel import ReelChoices, reel_command
    from unspoken.insight.study import Question

    question = Question(tuple(by or ()), tuple(measure or ()))
    choices = ReelChoices(top, around, redact, skip, each_its_own, quiet)
    raise typer.Exit(reel_command(results, out, question, choices))


def _bench_insight(
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="JSON file to write the figures to.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Few studies: a smoke test.")] = False,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Which studies.")] = 0,
    hours: Annotated[
        int,
        typer.Option(
            "--hours",
            min=0,
            help="Also measure speed over so many interactions of an hour (30 or more).",
        ),
    ] = 0,
    no_studies: Annotated[
        bool, typer.Option("--no-studies", help="Leave the studies out: speed alone.")
    ] = False,
) -> None:
    """Simulate studies with known truth: what is named, how often intervals hold, how fast."""
    from unspoken.bench.insight import insight_bench

    raise typer.Exit(
        insight_bench(out, quick=quick, seed=seed, hours=hours, studies=not no_studies)
    )


def register(app: typer.Typer, bench: typer.Typer) -> None:
    """Add the commands."""
    app.command("insights")(_insights)
    app.command("reel")(_reel)
    bench.command("insight")(_bench_insight)
