"""What is written comes back: nothing of the documented fields is lost on the way."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings

from tests.exports.material import (
    material,
    milliseconds,
    segments,
    utterances,
    words,
)
from unspoken.context.adding import Request, add_file, loaded
from unspoken.context.formats import Holds
from unspoken.context.record import Context
from unspoken.context.timeline import Segment, Timeline
from unspoken.context.transcript import Transcript, Utterance
from unspoken.exports.boris import boris_bytes
from unspoken.exports.elan import elan_bytes
from unspoken.exports.webvtt import chapters_vtt, transcript_vtt


def back(content: bytes, name: str, holds: Holds) -> Context:
    with TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content)
        return add_file(Context(), loaded(Request(path, holds)))


def facts(found: tuple[Segment, ...]) -> list[tuple[object, ...]]:
    return [(s.segment_id, s.kind, s.label, s.start_s, s.end_s, s.tags) for s in found]


@given(segments())
@settings(max_examples=60)
def test_elan_gives_back_segments_exactly(given_segments: tuple[Segment, ...]) -> None:
    """Ids, kinds, labels, times to the last bit and tags, whatever letters they hold."""
    timeline = Timeline(given_segments)
    content = elan_bytes(material(context=Context(timeline)))
    if given_segments:
        found = back(content, "x.eaf", "timeline").timeline
        assert facts(found.segments) == facts(timeline.segments)


@given(utterances())
@settings(max_examples=60)
def test_elan_gives_back_the_transcript_exactly(said: tuple[Utterance, ...]) -> None:
    talk = Transcript(said)
    content = elan_bytes(material(context=Context(transcript=talk)))
    if said:
        found = back(content, "x.eaf", "transcript").transcript.utterances
        assert sorted(found, key=repr) == sorted(talk.utterances, key=repr)


@given(segments(words, milliseconds))
@settings(max_examples=60)
def test_boris_gives_back_kinds_labels_and_times(given_segments: tuple[Segment, ...]) -> None:
    """To the millisecond; the same label under two kinds has its kind behind it."""
    content = boris_bytes(material(context=Context(Timeline(given_segments))))
    if not given_segments:
        return
    found = back(content, "x.boris", "timeline").timeline.segments
    assert len(found) == len(given_segments)
    wanted = sorted((s.kind, s.start_s, s.end_s) for s in given_segments)
    assert sorted((s.kind, s.start_s, s.end_s) for s in found) == wanted
    for segment in given_segments:
        same = [s for s in found if (s.start_s, s.end_s) == (segment.start_s, segment.end_s)]
        assert any(s.label.startswith(segment.label) for s in same)


@given(segments(words, milliseconds))
@settings(max_examples=60)
def test_webvtt_chapters_give_back_ids_labels_and_times(
    given_segments: tuple[Segment, ...],
) -> None:
    timeline = Timeline(given_segments)
    if not given_segments:
        return
    content = chapters_vtt(material(context=Context(timeline))).encode()
    found = back(content, "x.vtt", "timeline").timeline.segments
    wanted = {
        s.segment_id: (" ".join(s.label.split()), s.start_s, max(s.end_s, s.start_s + 0.001))
        for s in timeline.segments
    }
    assert {s.segment_id for s in found} == set(wanted)
    for segment in found:
        label, start_s, end_s = wanted[segment.segment_id]
        assert segment.label == label
        assert abs(segment.start_s - start_s) < 1e-9 and abs(segment.end_s - end_s) < 1e-9


@given(utterances(words, milliseconds))
@settings(max_examples=60)
def test_webvtt_gives_back_the_transcript(said: tuple[Utterance, ...]) -> None:
    if not said:
        return
    talk = Transcript(said, {}, "pt-BR")
    content = transcript_vtt(material(context=Context(transcript=talk))).encode()
    found = back(content, "x.vtt", "transcript").transcript
    assert found.language == "pt-BR"
    one_line = sorted((" ".join(u.speaker.split()), " ".join(u.text.split())) for u in said)
    assert sorted((u.speaker, u.text) for u in found.utterances) == one_line
    assert [u.start_s for u in found.utterances] == [u.start_s for u in talk.utterances]


def test_a_segment_that_was_moved_in_elan_has_its_new_time() -> None:
    context = Context(Timeline((Segment("s1", "step", "a", 1.0004, 2.0, {"p": "x"}),)))
    content = elan_bytes(material(context=context)).decode()
    moved = content.replace('TIME_VALUE="1000"', 'TIME_VALUE="1500"')
    segment = back(moved.encode(), "x.eaf", "timeline").timeline.segments[0]
    assert (segment.start_s, segment.end_s, segment.tags) == (1.5, 2.0, {"p": "x"})
