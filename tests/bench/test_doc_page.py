"""Tables go where a page has a place for them, or nowhere; faults are sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from unspoken.bench import artefacts, hands
from unspoken.bench.doc_page import print_or_put
from unspoken.errors import InputError

PAGE = "Top\n<!-- here -->\nold\n<!-- end of here -->\nEnd\n"


def made(run: Path) -> str:
    return f"| {run.name} |\n"


def test_without_a_page_the_tables_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_or_put(["some/run"], made) == 0
    assert capsys.readouterr().out == "| run |\n"


def test_with_a_page_they_take_the_place_of_the_old_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE, encoding="utf-8")
    assert print_or_put(["run", str(page), "here"], made) == 0
    assert page.read_text("utf-8") == PAGE.replace("\nold\n", "\n\n| run |\n\n")
    assert print_or_put(["run", str(page)], made, mark="here") == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("arguments", "mark", "says"),
    [
        ([], "", "Expected RUN, or RUN PAGE.md MARK."),
        (["run", "page.md"], "", "Expected RUN, or RUN PAGE.md MARK."),
        (["run", "page.md", "here"], "here", "Expected RUN, or RUN PAGE.md."),
        (["run", "gone.md", "here"], "", "gone.md cannot be read"),
    ],
)
def test_what_does_not_fit_is_told_before_any_work(
    arguments: list[str], mark: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def never(run: Path) -> str:
        raise AssertionError("made")

    assert print_or_put(arguments, never, mark=mark) == 2
    assert says in capsys.readouterr().err


def test_a_fault_leaves_the_page_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(run: Path) -> str:
        raise InputError("The run is broken.")

    page = tmp_path / "page.md"
    page.write_text(PAGE, encoding="utf-8")
    assert print_or_put(["run", str(page), "here"], broken) == 2
    assert "The run is broken." in capsys.readouterr().err
    assert page.read_text("utf-8") == PAGE


@pytest.mark.parametrize("bench", [artefacts.main, hands.main])
def test_a_page_without_a_place_stops_a_bench_before_it_films(
    bench: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("Nothing here.\n", encoding="utf-8")
    assert callable(bench) and bench(["--page", str(page)]) == 2
    assert "no place for the tables" in capsys.readouterr().err
