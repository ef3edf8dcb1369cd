"""The signals table: rows of evidence streamed to Parquet, or kept in memory.

Both writers take the same rows and make the same table (``unspoken.tables.SIGNAL_COLUMNS``).
A recording of any length needs the same memory: rows are gathered in fixed arrays and leave as
one Parquet row group about every half a minute to a minute.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from unspoken.arrow import column, words
from unspoken.errors import OutputError, UsageError
from unspoken.facs.units import UNIT_KEYS
from unspoken.filing import part_path, writing
from unspoken.motion.evidence import GAPS, EvidenceRow
from unspoken.tables import SIGNAL_COLUMNS

if TYPE_CHECKING:
    import polars as pl

__all__ = ["SignalsTable", "SignalsWriter", "arrow_schema", "read_signals"]

#: Rows in a row group: 68 s of one face at 30 pictures a second, 34 s at 60.
_GROUP_ROWS = 2048
#: A row group is closed earlier when it spans this long, so that slow clips are saved in time.
_GROUP_SECONDS = 60.0
_UNITS = len(UNIT_KEYS)
_ARROW = {
    "text": pa.string(),
    "int32": pa.int32(),
    "float32": pa.float32(),
    "float64": pa.float64(),
}
_GAP_CODE = {gap: code for code, gap in enumerate(GAPS)}
#: Plain per-frame figures, in the order they are buffered.
_FIGURES = (
    "yaw_deg",
    "pitch_deg",
    "roll_deg",
    "icd_px",
    "eye_opening",
    "mouth_opening",
    "quality",
    "gaze_x",
    "gaze_y",
    "light",
)
_NAN = float("nan")


def arrow_schema() -> pa.Schema:
    """Names and types of ``signals.parquet`` for Arrow."""
    return pa.schema([pa.field(c.name, _ARROW[c.dtype]) for c in SIGNAL_COLUMNS])


class _RowBuffer:
    """Fixed arrays for one row group; filling a row only copies numbers."""

    def __init__(self, rows: int) -> None:
        self.size = rows
        self.count = 0
        self._time = np.empty(rows, np.float64)
        self._whole = np.empty((rows, 4), np.int32)
        self._amplitude = np.empty((rows, _UNITS), np.float32)
        self._error = np.empty((rows, _UNITS), np.float32)
        self._figures = np.empty((rows, len(_FIGURES)), np.float32)

    def add(self, row: EvidenceRow) -> None:
        """Copy one row in."""
        at = self.count
        pose = row.pose
        yaw, pitch, roll = (
            (_NAN, _NAN, _NAN) if pose is None else (pose.yaw_deg, pose.pitch_deg, pose.roll_deg)
        )
        self._time[at] = row.time_s
        self._whole[at] = (row.frame, row.face_id, row.run, _GAP_CODE[row.gap])
        self._amplitude[at] = row.amplitude
        self._error[at] = row.error
        self._figures[at] = (
            *(yaw, pitch, roll, row.icd_px, row.eye_opening, row.mouth_opening, row.quality),
            *(row.gaze_x, row.gaze_y, row.light),
        )
        self.count = at + 1

    def span_s(self) -> float:
        """Seconds between the first and the last buffered row."""
        return float(self._time[self.count - 1] - self._time[0]) if self.count else 0.0

    def take(self) -> pa.RecordBatch:
        """The buffered rows as Arrow columns; the buffer is empty afterwards."""
        n = self.count
        whole = self._whole[:n]
        face = whole[:, 1].copy()
        codes = column(whole[:, 3].astype(np.int8))
        columns: dict[str, pa.Array] = {
            "time_s": column(self._time[:n]),
            "frame": column(whole[:, 0]),
            "face_id": column(face, face != 0),
            "run": column(whole[:, 2]),
            "gap": pa.DictionaryArray.from_arrays(codes, words(GAPS)).cast(pa.string()),
        }
        for index, key in enumerate(UNIT_KEYS):
            columns[key] = _nullable(self._amplitude[:n, index])
            columns[f"{key}_se"] = _nullable(self._error[:n, index])
        for index, name in enumerate(_FIGURES):
            columns[name] = _nullable(self._figures[:n, index])
        self.count = 0
        schema = arrow_schema()
        return pa.record_batch([columns[name] for name in schema.names], schema=schema)


def _nullable(values: np.ndarray) -> pa.Array:
    """A column in which NaN became null: a missing value, not a poisonous number."""
    return column(values, ~np.isnan(values))


class SignalsWriter:
    """Stream evidence rows into a Parquet file.

    The file grows under a temporary name. :meth:`close` gives it its own name;
    :meth:`finish` leaves the renaming to `unspoken.analysis.Analysis.save`, so that all results
    of a run appear together. Without either (a crash) nothing is left behind at ``path``.

    Parameters
    ----------
    path : Path
        Where the file goes; the folder is made if it is not there.

    Raises
    ------
    OutputError
        When the place cannot be written to.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        self._part = part_path(path)
        self._buffer = _RowBuffer(_GROUP_ROWS)
        self._file: pq.ParquetWriter | None = None
        try:
            with writing(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = pq.ParquetWriter(
                    self._part, arrow_schema(), compression="zstd", compression_level=3
                )
        except OutputError:
            with contextlib.suppress(OSError):
                self._part.unlink(missing_ok=True)
            raise

    def add(self, row: EvidenceRow) -> None:
        """Append one row; rows arrive in order of time.

        Raises
        ------
        OutputError
            When the disk is full or gone.
        UsageError
            After the file was closed.
        """
        if self._file is None:
            raise UsageError(f"{self.path} is closed; no more rows can be added.")
        buffer = self._buffer
        buffer.add(row)
        self.rows += 1
        if buffer.count == buffer.size or (
            buffer.count % 64 == 0 and buffer.span_s() >= _GROUP_SECONDS
        ):
            self._flush()

    def finish(self, partial: bool = False) -> Path:
        """Write what is buffered, end the file and leave it under its temporary name.

        Parameters
        ----------
        partial : bool
            Mark the file as stopped before the end of the source.

        Returns
        -------
        Path
            The temporary name, for `Analysis.signals_file`.
        """
        if self._file is not None:
            self._flush()
            file, self._file = self._file, None
            with writing(self.path):
                file.add_key_value_metadata({"unspoken.partial": "true" if partial else "false"})
                file.close()
        return self._part

    def close(self, partial: bool = False) -> Path:
        """Finish and rename into place. Calling it again does nothing."""
        part = self.finish(partial)
        with writing(self.path):
            if part.exists():
                part.replace(self.path)
        return self.path

    def abort(self) -> None:
        """Give up: remove the temporary file, leave everything else as it was."""
        file, self._file = self._file, None
        if file is not None:
            # The full disk may be the very reason for giving up.
            with contextlib.suppress(OSError):
                file.close()
        with contextlib.suppress(OSError):
            self._part.unlink(missing_ok=True)

    def _flush(self) -> None:
        if self._file is None or not self._buffer.count:
            return
        with writing(self.path):
            self._file.write_batch(self._buffer.take(), row_group_size=_GROUP_ROWS)

    def __enter__(self) -> SignalsWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close normally; keep what was measured on Ctrl-C; remove everything after a failure."""
        if kind is None:
            self.close()
        elif issubclass(kind, KeyboardInterrupt):
            self.close(partial=True)
        else:
            self.abort()


class SignalsTable:
    """Collect the same table in memory, for analyses without an output folder.

    Needs 340 bytes a row.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._buffer = _RowBuffer(_GROUP_ROWS)
        self._batches: list[pa.RecordBatch] = []

    def add(self, row: EvidenceRow) -> None:
        """Append one row."""
        self._buffer.add(row)
        self.rows += 1
        if self._buffer.count == self._buffer.size:
            self._batches.append(self._buffer.take())

    def frame(self) -> pl.DataFrame:
        """All rows so far; no rows give an empty table with all columns."""
        import polars as pl

        if self._buffer.count:
            self._batches.append(self._buffer.take())
        table = pa.Table.from_batches(self._batches, schema=arrow_schema())
        result = pl.from_arrow(table)
        assert isinstance(result, pl.DataFrame)
        return result


def read_signals(path: Path) -> pl.DataFrame:
    """Read a whole ``signals.parquet``; for a part at a time see `unspoken.signal_slices`.

    Raises
    ------
    SourceNotFound
        When there is no such file.
    InputError
        When it is not a Parquet file or lacks a column of the contract.
    """
    import polars as pl

    from unspoken.signal_slices import check_columns, check_there, unreadable

    check_there(path)
    try:
        table = pl.read_parquet(path, hive_partitioning=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise unreadable(path, error) from error
    check_columns(path, [c.name for c in SIGNAL_COLUMNS], table.columns)
    return table
