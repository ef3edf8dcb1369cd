"""More pictures a second: the table, and one short clip from film to count."""

from __future__ import annotations

from pathlib import Path

import pytest

from unspoken.bench.frame_rates import Rated, main, markdown, measure_rate, script_of


def test_gain_is_told_beside_the_root_of_the_rates() -> None:
    rows = [
        Rated("nearly lossless", 30.0, 0.020, 3, 13, 0),
        Rated("nearly lossless", 120.0, 0.010, 9, 13, 1),
        Rated("H.264 crf 20", 30.0, 0.030, 1, 13, 0),
    ]
    lines = markdown(rows, 0.012).splitlines()
    assert lines[3] == "| nearly lossless | 120 | 0.0100 | 2.00 | 2.00 | 9 of 13 | 1 |"
    assert lines[4] == "| H.264 crf 20 | 30 | 0.0300 | 1.00 | 1.00 | 1 of 13 | 0 |"


def test_movements_that_are_large_enough_are_found(tmp_path: Path) -> None:
    found = measure_rate("nearly lossless", 25.0, 0.06, tmp_path, seconds=9.0)
    assert found.planted == len(script_of(0.06, 9.0).events) == 2
    assert found.found == 2
    assert 0.002 < found.smallest_icd < 0.06
    assert list(tmp_path.iterdir()) == []


def test_the_page_must_have_a_place_for_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("no place here\n")
    assert main(["--rates", "25", "--page", str(page)]) == 2
    assert "<!-- rates -->" in capsys.readouterr().err
    assert page.read_text() == "no place here\n"
