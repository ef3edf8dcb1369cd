"""Figures of an evidence run as a Markdown table for the documentation.

``python -m unspoken.bench.evidence.markdown RUN`` prints it; with ``PAGE.md MARK`` behind, it goes
into a page, between ``<!-- MARK -->`` and ``<!-- end of MARK -->``, in place of what was there.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from unspoken.bench.doc_page import print_or_put
from unspoken.errors import InputError

__all__ = ["main", "table"]

_HEADS = (
    *("back end", "footage", "movements", "gain", "largest cross-talk"),
    *("within one error: 0.1, 0.2, 0.3, 0.5 s", "noise over bound", "ms a frame"),
)
_LAGS = ("noise, 0.1 s", "noise, 0.2 s", "noise, 0.3 s", "noise, 0.5 s")


def table(document: dict[str, Any], spent_ms: dict[str, float]) -> str:
    """The table of one run.

    Parameters
    ----------
    document : dict
        What ``evidence.json`` holds.
    spent_ms : dict of str to float
        What ``milliseconds.json`` holds.

    Returns
    -------
    str
        Markdown.
    """
    lines = [f"| {' | '.join(_HEADS)} |", "|" + " --- |" * len(_HEADS)]
    for one in document["figures"]:
        within = {row["what"]: row["within"]["value"] for row in one["calibration"]}
        cells = (
            one["backend"],
            one["footage"],
            f"{one['plantings']}",
            _number(one["gain"]["value"], 2),
            _number(one["cross_talk"]["value"], 2),
            ", ".join(_percent(within.get(lag)) for lag in _LAGS),
            _number(one["over_bound"]["value"], 1),
            _number(spent_ms.get(one["backend"]), 1),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _number(value: float | None, places: int) -> str:
    return f"{value:.{places}f}" if value is not None and math.isfinite(value) else "-"


def _percent(value: float | None) -> str:
    return f"{100 * value:.0f} %" if value is not None and math.isfinite(value) else "-"


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({error}).") from error
    if not isinstance(document, dict):
        raise InputError(f"{path} holds no figures of an evidence run.")
    return document


def main(arguments: Sequence[str]) -> int:
    """Print or put; 0, or 2 with a sentence when the input does not fit."""
    return print_or_put(arguments, _of_run)


def _of_run(run: Path) -> str:
    document = _read(run / "evidence.json")
    if document.get("schema") != "unspoken.evidence":
        raise InputError(f"{run / 'evidence.json'} holds no figures of an evidence run.")
    return table(document, _read(run / "milliseconds.json"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
