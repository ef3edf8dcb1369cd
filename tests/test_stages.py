"""Items come out of another thread as they went in."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unspoken.stages import ahead


def workers() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name == "unspoken-stage"]


@given(st.lists(st.integers(), max_size=30), st.integers(1, 5))
@settings(max_examples=25)
def test_order_is_kept(items: list[int], depth: int) -> None:
    assert list(ahead(items, depth)) == items
    assert not workers()


def test_no_more_than_the_depth_is_made_ahead() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for i in range(100):
            made.append(i)
            yield i

    taken = ahead(items(), 3)
    assert next(taken) == 0
    time.sleep(0.3)
    assert len(made) <= 1 + 3 + 1  # taken, waiting, and one in the other thread's hand
    taken.close()
    assert not workers()


def test_an_error_comes_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise OSError("the disk went away")

    seen = []
    with pytest.raises(OSError, match="the disk went away"):
        for item in ahead(items(), 4):
            seen.append(item)
    assert seen == [1, 2]
    assert not workers()


def test_stages_can_be_chained_and_closed_from_the_end() -> None:
    first = ahead(iter(range(1_000_000)), 2)
    second = ahead((2 * i for i in first), 2)
    assert [next(second) for _ in range(3)] == [0, 2, 4]
    second.close()
    first.close()
    assert not workers()
