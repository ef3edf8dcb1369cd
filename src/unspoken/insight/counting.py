"""From interactions to counts: moments and minutes per customer and level."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from unspoken.errors import InputError
from unspoken.insight.counts import Counts
from unspoken.insight.groupings import Grouping, spans_of
from unspoken.insight.interactions import Interaction

__all__ = ["choose_measures", "count_groups", "measure_name"]

Array = NDArray[np.float64]
_ALWAYS = ("micro", "macro")
_OUTSIDE_WORTH_A_NOTE = 0.02
_MOST_LEVELS = 200
#: What is less is rounding, minutes.
_LEAST_MIN = 1e-9


def measure_name(key: str) -> str:
    """What people call a measure: signals go by their own name."""
    return key.removeprefix("signal:")


def choose_measures(interactions: Sequence[Interaction], wanted: Sequence[str] = ()) -> list[str]:
    """Keys of what is counted.

    Parameters
    ----------
    interactions : sequence of Interaction
        What there is to count.
    wanted : sequence of str
        Names of signals, ``micro``, ``macro``, action units such as ``AU4``, emotions. Empty: all
        signals, and all micro-expressions.

    Raises
    ------
    InputError
        When something was never seen and is no known name.
    """
    there = sorted({key for one in interactions for key in one.marks} | set(_ALWAYS))
    if not wanted:
        return [*(key for key in there if key.startswith("signal:")), "micro"]
    chosen = []
    for name in wanted:
        options = (f"signal:{name}", name, name.upper(), f"emotion:{name}")
        key = next((option for option in options if option in there), None)
        if key is None:
            near = difflib.get_close_matches(name, [measure_name(k) for k in there], 1)
            hint = f'Did you mean "{near[0]}"? ' if near else ""
            raise InputError(
                f'"{name}" was not seen in any of the {len(interactions)} interactions.',
                f"{hint}There are: {', '.join(measure_name(k) for k in there)}.",
            )
        chosen.append(key)
    return list(dict.fromkeys(chosen))


def count_groups(
    interactions: Sequence[Interaction], grouping: Grouping, measures: Sequence[str]
) -> Counts:
    """Count moments and minutes of every customer in every level of a grouping.

    Moments count where their apex lies in a stretch of the level; minutes are the exposure inside
    it, for each measure without the time in which a hand hid it. What lies outside all stretches is
    not in any level. Notes say how much that is.

    Raises
    ------
    InputError
        When no interaction has a level with exposure.
    """
    spans = [spans_of(one, grouping) for one in interactions]
    levels = _levels(spans)
    customers = sorted({one.customer for one in interactions})
    row = {name: i for i, name in enumerate(customers)}
    column = {name: i for i, name in enumerate(levels)}
    minutes = np.zeros((len(customers), len(levels)))
    moments = np.zeros((len(measures), len(customers), len(levels)))
    hidden = np.zeros_like(moments)
    visits = np.zeros(len(levels), dtype=np.int64)
    outside = 0.0
    for one, stretches in zip(interactions, spans, strict=True):
        covered, unseen, where, counted = _count_one(one, stretches, column, measures)
        np.add.at(minutes[row[one.customer]], where, covered)
        for i in range(len(measures)):
            np.add.at(moments[i, row[one.customer]], where, counted[i])
            np.add.at(hidden[i, row[one.customer]], where, unseen[i])
        visits[np.unique(where[covered > 0.0])] += 1
        outside += max(0.0, one.measured_s / 60.0 - float(covered.sum()))
    names = tuple(measure_name(key) for key in measures)
    if minutes.sum() <= 0.0:
        raise InputError(
            f'Grouping by "{grouping.name}": no measured time lies in any of its levels.',
            "Check the clock of the timelines (unspoken context --offset), and that faces were "
            "measured at all.",
        )
    exposed = minutes - hidden
    exposed[exposed < _LEAST_MIN] = 0.0
    moments[exposed <= 0.0] = 0.0
    notes = _outside_note(outside, float(minutes.sum()), grouping.name)
    notes += _hidden_note(names, exposed.sum(axis=(1, 2)) / minutes.sum())
    return Counts(
        grouping.name,
        tuple(levels),
        names,
        tuple(customers),
        moments,
        minutes,
        exposed,
        visits,
        notes,
    )


def _count_one(
    one: Interaction,
    stretches: list[tuple[str, float, float]],
    column: dict[str, int],
    measures: Sequence[str],
) -> tuple[Array, Array, NDArray[np.intp], Array]:
    """Minutes, those hidden from each measure, columns, and moments of each stretch of one."""
    where = np.array([column[label] for label, _, _ in stretches], dtype=np.intp)
    starts = np.array([start for _, start, _ in stretches], dtype=np.float64)
    ends = np.array([end for _, _, end in stretches], dtype=np.float64)
    covered = (one.measured_until(ends) - one.measured_until(starts)) / 60.0
    unseen = np.array(
        [one.hidden_until(key, ends) - one.hidden_until(key, starts) for key in measures]
    ).reshape(len(measures), len(stretches))
    nothing: Array = np.empty(0)
    counted = np.array(
        [
            np.searchsorted(one.marks.get(key, nothing), ends)
            - np.searchsorted(one.marks.get(key, nothing), starts)
            for key in measures
        ],
        dtype=np.float64,
    ).reshape(len(measures), len(stretches))
    return covered, unseen / 60.0, where, counted


def _levels(spans: list[list[tuple[str, float, float]]]) -> list[str]:
    """Levels in the order in which they come, on average, in an interaction."""
    places: dict[str, list[int]] = {}
    for stretches in spans:
        order: dict[str, int] = {}
        for label, _, _ in sorted(stretches, key=lambda s: s[1]):
            order.setdefault(label, len(order))
        for label, place in order.items():
            places.setdefault(label, []).append(place)
    levels = sorted(places, key=lambda label: (float(np.mean(places[label])), label))
    if len(levels) > _MOST_LEVELS:
        raise InputError(
            f"{len(levels)} different groups; up to {_MOST_LEVELS} can be compared.",
            "Choose a tag or a kind of segment with fewer different names.",
        )
    return levels


def _outside_note(outside: float, inside: float, name: str) -> tuple[str, ...]:
    if outside <= _OUTSIDE_WORTH_A_NOTE * (outside + inside):
        return ()
    part = outside / (outside + inside)
    return (f'{part:.0%} of the measured time belongs to no "{name}" and is not counted here.',)


def _hidden_note(names: Sequence[str], seen: Array) -> tuple[str, ...]:
    """What a hand before the face hid for long, and how much of the time."""
    much = [
        f"{name} {1.0 - share:.0%}"
        for name, share in zip(names, seen, strict=True)
        if 1.0 - share > _OUTSIDE_WORTH_A_NOTE
    ]
    if not much:
        return ()
    return (
        "A hand before the face hid what these go by for part of the measured time, which is not "
        f"counted for them: {', '.join(much)}.",
    )
