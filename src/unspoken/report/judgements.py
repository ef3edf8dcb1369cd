"""What people said about the moments of a result: ``judgements.json`` beside it.

The page writes the same format. A judgement belongs to one event and one person; two people may
judge the same event.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from unspoken import records
from unspoken.analysis import Analysis
from unspoken.documents import checked_schema, read_document
from unspoken.errors import SourceNotFound
from unspoken.filing import Batch

__all__ = ["JUDGEMENTS_NAME", "Judgement", "Judgements"]

JUDGEMENTS_NAME = "judgements.json"
_SCHEMA = "unspoken.judgements"
_VERSION = 1
_LONGEST_NOTE = 2000
#: An event of another run that lies this close is taken to be the same.
_SAME_S = 0.002


@dataclass(frozen=True, slots=True)
class Judgement:
    """One person's word on one event.

    Parameters
    ----------
    event_id : str
        The event.
    apex_s : float
        Its apex, seconds; tells whether the event is still the one that was judged.
    verdict : {"agree", "disagree", "cannot_tell", ""}
        Whether the person sees it too; "" for a note alone.
    decided_at : str
        ISO 8601, with its offset from UTC.
    note : str
        In the person's own words.
    by : str
        Initials or a name; "" when not given.
    moment_id : str
        The moment, where the result has moments.
    """

    event_id: str
    apex_s: float
    verdict: Literal["agree", "disagree", "cannot_tell", ""]
    decided_at: str
    note: str = ""
    by: str = ""
    moment_id: str = ""

    def __post_init__(self) -> None:
        if datetime.fromisoformat(self.decided_at).tzinfo is None:
            raise ValueError(f'"{self.decided_at}" does not say its offset from UTC')
        if len(self.note) > _LONGEST_NOTE:
            raise ValueError(f"a note has at most {_LONGEST_NOTE} characters")

    @property
    def key(self) -> tuple[str, str]:
        """Whose word on what: event and person."""
        return self.event_id, self.by


@dataclass(frozen=True, slots=True)
class Judgements:
    """All judgements of one result.

    Parameters
    ----------
    source_sha256 : str
        The recording they are about.
    judgements : tuple of Judgement
        One per event and person.
    """

    source_sha256: str
    judgements: tuple[Judgement, ...] = ()

    def __post_init__(self) -> None:
        seen: set[tuple[str, str]] = set()
        for judgement in self.judgements:
            if judgement.key in seen:
                raise ValueError(
                    f'two judgements of event {judgement.event_id} by "{judgement.by}"'
                )
            seen.add(judgement.key)

    def merged(self, newer: Judgements) -> tuple[Judgements, list[tuple[Judgement, Judgement]]]:
        """Both together, and the pairs (held, new) in which the same person changed a word."""
        held = {judgement.key: judgement for judgement in self.judgements}
        changed = []
        for judgement in newer.judgements:
            before = held.get(judgement.key)
            if before and (before.verdict, before.note) != (judgement.verdict, judgement.note):
                changed.append((before, judgement))
            held[judgement.key] = judgement
        ordered = sorted(held.values(), key=lambda j: (j.apex_s, j.by))
        return Judgements(self.source_sha256, tuple(ordered)), changed

    def strangers(self, analysis: Analysis) -> list[Judgement]:
        """Judgements of events the analysis does not have (any more)."""
        apexes = {event.event_id: event.apex_s for event in analysis.events}
        return [
            judgement
            for judgement in self.judgements
            if abs(apexes.get(judgement.event_id, -1e9) - judgement.apex_s) > _SAME_S
        ]

    def save(self, folder: Path) -> Path:
        """Write ``judgements.json``, under a temporary name first.

        Raises
        ------
        OutputError
            When it cannot be written; an earlier file stays as it was.
        """
        document = {"schema": _SCHEMA, "schema_version": _VERSION, **records.to_json(self)}
        text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
        with Batch(folder) as batch:
            batch.add_bytes(JUDGEMENTS_NAME, (text + "\n").encode("utf-8", "backslashreplace"))
        return folder / JUDGEMENTS_NAME

    @classmethod
    def load(cls, path: Path) -> Judgements:
        """Read a file of judgements.

        Raises
        ------
        SourceNotFound
            When it is not there.
        InputError
            When it is broken (the message names file and line) or was written by a newer program.
        """
        again = "Save the judgements again from the report page."
        try:
            return read_document(path, cls._from_json_dict, "judgements", again)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise SourceNotFound(
                f"There are no judgements at {path}.", "Name the file the report page saved."
            ) from error

    @classmethod
    def _from_json_dict(cls, document: Any) -> Judgements:
        newer = ("These judgements were", "Update Unspoken.")
        checked_schema(document, _SCHEMA, _VERSION, "This JSON holds no judgements.", newer)
        found: Judgements = records.from_json(cls, document)
        return found
