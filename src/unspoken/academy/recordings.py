"""Whether a recording itself may be shown in training, and what a browser needs to show it.

Shown is only what the context says a customer agreed to: the recording where nobody else is in it
or everyone agreed, otherwise a copy in which the others are blurred. Everything else is refused
with a reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from unspoken.academy.training_copies import (
    TrainingCopy,
    customers_at_once,
    training_copy,
    write_training_copy,
)
from unspoken.analysis import Analysis
from unspoken.context.record import Context
from unspoken.errors import InputError
from unspoken.pipeline import Progress
from unspoken.report.video import zeros_of

__all__ = ["Recording", "copy_for_training", "recording_of"]

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
    redacted : bool
        Whether it is a copy in which all but the customer are blurred.
    """

    path: Path
    media_type: str
    zeros_s: tuple[float, ...]
    first_s: float
    sound: bool
    redacted: bool = False


def recording_of(analysis: Analysis, context: Context, today: date) -> Recording:
    """The recording of an analysis, or a redacted copy of it, where it may be shown.

    It is looked for where it was analysed, in the folder of the result, and beside that.

    Raises
    ------
    InputError
        If there is no consent, other people are in the picture and there is no copy, the file is
        not there or another one, or browsers do not play it.
    """
    _agreed(context, today)
    everyone = context.consent.covers == "everyone"
    start_s = analysis.clock.start_s
    if not everyone and (others := _others(analysis)):
        copy = training_copy(analysis)
        if copy is None or customers_at_once(analysis):
            raise InputError(
                f"The recording is not shown: {others}, and the consent is the "
                f"customer's alone. unspoken academy redact {_named(analysis)} makes a copy in "
                "which the others are blurred.",
                "See docs/context.md, on consent in training.",
            )
        return Recording(copy.path, copy.media_type, (start_s,), start_s, False, redacted=True)
    path = _file(analysis)
    source = analysis.source
    kinds = [kind for name, kind in _CONTAINERS.items() if name in source.container.split(",")]
    if not kinds or source.codec not in _CODECS:
        raise InputError(
            f"The recording is not shown: browsers play {', '.join(_CODECS.values())} in MP4, WebM "
            f"or Matroska, and it is {source.codec} in {source.container}."
        )
    return Recording(path, kinds[0], zeros_of(path, analysis), start_s, everyone)


def copy_for_training(
    analysis: Analysis, context: Context, today: date, progress: Progress | None = None
) -> TrainingCopy | None:
    """Make the copy that is shown where others are in the picture; None where none is needed.

    Raises
    ------
    InputError
        If the customer did not agree, two customers are in view at once, or the recording or the
        places of the customer's face are missing.
    OutputError
        If it cannot be written; a copy that was there stays.
    """
    _agreed(context, today)
    if context.consent.covers == "everyone" or not _others(analysis):
        return None
    return write_training_copy(analysis, _file(analysis), progress)


def _agreed(context: Context, today: date) -> None:
    if why := context.consent.refusal(today):
        raise InputError(
            f"The recording is not shown: {why}.", "See docs/context.md, on consent in training."
        )


def _others(analysis: Analysis) -> str:
    """Who else is in the picture, or may be, as half a sentence; "" for nobody.

    Others are faces of another role, and customers in view at the same time.
    """
    customers = sum(face.role == "customer" for face in analysis.faces)
    others = len(analysis.faces) - customers + customers_at_once(analysis)
    if others:
        return "1 other face is in it" if others == 1 else f"{others} other faces are in it"
    if analysis.settings.max_faces == 1:
        return "other faces may be in it, because only one was followed (--max-faces 1)"
    if analysis.partial:
        return "other faces may be in it, because its analysis stopped before its end"
    return ""


def _named(analysis: Analysis) -> str:
    return str(analysis.folder) if analysis.folder else "FOLDER"


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
