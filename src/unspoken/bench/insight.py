"""``unspoken bench insight``: how well and how fast studies are judged whose truth is known."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from unspoken.bench.insight_folders import write_hours
from unspoken.bench.insight_study import RATES, Plan, shuffled, simulate
from unspoken.bench.metrics.intervals import wilson_interval
from unspoken.bench.processes import measure_process
from unspoken.errors import UsageError
from unspoken.filing import Batch
from unspoken.insight.interactions import Interaction
from unspoken.insight.study import Question, Study, study

__all__ = ["Coverage", "Recovery", "Speed", "coverage", "insight_bench", "recovery", "speed"]

_QUESTION = Question(by=("step",))
#: What is planted; the text is for the table.
_PLANTED: tuple[tuple[str, Plan], ...] = (
    ("40 customers, 5 times as often", Plan()),
    ("40 customers, 3 times", Plan(share=0.5, extra_per_min=0.6)),
    ("40 customers, twice", Plan(share=0.5, extra_per_min=0.3)),
    ("40 customers of 1 to 4 interactions, twice", Plan(share=0.5, extra_per_min=0.3, visits=4)),
    (
        "40 customers of 1 to 4 interactions, twice for everybody",
        Plan(share=0.0, times=2.0, visits=4),
    ),
    ("12 customers, 5 times", Plan(customers=12)),
    ("40, one of them frowns 100 times as often, 5 times", Plan(frowner=100.0)),
)
_NOTHING: tuple[tuple[str, Plan, bool], ...] = (
    ("40 customers, planted, labels shuffled", Plan(), True),
    ("12 customers, planted, labels shuffled", Plan(customers=12), True),
    ("40 customers, nothing planted", Plan(planted=""), False),
    ("40, nothing planted, one frowns 100 times as often", Plan(planted="", frowner=100.0), False),
)
#: Fewer customers than make a group cannot be compared.
_LEAST_HOURS = 30
_SIZES, _SPREADS = (6, 10, 20, 40), (2.0, 1.0, 0.5)


@dataclass(frozen=True, slots=True)
class Recovery:
    """One kind of study, simulated many times.

    Parameters
    ----------
    what : str
        In words.
    studies : int
        How many.
    named, others : float
        Share of the studies in which the planted step was named for confusion; and in which
        anything was named that was not planted.
    held : float
        Share in which the 95 % interval of the rate ratio holds the truth; NaN without truth.
    truth : float
        That ratio.
    """

    what: str
    studies: int
    named: float
    others: float
    held: float
    truth: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often 95 % intervals of rates hold the truth.

    Parameters
    ----------
    customers : int
        Per study.
    spread : float
        Shape of the gamma by which customers differ.
    intervals : int
        How many were made.
    held : float
        Share that holds the truth.
    """

    customers: int
    spread: float
    intervals: int
    held: float


@dataclass(frozen=True, slots=True)
class Speed:
    """One command over many interactions of an hour.

    Parameters
    ----------
    command : str
        What was run.
    interactions, moments : int
        How many, and how many moments in each.
    seconds, cpu_seconds : float
        Wall clock, and processor time of all threads.
    peak_mb : float
        Peak resident memory, 10^6 bytes.
    others : float
        Share of the machine other processes used meanwhile, 0..1; NaN where unknown.
    """

    command: str
    interactions: int
    moments: int
    seconds: float
    cpu_seconds: float
    peak_mb: float
    others: float


def recovery(what: str, plan: Plan, studies: Iterable[int], *, shuffle: bool = False) -> Recovery:
    """Simulate one kind of study many times and count what is named.

    Parameters
    ----------
    what : str
        For the table.
    plan : Plan
        What is simulated.
    studies : iterable of int
        Seeds.
    shuffle : bool
        Exchange the labels of the steps first, so that there is nothing to find.
    """
    named = others = held = done = 0
    truth = plan.true_ratio if plan.planted and not shuffle else float("nan")
    for seed in studies:
        found = _answer(plan, seed, shuffle)
        hits = {(r.level, r.measure) for r in found.standing_out}
        # Every frown is a micro-expression too, so those are planted along with it.
        planted = set() if shuffle else {(plan.planted, "confusion"), (plan.planted, "micro")}
        named += (plan.planted, "confusion") in hits & planted
        others += bool(hits - planted)
        held += any(
            r.comparison.ratio.holds(truth)
            for r in found.groups
            if (r.level, r.measure) == (plan.planted, "confusion")
        )
        done += 1
    share = held / done if truth == truth else float("nan")
    return Recovery(what, done, named / done, others / done, share, truth)


def _answer(plan: Plan, seed: int, shuffle: bool) -> Study:
    made: list[Interaction] = simulate(plan, seed)
    return study(shuffled(made, seed) if shuffle else made, _QUESTION)


def coverage(customers: int, spread: float, studies: Iterable[int]) -> Coverage:
    """How often the intervals of rates per step hold the truth.

    Parameters
    ----------
    customers : int
        Per study.
    spread : float
        Shape of the gamma by which customers differ.
    studies : iterable of int
        Seeds.
    """
    held = made = 0
    plan = Plan(customers=customers, spread=spread, planted="")
    for seed in studies:
        for result in _answer(plan, seed, False).groups:
            if result.measure in RATES:
                held += result.rate.holds(RATES[result.measure])
                made += 1
    return Coverage(customers, spread, made, held / made if made else float("nan"))


