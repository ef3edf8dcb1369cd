"""A part of the face pack: some people with what all share, and nothing of the others.

Exported folders hold the faces to train with. Faces of the tests stay behind, because a test is
only one on faces never seen.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from unspoken.errors import InputError

__all__ = ["pack_excerpt"]

_BYTES = {"i1": 1, "u1": 1, "i2": 2, "u2": 2, "f4": 4}
#: Every array begins at a multiple of this, as typed arrays of browsers want it.
_ALIGNED = 4


def pack_excerpt(names: Collection[str], folder: Traversable | None = None) -> dict[str, bytes]:
    """Files of a pack that holds only some people.

    Parameters
    ----------
    names : collection of str
        Identities to keep.
    folder : Traversable, optional
        A pack; the package's own where left out.

    Returns
    -------
    dict of str to bytes
        By name: ``pack.json``, ``pack.bin`` and the pictures these people need.

    Raises
    ------
    InputError
        If there is nobody of a name.
    """
    folder = folder or files("unspoken.academy") / "faces"
    index = json.loads((folder / "pack.json").read_text(encoding="utf-8"))
    people = index["identities"]
    if strangers := sorted(set(names) - people.keys()):
        raise InputError(
            f"There is no face {strangers[0]!r}.", f"There are {', '.join(sorted(people))}."
        )
    index["identities"] = {name: people[name] for name in people if name in names}
    del index["files"]  # digests of whole files, which these are not
    content = (folder / "pack.bin").read_bytes()
    packed = bytearray()
    index = _moved(index, content, packed)
    left_out = {p for n, one in people.items() if n not in names for p in _pictures(one)}
    needed = {p for one in index["identities"].values() for p in _pictures(one)}
    pictures = {
        entry.name: entry.read_bytes()
        for entry in folder.iterdir()
        if entry.name.endswith(".webp") and entry.name not in left_out - needed
    }
    text = json.dumps(index, separators=(",", ":"))
    return {"pack.json": text.encode(), "pack.bin": bytes(packed), **pictures}


def _pictures(identity: dict[str, Any]) -> Iterator[str]:
    yield identity["skin"]
    yield identity["iris"]
    for part in ("brows", "lashes"):
        yield f"{identity['parts'][part]['part']}.webp"


def _moved(node: Any, content: bytes, packed: bytearray) -> Any:
    """The same description, with every array copied to `packed` and its new place in it."""
    if isinstance(node, dict):
        return {key: _moved(value, content, packed) for key, value in node.items()}
    if not isinstance(node, list):
        return node
    if len(node) == 3 and node[0] in _BYTES:
        kind, offset, length = node
        packed.extend(bytes(-len(packed) % _ALIGNED))
        place = len(packed)
        packed.extend(content[offset : offset + length * _BYTES[kind]])
        return [kind, place, length]
    return [_moved(value, content, packed) for value in node]
