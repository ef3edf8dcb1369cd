"""Utterances: who was speaking when, and what was said just before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspoken.context.transcript import Transcript, Utterance

TALK = Transcript(
    (
        Utterance("Ana", 4.0, 6.0, "And the price?"),
        Utterance("Ben", 0.0, 3.0, "This is the export."),
        Utterance("Ben", 5.5, 8.0, "Forty a month."),
    ),
    {"Ana": "customer", "Ben": "staff"},
    "en",
)


def test_utterances_come_in_order_of_start_and_may_overlap() -> None:
    assert [u.start_s for u in TALK.utterances] == [0.0, 4.0, 5.5]
    assert [u.speaker for u in TALK.at(5.8)] == ["Ana", "Ben"]
    assert TALK.at(3.5) == ()


def test_what_was_said_before_never_includes_what_comes_later() -> None:
    assert [u.text for u in TALK.before(5.0, 3.0)] == ["This is the export.", "And the price?"]
    assert [u.text for u in TALK.before(5.0, 0.5)] == ["And the price?"]


def test_who_is_not_named_is_unknown() -> None:
    assert TALK.role_of("Ana") == "customer" and TALK.role_of("Zoe") == "unknown"
    assert Transcript().speakers == () and TALK.speakers == ("Ana", "Ben")


def test_a_role_is_one_of_three() -> None:
    with pytest.raises(ValueError, match="customer, staff, unknown"):
        Transcript((), {"Ana": "boss"})


seconds = st.floats(0.0, 1e5) | st.integers(0, 50).map(lambda n: n / 10)


@given(st.lists(st.tuples(seconds, seconds), max_size=30), seconds, seconds)
def test_looking_up_agrees_with_trying_every_utterance(
    spans: list[tuple[float, float]], time_s: float, within_s: float
) -> None:
    talk = Transcript(tuple(Utterance("", min(p), max(p), "") for p in spans))
    every = talk.utterances
    assert talk.at(time_s) == tuple(u for u in every if u.start_s <= time_s <= u.end_s)
    first = time_s - within_s
    assert talk.before(time_s, within_s) == tuple(
        u for u in every if u.start_s <= time_s and u.end_s >= first
    )
