"""One interaction: an analysis, what was going on, and the moments read from both."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from unspoken import __version__, records
from unspoken.analysis import Analysis
from unspoken.context.record import Context
from unspoken.documents import checked_schema, encoded, read_document
from unspoken.errors import InputError, UnspokenError
from unspoken.filing import Batch
from unspoken.reading.baseline import BaselineFacts, Earlier, exposure_of
from unspoken.reading.emotions import EmotionModel, GenerativeModel, default_model
from unspoken.reading.exposure import both, together, unmeasured_time
from unspoken.reading.moments import Moment
from unspoken.reading.playbook import LoadedPlaybook, find_playbook
from unspoken.reading.signals import read_moments
from unspoken.spotting.channels import AREA_UNITS

__all__ = ["MOMENTS_NAME", "MOMENTS_VERSION", "Interaction", "MomentsFile", "PlaybookFacts"]
__all__ += ["Hidden", "analysis_digest", "hidden_units", "moments_text"]

MOMENTS_NAME = "moments.json"
#: Grows when an older program could misread the file; added keys do not count.
MOMENTS_VERSION = 1
_SCHEMA = "unspoken.moments"
_ANALYSIS = "analysis.json"
Spans = tuple[tuple[float, float], ...]
#: Of one face: what could not be seen, and when.
Hidden = dict[str, Spans]


@dataclass(frozen=True, slots=True)
class PlaybookFacts:
    """Which playbook the signals were read with.

    Parameters
    ----------
    name, version : str
        As the file says.
    sha256 : str
        Of its bytes.
    """

    name: str = ""
    version: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class MomentsFile:
    """What ``moments.json`` holds.

    Parameters
    ----------
    moments : tuple of Moment
        In order of apex.
    exposure : dict of str to tuple
        Face number to intervals with usable evidence, seconds.
    unmeasured : dict of str to dict
        Face number to the parts of its exposure in which something could not have been seen,
        because a hand was before it: action units, emotions, signals of the playbook
        (`unspoken.reading.exposure.unmeasured_time`) to intervals, seconds. Empty without hands.
    playbook : PlaybookFacts
        What the signals were read with.
    baseline : dict of str to BaselineFacts
        Face number to what the person's own baseline rests on.
    software : dict of str to str
        Versions of the program and of the emotion model.
    analysis_sha256 : str
        Of the ``analysis.json`` the moments were read from; "" for none on disk.
    notes : tuple of str
        Sentences on the whole.
    """

    moments: tuple[Moment, ...] = ()
    exposure: dict[str, Spans] = field(default_factory=dict)
    unmeasured: dict[str, Hidden] = field(default_factory=dict)
    playbook: PlaybookFacts = field(default_factory=PlaybookFacts)
    baseline: dict[str, BaselineFacts] = field(default_factory=dict)
    software: dict[str, str] = field(default_factory=dict)
    analysis_sha256: str = ""
    notes: tuple[str, ...] = ()

    def to_json_dict(self) -> dict[str, Any]:
        """What ``moments.json`` holds: strict JSON values."""
        document = {"schema": _SCHEMA, "schema_version": MOMENTS_VERSION}
        return document | {f.name: records.to_json(getattr(self, f.name)) for f in fields(self)}

    @classmethod
    def from_json_dict(cls, document: Any) -> MomentsFile:
        """Rebuild from what :meth:`to_json_dict` gave.

        Raises
        ------
        RecordError
            If a value does not fit.
        InputError
            If the document holds no moments, or a newer program wrote it.
        """
        newer = ("These moments were", "Update Unspoken, or read them again: unspoken read RESULT.")
        checked_schema(document, _SCHEMA, MOMENTS_VERSION, "This JSON holds no moments.", newer)
        found: MomentsFile = records.from_json(cls, document)
        return found

    @classmethod
    def load(cls, folder: str | Path) -> MomentsFile | None:
        """Read the moments of a result; None when they were never read.

        Raises
        ------
        InputError
            When the file is broken (file and line are named) or a newer program's.
        """
        again = "Read them again: unspoken read RESULT."
        try:
            path = Path(folder) / MOMENTS_NAME
            return read_document(path, cls.from_json_dict, "moments", again)
        except (FileNotFoundError, NotADirectoryError):
            return None


def moments_text(file: MomentsFile) -> bytes:
    """The bytes of ``moments.json``: a line for every key, and for every moment."""
    parts = {"schema": encoded(_SCHEMA), "schema_version": encoded(MOMENTS_VERSION)}
    for name in (f.name for f in fields(file)):
        parts[name] = encoded(getattr(file, name)) if name != "moments" else _lines(file.moments)
    lines = (encoded(key) + b": " + value for key, value in parts.items())
    return b"{\n" + b",\n".join(lines) + b"\n}\n"


def _lines(moments: Sequence[Moment]) -> bytes:
    return b"[\n" + b",\n".join(map(encoded, moments)) + b"\n]" if moments else b"[]"


@dataclass(frozen=True)
class Interaction:
    """One recorded interaction with everything known about it.

    Parameters
    ----------
    analysis : Analysis
        What was spotted.
    context : Context
        What was going on; empty when nobody said.
    moments_file : MomentsFile or None
        What was read from both; None when that was not done yet.

    Examples
    --------
    >>> interaction = Interaction.load("results/my-video").read()    # doctest: +SKIP
    >>> [m.reading for m in interaction.moments_file.moments]        # doctest: +SKIP
    """

    analysis: Analysis
    context: Context = field(default_factory=Context)
    moments_file: MomentsFile | None = None

    @classmethod
    def load(cls, folder: str | Path) -> Interaction:
        """Read a folder of results.

        Raises
        ------
        SourceNotFound, InputError
            When there is no analysis, or a file is broken or a newer program's.
        """
        one = cls.load_unread(folder)
        return replace(one, moments_file=MomentsFile.load(folder))

    @classmethod
    def load_unread(cls, folder: str | Path) -> Interaction:
        """The same without its moments, for reading them again: broken ones do no harm.

        Raises
        ------
        SourceNotFound, InputError
            When there is no analysis, or analysis or context are broken or a newer program's.
        """
        return cls(Analysis.load(folder), Context.load(folder))

    @property
    def folder(self) -> Path | None:
        """Where it is on disk."""
        return self.analysis.folder

    def read(
        self,
        playbook: LoadedPlaybook | None = None,
        model: EmotionModel | None = None,
        earlier: Earlier | None = None,
    ) -> Interaction:
        """Compute the moments.

        Parameters
        ----------
        playbook : LoadedPlaybook, optional
            The default playbook where left out.
        model : EmotionModel, optional
            The default emotion model where left out.
        earlier : Earlier, optional
            Earlier footage of the same customer.

        Returns
        -------
        Interaction
            With its moments; nothing is written.
        """
        playbook = playbook or find_playbook()
        model = model or default_model()
        digest = analysis_digest(self.folder)
        exposure, hidden, notes = self._exposure(digest)
        moments, baseline = read_moments(
            self.analysis.events,
            {int(face): spans for face, spans in exposure.items()},
            self.context,
            playbook.playbook,
            model,
            earlier,
            {int(face): units for face, units in hidden.items()},
        )
        book = playbook.playbook
        table = model.table if isinstance(model, GenerativeModel) else None
        found = MomentsFile(
            moments=moments,
            exposure=exposure,
            unmeasured={face: unmeasured_time(h, book, table) for face, h in hidden.items()},
            playbook=PlaybookFacts(book.playbook, book.version, playbook.sha256),
            baseline=baseline,
            software={"unspoken": __version__, "emotion_model": model.name},
            analysis_sha256=digest,
            notes=(*notes, *_version_notes(self.analysis)),
        )
        return replace(self, moments_file=found)

    def save_moments(self) -> Path:
        """Write ``moments.json`` beside ``analysis.json``, under a temporary name first.

        Raises
        ------
        InputError
            When the analysis was never saved, or the moments were not read.
        OutputError
            When it cannot be written; an earlier file stays as it was.
        """
        if self.folder is None or self.moments_file is None:
            raise InputError("Save the analysis and read its moments first.")
        with Batch(self.folder) as batch:
            batch.add_bytes(MOMENTS_NAME, moments_text(self.moments_file))
        return self.folder / MOMENTS_NAME

    def _exposure(self, digest: str) -> tuple[dict[str, Spans], dict[str, Hidden], list[str]]:
        """Intervals with evidence, and without it for single units.

        As computed before, from the signals, or only known roughly.
        """
        known = _known_exposure(self.folder, digest)
        if known is not None:
            return *known, []
        customers = [face for face in self.analysis.faces if face.measured_s > 0.0]
        if not customers:
            return {}, {}, []
        try:
            exposure = _measured(self.analysis)
            return exposure, _hidden(self.analysis, exposure), []
        except UnspokenError:
            note = (
                "The signals file is missing, so exposure is taken as the time from first to last "
                "sight."
            )
            return {str(f.face_id): ((f.first_s, f.last_s),) for f in customers}, {}, [note]


def analysis_digest(folder: Path | None) -> str:
    """SHA-256 of the ``analysis.json`` in a folder, hexadecimal; "" where there is none."""
    if folder is None or not (folder / _ANALYSIS).is_file():
        return ""
    return hashlib.sha256((folder / _ANALYSIS).read_bytes()).hexdigest()


class _Known(msgspec.Struct):
    """The part of ``moments.json`` that holds for another reading; the rest is passed over."""

    analysis_sha256: str
    notes: list[str]
    exposure: dict[str, Spans]
    unmeasured: dict[str, Hidden]


def _known_exposure(
    folder: Path | None, digest: str
) -> tuple[dict[str, Spans], dict[str, Hidden]] | None:
    """What an earlier reading of the very same analysis measured; None when there is none."""
    if folder is None or not digest:
        return None
    try:
        known = msgspec.json.decode((folder / MOMENTS_NAME).read_bytes(), type=_Known)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if known.analysis_sha256 != digest or known.notes:
        return None
    return known.exposure, {face: hidden_units(found) for face, found in known.unmeasured.items()}


def hidden_units(unmeasured: Mapping[str, Spans]) -> Hidden:
    """Of everything that could not be seen, the action units."""
    return {key: spans for key, spans in unmeasured.items() if key.startswith("AU")}


def _measured(analysis: Analysis) -> dict[str, Spans]:
    """Exposure of every measured face from the signals."""
    times, faces, gaps = analysis.sliced_signals().in_view()
    found: dict[str, Spans] = {}
    for face in analysis.faces:
        if face.measured_s > 0.0:
            own = np.flatnonzero(faces == face.face_id)
            found[str(face.face_id)] = exposure_of(times[own], gaps[own] == 0)
    return found


def _hidden(analysis: Analysis, exposure: Mapping[str, Spans]) -> dict[str, Hidden]:
    """When single units of a measured face were behind a hand, or in its part of the face."""
    found: dict[str, Hidden] = {}
    for face in analysis.faces:
        spans: dict[str, Spans] = {}
        if face.unmeasured_s:  # the signals are read only where a hand was
            times, usable, missing = analysis.sliced_signals().missing_units(face.face_id)
            spans = {key: exposure_of(times, usable & gone) for key, gone in missing.items()}
        for hand in analysis.artefacts:
            if hand.kind == "hand_over_face" and hand.face_id == face.face_id and hand.part:
                seen = both(
                    exposure.get(str(face.face_id), ()),
                    [(hand.interval.start_s, hand.interval.end_s)],
                )
                for code in AREA_UNITS[hand.part]:
                    spans[f"AU{code}"] = together(spans.get(f"AU{code}", ()), seen)
        if any(spans.values()):
            found[str(face.face_id)] = {key: spans[key] for key in sorted(spans) if spans[key]}
    return found


def _version_notes(analysis: Analysis) -> list[str]:
    """What to know of an analysis another version made."""
    made_by = analysis.software.get("unspoken", "")
    expressions = [event for event in analysis.events if event.kind != "blink"]
    notes = []
    if made_by and made_by != __version__:
        notes.append(f"The analysis was made by Unspoken {made_by}, read by {__version__}.")
    if expressions and not any(event.unit_errors for event in expressions):
        notes.append(
            "The events carry no standard errors per unit (an earlier version made them), so "
            "readings take them from each event's own signal-to-noise ratio. Analyse the "
            "recording again for sharper readings."
        )
    return notes
