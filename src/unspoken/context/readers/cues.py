"""WebVTT and SRT: chapters of a timeline, and the cues of a transcript."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from unspoken.context.clock import Stamp
from unspoken.context.rows import Found, Options, Row
from unspoken.context.textfile import TextFile

__all__ = ["looks_srt", "looks_vtt", "read_srt", "read_vtt_chapters", "read_vtt_transcript"]

_TIMING = re.compile(r"-->|^\s*\d[\d:.,]+\s*[-\u2013\u2014>]+\s*\d[\d:.,]+\s*$")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>")
_TAG = re.compile(r"</?[a-zA-Z][^>]*>|<[\d:.]+>|</>")
#: How meeting recorders without voice tags name the speaker.
_NAMED = re.compile(r"\s*([^\W\d_][^:\n<>]{0,59}?)\s*:\s+(?=\S)")
#: Names are believed when this share of cues has them and they come back.
_NAMED_SHARE = 0.5


def looks_vtt(file: TextFile) -> bool:
    """Whether it begins as WebVTT does."""
    return file.text.lstrip("\ufeff").startswith("WEBVTT")


def looks_srt(file: TextFile) -> bool:
    """Whether its first block is a number, a timing line and text."""
    return (
        re.match(r"\s*(\d+\s*\r?\n)?\d+:\d\d:\d\d[,.]\d+ *--> *\d+:\d\d:\d\d", file.text)
        is not None
    )


def _timing_lines(text: str) -> list[int]:
    return [n for n, line in enumerate(text.splitlines(), 1) if _TIMING.search(line)]


def _cues(file: TextFile, found: Found) -> Iterator[tuple[int, Stamp, Stamp, str, str]]:
    """(line, start, end, identifier, raw text) of every cue of a WebVTT file."""
    import webvtt
    from webvtt.vtt import WebVTTCueBlock

    found.language = _language(file.text)
    try:
        captions = webvtt.from_string(file.text).captions
    except Exception as error:  # the library has several kinds; each means: not WebVTT
        found.faults.error(1, f"not WebVTT that can be read ({error})")
        return
    lines = file.text.splitlines()
    timed = _timing_lines(file.text)
    good = [n for n in timed if WebVTTCueBlock.CUE_TIMINGS_PATTERN.match(lines[n - 1])]
    for number in sorted(set(timed) - set(good)):
        found.faults.error(
            number, f'expected 00:01:02.000 --> 00:01:05.000, found "{lines[number - 1][:60]}"'
        )
    if len(good) != len(captions):
        # A timing line that belongs to no cue: the block is broken in a way the library skips.
        found.faults.error(0, f"{len(good)} timing lines but {len(captions)} cues can be read")
        return
    for number, caption in zip(good, captions, strict=True):
        start, end = (_vtt_seconds(t) for t in (caption.start, caption.end))
        raw = caption.raw_text
        if not raw.strip():
            found.faults.notice(number, "a cue without text was kept as it is")
        yield number, start, end, caption.identifier or "", raw


def _vtt_seconds(text: str) -> Stamp:
    *hours, minutes, seconds = text.split(":")
    whole = int(hours[0] if hours else 0) * 3600 + int(minutes) * 60
    # So that 71.573 is the double nearest to it, not that of 60 plus that of 11.573.
    return Stamp(round(whole + float(seconds), 9), "clock")


def _language(text: str) -> str:
    header = re.split(r"\r?\n\r?\n", text, maxsplit=1)[0]
    match = re.search(r"^Language:\s*([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)\s*$", header, re.MULTILINE)
    return match.group(1) if match else ""


def _plain(text: str) -> str:
    return html.unescape(_TAG.sub("", text)).strip()


def read_vtt_chapters(file: TextFile, options: Options, found: Found) -> None:
    """Read WebVTT chapters: a segment per cue, the cue's identifier its id."""
    spoken = []
    for line, start, end, name, raw in _cues(file, found):
        if _VOICE.search(raw) or _spoken(raw) is not None or _NAMED.match(raw):
            spoken.append(line)
        found.rows.append(Row(line, start, end, _plain(raw), name=name))
    if len(spoken) > _NAMED_SHARE * len(found.rows):
        found.faults.notice(
            spoken[0], "this looks like speech; if it is a transcript, give it with --transcript"
        )


