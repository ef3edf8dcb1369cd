"""The recording on the page: linked, embedded as a small copy, or left out; and why."""

from __future__ import annotations

import base64
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import av
import av.error
import numpy as np
from numpy.typing import NDArray

from unspoken.analysis import Analysis
from unspoken.errors import InputError
from unspoken.media.frame import Frame
from unspoken.media.small_copy import write_small_copy
from unspoken.pipeline import Progress
from unspoken.places import PLACES_NAME, load_places
from unspoken.redaction.cutting import Crop, redacted
from unspoken.summary import FacePlaces

__all__ = ["PageVideo", "VideoMode", "Visible", "embedded_video", "linked_video", "no_video"]
__all__ += ["zeros_of"]

VideoMode = Literal["link", "embed", "none"]
#: Whose face an embedded copy shows: nobody's (blurred, or landmarks alone), or the customer's.
#: There is no way to show staff.
Visible = Literal["blur", "landmarks", "others"]
_SHOWS: dict[Visible, str] = {
    "blur": "Every face in it is blurred.",
    "landmarks": "Of faces it shows nothing but moving outlines.",
    "others": "It shows the customer's face; everybody else's is blurred. Pass it on only to those "
    "who may see the recording.",
}
#: A place of this many frames away still tells where the face is.
_FRAMES_APART = 3
#: Bytes that become base64 at once; a multiple of three, so that pieces can be joined.
_PIECE = 3 << 16


@dataclass(frozen=True, slots=True)
class PageVideo:
    """The video of a page.

    Parameters
    ----------
    src : str
        Address relative to the page; "" when there is none.
    zeros_s : tuple of float
        Capture times at which a browser's clock of this video may stand at 0, seconds. Browsers
        differ: some count from the container's zero, some from its first time stamp. The page
        looks at the first picture's time and takes the one that fits.
    note : str
        What the page says about it.
    bytes : int
        Size of the original, by which a file chosen by hand is recognised.
    embedded : Path or None
        A copy that travels in the page.
    media_type : str
        Of the copy.
    """

    src: str = ""
    zeros_s: tuple[float, ...] = (0.0,)
    note: str = ""
    bytes: int = 0
    embedded: Path | None = None
    media_type: str = ""

    def data(self) -> Iterator[str]:
        """Base64 of the copy, in pieces that only need to be put together."""
        if self.embedded is None:
            return
        with self.embedded.open("rb") as handle:
            while piece := handle.read(_PIECE):
                yield base64.b64encode(piece).decode("ascii")


def no_video(analysis: Analysis, why: str = "") -> PageVideo:
    """A page without a video; the reader may still choose the file."""
    zeros = zeros_of(Path(analysis.source.path), analysis)
    note = why or "This page was made without a video."
    return PageVideo(zeros_s=zeros, note=note, bytes=_bytes_of(analysis))


def linked_video(analysis: Analysis, folder: Path, source: Path | None = None) -> PageVideo:
    """Refer to the recording where it lies, relative to the page.

    Parameters
    ----------
    analysis : Analysis
        Names the recording.
    folder : Path
        Where the page will lie.
    source : Path, optional
        Where the recording is now, if it was moved.
    """
    path = source or Path(analysis.source.path)
    if analysis.source.kind != "file":
        return no_video(
            analysis, "The recording is a folder of pictures, which browsers do not play."
        )
    if not path.is_file():
        return no_video(analysis, f"The recording was not at {path} when this page was made.")
    if path.stat().st_size != analysis.source.bytes:
        return no_video(
            analysis,
            f"{path} is not the file that was analysed: its size differs. It is not shown.",
        )
    try:
        src = quote(os.path.relpath(path.resolve(), folder.resolve()).replace(os.sep, "/"))
    except ValueError:  # another drive
        src = path.resolve().as_uri()
    if ":" in src.split("/")[0]:
        src = f"./{src}"
    note = "The video is not part of this page: it is played from where it lies on this computer."
    zeros = zeros_of(path, analysis)
    return replace(no_video(analysis, note), src=src, zeros_s=zeros)


