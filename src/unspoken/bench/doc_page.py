"""Tables of figures put into a page of the documentation, in place of those that were there.

And what the modules of the bench that print such tables share: their small command line, and that
a fault is told in a sentence.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from unspoken.errors import InputError, UnspokenError, UsageError
from unspoken.filing import Batch

__all__ = ["check_place", "print_or_put", "put_between", "renew", "show", "told"]


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


def show(text: str, page: Path | None, mark: str) -> None:
    """Print tables, and put them into a page if there is one, see :func:`renew`."""
    print(text)
    if page is not None:
        renew(page, mark, text)


def told(work: Callable[[], object]) -> int:
    """Do the work of a command; 0, or the fault's exit code with its sentence on standard error."""
    try:
        work()
    except UnspokenError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


def print_or_put(
    arguments: Sequence[str], make: Callable[[Path], str], what: str = "RUN", mark: str = ""
) -> int:
    """The command line ``RUN``, which prints tables, or ``RUN PAGE.md MARK``, to put them there.

    Parameters
    ----------
    arguments : sequence of str
        As given.
    make : callable
        Makes the tables, in Markdown, from what `what` names.
    what : str
        What that is called.
    mark : str
        Of the tables, where the page has one place for them; else the third argument.

    Returns
    -------
    int
        0, or 2 with a sentence on standard error when something does not fit.
    """
    rest = "PAGE.md" if mark else "PAGE.md MARK"

    def work() -> None:
        if len(arguments) not in (1, 2 if mark else 3):
            raise UsageError(f"Expected {what}, or {what} {rest}.")
        page = Path(arguments[1]) if arguments[1:] else None
        if page is not None:
            check_place(page, mark or arguments[2])
        text = make(Path(arguments[0])).rstrip("\n")
        if page is None:
            print(text)
        else:
            renew(page, mark or arguments[2], text)

    return told(work)
