"""The table of an evidence run: what it says, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from unspoken.bench.evidence.markdown import main, table

VALUE = {"value": 0.876, "low": 0.8, "high": 0.9}
NONE = {"value": None, "low": None, "high": None}
WITHIN = [
    {"what": f"noise, {lag} s", "count": 9, "within": {"value": share}, "ratio": 1.0}
    for lag, share in (("0.1", 0.76), ("0.2", 0.705), ("0.3", 0.6), ("0.5", None))
]
FIGURES = {
    **{"backend": "direct", "footage": "still", "plantings": 7, "gain": VALUE},
    **{"cross_talk": NONE, "calibration": WITHIN, "over_bound": {"value": 9.14}},
}
DOCUMENT = {"schema": "unspoken.evidence", "figures": [FIGURES]}


def test_a_row_says_what_the_run_found() -> None:
    row = table(DOCUMENT, {"direct": 2.14}).splitlines()[-1]
    assert row == "| direct | still | 7 | 0.88 | - | 76 %, 70 %, 60 %, - | 9.1 | 2.1 |"


def test_the_table_goes_into_its_place_in_a_page(tmp_path: Path) -> None:
    (tmp_path / "evidence.json").write_text(json.dumps(DOCUMENT))
    (tmp_path / "milliseconds.json").write_text("{}")
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- parts -->\nold\n<!-- end of parts -->\nafter\n")
    assert main([str(tmp_path), str(page), "parts"]) == 0
    text = page.read_text()
    assert "| direct | still |" in text and "old" not in text
    assert text.startswith("before\n") and text.endswith("after\n")


@pytest.mark.parametrize("held", ["", "[]", '{"schema": "unspoken.recovery"}'])
def test_what_is_no_evidence_run_is_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], held: str
) -> None:
    (tmp_path / "evidence.json").write_text(held)
    (tmp_path / "milliseconds.json").write_text("{}")
    assert main([str(tmp_path)]) == 2
    assert "evidence.json" in capsys.readouterr().err
