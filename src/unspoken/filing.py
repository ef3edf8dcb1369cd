"""Writing files so that a failure never harms what was there before.

Everything is written to a temporary name next to its place and renamed at the end. A batch is
renamed only after its last file was written, so a full disk leaves the earlier results whole.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from unspoken.errors import OutputError

__all__ = ["Batch", "part_path", "writing"]


def part_path(path: Path) -> Path:
    """The temporary name next to a file: hidden, and different for every process."""
    return path.with_name(f".{path.name}.{os.getpid()}.part")


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn any failure of the operating system into an :class:`OutputError` naming the file."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"Cannot write {path}: {reason}.",
            "Choose a folder you may write to, with enough free space; "
            "results that were there before are untouched.",
        ) from error


class Batch:
    """Files that appear together.

    Use as a context manager: leaving it normally renames all files into place in the order they
    were added, leaving it through an error deletes the temporary files and changes nothing.

    Parameters
    ----------
    folder : Path
        Where the files go; made if it is not there.

    Raises
    ------
    OutputError
        When the folder cannot be made or a file cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._staged: list[tuple[Path, Path]] = []
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)

    def claim(self, name: str) -> Path:
        """Stage a file that the caller writes to the returned temporary name."""
        final = self._folder / name
        part = part_path(final)
        self._staged.append((part, final))
        return part

    def add_copy(self, name: str, source: Path) -> None:
        """Stage a copy of a file from elsewhere."""
        with writing(self._folder / name):
            shutil.copyfile(source, self.claim(name))

    def add_bytes(self, name: str, content: bytes) -> None:
        """Stage a file with the given content."""
        self.add_pieces(name, (content,))

    def add_pieces(self, name: str, pieces: Iterable[bytes]) -> None:
        """Stage a file whose content comes in pieces."""
        with writing(self._folder / name), self.claim(name).open("wb") as handle:
            handle.writelines(pieces)
            handle.flush()
            os.fsync(handle.fileno())

    def add_file(self, name: str, ready: Path) -> None:
        """Stage a file that was already written under a temporary name in the same folder."""
        self._staged.append((ready, self._folder / name))

    def __enter__(self) -> Batch:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                for part, final in self._staged:
                    with writing(final):
                        part.replace(final)
        finally:
            for part, _final in self._staged:
                part.unlink(missing_ok=True)
