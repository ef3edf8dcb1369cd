"""Errors become sentences and exit codes; a traceback is for those who ask for it."""

from __future__ import annotations

import os
import sys
import traceback

import typer
from typer.exceptions import TyperException

from unspoken.errors import UnspokenError

__all__ = ["describe", "guarded", "internal_fault"]

_DEBUG = "UNSPOKEN_DEBUG"


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
    """Run an app and turn every way out into an exit code: 0, 1 or 2."""
    try:
        code = app(args=arguments, standalone_mode=False)
        return int(code or 0)
    except typer.Exit as leave:
        return int(leave.exit_code)
    except typer.TyperException as error:
        # A usage error also knows how to print the usage line of its command.
        show = getattr(error, "show", None)
        if show is None:
            print(error.message, file=sys.stderr)
        else:
            show()
        return 2
    except (typer.Abort, KeyboardInterrupt):
        print("Stopped.", file=sys.stderr)
        return 2
    except TyperException as error:
        print(f"Error: {error.format_message()}", file=sys.stderr)
        return 2
    except UnspokenError as error:
        print(describe(error), file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # The reader went away (a pager, `head`): nothing is wrong here.
        sys.stderr.close()
        return 0
    except Exception as error:
        print(internal_fault(error), file=sys.stderr)
        return 1
