"""Playbooks: what ships is sound; what is wrong in an edited one is told with its lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from unspoken.errors import InputError, SourceNotFound, UsageError
from unspoken.reading.playbook import find_playbook, parse_playbook, shipped
from unspoken.reading.rules import SIGNALS

HEAD = 'playbook: mine\nversion: "1"\ntitle: Mine\nrules:\n'


def rule(name: str, signal: str, when: str, more: str = "") -> str:
    """Seven lines, or eight with `more`."""
    return (
        f"  - id: {name}\n    signal: {signal}\n    why: because\n    when: {when}\n{more}"
        "    strength: 0.5\n    response: Ask.\n"
    )


def fault(text: str) -> str:
    with pytest.raises(InputError) as found:
        parse_playbook(text, "mine.yaml")
    return str(found.value)


def test_four_playbooks_ship_and_each_knows_every_signal() -> None:
    assert shipped() == (
        "product-demonstration",
        "sales-talk",
        "service-desk",
        "usability-test",
    )
    for name in shipped():
        book = find_playbook(name).playbook
        assert book.playbook == name
        assert {one.signal for one in book.rules} == set(SIGNALS)


def test_shipped_playbooks_speak_of_service_and_never_of_lies() -> None:
    for name in shipped():
        for one in find_playbook(name).playbook.rules:
            text = f"{one.why} {one.response}".lower()
            assert not {"lie", "lying", "deceive", "close the deal"} & set(text.split())


def test_contradictory_rules_are_named_with_the_lines_of_both() -> None:
    text = (
        HEAD
        + rule("glad", "satisfaction", "{reading: {happiness: 0.6}, rarity: 0.5}")
        + rule("sorry", "discomfort", "{reading: {happiness: 0.5}}")
    )
    message = fault(text)
    assert message.startswith("mine.yaml, line 11: ")
    assert 'rules "glad" (line 5) and "sorry" (line 11) contradict each other' in message


@pytest.mark.parametrize("unless", ["{kind: micro}", "{reading: {happiness: 0.4}}", "{}"])
def test_a_rule_that_excludes_what_it_asks_for_is_named_with_its_line(unless: str) -> None:
    asked = "{kind: micro, reading: {happiness: 0.6}}"
    text = HEAD + rule("glad", "satisfaction", asked, f"    unless: {unless}\n")
    assert fault(text).startswith('mine.yaml, line 5: rule "glad" can never hold')
    stricter = HEAD + rule("glad", "satisfaction", asked, "    unless: {rarity: 0.5}\n")
    assert len(parse_playbook(stricter, "mine.yaml").playbook.rules) == 1


def test_rules_told_apart_by_a_condition_do_not_contradict() -> None:
    text = (
        HEAD
        + rule("glad", "satisfaction", "{reading: {happiness: 0.6}, speaker: staff}")
        + rule("sorry", "discomfort", "{reading: {happiness: 0.5}, speaker: customer}")
    )
    assert len(parse_playbook(text, "mine.yaml").playbook.rules) == 2
    text = (
        HEAD
        + rule("glad", "satisfaction", "{reading: {happiness: 0.6}}")
        + rule("sorry", "discomfort", "{reading: {happiness: 0.5}}", "    unless: {kind: macro}\n")
    )
    assert len(parse_playbook(text, "mine.yaml").playbook.rules) == 2


def test_a_rule_that_says_the_same_again_is_told() -> None:
    text = (
        HEAD
        + rule("one", "confusion", "{units_all: [4]}")
        + rule("two", "confusion", "{units_all: [4]}")
    )
    assert "Leave one out" in fault(text)


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ("{units_all: [4], units_none: [4]}", "can never hold: AU4"),
        ("{duration_min_s: 2, duration_max_s: 1}", "can never hold"),
        ("{smile: social, units_all: [6]}", "a social smile has no AU6"),
        ("{smile: social, units_none: [12]}", "a smile is AU12"),
        ("{flags_any: [blink], flags_none: [blink]}", "can never hold"),
        ("{units_any: [99]}", "AU99 is not measured"),
        ("{reading: {joy: 0.5}}", '"joy" is nothing the reading knows'),
        ("{reading: {anger: 1.5}}", "less than or equal to 1"),
        ("{said: '('}", "not a regular expression"),
        ("{unit_all: [4]}", "no such key"),
        ("{companion: {reading: {joy: 0.5}}}", '"joy" is nothing'),
    ],
)
def test_an_impossible_or_unknown_condition_is_told_with_its_line(when: str, says: str) -> None:
    message = fault(HEAD + rule("one", "confusion", when))
    assert "mine.yaml, line 8: " in message
    assert says in message


def test_all_faults_are_told_at_once() -> None:
    text = HEAD + rule("one", "bliss", "{units_all: [99]}") + rule("one", "confusion", "{}")
    message = fault(text)
    assert 'line 6: rule "one": signal "bliss" is unknown' in message
    assert "line 8: AU99" in message
    assert 'line 11: rule "one" is there twice (first on line 5)' in message


def test_a_playbook_may_declare_signals_of_its_own() -> None:
    text = HEAD.replace("rules:", "signals: [relief]\nrules:") + rule("one", "relief", "{}")
    assert parse_playbook(text, "mine.yaml").playbook.rules[0].signal == "relief"


def test_an_unknown_name_lists_those_that_ship_and_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="service-desk"):
        find_playbook("desk")
    with pytest.raises(SourceNotFound, match="no playbook"):
        find_playbook(str(tmp_path / "none.yaml"))
