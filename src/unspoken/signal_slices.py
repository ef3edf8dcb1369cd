"""The signals table read slice by slice: what a page or a summary needs, never the whole table.

Two hours of a face at 60 pictures a second make a table of 150 MB; a slice of it takes 2 MB. Files
and tables in memory are walked through by the same code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from unspoken.arrow import numbers
from unspoken.errors import InputError, SourceNotFound
from unspoken.facs.units import ACTION_UNITS, UNIT_INDEX, UNIT_KEYS
from unspoken.motion.evidence import GAPS

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "SLICE_ROWS",
    "SignalSlice",
    "SlicedSignals",
    "check_columns",
    "check_there",
    "unreadable",
]

#: Most rows in a slice: as many as a row group of `unspoken.signals.SignalsWriter` has.
SLICE_ROWS = 2048
#: Bytes of a column that are read from a file at once.
_BUFFER = 1 << 16
_ERRORS = tuple(f"{key}_se" for key in UNIT_KEYS)
_COLUMNS = ["time_s", "face_id", "gap", *UNIT_KEYS, *_ERRORS]
_GAP_CODE = {gap: code for code, gap in enumerate(GAPS)}


@dataclass(frozen=True, slots=True)
class SignalSlice:
    """Neighbouring rows of the signals table.

    Parameters
    ----------
    time_s : ndarray of float64, shape (n,)
        Capture times, seconds.
    face_id : ndarray of int32, shape (n,)
        Track numbers; 0 where no face was in view.
    gap : ndarray of uint8, shape (n,)
        Positions in `unspoken.motion.evidence.GAPS`; 0 where there is evidence.
    amplitude, error : ndarray of float32, shape (n_units, n)
        Amplitudes and their standard errors, in the order of `UNIT_KEYS`; NaN where missing.
    """

    time_s: NDArray[np.float64]
    face_id: NDArray[np.int32]
    gap: NDArray[np.uint8]
    amplitude: NDArray[np.float32]
    error: NDArray[np.float32]

    def of_face(self, face_id: int) -> SignalSlice:
        """The rows of one face; the slice itself if all are."""
        mine = self.face_id == face_id
        return self if mine.all() else self.rows(np.flatnonzero(mine))

    def rows(self, chosen: slice | NDArray[np.int64]) -> SignalSlice:
        """Some of the rows: a view for a range, a copy for single ones."""
        return SignalSlice(
            self.time_s[chosen],
            self.face_id[chosen],
            self.gap[chosen],
            self.amplitude[:, chosen],
            self.error[:, chosen],
        )

    @classmethod
    def joined(cls, parts: list[SignalSlice]) -> SignalSlice:
        """Several slices as one; no parts make a slice without rows."""
        empty = np.empty((len(UNIT_KEYS), 0), np.float32)
        return cls(
            np.concatenate([np.empty(0), *(part.time_s for part in parts)]),
            np.concatenate([np.empty(0, np.int32), *(part.face_id for part in parts)]),
            np.concatenate([np.empty(0, np.uint8), *(part.gap for part in parts)]),
            np.concatenate([empty, *(part.amplitude for part in parts)], axis=1),
            np.concatenate([empty, *(part.error for part in parts)], axis=1),
        )


class SlicedSignals:
    """A signals table that is read piece by piece, as often as it is gone through.

    Parameters
    ----------
    source : Path, polars.DataFrame or None
        A ``signals.parquet``, or a table in memory with its columns; None for no rows at all.
    """

    def __init__(self, source: Path | pl.DataFrame | None) -> None:
        self._source = source

    def rows_by_face(self) -> dict[int, int]:
        """How many rows each face has, by track number; reads one column only.

        Raises
        ------
        SourceNotFound, InputError
            When the file is gone or broken.
        """
        counts: dict[int, int] = {}
        for batch in self._batches(["face_id"]):
            faces, rows = np.unique(_whole(batch.column("face_id")), return_counts=True)
            for face, number in zip(faces.tolist(), rows.tolist(), strict=True):
                counts[face] = counts.get(face, 0) + number
        counts.pop(0, None)
        return dict(sorted(counts.items()))

    def in_view(self) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.uint8]]:
        """When which face was in view, and whether there is evidence; reads three columns only.

        Returns
        -------
        time_s, face_id, gap : ndarray, shape (rows,)
            As in `SignalSlice`.

        Raises
        ------
        SourceNotFound, InputError
            When the file is gone or broken.
        """
        times, faces, gaps = [np.empty(0)], [np.empty(0, np.int32)], [np.empty(0, np.uint8)]
        for batch in self._batches(["time_s", "face_id", "gap"]):
            times.append(numbers(batch.column("time_s")))
            faces.append(_whole(batch.column("face_id")))
            gaps.append(_gap_codes(batch.column("gap")))
        return np.concatenate(times), np.concatenate(faces), np.concatenate(gaps)

    def missing_units(
        self, face_id: int
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_], dict[str, NDArray[np.bool_]]]:
        """When single action units of a face have no value, on either side of the face.

        Returns
        -------
        time_s : ndarray, shape (rows,)
            Capture times of the face's rows, seconds.
        usable : ndarray of bool, shape (rows,)
            Rows without a gap.
        missing : dict of str to ndarray of bool, shape (rows,)
            Unit without its side (``"AU4"``) to the rows without it.

        Raises
        ------
        SourceNotFound, InputError
            When the file is gone or broken.
        """
        times, usable = [np.empty(0)], [np.empty(0, np.bool_)]
        missing = {f"AU{unit.code}": [np.empty(0, np.bool_)] for unit in ACTION_UNITS}
        for rows in (part.of_face(face_id) for part in self):
            times.append(rows.time_s)
            usable.append(rows.gap == 0)
            for unit in ACTION_UNITS:
                sides = rows.amplitude[[UNIT_INDEX[key] for key in unit.keys]]
                missing[f"AU{unit.code}"].append(np.asarray(np.isnan(sides).all(axis=0)))
        joined = {key: np.concatenate(parts) for key, parts in missing.items()}
        return np.concatenate(times), np.concatenate(usable), joined

    def __iter__(self) -> Iterator[SignalSlice]:
        """Slices of at most `SLICE_ROWS` rows, in the order of the table.

        Raises
        ------
        SourceNotFound, InputError
            When the file is gone or broken.
        """
        for batch in self._batches(_COLUMNS):
            yield SignalSlice(
                numbers(batch.column("time_s")),
                _whole(batch.column("face_id")),
                _gap_codes(batch.column("gap")),
                _stacked(batch, UNIT_KEYS),
                _stacked(batch, _ERRORS),
            )

    def _batches(self, columns: list[str]) -> Iterator[pa.RecordBatch]:
        if self._source is None:
            return
        if isinstance(self._source, Path):
            yield from _file_batches(self._source, columns)
            return
        for start in range(0, self._source.height, SLICE_ROWS):
            table = self._source.select(columns).slice(start, SLICE_ROWS).to_arrow()
            yield from table.combine_chunks().to_batches()


def _file_batches(path: Path, columns: list[str]) -> Iterator[pa.RecordBatch]:
    check_there(path)
    try:
        check_columns(path, _COLUMNS, pq.read_schema(path).names)
        with pq.ParquetFile(path, read_dictionary=["gap"], buffer_size=_BUFFER) as file:
            # Asked for all row groups at once, Arrow would keep what it read of every one.
            for group in range(file.num_row_groups):
                yield from file.iter_batches(
                    SLICE_ROWS, row_groups=[group], columns=columns, use_threads=False
                )
    except (pa.ArrowException, OSError) as error:
        raise unreadable(path, error) from error


def check_there(path: Path) -> None:
    """Raise `SourceNotFound` where there is no signals file."""
    if not path.is_file():
        raise SourceNotFound(
            f"The signals of this analysis are not at {path}.",
            "Keep signals.parquet next to analysis.json.",
        )


def check_columns(path: Path, wanted: list[str], found: list[str]) -> None:
    """Raise `InputError` naming the columns a file should have and has not."""
    missing = [name for name in wanted if name not in found]
    if missing:
        raise InputError(
            f"{path} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}.",
            "Is it the signals.parquet of an analysis?",
        )


def unreadable(path: Path, error: Exception) -> InputError:
    """What to raise when a signals file cannot be read."""
    return InputError(
        f"{path} is not a readable Parquet file: {error}.", "Analyse the source again."
    )


def _whole(column: pa.Array) -> NDArray[np.int32]:
    """Whole numbers, 0 for a missing one; with missing ones Arrow gives floats and NaN."""
    values = numbers(column)
    if values.dtype.kind == "f":
        values = np.nan_to_num(values)
    return values.astype(np.int32, copy=False)


def _gap_codes(column: pa.Array) -> NDArray[np.uint8]:
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    # The last code is for missing names, which Arrow numbers with NaN.
    codes = [_GAP_CODE.get(name, 0) for name in column.dictionary.to_pylist()]
    places = numbers(column.indices)
    if places.dtype.kind == "f":
        places = np.nan_to_num(places, nan=len(codes)).astype(np.intp)
    return np.take(np.array([*codes, 0], np.uint8), places)


def _stacked(batch: pa.RecordBatch, names: tuple[str, ...]) -> NDArray[np.float32]:
    """Columns as the lines of one array, NaN for missing values."""
    lines = np.empty((len(names), batch.num_rows), np.float32)
    for line, name in zip(lines, names, strict=True):
        line[:] = numbers(batch.column(name))
    return lines
