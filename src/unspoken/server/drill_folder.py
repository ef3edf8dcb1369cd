"""Drills in an exported folder: faces that are drawn on the spot, without a server.

The drawing code and the face pack travel along, as scripts that lay their content down: a page
that was opened as a file may read scripts, but no data. Faces of the tests stay behind.
"""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from unspoken.academy.course import PURPOSES
from unspoken.academy.levels import level_named
from unspoken.academy.pack_excerpt import pack_excerpt
from unspoken.academy.people import Cast, load_people
from unspoken.academy.practice import practice_items
from unspoken.academy.rounds import round_of
from unspoken.academy.stimuli import DURATIONS_S
from unspoken.server.drill_content import drill_content
from unspoken.server.inlining import modules_of
from unspoken.server.pages import STATIC

__all__ = ["DrillFaces", "drill_page"]

_DRILL = STATIC / "js" / "drill"
_LAY = "(globalThis.unspokenFaces ??= {})"


class DrillFaces:
    """The folder ``faces`` of an export: the training faces, and what draws them."""

    def __init__(self) -> None:
        self.people = Cast.of(load_people()).training
        self._files = pack_excerpt(self.people)

    @property
    def names(self) -> list[str]:
        """Files of the face pack, as pages ask for them."""
        return sorted(self._files)

    @property
    def scripts(self) -> list[str]:
        """Addresses of the scripts a page needs."""
        return ["faces/painter.js", *(f"faces/{name}.js" for name in self.names)]

    def write(self, folder: Path) -> None:
        """Write all of it into the folder of an export."""
        place = folder / "faces"
        place.mkdir()
        for name, content in self._files.items():
            if name.endswith(".bin"):
                content = gzip.compress(content, mtime=0)
            text = base64.b64encode(content).decode()
            laid = f"({_LAY}.faces ??= {{}})[{json.dumps(name)}] = {json.dumps(text)};\n"
            (place / f"{name}.js").write_text(laid, encoding="utf-8")
        modules = list(modules_of(_DRILL / "painter-worker.js").items())
        boot = (_DRILL / "boxed-worker.js").read_text(encoding="utf-8")
        laid = f"Object.assign({_LAY}, {json.dumps({'modules': modules, 'boot': boot})});\n"
        (place / "painter.js").write_text(laid, encoding="utf-8")


def drill_page(task: str, level: str, course: str, faces: DrillFaces) -> dict[str, Any]:
    """Content of a drill's page.

    Parameters
    ----------
    task, level : str
    course : str
        Its name decides, with task and level, which items the page has: exported again, the same.
    faces : DrillFaces
    """
    rng = np.random.default_rng(zlib.crc32(f"{course}/{task}/{level}".encode()))
    config = {
        "task": task,
        "level": level,
        "rounds": PURPOSES["drill"].rounds,
        "round": round_of(task),
        "durations": list(DURATIONS_S),
        "face": faces.people[0],
        "files": faces.names,
        "items": practice_items(task, level_named(level), faces.people, rng),
        **drill_content(task),
    }
    return {"config": config, "scripts": faces.scripts, "level": level_named(level).title}
