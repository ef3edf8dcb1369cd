"""A CSV with the column names OpenFace made common, for programs that read those.

The numbers are Unspoken's own: ``AU12_r`` is five times the larger side's amplitude, kept within
0 to 5, and no FACS intensity; ``AU12_c`` is 1 while an event with that unit lasts. What Unspoken
does not measure in OpenFace's sense has no column.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from unspoken.exports.material import Material
from unspoken.facs.units import UNIT_KEYS, unit_of

__all__ = ["OPENFACE_UNITS", "openface_csv", "openface_header"]

#: OpenFace's code of a unit, and the codes here that carry it. AU23 cannot be told from AU24.
OPENFACE_UNITS: dict[str, tuple[int, ...]] = {
    **{f"{code:02d}": (code,) for code in (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20)},
    "23": (24,),
    **{f"{code:02d}": (code,) for code in (25, 26, 28, 45)},
}
#: OpenFace gives no intensity for this one.
_PRESENCE_ONLY = ("28",)
_FULL = 5.0
#: Rows written at a time.
_ROWS = 8192
_HEAD = ("frame", "face_id", "timestamp", "confidence", "success")
_POSE = ("pose_Rx", "pose_Ry", "pose_Rz")


def _keys(codes: tuple[int, ...]) -> list[str]:
    return [key for key in UNIT_KEYS if unit_of(key)[0].code in codes]


def openface_header() -> tuple[str, ...]:
    """Names of the columns, in OpenFace's order."""
    intensities = (f"AU{code}_r" for code in OPENFACE_UNITS if code not in _PRESENCE_ONLY)
    return (*_HEAD, *_POSE, *intensities, *(f"AU{code}_c" for code in OPENFACE_UNITS))


def openface_csv(material: Material) -> Iterator[bytes]:
    """The table in pieces: a row per frame and face; frames count from 1 as OpenFace's do.

    A frame without a measured face has success 0 and zeros, as OpenFace writes it.
    """
    yield (",".join(openface_header()) + "\n").encode()
    spans = _spans(material)
    for rows in material.analysis.signals.iter_slices(_ROWS):
        yield _table(rows, spans).write_csv(include_header=False, float_precision=4).encode()


Spans = dict[tuple[int, str], list[tuple[float, float]]]


def _spans(material: Material) -> Spans:
    found: Spans = {}
    for event in material.analysis.events:
        for code, codes in OPENFACE_UNITS.items():
            if any(unit_of(key)[0].code in codes for key in event.action_units):
                found.setdefault((event.face_id, code), []).append((event.onset_s, event.offset_s))
    return found


def _table(rows: pl.DataFrame, spans: Spans) -> pl.DataFrame:
    measured = rows["gap"].to_numpy() == ""
    time = rows["time_s"].to_numpy()
    face = rows["face_id"].fill_null(0).to_numpy()
    columns: dict[str, object] = {
        "frame": rows["frame"] + 1,
        "face_id": rows["face_id"].fill_null(0),
        "timestamp": time,
        "confidence": rows["quality"].fill_null(0.0),
        "success": measured.astype(np.int8),
    }
    for name, degrees in zip(_POSE, ("pitch_deg", "yaw_deg", "roll_deg"), strict=True):
        columns[name] = np.radians(rows[degrees].fill_null(0.0).to_numpy())
    for code, codes in OPENFACE_UNITS.items():
        if code not in _PRESENCE_ONLY:
            sides = rows.select(_keys(codes)).fill_null(0.0).fill_nan(0.0).to_numpy()
            columns[f"AU{code}_r"] = np.clip(_FULL * sides.max(axis=1), 0.0, _FULL)
    for code in OPENFACE_UNITS:
        present = np.zeros(time.size, np.int8)
        for (who, unit), stretches in spans.items():
            if unit == code:
                for start_s, end_s in stretches:
                    present[(face == who) & (time >= start_s) & (time <= end_s)] = 1
        columns[f"AU{code}_c"] = present
    return pl.DataFrame(columns)
