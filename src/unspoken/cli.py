"""The command line: a thin shell over the library. Heavy imports wait until they are needed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from unspoken import __version__
from unspoken.commands import academy_app, context_app, insight_app, reading_app, report_app
from unspoken.commands.evidence import evidence

__all__ = ["app", "main"]

app = typer.Typer(
    name="unspoken",
    help="Find micro-expressions in recorded video and code them in FACS. Everything stays on "
    "this machine.\n\nNew here? unspoken demo shows what it does; unspoken probe VIDEO tells "
    "whether a recording is good enough; unspoken analyze VIDEO does the work.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
bench_app = typer.Typer(
    help="Measure how fast Unspoken is on this machine, and how well it works.",
    no_args_is_help=True,
)
app.add_typer(bench_app, name="bench")
app.add_typer(academy_app.academy_app, name="academy")
bench_app.command()(evidence)

#: What the command line calls a setting, for messages about it.
_OPTION_OF = {
    "fps": "--fps",
    "false_alarms_per_min": "--false-alarms",
    "max_faces": "--max-faces",
    "crop_px": "--crop",
}


def _named(sources: list[str] | str) -> list[str] | str:
    """Refuse an empty name: a shell variable that was never set."""
    if "" in ([sources] if isinstance(sources, str) else sources):
        raise typer.BadParameter("expected the name of a video or a folder, found an empty text.")
    return sources


Sources = Annotated[
    list[str],
    typer.Argument(
        help="Video files, or folders with one picture per frame.",
        show_default=False,
        callback=_named,
    ),
]
Source = Annotated[
    str,
    typer.Argument(help="A video file, or a folder with one picture per frame.", callback=_named),
]
Result = Annotated[
    Path,
    typer.Argument(help="A folder of results, as results/my-video.", show_default=False),
]
Fps = Annotated[
    float | None,
    typer.Option(
        "--fps",
        help="Pictures a second. Needed for folders of pictures; videos have their own clock.",
    ),
]
Roles = Annotated[
    list[str] | None,
    typer.Option(
        "--role",
        help="Who is who: FACE=ROLE, where FACE is a number, left, right or all, and ROLE is "
        "customer, staff, bystander or unknown. May be given several times. Only customers are "
        "measured; a single face is the customer unless told otherwise.",
    ),
]
Backends = Literal["direct", "flow", "farneback", "points"]
MaxFaces = Annotated[int, typer.Option("--max-faces", help="Faces followed at the same time.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Json = Annotated[
    bool, typer.Option("--json", help="Print the outcome as JSON, for other programs.")
]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"unspoken {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None: ...


@app.command()
def analyze(
    sources: Sources,
    out: Annotated[
        Path,
        typer.Option("--out", "-o", help="Folder for results; each recording gets its own in it."),
    ] = Path("results"),
    role: Roles = None,
    fps: Fps = None,
    backend: Annotated[
        Backends,
        typer.Option(
            "--backend",
            help="How movement is measured. direct: alignment with a template. flow, farneback: "
            "dense optical flow. points: corners that are followed.",
        ),
    ] = "direct",
    false_alarms: Annotated[
        float,
        typer.Option(
            "--false-alarms",
            help="Events a minute you accept that are only noise, talk or head movement. This "
            "sets the threshold: fewer false alarms, and fewer events found.",
        ),
    ] = 0.5,
    protocol: Annotated[
        Literal["onset", "strict"],
        typer.Option(
            "--protocol",
            help="What counts as micro. onset: at most 0.3 s from onset to apex, or 0.5 s in "
            "total. strict: at most 0.5 s in total.",
        ),
    ] = "onset",
    max_faces: MaxFaces = 4,
    crop: Annotated[
        int,
        typer.Option(
            "--crop",
            help="Side of the aligned face picture that is measured, pixels. Larger is slower.",
        ),
    ] = 160,
    no_sound: Annotated[
        bool, typer.Option("--no-sound", help="Do not listen for voices on the sound track.")
    ] = False,
    no_report: Annotated[bool, typer.Option("--no-report", help="Leave report.html out.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Find expressions in recordings and write a report for each.

    The results of my-video.mp4 are in OUT/my-video/: report.html to read;
    events.csv, signals.parquet and analysis.json to compute with.
    """
    from unspoken.sight_start import worker_ahead

    with worker_ahead():
        from unspoken.commands.analyze import analyze_command
        from unspoken.commands.roles import parse_roles
        from unspoken.pipeline import make_settings

        settings = make_settings(
            role=parse_roles(role or []),
            fps=fps,
            backend=backend,
            false_alarms_per_min=false_alarms,
            protocol=protocol,
            max_faces=max_faces,
            crop_px=crop,
            sound=not no_sound,
            report=not no_report,
            names=_OPTION_OF,
        )
        raise typer.Exit(analyze_command(sources, out, settings, quiet=quiet, as_json=as_json))


@app.command()
def probe(sources: Sources, fps: Fps = None, as_json: Json = False) -> None:
    """Tell whether a recording's clock is good enough for micro-expressions.

    Rate, jitter, missing and repeated pictures, damage. Looks for no faces.
    """
    from unspoken.commands.probe import probe_command

    raise typer.Exit(probe_command(sources, fps, as_json=as_json))


