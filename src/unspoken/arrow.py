"""Columns of numbers into Arrow and out of it, by their buffers.

Arrow's own ways (`pyarrow.array`, `pyarrow.table`, ``to_numpy``) load pandas wherever it is
installed, which takes as long as fifty pictures of a recording, and nothing here needs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

__all__ = ["column", "numbers", "words"]


def column(values: NDArray[Any], known: NDArray[np.bool_] | None = None) -> pa.Array:
    """Numbers as a column.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Copied.
    known : ndarray of bool, shape (n,), optional
        The others become null; all are known where left out.

    Returns
    -------
    pyarrow.Array
        Of the same kind of number.
    """
    bits = None
    if known is not None and not known.all():
        bits = pa.py_buffer(np.packbits(known, bitorder="little").tobytes())
    kind = pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(kind, len(values), [bits, pa.py_buffer(values.tobytes())])


def words(texts: Sequence[str]) -> pa.Array:
    """Texts as a column."""
    encoded = [text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    buffers = [None, pa.py_buffer(ends.tobytes()), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(encoded), buffers)


def numbers(values: pa.Array) -> NDArray[Any]:
    """The numbers of a column.

    Parameters
    ----------
    values : pyarrow.Array
        Of numbers.

    Returns
    -------
    ndarray, shape (n,)
        Of the same kind; where some are missing float64 (float32 for float32), NaN for these.
    """
    known, content = values.buffers()
    kind = np.dtype(values.type.to_pandas_dtype())
    part = slice(values.offset, values.offset + len(values))
    if content is None:
        return np.empty(0, kind)
    whole: NDArray[Any] = np.frombuffer(content, kind, part.stop)[part]
    if not values.null_count:
        return whole
    bits = np.unpackbits(np.frombuffer(known, np.uint8), count=part.stop, bitorder="little")[part]
    return np.where(bits == 1, whole, kind.type("nan") if kind.kind == "f" else np.nan)
