"""Modules inside pages: browsers load no module from a page that was opened as a file."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

__all__ = ["import_map", "modules_of", "policy_hashes"]

_FROM = re.compile(
    r"""(^(?:import|export|\}).*? from )(["'])(\.{1,2}/[\w./-]+\.js)\2""", re.MULTILINE
)
_SCRIPT = re.compile(r"<script(?P<marks>[^>]*)>(?P<text>.*?)</script>", re.DOTALL)


def modules_of(entry: Path) -> dict[str, str]:
    """A module and all it imports, each text by its bare name, the imported before the importing.

    A ``data:`` or ``blob:`` address has no folder, so neighbours are called by their bare names.

    Raises
    ------
    ValueError
        If two modules have the same name.
    """
    found: dict[str, str] = {}
    places: dict[str, Path] = {}

    def take(path: Path) -> None:
        if places.setdefault(path.name, path) != path:
            raise ValueError(f"{path.name} is the name of two modules, {path} another one.")
        if path.name in found:
            return
        text = path.read_text(encoding="utf-8")
        for _begin, _quote, other in _FROM.findall(text):
            take((path.parent / other).resolve())
        found[path.name] = _FROM.sub(lambda m: f'{m[1]}"{Path(m[3]).name}"', text)

    take(entry.resolve())
    return found


def import_map(entry: Path) -> dict[str, str]:
    """A module and all it imports, by name, each as a ``data:`` address for an import map."""
    return {
        name: f"data:text/javascript;base64,{base64.b64encode(text.encode()).decode()}"
        for name, text in sorted(modules_of(entry).items())
    }


def policy_hashes(html: str) -> str:
    """What a content security policy says to let the scripts of a page run, and no other."""
    found = []
    for script in _SCRIPT.finditer(html):
        if "src=" in script["marks"] or "application/json" in script["marks"]:
            continue
        digest = hashlib.sha256(script["text"].encode()).digest()
        found.append(f"'sha256-{base64.b64encode(digest).decode()}'")
    return " ".join(found)
