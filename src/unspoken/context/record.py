"""The context of one interaction: everything known beside the recording. Saved as context.json."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from unspoken import records
from unspoken.context.consent import Consent
from unspoken.context.timeline import Timeline
from unspoken.context.transcript import Transcript
from unspoken.documents import checked_schema, read_document
from unspoken.filing import Batch

__all__ = ["CONTEXT_NAME", "SCHEMA_VERSION", "Context", "Import"]

CONTEXT_NAME = "context.json"
#: Grows when an older program could misread the file; added keys do not count.
SCHEMA_VERSION = 1
_SCHEMA = "unspoken.context"


@dataclass(frozen=True, slots=True)
class Import:
    """One file that was put beside the recording.

    Parameters
    ----------
    path : str
        As the user gave it.
    sha256 : str
        Of its bytes.
    format : str
        Name of the reader.
    holds : str
        "timeline" or "transcript".
    rows : int
        Segments or utterances taken from it.
    offset_s : float
        Seconds that were added to its times.
    offset_source : str
        Where that offset comes from, in words.
    """

    path: str
    sha256: str
    format: str
    holds: str
    rows: int
    offset_s: float
    offset_source: str


@dataclass(frozen=True)
class Context:
    """What was going on in one interaction.

    Parameters
    ----------
    timeline : Timeline
        What was going on.
    transcript : Transcript
        What was said.
    customer : str
        Pseudonym, the same for all interactions of one customer; "" when unknown.
    tags : dict of str to str
        Of the whole interaction: customer segment, channel, script version ...
    outcomes : dict of str to (float or str)
        How it ended: ``{"csat": 4.0, "nps": 9.0, "bought": "yes"}``. Numbers are finite.
    offset_s : float
        Seconds that were added to the times of the file read last to get the recording's clock.
    offset_source : str
        Where the offset comes from: "" (none needed), "by hand", or the method and its confidence.
    notes : tuple of str
        What was odd about the files, in sentences.
    imports : tuple of Import
        Every file, with its digest.
    consent : Consent
        Whether the recording itself may be shown in training.

    Raises
    ------
    ValueError
        If a number is not finite.
    """

    timeline: Timeline = field(default_factory=Timeline)
    transcript: Transcript = field(default_factory=Transcript)
    customer: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    outcomes: dict[str, float | str] = field(default_factory=dict)
    offset_s: float = 0.0
    offset_source: str = ""
    notes: tuple[str, ...] = ()
    imports: tuple[Import, ...] = ()
    consent: Consent = field(default_factory=Consent)

    def __post_init__(self) -> None:
        if not math.isfinite(self.offset_s):
            raise ValueError(f"the offset must be a finite number, found {self.offset_s}")
        for name, value in self.outcomes.items():
            if isinstance(value, float) and not math.isfinite(value):
                raise ValueError(f'the outcome "{name}" must be finite, found {value}')

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is known."""
        return self == Context()

    def to_json_dict(self) -> dict[str, Any]:
        """What ``context.json`` holds: strict JSON values."""
        document = {"schema": _SCHEMA, "schema_version": SCHEMA_VERSION}
        return document | {f.name: records.to_json(getattr(self, f.name)) for f in fields(self)}

    @classmethod
    def from_json_dict(cls, document: Any) -> Context:
        """Rebuild a context from what :meth:`to_json_dict` gave.

        Raises
        ------
        RecordError
            If a value does not fit.
        InputError
            If the document is no context, or a newer program wrote it.
        """
        _check_schema(document)
        context: Context = records.from_json(cls, document)
        return context

    def save(self, folder: str | Path) -> Path:
        """Write ``context.json`` into a folder, under a temporary name first.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        OutputError
            When it cannot be written; an earlier file stays as it was.
        """
        folder = Path(folder)
        text = json.dumps(self.to_json_dict(), indent=1, ensure_ascii=False, allow_nan=False)
        with Batch(folder) as batch:
            batch.add_bytes(CONTEXT_NAME, (text + "\n").encode("utf-8", "backslashreplace"))
        return folder / CONTEXT_NAME

    @classmethod
    def load(cls, folder: str | Path) -> Context:
        """Read the context from the folder of an analysis (or from its ``context.json``).

        Returns
        -------
        Context
            Empty when there is no such file.

        Raises
        ------
        InputError
            When it is broken (the message names file and line) or was written by a newer program.
        """
        path = Path(folder)
        path = path if path.name == CONTEXT_NAME else path / CONTEXT_NAME
        again = "Restore the file from a copy, or remove it and add the context again."
        try:
            return read_document(path, cls.from_json_dict, "a context", again)
        except (FileNotFoundError, NotADirectoryError):
            return cls()


def _check_schema(document: Any) -> None:
    newer = ("This context was", "Update Unspoken, then open it again.")
    checked_schema(document, _SCHEMA, SCHEMA_VERSION, "This JSON is not a context.", newer)