@app.command()
def faces(
    source: Source,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Picture to write, PNG. Default: <name>-faces.png here."),
    ] = None,
    fps: Fps = None,
    max_faces: MaxFaces = 4,
) -> None:
    """Show who is in a recording, with the numbers that analyze --role takes.

    Writes a contact sheet (every face with its number) and prints who was in
    view when.
    """
    from unspoken.commands.faces import faces_command
    from unspoken.pipeline import make_settings

    settings = make_settings(fps=fps, max_faces=max_faces, names=_OPTION_OF)
    raise typer.Exit(faces_command(source, out, settings))


@app.command()
def demo(
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for the sample and its report.")
    ] = Path("demo"),
    open_report: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the report in the browser.")
    ] = True,
    quiet: Quiet = False,
) -> None:
    """Make a short sample with planted movements, analyse it, and compare."""
    from unspoken.commands.demo import demo_command

    raise typer.Exit(demo_command(out, open_report=open_report, quiet=quiet))


@bench_app.command()
def speed(
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="JSON file to write the figures to.")
    ] = None,
    peer: Annotated[
        Path | None,
        typer.Option("--peer", help="Python of an environment with mediapipe, to compare with."),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Short clips: a smoke test.")] = False,
) -> None:
    """Measure frames a second and peak memory on clips made on the spot."""
    from unspoken.bench.speed import speed_command

    raise typer.Exit(speed_command(out, peer, quick=quick))


@bench_app.command()
def recovery(
    clips: Annotated[
        list[str],
        typer.Argument(
            help="Video files, or folders of them.", show_default=False, callback=_named
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for plan, tables and page.")],
    quick: Annotated[
        bool, typer.Option("--quick", help="A small grid: tells that the bench works.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Which plan.")] = 0,
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=64, help="Copies worked on at the same time.")
    ] = 2,
    baseline: Annotated[
        bool, typer.Option("--baseline", help="Run the published spotter on the same copies.")
    ] = False,
    amplitudes: Annotated[
        str, typer.Option("--amplitudes", help="Largest displacements, ICD: 0.02,0.04")
    ] = "",
    durations: Annotated[
        str, typer.Option("--durations", help="Lengths of brief movements, seconds: 0.2,0.33")
    ] = "",
    long_durations: Annotated[
        str,
        typer.Option("--long-durations", help="Lengths of long movements, seconds; or none."),
    ] = "",
    plant: Annotated[
        list[str] | None,
        typer.Option("--plant", help="What to plant: AU4, AU12L, happiness, single, prototype."),
    ] = None,
    per_cell: Annotated[
        int | None,
        typer.Option("--per-cell", min=1, help="Movements per size, length and clip."),
    ] = None,
    copies: Annotated[
        int | None,
        typer.Option(
            "--copies",
            min=0,
            help="Planted copies per clip at most; 0 looks at false alarms alone.",
        ),
    ] = None,
    crf: Annotated[
        int | None,
        typer.Option("--crf", min=0, max=51, help="Quality of copies instead of the source's."),
    ] = None,
    footage: Annotated[
        str,
        typer.Option("--class", help="All clips are still, listening, talking, lively or small."),
    ] = "",
    footage_table: Annotated[
        Path | None, typer.Option("--classes", help="CSV with clip, start_s, end_s, class.")
    ] = None,
    keep_copies: Annotated[bool, typer.Option("--keep-copies", help="Keep the copies.")] = False,
    false_alarms: Annotated[float, typer.Option("--false-alarms", help="As in analyze.")] = 0.5,
    backend: Annotated[Backends, typer.Option("--backend", help="As in analyze.")] = "direct",
    fps: Fps = None,
) -> None:
    """Plant known movements into your own footage and count what is found.

    A run that was interrupted goes on when the same command is given again.
    """
    from unspoken.commands.recovery import Choices, recovery_command
    from unspoken.pipeline import make_settings

    settings = make_settings(
        false_alarms_per_min=false_alarms,
        backend=backend,
        fps=fps,
        report=False,
        names=_OPTION_OF,
    )
    choices = Choices(
        quick=quick,
        seed=seed,
        workers=workers,
        baseline=baseline,
        peaks=amplitudes,
        durations=durations,
        long_durations=long_durations,
        plant=tuple(plant or ()),
        per_cell=per_cell,
        copies=copies,
        crf=crf,
        footage=footage,
        footage_table=footage_table,
        keep_copies=keep_copies,
        settings=settings,
    )
    raise typer.Exit(recovery_command(clips, out, choices))


academy_app.register(bench_app)
insight_app.register(app, bench_app)
reading_app.register(app, bench_app)
context_app.register(app)
report_app.register(app)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : list of str, optional
        Without the program's name; from the command line where left out.

    Returns
    -------
    int
        0 done, 2 bad usage or input, 1 internal fault.
    """
    try:
        from unspoken.commands.faults import guarded

        return guarded(app, sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt:
        return 2  # so early, or so late, that there is nothing to say
