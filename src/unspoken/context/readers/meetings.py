"""Transcripts as the JSON of meeting recorders and speech recognisers: one shape per maker.

Shapes are told apart by their keys. Each gives utterances with times as written; words are put
together to utterances where the file has words alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from unspoken.context.clock import Stamp, parse_stamp
from unspoken.context.readers.columns import ends_at, map_columns
from unspoken.context.readers.segments_json import find_list
from unspoken.context.rows import Found, Options, Row
from unspoken.context.textfile import TextFile
from unspoken.records import Place

__all__ = ["SHAPES", "Shape", "looks_meeting", "read_meeting"]

#: A pause between two words of one speaker that ends an utterance, seconds.
_PAUSE_S = 1.0


@dataclass(frozen=True, slots=True)
class _Said:
    """One utterance, or one word, as a file has it."""

    where: Place
    start: Any
    end: Any
    speaker: Any
    text: Any
    glued: bool = False
    """Whether it follows without a space, as a comma does."""


@dataclass(frozen=True)
class Shape:
    """The JSON of one maker.

    Parameters
    ----------
    name : str
        Short name.
    meaning : str
        Whose it is, in words.
    fits : callable
        Whether a document has this shape.
    said : callable
        The utterances of a document.
    unit : str
        What its bare numbers count.
    language : tuple
        Where it names the language.
    """

    name: str
    meaning: str
    fits: Callable[[Any], bool]
    said: Callable[[Any], Iterator[_Said]]
    unit: str = "s"
    language: Place = ()


def _get(value: Any, *path: str | int) -> Any:
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _listed(document: Any, *path: str | int) -> Iterator[tuple[Place, dict[str, Any]]]:
    for index, item in enumerate(_get(document, *path) or []):
        yield (*path, index), item if isinstance(item, dict) else {}


def _has(*path: str | int, **keys: str) -> Callable[[Any], bool]:
    """A test: at a path lies a list whose first object has all the given keys."""

    def fits(document: Any) -> bool:
        first = _get(document, *path, 0)
        return isinstance(first, dict) and set(keys.values()) <= set(first)

    return fits


def _records(
    *path: str | int, start: str, end: str, speaker: str, text: str
) -> Callable[[Any], Iterator[_Said]]:
    """Utterances from a list of records with these keys."""

    def said(document: Any) -> Iterator[_Said]:
        for where, item in _listed(document, *path):
            yield _Said(where, item.get(start), item.get(end), item.get(speaker), item.get(text))

    return said


def _simple(name: str, meaning: str, path: Place, unit: str = "s", **keys: str) -> Shape:
    """A shape that is a list of records; `keys` are start, end, speaker and text."""
    required = {k: v for k, v in keys.items() if k != "speaker"}
    language = ("language_code",) if unit == "ms" else ("language",)
    fits = _has(*path, **required)
    return Shape(name, meaning, fits, _records(*path, **keys), unit, language)


def _aws_words(document: Any) -> Iterator[_Said]:
    previous: tuple[Any, Any, Any] = (None, None, None)
    for where, item in _listed(document, "results", "items"):
        text = _get(item, "alternatives", 0, "content")
        if item.get("type") == "punctuation":
            start, end, who = previous
            yield _Said(where, end if end is not None else start, end, who, text, glued=True)
            continue
        previous = (item.get("start_time"), item.get("end_time"), item.get("speaker_label"))
        yield _Said(where, *previous, text)


def _aws_older(document: Any) -> Iterator[_Said]:
    """Words without speakers of their own: those of the speaker segments, by start."""
    by_start = {
        item.get("start_time"): item.get("speaker_label") or segment.get("speaker_label")
        for _, segment in _listed(document, "results", "speaker_labels", "segments")
        for item in segment.get("items", [])
    }
    who = None
    for word in _aws_words(document):
        who = who if word.glued else word.speaker or by_start.get(word.start)
        yield _Said(word.where, word.start, word.end, who, word.text, word.glued)


def _deepgram_words(document: Any) -> Iterator[_Said]:
    for channel, _ in enumerate(_get(document, "results", "channels") or []):
        path = ("results", "channels", channel, "alternatives", 0, "words")
        many = len(_get(document, "results", "channels")) > 1
        for where, word in _listed(document, *path):
            who = word.get("speaker", f"channel {channel}" if many else None)
            text = word.get("punctuated_word") or word.get("word")
            yield _Said(where, word.get("start"), word.get("end"), who, text)


def _together(words: Iterator[_Said]) -> Iterator[_Said]:
    """Words of one speaker without a long pause between them, as one utterance."""
    held: list[_Said] = []
    for word in words:
        if held and not word.glued:
            last = next((w for w in reversed(held) if not w.glued), held[-1])
            pause = float(word.start) - float(last.end)
            if word.speaker != held[0].speaker or pause > _PAUSE_S:
                yield _joined(held)
                held = []
        held.append(word)
    if held:
        yield _joined(held)


def _joined(words: list[_Said]) -> _Said:
    text = "".join(f"{'' if w.glued or i == 0 else ' '}{w.text}" for i, w in enumerate(words))
    ends = [w.end for w in words if w.end is not None]
    return _Said(words[0].where, words[0].start, ends[-1], words[0].speaker, text)


def _azure(document: Any) -> Iterator[_Said]:
    for where, phrase in _listed(document, "recognizedPhrases"):
        start, length = (phrase.get(f"{key}InTicks", None) for key in ("offset", "duration"))
        if start is not None and length is not None:
            # A tick is a ten-millionth of a second.
            start, end = float(start) / 1e7, (float(start) + float(length)) / 1e7
        else:
            start = parse_stamp(phrase.get("offset", "")).value
            end = start + parse_stamp(phrase.get("duration", "")).value
        yield _Said(where, start, end, phrase.get("speaker"), _get(phrase, "nBest", 0, "display"))


def _chunks(document: Any) -> Iterator[_Said]:
    for where, chunk in _listed(document, "chunks"):
        start, end = (*(chunk.get("timestamp") or ()), None, None)[:2]
        yield _Said(where, start, end, chunk.get("speaker"), chunk.get("text"))


_LISTS: tuple[Place, ...] = ((), ("utterances",), ("transcript",), ("transcript", "utterances"))


def _plain_fits(document: Any) -> bool:
    found = find_list(document, _LISTS)
    if found is None:
        return False
    of = map_columns(found[1][0]).of
    return {"start", "text", "speaker"} <= set(of)


def _plain(document: Any) -> Iterator[_Said]:
    found = find_list(document, _LISTS)
    assert found is not None
    place, records = found
    for index, record in enumerate(records):
        columns = map_columns(record) if isinstance(record, dict) else map_columns(())
        start, end, duration, who, text = (
            record.get(columns.of[key]) if key in columns.of else None
            for key in ("start", "end", "duration", "speaker", "text")
        )
        if end is None and start is not None and duration is not None:
            stamp = ends_at(parse_stamp(start), None, parse_stamp(duration))
            end = stamp.value if stamp else None
        yield _Said((*place, index), start, end, who, text)


#: Tried in this order.
SHAPES: tuple[Shape, ...] = (
    _simple(
        "teams",
        "Microsoft Teams and Stream: transcript JSON",
        ("entries",),
        start="startOffset",
        end="endOffset",
        speaker="speakerDisplayName",
        text="text",
    ),
    Shape(
        "meet",
        "Google Meet: entries of a transcript, from its API",
        _has("transcriptEntries", start="startTime", text="text"),
        _records(
            "transcriptEntries",
            start="startTime",
            end="endTime",
            speaker="participant",
            text="text",
        ),
        language=("transcriptEntries", 0, "languageCode"),
    ),
    Shape(
        "aws",
        "Amazon Transcribe: audio segments",
        _has("results", "audio_segments", start="start_time", text="transcript"),
        _records(
            "results",
            "audio_segments",
            start="start_time",
            end="end_time",
            speaker="speaker_label",
            text="transcript",
        ),
        language=("results", "language_code"),
    ),
    Shape(
        "aws-words",
        "Amazon Transcribe: words and speaker labels",
        _has("results", "items", alternatives="alternatives", kind="type"),
        lambda document: _together(_aws_older(document)),
        language=("results", "language_code"),
    ),
    Shape(
        "deepgram",
        "Deepgram: utterances",
        _has("results", "utterances", start="start", text="transcript"),
        _records(
            "results",
            "utterances",
            start="start",
            end="end",
            speaker="speaker",
            text="transcript",
        ),
        language=("results", "channels", 0, "detected_language"),
    ),
    Shape(
        "deepgram-words",
        "Deepgram: words of its channels",
        _has("results", "channels", alternatives="alternatives"),
        lambda document: _together(_deepgram_words(document)),
        language=("results", "channels", 0, "detected_language"),
    ),
    Shape(
        "assemblyai",
        "AssemblyAI: utterances, in milliseconds",
        lambda document: (
            _get(document, "audio_duration") is not None
            and _has("utterances", start="start", text="text")(document)
        ),
        _records("utterances", start="start", end="end", speaker="speaker", text="text"),
        "ms",
        ("language_code",),
    ),
    Shape(
        "azure",
        "Azure Speech: batch transcription",
        _has("recognizedPhrases", best="nBest"),
        _azure,
    ),
    _simple(
        "whisper",
        "Whisper, faster-whisper, WhisperX: segments",
        ("segments",),
        start="start",
        end="end",
        speaker="speaker",
        text="text",
    ),
    Shape(
        "transformers",
        "Transformers speech pipeline: chunks",
        _has("chunks", time="timestamp", text="text"),
        _chunks,
    ),
    Shape(
        "utterances",
        "a list of objects with speaker, start, end and text",
        _plain_fits,
        _plain,
        "",
        ("language",),
    ),
)


def _shape_of(document: Any) -> Shape | None:
    return next((shape for shape in SHAPES if shape.fits(document)), None)


def looks_meeting(file: TextFile) -> bool:
    """Whether the JSON has one of the known shapes."""
    return file.is_json and _shape_of(file.json) is not None


def read_meeting(file: TextFile, options: Options, found: Found) -> None:
    """Read a transcript in one of the :data:`SHAPES`."""
    shape = _shape_of(file.json)
    if shape is None:
        names = "; ".join(one.meaning for one in SHAPES)
        found.faults.error(0, f"JSON of no shape that is known. Known are: {names}")
        return
    found.unit = shape.unit
    language = _get(file.json, *shape.language) if shape.language else None
    found.language = language if isinstance(language, str) else ""
    try:
        for said in shape.said(file.json):
            _add(said, found)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
        found.faults.error(0, f"{shape.meaning}: not as expected ({error})")


def _add(said: _Said, found: Found) -> None:
    try:
        start = parse_stamp("" if said.start is None else said.start)
        end: Stamp | None = None if said.end is None else parse_stamp(said.end)
    except ValueError as error:
        found.faults.error(said.where, str(error))
        return
    if not isinstance(said.text, str):
        found.faults.error(said.where, "no words")
        return
    who = "" if said.speaker is None else str(said.speaker)
    # A number alone is no name.
    who = f"speaker {who}" if who.isdigit() else who
    found.rows.append(Row(said.where, start, end, said.text.strip(), speaker=who))
