"""``unspoken reel``: the moments most worth a look as clips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from unspoken.batch import cleared_on_failure
from unspoken.commands.faults import say, tell
from unspoken.commands.progress import bar
from unspoken.errors import InputError, OutputError
from unspoken.insight.folders import load_interactions
from unspoken.insight.reel import make_reel
from unspoken.insight.study import Question, study
from unspoken.redaction.cutting import Redaction

__all__ = ["ReelChoices", "reel_command"]


@dataclass(frozen=True, slots=True)
class ReelChoices:
    """What the command line says beside the question."""

    top: int
    around_s: float
    redaction: Redaction
    skip: bool
    each_its_own: bool
    quiet: bool


def reel_command(places: Sequence[str], out: Path, question: Question, choices: ReelChoices) -> int:
    """Rank the moments of a study and cut the best out of their recordings.

    Returns
    -------
    int
        0; 2 when some clips could not be cut.

    Raises
    ------
    UsageError, InputError, OutputError
        When there is nothing to cut or it cannot be written; what was in `out` before stays.
    """
    if out.exists() and not out.is_dir():
        raise OutputError(f"{out} is a file; a folder was expected there.", "Choose another --out.")
    loaded = load_interactions(places, skip=choices.skip, each_its_own=choices.each_its_own)
    found = study(loaded.interactions, question, loaded.notes)
    moments = found.moments[: choices.top]
    if not moments:
        raise InputError(
            "There is no moment to cut out: nothing was found in the measured time.",
            "unspoken insights tells how much could have been found.",
        )
    console = Console(stderr=True, quiet=choices.quiet)
    with cleared_on_failure(out), bar(console, "clips") as tick:
        clips, problems = make_reel(
            moments,
            out,
            choices.around_s,
            choices.redaction,
            lambda done, total: tick(done, 0.0, total),
        )
    for problem in problems:
        say(problem)
    if not choices.quiet:
        if choices.redaction == "none":
            say("Faces are visible in these clips: show them only with everyone's consent.")
        whole = sum(clip.blurred_whole for clip in clips)
        pictures = sum(clip.frames for clip in clips)
        if whole:
            say(
                f"In {whole} of {pictures} pictures a face may have been lost; "
                + (
                    "they are blurred as a whole."
                    if choices.redaction == "blur"
                    else "what was found is drawn."
                )
            )
    for clip in clips:
        tell(str(out / clip.name))
    tell(str(out / "reel.mp4"))
    return 2 if problems else 0
