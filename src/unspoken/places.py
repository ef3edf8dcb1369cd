"""Where each measured face was, kept beside the result, so that its pictures can be cut again.

``places.parquet`` holds one similarity transform per face and picture: geometry alone, no look of
anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from unspoken.arrow import column
from unspoken.errors import InputError
from unspoken.summary import FacePlaces

__all__ = ["PLACES_NAME", "load_places", "places_bytes"]

PLACES_NAME = "places.parquet"
_COLUMNS = ("face_id", "frame", "cos", "sin", "x", "y", "crop_px")


def places_bytes(places: Mapping[int, FacePlaces]) -> bytes:
    """The file's content.

    Parameters
    ----------
    places : mapping of int to FacePlaces
        By track number.
    """
    parts = []
    for face_id, place in sorted(places.items()):
        count = place.frames.size
        moved = place.transforms
        values = [
            np.full(count, face_id, np.int32),
            place.frames.astype(np.int32),
            *(moved[:, row, place] for row, place in ((0, 0), (1, 0), (0, 2), (1, 2))),
            np.full(count, place.size, np.int32),
        ]
        parts.append([column(v) for v in values])
    parts = parts or [[column(np.empty(0))] * len(_COLUMNS)]
    batches = [pa.RecordBatch.from_arrays(part, names=list(_COLUMNS)) for part in parts]
    table = pa.Table.from_batches(batches)
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue())


def load_places(folder: Path) -> dict[int, FacePlaces]:
    """Read the places beside a result; empty when an older program made it.

    Raises
    ------
    InputError
        When the file is broken.
    """
    path = folder / PLACES_NAME
    if not path.is_file():
        return {}
    try:
        table = pq.read_table(path, columns=list(_COLUMNS))
        read = {name: table.column(name).to_numpy() for name in _COLUMNS}
    except (pa.ArrowException, OSError, KeyError) as error:
        raise InputError(
            f"{path} cannot be read: {error}.", "Analyse the recording again, or remove the file."
        ) from error
    places = {}
    for face_id in np.unique(read["face_id"]).tolist():
        mine = read["face_id"] == face_id
        cos, sin, x, y = (read[name][mine].astype(np.float32) for name in _COLUMNS[2:6])
        moved = np.stack([np.stack([cos, -sin, x], 1), np.stack([sin, cos, y], 1)], 1)
        size = int(read["crop_px"][mine][0])
        places[int(face_id)] = FacePlaces(read["frame"][mine].astype(np.int64), moved, size)
    return places
