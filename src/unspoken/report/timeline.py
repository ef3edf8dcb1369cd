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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unspoken.facs.units import UNIT_KEYS
from unspoken.signal_slices import SignalSlice

__all__ = [
    "AMPLITUDE_STEP",
    "ERROR_BASE",
    "MISSING",
    "FrameTimes",
    "PackedTimes",
    "Track",
    "TrackPacker",
]

AMPLITUDE_STEP = 0.002
ERROR_BASE = 0.0005
MISSING = -32768
_ERROR_MISSING = 255
#: Rows of all faces together that are packed one by one; longer recordings are binned.
_MOST_ROWS = 30_000
#: Bytes that become base64 at once; a multiple of three, so that pieces can be joined.
_PIECE = 3 << 14


@dataclass(frozen=True, slots=True)
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
    packed : bytes or bytearray
        The raw DEFLATE stream.
    """

    face_id: int
    rows: int
    bin: int
    packed: bytes | bytearray = field(repr=False)

    def facts(self) -> dict[str, Any]:
        """All but the data, for JSON."""
        return {"face": self.face_id, "rows": self.rows, "bin": self.bin}

    def data(self) -> Iterator[str]:
        """Base64 of the packed bytes, in pieces that only need to be put together."""
        view = memoryview(self.packed)
        for start in range(0, len(view), _PIECE):
            yield base64.b64encode(view[start : start + _PIECE]).decode("ascii")


@dataclass(frozen=True, slots=True)
class PackedTimes:
    """Capture times of all frames, packed as the time column of a track.

    Parameters
    ----------
    rows : int
        Frames.
    packed : bytes
        The raw DEFLATE stream.
    """

    rows: int
    packed: bytes = field(repr=False)

    def facts(self) -> dict[str, Any]:
        """For JSON."""
        return {"rows": self.rows, "data": base64.b64encode(self.packed).decode("ascii")}


class FrameTimes:
    """Gathers the capture time of every frame while the signals table goes by.

    Parameters
    ----------
    start_s : float
        The clip's first capture time, seconds; packed times count from it.
    """

    def __init__(self, start_s: float) -> None:
        self._start_s = start_s
        self._last_s = -np.inf
        self._parts: list[NDArray[np.float64]] = []

    def add(self, part: SignalSlice) -> None:
        """Take the next rows of the table; faces of one frame share its time."""
        fresh = np.diff(part.time_s, prepend=self._last_s) > 0.0
        if part.time_s.size:
            self._last_s = float(part.time_s[-1])
        self._parts.append(part.time_s[fresh].copy())

    def times_s(self) -> list[float]:
        """All of them, seconds."""
        times: list[float] = np.concatenate([np.empty(0), *self._parts]).tolist()
        return times

    def packed(self) -> PackedTimes:
        """All of them, for the page."""
        times = np.concatenate([np.empty(0), *self._parts])
        ticks = np.round((times - self._start_s) * 1e4).astype("<i4")
        squeeze = zlib.compressobj(6, zlib.DEFLATED, -15)
        return PackedTimes(ticks.size, squeeze.compress(_planes(ticks)) + squeeze.flush())


class TrackPacker:
    """Packs every measured face while the signals table goes by, slice after slice.

    Only the numbers the page gets are kept: 3 bytes a unit and value, 5 where values are bins.

    Parameters
    ----------
    rows : mapping of int to int
        Rows of each face, from `unspoken.signal_slices.SlicedSignals.rows_by_face`.
    start_s : float
        The clip's first capture time, seconds; packed times count from it.
    """

    def __init__(self, rows: Mapping[int, int], start_s: float) -> None:
        per_bin = max(1, -(-sum(rows.values()) // _MOST_ROWS))
        self._faces = {face: _Columns(count, per_bin, start_s) for face, count in rows.items()}

    def add(self, part: SignalSlice) -> None:
        """Take the next rows of the table."""
        for face, columns in self._faces.items():
            columns.add(part.of_face(face))

    def tracks(self) -> list[Track]:
        """The packed faces, ordered by number; empty when no face was measured.

        Asked once, when all rows were added: what was gathered is given up on the way.
        """
        tracks = []
        for face in sorted(self._faces):
            columns = self._faces.pop(face)
            tracks.append(Track(face, columns.bins, columns.per_bin, columns.deflated()))
        return tracks


class _Columns:
    """The columns of one face as they are packed, filled from the front."""

    def __init__(self, rows: int, per_bin: int, start_s: float) -> None:
        self.per_bin = per_bin
        self.bins = -(-rows // per_bin)
        self._start_s = start_s
        self._filled = 0
        self._rest = SignalSlice.joined([])
        self._time = np.empty(self.bins, "<i4")
        self._gap = np.empty(self.bins, np.uint8)
        shape = (len(UNIT_KEYS), self.bins)
        self._low = np.empty(shape, "<i2")
        self._high = np.empty(shape, "<i2") if per_bin > 1 else None
        self._error = np.empty(shape, np.uint8)

    def add(self, part: SignalSlice) -> None:
        """Fill in whole bins; rows of a bin that is not complete wait for the next slice."""
        if self._rest.time_s.size:
            part = SignalSlice.joined([self._rest, part])
        whole = part.time_s.size - part.time_s.size % self.per_bin
        self._fill(part.rows(slice(0, whole)))
        self._rest = SignalSlice.joined([part.rows(slice(whole, None))])

    def _fill(self, part: SignalSlice) -> None:
        starts = np.arange(0, part.time_s.size, self.per_bin)
        if not starts.size:
            return
        at = slice(self._filled, self._filled + starts.size)
        self._filled = at.stop
        self._time[at] = np.round((part.time_s[starts] - self._start_s) * 1e4)
        self._gap[at] = part.gap[starts]
        steps = np.round(part.amplitude.astype(np.float64) / AMPLITUDE_STEP)
        np.clip(steps, -32767, 32767, out=steps)
        error = part.error.astype(np.float64)
        if self._high is None:
            self._low[:, at] = _or(steps, MISSING)
        else:
            self._low[:, at] = _or(np.fmin.reduceat(steps, starts, axis=1), MISSING)
            self._high[:, at] = _or(np.fmax.reduceat(steps, starts, axis=1), MISSING)
            error = np.fmax.reduceat(error, starts, axis=1)
        with np.errstate(divide="ignore"):
            code = np.round(8.0 * np.log2(error / ERROR_BASE))
        self._error[:, at] = _or(np.clip(code, 0, _ERROR_MISSING - 1), _ERROR_MISSING)

    def deflated(self) -> bytearray:
        """All columns in the order the page expects, as a raw DEFLATE stream."""
        self._fill(self._rest)
        squeeze = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = bytearray()
        for column in self._in_order():
            packed += squeeze.compress(_planes(column))
        packed += squeeze.flush()
        return packed

    def _in_order(self) -> Iterator[NDArray[Any]]:
        yield self._time
        yield self._gap
        for unit in range(len(UNIT_KEYS)):
            yield self._low[unit]
            if self._high is not None:
                yield self._high[unit]
            yield self._error[unit]


def _or(values: NDArray[np.float64], missing: int) -> NDArray[np.float64]:
    """The values, with a number where there is none; in place."""
    values[np.isnan(values)] = missing
    return values


def _planes(values: NDArray[Any]) -> bytes:
    """Differences of neighbours (wrapping round), bytes of equal weight together."""
    change = np.diff(values, prepend=values.dtype.type(0))
    size = values.dtype.itemsize
    return np.ascontiguousarray(change.view(np.uint8).reshape(-1, size).T).tobytes()
