"""``unspoken report`` and ``unspoken judgements``: a result's page again, and what people said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from unspoken.analysis import Analysis
from unspoken.commands.faults import say, tell
from unspoken.commands.progress import bar
from unspoken.errors import InputError, SourceNotFound, UsageError
from unspoken.filing import Batch
from unspoken.media.facts import SourceFacts
from unspoken.report.extras import load_extras
from unspoken.report.html import REPORT_NAME
from unspoken.report.judgements import JUDGEMENTS_NAME, Judgement, Judgements
from unspoken.report.run_report import render_again
from unspoken.report.video import (
    VideoMode,
    Visible,
    embedded_video,
    linked_video,
    no_video,
)

__all__ = ["ReportChoices", "judgements_command", "report_command"]


@dataclass(frozen=True, slots=True)
class ReportChoices:
    """What is shown on the page.

    Parameters
    ----------
    video : {"link", "embed", "none"}
        The recording.
    redact : {"blur", "landmarks", "others"} or None
        What an embedded copy leaves of faces; None says nothing, which means blur.
    sound : bool
        Whether an embedded copy has sound.
    pictures : bool
        Whether key frames and loops of the customer's face are shown.
    """

    video: VideoMode = "link"
    redact: Visible | None = None
    sound: bool = False
    pictures: bool = True

    def __post_init__(self) -> None:
        if self.video != "embed" and (self.redact or self.sound):
            raise UsageError(
                "--redact and --sound are about a copy inside the page, and there is none.",
                "Add --video embed. A linked video is played from where it lies, as it is.",
            )


def report_command(
    result: Path, choices: ReportChoices, *, source: Path | None, quiet: bool
) -> int:
    """Write ``report.html`` of a result again, with what lies beside it now.

    Returns
    -------
    int
        0.

    Raises
    ------
    InputError
        When the result is none, is broken, or was made by a newer program.
    OutputError
        When the page cannot be written; the one that was there stays.
    """
    analysis = Analysis.load(result)
    assert analysis.folder is not None
    folder = analysis.folder
    extras = replace(load_extras(analysis, folder), folder=str(result))
    found = _recording(analysis.source, folder, source)
    if choices.video == "embed":
        if found is None:
            raise SourceNotFound(
                f"The recording is not at {analysis.source.path}, so it cannot be embedded.",
                "Name it with --source, or leave --video embed out.",
            )
        if not quiet:
            say("Looking for every face in the recording; this takes about as long as it lasts.")
        with bar(Console(stderr=True, quiet=quiet), found.name) as progress:
            shown = embedded_video(
                analysis,
                found,
                choices.redact or "blur",
                sound=choices.sound,
                progress=progress,
            )
    elif choices.video == "link":
        shown = linked_video(analysis, folder, found)
    else:
        shown = no_video(analysis)
    try:
        with Batch(folder) as batch:
            pictured = found if choices.pictures else None
            page = render_again(analysis, replace(extras, video=shown), pictured)
            batch.add_pieces(REPORT_NAME, page)
    finally:
        if shown.embedded is not None:
            shown.embedded.unlink(missing_ok=True)
    if not quiet:
        _explain(analysis, folder, found, shown.note, pictures=choices.pictures)
    tell(str(folder / REPORT_NAME))
    return 0


def _explain(
    analysis: Analysis, folder: Path, found: Path | None, note: str, *, pictures: bool
) -> None:
    from unspoken.places import PLACES_NAME

    say(note)
    if not pictures:
        say("Key frames and loops are left out.")
    elif found is None:
        say(f"No key frames: the recording is not at {analysis.source.path}.")
    elif not (folder / PLACES_NAME).is_file():
        say(
            f"No key frames: {PLACES_NAME} is not beside the result, because an earlier version "
            "made it. Analyse the recording again to have them."
        )
    else:
        say("Key frames and loops show the customer's face; --no-pictures leaves them out.")
    size = (folder / REPORT_NAME).stat().st_size / 1e6
    say(f"{size:.1f} MB")


def _recording(facts: SourceFacts, folder: Path, source: Path | None) -> Path | None:
    """Where the recording is now: where the user says, where it was, or beside the result."""
    if source is not None:
        if not source.exists():
            raise SourceNotFound(f"There is no file at {source}.", "Name the recording.")
        if source.is_file() and source.stat().st_size != facts.bytes:
            raise InputError(
                f"{source} is not the recording that was analysed: it has "
                f"{source.stat().st_size:,} bytes, the recording had {facts.bytes:,}.",
                f"Name the file that was {facts.path}.",
            )
        return source
    name = Path(facts.path).name
    for place in (Path(facts.path), folder.parent / name, folder / name):
        if place.is_dir() and facts.kind != "file":
            return place
        if place.is_file() and place.stat().st_size == facts.bytes:
            return place
    return None


def judgements_command(result: Path, file: Path, *, replace_changed: bool) -> int:
    """Put judgements a report page saved beside the result they are about.

    Returns
    -------
    int
        0.

    Raises
    ------
    InputError
        When the file is broken, is about another recording, or names events the result lacks.
    UsageError
        When it would change what somebody said before, unless `replace_changed`.
    """
    analysis = Analysis.load(result)
    assert analysis.folder is not None
    new = Judgements.load(file)
    if new.source_sha256 != analysis.source.sha256:
        raise InputError(
            f"{file} is about another recording than {result}.",
            f"Name the result of the recording with sha256 {new.source_sha256[:12]}…",
        )
    strange = new.strangers(analysis)
    if strange:
        raise InputError(
            f"{file} judges {len(strange)} events that {result} does not have: {_names(strange)}.",
            "The recording was analysed again since; make the report again and judge there.",
        )
    before = _present(analysis.folder, analysis.source.sha256)
    merged, changed = before.merged(new)
    if changed and not replace_changed:
        lines = [
            f"  {old.event_id}{old.by and f' ({old.by})'}: {_word(old)} would become {_word(now)}"
            for old, now in changed[:10]
        ]
        raise UsageError(
            "\n".join([f"{file} changes {len(changed)} judgements that are there:", *lines]),
            "Give --replace to take the new ones. Nothing was changed.",
        )
    path = merged.save(analysis.folder)
    added = len(merged.judgements) - len(before.judgements)
    tell(f"{path}: {added} added, {len(changed)} changed, {len(merged.judgements)} in all.")
    return 0


def _present(folder: Path, sha256: str) -> Judgements:
    path = folder / JUDGEMENTS_NAME
    if not path.exists():
        return Judgements(sha256)
    held = Judgements.load(path)
    if held.source_sha256 != sha256:
        raise InputError(
            f"{path} is about another recording than the result beside it.", "Move it away first."
        )
    return held


def _word(judgement: Judgement) -> str:
    note = f' "{judgement.note}"' if judgement.note else ""
    return f"{judgement.verdict.replace('_', ' ') or 'no verdict'}{note}"


def _names(judgements: list[Judgement]) -> str:
    names = ", ".join(judgement.event_id for judgement in judgements[:5])
    return names + (" …" if len(judgements) > 5 else "")
