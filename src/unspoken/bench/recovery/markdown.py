"""Figures of recovery runs as Markdown tables for the documentation.

``python -m unspoken.bench.recovery.markdown RUN`` prints the tables of a run's ``figures.json``;
``python -m unspoken.bench.recovery.markdown RUN PAGE.md MARK`` puts them into a page, between
``<!-- MARK -->`` and ``<!-- end of MARK -->``, in place of those that were there. With ``--beside``
in front, only what sets the spotters of the run beside each other.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from unspoken.bench.doc_page import print_or_put
from unspoken.bench.recovery.figures import ALL
from unspoken.errors import InputError, UsageError

__all__ = ["beside", "main", "tables"]

Row = dict[str, Any]


def tables(document: Row, outcomes: Iterable[Row] = ()) -> str:
    """All tables of one run.

    Parameters
    ----------
    document : dict
        What ``figures.json`` holds.
    outcomes : iterable of dict
        Rows of ``planted.csv``, for what was found clip by clip.

    Returns
    -------
    str
        Markdown.
    """
    spotters = document["spotters"]
    engine = spotters["engine"]
    parts = [
        _clips(document, outcomes),
        _cells(engine),
        _alarms(engine),
        _timing(engine),
        _units(engine),
    ]
    parts.append(_stated(engine))
    parts += [_beside(engine, other, name) for name, other in spotters.items() if name != "engine"]
    return "\n\n".join(part for part in parts if part)


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    body = [f"| {' | '.join(row)} |" for row in rows]
    if not body:
        return ""
    rule = "|" + " --- |" * len(heads)
    return "\n".join([f"**{title}**", "", f"| {' | '.join(heads)} |", rule, *body])


def _number(value: float | None, places: int = 2) -> str:
    known = value is not None and math.isfinite(value)
    return f"{value:.{places}f}" if known else "-"


def _share(row: Row) -> str:
    return f"{100 * row['rate']:.0f} % ({100 * row['low']:.0f}-{100 * row['high']:.0f})"


def _clips(document: Row, outcomes: Iterable[Row]) -> str:
    counted: dict[str, list[bool]] = {}
    for row in outcomes:
        if row["occupied"] == "0":
            counted.setdefault(row["clip"], []).append(row["detected_50"] == "1")
    rows = []
    for clip in document["clips"]:
        own = counted.get(clip["key"], [])
        rows.append(
            (
                clip["name"],
                f"{clip['frames'] / clip['rate_hz']:.0f} s",
                f"{clip['rate_hz']:.0f}",
                f"{clip['icd_px']:.0f}",
                f"{clip['planted']}",
                f"{sum(own)} of {len(own)}" if own else "-",
            )
        )
    heads = (
        *("clip", "length", "pictures a second", "inner eye corners, pixels", "planted"),
        "found, of those that count",
    )
    return _table("Footage", heads, rows)


def _cells(engine: Row) -> str:
    rows = [
        (
            row["footage"],
            row["part"],
            f"{row['peak_icd']:g}",
            f"{1000 * row['duration_s']:.0f} ms",
            f"{row['found']} of {row['planted']}",
            _share(row),
            _number(row["f1"]),
        )
        for row in engine["cells"]
        if row["footage"] != "all" and (row["part"] == "all" or row["footage"] == "talking")
    ]
    heads = ("footage", "part of the face", "ICD", "lasting", "found", "share (95 %)", "F1")
    return _table("Found, by size and length", heads, rows)


def _alarms(engine: Row) -> str:
    rows = []
    for row in engine["alarms"]:
        rate = row["rate"]
        if rate["exposure_s"] > 0:
            interval = f"{_number(rate['low'])}-{_number(rate['high'])}"
            per_min = f"{_number(rate['per_min'])} ({interval})"
            minutes = _number(rate["exposure_s"] / 60.0, 1)
            rows.append((row["footage"], row["kind"], f"{rate['count']}", minutes, per_min))
    heads = ("footage", "kind", "reported", "minutes", "a minute (95 %)")
    return _table("Reported on the untouched copies", heads, rows)


def _timing(engine: Row) -> str:
    rows = [
        (
            row["footage"],
            row["point"],
            f"{row['errors']['count']}",
            f"{_number(row['errors']['median_abs_ms'], 0)} ms",
            _number(row["errors"]["median_abs_frames"]),
            f"{_number(row['errors']['bias_ms'], 0)} ms",
        )
        for row in engine["timing"]
        if row["errors"]["count"]
    ]
    heads = ("footage", "instant", "found", "median error", "in frames", "median late")
    return _table("Timing of what was found", heads, rows)


def _units(engine: Row) -> str:
    rows = [
        (
            row["footage"],
            f"{row['detections']}",
            _number(row["precision"]),
            _number(row["recall"]),
            _number(row["f1"]),
            f"{_number(100 * (row['side_right'] or 0.0), 0)} % of {row['side_coded']}",
        )
        for row in engine["units"]
        if row["detections"]
    ]
    heads = ("footage", "found", "precision", "recall", "F1", "side right")
    return _table("Action units of what was found", heads, rows)


def _stated(engine: Row) -> str:
    rows = [(ALL, *_against(step)) for step in engine["reliability"]]
    rows += [
        (row["footage"], *_against(row["step"])) for row in engine["asked"] if row["footage"] != ALL
    ]
    heads = ("footage", "stated at most, a minute", "observed", "observed over stated (95 %)")
    return _table("Stated against observed false alarms, untouched copies", heads, rows)


def _against(step: Row) -> tuple[str, str, str]:
    return (
        f"{step['stated_per_min']:g}",
        f"{step['observed']['count']} in {step['observed']['exposure_s'] / 60:.1f} min",
        f"{_number(step['ratio'])} ({_number(step['low'])}-{_number(step['high'])})",
    )


def _beside(engine: Row, other: Row, name: str) -> str:
    theirs = {(row["footage"], row["kind"], row["overlap"]): row for row in other["spotting"]}
    rows = []
    for row in engine["spotting"]:
        their = theirs.get((row["footage"], row["kind"], row["overlap"]))
        if their is None or row["overlap"] != 0.5:
            continue
        rows.append(
            (
                row["footage"],
                row["kind"],
                *(
                    f"{_number(one['precision'])} / {_number(one['recall'])}"
                    for one in (row, their)
                ),
                *(f"{_number(one['f1'])}" for one in (row, their)),
            )
        )
    heads = ("footage", "kind", "ours: precision / recall", f"{name}", "ours: F1", f"{name}: F1")
    return _table(f"Beside the published spotter ({name}), overlap 0.5", heads, rows)


def beside(document: Row, spent_s: Row) -> str:
    """Only the tables that set other spotters beside the engine, and the time each took.

    Parameters
    ----------
    document : dict
        What ``figures.json`` holds.
    spent_s : dict of str to float
        What ``seconds.json`` holds.

    Raises
    ------
    UsageError
        If the run had no other spotter.
    """
    spotters = document["spotters"]
    others = {name: other for name, other in spotters.items() if name != "engine"}
    if not others:
        raise UsageError("The run has no other spotter.", "Run it with --baseline.")
    parts = [_beside(spotters["engine"], other, name) for name, other in others.items()]
    times = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in spent_s.items())
    return "\n\n".join([*parts, f"Time for measuring and spotting, on one machine: {times}."])


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({error}).") from error


def _read(run: Path) -> Row:
    path = run / "figures.json"
    document = _json(path)
    if not isinstance(document, dict) or document.get("schema") != "unspoken.recovery":
        raise InputError(f"{path} holds no figures of a recovery run.")
    return document


def _planted(run: Path) -> list[Row]:
    path = run / "planted.csv"
    try:
        return list(csv.DictReader(path.read_text("utf-8").splitlines()))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({error}).") from error


def main(arguments: Sequence[str]) -> int:
    """Print or put; 0, or 2 with a sentence when the input does not fit."""
    if list(arguments[:1]) == ["--beside"]:
        return print_or_put(
            arguments[1:], lambda run: beside(_read(run), _json(run / "seconds.json"))
        )
    return print_or_put(arguments, lambda run: tables(_read(run), _planted(run)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
