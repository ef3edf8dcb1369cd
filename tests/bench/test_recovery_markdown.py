"""Tables for the documentation: what they say, and that a page is never half written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from unspoken.bench.doc_page import put_between
from unspoken.bench.recovery.markdown import beside, main, tables
from unspoken.errors import UsageError

RATE = {"count": 3, "exposure_s": 120.0, "per_min": 1.5, "low": 0.31, "high": 4.38}
CELL = {
    **{"footage": "still", "part": "all", "duration_s": 0.2, "peak_icd": 0.03, "planted": 10},
    **{"found": 9, "rate": 0.9, "low": 0.6, "high": 0.98, "interval": "trials", "f1": 0.93},
}
SPOTTING = {"footage": "still", "kind": "micro", "overlap": 0.5, "precision": 0.9, "recall": 0.8}
ERRORS = {"count": 9, "median_abs_ms": 7.4, "median_abs_frames": 0.22, "bias_ms": -2.0}


STEP = {"stated_per_min": 0.5, "observed": RATE, "ratio": 3.0, "low": 0.62, "high": None}


def document() -> dict[str, Any]:
    engine = {
        "cells": [CELL, CELL | {"footage": "all"}, CELL | {"part": "upper"}],
        "alarms": [{"footage": "still", "kind": "micro", "rate": RATE}],
        "timing": [{"footage": "still", "point": "apex", "errors": ERRORS}],
        "units": [],
        "reliability": [
            STEP,
        ],
        "asked": [{"footage": "all", "step": STEP}, {"footage": "still", "step": STEP}],
        "spotting": [SPOTTING | {"f1": 0.85}, SPOTTING | {"overlap": 0.3, "f1": 0.99}],
    }
    other = {"spotting": [SPOTTING | {"precision": 0.1, "recall": 0.2, "f1": None}]}
    clip = {
        "key": "01-a",
        "name": "a.mp4",
        "frames": 1800,
        "rate_hz": 30.0,
        "icd_px": 47.5,
        "planted": 26,
    }
    spotters = {"engine": engine, "flow": other}
    return {"schema": "unspoken.recovery", "clips": [clip], "spotters": spotters}


def test_every_table_has_its_rows() -> None:
    counts = [("0", "1"), ("0", "0"), ("1", "1")]
    planted = [{"clip": "01-a", "occupied": o, "detected_50": d} for o, d in counts]
    lines = tables(document(), planted).splitlines()
    # What lies on something that was there before does not count.
    assert "| a.mp4 | 60 s | 30 | 48 | 26 | 1 of 2 |" in lines
    assert "| a.mp4 | 60 s | 30 | 48 | 26 | - |" in tables(document()).splitlines()
    assert "| still | all | 0.03 | 200 ms | 9 of 10 | 90 % (60-98) | 0.93 |" in lines
    assert "| still | micro | 3 | 2.0 | 1.50 (0.31-4.38) |" in lines
    assert "| still | apex | 9 | 7 ms | 0.22 | -2 ms |" in lines
    assert "| all | 0.5 | 3 in 2.0 min | 3.00 (0.62--) |" in lines
    assert "| still | 0.5 | 3 in 2.0 min | 3.00 (0.62--) |" in lines
    assert "| still | micro | 0.90 / 0.80 | 0.10 / 0.20 | 0.85 | - |" in lines
    # Classes together, parts of still faces and other overlaps would only repeat.
    assert sum(line.startswith("| still |") for line in lines) == 5


def test_tables_replace_what_stood_between_the_marks(tmp_path: Path) -> None:
    (tmp_path / "figures.json").write_text(json.dumps(document()))
    (tmp_path / "planted.csv").write_text("clip,occupied,detected_50\n")
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- here -->\nold\n<!-- end of here -->\nafter\n")
    assert main([str(tmp_path), str(page), "here"]) == 0
    text = page.read_text()
    assert text.startswith("before\n<!-- here -->\n\n**Footage**")
    assert text.endswith("<!-- end of here -->\nafter\n") and "old" not in text


def test_two_spotters_are_set_beside_each_other_with_their_times() -> None:
    text = beside(document(), {"engine": 62.04, "published": 518.85})
    assert "**Beside the published spotter" in text and "**Footage**" not in text
    assert text.endswith("engine 62 s, published 519 s.")
    alone = document()
    alone["spotters"] = {"engine": alone["spotters"]["engine"]}
    with pytest.raises(UsageError, match="no other spotter"):
        beside(alone, {})


@pytest.mark.parametrize("page", ["nothing", "<!-- x -->", "<!-- end of x --><!-- x -->"])
def test_a_page_without_both_marks_is_refused(page: str) -> None:
    with pytest.raises(UsageError, match="no place"):
        put_between(page, "x", "table")


def test_a_folder_without_a_run_gets_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 2
    assert "figures.json cannot be read" in capsys.readouterr().err
    (tmp_path / "figures.json").write_text("[]")
    assert main([str(tmp_path)]) == 2
    assert main([]) == 2
