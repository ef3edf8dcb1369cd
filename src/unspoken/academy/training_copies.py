"""A copy of a recording for training in which everybody but the customer is blurred.

A customer agrees for themselves, not for the others in the picture. So where others are in it, not
the recording is shown but a copy, made beforehand beside the results: the customer's face where it
was measured, every other face and every doubtful picture blurred, without sound.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from unspoken import __version__
from unspoken.analysis import Analysis
from unspoken.errors import InputError
from unspoken.filing import Batch
from unspoken.pipeline import Progress
from unspoken.report.video import embedded_video

__all__ = ["COPY_NAME", "TrainingCopy", "customers_at_once", "training_copy", "write_training_copy"]

#: Describes the copy, beside it in the folder of the results.
COPY_NAME = "training-copy.json"
_FORMAT = "unspoken.training-copy/1"
_ENDINGS = {"video/mp4": ".mp4", "video/webm": ".webm"}


@dataclass(frozen=True)
class TrainingCopy:
    """A copy that fits its results.

    Parameters
    ----------
    path : Path
    media_type : str
        For the browser.
    """

    path: Path
    media_type: str


def customers_at_once(analysis: Analysis) -> int:
    """How many customers' faces were in view together with another customer's."""
    customers = sorted((f for f in analysis.faces if f.role == "customer"), key=lambda f: f.first_s)
    return sum(b.first_s < a.last_s for a, b in pairwise(customers))


def training_copy(analysis: Analysis) -> TrainingCopy | None:
    """The copy beside a result; None where there is none, or it was made of other results.

    Raises
    ------
    InputError
        If what describes it cannot be read.
    """
    if analysis.folder is None:
        return None
    described = analysis.folder / COPY_NAME
    if not described.is_file():
        return None
    try:
        said = json.loads(described.read_text(encoding="utf-8"))
        copy = analysis.folder / Path(str(said["file"])).name
        fits = said["format"] == _FORMAT and said["made_of"] == _made_of(analysis)
        whole = copy.is_file() and copy.stat().st_size == said["bytes"]
        return TrainingCopy(copy, str(said["media_type"])) if fits and whole else None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{described}: expected what describes a training copy, found "
            f"{type(error).__name__}: {error}.",
            f"Make the copy again: unspoken academy redact {analysis.folder}",
        ) from error


def write_training_copy(
    analysis: Analysis, source: Path, progress: Progress | None = None
) -> TrainingCopy:
    """Make the copy beside the results; one that was there is replaced when the new one is done.

    Parameters
    ----------
    analysis : Analysis
        Loaded from its folder.
    source : Path
        The recording.
    progress : callable, optional
        Called with the number of pictures done, the time of the last, and how many there are.

    Raises
    ------
    InputError
        If two customers are in view at once, or it is not known where the customer's face was.
    OutputError
        If it cannot be written.
    """
    assert analysis.folder is not None
    if customers_at_once(analysis):
        raise InputError(
            "No copy was made: two customers' faces are in view at the same time, and whose "
            "consent it is is not known.",
            "Say who is who with --role when analysing, or ask everyone and record that with "
            "unspoken context --consent covers=everyone.",
        )
    made = embedded_video(analysis, source, "others", progress=progress)
    assert made.embedded is not None
    try:
        name = f"training-copy{_ENDINGS[made.media_type]}"
        described: dict[str, Any] = {
            "format": _FORMAT,
            "file": name,
            "media_type": made.media_type,
            "bytes": made.embedded.stat().st_size,
            "shows": "The customer's face; everybody else's is blurred. No sound.",
            "made_of": _made_of(analysis),
            "software": f"unspoken {__version__}",
        }
        with Batch(analysis.folder) as batch:
            batch.add_copy(name, made.embedded)
            batch.add_bytes(COPY_NAME, json.dumps(described, indent=1).encode())
    finally:
        made.embedded.unlink(missing_ok=True)
    return TrainingCopy(analysis.folder / name, made.media_type)


def _made_of(analysis: Analysis) -> str:
    """Digest of the recording and of who is who in it: with other roles, others are blurred."""
    faces = [[f.face_id, f.role, f.first_s, f.last_s] for f in analysis.faces]
    text = json.dumps([analysis.source.sha256, faces])
    return hashlib.sha256(text.encode()).hexdigest()
