"""The sieve never holds back an event that a rule applies to."""

from __future__ import annotations

import numpy as np
import pytest

from unspoken.bench.planted_emotions import plant_events
from unspoken.context.record import Context
from unspoken.reading import signals
from unspoken.reading.emotion_table import LABELS
from unspoken.reading.moments import SAME_MOVEMENT
from unspoken.reading.playbook import find_playbook, shipped
from unspoken.reading.rules import Condition, Rule
from unspoken.reading.sieve import Sieve
from unspoken.spotting.events import Event

LONG = {1: ((0.0, 1200.0),)}


def planted(seed: int) -> list[Event]:
    """Micro and macro events of every emotion, spread over twenty minutes."""
    from dataclasses import replace

    rng = np.random.default_rng(seed)
    prior = dict.fromkeys(LABELS, 1.0)
    made = [e for kind in ("micro", "macro") for e in plant_events(kind, 150, seed, prior).events]
    times = np.sort(rng.uniform(1.0, 1199.0, len(made)))
    order = rng.permutation(len(made))
    return [
        replace(
            made[k],
            face_id=1,
            event_id=f"1-{i + 1}",
            onset_s=float(t) - 0.1,
            apex_s=float(t),
            offset_s=float(t + rng.uniform(0.05, 2.0)),
        )
        for i, (k, t) in enumerate(zip(order, times, strict=True))
    ]


@pytest.mark.parametrize("book", shipped())
def test_signals_are_the_same_as_when_every_event_is_asked_about_every_rule(
    book: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    playbook = find_playbook(book).playbook
    events = planted(len(book))
    sieved, _ = signals.read_moments(events, LONG, Context(), playbook)
    asked: list[int] = []

    def everything(seen: list[signals.Seen], _playbook: object) -> list[list[Rule]]:
        asked.append(len(seen))
        return [list(playbook.rules) for _ in seen]

    monkeypatch.setattr(signals, "_rules_to_ask", everything)
    full, _ = signals.read_moments(events, LONG, Context(), playbook)
    told_once = [m for m in full if SAME_MOVEMENT not in m.flags]
    assert asked == [len(told_once)] and len(told_once) > 0.9 * len(events)
    assert sum(len(m.signals) for m in full) > 20
    assert [m.signals for m in sieved] == [m.signals for m in full]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, [True, True, True]),
        ({"kind": "micro"}, [True, False, True]),
        ({"units_all": (4, 7)}, [True, False, False]),
        ({"units_any": (7, 12)}, [True, True, False]),
        ({"units_none": (12,)}, [True, False, True]),
        ({"rarity": 0.5}, [False, True, True]),
        ({"duration_min_s": 0.4}, [False, True, True]),
        ({"duration_max_s": 0.4}, [True, False, True]),
        ({"reading": {"anger": 0.3, "fear": 0.9}}, [True, False, True]),
    ],
)
def test_each_question_is_answered_for_every_event(
    asked: dict[str, object], expected: list[bool]
) -> None:
    chances = {"anger": [0.3, 0.1, 0.2], "fear": [0.0, 0.5, 0.95]}
    sieve = Sieve(
        [True, False, True],
        [frozenset({4, 7}), frozenset({12, 45}), frozenset()],
        [0.4, 0.5, 0.9],
        [0.2, 1.5, 0.4],
        chances.__getitem__,
    )
    assert sieve.passing(Condition.model_validate(asked)).tolist() == expected
