"""When a family of items should be practised again: FSRS, the scheduler of flash-card programs.

After a block every family it held is rated by the share of right answers, and the scheduler says
when it will have faded to nine in ten. Source of the model: the package ``fsrs`` (Ye, Su & Cao
2022, doi 10.1145/3534678.3539081).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fsrs import Card, Rating, Scheduler

__all__ = ["rating_of", "reviewed"]

#: A day at least: within a day the learner just goes on practising.
_SCHEDULER = {"learning_steps": (), "relearning_steps": (), "enable_fuzzing": False}


def rating_of(right: int, of: int) -> Rating:
    """How well a family went.

    Durations sit near threshold, so half right is what a steady learner reaches: from two thirds up
    it went well, from nine tenths it was easy; below a third it is forgotten.

    Raises
    ------
    ValueError
        If there was no trial.
    """
    if of < 1:
        raise ValueError("a family without trials cannot be rated")
    share = right / of
    if share >= 0.9:
        return Rating.Easy
    if share >= 2 / 3:
        return Rating.Good
    return Rating.Hard if share >= 1 / 3 else Rating.Again


def reviewed(
    card: Mapping[str, Any] | None, right: int, of: int, now: datetime
) -> tuple[dict[str, Any], datetime]:
    """The card after a review, as JSON, and when it is due.

    Parameters
    ----------
    card : mapping or None
        As stored; None for a family that was never practised.
    right, of : int
        Right answers and trials of the block.
    now : datetime
        With its zone.
    """
    opened = Card.from_dict(dict(card)) if card else Card(card_id=1, due=now)  # type: ignore[arg-type]
    scheduler = Scheduler(**_SCHEDULER)  # type: ignore[arg-type]
    after, _log = scheduler.review_card(opened, rating_of(right, of), review_datetime=now)
    return dict(after.to_dict()), after.due