def speed(folder: Path, interactions: int, moments: int, seed: int) -> list[Speed]:
    """Write interactions of one hour and measure the commands over them, each on its own.

    Parameters
    ----------
    folder : Path
        For about 0.6 MB an interaction.
    interactions, moments : int
        How many, and moments in each.
    seed : int
        Which.
    """
    results = folder / "results"
    write_hours(results, interactions, moments, seed)
    read = ["read", str(results), "--quiet"]
    compare = ["insights", str(results), "--by", "step", "--by", "product"]
    compare += ["--out", str(folder / "insights"), "--quiet"]
    return [
        _measured("unspoken read", read, interactions, moments),
        _measured("unspoken insights", compare, interactions, moments),
    ]


def _measured(name: str, arguments: list[str], interactions: int, moments: int) -> Speed:
    used = measure_process([sys.executable, "-m", "unspoken", *arguments])
    others = float("nan") if used.others is None else used.others
    return Speed(name, interactions, moments, used.wall_s, used.cpu_s, used.peak_rss_mb, others)


def insight_bench(
    out: Path | None, *, quick: bool, seed: int, hours: int, studies: bool = True
) -> int:
    """Run everything, print tables, and write the figures where asked.

    Parameters
    ----------
    out : Path or None
        JSON file.
    quick : bool
        A few studies of each kind.
    seed : int
        First seed.
    hours : int
        Interactions of an hour for the speed measurement; 0 leaves it out.
    studies : bool
        Whether studies are simulated at all.

    Returns
    -------
    int
        0.

    Raises
    ------
    UsageError
        When nothing is left to do, or too few hours are asked for.
    """
    if not (studies or hours):
        raise UsageError(
            "--no-studies leaves the studies out, and no speed was asked for.",
            "Add --hours 1000, or leave --no-studies out.",
        )
    if 0 < hours < _LEAST_HOURS:
        raise UsageError(
            f"--hours {hours}: so few interactions are not compared.",
            f"Ask for {_LEAST_HOURS} or more, or for 0 to leave the measurement out.",
        )
    document: dict[str, object] = {"seed": seed}
    document |= _studies(seed, quick=quick) if studies else {}
    fast: list[Speed] = []
    if hours:
        with tempfile.TemporaryDirectory(prefix="unspoken-insight-") as folder:
            fast = speed(Path(folder), hours, 300, seed)
        _print_speed(fast)
    document["speed"] = [_plain(item) for item in fast]
    if out is not None:
        with Batch(out.parent) as batch:
            batch.add_bytes(out.name, (json.dumps(document, indent=1) + "\n").encode())
    return 0


def _studies(seed: int, *, quick: bool) -> dict[str, object]:
    """Simulate the studies and print what was found; the figures as plain values."""
    studies, nothing, covered = (3, 5, 2) if quick else (300, 300, 120)
    found = [recovery(what, plan, _seeds(seed, studies)) for what, plan in _PLANTED]
    _print_recovery(found)
    quiet = [
        recovery(what, plan, _seeds(seed, nothing), shuffle=mixed) for what, plan, mixed in _NOTHING
    ]
    _print_quiet(quiet)
    held = [coverage(size, spread, _seeds(seed, covered)) for spread in _SPREADS for size in _SIZES]
    _print_coverage(held)
    return {
        "recovery": [_plain(item) for item in found],
        "nothing to find": [_plain(item) for item in quiet],
        "coverage": [_plain(item) for item in held],
    }


def _seeds(first: int, count: int) -> range:
    return range(first, first + count)


def _plain(item: Recovery | Coverage | Speed) -> dict[str, object]:
    values = {name: getattr(item, name) for name in item.__slots__}
    return {k: None if isinstance(v, float) and v != v else v for k, v in values.items()}


def _percent(value: float) -> str:
    return f"{100.0 * value:.1f} %"


def _of_studies(value: float, studies: int) -> str:
    """A share of independent studies with Wilson's 95 % interval."""
    if value != value:
        return "-"
    low, high = wilson_interval(round(value * studies), studies)
    return f"{_percent(value)} ({100.0 * low:.1f} to {100.0 * high:.1f})"


def _table(title: str, headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """Print as Markdown, so that figures can be quoted as they are."""
    print(f"\n{title}\n\n| {' | '.join(headings)} |\n|{'---|' * len(headings)}")
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)


def _print_recovery(found: list[Recovery]) -> None:
    _table(
        "A step at which some frown more (shares of studies with 95 % intervals):",
        ("study", "studies", "named", "something else named", "interval holds the truth"),
        (
            (
                r.what,
                str(r.studies),
                *(_of_studies(value, r.studies) for value in (r.named, r.others, r.held)),
            )
            for r in found
        ),
    )


def _print_quiet(quiet: list[Recovery]) -> None:
    _table(
        "Nothing to find (shares with 95 % intervals, as above):",
        ("study", "studies", "something named"),
        ((r.what, str(r.studies), _of_studies(r.others, r.studies)) for r in quiet),
    )


def _print_coverage(held: list[Coverage]) -> None:
    _table(
        "95 % intervals of rates that hold the truth:",
        ("customers", "shape of the spread", "intervals", "held"),
        ((str(c.customers), f"{c.spread:g}", str(c.intervals), _percent(c.held)) for c in held),
    )


def _print_speed(fast: list[Speed]) -> None:
    _table(
        "Speed:",
        ("command", "hours", "moments each", "s", "s of processor", "peak MB", "others used"),
        (
            (
                s.command,
                str(s.interactions),
                str(s.moments),
                f"{s.seconds:.1f}",
                f"{s.cpu_seconds:.1f}",
                f"{s.peak_mb:.0f}",
                "-" if s.others != s.others else _percent(s.others),
            )
            for s in fast
        ),
    )
