"""The tables of a study: Parquet and CSV, with documented columns.

``python -m unspoken.insight.tables`` prints the page docs/insight-tables.md; a test fails when the
page is out of date.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable
from typing import Any

import polars as pl

from unspoken.insight.standing_out import VERDICTS, GroupResult
from unspoken.insight.study import Study
from unspoken.tables import Column, DType

__all__ = ["TABLES", "dictionary", "frames", "table_files"]

_F: DType = "float64"
_I: DType = "int32"
_T: DType = "text"
_POLARS: dict[DType, Any] = {"float64": pl.Float64, "int32": pl.Int32, "text": pl.String}


def _column(name: str, kind: DType, unit: str, meaning: str, missing: str = "never") -> Column:
    return Column(name, kind, unit, meaning, missing)


_GROUP = (
    _column("grouping", _T, "-", "What was grouped by; `everything` for no groups."),
    _column("level", _T, "-", "The group: a step, a product, a segment ..."),
    _column(
        "measure",
        _T,
        "-",
        "What was counted: a signal, `micro`, `macro`, an action unit, an emotion.",
    ),
)
_SIDE, _UNSEEN = "not compared", "no exposure"
RATES = (
    *_GROUP,
    _column(
        "customers",
        _I,
        "-",
        "Customers of whom it could have been seen in the group: 5 or more, or 0 where hands "
        "hid it so often that it is not shown.",
    ),
    _column("interactions", _I, "-", "Interactions with measured time in the group."),
    _column(
        "minutes",
        _F,
        "min",
        "Exposure: time in which the moment could have been seen, none of it behind a hand.",
    ),
    _column("moments", _I, "-", "How many were seen."),
    _column("rate_per_min", _F, "1/min", "Moments per minute of exposure.", _UNSEEN),
    _column(
        "rate_low", _F, "1/min", "Lower end of its 95 % interval, clustered by customer.", _UNSEEN
    ),
    _column("rate_high", _F, "1/min", "Upper end.", f"no upper limit, or {_UNSEEN}"),
    _column("customers_showing", _I, "-", "Customers who showed it at least once."),
    _column("share_showing", _F, "0..1", "The same as a share of the customers.", _UNSEEN),
    _column("share_low", _F, "0..1", "Lower end of its 95 % interval.", _UNSEEN),
    _column("share_high", _F, "0..1", "Upper end.", _UNSEEN),
)
CONTRASTS = (
    *_GROUP,
    _column(
        "compared_with",
        _T,
        "-",
        "The groups it is compared with, joined by a bar.",
        "nothing to compare with",
    ),
    _column("design", _T, "-", "`within` the same customers, or `between` different ones.", _SIDE),
    _column("customers", _I, "-", "Customers in the comparison, in this group."),
    _column("customers_other", _I, "-", "Customers in the comparison, in the others."),
    _column("moments", _I, "-", "Moments of those customers in this group."),
    _column("moments_other", _I, "-", "Moments of those customers in the others."),
    _column("minutes", _F, "min", "Exposure of those customers in this group."),
    _column("minutes_other", _F, "min", "Exposure of those customers in the others."),
    _column(
        "rate_ratio",
        _F,
        "ratio",
        "Rate here over the rate there; 1 is no difference.",
        f"{_SIDE}, or nothing on the other side",
    ),
    _column("ratio_low", _F, "ratio", "Lower end of its 95 % interval.", _SIDE),
    _column("ratio_high", _F, "ratio", "Upper end.", f"{_SIDE}, or no upper limit"),
    _column("p_value", _F, "0..1", "Two-sided, of this comparison alone.", _SIDE),
    _column(
        "p_adjusted", _F, "0..1", "Adjusted for all tests of the study (Benjamini-Hochberg).", _SIDE
    ),
    _column("verdict", _T, "-", "; ".join(f"`{k}`: {v}" for k, v in VERDICTS.items()) + "."),
    _column(
        "visible_ratio",
        _F,
        "ratio",
        "Smallest ratio above 1 that would have been found four times out of five.",
        "unknown",
    ),
    _column(
        "customers_needed",
        _I,
        "-",
        "Customers with whom a doubling would be found four times out of five.",
        "unknown",
    ),
    _column(
        "reason", _T, "-", "Why there is not enough data, and what is missing.", "there is enough"
    ),
)
OUTCOMES = (
    _column("measure", _T, "-", "What was counted."),
    _column("outcome", _T, "-", "Of the context: csat, nps, bought ..."),
    _column(
        "method",
        _T,
        "-",
        "`rank correlation` (Spearman, -1..1; 0 is none), or `pairs`: of all pairs of a customer "
        "with and one without the outcome, the share in which the one with it shows more (0..1; "
        "0.5 is none).",
    ),
    _column("customers", _I, "-", "Customers whose outcome is known."),
    _column("customers_with", _I, "-", "Those who have it.", "the outcome is a number"),
    _column("minutes", _F, "min", "Their exposure."),
    _column("estimate", _F, "-", "See `method`.", "not enough data"),
    _column("low", _F, "-", "Lower end of its 95 % interval.", "not enough data"),
    _column("high", _F, "-", "Upper end.", "not enough data"),
    _column("p_value", _F, "0..1", "Two-sided, of this test alone.", "not enough data"),
    _column("p_adjusted", _F, "0..1", "Adjusted for all tests of the study.", "not enough data"),
    _column(
        "reason", _T, "-", "Why there is not enough data, and what is missing.", "there is enough"
    ),
)
MOMENTS = (
    _column(
        "rank",
        _I,
        "-",
        "From 1: first what belongs to a group that stands out, then the strongest signals; at "
        "most three of one customer.",
    ),
    _column("customer", _T, "-", "Pseudonym."),
    _column("interaction", _T, "-", "Folder of the interaction."),
    _column("folder", _T, "-", "Its path."),
    _column("moment_id", _T, "-", "Which moment there."),
    _column("kind", _T, "-", "micro or macro."),
    _column("start_s", _F, "s", "When it starts, on the recording's own clock."),
    _column("apex_s", _F, "s", "When it is strongest."),
    _column("end_s", _F, "s", "When it is over."),
    _column("signal", _T, "-", "The strongest signal it supports.", "none"),
    _column("strength", _F, "0..1", "Of that signal."),
    _column("rarity", _F, "-", "How unusual it is for this person; 0 where unknown."),
    _column(
        "action_units",
        _T,
        "parts of full displacement",
        "Amplitudes, as in events.csv.",
        "none stands out",
    ),
    _column("where", _T, "-", "Groups it lies in, joined by a bar.", "none"),
    _column(
        "in_insight",
        _T,
        "-",
        "`yes` where it belongs to a group and measure that stand out.",
        "it does not",
    ),
    _column("said", _T, "-", "What was said just before.", "no transcript"),
    _column("reading", _T, "-", "What it may mean, in a sentence.", "no reading"),
    _column("response", _T, "-", "What the playbook suggests to do.", "no suggestion"),
)
#: Tables by file name, without ending.
TABLES: dict[str, tuple[Column, ...]] = {
    "rates": RATES,
    "contrasts": CONTRASTS,
    "outcomes": OUTCOMES,
    "moments": MOMENTS,
}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _rate_row(r: GroupResult) -> dict[str, Any]:
    return {
        "grouping": r.grouping,
        "level": r.level,
        "measure": r.measure,
        "customers": r.customers,
        "interactions": r.interactions,
        "minutes": r.minutes,
        "moments": r.moments,
        "rate_per_min": _finite(r.rate.value),
        "rate_low": _finite(r.rate.low),
        "rate_high": _finite(r.rate.high),
        "customers_showing": r.showing,
        "share_showing": _finite(r.share.value),
        "share_low": _finite(r.share.low),
        "share_high": _finite(r.share.high),
    }


def _contrast_row(r: GroupResult) -> dict[str, Any]:
    c = r.comparison
    return {
        "grouping": r.grouping,
        "level": r.level,
        "measure": r.measure,
        "compared_with": "|".join(r.compared_with),
        "design": c.design,
        "customers": c.customers,
        "customers_other": c.customers_other,
        "moments": c.moments,
        "moments_other": c.moments_other,
        "minutes": c.minutes,
        "minutes_other": c.minutes_other,
        "rate_ratio": _finite(c.ratio.value),
        "ratio_low": _finite(c.ratio.low),
        "ratio_high": _finite(c.ratio.high),
        "p_value": _finite(c.p_value),
        "p_adjusted": _finite(r.p_adjusted),
        "verdict": r.verdict,
        "visible_ratio": _finite(c.visible_ratio),
        "customers_needed": c.customers_needed or None,
        "reason": c.reason,
    }


def frames(study: Study) -> dict[str, pl.DataFrame]:
    """The four tables of a study, with the columns of `TABLES`; each may be empty."""
    rows: dict[str, Iterable[dict[str, Any]]] = {
        "rates": [_rate_row(r) for r in (*study.overall, *study.groups)],
        "contrasts": [_contrast_row(r) for r in study.groups],
        "outcomes": [
            {
                "measure": a.measure,
                "outcome": a.outcome,
                "method": a.method,
                "customers": a.customers,
                "customers_with": a.customers_with if a.method == "pairs" else None,
                "minutes": a.minutes,
                "estimate": _finite(a.estimate.value),
                "low": _finite(a.estimate.low),
                "high": _finite(a.estimate.high),
                "p_value": _finite(a.p_value),
                "p_adjusted": _finite(a.p_adjusted),
                "reason": a.reason,
            }
            for a in study.associations
        ],
        "moments": [
            {
                "rank": r.rank,
                "customer": r.customer,
                "interaction": r.interaction,
                "folder": str(r.moment.folder),
                "moment_id": r.moment.moment_id,
                "kind": r.moment.kind,
                "start_s": r.moment.start_s,
                "apex_s": r.moment.apex_s,
                "end_s": r.moment.end_s,
                "signal": r.moment.signal,
                "strength": r.moment.strength,
                "rarity": r.moment.rarity,
                "action_units": "|".join(
                    f"{unit}:{value:.3f}" for unit, value in r.moment.action_units.items()
                ),
                "where": "|".join(r.where),
                "in_insight": "yes" if r.in_insight else "",
                "said": r.moment.said,
                "reading": r.moment.reading,
                "response": r.moment.response,
            }
            for r in study.moments
        ],
    }
    return {
        name: pl.DataFrame(
            list(rows[name]), schema={c.name: _POLARS[c.dtype] for c in columns}, orient="row"
        )
        for name, columns in TABLES.items()
    }


def table_files(study: Study) -> dict[str, bytes]:
    """The tables as files: ``rates.csv``, ``rates.parquet`` and so on."""
    files: dict[str, bytes] = {}
    for name, frame in frames(study).items():
        parquet = io.BytesIO()
        frame.write_parquet(parquet, compression="zstd")
        files[f"{name}.parquet"] = parquet.getvalue()
        files[f"{name}.csv"] = frame.write_csv(float_precision=6, null_value="").encode(
            "utf-8", "backslashreplace"
        )
    return files


def _rows(columns: tuple[Column, ...]) -> str:
    head = "| column | type | unit | meaning | empty means |\n|---|---|---|---|---|\n"
    return head + "\n".join(
        f"| `{c.name}` | {c.dtype} | {c.unit} | {c.meaning.replace('|', chr(92) + '|')} "
        f"| {c.when_empty} |"
        for c in columns
    )


_ABOUT = {
    "rates": "A row per group and measure: how often, and by how many customers.",
    "contrasts": "A row per group and measure: this group beside the others.",
    "outcomes": "A row per measure and outcome, by customer. Association, not cause.",
    "moments": "The moments most worth a look, best first; at most 50.",
}


def dictionary() -> str:
    """The page docs/insight-tables.md."""
    parts = [
        "# The tables of a study\n\n"
        "`unspoken insights` writes four tables beside its report, each as Parquet and as CSV "
        "(UTF-8, comma, one header line, numbers to six decimals). This page is written by "
        "`python -m unspoken.insight.tables` from the lists the writer uses; a test fails when it "
        "is out of date. What the numbers mean is told in [Insights](insights.md)."
    ]
    for name, columns in TABLES.items():
        parts.append(f"\n## {name}.parquet, {name}.csv\n\n{_ABOUT[name]}\n\n{_rows(columns)}")
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    print(dictionary(), end="")
