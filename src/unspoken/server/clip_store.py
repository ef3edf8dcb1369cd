"""Clips that were drawn before: a course exported again draws only what has changed.

Drawing is by far the longest part of an export, so a clip is kept under a digest of all that
decides its pixels: film, faces, drawing code and version. What cannot be kept is drawn again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path

from unspoken import __version__
from unspoken.academy.lesson_scene import Scene
from unspoken.filing import part_path
from unspoken.server.pages import STATIC

__all__ = ["ClipStore"]

#: Clips are dropped, the least recently used first, beyond this many bytes.
_MOST_BYTES = 300_000_000
_FOLDER = "UNSPOKEN_CACHE"


class ClipStore:
    """A folder of clips.

    Parameters
    ----------
    folder : Path, optional
        Left out: `UNSPOKEN_CACHE`, or the cache folder of the account.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or _usual_folder()

    def fetch(self, scene: Scene, to: Path) -> bool:
        """Copy a scene's clip to a place; False when it was never drawn."""
        kept = self._place(scene)
        try:
            shutil.copyfile(kept, to)
            os.utime(kept)
        except OSError:
            to.unlink(missing_ok=True)
            return False
        return True

    def keep(self, scene: Scene, clip: Path) -> None:
        """Keep a scene's clip for the next time, as far as there is room."""
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            kept = self._place(scene)
            part = part_path(kept)
            shutil.copyfile(clip, part)
            part.replace(kept)
            self._tidy()

    def _place(self, scene: Scene) -> Path:
        what = {"film": scene.film.to_player(), "title": scene.title, "drawn": _drawing()}
        text = json.dumps(what, sort_keys=True)
        return self._folder / f"{hashlib.sha256(text.encode()).hexdigest()}.mp4"

    def _tidy(self) -> None:
        clips = sorted(self._folder.glob("*.mp4"), key=lambda p: p.stat().st_mtime, reverse=True)
        room = _MOST_BYTES
        for clip in clips:
            room -= clip.stat().st_size
            if room < 0:
                clip.unlink(missing_ok=True)


def _usual_folder() -> Path:
    named = os.environ.get(_FOLDER)
    if named:
        return Path(named)
    from platformdirs import user_cache_path

    return user_cache_path("unspoken", appauthor=False) / "clips"


@cache
def _drawing() -> str:
    """Digest of the faces, the code that draws them, and the version."""
    digest = hashlib.sha256(__version__.encode())
    digest.update((files("unspoken.academy") / "faces" / "pack.json").read_bytes())
    for path in sorted((STATIC / "js" / "face").glob("*.js")):
        digest.update(path.read_bytes())
    digest.update((STATIC / "vendor" / "versions.json").read_bytes())
    return digest.hexdigest()
