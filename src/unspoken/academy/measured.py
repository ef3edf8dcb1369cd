"""The signals of one face over a stretch of a recording, as arrays over its pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from unspoken.analysis import Analysis
from unspoken.errors import InputError
from unspoken.facs.units import UNIT_KEYS
from unspoken.signal_slices import check_columns, check_there, unreadable
from unspoken.timing import Interval

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Measured", "measured_rows"]

Floats = NDArray[np.float64]
_HEAD = ("yaw_deg", "pitch_deg", "roll_deg", "gaze_x", "gaze_y")
_ERRORS = tuple(f"{key}_se" for key in UNIT_KEYS)
_COLUMNS = ["time_s", "face_id", "gap", "run", "eye_opening", *_HEAD, *UNIT_KEYS, *_ERRORS]
#: Pictures further apart than this many median steps have others missing between them.
_MISSING_STEPS = 1.5


@dataclass(frozen=True)
class Measured:
    """A row per picture, whether the face was in it or not.

    Parameters
    ----------
    time_s : ndarray, shape (n,)
        Capture times, seconds.
    gap : tuple of str
        Per picture why nothing was measured (`unspoken.motion.evidence.GAPS`); "" where it was.
    run : ndarray of int, shape (n,)
        Amplitudes of different runs share no zero; -1 in a gap.
    amplitude, error : ndarray, shape (n_units, n)
        In the order of `UNIT_KEYS`; NaN in a gap.
    eye_opening : ndarray, shape (n,)
        0..1; NaN without a face.
    head : dict of str to ndarray, shape (n,)
        Degrees, and gaze -1..1; NaN without a face.
    """

    time_s: Floats
    gap: tuple[str, ...]
    run: NDArray[np.int64]
    amplitude: Floats
    error: Floats
    eye_opening: Floats
    head: dict[str, Floats]

    def runs(self) -> Iterator[NDArray[np.int64]]:
        """Positions of the pictures of each run, in order of time."""
        for run in np.unique(self.run[self.run >= 0]):
            yield np.flatnonzero(self.run == run)

    def missing(self) -> list[tuple[float, float, str]]:
        """Stretches without evidence: start, end (seconds), reason; in order.

        A stretch begins with the picture that shows nothing and ends with the next that does.
        """
        if not len(self.time_s):
            return []
        steps = np.diff(self.time_s)
        step = float(np.median(steps)) if len(steps) else 0.0
        edges = np.append(self.time_s, self.time_s[-1] + step)
        found: list[tuple[float, float, str]] = []
        for k, reason in enumerate(self.gap):
            if reason and found and found[-1][1:] == (edges[k], reason):
                found[-1] = (found[-1][0], float(edges[k + 1]), reason)
            elif reason:
                found.append((float(edges[k]), float(edges[k + 1]), reason))
            elif k < len(steps) and steps[k] > _MISSING_STEPS * step:
                found.append((float(edges[k] + step), float(edges[k + 1]), "no_picture"))
        return found


def measured_rows(analysis: Analysis, face_id: int, span: Interval) -> Measured:
    """Read a stretch of the signals of one face; only that stretch is held in memory.

    Raises
    ------
    SourceNotFound, InputError
        If there are no signals, or the file is broken or lacks a column.
    """
    table = _table(analysis, span)
    time = np.unique(table["time_s"].to_numpy())
    own = table.filter(table["face_id"] == face_id).unique("time_s").sort("time_s")
    place = np.searchsorted(time, own["time_s"].to_numpy())
    count = len(time)

    def spread(name: str) -> Floats:
        course = np.full(count, np.nan)
        course[place] = own[name].cast(float).fill_null(float("nan")).to_numpy()
        return course

    gaps = np.full(count, "no_face", dtype=object)
    gaps[place] = own["gap"].fill_null("").to_numpy()
    amplitude = np.array([spread(key) for key in UNIT_KEYS]).reshape(len(UNIT_KEYS), count)
    error = np.array([spread(key) for key in _ERRORS]).reshape(len(UNIT_KEYS), count)
    # A value without the reason why it is missing is missing all the same.
    broken = ~np.isfinite(amplitude).all(axis=0) & (gaps == "")
    gaps[broken] = "no_face"
    run = np.full(count, -1, dtype=np.int64)
    run[place] = own["run"].fill_null(0).to_numpy()
    run[gaps != ""] = -1
    error = np.where(np.isfinite(error), error, np.inf)
    return Measured(
        time, tuple(str(gap) for gap in gaps), run, amplitude, error, spread("eye_opening"),
        {axis: spread(axis) for axis in _HEAD},
    )  # fmt: skip


def _table(analysis: Analysis, span: Interval) -> pl.DataFrame:
    import polars as pl

    within = pl.col("time_s").is_between(span.start_s, span.end_s)
    if analysis.folder is None:
        return analysis.signals.select(_COLUMNS).filter(within)
    path = Path(analysis.folder) / "signals.parquet"
    check_there(path)
    try:
        lazy = pl.scan_parquet(path)
        check_columns(path, _COLUMNS, lazy.collect_schema().names())
        return lazy.select(_COLUMNS).filter(within).collect()
    except InputError:
        raise
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        raise unreadable(path, error) from error
