"""Tidy tables: one kind of thing per table, one thing per row, as CSV or Parquet."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl

from unspoken.events_table import artefacts_frame, events_frame
from unspoken.exports.columns import TABLES
from unspoken.exports.material import Material
from unspoken.tables import Column

__all__ = ["tidy_tables"]

_TYPES = {"text": pl.String, "int32": pl.Int32, "float32": pl.Float32, "float64": pl.Float64}


def tidy_tables(material: Material) -> Iterator[tuple[str, pl.DataFrame]]:
    """Every table of `unspoken.exports.columns.TABLES` with its name, in that order."""
    made = {
        "events": events_frame(material.analysis.events),
        "artefacts": artefacts_frame(material.analysis.artefacts),
    }
    for name, (_, columns) in TABLES.items():
        yield name, made[name] if name in made else _frame(columns, _ROWS[name](material))


def _frame(columns: tuple[Column, ...], rows: Iterable[tuple[Any, ...]]) -> pl.DataFrame:
    schema = {column.name: _TYPES[column.dtype] for column in columns}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def _interaction(material: Material) -> Iterator[tuple[str, str, str]]:
    context = material.context
    if context.customer:
        yield "context", "customer", context.customer
    if context.offset_source:
        yield "context", "offset_s", repr(context.offset_s)
        yield "context", "offset_source", context.offset_source
    if context.transcript.language:
        yield "context", "language", context.transcript.language
    for name, value in context.tags.items():
        yield "tag", name, value
    for name, outcome in context.outcomes.items():
        yield "outcome", name, outcome if isinstance(outcome, str) else repr(outcome)


def _event_units(material: Material) -> Iterator[tuple[str, str, float]]:
    for event in material.analysis.events:
        for unit, amplitude in event.action_units.items():
            yield event.event_id, unit, amplitude


def _segments(material: Material) -> Iterator[tuple[Any, ...]]:
    for s in material.context.timeline.segments:
        yield s.segment_id, s.kind, s.label, s.start_s, s.end_s, s.source


def _segment_tags(material: Material) -> Iterator[tuple[str, str, str]]:
    for segment in material.context.timeline.segments:
        for name, value in segment.tags.items():
            yield segment.segment_id, name, value


def _utterances(material: Material) -> Iterator[tuple[Any, ...]]:
    talk = material.context.transcript
    for u in talk.utterances:
        yield u.speaker, talk.role_of(u.speaker), u.start_s, u.end_s, u.text


def _moments(material: Material) -> Iterator[tuple[Any, ...]]:
    for m in material.moments:
        rarity = None if math.isnan(m.rarity) else m.rarity
        yield (
            *(m.moment_id, m.event_id, m.face_id, m.kind, m.start_s, m.apex_s, m.end_s, m.reading),
            *("|".join(m.segments), m.speaker, m.said, rarity, "|".join(m.flags)),
        )


def _moment_emotions(material: Material) -> Iterator[tuple[str, str, float]]:
    for moment in material.moments:
        for emotion, probability in moment.emotions.items():
            yield moment.moment_id, emotion, probability


def _moment_signals(material: Material) -> Iterator[tuple[Any, ...]]:
    for m in material.moments:
        for s in m.signals:
            yield m.moment_id, s.kind, s.strength, s.rule, "|".join(s.evidence), s.response


_ROWS: dict[str, Any] = {
    "interaction": _interaction,
    "event_units": _event_units,
    "segments": _segments,
    "segment_tags": _segment_tags,
    "utterances": _utterances,
    "moments": _moments,
    "moment_emotions": _moment_emotions,
    "moment_signals": _moment_signals,
}
