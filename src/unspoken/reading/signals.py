"""From events to moments: reading, segment, words, rarity, and the rules of a playbook."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from unspoken.context.record import Context
from unspoken.context.timeline import Segment
from unspoken.facs.units import unit_of
from unspoken.reading.baseline import BaselineFacts, Earlier, rarity
from unspoken.reading.emotions import EmotionModel, Reading, readings
from unspoken.reading.exposure import Spans
from unspoken.reading.moments import SAME_MOVEMENT, Moment, Signal
from unspoken.reading.rules import NEGATIVE, Condition, Playbook, Rule
from unspoken.reading.sieve import Sieve
from unspoken.reading.wording import RARITY_WORDS, units_words
from unspoken.spotting.decide import one_movement
from unspoken.spotting.events import Event

__all__ = ["SAID_S", "Seen", "read_moments"]

#: How far back "just said" reaches in a moment, seconds; rules may choose for themselves.
SAID_S = 6.0
#: Below this strength a signal is left out.
_LEAST = 0.02
#: Apexes of two views of one movement are looked for this close, seconds.
_VIEWS_S = 2.0


@dataclass(frozen=True, slots=True)
class Seen:
    """An event with everything a rule may ask about it."""

    event: Event
    reading: Reading
    rarity: float
    codes: frozenset[int]
    one_sided: bool
    segments: tuple[Segment, ...]
    speaker: str


def read_moments(
    events: Sequence[Event],
    exposure: Mapping[int, Spans],
    context: Context | None = None,
    playbook: Playbook | None = None,
    model: EmotionModel | None = None,
    earlier: Earlier | None = None,
    hidden: Mapping[int, Mapping[str, Spans]] | None = None,
) -> tuple[tuple[Moment, ...], dict[str, BaselineFacts]]:
    """Read all events of one interaction.

    Parameters
    ----------
    events : sequence of Event
        Blinks are passed over.
    exposure : mapping of int to intervals
        Usable evidence of each face, seconds.
    context : Context, optional
        What was going on; nothing where left out.
    playbook : Playbook, optional
        Without one there are no signals.
    model : EmotionModel, optional
        The default where left out.
    earlier : Earlier, optional
        Earlier footage of the same customer; used when the recording shows one measured face.
    hidden : mapping of int to mapping of str to intervals, optional
        Of each face, action unit without its side to when it was not measured, seconds.

    Returns
    -------
    moments : tuple of Moment
        In order of apex; empty for no events.
    baselines : dict of str to BaselineFacts
        For every face with exposure or events.
    """
    context = context or Context()
    moments: list[Moment] = []
    baselines: dict[str, BaselineFacts] = {}
    expressions = [event for event in events if event.kind != "blink"]
    faces = sorted({*exposure, *(event.face_id for event in expressions)})
    for face_id in faces:
        own = sorted((e for e in expressions if e.face_id == face_id), key=lambda e: e.apex_s)
        before = earlier if len(faces) == 1 else None
        lost = (hidden or {}).get(face_id)
        rare, facts = rarity(own, exposure.get(face_id, ()), before, lost)
        baselines[str(face_id)] = facts
        read = readings(own, model)
        seen = [
            _seen(event, one, float(r), context)
            for event, one, r in zip(own, read, rare, strict=True)
        ]
        again = _told_again(own)
        once = [i for i in range(len(seen)) if i not in again]
        told = [seen[i] for i in once]
        rules = _rules_to_ask(told, playbook)
        signals = {i: _signals(told, k, rules[k], context) for k, i in enumerate(once) if rules[k]}
        for i, one_seen in enumerate(seen):
            moment = _moment(one_seen, context, signals.get(i, ()), facts)
            flags = (*moment.flags, SAME_MOVEMENT) if i in again else moment.flags
            moments.append(replace(moment, flags=tuple(sorted(flags))))
    return tuple(sorted(moments, key=lambda m: (m.apex_s, m.face_id))), baselines


def _told_again(events: Sequence[Event]) -> set[int]:
    """Positions of events, in order of apex, that tell a movement another tells more surely.

    The spotter tells a movement once; files of another version or maker may tell it twice.
    """
    again: set[int] = set()
    for i, one in enumerate(events):
        for j in range(i + 1, len(events)):
            other = events[j]
            if other.apex_s - one.apex_s > _VIEWS_S:
                break
            shared = not one.action_units.keys().isdisjoint(other.action_units)
            if one_movement(one, other, share_unit=shared):
                again.add(min(i, j, key=lambda k: (np.nan_to_num(events[k].snr), -k)))
    return again


def _seen(event: Event, reading: Reading, rare: float, context: Context) -> Seen:
    keys = [unit_of(key) for key in event.action_units]
    sides: dict[int, set[str]] = {}
    for unit, side in keys:
        if unit.paired:
            sides.setdefault(unit.code, set()).add(side)
    strongest = next((unit.code for unit, _ in keys if unit.paired), None)
    one_sided = strongest is not None and len(sides[strongest]) == 1
    talking = context.transcript.at(event.apex_s) if context.transcript.utterances else ()
    speaker = context.transcript.role_of(talking[-1].speaker) if talking else ""
    return Seen(
        event,
        reading,
        rare,
        frozenset(unit.code for unit, _ in keys),
        one_sided,
        context.timeline.at(event.apex_s) if context.timeline.segments else (),
        speaker,
    )


def _moment(
    seen: Seen, context: Context, signals: tuple[Signal, ...], facts: BaselineFacts
) -> Moment:
    event, reading = seen.event, seen.reading
    flags = {*event.flags}
    flags |= {f"{reading.smile}_smile"} if reading.smile else set()
    flags |= set() if reading.emotion else {"abstained"}
    flags |= set() if facts.enough else {"short_baseline"}
    return Moment(
        moment_id=event.event_id,
        event_id=event.event_id,
        face_id=event.face_id,
        kind=event.kind,
        start_s=event.onset_s,
        apex_s=event.apex_s,
        end_s=event.offset_s,
        action_units=event.action_units,
        emotions={name: round(p, 6) for name, p in reading.emotions.items()},
        reading=reading.sentence,
        segments=tuple(segment.segment_id for segment in seen.segments),
        speaker=seen.speaker,
        said=_said(context, event.apex_s, SAID_S, "anyone"),
        rarity=round(seen.rarity, 4),
        signals=signals,
        flags=tuple(sorted(flags)),
    )


def _said(context: Context, apex_s: float, within_s: float, by: str) -> str:
    if not context.transcript.utterances:
        return ""
    words = context.transcript.before(apex_s, within_s)
    roles = context.transcript
    return " ".join(u.text for u in words if by == "anyone" or roles.role_of(u.speaker) == by)


def _rules_to_ask(seen: Sequence[Seen], playbook: Playbook | None) -> list[list[Rule]]:
    """For every event the rules that may apply to it, in the order of the playbook."""
    asked: list[list[Rule]] = [[] for _ in seen]
    if playbook is None or not seen:
        return asked
    sieve = Sieve(
        [one.event.kind == "micro" for one in seen],
        [one.codes for one in seen],
        [one.rarity for one in seen],
        [one.event.offset_s - one.event.onset_s for one in seen],
        lambda name: [_chance(one.reading, name) for one in seen],
    )
    for rule in playbook.rules:
        for i in np.flatnonzero(sieve.passing(rule.when)):
            asked[i].append(rule)
    return asked


def _signals(
    seen: Sequence[Seen], i: int, rules: Sequence[Rule], context: Context
) -> tuple[Signal, ...]:
    """Signals of one event: of each kind the strongest."""
    best: dict[str, Signal] = {}
    for rule in rules:
        evidence = _holds(rule.when, seen, i, context)
        if evidence is None:
            continue
        if rule.unless is not None and _holds(rule.unless, seen, i, context) is not None:
            continue
        signal = _signal(rule, seen[i], evidence)
        known = best.get(rule.signal)
        if signal.strength >= _LEAST and (known is None or signal.strength > known.strength):
            best[rule.signal] = signal
    return tuple(sorted(best.values(), key=lambda s: (-s.strength, s.kind)))


def _signal(rule: Rule, seen: Seen, evidence: list[str]) -> Signal:
    named = rule.when.reading
    chance = max((_chance(seen.reading, name) for name in named), default=1.0)
    strength = round(rule.strength * chance * seen.rarity, 4)
    evidence = [units_words(seen.event.action_units) or "no unit stands out", *evidence]
    if seen.event.kind == "micro" and len(seen.codes) == 1:
        evidence.append("rests on one brief movement of one action unit")
    if rule.caution:
        evidence.append(rule.caution)
    evidence.append(f"{RARITY_WORDS}: {seen.rarity:.2f}")
    return Signal(rule.signal, strength, rule.id, tuple(evidence), rule.response)


def _chance(reading: Reading, name: str) -> float:
    """Probability of anything a rule may name; 0 for a part the model does not know."""
    if name == "negative":
        return sum(reading.emotions[n] for n in NEGATIVE)
    return reading.emotions.get(name, reading.parts.get(name, 0.0))


def _holds(
    condition: Condition, seen: Sequence[Seen], i: int, context: Context
) -> list[str] | None:
    """Evidence for a condition, or None where it does not hold; cheap questions come first."""
    one = seen[i]
    if not (_movement_fits(condition, one) and _situation_fits(condition, one)):
        return None
    evidence: list[str] = []
    if condition.reading:
        named = _reading_evidence(condition.reading, one.reading)
        if named is None:
            return None
        evidence.append(named)
    if condition.smile:
        evidence.append(f"{condition.smile} smile")
    if condition.segment is not None:
        segment = next(s for s in one.segments if _segment_fits(condition, s))
        evidence.append(f"during {segment.kind}: {segment.label}")
    if condition.speaker is not None:
        evidence.append(f"speaking: {one.speaker or 'nobody'}")
    return _more_evidence(condition, seen, i, context, evidence)


def _more_evidence(
    condition: Condition, seen: Sequence[Seen], i: int, context: Context, evidence: list[str]
) -> list[str] | None:
    """The questions that look beyond the event itself: words, and other events."""
    if condition.said is not None:
        words = _said(context, seen[i].event.apex_s, condition.within_s, condition.said_by)
        match = _compiled(condition.said).search(words)
        if match is None:
            return None
        evidence.append(f'just said: "{match.group(0).strip()}"')
    if condition.companion is not None:
        with_it = next(_companions(condition, seen, i), None)
        if with_it is None:
            return None
        apart = with_it.event.apex_s - seen[i].event.apex_s
        units = units_words(with_it.event.action_units)
        when = f"{abs(apart):.1f} s {'later' if apart > 0 else 'earlier'}"
        evidence.append(f"together with {units} {when}")
    return evidence


def _movement_fits(condition: Condition, one: Seen) -> bool:
    event, codes = one.event, one.codes
    length = event.offset_s - event.onset_s
    return (
        condition.kind in (None, event.kind)
        and condition.smile in (None, one.reading.smile)
        and codes.issuperset(condition.units_all)
        and codes.isdisjoint(condition.units_none)
        and (not condition.units_any or not codes.isdisjoint(condition.units_any))
        and (condition.sides is None or (condition.sides == "one") == one.one_sided)
        and (condition.rarity is None or one.rarity >= condition.rarity)
        and (condition.duration_min_s is None or length >= condition.duration_min_s)
        and (condition.duration_max_s is None or length <= condition.duration_max_s)
    )


def _situation_fits(condition: Condition, one: Seen) -> bool:
    flags = one.event.flags
    return (
        (not condition.flags_any or not set(condition.flags_any).isdisjoint(flags))
        and set(condition.flags_none).isdisjoint(flags)
        and condition.speaker in (None, one.speaker or "nobody")
        and (condition.segment is None or any(_segment_fits(condition, s) for s in one.segments))
    )


def _segment_fits(condition: Condition, segment: Segment) -> bool:
    asked = condition.segment
    assert asked is not None
    return (
        (asked.kind is None or bool(_compiled(asked.kind).search(segment.kind)))
        and (asked.label is None or bool(_compiled(asked.label).search(segment.label)))
        and all(
            key in segment.tags and _compiled(pattern).search(segment.tags[key])
            for key, pattern in asked.tags.items()
        )
    )


def _reading_evidence(wanted: dict[str, float], reading: Reading) -> str | None:
    found = [(name, _chance(reading, name)) for name, least in wanted.items()]
    held = [
        f"{name} {p:.2f}"
        for (name, p), least in zip(found, wanted.values(), strict=True)
        if p >= least
    ]
    return f"consistent with {', '.join(held)}" if held else None


def _companions(condition: Condition, seen: Sequence[Seen], i: int) -> Iterator[Seen]:
    asked = condition.companion
    assert asked is not None
    here = seen[i]
    for other in _near(seen, i, asked.within_s):
        if asked.smile not in (None, other.reading.smile):
            continue
        if asked.reading and _reading_evidence(asked.reading, other.reading) is None:
            continue
        shared = {s.segment_id for s in here.segments} & {s.segment_id for s in other.segments}
        if shared or not (here.segments or other.segments):
            yield other


def _near(seen: Sequence[Seen], i: int, within_s: float) -> Iterator[Seen]:
    """Other events of the face, by apex, nearest neighbours outwards on either side."""
    apex = seen[i].event.apex_s
    for step in (-1, 1):
        j = i + step
        while 0 <= j < len(seen) and abs(seen[j].event.apex_s - apex) <= within_s:
            yield seen[j]
            j += step


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
