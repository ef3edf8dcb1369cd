"""``unspoken insights`` and ``unspoken reel`` from the outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from unspoken.bench.insight_folders import write_study
from unspoken.bench.insight_study import Plan
from unspoken.cli import main

FILES = {"insights.html"} | {
    f"{name}.{kind}"
    for name in ("rates", "contrasts", "outcomes", "moments")
    for kind in ("csv", "parquet")
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study") / "results"
    write_study(folder, Plan(), 3)
    return folder


def test_a_report_and_four_tables_are_written_and_three_sentences_said(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["insights", str(results), "--by", "step", "--out", str(out)]) == 0
    assert {path.name for path in out.iterdir()} == FILES
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 4
    assert "confusion in “price”" in said[0] and said[3] == str(out / "insights.html")


def test_other_programs_get_json(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["insights", str(results), "--out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["stands_out"][0]["level"] == "price" and len(told["sentences"]) == 3


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--by", "stepp"], 'Did you mean "step"'),
        (["--by", "employee"], "does not compare the people who serve"),
        (["--by", "before:soon"], "expected a date"),
        (["--measure", "boredom"], "was not seen"),
        (["--reference", "lunch"], "none of the groups"),
        (["--false-discoveries", "2"], "between 0 and 1"),
    ],
)
def test_what_cannot_be_answered_is_said_and_earlier_output_stays(
    results: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    said: str,
) -> None:
    (tmp_path / "insights.html").write_text("earlier", encoding="utf-8")
    assert main(["insights", str(results), "--out", str(tmp_path), *options]) == 2
    assert said in " ".join(capsys.readouterr().err.split())
    assert [path.name for path in tmp_path.iterdir()] == ["insights.html"]
    assert (tmp_path / "insights.html").read_text(encoding="utf-8") == "earlier"


def test_an_empty_folder_is_no_study(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["insights", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "no results in it" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_file_where_the_folder_should_be_is_left_alone(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    for command in ("insights", "reel"):
        assert main([command, str(results), "--out", str(tmp_path / "out")]) == 2
    assert (tmp_path / "out").read_text(encoding="utf-8") == "mine"
    assert "is a file" in capsys.readouterr().err


def test_a_reel_without_the_recordings_says_where_they_were(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "reel"
    assert main(["reel", str(results), "--out", str(out), "--top", "2", "--quiet"]) == 2
    assert "not at" in capsys.readouterr().err
    assert not out.exists()
