"""Opening the database: SQLite in the user's own data folder, brought up to date on opening.

Any SQLAlchemy address works; where none is given, the file is ``unspoken.sqlite3`` in the data
folder of the operating system, readable by its owner alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker

from unspoken.errors import InputError, OutputError
from unspoken.filing import writing

__all__ = ["Database", "default_folder"]

_FILE = "unspoken.sqlite3"
_MIGRATIONS = Path(__file__).parent / "migrations"
#: How long a write waits for another process's write, seconds.
_PATIENCE_S = 10.0


def default_folder() -> Path:
    """The user's data folder; ``UNSPOKEN_DATA`` names another one."""
    from platformdirs import user_data_path

    named = os.environ.get("UNSPOKEN_DATA")
    return Path(named) if named else user_data_path("unspoken", appauthor=False)


class Database:
    """The one door to stored data.

    Parameters
    ----------
    folder : Path, optional
        Where the SQLite file lies; made if it is not there. :func:`default_folder` if left out.
    url : str, optional
        Any other database, as SQLAlchemy writes it.

    Raises
    ------
    OutputError
        If the folder or the file cannot be written.
    InputError
        If the file is not a database of Unspoken, or was made by a later version.
    """

    def __init__(self, folder: Path | None = None, url: str | None = None) -> None:
        self.path: Path | None = None
        if url is None:
            self.path = _claim(folder or default_folder())
            url = f"sqlite:///{self.path}"
        self._engine = sa.create_engine(url)
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _prepare_sqlite)
        try:
            self._migrate()
        except BaseException:
            self._engine.dispose()
            raise
        self._sessions = sessionmaker(self._engine, expire_on_commit=False)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction: committed on leaving, rolled back through an error."""
        with self._sessions.begin() as opened:
            yield opened

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()

    def compact(self) -> None:
        """Take deleted rows out of the file as well, so that what was deleted cannot be read."""
        if self._engine.dialect.name != "sqlite":
            return
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def _migrate(self) -> None:
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        try:
            with self._engine.connect() as connection:
                config.attributes["connection"] = connection
                if _version(connection) == ScriptDirectory.from_config(config).get_current_head():
                    return
                connection.rollback()
                command.upgrade(config, "head")
        except CommandError as error:
            raise InputError(
                f"The data in {self.path or 'the database'} was written by a later version of "
                f"Unspoken ({error}).",
                "Use that version, or name another folder with --data.",
            ) from error
        except sa.exc.DatabaseError as error:
            raise InputError(
                f"{self.path or 'The database'} cannot be used: expected a database of Unspoken, "
                f"found: {error.orig}.",
                "Name another folder with --data, or move the file away.",
            ) from error


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _claim(folder: Path) -> Path:
    """Make folder and file for the owner alone."""
    path = folder / _FILE
    with writing(path):
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.close(handle)
    if not os.access(folder, os.W_OK):
        raise OutputError(
            f"Cannot write in {folder}.", "Name another folder with --data."
        )  # SQLite needs the folder too, for its journal
    return path


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Let readers and one writer work at the same time; keep references sound."""
    cursor = connection.cursor()
    for pragma in (
        "foreign_keys=ON",
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "secure_delete=ON",
        f"busy_timeout={int(_PATIENCE_S * 1000)}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