def embedded_video(
    analysis: Analysis,
    source: Path | None = None,
    visible: Visible = "blur",
    *,
    sound: bool = False,
    progress: Progress | None = None,
) -> PageVideo:
    """Make a small, redacted copy that travels in the page; the caller deletes it.

    Parameters
    ----------
    analysis : Analysis
        Names the recording.
    source : Path, optional
        Where the recording is now, if it was moved.
    visible : {"blur", "landmarks", "others"}
        What is left of faces. "others" leaves the customer's alone where it was measured, which
        ``places.parquet`` beside the result tells.
    sound : bool
        Whether voices can be heard.
    progress : callable, optional
        Called with the number of pictures done, the time of the last, and how many there are.

    Raises
    ------
    InputError, OutputError
        When the recording cannot be read, the copy not be written, or it is not known which face
        is the customer's.
    """
    path = source or Path(analysis.source.path)
    look = _Redactor(analysis, visible, progress)
    handle, name = tempfile.mkstemp(prefix="unspoken-", suffix=".video")
    os.close(handle)
    copy = Path(name)
    try:
        made = write_small_copy(
            path,
            copy,
            start_s=analysis.clock.start_s,
            fps=analysis.settings.fps,
            look=look,
            sound=sound,
        )
    except BaseException:
        copy.unlink(missing_ok=True)
        raise
    size = copy.stat().st_size / 1e6
    return PageVideo(
        zeros_s=(analysis.clock.start_s,),
        note=f"A small copy of the video is part of this page ({size:.1f} MB). {_SHOWS[visible]} "
        + ("Voices can be heard." if sound else "It has no sound."),
        embedded=copy,
        media_type=made.media_type,
    )


class _Redactor:
    """Makes the pictures of an embedded copy."""

    def __init__(self, analysis: Analysis, visible: Visible, progress: Progress | None) -> None:
        self._analysis = analysis
        self._progress = progress
        self._how: Literal["blur", "landmarks"] = "landmarks" if visible == "landmarks" else "blur"
        self._places: list[FacePlaces] = []
        if visible == "others":
            known = load_places(analysis.folder) if analysis.folder else {}
            if not known:
                raise InputError(
                    f"Which face is the customer's is not known: {PLACES_NAME} is not beside the "
                    "result, because an earlier version made it.",
                    "Analyse the recording again, or take --redact blur.",
                )
            customers = [f.face_id for f in analysis.faces if f.role == "customer"]
            self._places = [known[face_id] for face_id in customers if face_id in known]

    def __call__(self, frames: Iterable[Frame]) -> Iterator[tuple[NDArray[np.uint8], float]]:
        made = redacted(frames, self._how, self._expected, self._shown)
        for done, (picture, time_s, _safe) in enumerate(made, start=1):
            yield picture, time_s
            if self._progress is not None:
                self._progress(done, time_s, self._analysis.clock.frames)

    def _expected(self, time_s: float) -> int:
        return sum(face.first_s <= time_s <= face.last_s for face in self._analysis.faces)

    def _shown(self, index: int) -> Sequence[Crop]:
        crops = ((place.size, place.at(index, _FRAMES_APART)) for place in self._places)
        return [(side, to_picture) for side, to_picture in crops if to_picture is not None]


def _bytes_of(analysis: Analysis) -> int:
    return analysis.source.bytes if analysis.source.kind == "file" else 0


def zeros_of(path: Path, analysis: Analysis) -> tuple[float, ...]:
    """Capture times at which a browser's clock of a recording may stand at 0; see `PageVideo`."""
    start_s = analysis.clock.start_s
    try:
        with av.open(os.fspath(path), metadata_errors="ignore") as container:
            if container.start_time is not None:
                start_s = container.start_time / 1e6
    except (av.error.FFmpegError, OSError):
        pass  # the clock's own start is the best guess
    return (0.0, start_s) if start_s else (0.0,)
