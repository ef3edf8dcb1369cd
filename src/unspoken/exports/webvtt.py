"""WebVTT: what was found as cues, segments as chapters, speech as a transcript.

WebVTT counts milliseconds from 0; a cue is at least one long and holds no empty line. White space
inside a text is therefore written as single spaces.
"""

from __future__ import annotations

from collections.abc import Iterable

from unspoken.exports.material import Material

__all__ = ["chapters_vtt", "events_vtt", "transcript_vtt"]


def events_vtt(material: Material) -> str:
    """Cues for a player: moments with their reading where there are any, else events."""
    if material.moments:
        cues = [
            (m.moment_id, m.start_s, m.end_s, _moment_text(m.reading, [s.kind for s in m.signals]))
            for m in material.moments
        ]
    else:
        cues = [
            (
                e.event_id,
                e.onset_s,
                e.offset_s,
                f"{e.kind}: {', '.join(e.action_units) or 'no unit'}",
            )
            for e in material.analysis.events
        ]
    return _file(cues)


def _moment_text(reading: str, signals: list[str]) -> str:
    return f"{_text(reading)} [{', '.join(signals)}]" if signals else _text(reading)


def chapters_vtt(material: Material) -> str:
    """Segments as chapters: id, times and label; kinds and tags have no place in WebVTT."""
    return _file(
        (s.segment_id, s.start_s, s.end_s, _escaped(s.label))
        for s in material.context.timeline.segments
    )


def transcript_vtt(material: Material) -> str:
    """Utterances as cues with voice tags."""
    talk = material.context.transcript
    cues = (
        (
            "",
            u.start_s,
            u.end_s,
            f"<v {_escaped(u.speaker)}>{_escaped(u.text)}</v>"
            if u.speaker.strip()
            else _escaped(u.text),
        )
        for u in talk.utterances
    )
    return _file(cues, f"Language: {talk.language}\n" if talk.language else "")


def _file(cues: Iterable[tuple[str, float, float, str]], head: str = "") -> str:
    parts = [f"WEBVTT\n{head}"]
    for name, start_s, end_s, text in cues:
        start = max(0, round(start_s * 1000.0))
        end = max(start + 1, round(end_s * 1000.0))
        label = f"{_text(name).replace('-->', '→')}\n" if name.strip() else ""
        parts.append(f"{label}{_clock(start)} --> {_clock(end)}\n{text}\n")
    return "\n".join(parts)


def _clock(milliseconds: int) -> str:
    seconds, ms = divmod(milliseconds, 1000)
    minutes, s = divmod(seconds, 60)
    hours, m = divmod(minutes, 60)
    return f"{hours:02d}:{m:02d}:{s:02d}.{ms:03d}"


def _text(text: str) -> str:
    return " ".join(text.split())


def _escaped(text: str) -> str:
    return _text(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
