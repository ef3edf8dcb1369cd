"""How many threads numerical libraries may use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import cv2
from threadpoolctl import threadpool_limits

__all__ = ["single_threads"]


@contextmanager
def single_threads() -> Iterator[None]:
    """One thread per numerical call: the stages already keep the cores busy.

    Sums are then made in one order, so that results are the same to the last bit.
    """
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        with threadpool_limits(limits=1):
            yield
    finally:
        cv2.setNumThreads(before)
