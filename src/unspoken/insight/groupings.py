"""What moments are grouped by: kinds of segments, their tags, tags of whole interactions, a date.

Grouping by anything that stands for a member of staff is refused: this is about what customers met
with, not about who served them.
"""

from __future__ import annotations

import datetime
import difflib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from unspoken.errors import InputError, UsageError
from unspoken.insight.interactions import Interaction

__all__ = ["Grouping", "parse_grouping", "spans_of"]

Source = Literal["everything", "segment kind", "segment tag", "interaction tag", "date"]
_STAFF_WORDS = """
staff employee employees agent agents rep reps representative seller salesperson salesman
saleswoman advisor adviser consultant cashier clerk operator presenter trainer trainee
associate colleague worker waiter waitress server host hostess stylist teller barista
technician nurse doctor coach manager supervisor teammate crew personnel user speaker
mitarbeiter mitarbeiterin verkaeufer verkäufer berater beraterin vendeur vendeuse employé
employe conseiller empleado vendedor agente dipendente commesso medewerker
"""
_STAFF = frozenset(_STAFF_WORDS.split())
#: Words that make it about what was said or done, not about who did it.
_THINGS = frozenset(("script", "version", "training", "channel", "language", "desk"))


@dataclass(frozen=True, slots=True)
class Grouping:
    """What to group by.

    Parameters
    ----------
    name : str
        As the user said it, for headings.
    source : {"everything", "segment kind", "segment tag", "interaction tag", "date"}
        Where levels come from.
    key : str
        The kind or the tag's key; the date in ISO form for "date".
    """

    name: str
    source: Source
    key: str = ""


EVERYTHING = Grouping("everything", "everything")


def parse_grouping(text: str, interactions: Sequence[Interaction]) -> Grouping:
    """Understand what the user wants to group by.

    Parameters
    ----------
    text : str
        ``step``, ``topic`` or another kind of segment; ``tag:KEY``, or just the key of a tag;
        ``before:DATE`` for before against from that date on; ``signal`` for no groups at all.
    interactions : sequence of Interaction
        What is there to group by.

    Raises
    ------
    UsageError
        When it stands for members of staff, or the date makes no sense.
    InputError
        When there is no such kind or tag.
    """
    name = text.strip()
    _refuse_staff(name)
    if name == "signal":
        return EVERYTHING
    if name.startswith("before:"):
        return _date_grouping(name, interactions)
    kinds = {s.kind for one in interactions for s in one.segments}
    segment_tags = {key for one in interactions for s in one.segments for key in s.tags}
    tags = {key for one in interactions for key in one.tags}
    key = name.removeprefix("tag:")
    if key in kinds and not name.startswith("tag:"):
        return Grouping(name, "segment kind", key)
    if key in tags:
        return Grouping(key, "interaction tag", key)
    if key in segment_tags:
        return Grouping(key, "segment tag", key)
    known = sorted(kinds | {f"tag:{k}" for k in tags | segment_tags})
    raise InputError(
        f'Nothing to group by "{name}": no kind of segment and no tag of that name.',
        _suggestion(name, known),
    )


def _suggestion(name: str, known: list[str]) -> str:
    if not known:
        return "No interaction has segments or tags yet; unspoken context adds them."
    near = difflib.get_close_matches(name, known, 1)
    first = f'Did you mean "{near[0]}"? ' if near else ""
    return f"{first}There are: {', '.join(known[:20])}."


def _words(name: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])", " ", name.removeprefix("tag:"))
    return [word for word in re.split(r"[\W_\d]+", spaced.lower()) if word]


def _refuse_staff(name: str) -> None:
    words = set(_words(name))
    if words & _STAFF and not words & _THINGS:
        raise UsageError(
            f'Unspoken does not compare the people who serve ("{name}"). What a customer\'s face '
            "shows has many causes, and it would be unfair to hold it against one person.",
            "Group by what customers met with instead: a step, a topic, a product, a script.",
        )


def _date_grouping(name: str, interactions: Sequence[Interaction]) -> Grouping:
    text = name.removeprefix("before:").strip()
    try:
        date = datetime.date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f'before:{text}: expected a date such as "before:2026-03-01".') from error
    if not any("date" in one.tags for one in interactions):
        raise InputError(
            f"{name}: no interaction has a date.",
            "Add one: unspoken context RESULT --tag date=2026-02-17.",
        )
    return Grouping(f"before and from {date}", "date", date.isoformat())


Span = tuple[str, float, float]


def spans_of(interaction: Interaction, grouping: Grouping) -> list[Span]:
    """Label, start and end (seconds) of every stretch of an interaction that has a level.

    Stretches of one label do not overlap each other.
    """
    whole = (-math.inf, math.inf)
    if grouping.source == "everything":
        return [("all", *whole)]
    if grouping.source == "interaction tag":
        label = interaction.tags.get(grouping.key, "")
        return [(label, *whole)] if label else []
    if grouping.source == "date":
        return _side_of_date(interaction, grouping.key, whole)
    if grouping.source == "segment kind":
        found = [
            (s.label, s.start_s, s.end_s) for s in interaction.segments if s.kind == grouping.key
        ]
    else:
        found = [
            (s.tags[grouping.key], s.start_s, s.end_s)
            for s in interaction.segments
            if grouping.key in s.tags
        ]
    return _joined(found)


def _side_of_date(interaction: Interaction, date: str, whole: tuple[float, float]) -> list[Span]:
    text = interaction.tags.get("date", "")
    try:
        day = datetime.datetime.fromisoformat(text).date()
    except ValueError:
        return []
    before = day < datetime.date.fromisoformat(date)
    return [(f"before {date}" if before else f"from {date}", *whole)]


def _joined(spans: list[Span]) -> list[Span]:
    """Overlapping stretches of one label become one."""
    joined: list[Span] = []
    for label, start, end in sorted(spans):
        if joined and joined[-1][0] == label and start <= joined[-1][2]:
            joined[-1] = (label, joined[-1][1], max(end, joined[-1][2]))
        else:
            joined.append((label, start, end))
    return joined
