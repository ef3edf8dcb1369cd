"""Films of synthetic faces as clips, pictures and contact sheets, drawn as the pages draw them."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import TracebackType
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken import __version__
from unspoken.academy.browser import Browser
from unspoken.academy.film import Film
from unspoken.errors import AssetError, InputError, OutputError
from unspoken.filing import writing
from unspoken.media.writer import ClipWriter

__all__ = ["SYNTHETIC", "Studio", "check_pack", "decoded", "render_film", "sheet"]

#: What every clip and picture says of itself in its metadata.
SYNTHETIC = "Synthetic face, drawn by Unspoken. This person does not exist."
_KINDS = {
    ".js": "text/javascript",
    ".json": "application/json",
    ".webp": "image/webp",
    ".bin": "application/octet-stream",
}
_PAGE = """<!doctype html><meta charset="utf-8"><title>Unspoken</title>
<script type="module">
import { FilmPlayer } from "/static/js/face/film-player.js";
const canvas = document.createElement("canvas");
const player = new FilmPlayer(canvas, { pack: "/faces/" });
globalThis.load = (film) => player.load(film);
globalThis.picture = (time) => { player.draw(time); return canvas.toDataURL("image/png"); };
globalThis.ready = true;
</script>"""


def _file(path: str) -> tuple[bytes, str] | None:
    """A file of the package by its path in the page; None for what a page may not read."""
    parts = [part for part in path.partition("?")[0].split("/") if part]
    if not parts:
        return _PAGE.encode(), "text/html"
    roots: dict[str, Traversable] = {
        "static": files("unspoken") / "server" / "static",
        "faces": files("unspoken") / "academy" / "faces",
    }
    where = roots.get(parts[0])
    kind = _KINDS.get("." + parts[-1].rpartition(".")[2])
    if where is None or kind is None or ".." in parts:
        return None
    for part in parts[1:]:
        where = where / part
    return (where.read_bytes(), kind) if where.is_file() else None


def check_pack(folder: Traversable | None = None) -> dict[str, Any]:
    """The description of the face pack, after comparing every file with its digest.

    Raises
    ------
    AssetError
        If a file is missing or altered.
    """
    folder = folder or files("unspoken") / "academy" / "faces"
    hint = "Install Unspoken again, or build the pack anew with scripts/build_face_pack.py."
    try:
        pack: dict[str, Any] = json.loads((folder / "pack.json").read_text(encoding="utf-8"))
        for name, digest in pack["files"].items():
            found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
            if found != digest:
                wrong = f"{name} of the face pack: expected sha256 {digest}, found {found}."
                raise AssetError(wrong, hint)
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise AssetError(f"The face pack in {folder} cannot be read ({error}).", hint) from error
    return pack


class Studio:
    """A browser with the faces in it.

    Raises
    ------
    UsageError
        If there is no Chromium.
    AssetError
        If the package's pages were not built, the face pack is damaged, or the browser cannot draw.
    """

    def __init__(self) -> None:
        library = files("unspoken") / "server" / "static" / "vendor" / "three" / "three.module.js"
        if not library.is_file():
            raise AssetError(
                f"The drawing library is missing ({library}).", "From a checkout, run: make web"
            )
        self._people = sorted(check_pack()["identities"])
        self._browser = Browser(_file)
        try:
            self._browser.open("/")
            self._browser.run(
                "new Promise((done, fail) => { const wait = () => globalThis.ready ? done(1) : "
                "performance.now() > 60000 ? fail(new Error('no page')) : setTimeout(wait, 20); "
                "wait(); })"
            )
        except BaseException:
            self.close()
            raise

    def load(self, film: Film) -> None:
        """Put a film's faces before the camera.

        Raises
        ------
        InputError
            If the pack has no face of that name.
        """
        for part in film.faces:
            if part.identity not in self._people:
                raise InputError(
                    f"There is no face {part.identity!r}.",
                    f"There are {', '.join(self._people)}.",
                )
        self._browser.run(f"load({json.dumps(film.to_player())})")

    def picture(self, time_s: float) -> bytes:
        """The film at a time, seconds, as PNG."""
        address = str(self._browser.run(f"picture({time_s!r})"))
        return base64.b64decode(address.partition(",")[2])

    def close(self) -> None:
        """End the browser."""
        self._browser.close()

    def __enter__(self) -> Studio:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def decoded(png: bytes) -> NDArray[np.uint8]:
    """RGB of a PNG, shape (height, width, 3)."""
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR_RGB)
    if picture is None:
        raise AssetError("The browser gave no picture.")
    return np.asarray(picture, dtype=np.uint8)


def labelled(png: bytes) -> bytes:
    """The same PNG, saying in its metadata that the face is synthetic (a tEXt chunk)."""
    text = b"tEXt" + b"Comment\0" + SYNTHETIC.encode("latin-1")
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    header_end = 8 + 25  # signature and IHDR
    return png[:header_end] + chunk + png[header_end:]


def render_film(
    film: Film,
    out: Path,
    on_frame: Callable[[int, int], None] = lambda _done, _all: None,
    studio: Studio | None = None,
) -> int:
    """Draw a film into a clip, or as one PNG per picture into a folder.

    Parameters
    ----------
    film : Film
    out : Path
        A name with an ending (``clip.mp4``) is a clip, one without is a folder.
    on_frame : callable
        Told after every picture how many are done, and of how many.
    studio : Studio, optional
        One that is open already.

    Returns
    -------
    int
        Pictures drawn.

    Raises
    ------
    OutputError
        If the place cannot be written to. What was there before stays.
    """
    if studio is None:
        with Studio() as opened:
            return render_film(film, out, on_frame, opened)
    studio.load(film)
    pictures = _pictures(film, studio, on_frame)
    if out.suffix:
        return _write_clip(film, out, pictures)
    return _write_folder(film, out, pictures)


def _pictures(film: Film, studio: Studio, on_frame: Callable[[int, int], None]) -> Iterator[bytes]:
    times = film.times
    for number, time in enumerate(times):
        yield studio.picture(float(time))
        on_frame(number + 1, len(times))


def _write_clip(film: Film, out: Path, pictures: Iterator[bytes]) -> int:
    with writing(out):
        out.parent.mkdir(parents=True, exist_ok=True)
    size = (film.size * len(film.faces), film.size)
    tags = {"comment": SYNTHETIC, "title": "Synthetic face", "encoder": f"unspoken {__version__}"}
    with ClipWriter(out, size, film.fps, crf=14, tags=tags) as writer:
        for number, png in enumerate(pictures):
            writer.add(decoded(png), float(number / film.fps))
    return writer.frames


def _write_folder(film: Film, out: Path, pictures: Iterator[bytes]) -> int:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutputError(
            f"{out}: expected a new or an empty folder, found something in it.",
            "Name another folder, or a clip such as face.mp4.",
        )
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)
        count = 0
        rows = ["file,time_s"]
        for count, png in enumerate(pictures, start=1):  # noqa: B007
            name = f"{count - 1:06d}.png"
            (out / name).write_bytes(labelled(png))
            rows.append(f"{name},{float((count - 1) / film.fps):.6f}")
        (out / "times.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return count


def sheet(studio: Studio, films: Sequence[tuple[str, Film]], columns: int) -> NDArray[np.uint8]:
    """Films at their middle, side by side with a line of text above each; RGB."""
    tiles = []
    for title, film in films:
        studio.load(film)
        tile = decoded(studio.picture(film.seconds / 2))
        head = np.full((26, tile.shape[1], 3), 255, np.uint8)
        cv2.putText(
            head, title, (6, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.48, (20, 20, 20), 1, cv2.LINE_AA
        )
        tiles.append(np.vstack([head, tile]))
    blank = np.full_like(tiles[0], 255)
    tiles += [blank] * (-len(tiles) % columns)
    rows = [np.hstack(tiles[k : k + columns]) for k in range(0, len(tiles), columns)]
    return np.asarray(np.vstack(rows))
