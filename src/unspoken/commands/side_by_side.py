"""The same work on many folders, in as many processes as there are cores to spare."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TypeVar

__all__ = ["in_order"]

_Done = TypeVar("_Done")
#: Fewer folders are done sooner than another process has started.
_WORTH_IT = 24
_AT_A_TIME = 4
_MOST_PROCESSES = 8


def in_order(
    work: Callable[[Path], _Done], folders: Sequence[Path], *, alone: bool = False
) -> Iterator[_Done]:
    """Do the work on every folder.

    Parameters
    ----------
    work : callable
        Takes a folder; must be picklable, as what it gives back.
    folders : sequence of Path
        On which.
    alone : bool
        Stay in this process, where folders depend on each other.

    Yields
    ------
    object
        What `work` gave, in the order of the folders.
    """
    processes = min(_MOST_PROCESSES, os.cpu_count() or 1)
    if alone or processes < 2 or len(folders) < _WORTH_IT:
        yield from map(work, folders)
        return
    # Started anew, not forked: the libraries in use have threads of their own.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_rarely_tidied) as pool:
        yield from pool.map(work, folders, chunksize=_AT_A_TIME)


def _rarely_tidied() -> None:
    """Let the cycle collector run less: a folder is thousands of small records without cycles."""
    gc.set_threshold(100_000, 20, 20)
