"""What ``moments.json`` says about each event: its reading, its signals, how unusual it is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from unspoken.interaction import MomentsFile
from unspoken.reading.moments import Moment

__all__ = ["ShownMoments", "load_moments", "shown"]


@dataclass(frozen=True, slots=True)
class ShownMoments:
    """The moments of one result, as its page shows them.

    Parameters
    ----------
    by_event : dict of str to Moment
        The moment of each event that has one.
    playbook : str
        Name and version of the playbook that gave the signals; "" when unknown.
    notes : tuple of str
        Sentences on the whole.
    unmeasured_s : dict of str to float
        Seconds of the exposure in which a hand hid what a signal goes by, by its kind.
    stale : bool
        The file was read from another analysis than the one beside it, so nothing of it is shown.
    """

    by_event: dict[str, Moment] = field(default_factory=dict)
    playbook: str = ""
    notes: tuple[str, ...] = ()
    unmeasured_s: dict[str, float] = field(default_factory=dict)
    stale: bool = False


def shown(file: MomentsFile) -> ShownMoments:
    """Moments as a page shows them."""
    by_event = {moment.event_id: moment for moment in file.moments}
    playbook = f"{file.playbook.name} {file.playbook.version}".strip()
    hidden: dict[str, float] = {}
    for lost in file.unmeasured.values():
        for key, spans in lost.items():
            kind = key.removeprefix("signal:")
            if kind != key:
                hidden[kind] = hidden.get(kind, 0.0) + sum(end - start for start, end in spans)
    return ShownMoments(by_event, playbook, file.notes, hidden)


def load_moments(folder: Path) -> ShownMoments:
    """Read the moments beside an analysis.

    Returns
    -------
    ShownMoments
        Empty when there is no such file.

    Raises
    ------
    InputError
        When it is broken (the message names file and line) or was written by a newer program.
    """
    file = MomentsFile.load(folder)
    if file is None:
        return ShownMoments()
    path = folder / "analysis.json"
    if file.analysis_sha256 and path.is_file():
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest != file.analysis_sha256:
            return ShownMoments(stale=True)
    return shown(file)
