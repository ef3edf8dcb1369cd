"""Errors become sentences and exit codes; a traceback is for those who ask for it."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TextIO

import typer

from unspoken.errors import OutputError, UnspokenError
from unspoken.stopping import killable

__all__ = ["describe", "guarded", "internal_fault", "say", "stopped_words", "tell"]

_DEBUG = "UNSPOKEN_DEBUG"
#: What Typer makes of Ctrl-C.
_INTERRUPTED = 130


def say(text: str) -> None:
    """Print for people, on standard error."""
    _print(text, sys.stderr)


def tell(text: str) -> None:
    """Print what was asked for, on standard output."""
    _print(text, sys.stdout)


def _print(text: str, stream: TextIO) -> None:
    """Print; where the reader has gone (a pager was closed, `head`), go on without words."""
    try:
        print(text, file=stream, flush=True)
    except BrokenPipeError:
        _silence(stream)
    except OSError as error:
        _silence(stream)
        raise OutputError(
            f"What was to be printed cannot be written: {error.strerror}.",
            "Choose another place for the output.",
        ) from error


def _silence(stream: TextIO) -> None:
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def stopped_words(copies: Path) -> str:
    """What to print when a bench was stopped.

    Parameters
    ----------
    copies : Path
        Folder with a file for every copy that was finished.
    """
    finished = sum(path.suffix in (".json", ".npz") for path in copies.glob("*"))
    if not finished:
        return "Stopped before a copy was finished: the same command starts anew."
    copies_done = "1 finished copy is" if finished == 1 else f"{finished} finished copies are"
    return f"Stopped. {copies_done} kept in {copies.parent}; the same command goes on from there."


def describe(error: UnspokenError) -> str:
    """What to print for a deliberate error."""
    return f"{error.message}\n  {error.hint}" if error.hint else error.message


def internal_fault(error: BaseException) -> str:
    """What to print for an error nobody foresaw."""
    if os.environ.get(_DEBUG):
        return "".join(traceback.format_exception(error))
    kind = type(error).__name__
    return (
        f"Internal fault ({kind}: {error}). This is a mistake in Unspoken, not in your video.\n"
        f"  Run again with {_DEBUG}=1 to see where, and report it."
    )


def guarded(app: typer.Typer, arguments: list[str]) -> int:
    """Run an app and turn every way out into an exit code.

    Parameters
    ----------
    app : Typer
        The command line.
    arguments : list of str
        Without the program's name.

    Returns
    -------
    int
        0 done, 2 bad usage or input or stopped, 1 internal fault.
    """
    for stream in (sys.stdout, sys.stderr):
        # A file name may hold what the terminal cannot show; that is no reason to fail.
        with suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    with killable():
        code = _run(app, arguments)
    try:
        sys.stdout.flush()
    except OSError:
        _silence(sys.stdout)
    return code


def _run(app: typer.Typer, arguments: list[str]) -> int:
    try:
        return _stopped(app(args=arguments, standalone_mode=False))
    except typer.Exit as leave:
        return _stopped(leave.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        return _stopped(_INTERRUPTED)
    except typer.TyperException as error:
        # A usage error also knows how to print the usage line of its command.
        show = getattr(error, "show", None)
        if show is None:
            say(f"Error: {error.format_message()}")
        else:
            show()
        return 2
    except UnspokenError as error:
        say(describe(error))
        return error.exit_code
    except (BrokenPipeError, SystemExit):
        # Only a help page was to be printed, and its reader has gone (a pager, `head`).
        _silence(sys.stdout)
        return 0
    except Exception as error:
        say(internal_fault(error))
        return 1


def _stopped(code: int | None) -> int:
    """The exit code, with Ctrl-C said in words."""
    if code != _INTERRUPTED:
        return int(code or 0)
    say("Stopped.")
    return 2
