"""What can be grouped by, and what is kindly refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from unspoken.errors import InputError, UsageError
from unspoken.insight.groupings import parse_grouping, spans_of
from unspoken.insight.interactions import Interaction, Segment

ONE = Interaction(
    name="a",
    folder=Path("a"),
    customer="C1",
    tags={"segment": "business", "date": "2026-02-27", "staff_script": "B"},
    outcomes={},
    segments=(
        Segment("step", "price", 0.0, 60.0, {"product": "plus"}),
        Segment("step", "price", 50.0, 90.0, {}),
        Segment("topic", "terms", 10.0, 20.0, {}),
    ),
    exposure=((0.0, 100.0),),
    marks={},
)


@pytest.mark.parametrize(
    "name",
    ["staff", "tag:employee", "agent_name", "salesRep", "tag:advisor-id", "Mitarbeiter", "speaker"],
)
def test_comparing_people_who_serve_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="does not compare the people who serve"):
        parse_grouping(name, [replace(ONE, tags={**ONE.tags, name: "Ann"})])


def test_the_version_of_a_staff_script_is_about_the_script() -> None:
    assert parse_grouping("staff_script", [ONE]).source == "interaction tag"


def test_kinds_tags_of_interactions_and_tags_of_segments_are_found() -> None:
    assert parse_grouping("step", [ONE]).source == "segment kind"
    assert parse_grouping("tag:segment", [ONE]).source == "interaction tag"
    assert parse_grouping("product", [ONE]).source == "segment tag"
    assert parse_grouping("signal", [ONE]).source == "everything"


def test_overlapping_stretches_of_one_label_count_once() -> None:
    assert spans_of(ONE, parse_grouping("step", [ONE])) == [("price", 0.0, 90.0)]


def test_a_date_has_two_sides() -> None:
    for date, label in (("2026-03-01", "before 2026-03-01"), ("2026-02-27", "from 2026-02-27")):
        (span,) = spans_of(ONE, parse_grouping(f"before:{date}", [ONE]))
        assert span[0] == label


def test_an_unknown_name_gets_a_suggestion() -> None:
    with pytest.raises(InputError, match='Did you mean "step"') as caught:
        parse_grouping("stepp", [ONE])
    assert "tag:segment" in str(caught.value)


@pytest.mark.parametrize("text", ["before:soon", "before:2026-13-01", "before:"])
def test_a_date_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="expected a date"):
        parse_grouping(text, [ONE])
