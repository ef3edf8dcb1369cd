"""SHA-256 of a source, computed beside the decoding."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path

__all__ = ["BackgroundDigest"]

_PIECE_BYTES = 1 << 20


class BackgroundDigest:
    """Hashes files, one after the other, in a thread of its own.

    Hashing releases the interpreter, so it runs beside the decoder; memory stays at one piece.

    Parameters
    ----------
    paths : sequence of Path
        Files in the order their bytes count.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = tuple(paths)
        self._stop = threading.Event()
        self._hex = ""
        self._error: OSError | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, unless begun already."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="sha256", daemon=True)
            self._thread.start()

    @property
    def ready(self) -> str:
        """The digest in hexadecimal, or "" while it is not known."""
        return self._hex

    def wait(self) -> str:
        """Wait for the digest; "" if it was stopped.

        Raises
        ------
        OSError
            If a file can no longer be read.
        """
        self.start()
        assert self._thread is not None
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._hex

    def stop(self) -> None:
        """Give up early; harmless when already finished."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        total = hashlib.sha256()
        piece = memoryview(bytearray(_PIECE_BYTES))
        try:
            for path in self._paths:
                with path.open("rb", buffering=0) as file:
                    while read := file.readinto(piece):
                        if self._stop.is_set():
                            return
                        total.update(piece[:read])
            self._hex = total.hexdigest()
        except OSError as error:
            self._error = error
