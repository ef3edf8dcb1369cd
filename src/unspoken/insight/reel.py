"""Clips around the moments most worth a look, cut at exact pictures, faces redacted.

Every clip is decoded and encoded anew: its first picture is the first one at or after the wanted
start, its last the last one at or before the end, and its times are those of the recording less the
time of the first picture. Nothing but redacted pictures is ever written to disk. Sound is left out.
"""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.analysis import Analysis
from unspoken.errors import InputError
from unspoken.filing import Batch, writing
from unspoken.insight.study import RankedMoment
from unspoken.media.writer import ClipWriter
from unspoken.redaction.cutting import Redaction, cut
from unspoken.timing import clock_text

__all__ = ["REDACTIONS", "Clip", "make_reel"]

REDACTIONS: tuple[Redaction, ...] = ("blur", "landmarks", "none")
Picture = NDArray[np.uint8]
_CARD_S = 1.5
_REEL_SIZE = (1280, 720)
_REEL_NAME, _LIST_NAME = "reel.mp4", "reel.csv"
_PAPER, _TEXT = (250, 248, 244), (28, 31, 35)
_FAST = {"preset": "veryfast"}


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip.

    Parameters
    ----------
    name : str
        File name.
    ranked : RankedMoment
        What it shows.
    source : str
        The recording.
    first_s, last_s : float
        Times of the first and last picture on the recording's clock, seconds.
    frames, blurred_whole : int
        Pictures, and those that were blurred as a whole because a face may have been lost.
    """

    name: str
    ranked: RankedMoment
    source: str
    first_s: float
    last_s: float
    frames: int
    blurred_whole: int


def make_reel(
    moments: Sequence[RankedMoment],
    out: Path,
    around_s: float,
    redaction: Redaction,
    on_clip: Callable[[int, int], None] | None = None,
) -> tuple[list[Clip], list[str]]:
    """Cut the moments out and put them one after the other.

    Parameters
    ----------
    moments : sequence of RankedMoment
        Best first.
    out : Path
        Folder for ``01-....mp4``, ``reel.mp4`` and ``reel.csv``.
    around_s : float
        Seconds before the start and after the end of a moment.
    redaction : {"blur", "landmarks", "none"}
        What is done to faces.
    on_clip : callable, optional
        Called as ``on_clip(done, total)``.

    Returns
    -------
    list of Clip
        What was cut.
    list of str
        Why others could not be, in sentences.

    Raises
    ------
    InputError
        When not one could be cut.
    OutputError
        When the clips cannot be written; what was in `out` before stays as it was.
    """
    clips: list[Clip] = []
    problems: list[str] = []
    with _folder_within(out) as work, Batch(out) as batch:
        with ClipWriter(work / _REEL_NAME, _REEL_SIZE, crf=23, options=_FAST) as reel:
            joined = _Joined(reel)
            for done, ranked in enumerate(moments, start=1):
                try:
                    clips.append(_one(ranked, work, around_s, redaction, joined))
                except InputError as error:
                    problems.append(error.message)
                if on_clip is not None:
                    on_clip(done, len(moments))
            if not clips:
                raise InputError(
                    "Not one clip could be cut. " + " ".join(dict.fromkeys(problems)),
                    "Put the recordings back to where they were analysed.",
                )
        for name in (*(clip.name for clip in clips), _REEL_NAME):
            batch.add_file(name, work / name)
        batch.add_bytes(_LIST_NAME, _listing(clips))
    return clips, problems


@contextmanager
def _folder_within(out: Path) -> Iterator[Path]:
    """A hidden folder for what is not finished, on the same disk; removed at the end."""
    work = out / f".reel.{os.getpid()}"
    with writing(work):
        work.mkdir(parents=True)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


class _Joined:
    """All clips one after the other, each behind a card that says what it shows."""

    def __init__(self, writer: ClipWriter) -> None:
        self._writer = writer
        self._at_s = 0.0
        self._last_s = -1.0

    def card(self, lines: Sequence[str]) -> None:
        """Start a new clip."""
        width, height = _REEL_SIZE
        picture = np.full((height, width, 3), _PAPER, dtype=np.uint8)
        for number, line in enumerate(lines):
            # OpenCV's fonts know no letters beyond ASCII.
            text = line.encode("ascii", "replace").decode("ascii")[:60]
            size, y = (1.4, 280) if number == 0 else (0.9, 320 + 50 * number)
            cv2.putText(
                picture, text, (80, y), cv2.FONT_HERSHEY_SIMPLEX, size, _TEXT, 2, cv2.LINE_AA
            )
        self._writer.add(picture, self._at_s)
        self._writer.add(picture, self._at_s + 0.5 * _CARD_S)
        self._at_s += _CARD_S

    def add(self, picture: Picture, time_s: float) -> None:
        """Append a picture at its time in the clip."""
        width, height = _REEL_SIZE
        scale = min(width / picture.shape[1], height / picture.shape[0])
        size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
        ground = np.zeros((height, width, 3), dtype=np.uint8)
        x, y = (width - size[0]) // 2, (height - size[1]) // 2
        ground[y : y + size[1], x : x + size[0]] = cv2.resize(picture, size)
        self._last_s = self._at_s + time_s
        self._writer.add(ground, self._last_s)

    def end(self) -> None:
        """End the clip."""
        self._at_s = self._last_s + 0.1


def _one(
    ranked: RankedMoment, work: Path, around_s: float, redaction: Redaction, joined: _Joined
) -> Clip:
    moment = ranked.moment
    analysis = Analysis.load(moment.folder)
    source = Path(analysis.source.path)
    _check_source(source, analysis, moment.folder)
    what = moment.signal or moment.kind
    slug = re.sub(r"[^a-z0-9]+", "-", " ".join([what, *ranked.where]).lower()).strip("-")
    name = f"{ranked.rank:02d}-{slug[:60]}.mp4"
    span = (moment.start_s - around_s, moment.end_s + around_s)

    def expected(time_s: float) -> int:
        return sum(face.first_s <= time_s <= face.last_s for face in analysis.faces)

    writer: ClipWriter | None = None
    times: list[float] = []
    whole = 0
    try:
        for picture, time_s, safe in cut(source, *span, redaction, expected):
            if writer is None:
                size = picture.shape[1] // 2 * 2, picture.shape[0] // 2 * 2
                writer = ClipWriter(work / name, size, crf=20, options=_FAST)
                joined.card(_card_lines(ranked))
            even = np.ascontiguousarray(picture[: size[1], : size[0]])
            times.append(time_s)
            whole += not safe
            writer.add(even, time_s - times[0])
            joined.add(even, time_s - times[0])
        if writer is None:
            raise InputError(f"{source}: no picture between {span[0]:.2f} and {span[1]:.2f} s.")
        writer.close()
    except BaseException:
        if writer is not None:
            writer.discard()
        raise
    joined.end()
    return Clip(name, ranked, str(source), times[0], times[-1], len(times), whole)


def _card_lines(ranked: RankedMoment) -> list[str]:
    """What the card before a clip says: what it may show, and where it is from."""
    moment = ranked.moment
    kinds = {"micro": "a micro-expression", "macro": "a macro-expression"}
    what = moment.signal.replace("_", " ") or kinds.get(moment.kind, moment.kind)
    lines = [
        f"{ranked.rank}. Consistent with {what}",
        ", ".join(ranked.where),
        f"{ranked.interaction}, at {clock_text(moment.apex_s)}",
        "A reason to look and to ask; it proves nothing alone.",
    ]
    return [line for line in lines if line]


def _check_source(source: Path, analysis: Analysis, folder: Path) -> None:
    if not source.exists():
        raise InputError(f"{folder.name}: its recording is not at {source} any more.")
    if source.is_file() and source.stat().st_size != analysis.source.bytes:
        raise InputError(
            f"{folder.name}: {source} is not the recording that was analysed "
            f"({source.stat().st_size} bytes, then {analysis.source.bytes})."
        )


def _listing(clips: Sequence[Clip]) -> bytes:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(
        [
            "clip",
            "rank",
            "signal",
            "where",
            "interaction",
            "moment_id",
            "source",
            "moment_start_s",
            "apex_s",
            "moment_end_s",
            "first_picture_s",
            "last_picture_s",
            "pictures",
            "blurred_whole",
        ]
    )
    for clip in clips:
        moment = clip.ranked.moment
        times = (moment.start_s, moment.apex_s, moment.end_s, clip.first_s, clip.last_s)
        table.writerow(
            [
                clip.name,
                clip.ranked.rank,
                moment.signal or moment.kind,
                "|".join(clip.ranked.where),
                clip.ranked.interaction,
                moment.moment_id,
                clip.source,
                *(f"{t:.4f}" for t in times),
                clip.frames,
                clip.blurred_whole,
            ]
        )
    return text.getvalue().encode("utf-8", "backslashreplace")
