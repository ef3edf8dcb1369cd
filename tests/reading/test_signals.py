"""Signals: each of the eight comes from what it should, with evidence and a response."""

from __future__ import annotations

from typing import Any

import pytest

from tests.reading.planted import both, event
from unspoken.context.record import Context
from unspoken.context.timeline import Segment, Timeline
from unspoken.context.transcript import Transcript, Utterance
from unspoken.reading.moments import Moment
from unspoken.reading.playbook import find_playbook, parse_playbook, shipped
from unspoken.reading.signals import read_moments
from unspoken.spotting.events import Event

LONG = {1: ((0.0, 1200.0),)}


def moments(
    *events: Event, context: Context | None = None, book: str = "product-demonstration"
) -> tuple[Moment, ...]:
    return read_moments(events, LONG, context, find_playbook(book).playbook)[0]


def kinds(moment: Moment) -> set[str]:
    return {signal.kind for signal in moment.signals}


@pytest.mark.parametrize(
    ("made", "signal"),
    [
        (event(*both(4, 7)), "confusion"),
        (event(*both(4, 5, 7, 24)), "disagreement"),
        (event(*both(1, 4, 15)), "discomfort"),
        (event(*both(14, 24), flags=("head_turn",)), "disinterest"),
        (event(*both(6, 12), kind="macro"), "satisfaction"),
        (event(*both(6, 12), kind="macro", length=2.0), "delight"),
        (event(*both(1, 2, 5, 26)), "surprise"),
    ],
)
def test_a_signal_comes_from_its_movement_with_evidence_and_response(
    made: Event, signal: str
) -> None:
    (moment,) = moments(made)
    assert signal in kinds(moment)
    one = next(s for s in moment.signals if s.kind == signal)
    assert 0.0 < one.strength <= 1.0
    assert one.evidence[0].startswith("AU") and one.response


def test_a_social_smile_over_negative_leakage_is_concealed_dissatisfaction() -> None:
    smile = event(*both(12), kind="macro", at=100.0, length=1.5, event_id="1-1")
    leak = event(*both(9), at=103.0, event_id="1-2")
    _, second = moments(smile, leak)
    assert "concealed_dissatisfaction" in kinds(second)
    felt = event(*both(6, 12), kind="macro", at=100.0, length=1.5, event_id="1-1")
    assert "concealed_dissatisfaction" not in kinds(moments(felt, leak)[1])
    assert "concealed_dissatisfaction" not in kinds(moments(leak)[0])


def test_smile_and_leakage_in_different_segments_do_not_belong_together() -> None:
    smile = event(*both(12), kind="macro", at=100.0, length=1.5, event_id="1-1")
    leak = event(*both(9), at=103.0, event_id="1-2")

    def cut_at(time_s: float) -> Context:
        parts = (
            Segment("a", "step", "one", 0.0, time_s),
            Segment("b", "step", "two", time_s, 200.0),
        )
        return Context(timeline=Timeline(parts))

    assert "concealed_dissatisfaction" not in kinds(moments(smile, leak, context=cut_at(101.0))[1])
    assert "concealed_dissatisfaction" in kinds(moments(smile, leak, context=cut_at(150.0))[1])


def talk(text: str, role: str) -> Context:
    said = Utterance("S1", 9.0, 11.0, text)
    return Context(transcript=Transcript((said,), {"S1": role}, "en"))


def test_words_just_said_make_a_price_wince() -> None:
    wince = event(*both(9), at=10.0)
    (moment,) = moments(
        wince, context=talk("That is 40 euros per month", "staff"), book="sales-talk"
    )
    (one,) = [s for s in moment.signals if s.rule == "price-wince"]
    assert any("just said" in e for e in one.evidence)
    assert moment.said == "That is 40 euros per month" and moment.speaker == "staff"
    (other,) = moments(wince, context=talk("Lovely weather", "staff"), book="sales-talk")
    assert "price-wince" not in {s.rule for s in other.signals}


def test_a_frown_while_the_customer_speaks_is_not_confusion() -> None:
    frown = event(*both(4, 7), at=10.0)
    assert "confusion" in kinds(moments(frown, context=talk("so this", "staff"))[0])
    assert "confusion" not in kinds(moments(frown, context=talk("well I", "customer"))[0])


