"""``unspoken export``: a result in the form another program reads."""

from __future__ import annotations

from pathlib import Path

from unspoken.commands.faults import say, tell
from unspoken.exports.material import Material, load_material
from unspoken.exports.write import write_export

__all__ = ["export_command"]


def export_command(folder: Path, name: str, out: Path) -> int:
    """Write the export, print where it is, and say what was not there to be written.

    Returns
    -------
    int
        0.

    Raises
    ------
    UsageError, InputError, OutputError
        If the result cannot be read or the export not written.
    """
    material = load_material(folder)
    for sentence in _missing(material, name):
        say(sentence)
    for path in write_export(material, name, out):
        tell(str(path))
    return 0


def _missing(material: Material, name: str) -> list[str]:
    context = material.context
    if name == "webvtt-chapters" and not context.timeline.segments:
        return ["There is no timeline beside this result; the file has no chapters."]
    if name == "webvtt-transcript" and not context.transcript.utterances:
        return ["There is no transcript beside this result; the file has no cues."]
    if name == "openface" or material.moments:
        return []
    return ["No moments have been read for this result yet; events are exported without them."]
