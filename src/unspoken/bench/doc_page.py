"""Tables of figures put into a page of the documentation, in place of those that were there."""

from __future__ import annotations

from pathlib import Path

from unspoken.errors import InputError, UsageError
from unspoken.filing import Batch

__all__ = ["check_place", "put_between", "renew"]


def put_between(page: str, mark: str, text: str) -> str:
    """Replace what a page holds between ``<!-- mark -->`` and ``<!-- end of mark -->``.

    Raises
    ------
    UsageError
        If a mark is missing.
    """
    begin, end = f"<!-- {mark} -->", f"<!-- end of {mark} -->"
    before, first, rest = page.partition(begin)
    _, last, after = rest.partition(end)
    if not (first and last):
        raise UsageError(f"The page has no place for the tables: expected {begin} and {end}.")
    return f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}"


def renew(path: Path, mark: str, text: str) -> None:
    """Put tables into a file, see :func:`put_between`; on a fault it stays as it was.

    Raises
    ------
    InputError
        If the page cannot be read.
    UsageError
        If it has no place for the tables.
    OutputError
        If it cannot be written.
    """
    renewed = put_between(_read(path), mark, text)
    with Batch(path.parent) as batch:
        batch.add_bytes(path.name, renewed.encode())


def check_place(path: Path, mark: str) -> None:
    """Raise what :func:`renew` would raise: better before long work than after it."""
    put_between(_read(path), mark, "")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({error}).") from error
