"""The result of an analysis: the type everything above and below speaks. Save and load.

On disk an analysis is a folder: ``analysis.json`` (everything but the signals), ``signals.parquet``
(a row per frame and face) and ``events.csv``. The columns are documented in
``docs/data-dictionary.md``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, get_type_hints

from pydantic import ValidationError

from unspoken import records
from unspoken.documents import checked_schema, read_document
from unspoken.errors import SourceNotFound
from unspoken.filing import Batch, writing
from unspoken.media.facts import ClockFacts, SourceFacts
from unspoken.settings import Settings
from unspoken.spotting.events import Artefact, Event

if TYPE_CHECKING:
    import polars as pl

    from unspoken.signal_slices import SlicedSignals

__all__ = ["SCHEMA_VERSION", "Analysis", "FaceSummary", "Quality", "Sensitivity"]

#: Grows when an older program could misread the file. Added keys do not count: readers pass over
#: keys they do not know.
SCHEMA_VERSION = 1
_SCHEMA = "unspoken.analysis"
_JSON_NAME = "analysis.json"
_EVENTS_NAME = "events.csv"
_SIGNALS_NAME = "signals.parquet"


@dataclass(frozen=True, slots=True)
class FaceSummary:
    """One track over the recording.

    Parameters
    ----------
    face_id : int
        Track number.
    role : str
        customer, staff, bystander or unknown. Only customers were measured.
    first_s, last_s : float
        First and last sight, seconds.
    seen_s : float
        Time in view, seconds.
    measured_s : float
        Exposure: time with usable evidence, seconds. 0 unless customer.
    icd_px : float
        Median inter-canthal distance, picture pixels.
    yaw_deg, pitch_deg : float
        Median absolute head pose, degrees.
    gaps_s : dict of str to float
        Seconds lost per reason (names of `unspoken.motion.evidence.Gap`).
    unmeasured_s : dict of str to float
        Of `measured_s`, seconds in which a unit of `UNIT_KEYS` was behind a hand; units that never
        were are left out.
    """

    face_id: int
    role: str
    first_s: float
    last_s: float
    seen_s: float
    measured_s: float
    icd_px: float
    yaw_deg: float
    pitch_deg: float
    gaps_s: dict[str, float] = field(default_factory=dict)
    unmeasured_s: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quality:
    """The footage in figures.

    Parameters
    ----------
    icd_px : float
        Median inter-canthal distance of the measured faces, picture pixels; good is 40 or more.
    noise_grey : float
        Standard deviation of the picture noise on the face, grey levels of 255.
    sharpness_px : float
        Width of the narrowest edges on the face (standard deviation), crop pixels.
    blockiness : float
        Brightness steps at the codec's block borders over those elsewhere; 1.0 means none.
    notes : tuple of str
        What this means, in plain sentences.
    """

    icd_px: float
    noise_grey: float
    sharpness_px: float
    blockiness: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What could have been seen: the smallest movement found half the time.

    Parameters
    ----------
    face_id : int
        Track number.
    unit : str
        Key of `UNIT_KEYS`.
    duration_s : float
        Total duration of the movement, seconds.
    amplitude : float
        Peak amplitude, parts of the basis' full displacement; infinite when the clock is too slow
        or nothing was measured.
    displacement_icd : float
        The same as peak skin displacement in inter-canthal distances.
    """

    face_id: int
    unit: str
    duration_s: float
    amplitude: float
    displacement_icd: float