def test_a_habitual_frown_is_no_signal() -> None:
    habit = [event(*both(4, 7), at=10.0 + 10.0 * i, event_id=f"1-{i}") for i in range(100)]
    assert not any(m.signals for m in moments(*habit))


def test_segments_tags_and_labels_are_asked_for_whatever_the_case() -> None:
    text = (
        'playbook: p\nversion: "1"\ntitle: t\nrules:\n  - id: a\n    signal: confusion\n'
        "    why: w\n    when: {segment: {kind: step, label: EXPORT, tags: {product: plus}}}\n"
        "    strength: 1\n    response: r\n"
    )
    book = parse_playbook(text, "p.yaml").playbook

    def signals(label: str, tags: dict[str, str]) -> Any:
        context = Context(timeline=Timeline((Segment("s", "step", label, 0.0, 50.0, tags),)))
        return read_moments([event(*both(4), at=10.0)], LONG, context, book)[0][0].signals

    assert signals("demo: export", {"product": "Plus"})
    assert not signals("demo: export", {"product": "basic"})
    assert not signals("demo: import", {"product": "plus"})


def test_nothing_gives_nothing_and_blinks_are_no_moments() -> None:
    assert read_moments([], {}) == ((), {})
    blink = Event(1, "blink", 0.0, 0.1, 0.2, 0, 3, 6, {"AU45L": 0.9})
    found, baselines = read_moments([blink], LONG)
    assert found == () and baselines["1"].enough


def test_moments_come_in_order_of_apex_with_posteriors_that_sum_to_one() -> None:
    found = moments(
        event(*both(4), at=50.0, event_id="1-2"), event(*both(12), at=20.0, event_id="1-1")
    )
    assert [m.moment_id for m in found] == ["1-1", "1-2"]
    assert all(sum(m.emotions.values()) == pytest.approx(1.0, abs=1e-5) for m in found)


def test_one_brief_movement_of_one_unit_is_told_with_the_signal() -> None:
    (alone,) = moments(event("AU14L"))
    sure = "rests on one brief movement of one action unit"
    assert alone.signals and all(sure in s.evidence for s in alone.signals)
    (several,) = moments(event(*both(4, 7)))
    (held,) = moments(event(*both(4), kind="macro", length=2.0))
    assert several.signals and not any(sure in s.evidence for s in several.signals + held.signals)


@pytest.mark.parametrize("book", shipped())
def test_the_weak_rule_says_that_it_is_weak_and_wants_both_dimples(book: str) -> None:
    (moment,) = moments(event(*both(14), flags=("head_turn",)), book=book)
    one = next(s for s in moment.signals if s.kind == "disinterest")
    assert any("weak evidence" in part for part in one.evidence)
    (lopsided,) = moments(event("AU14L", flags=("head_turn",)), book=book)
    assert "disinterest" not in kinds(lopsided)


def test_a_caution_is_told_as_evidence() -> None:
    text = """
playbook: mine
version: "1"
title: Mine
rules:
  - {id: a, signal: confusion, why: x, caution: only a guess, when: {units_all: [4]},
     strength: 0.5, response: Ask.}
"""
    book = parse_playbook(text, "mine.yaml").playbook
    (moment,), _ = read_moments([event(*both(4, 7))], LONG, None, book)
    assert "only a guess" in moment.signals[0].evidence


def test_one_movement_told_by_two_events_gives_its_signals_once() -> None:
    sure = event(*both(9), at=12.43, length=0.52, amplitude=0.3, event_id="1-1")
    narrow = event(*both(9), at=12.44, length=0.11, amplitude=0.2, event_id="1-2")
    smile = event(*both(12), kind="macro", at=10.0, length=1.5, event_id="1-3")
    for told in ([sure, narrow, smile], [narrow, smile, sure]):
        found = {m.event_id: m for m in moments(*told)}
        assert found["1-1"].signals and "same_movement" not in found["1-1"].flags
        assert found["1-2"].signals == () and "same_movement" in found["1-2"].flags
        assert found["1-1"].signals == moments(smile, sure)[1].signals


def test_two_movements_one_after_the_other_both_give_signals() -> None:
    first, second = (event(*both(4, 7), at=at, event_id=str(at)) for at in (10.0, 10.6))
    assert all(m.signals for m in moments(first, second))
