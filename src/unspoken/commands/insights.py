"""``unspoken insights``: many folders of results in, one report and its tables out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from unspoken.batch import cleared_on_failure
from unspoken.commands.faults import say, tell
from unspoken.errors import OutputError, UsageError
from unspoken.insight import words
from unspoken.insight.folders import load_interactions
from unspoken.insight.study import Question, study

__all__ = ["insights_command"]


def insights_command(
    places: Sequence[str],
    out: Path,
    question: Question,
    *,
    skip: bool,
    each_its_own: bool,
    quiet: bool,
    as_json: bool,
) -> int:
    """Compute a study, write its report and tables, and print the three sentences.

    Returns
    -------
    int
        0.

    Raises
    ------
    UsageError, InputError, OutputError
        When the question cannot be answered or the results cannot be written; what was in `out`
        before stays as it was.
    """
    if not 0.0 < question.false_discoveries < 1.0:
        raise UsageError(
            f"--false-discoveries must lie between 0 and 1, found {question.false_discoveries:g}."
        )
    if out.exists() and not out.is_dir():
        raise OutputError(f"{out} is a file; a folder was expected there.", "Choose another --out.")
    loaded = load_interactions(places, skip=skip, each_its_own=each_its_own)
    found = study(loaded.interactions, question, loaded.notes)

    from unspoken.report.insights import write_study

    with cleared_on_failure(out):
        page = write_study(found, out)
    if not quiet:
        for note in found.notes:
            say(note)
    sentences = words.headline(found)
    if as_json:
        named = [
            {
                "grouping": r.grouping,
                "level": r.level,
                "measure": r.measure,
                "verdict": r.verdict,
                "rate_ratio": words.number(r.comparison.ratio.value),
                "interval": words.span(r.comparison.ratio),
                "customers": r.customers,
                "minutes": round(r.minutes, 3),
            }
            for r in found.standing_out
        ]
        tell(
            json.dumps(
                {"report": str(page), "sentences": sentences, "stands_out": named},
                indent=1,
                ensure_ascii=False,
            )
        )
        return 0
    if not quiet:
        tell("\n".join(sentences))
    tell(str(page))
    return 0
