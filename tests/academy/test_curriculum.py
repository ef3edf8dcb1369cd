"""Courses: every part exists, and every fault has its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspoken.academy.curriculum import parse_course, part_title
from unspoken.academy.library import Library, find_course
from unspoken.errors import InputError, UsageError

LESSONS = {"fear": "Fear", "anger": "Anger"}
COURSE = """title: Ours
parts:
  - lesson: fear
  - drill: spot
    level: faint
    times: 2
  - test: pre
  - interaction: visit
    questions:
      - What came before?
"""


def test_a_course_is_its_parts_in_order(tmp_path: Path) -> None:
    (tmp_path / "visit").mkdir()
    (tmp_path / "visit" / "analysis.json").write_text("{}", encoding="utf-8")
    course = parse_course(COURSE, tmp_path / "ours.yaml", LESSONS)
    assert [part.kind for part in course.plan.parts] == ["lesson", "drill", "test", "interaction"]
    assert [part_title(part, LESSONS) for part in course.plan.parts] == [
        "Fear",
        "Drill: spot, faint",
        "Test before training",
        "An interaction to talk about",
    ]
    assert course.lessons == ["fear"]
    assert course.interaction(course.plan.parts[3]) == tmp_path / "visit"


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ("  - lesson: gone\n", "line 3: there is no lesson 'gone'; expected one of fear, anger"),
        ("  - drill: juggle\n", "line 3: there is no drill 'juggle'"),
        ("  - drill: spot\n    level: odd\n", "line 3: there is no level 'odd'"),
        ("  - drill: spot\n    level: mixed\n", "line 3: the drill spot has no level 'mixed'"),
        ("  - test: mid\n", "line 3: there is no test 'mid'"),
        ("  - observe: gone\n", "line 3: there is no observe 'gone'; expected one of booking-demo"),
        ("  - lesson: fear\n  - video: gone.mp4\n", "line 4: there is no file"),
        ("  - interaction: gone\n", "line 3: gone is no folder of results"),
        ("  - lesson: fear\n    times: 2\n", "line 3: parts.0: a lesson takes no times"),
        ("  - lesson: fear\n    drill: spot\n", "found lesson and drill"),
        ("  - title: Nothing\n", "line 3: parts.0: a part is exactly one of"),
        ("  - lessson: fear\n", "line 3: parts.0.lessson: there is no such key"),
        ("  []\n", "line 2: parts: List should have at least 1 item"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, parts: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_course(f"title: Ours\nparts:\n{parts}", tmp_path / "ours.yaml", LESSONS)
    assert said in str(caught.value)


@given(st.text(max_size=200))
def test_any_text_is_a_course_or_is_refused_in_words(text: str) -> None:
    with pytest.raises(InputError, match=r"ours\.yaml"):
        parse_course(text, Path("ours.yaml"), LESSONS)


def test_a_course_is_found_by_name_or_file(tmp_path: Path) -> None:
    course, library = find_course("seeing-and-answering")
    assert set(course.lessons) == set(library.lessons())
    with pytest.raises(UsageError, match="There is no course 'gone'"):
        find_course("gone")
    path = tmp_path / "ours.yaml"
    path.write_text("title: Ours\nparts:\n  - lesson: fear\n", encoding="utf-8")
    assert find_course(str(path))[0].lessons == ["fear"]
    assert "ours" in Library([tmp_path]).courses()


def test_a_name_given_twice_is_told(tmp_path: Path) -> None:
    path = tmp_path / "seeing-and-answering.yaml"
    path.write_text("title: Ours\nparts:\n  - lesson: fear\n", encoding="utf-8")
    with pytest.raises(InputError, match="there is a course 'seeing-and-answering' already"):
        Library([tmp_path]).courses()
