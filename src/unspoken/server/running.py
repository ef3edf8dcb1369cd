"""Running the server on this machine alone."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import uvicorn

from unspoken.academy.desk import Desk
from unspoken.academy.library import Library
from unspoken.academy.people import Cast, load_people
from unspoken.academy.rendering import check_pack
from unspoken.academy.showings import Showings
from unspoken.errors import AssetError, UsageError
from unspoken.server.app import create_app
from unspoken.server.pages import STATIC
from unspoken.server.security import Access
from unspoken.store.database import Database

__all__ = ["serve_academy"]

_LOOPBACK = "127.0.0.1"
#: The same port from day to day, because what the browser keeps back belongs to an address.
_USUAL_PORT = 8737


def serve_academy(
    folder: Path | None,
    port: int | None,
    ready: Callable[[str, Path | None], None],
    library: Library | None = None,
    interactions: Path | None = None,
    *,
    show_video: bool = False,
) -> None:
    """Serve the academy until it is stopped.

    Parameters
    ----------
    folder : Path or None
        Where the learner's data lie; None for the user's data folder.
    port : int or None
        None takes the usual one, or any free one where that is taken; 0 takes any free one.
    ready : callable
        Gets the address to open and the database file when the server listens.
    library : Library, optional
        Lessons and courses; those that come with the package where left out.
    interactions : Path, optional
        Folder with results and scripts to watch, besides those that courses name.
    show_video : bool
        Whether recordings may be shown where the customer agreed.

    Raises
    ------
    AssetError
        If the libraries of the pages or the faces are missing, or a face file is damaged.
    InputError, SourceNotFound
        If a lesson or course of the library holds faults, or its folder is not there.
    UsageError
        If the port is taken.
    InputError
        If there is no folder of interactions there.
    """
    if not (STATIC / "vendor" / "versions.json").is_file():
        raise AssetError(
            "The libraries of the pages are not installed.",
            "In a source tree run make web (needs Node.js 20 or later); an installed package has "
            "them, so install it again.",
        )
    check_pack()  # a damaged face is told here, not by a picture that stays empty
    cast = Cast.of(load_people())
    library = library or Library()
    library.courses()  # faults are told before anything is opened
    showings = Showings(interactions, recordings=show_video, also=library.interactions)
    listening = _listen_usual() if port is None else _listen(port)
    database = Database(folder)
    try:
        access = Access(listening.getsockname()[1])
        app = create_app(Desk(database, cast), access, library, showings)
        config = uvicorn.Config(
            app, log_level=logging.WARNING, access_log=False, server_header=False, lifespan="off"
        )
        ready(access.address, database.path)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])
    finally:
        listening.close()
        database.close()


def _listen_usual() -> socket.socket:
    try:
        return _listen(_USUAL_PORT)
    except UsageError:
        return _listen(0)


def _listen(port: int) -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((_LOOPBACK, port))
        opened.listen(64)
    except OSError as error:
        opened.close()
        raise UsageError(
            f"Port {port} cannot be used: {error.strerror}.",
            "Choose another with --port, or leave it out to take any free one.",
        ) from error
    return opened
