"""When a family of items should be practised again: FSRS, the scheduler of flash-card programs.

After a drill every family it held is rated, and the scheduler names the day on which its model
expects nine in ten of the reviewed to be recalled. Source of the model: the package ``fsrs`` (Ye,
Su & Cao 2022, doi 10.1145/3534678.3539081).

FSRS was made for facts that are known or not, and asks how well one was known. Durations adapt to
the learner, so the share of right answers stays near a half whatever is retained, and cannot tell.
Thresholds can; how they become ratings is a rule of ours that nobody has tested. A drill gives four
answers per family, which is a noisy measure: it plans practice, and is no result.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fsrs import Card, Rating, Scheduler

__all__ = ["rating_of", "reviewed"]

#: A day at least: within a day the learner just goes on practising.
_SCHEDULER = {"learning_steps": (), "relearning_steps": (), "enable_fuzzing": False}
#: Threshold over the one before, up to which a drill went easily, well, or with effort.
_EASY, _GOOD, _HARD = 0.8, 1.25, 2.0
#: With nothing to compare with, up to here it went well, seconds.
_GOOD_AT_FIRST_S = 0.2


def rating_of(threshold_s: float, before_s: float | None) -> Rating:
    """How well a family went in a drill.

    Parameters
    ----------
    threshold_s : float, seconds
        From this drill's own answers.
    before_s : float or None, seconds
        From the answers of the family's previous drill; None in its first.

    Returns
    -------
    Rating
        Easy up to 0.8 times the threshold before, Good up to 1.25, Hard up to 2, Again above. In a
        first drill Good up to 200 ms, Hard above.

    Raises
    ------
    ValueError
        If a threshold is not positive.
    """
    if not threshold_s > 0 or (before_s is not None and not before_s > 0):
        raise ValueError(
            f"expected thresholds above 0 s, found {threshold_s!r} after {before_s!r}."
        )
    if before_s is None:
        return Rating.Good if threshold_s <= _GOOD_AT_FIRST_S else Rating.Hard
    ratio = threshold_s / before_s
    if ratio <= _EASY:
        return Rating.Easy
    if ratio <= _GOOD:
        return Rating.Good
    return Rating.Hard if ratio <= _HARD else Rating.Again


def reviewed(
    card: Mapping[str, Any] | None, rating: Rating, now: datetime
) -> tuple[dict[str, Any], datetime]:
    """The card after a review, as JSON, and when it is due.

    Parameters
    ----------
    card : mapping or None
        As stored; None for a family that was never practised.
    rating : Rating
        From :func:`rating_of`.
    now : datetime
        With its zone.
    """
    opened = Card.from_dict(dict(card)) if card else Card(card_id=1, due=now)  # type: ignore[arg-type]
    scheduler = Scheduler(**_SCHEDULER)  # type: ignore[arg-type]
    after, _log = scheduler.review_card(opened, rating, review_datetime=now)
    return dict(after.to_dict()), after.due
