"""Where pictures come from: one Protocol, and the function that opens whatever the user names.

A source is read once, from front to back::

    with open_source("visit.mp4") as source:
        for frame in source:
            ...
        source.clock            # what the time stamps said, complete now
        source.finish_facts()   # container facts with the SHA-256 of the bytes

`facts` is there from the start, so that a report can be headed and a progress bar drawn; its
`sha256` stays "" until the background thread has finished. `finish_facts` waits for it.
`clock` may be asked at any time, so an interrupted run knows the clock of what it has read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from unspoken.errors import NotAVideo, SourceNotFound, UsageError
from unspoken.media.facts import ClockFacts, SourceFacts
from unspoken.media.frame import Frame

__all__ = ["SOURCE_KINDS", "Source", "open_source"]


class Source(Protocol):
    """Pictures with their capture times, read once from front to back."""

    @property
    def facts(self) -> SourceFacts:
        """Container facts; `sha256` is "" until it is known."""
        ...

    @property
    def clock(self) -> ClockFacts:
        """The clock of what was read so far; complete once the pictures are exhausted."""
        ...

    @property
    def expected_frames(self) -> int | None:
        """Pictures the container claims, for a progress bar; None if it does not say."""
        ...

    @property
    def expected_duration_s(self) -> float | None:
        """Seconds the container claims, for a progress bar; None if it does not say."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What was unusual so far (damage, a restarted clock), in plain sentences."""
        ...

    def finish_facts(self) -> SourceFacts:
        """Wait for the SHA-256 and give the complete facts; may be asked before `close` only."""
        ...

    def close(self) -> None:
        """Release the source; harmless when called twice."""
        ...

    def __iter__(self) -> Iterator[Frame]: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...


def _open_images(path: Path, fps: float | None) -> Source:
    from unspoken.media.images import ImageSource

    return ImageSource(path, fps=fps)


def _open_video(path: Path, fps: float | None) -> Source:
    from unspoken.media.video import VideoSource

    return VideoSource(path, fps=fps)


SOURCE_KINDS: dict[str, Callable[[Path, float | None], Source]] = {
    "file": _open_video,
    "image sequence": _open_images,
}
"""How each kind of source is opened; the keys are `SourceFacts.kind`."""


def open_source(path: str | os.PathLike[str], *, fps: float | None = None) -> Source:
    """Open a video file or a folder of pictures.

    Parameters
    ----------
    path : str or path-like
        A file FFmpeg reads, or a folder with one picture per frame.
    fps : float, optional
        Pictures a second, Hz; needed for a folder. A file has its own clock and notes that the rate
        was not used.

    Returns
    -------
    Source
        Opened; close it or use it in a ``with`` statement.

    Raises
    ------
    SourceNotFound
        If nothing readable is there.
    NotAVideo
        If it is no video, or a folder without pictures.
    UsageError
        If `fps` is missing for a folder or not above zero.
    """
    if fps is not None and not 0.0 < fps < float("inf"):
        raise UsageError(f"--fps must be above 0 pictures a second, found {fps:g}.")
    place = Path(path)
    kind = _kind_of(place)
    return SOURCE_KINDS[kind](place, fps)


def _kind_of(place: Path) -> str:
    try:
        if place.is_dir():
            os.scandir(place).close()
            return "image sequence"
        if place.is_fifo() or place.is_socket():
            raise NotAVideo(
                f"{place}: expected a file, found a pipe.",
                "Save the recording to a file first; it is read more than once.",
            )
        with place.open("rb"):
            return "file"
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SourceNotFound(
            f"{place}: there is no such file or folder.", "Check the spelling of the path."
        ) from error
    except PermissionError as error:
        raise SourceNotFound(
            f"{place}: it exists but may not be read.", "Check its permissions."
        ) from error
    except (OSError, ValueError) as error:
        raise SourceNotFound(f"{place}: cannot be opened ({error}).") from error
