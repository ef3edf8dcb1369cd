"""A report is made again from what lies beside a result, or a sentence says why not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.report.samples import sample_analysis, sample_context
from unspoken.cli import main


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("my results") / "visit"
    sample_analysis(12.0).save(folder)
    return folder


def test_context_that_was_added_is_shown(result: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(result), "--quiet"]) == 0
    assert "Price talk" not in (result / "report.html").read_text("utf-8")
    sample_context().save(result)
    assert main(["report", str(result)]) == 0
    printed = capsys.readouterr()
    assert str(result / "report.html") in printed.out
    assert "The recording was not at recordings" in printed.err
    assert "No key frames" in printed.err
    page = (result / "report.html").read_text("utf-8")
    assert "Price talk" in page
    assert "staff, words only" in page
    assert not re.search(r"https?://", re.sub(r'data:[^"]*', "", page))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--source", "nowhere.mp4"], "no file at nowhere.mp4"),
        (["--video", "embed"], "cannot be embedded"),
        (["--video", "sideways"], "sideways"),
        (["--redact", "blur"], "about a copy inside the page"),
        (["--video", "link", "--sound"], "about a copy inside the page"),
        (["--video", "embed", "--redact", "none"], "none"),
    ],
)
def test_what_cannot_be_done_leaves_the_page_as_it_was(
    result: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    (result / "report.html").write_text("before", "utf-8")
    assert main(["report", str(result), *arguments]) == 2
    assert message in capsys.readouterr().err
    assert (result / "report.html").read_text("utf-8") == "before"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("moments.json", "{", "line 1: not valid JSON"),
        ("moments.json", '{"schema": "unspoken.moments", "schema_version": 7}', "newer Unspoken"),
        ("judgements.json", '{"schema": "other"}', "holds no judgements"),
        ("places.parquet", "x", "places.parquet cannot be read"),
    ],
)
def test_a_broken_file_beside_the_result_is_named(
    result: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: str,
    message: str,
) -> None:
    source = tmp_path / "other.mp4"
    source.write_bytes(bytes(7_654_321))
    (result / name).write_text(content, "utf-8")
    try:
        assert main(["report", str(result), "--source", str(source)]) == 2
    finally:
        (result / name).unlink()
    assert message in capsys.readouterr().err


def test_no_result_and_a_result_without_signals_are_told_apart(
    result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(tmp_path)]) == 2
    assert "no analysis" in capsys.readouterr().err
    sample_analysis(2.0).save(tmp_path)
    (tmp_path / "signals.parquet").unlink()
    assert main(["report", str(tmp_path)]) == 2
    assert "signals.parquet" in capsys.readouterr().err
