"""What a page shows besides the analysis and its key frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from unspoken.analysis import Analysis
from unspoken.context.record import Context
from unspoken.errors import InputError, SourceNotFound
from unspoken.reading.moments import Moment
from unspoken.report.judgements import JUDGEMENTS_NAME, Judgements
from unspoken.report.moments import ShownMoments, load_moments
from unspoken.report.video import PageVideo, linked_video, no_video

if TYPE_CHECKING:
    from unspoken.report.loops import Loop

__all__ = ["Extras", "load_extras"]


@dataclass(frozen=True, slots=True)
class Extras:
    """What a page shows besides the analysis and its key frames; nothing by default.

    Parameters
    ----------
    context : Context
        What was going on.
    moments : ShownMoments
        Readings and signals.
    judgements : Judgements or None
        What people said so far.
    video : PageVideo or None
        The recording on the page; None leaves it out.
    loops : mapping of str to Loop
        Slow loops by event.
    folder : str
        The result's folder as the user calls it, for the commands the page names.
    """

    context: Context = field(default_factory=Context)
    moments: ShownMoments = field(default_factory=ShownMoments)
    judgements: Judgements | None = None
    video: PageVideo | None = None
    loops: Mapping[str, Loop] = field(default_factory=dict)
    folder: str = "RESULT"

    def moment(self, event_id: str) -> Moment | None:
        """The moment of an event, if it has one."""
        return self.moments.by_event.get(event_id)

    def rank(self) -> dict[str, float]:
        """Strength of the strongest signal of each event that has one."""
        return {
            event_id: max(signal.strength for signal in moment.signals)
            for event_id, moment in self.moments.by_event.items()
            if moment.signals
        }

    def shown_video(self, analysis: Analysis) -> PageVideo:
        """The video's facts, whether or not there is one."""
        return self.video or no_video(analysis)


def load_extras(analysis: Analysis, folder: Path, *, strict: bool = True) -> Extras:
    """Read what lies beside a result.

    Parameters
    ----------
    analysis : Analysis
        The result.
    folder : Path
        Where it lies, or will lie.
    strict : bool
        Whether a broken file is an error; otherwise it is passed over.

    Raises
    ------
    InputError
        When a file is broken or a newer program wrote it, and `strict`.
    """
    try:
        context = Context.load(folder)
        moments = load_moments(folder)
        judgements = _judgements(folder, analysis)
    except InputError:
        if strict:
            raise
        context, moments, judgements = Context(), ShownMoments(), None
    video = linked_video(analysis, folder)
    return Extras(context, moments, judgements, video, folder=str(folder))


def _judgements(folder: Path, analysis: Analysis) -> Judgements | None:
    try:
        found = Judgements.load(folder / JUDGEMENTS_NAME)
    except SourceNotFound:
        return None
    return found if found.source_sha256 == analysis.source.sha256 else None
