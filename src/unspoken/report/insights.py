"""The report of a study: one offline HTML file, written for a manager first."""

from __future__ import annotations

import base64
import hashlib
import math
import os
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from unspoken import __version__
from unspoken.facs.units import UNIT_INDEX
from unspoken.filing import Batch
from unspoken.insight import words
from unspoken.insight.contrasts import LEAST_CUSTOMERS
from unspoken.insight.standing_out import GroupResult
from unspoken.insight.study import RankedMoment, Study
from unspoken.insight.tables import table_files
from unspoken.reading.wording import units_words
from unspoken.report.insight_charts import axis, dot, scale_of
from unspoken.timing import clock_text

__all__ = ["INSIGHTS_NAME", "render_study", "write_study"]

INSIGHTS_NAME = "insights.html"
#: Measures of a grouping that are unfolded at once.
_OPEN_MEASURES = 3
_TONES = {"more": "more", "less": "less"}


def _text(name: str) -> str:
    return resources.files("unspoken.report").joinpath(name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FunctionLoader(lambda name: _text(f"templates/{name}")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render_study(study: Study, out: Path) -> str:
    """Make the page.

    Parameters
    ----------
    study : Study
        What to show.
    out : Path
        The folder it will lie in, for links to the reports of single interactions.

    Returns
    -------
    str
        A complete HTML page. Its content security policy forbids every request and every script.
    """
    css = _text("static/insights.css")
    digest = base64.b64encode(hashlib.sha256(css.encode("utf-8")).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (
        _environment()
        .get_template("insights.html.j2")
        .render(**_values(study, out), css=Markup(css), policy=Markup(policy))
    )


def write_study(study: Study, out: Path) -> Path:
    """Write the report and the tables of a study, all or nothing.

    Returns
    -------
    Path
        The report.

    Raises
    ------
    OutputError
        When they cannot be written; what was there before stays as it was.
    """
    page = render_study(study, out).encode("utf-8", "replace")
    files = table_files(study)
    with Batch(out) as batch:
        batch.add_bytes(INSIGHTS_NAME, page)
        for name, content in files.items():
            batch.add_bytes(name, content)
    return out / INSIGHTS_NAME


def _values(study: Study, out: Path) -> dict[str, Any]:
    groupings = list(study.group_notes)
    return {
        "version": __version__,
        "headline": words.headline(study),
        "customers": words.plural(study.customers, "customer"),
        "interactions": words.plural(study.interactions, "interaction"),
        "hours": words.number(study.minutes / 60.0, 3),
        "notes": study.notes,
        "named": [_card(study, result) for result in study.standing_out],
        "groupings": [_grouping(study, name) for name in groupings],
        "overall": _measure_table(study.overall),
        "outcomes": [
            {
                "measure": _title(a.measure),
                "outcome": a.outcome,
                "text": words.association_sentence(a),
                "customers": words.plural(a.customers, "customer"),
                "minutes": words.number(a.minutes, 3),
                "p": "" if math.isnan(a.p_adjusted) else words.p_text(a.p_adjusted),
                "beyond_chance": a.p_adjusted <= study.question.false_discoveries,
            }
            for a in study.associations
        ],
        "moments": [_moment(ranked, out) for ranked in study.moments],
        "share": words.percent(study.question.false_discoveries),
        "least": LEAST_CUSTOMERS,
        "tests": sum(bool(r.comparison.design) for r in study.groups)
        + sum(not a.reason for a in study.associations),
    }


def _title(measure: str) -> str:
    return words.capital(words.measure_words(measure))


def _card(study: Study, result: GroupResult) -> dict[str, Any]:
    suggested = (
        m.moment.response
        for m in study.moments
        if m.moment.signal == result.measure and result.level in m.where and m.moment.response
    )
    return {
        "response": next(suggested, "") if result.verdict == "more" else "",
        "title": f"{_title(result.measure)} in \u201c{result.level}\u201d",
        "grouping": result.grouping,
        "tone": _TONES[result.verdict],
        "text": words.stands_out_sentence(result),
        "p": words.p_text(result.p_adjusted),
    }


def _grouping(study: Study, name: str) -> dict[str, Any]:
    results = [r for r in study.groups if r.grouping == name]
    by_measure: dict[str, list[GroupResult]] = {}
    for result in results:
        by_measure.setdefault(result.measure, []).append(result)
    order = sorted(
        by_measure.values(),
        key=lambda rows: (
            min((r.p_adjusted for r in rows if r.verdict in _TONES), default=1.0),
            -sum(r.moments for r in rows),
        ),
    )
    return {
        "name": name,
        "notes": study.group_notes[name],
        "measures": [
            {
                "name": _title(rows[0].measure),
                "open": number < _OPEN_MEASURES or any(r.verdict in _TONES for r in rows),
                "moments": words.plural(sum(r.moments for r in rows), "moment"),
                **_measure_table(rows),
            }
            for number, rows in enumerate(order)
        ],
    }


def _measure_table(results: Sequence[GroupResult]) -> dict[str, Any]:
    scale = scale_of([r.rate for r in results])
    return {
        "axis": Markup(axis(scale)),
        "rows": [
            {
                "level": r.level,
                "measure": _title(r.measure),
                "seen": not math.isnan(r.rate.value),
                "tone": _TONES.get(r.verdict, "same"),
                "chart": Markup(dot(r.rate, scale, _TONES.get(r.verdict, "same"))),
                "rate": words.number(r.rate.value),
                "span": words.span(r.rate),
                "moments": f"{r.moments:,}",
                "customers": f"{r.customers:,}",
                "minutes": words.number(r.minutes, 3),
                "showing": f"{r.showing} of {r.customers}",
                "share": f"{words.percent(r.share.value)} "
                f"({100.0 * r.share.low:.0f} to {words.percent(r.share.high)})",
                "ratio": words.ratio_text(r.comparison.ratio),
                "verdict": words.comparison_text(r),
            }
            for r in results
        ],
    }


def _moment(ranked: RankedMoment, out: Path) -> dict[str, Any]:
    moment = ranked.moment
    page = moment.folder / "report.html"
    units = units_words({u: a for u, a in moment.action_units.items() if u in UNIT_INDEX})
    return {
        "rank": ranked.rank,
        "signal": words.capital(moment.signal or moment.kind),
        "kind": moment.kind,
        "at": clock_text(moment.apex_s),
        "customer": ranked.customer,
        "interaction": ranked.interaction,
        "link": os.path.relpath(page, out).replace(os.sep, "/") if page.exists() else "",
        "where": ", ".join(ranked.where),
        "strength": f"{moment.strength:.2f}" if moment.signal else "",
        "units": units,
        "said": moment.said,
        "reading": moment.reading,
        "response": moment.response,
        "flags": ", ".join(flag.replace("_", " ") for flag in moment.flags),
        "in_insight": ranked.in_insight,
    }
