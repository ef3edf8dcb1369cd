"""Whether a recording itself may be shown in training, and what a browser needs to show it.

Shown is only what the context says a customer agreed to. Everything else is refused with a reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

from unspoken.analysis import Analysis, FaceSummary
from unspoken.context.record import Context
from unspoken.errors import InputError
from unspoken.report.video import zeros_of

__all__ = ["Recording", "recording_of"]

#: What browsers play: FFmpeg's names of containers, each with a media type; and of codecs.
_CONTAINERS = {"mp4": "video/mp4", "webm": "video/webm", "matroska": "video/x-matroska"}
_CODECS = {"h264": "H.264", "vp8": "VP8", "vp9": "VP9", "av1": "AV1"}


@dataclass(frozen=True)
class Recording:
    """A recording that may be shown.

    Parameters
    ----------
    path : Path
        Where it lies.
    media_type : str
        For the browser.
    zeros_s : tuple of float
        Capture times at which a browser's clock may stand at 0, see
        `unspoken.report.video.PageVideo`.
    first_s : float
        Capture time of the first picture.
    sound : bool
        Whether voices may be heard: only where everybody agreed.
    """

    path: Path
    media_type: str
    zeros_s: tuple[float, ...]
    first_s: float
    sound: bool


def recording_of(analysis: Analysis, context: Context, today: date) -> Recording:
    """The recording of an analysis, where it may be shown.

    It is looked for where it was analysed, in the folder of the result, and beside that.

    Raises
    ------
    InputError
        If there is no consent, other people are in the picture, the file is not there or another
        one, or browsers do not play it.
    """
    why = context.consent.refusal(today)
    everyone = context.consent.covers == "everyone"
    if not why and not everyone and (others := _others(analysis.faces)):
        faces = "1 other face is" if others == 1 else f"{others} other faces are"
        why = f"{faces} in it, and the consent is the customer's alone"
    if why:
        raise InputError(
            f"The recording is not shown: {why}.", "See docs/context.md, on consent in training."
        )
    path = _file(analysis)
    source = analysis.source
    kinds = [kind for name, kind in _CONTAINERS.items() if name in source.container.split(",")]
    if not kinds or source.codec not in _CODECS:
        raise InputError(
            f"The recording is not shown: browsers play {', '.join(_CODECS.values())} in MP4, WebM "
            f"or Matroska, and it is {source.codec} in {source.container}."
        )
    return Recording(path, kinds[0], zeros_of(path, analysis), analysis.clock.start_s, everyone)


def _others(faces: Sequence[FaceSummary]) -> int:
    """Faces that are not the one customer's: of another role, or in view at the same time."""
    customers = sorted((f for f in faces if f.role == "customer"), key=lambda f: f.first_s)
    at_once = sum(b.first_s < a.last_s for a, b in pairwise(customers))
    return len(faces) - len(customers) + at_once


def _file(analysis: Analysis) -> Path:
    source = analysis.source
    if source.kind != "file":
        raise InputError(
            "The recording is not shown: it is a folder of pictures, which browsers do not play."
        )
    found = next((path for path in _places(analysis) if path.is_file()), None)
    if found is None:
        raise InputError(
            f"The recording is not shown: it is neither at {source.path} nor beside its results."
        )
    if found.stat().st_size != source.bytes:
        raise InputError(
            f"The recording is not shown: {found} is not the file that was analysed, its size "
            "differs."
        )
    return found


def _places(analysis: Analysis) -> Iterator[Path]:
    path = Path(analysis.source.path)
    yield path
    if analysis.folder is not None:
        yield analysis.folder / path.name
        yield analysis.folder.parent / path.name
