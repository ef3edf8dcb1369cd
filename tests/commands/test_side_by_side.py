"""Work on many folders gives the same in one process and in several."""

from __future__ import annotations

from pathlib import Path

from unspoken.commands.side_by_side import in_order
from unspoken.errors import InputError


def length(folder: Path) -> int:
    return len(str(folder))


def complaint(folder: Path) -> InputError:
    return InputError(f"{folder}: odd.", "Put it right.")


def test_the_order_is_that_of_the_folders_whoever_does_the_work() -> None:
    folders = [Path("x" * (1 + i % 7)) for i in range(40)]
    assert list(in_order(length, folders)) == list(in_order(length, folders, alone=True))


def test_what_went_wrong_comes_back_whole() -> None:
    errors = list(in_order(complaint, [Path(f"f{i}") for i in range(30)]))
    assert errors[29].message == "f29: odd." and errors[29].hint == "Put it right."