@dataclass(frozen=True)
class Analysis:
    """Everything one analysis found out about one source.

    Parameters
    ----------
    source : SourceFacts
        What was analysed, with its sha256.
    clock : ClockFacts
        What its time stamps say.
    settings : Settings
        Every setting of the run.
    faces : tuple of FaceSummary
        All tracks, measured or not; empty when no face was found.
    events, artefacts : tuple
        What was spotted, in order of time.
    quality : Quality
        The footage in figures.
    sensitivity : tuple of Sensitivity
        What could have been seen.
    software : dict of str to str
        Versions of the program, its parts and its weights.
    timings_s : dict of str to float
        Seconds spent per stage.
    partial : bool
        The run was stopped before the end of the source.
    notes : tuple of str
        Sentences about the whole analysis.
    folder : Path or None
        Where it is on disk; None for one that was never saved. Not part of equality.
    signals_file : Path or None
        A finished signals file that still has its temporary name
        (`unspoken.signals.SignalsWriter.finish`); :meth:`save` gives it its place.
    """

    source: SourceFacts
    clock: ClockFacts
    settings: Settings
    faces: tuple[FaceSummary, ...]
    events: tuple[Event, ...]
    artefacts: tuple[Artefact, ...]
    quality: Quality
    sensitivity: tuple[Sensitivity, ...]
    software: dict[str, str]
    timings_s: dict[str, float]
    partial: bool = False
    notes: tuple[str, ...] = ()
    folder: Path | None = field(default=None, compare=False)
    _signals: pl.DataFrame | None = field(default=None, repr=False, compare=False)
    signals_file: Path | None = field(default=None, repr=False, compare=False)

    def with_timings(self, timings_s: dict[str, float]) -> Analysis:
        """The same analysis with other stage timings, seconds."""
        return replace(self, timings_s=timings_s)

    @property
    def exposure_s(self) -> float:
        """Seconds of usable evidence, summed over the measured faces."""
        return sum(face.measured_s for face in self.faces)

    @property
    def signals(self) -> pl.DataFrame:
        """The signals table: a row per frame and face, columns of `SIGNAL_COLUMNS`.

        Read from disk at the first use. Empty when there are no signals at all.

        Raises
        ------
        SourceNotFound, InputError
            When the signals file is gone or broken.
        """
        if self._signals is None:
            from unspoken.signals import SignalsTable, read_signals

            path = self._signals_path()
            table = SignalsTable().frame() if path is None else read_signals(path)
            object.__setattr__(self, "_signals", table)
        assert self._signals is not None
        return self._signals

    def sliced_signals(self) -> SlicedSignals:
        """The signals table a few seconds at a time, for recordings of any length.

        Unlike `signals` this never holds the whole table, unless it is in memory already.
        """
        from unspoken.signal_slices import SlicedSignals

        table = self._signals
        return SlicedSignals(self._signals_path() if table is None else table)

    def _signals_path(self) -> Path | None:
        if self.signals_file is not None:
            return self.signals_file
        return None if self.folder is None else self.folder / _SIGNALS_NAME

    def events_table(self) -> pl.DataFrame:
        """The events as a table with the columns of `EVENT_COLUMNS`; numbers are not rounded."""
        from unspoken.events_table import events_frame

        return events_frame(self.events)

    def artefacts_table(self) -> pl.DataFrame:
        """The artefacts as a table with the columns of `ARTEFACT_COLUMNS`."""
        from unspoken.events_table import artefacts_frame

        return artefacts_frame(self.artefacts)

    def to_json_dict(self) -> dict[str, Any]:
        """What ``analysis.json`` holds: strict JSON values, without the signals."""
        document: dict[str, Any] = {"schema": _SCHEMA, "schema_version": SCHEMA_VERSION}
        for name in _DOCUMENTED:
            value = getattr(self, name)
            document[name] = (
                value.model_dump(mode="json")
                if isinstance(value, Settings)
                else records.to_json(value)
            )
        return document

    @classmethod
    def from_json_dict(cls, document: Any) -> Analysis:
        """Rebuild an analysis from what :meth:`to_json_dict` gave.

        Raises
        ------
        RecordError
            If a value does not fit.
        InputError
            If the document is no analysis, or a newer program wrote it.
        """
        _check_schema(document)
        found: dict[str, Any] = {}
        for name in _DOCUMENTED:
            if name not in document:
                raise records.RecordError((), f'the key "{name}" is missing')
            found[name] = (
                _settings_from(document[name])
                if name == "settings"
                else records.from_json(_HINTS[name], document[name], (name,))
            )
        return cls(**found)

    def save(self, folder: str | Path) -> Analysis:
        """Write ``analysis.json``, ``events.csv`` and ``signals.parquet``.

        All files are written under temporary names first and renamed together, so a failure
        leaves earlier results in the folder as they were.

        Parameters
        ----------
        folder : str or Path
            Made if it is not there.

        Returns
        -------
        Analysis
            The same analysis, tied to the folder.

        Raises
        ------
        OutputError
            When the folder cannot be written to or the disk is full.
        """
        from unspoken.events_table import events_csv

        folder = Path(folder)
        text = json.dumps(self.to_json_dict(), indent=1, ensure_ascii=False, allow_nan=False)
        with Batch(folder) as batch:
            self._stage_signals(batch, folder)
            batch.add_bytes(_EVENTS_NAME, events_csv(self.events).encode("utf-8"))
            batch.add_bytes(_JSON_NAME, (text + "\n").encode("utf-8", "backslashreplace"))
        return self._at(folder)

    def _stage_signals(self, batch: Batch, folder: Path) -> None:
        final = folder / _SIGNALS_NAME
        source = self._signals_path()
        if source is None or (self._signals is not None and not source.exists()):
            from unspoken.signal_slices import SLICE_ROWS

            table = self.signals
            part = batch.claim(_SIGNALS_NAME)
            with writing(final):
                # As many rows to a group as a run writes, so that slices are read cheaply.
                table.write_parquet(part, compression="zstd", row_group_size=SLICE_ROWS)
        elif source.parent.resolve() == folder.resolve():
            if source.name != _SIGNALS_NAME:
                batch.add_file(_SIGNALS_NAME, source)
        else:
            batch.add_copy(_SIGNALS_NAME, source)

    def _at(self, folder: Path) -> Analysis:
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return Analysis(**{**values, "folder": folder, "signals_file": None})

    @classmethod
    def load(cls, folder: str | Path) -> Analysis:
        """Read an analysis from its folder (or from its ``analysis.json``).

        The signals are read when they are first asked for.

        Raises
        ------
        SourceNotFound
            When there is no ``analysis.json``.
        InputError
            When it is broken (the message names file and line) or was written by a newer program.
        """
        path = Path(folder)
        path = path if path.name == _JSON_NAME else path / _JSON_NAME
        again = "Analyse the source again, or restore the file from a copy."
        try:
            found = read_document(path, cls.from_json_dict, "an analysis", again)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise SourceNotFound(
                f"There is no analysis at {path}.", "Name a folder that holds analysis.json."
            ) from error
        return found._at(path.parent)


_UNDOCUMENTED = ("folder", "_signals", "signals_file")
#: Top-level keys of ``analysis.json`` after the schema, in order.
_DOCUMENTED = tuple(f.name for f in fields(Analysis) if f.name not in _UNDOCUMENTED)
# polars is imported for type checkers alone, so its one name needs a stand-in here.
_HINTS = get_type_hints(Analysis, localns={"pl": SimpleNamespace(DataFrame=object)})


def _check_schema(document: Any) -> None:
    newer = ("This analysis was", "Update Unspoken, then open it again.")
    checked_schema(
        document, _SCHEMA, SCHEMA_VERSION, "This JSON is not an Unspoken analysis.", newer
    )


def _settings_from(value: Any) -> Settings:
    if not isinstance(value, dict):
        raise records.RecordError(("settings",), "expected an object")
    known = {name: item for name, item in value.items() if name in Settings.model_fields}
    try:
        return Settings(**known)
    except ValidationError as error:
        first = error.errors()[0]
        raise records.RecordError(("settings", *first["loc"]), first["msg"]) from error
