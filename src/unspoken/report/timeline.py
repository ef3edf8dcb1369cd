"""Signals packed for the page: small, and quick to unpack in a browser.

Layout of the packed bytes, all little-endian, before raw DEFLATE and base64. Every column is a
block of ``rows`` values, stored as differences from the value before, low bytes of all values
first, then the next bytes (neighbouring values differ little, so this shrinks well)::

    time      int32   0.1 ms from the clip's start
    gap       int8    position in GAPS
    then for each unit of UNIT_KEYS
      low     int16   amplitude in steps of AMPLITUDE_STEP; MISSING where there is none
      high    int16   only when `bin` > 1: the highest of the bin, `low` being the lowest
      error   int8    0..254: standard error ERROR_BASE * 2**(code / 8); 255 where there is none

The page builds its coarser levels (lowest and highest of 4, 16, 64 ... rows) itself.
"""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from unspoken.facs.units import UNIT_KEYS
from unspoken.motion.evidence import GAPS

if TYPE_CHECKING:
    import polars as pl

__all__ = ["AMPLITUDE_STEP", "ERROR_BASE", "MISSING", "Track", "pack_tracks"]

AMPLITUDE_STEP = 0.002
ERROR_BASE = 0.0005
MISSING = -32768
_ERROR_MISSING = 255
#: Rows of all faces together that are packed one by one; longer recordings are binned.
_MOST_ROWS = 30_000


@dataclass(frozen=True)
class Track:
    """One face's signals, packed.

    Parameters
    ----------
    face_id : int
        Track number.
    rows : int
        Values per column.
    bin : int
        Frames per value; 1 means every frame is there.
    data : str
        Base64 of the raw DEFLATE stream.
    """

    face_id: int
    rows: int
    bin: int
    data: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"face": self.face_id, "rows": self.rows, "bin": self.bin, "data": self.data}


def pack_tracks(signals: pl.DataFrame, start_s: float) -> list[Track]:
    """Pack every measured face.

    Parameters
    ----------
    signals : polars.DataFrame
        The signals table.
    start_s : float
        The clip's first capture time; packed times count from it.

    Returns
    -------
    list of Track
        Ordered by face; empty when no face was measured.
    """
    import polars as pl

    seen = signals.filter(pl.col("face_id").is_not_null())
    if seen.is_empty():
        return []
    per_bin = max(1, -(-seen.height // _MOST_ROWS))
    faces = seen.partition_by("face_id", as_dict=True, maintain_order=True)
    ordered = sorted((int(key[0]), table) for key, table in faces.items())
    return [_pack(face_id, table, start_s, per_bin) for face_id, table in ordered]


def _pack(face_id: int, table: pl.DataFrame, start_s: float, per_bin: int) -> Track:
    times = table["time_s"].to_numpy()
    gap_code = {gap: code for code, gap in enumerate(GAPS)}
    gaps = np.array([gap_code.get(gap, 0) for gap in table["gap"].to_list()], np.uint8)
    starts = np.arange(0, times.size, per_bin)
    blocks = [
        _planes(np.round((times[starts] - start_s) * 1e4).astype("<i4")),
        _planes(gaps[starts]),
    ]
    for key in UNIT_KEYS:
        amplitude = table[key].to_numpy().astype(np.float64)
        error = table[f"{key}_se"].to_numpy().astype(np.float64)
        blocks += _unit_blocks(amplitude, error, starts, per_bin)
    squeeze = zlib.compressobj(6, zlib.DEFLATED, -15)
    packed = squeeze.compress(b"".join(blocks)) + squeeze.flush()
    return Track(face_id, starts.size, per_bin, base64.b64encode(packed).decode("ascii"))


def _unit_blocks(
    amplitude: NDArray[np.float64],
    error: NDArray[np.float64],
    starts: NDArray[np.int64],
    per_bin: int,
) -> list[bytes]:
    steps = np.clip(np.round(amplitude / AMPLITUDE_STEP), -32767, 32767)
    if per_bin == 1:
        values = [np.where(np.isnan(steps), MISSING, steps)]
    else:
        low = np.fmin.reduceat(steps, starts)
        high = np.fmax.reduceat(steps, starts)
        values = [np.where(np.isnan(v), MISSING, v) for v in (low, high)]
        error = np.fmax.reduceat(error, starts)
    with np.errstate(divide="ignore"):
        code = np.clip(np.round(8.0 * np.log2(error / ERROR_BASE)), 0, _ERROR_MISSING - 1)
    code = np.where(np.isnan(code), _ERROR_MISSING, code)
    return [_planes(v.astype("<i2")) for v in values] + [_planes(code.astype(np.uint8))]


def _planes(values: NDArray[Any]) -> bytes:
    """Differences of neighbours (wrapping round), bytes of equal weight together."""
    change = np.diff(values, prepend=values.dtype.type(0))
    size = values.dtype.itemsize
    return np.ascontiguousarray(change.view(np.uint8).reshape(-1, size).T).tobytes()
