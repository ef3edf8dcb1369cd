"""What a page says of the interaction as a whole: context, signals, consent; and its filters."""

from __future__ import annotations

from collections import Counter
from typing import Any

from unspoken.analysis import Analysis
from unspoken.report import words
from unspoken.report.extras import Extras
from unspoken.spotting.events import KINDS

__all__ = ["filters", "story_lines"]

#: Choices in one filter; a list of thousands helps nobody.
_SHORT = (
    " Strengths are rough: under two minutes of footage do not tell what is usual for this person."
)
_MOST_CHOICES = 100
_STALE = (
    "moments.json was read from an earlier analysis, so nothing of it is shown. "
    "Run unspoken read, then make this page again."
)


def story_lines(analysis: Analysis, extras: Extras) -> list[dict[str, str]]:
    """Lines of facts below the headline, each with its name."""
    lines = []
    context = extras.context
    if context.customer:
        lines.append(("Customer", f"{context.customer} (a pseudonym)"))
    tags = {name: value for name, value in context.tags.items() if name != "consent"}
    if tags:
        lines.append(("Tags", _pairs(tags)))
    if context.outcomes:
        lines.append(("Outcome", _pairs(context.outcomes)))
    if not context.is_empty:
        lines.append(("What was going on", _going_on(extras)))
    if extras.moments.by_event:
        lines.append(("Signals", " ".join([_signals(analysis, extras), *extras.moments.notes])))
    if extras.moments.stale:
        lines.append(("Signals", _STALE))
    lines.append(("Who was measured", _consent(analysis, extras)))
    return [{"name": name, "text": text} for name, text in lines]


def _pairs(values: dict[str, Any]) -> str:
    return ", ".join(
        f"{words.plain(name)} {value:g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in values.items()
    )


def _going_on(extras: Extras) -> str:
    context = extras.context
    segments, said = context.timeline.segments, context.transcript.utterances
    parts = [
        words.count_text(len(segments), "segment"),
        words.count_text(len(said), "utterance"),
    ]
    text = ", ".join(parts)
    if context.offset_source:
        text += f"; {context.offset_s:+.2f} s added to their times ({context.offset_source})"
    return " ".join([f"{text[0].upper()}{text[1:]}.", *context.notes])


def _signals(analysis: Analysis, extras: Extras) -> str:
    moments = extras.moments.by_event.values()
    counts = Counter(signal.kind for moment in moments for signal in moment.signals)
    short = any("short_baseline" in moment.flags for moment in moments)
    exposure = words.duration_text(analysis.exposure_s)
    by = f" by the playbook {extras.moments.playbook}" if extras.moments.playbook else ""
    if not counts:
        return f"None{by}, in {exposure} of usable view." + _hidden(extras.moments.unmeasured_s)
    found = ", ".join(f"{words.plain(kind)} {count}" for kind, count in counts.most_common())
    return (
        f"{found}{by}, in {exposure} of usable view. A signal is a reason to look and to ask, "
        "not a finding about the person."
        + _hidden(extras.moments.unmeasured_s)
        + (_SHORT if short else "")
    )


def _hidden(seconds: dict[str, float]) -> str:
    """Which signals could not have been seen for a part of that time."""
    lost = [(kind, s) for kind, s in seconds.items() if s >= 0.05]
    if not lost:
        return ""
    each = ", ".join(
        f"{words.plain(kind)} {words.duration_text(s)}"
        for kind, s in sorted(lost, key=lambda item: (-item[1], item[0]))
    )
    return f" A hand hid what these go by for part of that time: {each}."


def _consent(analysis: Analysis, extras: Extras) -> str:
    others = Counter(f.role for f in analysis.faces if f.role != "customer")
    customers = sum(f.role == "customer" for f in analysis.faces)
    text = f"{words.count_text(customers, 'face')} in the role of customer"
    text = text[0].upper() + text[1:] + ". Staff are never measured"
    if others:
        text += ": " + ", ".join(f"{n} {role}" for role, n in sorted(others.items())) + " left out"
    consent = extras.context.tags.get("consent", "")
    said = f"Consent: {consent}." if consent else "This result does not record the consent."
    return " ".join(filter(None, (f"{text}.", said, extras.context.consent.sentence)))


def filters(analysis: Analysis, extras: Extras) -> list[dict[str, Any]]:
    """Choices by which moments are shown: those with at least two values, or one and a none."""
    present = {event.kind for event in analysis.events}
    kinds: list[tuple[str, str]] = [
        (kind, kind) for kind in KINDS if kind in present and kind != "blink"
    ]
    moments = extras.moments.by_event.values()
    signals = sorted({words.plain(s.kind) for moment in moments for s in moment.signals})
    used = {name for moment in moments for name in moment.segments}
    segments = [
        (s.segment_id, f"{s.kind}: {s.label}")
        for s in extras.context.timeline.segments
        if s.segment_id in used
    ]
    verdicts = [
        ("none", "not yet"),
        ("agree", "agree"),
        ("disagree", "disagree"),
        ("cannot_tell", "can’t tell"),
    ]
    found: list[tuple[str, str, list[tuple[str, str]]]] = [
        ("kind", "Kind", kinds if len(kinds) > 1 else []),
        ("signal", "Signal", [(name, name) for name in signals]),
        ("segment", "Segment", segments[:_MOST_CHOICES]),
        ("judged", "Judged", verdicts if present - {"blink"} else []),
    ]
    return [{"by": by, "name": name, "choices": values} for by, name, values in found if values]
