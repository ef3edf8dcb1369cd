"""``unspoken context``: put timeline, transcript, tags and outcomes beside an analysis."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from unspoken import records
from unspoken.analysis import Analysis
from unspoken.commands.faults import tell
from unspoken.context.adding import AddedFile, Request, add_file, loaded, shifted
from unspoken.context.consent import CONSENT_FIELDS, Consent
from unspoken.context.formats import FORMATS, Holds
from unspoken.context.record import Context
from unspoken.context.rows import Options
from unspoken.context.transcript import SPEAKER_ROLES, Transcript, Utterance
from unspoken.errors import InputError, UsageError
from unspoken.timing import clock_text

__all__ = ["ContextWishes", "context_command", "format_lines"]

_AUTO = "auto"


@dataclass(frozen=True)
class ContextWishes:
    """What the command line says.

    Parameters
    ----------
    timelines, transcripts : tuple of str
        Files to add.
    format, encoding, unit, recording_start, kind, observation : str
        What is known of them; see `unspoken.context.rows.Options`.
    tiers : tuple of str
        ELAN tiers to take.
    offset : str
        Seconds to add, "auto", or "" for none.
    media : str
        Where the recording is now; "" for where it was analysed.
    tags, outcomes, speakers, consents : tuple of str
        ``name=value`` each.
    customer, language : str
    recognise : str
        Folder with speech weights; "" for no recognition.
    clear : bool
        Forget what was there before.
    as_json : bool
        Print the context as JSON.
    """

    timelines: tuple[str, ...] = ()
    transcripts: tuple[str, ...] = ()
    format: str = ""
    encoding: str = ""
    unit: str = ""
    recording_start: str = ""
    kind: str = "step"
    observation: str = ""
    tiers: tuple[str, ...] = ()
    offset: str = ""
    media: str = ""
    tags: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    speakers: tuple[str, ...] = ()
    consents: tuple[str, ...] = ()
    customer: str | None = None
    language: str = ""
    recognise: str = ""
    clear: bool = False
    as_json: bool = False


def format_lines() -> list[str]:
    """The formats that can be read, a line each."""
    lines = []
    for one in FORMATS:
        option = f"--{one.holds}"
        lines.append(f"{option:13} {one.name:12} {'/'.join(one.suffixes):16} {one.meaning}")
    return lines


def context_command(folder: Path, wishes: ContextWishes) -> int:
    """Add to the context of an analysis, save it, and say what it holds.

    Without anything to add, only says what it holds.

    Returns
    -------
    int
        0.

    Raises
    ------
    UsageError, InputError, OutputError
        If something cannot be used; what was there before is untouched.
    """
    analysis = Analysis.load(folder)
    assert analysis.folder is not None
    before = Context.load(analysis.folder)
    start = Context() if wishes.clear else before
    context = _with_files(start, analysis, wishes)
    context = _with_words(context, wishes)
    if context != before:
        context.save(analysis.folder)
    new = [note for note in context.notes if note not in before.notes]
    if wishes.as_json:
        tell(json.dumps(context.to_json_dict(), indent=1, ensure_ascii=False))
    else:
        tell("\n".join(_summary(context, new)))
    return 0


def _with_files(context: Context, analysis: Analysis, wishes: ContextWishes) -> Context:
    length_s = analysis.clock.end_s
    auto = wishes.offset == _AUTO
    transcripts = [
        loaded(_request(path, "transcript", wishes), length_s=length_s, free=auto)
        for path in wishes.transcripts
    ]
    if len(transcripts) > 1:
        raise UsageError("One transcript at a time.", "An interaction has one; join them first.")
    if wishes.recognise:
        context = _recognised(context, analysis, wishes)
    wishes = _same_zero(wishes, transcripts)
    timelines = [
        loaded(_request(path, "timeline", wishes), length_s=length_s, free=False)
        for path in wishes.timelines
    ]
    offset_s, source = _offset(analysis, wishes, transcripts)
    for added in (*timelines, *transcripts):
        context = add_file(
            context,
            added,
            offset_s=offset_s,
            offset_source=source,
            length_s=length_s,
            language=wishes.language,
        )
    return context


def _request(path: str, holds: Holds, wishes: ContextWishes) -> Request:
    options = Options(
        wishes.unit, wishes.recording_start, wishes.kind, wishes.tiers, wishes.observation
    )
    both = bool(wishes.timelines) and bool(wishes.transcripts)
    known = {one.name for one in FORMATS if one.holds == holds}
    # With both kinds of file, --format means the one that knows it.
    name = "" if both and wishes.format not in known else wishes.format
    return Request(path, holds, name, wishes.encoding, options)


def _same_zero(wishes: ContextWishes, transcripts: list[AddedFile]) -> ContextWishes:
    """A timeline with dates counts from where the transcript beside it counts from."""
    if wishes.offset != _AUTO or wishes.recording_start or not transcripts:
        return wishes
    first = transcripts[0].found.rows[0].start
    if first.form != "date":
        return wishes
    zero = min(row.start.value for row in transcripts[0].found.rows)
    date = datetime.fromtimestamp(zero, UTC)
    return replace(
        wishes, recording_start=(date if first.zoned else date.replace(tzinfo=None)).isoformat()
    )


def _offset(
    analysis: Analysis, wishes: ContextWishes, transcripts: list[AddedFile]
) -> tuple[float, str]:
    if not wishes.offset:
        return 0.0, ""
    if wishes.offset != _AUTO:
        return _seconds(wishes.offset), "by hand"
    if not transcripts:
        raise UsageError(
            "--offset auto compares a transcript with the recording's sound; none was given.",
            "Give one with --transcript, or the offset in seconds.",
        )
    from unspoken.context.offset import STEP_S, offset_or_refuse
    from unspoken.context.speech import SpeechEnergy, require_file

    sound = SpeechEnergy().track(require_file(wishes.media or analysis.source.path), STEP_S)
    talk = Transcript(
        tuple(
            Utterance(r.row.speaker, r.start_s, r.end_s, r.row.text)
            for r in shifted(transcripts[0].rows, 0.0)
        )
    )
    found = offset_or_refuse(talk, sound)
    return found.offset_s, found.sentence()


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UsageError(
            f'--offset: expected seconds or auto, found "{text}".',
            "Write --offset 12.5 when the recording began 12.5 s before the file's clock, "
            "--offset -12.5 when it began that much later.",
        )
    return value


def _recognised(context: Context, analysis: Analysis, wishes: ContextWishes) -> Context:
    if wishes.transcripts:
        raise UsageError("--recognise makes a transcript; do not give one with --transcript too.")
    from unspoken.context.recognition import FasterWhisper
    from unspoken.context.speech import require_file

    media = require_file(wishes.media or analysis.source.path)
    recogniser = FasterWhisper(wishes.recognise)
    heard = recogniser.recognise(media, wishes.language)
    note = f"The transcript was recognised by {recogniser.name}; it tells no speakers apart."
    kept = tuple(i for i in context.imports if i.holds != "transcript")
    notes = (*(n for n in context.notes if n != note), note)
    return replace(context, transcript=heard, notes=notes, imports=kept)


def _with_words(context: Context, wishes: ContextWishes) -> Context:
    """Tags, outcomes, roles, customer and language."""
    tags = context.tags | dict(_pair("--tag", text) for text in wishes.tags)
    outcomes = dict(context.outcomes)
    for name, value in (_pair("--outcome", text) for text in wishes.outcomes):
        outcomes[name] = _number_or_text(value)
    roles = dict(context.transcript.roles)
    for label, role in (_pair("--speaker", text) for text in wishes.speakers):
        if role not in SPEAKER_ROLES:
            raise UsageError(
                f"--speaker {label}={role}: expected one of {', '.join(SPEAKER_ROLES)}."
            )
        if label not in context.transcript.speakers:
            known = ", ".join(f'"{s}"' for s in context.transcript.speakers if s) or "none"
            raise UsageError(f'No speaker is called "{label}" in the transcript; known: {known}.')
        roles[label] = role
    transcript = replace(
        context.transcript, roles=roles, language=wishes.language or context.transcript.language
    )
    customer = context.customer if wishes.customer is None else wishes.customer
    return replace(
        context,
        tags=_without_empty(tags),
        outcomes=outcomes,
        transcript=transcript,
        customer=customer,
        consent=_consent(context.consent, wishes.consents),
    )


def _consent(before: Consent, texts: Sequence[str]) -> Consent:
    """The consent with what is said anew; ``training=no`` takes all of it back."""
    said = dict(_pair("--consent", text) for text in texts)
    unknown = [name for name in said if name not in CONSENT_FIELDS]
    if unknown:
        raise UsageError(f"--consent {unknown[0]}: expected one of {', '.join(CONSENT_FIELDS)}.")
    if said.get("training") == "no":
        said, before = {}, Consent()
    try:
        consent: Consent = records.from_json(Consent, {**records.to_json(before), **said})
    except ValueError as error:
        raise UsageError(
            f"--consent: {error}.",
            "Write --consent training=2026-03-05; --consent training=no takes it back.",
        ) from None
    return consent


def _pair(option: str, text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise UsageError(f'{option}: expected NAME=VALUE, found "{text}".')
    return name.strip(), value.strip()


def _without_empty(tags: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in tags.items() if value}


def _number_or_text(text: str) -> float | str:
    try:
        value = float(text)
    except ValueError:
        return text
    if not math.isfinite(value):
        raise InputError(f'An outcome must be a finite number or a word, found "{text}".')
    return value


def _summary(context: Context, new: Sequence[str]) -> list[str]:
    """What a context holds, in sentences."""
    if context.is_empty:
        return ["No context yet. Add a timeline, a transcript, tags or outcomes."]
    lines = []
    timeline, talk = context.timeline, context.transcript
    for kind in timeline.kinds:
        same = [s for s in timeline.segments if s.kind == kind]
        labels = list(dict.fromkeys(s.label for s in same))
        shown = ", ".join(labels[:6]) + (" ..." if len(labels) > 6 else "")
        first, last = same[0].start_s, max(s.end_s for s in same)
        lines.append(f"{kind}: {len(same)}, {clock_text(first)} to {clock_text(last)}: {shown}")
    if talk.utterances:
        who = ", ".join(f"{s or 'nobody named'} ({talk.role_of(s)})" for s in talk.speakers)
        language = f", language {talk.language}" if talk.language else ""
        lines.append(f"transcript: {len(talk.utterances)} utterances by {who}{language}")
    if context.customer:
        lines.append(f"customer: {context.customer}")
    pairs = (("tags", context.tags), ("outcomes", context.outcomes))
    for name, values in pairs:
        if values:
            lines.append(f"{name}: " + ", ".join(f"{k}={_short(v)}" for k, v in values.items()))
    if context.consent.training:
        lines.append(f"consent: {context.consent.sentence}")
    if context.offset_source:
        lines.append(f"offset {context.offset_s:+.2f} s {context.offset_source}")
    return lines + [f"note: {note}" for note in new]


def _short(value: float | str) -> str:
    return f"{value:g}" if isinstance(value, float) else value
