"""Work on copies side by side, in processes of their own."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from typing import TypeVar

__all__ = ["in_processes"]

J = TypeVar("J")
R = TypeVar("R")


def in_processes(work: Callable[[J], R], jobs: Sequence[J], workers: int) -> Iterator[R]:
    """Carry out jobs in other processes; results come as they are ready.

    Parameters
    ----------
    work : callable
        A function of a module, so that other processes find it.
    jobs : sequence
        Started in this order.
    workers : int
        Processes; with 1 the jobs are done here, one after the other.
    """
    if workers <= 1:
        yield from map(work, jobs)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_leave_signals) as pool:
        running: set[Future[R]] = {pool.submit(work, job) for job in jobs}
        try:
            while running:
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    yield future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _leave_signals() -> None:
    """Ctrl-C is the parent's business; a copy that is being made is finished first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
