"""What the academy shows is what FACS describes."""

from __future__ import annotations

from pathlib import Path

import pytest

from unspoken.academy.expressions import EXPRESSIONS, Expression
from unspoken.facs.prototypes import PROTOTYPES, Prototype

#: FACS intensity B is slight; no ratio to displacement is laid down, so this bound is ours.
SLIGHT = 0.4
#: An open mouth may join, unless the lips are pressed.
OPEN_MOUTH, PRESSED = {25, 26, 27}, 24
BY_EMOTION: dict[str, Prototype] = {prototype.emotion: prototype for prototype in PROTOTYPES}
SHOWN = [
    pytest.param(shown, BY_EMOTION[shown.emotion], id=f"{emotion} {number}")
    for emotion, variants in EXPRESSIONS.items()
    for number, shown in enumerate(variants)
]


def test_every_emotion_has_one_prototype_and_two_forms_under_its_own_name() -> None:
    assert len(BY_EMOTION) == len(PROTOTYPES)
    assert {name: [shown.emotion for shown in forms] for name, forms in EXPRESSIONS.items()} == {
        name: [name, name] for name in BY_EMOTION
    }


@pytest.mark.parametrize(("shown", "prototype"), SHOWN)
def test_a_form_has_every_unit_its_prototype_asks_for(
    shown: Expression, prototype: Prototype
) -> None:
    assert min(shown.units.values()) > 0.0
    assert set(prototype.core) <= set(shown.units)
    assert all(set(group) & set(shown.units) for group in prototype.alternatives)
    assert shown.one_sided == prototype.one_sided


@pytest.mark.parametrize(("shown", "prototype"), SHOWN)
def test_a_form_has_no_unit_its_prototype_does_not_know(
    shown: Expression, prototype: Prototype
) -> None:
    known = {*prototype.core, *prototype.variants, *OPEN_MOUTH}
    known |= {code for group in prototype.alternatives for code in group}
    assert set(shown.units) <= known
    assert PRESSED not in shown.units or not OPEN_MOUTH & set(shown.units)


@pytest.mark.parametrize(("shown", "prototype"), SHOWN)
def test_a_unit_the_prototype_calls_weak_is_drawn_weakly(
    shown: Expression, prototype: Prototype
) -> None:
    assert all(shown.units[code] <= SLIGHT for code in prototype.weak)


def test_weak_upper_lids_are_asked_of_surprise_alone() -> None:
    assert {p.emotion: p.weak for p in PROTOTYPES if p.weak} == {"surprise": (5,)}
    assert all(set(p.weak) <= set(p.core) for p in PROTOTYPES)


def test_only_one_form_of_disgust_wrinkles_the_nose() -> None:
    """The lesson tells its two forms apart by it, and the second from anger by calm brows."""
    assert [9 in shown.units for shown in EXPRESSIONS["disgust"]] == [True, False]
    assert all(4 not in shown.units for shown in EXPRESSIONS["disgust"])


def test_the_table_of_the_documentation_is_what_is_drawn() -> None:
    text = (Path(__file__).parents[2] / "docs/faces.md").read_text(encoding="utf-8")
    rows = {
        cells[0].split(",")[0]: cells[1:]
        for line in text.splitlines()
        if len(cells := [cell.strip() for cell in line.strip("|").split("|")]) == 3
    }
    for emotion, forms in EXPRESSIONS.items():
        written = [", ".join(f"{c} ({a:g})" for c, a in f.units.items()) for f in forms]
        assert rows[emotion] == written