def read_vtt_transcript(file: TextFile, options: Options, found: Found) -> None:
    """Read a WebVTT transcript.

    Speakers come from voice tags (``<v Ana>``), from "Ana: " at the start of most cues, or from
    the JSON that Teams writes into cues. A cue with several voices gives several utterances.
    """
    for line, start, end, _, raw in _cues(file, found):
        if (speech := _spoken(raw)) is not None:
            found.language = found.language or speech.get("spokenLanguage", "")
            who, words = (str(speech.get(k, "")) for k in ("speakerName", "spokenText"))
            found.rows.append(Row(line, start, end, words, speaker=who))
            continue
        for speaker, words in _voices(raw):
            found.rows.append(Row(line, start, end, words, speaker=speaker))
    _take_names(found)


def _spoken(raw: str) -> dict[str, Any] | None:
    if not raw.lstrip().startswith("{"):
        return None
    try:
        value = json.loads(raw)
    except ValueError:
        return None
    return value if isinstance(value, dict) and "spokenText" in value else None


def _voices(raw: str) -> list[tuple[str, str]]:
    pieces = _VOICE.split(raw)
    said = [("", _plain(pieces[0]))] if pieces[0].strip() or len(pieces) == 1 else []
    for name, words in zip(pieces[1::2], pieces[2::2], strict=True):
        said.append((html.unescape(name.strip()), _plain(words)))
    return said


def _take_names(found: Found) -> None:
    """Take "Ana: " off the cues where that is how the file names its speakers."""
    if any(row.speaker for row in found.rows):
        return
    matches = [_NAMED.match(row.text) for row in found.rows]
    names = {match.group(1) for match in matches if match}
    named = sum(match is not None for match in matches)
    if not names or named < _NAMED_SHARE * len(matches) or (named > 2 and len(names) == named):
        return
    for index, (row, match) in enumerate(zip(found.rows, matches, strict=True)):
        if match:
            found.rows[index] = Row(
                row.where, row.start, row.end, row.text[match.end() :], speaker=match.group(1)
            )
    listed = ", ".join(sorted(names)[:8])
    found.faults.notice(0, f'speakers were taken from the "name:" before their words: {listed}')


def read_srt(file: TextFile, options: Options, found: Found) -> None:
    """Read SubRip subtitles as a transcript; speakers from "Ana: " at the start of most."""
    import srt

    text, at = file.text.replace("\r\n", "\n"), 0
    blocks: list[Any] = []
    while at < len(text):
        try:
            blocks += list(srt.parse(text[at:]))
            break
        except srt.SRTParseError as error:
            line = text.count("\n", 0, at + error.expected_start) + 1
            shown = " ".join(error.unmatched_content.split())[:60]
            found.faults.error(
                line, f'expected a number, 00:01:02,000 --> 00:01:05,000 and text, found "{shown}"'
            )
            at += max(error.actual_start, error.expected_start + 1)
        except srt.TimestampParseError as error:
            found.faults.error(0, f"a time cannot be read ({error})")
            break
    if found.faults.errors:
        return
    lines = _timing_lines(text)
    if len(lines) != len(blocks):
        lines = [0] * len(blocks)
    for line, block in zip(lines, blocks, strict=True):
        start, end = (Stamp(moment.total_seconds(), "clock") for moment in (block.start, block.end))
        for speaker, words in _voices(block.content):
            found.rows.append(Row(line, start, end, words, speaker=speaker))
    _take_names(found)
