"""The columns of the tidy tables, as data: written by these lists, documented by them."""

from __future__ import annotations

from unspoken.tables import ARTEFACT_COLUMNS, EVENT_COLUMNS, Column

__all__ = ["TABLES", "export_dictionary"]

_ID = "Its `event_id`."


def _time(name: str, meaning: str) -> Column:
    return Column(name, "float64", "s", meaning)


_SEGMENT_ID = Column("segment_id", "text", "", "Unique inside the recording.")
_MOMENT_ID = Column("moment_id", "text", "", "Unique inside the recording.")

#: Table name to what a row is, and its columns.
TABLES: dict[str, tuple[str, tuple[Column, ...]]] = {
    "interaction": (
        "A row per fact about the whole interaction.",
        (
            Column("group", "text", "", "tag, outcome, or context for everything else."),
            Column("name", "text", "", "What it is: customer, channel, csat, offset_s ..."),
            Column("value", "text", "", "As text; numbers in their shortest exact form."),
        ),
    ),
    "events": ("A row per event, as in `events.csv`, unrounded.", EVENT_COLUMNS),
    "event_units": (
        "A row per event and action unit.",
        (
            Column("event_id", "text", "", _ID),
            Column("unit", "text", "", "Action unit with side, as `AU4L`."),
            Column("amplitude", "float64", "parts of full displacement", "Peak amplitude."),
        ),
    ),
    "artefacts": ("A row per artefact.", ARTEFACT_COLUMNS),
    "segments": (
        "A row per segment of the timeline.",
        (
            _SEGMENT_ID,
            Column("kind", "text", "", "step, topic ..."),
            Column("label", "text", "", "Its name.", "the file gave none"),
            _time("start_s", "Start on the recording's clock."),
            _time("end_s", "End; equal to the start for a point in time."),
            Column("source", "text", "", "File it came from.", "made by hand"),
        ),
    ),
    "segment_tags": (
        "A row per segment and tag.",
        (
            _SEGMENT_ID,
            Column("name", "text", "", "Name of the tag."),
            Column("value", "text", "", "Its value."),
        ),
    ),
    "utterances": (
        "A row per utterance of the transcript, in order of start.",
        (
            Column("speaker", "text", "", "Label in the transcript.", "nobody was named"),
            Column("role", "text", "", "customer, staff or unknown."),
            _time("start_s", "Start on the recording's clock."),
            _time("end_s", "End."),
            Column("text", "text", "", "The words.", "no words were written"),
        ),
    ),
    "moments": (
        "A row per moment; empty while nothing has been read.",
        (
            _MOMENT_ID,
            Column("event_id", "text", "", "The event it is made of."),
            Column("face_id", "int32", "", "Track number inside this recording."),
            Column("kind", "text", "", "Kind of the event."),
            _time("start_s", "Start."),
            _time("apex_s", "When it is strongest."),
            _time("end_s", "End."),
            Column("reading", "text", "", "What it is consistent with, or why nothing is said."),
            Column("segments", "text", "", "Ids of its segments, joined by `|`.", "in none"),
            Column("speaker", "text", "", "Who was speaking.", "nobody, or not known"),
            Column("said", "text", "", "What was said just before.", "nothing, or not known"),
            Column("rarity", "float64", "", "How unusual it is for this person.", "not estimated"),
            Column("flags", "text", "", "Reasons for caution, joined by `|`.", "none applies"),
        ),
    ),
    "moment_emotions": (
        "A row per moment and emotion.",
        (
            _MOMENT_ID,
            Column("emotion", "text", "", "One of the seven, or other."),
            Column("probability", "float64", "0..1", "Consistent with it, with this probability."),
        ),
    ),
    "moment_signals": (
        "A row per moment and signal.",
        (
            _MOMENT_ID,
            Column("kind", "text", "", "confusion, satisfaction ..."),
            Column("strength", "float64", "0..1", "How strongly the evidence supports it."),
            Column("rule", "text", "", "The rule of the playbook it comes from.", "not said"),
            Column("evidence", "text", "", "What it rests on, joined by `|`.", "not said"),
            Column("response", "text", "", "A suggested response.", "none"),
        ),
    ),
}

_INTRO = """# Data dictionary of the exported tables

Times are seconds on the recording's own clock. An empty table has its header. `signals.parquet`
of the result is copied as it is; its columns are in the project's data dictionary.
"""


def export_dictionary() -> str:
    """The Markdown text that goes beside the tables, and into the documentation."""
    head = "| column | type | unit | meaning | empty means |\n|---|---|---|---|---|"
    parts = [_INTRO]
    for name, (meaning, columns) in TABLES.items():
        rows = (
            f"| `{c.name}` | {c.dtype} | {c.unit or '-'} | {c.meaning.replace('|', chr(92) + '|')} "
            f"| {c.when_empty} |"
            for c in columns
        )
        parts.append("\n".join((f"## {name}\n\n{meaning}\n", head, *rows, "")))
    return "\n".join(parts)


if __name__ == "__main__":
    print(export_dictionary(), end="")
