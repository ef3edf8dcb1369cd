"""``unspoken probe``: the facts of a clock in plain words."""

from __future__ import annotations

import json
from collections.abc import Sequence

from unspoken.commands.faults import describe, say, tell
from unspoken.errors import UnspokenError
from unspoken.media.probe import probe
from unspoken.records import to_json

__all__ = ["probe_command"]


def probe_command(sources: Sequence[str], fps: float | None, *, as_json: bool) -> int:
    """Probe all sources; go on after a bad one.

    Returns
    -------
    int
        0 when all could be read, else 2.
    """
    code = 0
    documents = []
    for source in sources:
        try:
            found = probe(source, fps=fps)
        except UnspokenError as error:
            say(describe(error))
            documents.append({"path": source, "error": error.message, "hint": error.hint})
            code = max(code, error.exit_code)
            continue
        if as_json:
            documents.append(to_json(found))
        else:
            tell("\n".join((source, *(f"  {sentence}" for sentence in found.statements))))
    if as_json:
        tell(json.dumps(documents, indent=1, ensure_ascii=False))
    return code
