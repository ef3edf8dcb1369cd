"""Ctrl-C ends a loop between two frames; it never gets lost."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator

import pytest

from unspoken.stopping import StopRequest, killable, stoppable


@pytest.fixture(autouse=True)
def ctrl_c_is_heard() -> Iterator[None]:
    """A job started in a shell's background inherits an ignored Ctrl-C; a terminal's does not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_loop_that_looks_is_asked_and_not_interrupted() -> None:
    with stoppable() as stop, stop.in_loop():
        signal.raise_signal(signal.SIGINT)
        assert stop.asked


def test_asking_twice_interrupts() -> None:
    with stoppable() as stop, stop.in_loop():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_where_nobody_looks_the_first_request_interrupts() -> None:
    """A program that hangs before its loop, on a dead network drive, must still end."""
    with stoppable() as stop:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert stop.asked


def test_handlers_are_given_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stoppable():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_a_host_program_keeps_its_own_handlers() -> None:
    def own(number: int, frame: object) -> None: ...

    before = signal.signal(signal.SIGTERM, own)
    try:
        with killable(), stoppable():
            assert signal.getsignal(signal.SIGTERM) is own
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_program_is_stopped_by_sigterm_as_by_ctrl_c() -> None:
    with killable(), stoppable() as stop, stop.in_loop():
        signal.raise_signal(signal.SIGTERM)
        assert stop.asked
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_other_threads_do_without() -> None:
    seen: list[StopRequest] = []

    def work() -> None:
        with killable(), stoppable() as stop:
            seen.append(stop)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert [stop.asked for stop in seen] == [False]
