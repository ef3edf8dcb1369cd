"""The commands of lessons and courses: what is found is told, what is wrong exits with 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from unspoken.academy.library import SHIPPED
from unspoken.cli import main

BROKEN = "---\ntitle: T\nminutes: 1\n---\n```face\nperson: f99\ncaption: a\n```\n"


def test_what_ships_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["academy", "lesson", "check", str(SHIPPED)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "reading-a-face: How to read a face, 7 min, 3 faces, 2 questions"
    assert main(["academy", "course", "check", "seeing-and-answering"]) == 0
    out = capsys.readouterr().out
    assert "1  test         Test before training" in out and "Lessons take about" in out


def test_a_broken_lesson_is_named_with_its_line_and_no_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "ours.md"
    path.write_text(BROKEN, encoding="utf-8")
    assert main(["academy", "lesson", "check", str(path)]) == 2
    assert f"{path}, line 6: person: there is no face of that name" in capsys.readouterr().err
    out = str(tmp_path / "a.mp4")
    assert main(["academy", "export-lesson", str(path), "--out", out]) == 2
    assert main(["academy", "--no-open", "--lessons", str(tmp_path)]) == 2
    assert "line 6" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["ours.md"]


def test_what_does_not_exist_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["academy", "export-lesson", "gone", "--out", str(tmp_path / "a.mp4")]) == 2
    assert "There is no lesson 'gone'" in capsys.readouterr().err
    assert main(["academy", "course", "export", "gone", "--out", str(tmp_path / "x")]) == 2
    assert main(["academy", "--no-open", "--lessons", str(tmp_path / "gone")]) == 2
    assert "There is no folder" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
