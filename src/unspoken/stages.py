"""Run an iterable in a thread of its own, a few items ahead of whoever consumes it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

__all__ = ["ahead"]

T = TypeVar("T")
#: How often a waiting thread looks whether it should stop, seconds.
_LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class _Item(Generic[T]):
    value: T


@dataclass(frozen=True, slots=True)
class _End:
    error: BaseException | None


def ahead(items: Iterable[T], depth: int) -> Generator[T, None, None]:
    """Take items in another thread, at most `depth` ahead of the consumer.

    Order is kept. An error raised while making an item is raised here, after the items before it.
    Closing the generator stops the thread and waits for it.

    Parameters
    ----------
    items : iterable
        Consumed by the other thread alone.
    depth : int
        Items that may wait, at least 1.
    """
    waiting: queue.Queue[_Item[T] | _End] = queue.Queue(maxsize=depth)
    stop = threading.Event()
    thread = threading.Thread(
        target=_work, args=(items, waiting, stop), daemon=True, name="unspoken-stage"
    )
    thread.start()
    try:
        while True:
            what = waiting.get()
            if isinstance(what, _End):
                if what.error is not None:
                    raise what.error
                return
            yield what.value
    finally:
        stop.set()
        _join(thread)


def _join(thread: threading.Thread) -> None:
    """Wait for a thread even through Ctrl-C: it may hold a decoder that will be closed next.

    Who asks twice does not want to wait for whatever the thread hangs on.
    """
    interrupted: KeyboardInterrupt | None = None
    while thread.is_alive():
        try:
            thread.join()
        except KeyboardInterrupt as interrupt:
            if interrupted is not None:
                raise
            interrupted = interrupt
    if interrupted is not None:
        raise interrupted


def _work(items: Iterable[T], waiting: queue.Queue[_Item[T] | _End], stop: threading.Event) -> None:
    error: BaseException | None = None
    try:
        for item in items:
            if not _put(_Item(item), waiting, stop):
                return
    except BaseException as raised:  # whatever it is, it belongs to the consumer
        error = raised
    _put(_End(error), waiting, stop)


def _put(
    what: _Item[T] | _End, waiting: queue.Queue[_Item[T] | _End], stop: threading.Event
) -> bool:
    """Wait for room; False when the consumer has gone."""
    while not stop.is_set():
        try:
            waiting.put(what, timeout=_LOOK_S)
        except queue.Full:
            continue
        return True
    return False
