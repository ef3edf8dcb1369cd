"""Cards of clips: words set by the browser, faces put into them, and captions beside them."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unspoken import __version__
from unspoken.academy.browser import Browser
from unspoken.academy.rendering import SYNTHETIC, decoded
from unspoken.errors import UsageError
from unspoken.filing import part_path, writing
from unspoken.media.writer import ClipWriter

__all__ = [
    "Captions", "Picture", "Press", "clip_size", "clip_writer", "put_faces", "web_vtt",
    "write_beside",
]  # fmt: skip

Picture = NDArray[np.uint8]
_PAGE = files("unspoken.academy") / "lesson_card.html"


@dataclass(frozen=True)
class Captions:
    """Words of a clip: start and end, seconds, and what is said."""

    lines: tuple[tuple[float, float, str], ...]


class Press:
    """Sets cards in a browser.

    Parameters
    ----------
    width, height : int
        Of a card, pixels.
    """

    def __init__(self, width: int, height: int) -> None:
        page = _PAGE.read_bytes()
        self._browser = Browser(lambda path: (page, "text/html") if path == "/" else None)
        try:
            size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
            self._browser.call("Emulation.setDeviceMetricsOverride", **size)
            self._browser.open("/")
            self._browser.run(
                "new Promise((done) => { const wait = () => globalThis.card ? done(1) : "
                "setTimeout(wait, 20); wait(); })"
            )
        except BaseException:
            self._browser.close()
            raise

    def card(self, kind: str, html: str) -> Picture:
        """A card; RGB, shape (height, width, 3)."""
        self._browser.run(f"card({json.dumps(kind)}, {json.dumps(html)})")
        shot = self._browser.call("Page.captureScreenshot", format="png")
        return decoded(base64.b64decode(shot["data"]))

    def close(self) -> None:
        """End the browser."""
        self._browser.close()


def clip_size(out: Path, height: int, example: str) -> tuple[int, int]:
    """Size of a clip's picture, 16:9 and even; the name is looked at and its folder made.

    Parameters
    ----------
    out : Path
        The clip.
    height : int
        Pixels; the last one is dropped where it is odd.
    example : str
        A name such as is expected, for the message.

    Returns
    -------
    tuple of int
        Width and height, pixels.

    Raises
    ------
    UsageError
        If `out` has no name of a clip.
    OutputError
        If its folder cannot be made.
    """
    if out.suffix.lower() not in {".mp4", ".mkv", ".mov", ".m4v"}:
        raise UsageError(f"{out}: expected a clip such as {example}, found {out.suffix!r}.")
    with writing(out):
        out.parent.mkdir(parents=True, exist_ok=True)
    return round(height // 2 * 2 * 16 / 9) // 2 * 2, height // 2 * 2


def clip_writer(out: Path, size: tuple[int, int], fps: Fraction, title: str) -> ClipWriter:
    """What writes a clip of synthetic faces, and says in the file that they are."""
    tags = {"comment": SYNTHETIC, "title": title, "encoder": f"unspoken {__version__}"}
    return ClipWriter(out, size, fps, crf=20, options={"preset": "veryfast"}, tags=tags)


def put_faces(back: Picture, face: Picture, faces: int) -> Picture:
    """A card with the faces in their place: on the left, or two in a row."""
    height, width = back.shape[:2]
    tall, wide = face.shape[:2]
    if faces == 1:
        x, y = round(height * 0.12), (height - tall) // 2
    else:
        x, y = (width - wide) // 2, round(height * 0.12)
    made = back.copy()
    made[y : y + tall, x : x + wide] = face
    return made


def write_beside(path: Path, text: str) -> None:
    """Write a text file whole, or not at all.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    with writing(path):
        part = part_path(path)
        part.write_text(text, encoding="utf-8")
        part.replace(path)


def web_vtt(captions: Captions) -> str:
    """Captions as a WebVTT file."""

    def stamp(seconds: float) -> str:
        whole = round(seconds * 1000)
        minutes, rest = divmod(whole, 60_000)
        hours, minutes = divmod(minutes, 60)
        return f"{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"

    parts = ["WEBVTT\n"]
    for start, end, words in captions.lines:
        safe = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        parts.append(f"{stamp(start)} --> {stamp(end)}\n{' '.join(safe.split())}\n")
    return "\n".join(parts)
