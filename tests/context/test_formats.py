"""Every format is found by its content and read; every fault is named with its line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from unspoken.context.adding import Request, add_file, loaded
from unspoken.context.formats import FORMATS, Holds, format_named, infer_format
from unspoken.context.record import Context
from unspoken.context.rows import Options
from unspoken.context.textfile import read_text_file
from unspoken.errors import InputError, UnspokenError, UsageError

BORIS = {
    "time_format": "hh:mm:ss",
    "project_name": "p",
    "project_format_version": "7.0",
    "subjects_conf": {"0": {"key": "", "name": "Ana", "description": ""}},
    "behaviors_conf": {
        "0": {"type": "State event", "code": "demo", "category": "step", "modifiers": {}},
        "1": {"type": "Point event", "code": "price named", "category": "", "modifiers": {}},
    },
    "observations": {
        "visit": {
            "file": {"1": ["visit.mp4"]},
            "type": "MEDIA",
            "time offset": 2.0,
            "independent_variables": {"shop": "Lyon"},
            "events": [
                [3.0, "Ana", "demo", "export", "begins", 90],
                [7.5, "Ana", "price named", "", "", 225],
                [9.25, "Ana", "demo", "export", "", 277],
            ],
        }
    },
}
BORIS_TABLE = (
    "Observation id,Observation date,Subject,Behavior,Behavioral category,Modifier #1,"
    "Behavior type,Time,Media file name,Comment\n"
    "visit,2026-01-02 10:00:00,Ana,demo,step,export,START,1.0,visit.mp4,begins\n"
    "visit,2026-01-02 10:00:00,Ana,price named,,,POINT,5.5,visit.mp4,\n"
    "visit,2026-01-02 10:00:00,Ana,demo,step,export,STOP,7.25,visit.mp4,\n"
)
BORIS_AGGREGATED = (
    "Observation id\tSubject\tBehavior\tBehavioral category\tModifier #1\tBehavior type\t"
    "Start (s)\tStop (s)\tDuration (s)\tComment start\tComment stop\n"
    "visit\tAna\tdemo\tstep\texport\tSTATE\t1.0\t7.25\t6.25\tbegins\t\n"
    "visit\tAna\tprice named\t\t\tPOINT\t5.5\t5.5\tNA\t\t\n"
)
EAF = """<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT AUTHOR="" DATE="2026-01-02T10:00:00+01:00" FORMAT="3.0" VERSION="3.0"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv3.0.xsd">
<HEADER MEDIA_FILE="" TIME_UNITS="milliseconds"/>
<TIME_ORDER><TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="1000"/>
<TIME_SLOT TIME_SLOT_ID="ts2"/><TIME_SLOT TIME_SLOT_ID="ts3" TIME_VALUE="7000"/></TIME_ORDER>
<TIER LINGUISTIC_TYPE_REF="default-lt" PARTICIPANT="Ana" TIER_ID="step">
<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2">
<ANNOTATION_VALUE>demo</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a2" TIME_SLOT_REF1="ts2" TIME_SLOT_REF2="ts3">
<ANNOTATION_VALUE>prix &amp; offre</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>
<TIER LINGUISTIC_TYPE_REF="sym" PARENT_REF="step" TIER_ID="product">
<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="a3" ANNOTATION_REF="a1">
<ANNOTATION_VALUE>X</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION></TIER>
<LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="default-lt" TIME_ALIGNABLE="true"/>
<LINGUISTIC_TYPE CONSTRAINTS="Symbolic_Association" LINGUISTIC_TYPE_ID="sym"
 TIME_ALIGNABLE="false"/>
</ANNOTATION_DOCUMENT>
"""


def add(folder: Path, name: str, text: str | bytes, holds: Holds, **known: Any) -> Context:
    """Write a file and read it into an empty context of a 600 s recording."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    encoding = known.pop("encoding", "")
    added = loaded(Request(path, holds, "", encoding, Options(**known)), length_s=600.0)
    return add_file(Context(), added, length_s=600.0)


def timeline(folder: Path, name: str, text: str | bytes, **known: Any) -> list[tuple[Any, ...]]:
    segments = add(folder, name, text, "timeline", **known).timeline.segments
    return [(s.kind, s.label, s.start_s, s.end_s, s.tags) for s in segments]


def talk(folder: Path, name: str, text: Any, **known: Any) -> list[tuple[Any, ...]]:
    text = text if isinstance(text, str | bytes) else json.dumps(text)
    said = add(folder, name, text, "transcript", **known).transcript.utterances
    return [(u.speaker, u.start_s, u.end_s, u.text) for u in said]


def refused(folder: Path, name: str, text: str | bytes, holds: Holds, **known: Any) -> str:
    with pytest.raises(UnspokenError) as caught:
        add(folder, name, text, holds, **known)
    return str(caught.value).replace(f"{folder}/", "")


# -- timelines ---------------------------------------------------------------------------------


def test_a_table_gives_segments_and_its_other_columns_become_tags(tmp_path: Path) -> None:
    found = timeline(tmp_path, "a.csv", "start,end,step,product\n0,1:02.5,intro,X\n70,80,demo,\n")
    assert found == [
        ("step", "intro", 0.0, 62.5, {"product": "X"}),
        ("step", "demo", 70.0, 80.0, {}),
    ]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("Begin;End;Label;Kind\n1,5;2,5;äöü;topic\n", {}),
        ("start_ms\tend_ms\tlabel\ttype\n1500\t2500\täöü\ttopic\n", {}),
        ("start,duration,title,tier\n1500,1000,äöü,topic\n", {"unit": "ms"}),
        ("time,stop,name\n0:00:01.5,0:02.5,äöü\n", {"kind": "topic"}),
        (
            "start,end,topic\n2026-03-05T10:00:01.5Z,2026-03-05T10:00:02.5Z,äöü\n",
            {"recording_start": "2026-03-05T11:00:00+01:00"},
        ),
        ("\ufeffstart,end,topic\r\n1.5,2.5,äöü\r\n", {}),
    ],
)
def test_many_ways_to_write_the_same_table(
    tmp_path: Path, text: str, known: dict[str, str]
) -> None:
    assert timeline(tmp_path, "a.csv", text, **known) == [("topic", "äöü", 1.5, 2.5, {})]


def test_other_encodings_need_a_word_or_a_mark(tmp_path: Path) -> None:
    text = "start,end,topic\n1.5,2.5,äöü\n"
    wanted: list[tuple[Any, ...]] = [("topic", "äöü", 1.5, 2.5, {})]
    assert timeline(tmp_path, "a.csv", text.encode("utf-16")) == wanted
    assert timeline(tmp_path, "a.csv", text.encode("cp1252"), encoding="cp1252") == wanted
    mixed = text.encode() + "3,4,ö\n".encode("cp1252")
    assert "a.csv, line 3: not utf-8" in refused(tmp_path, "a.csv", mixed, "timeline")
    assert "no encoding" in refused(tmp_path, "a.csv", text, "timeline", encoding="klingon")


def test_json_lists_and_podcast_chapters_are_read(tmp_path: Path) -> None:
    records = [{"start": 1, "end": 2.5, "label": "demo", "tags": {"product": "X"}, "price": 3}]
    wanted = [("step", "demo", 1.0, 2.5, {"product": "X", "price": "3"})]
    assert timeline(tmp_path, "a.json", json.dumps({"segments": records})) == wanted
    chapters = {"version": "1.2.0", "chapters": [{"startTime": 0, "title": "a"}]}
    assert timeline(tmp_path, "b.json", json.dumps(chapters)) == [("step", "a", 0.0, 600.0, {})]


def test_webvtt_chapters_are_read(tmp_path: Path) -> None:
    text = "WEBVTT\n\nintro\n00:01.000 --> 00:02.500\nHello &amp; welcome\n"
    assert timeline(tmp_path, "a.vtt", text) == [("step", "Hello & welcome", 1.0, 2.5, {})]


def test_elan_tiers_are_kinds_and_open_times_lie_between_their_neighbours(tmp_path: Path) -> None:
    found = add(tmp_path, "a.eaf", EAF, "timeline")
    rows = [(s.kind, s.label, s.start_s, s.end_s, s.tags) for s in found.timeline.segments]
    assert rows == [
        ("step", "demo", 1.0, 4.0, {"participant": "Ana"}),
        ("product", "X", 1.0, 4.0, {}),
        ("step", "prix & offre", 4.0, 7.0, {"participant": "Ana"}),
    ]
    assert any("times are open" in note for note in found.notes)
    assert len(timeline(tmp_path, "a.eaf", EAF, tiers=("product",))) == 1
    assert 'no tier "x"' in refused(tmp_path, "a.eaf", EAF, "timeline", tiers=("x",))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.boris", json.dumps(BORIS)),
        ("a.csv", BORIS_TABLE),
        ("b.tsv", BORIS_AGGREGATED),
        ("old.csv", "Observation id,visit\nMedia file,visit.mp4\n\n" + BORIS_TABLE),
    ],
)
def test_boris_projects_and_tables_say_the_same(tmp_path: Path, name: str, text: str) -> None:
    found = timeline(tmp_path, name, text)
    shop = {"shop": "Lyon"} if name.endswith("boris") else {}
    tags = {"subject": "Ana", "modifier": "export", "comment": "begins"} | shop
    assert found == [
        ("step", "demo", 1.0, 7.25, tags),
        ("behaviour", "price named", 5.5, 5.5, {"subject": "Ana"} | shop),
    ]


def test_a_boris_state_that_never_stops_is_an_error_with_its_line(tmp_path: Path) -> None:
    text = BORIS_TABLE.rsplit("\n", 2)[0] + "\n"
    message = refused(tmp_path, "a.csv", text, "timeline")
    assert 'a.csv, line 2: "demo" starts at 1 s and never stops' in message


def test_of_several_boris_observations_one_must_be_chosen(tmp_path: Path) -> None:
    two = dict(BORIS, observations={**BORIS["observations"], "other": {"events": []}})  # type: ignore[dict-item]
    message = refused(tmp_path, "a.boris", json.dumps(two), "timeline")
    assert '--observation: "visit", "other"' in message
    assert len(timeline(tmp_path, "a.boris", json.dumps(two), observation="visit")) == 2


# -- transcripts -------------------------------------------------------------------------------

SAID = [("Ana", 1.0, 2.0, "Bonjour, ça va ?"), ("Ben", 2.5, 4.0, "很好")]


def cues(first: str, second: str) -> str:
    """WebVTT with the two utterances, each put into a pattern."""
    a, b = (p.replace("{}", row[3]) for p, row in zip((first, second), SAID, strict=True))
    return (
        f"WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.000\n{a}\n\n"
        f"2\n00:00:02.500 --> 00:00:04.000\n{b}\n"
    )


def teams(who: str) -> str:
    return f'{{"speakerName":"{who}","spokenText":"{{}}","spokenLanguage":"fr-fr"}}'.replace(
        "{{}}", "{}"
    )


@pytest.mark.parametrize(
    "text",
    [
        cues("<v Ana>{}</v>", "<v Ben>{}"),
        cues("Ana: {}", "Ben: {}"),
        cues("Ana: {}", "Ben: {}").replace("WEBVTT\n\n", "").replace(".", ","),
        cues(teams("Ana"), teams("Ben")),
        {
            "type": "Transcript",
            "entries": [
                {
                    "speakerDisplayName": who,
                    "startOffset": f"00:00:{a:010.7f}",
                    "endOffset": f"00:00:{b:010.7f}",
                    "text": words,
                }
                for who, a, b, words in SAID
            ],
        },
        {
            "segments": [
                {"id": 0, "start": a, "end": b, "text": f" {words}", "speaker": who}
                for who, a, b, words in SAID
            ],
            "language": "fr",
        },
        {
            "results": {
                "audio_segments": [
                    {
                        "start_time": str(a),
                        "end_time": str(b),
                        "transcript": words,
                        "speaker_label": who,
                    }
                    for who, a, b, words in SAID
                ]
            }
        },
        {
            "results": {
                "utterances": [
                    {"start": a, "end": b, "transcript": words, "speaker": who}
                    for who, a, b, words in SAID
                ]
            }
        },
        {
            "audio_duration": 600,
            "utterances": [
                {"start": int(1000 * a), "end": int(1000 * b), "text": words, "speaker": who}
                for who, a, b, words in SAID
            ],
        },
        {
            "recognizedPhrases": [
                {
                    "offsetInTicks": a * 1e7,
                    "durationInTicks": (b - a) * 1e7,
                    "speaker": who,
                    "nBest": [{"display": words}],
                }
                for who, a, b, words in SAID
            ]
        },
        [{"speaker": who, "start": a, "end": b, "text": words} for who, a, b, words in SAID],
        {"chunks": [{"timestamp": [a, b], "text": t, "speaker": w} for w, a, b, t in SAID]},
    ],
)
def test_the_recorders_all_say_the_same(tmp_path: Path, text: Any) -> None:
    assert talk(tmp_path, "talk.any", text) == SAID


def test_meet_writes_dates_and_needs_the_start_of_the_recording(tmp_path: Path) -> None:
    entries = [
        {
            "participant": who,
            "startTime": f"2026-03-05T10:00:{a:06.3f}Z",
            "endTime": f"2026-03-05T10:00:{b:06.3f}Z",
            "text": words,
            "languageCode": "fr-FR",
        }
        for who, a, b, words in SAID
    ]
    meet = json.dumps({"transcriptEntries": entries})
    assert talk(tmp_path, "m.json", meet, recording_start="2026-03-05T10:00:00Z") == SAID
    assert "m.json, line 1: the times are dates" in refused(tmp_path, "m.json", meet, "transcript")
    naive = refused(tmp_path, "m.json", meet, "transcript", recording_start="2026-03-05T10:00:00")
    assert "says its time zone" in naive


def test_words_are_put_together_by_speaker_and_pause(tmp_path: Path) -> None:
    words = [("Ana", 1.0, 1.4, "Bonjour"), ("Ana", 1.5, 2.0, "vous"), ("Ben", 2.0, 2.5, "Oui")]
    items: list[dict[str, Any]] = []
    for who, a, b, word in words:
        items.append(
            {
                "type": "pronunciation",
                "start_time": str(a),
                "end_time": str(b),
                "speaker_label": who,
                "alternatives": [{"content": word}],
            }
        )
    items.insert(2, {"type": "punctuation", "alternatives": [{"content": "!"}]})
    wanted = [("Ana", 1.0, 2.0, "Bonjour vous!"), ("Ben", 2.0, 2.5, "Oui")]
    assert talk(tmp_path, "aws.json", {"results": {"items": items}}) == wanted
    heard: list[dict[str, Any]] = [
        {"punctuated_word": w, "word": w.lower(), "start": a, "end": b, "speaker": int(i > 1)}
        for i, (_, a, b, w) in enumerate(words)
    ]
    channel = {"alternatives": [{"words": heard}], "detected_language": "fr"}
    found = talk(tmp_path, "dg.json", {"results": {"channels": [channel]}})
    assert found == [("speaker 0", 1.0, 2.0, "Bonjour vous"), ("speaker 1", 2.0, 2.5, "Oui")]


def test_a_colon_in_speech_is_no_speaker(tmp_path: Path) -> None:
    text = (
        "WEBVTT\n\n00:01.000 --> 00:02.000\nListen: it works.\n\n00:03.000 --> 00:04.000\nYes.\n\n"
        "00:05.000 --> 00:06.000\nGood.\n"
    )
    assert [row[0] for row in talk(tmp_path, "a.vtt", text)] == ["", "", ""]


def test_elan_speakers_are_participants(tmp_path: Path) -> None:
    assert talk(tmp_path, "a.eaf", EAF, tiers=("step",))[0] == ("Ana", 1.0, 4.0, "demo")


def test_the_language_is_kept(tmp_path: Path) -> None:
    vtt = "WEBVTT\nLanguage: pt-BR\n\n00:01.000 --> 00:02.000\nOlá\n"
    assert add(tmp_path, "a.vtt", vtt, "transcript").transcript.language == "pt-BR"
    whisper = json.dumps({"language": "ja", "segments": [{"start": 0, "end": 1, "text": "はい"}]})
    assert add(tmp_path, "a.json", whisper, "transcript").transcript.language == "ja"


def test_a_transcript_given_as_a_timeline_is_told(tmp_path: Path) -> None:
    found = add(tmp_path, "a.vtt", cues("<v Ana>{}</v>", "<v Ben>{}"), "timeline")
    assert "this looks like speech" in found.notes[0] and len(found.timeline.segments) == 2


# -- faults ------------------------------------------------------------------------------------


def test_all_faults_are_said_at_once_with_their_lines(tmp_path: Path) -> None:
    text = "start,end,label\n0,1,a\nsoon,2,b\n5,4,c\n6,7,d,too,many\n"
    message = refused(tmp_path, "a.csv", text, "timeline")
    assert 'a.csv, line 3: expected a time as 62.5 or 0:01:02.5, found "soon"' in message
    assert "a.csv, line 5: 5 cells under 3 columns" in message
    assert "Nothing was changed" in message


def test_many_faults_are_counted(tmp_path: Path) -> None:
    message = refused(tmp_path, "a.csv", "start,label\n" + "x,y\n" * 500, "timeline")
    assert message.count("a.csv, line") == 12 and "and 488 more like these" in message


def test_overlaps_gaps_and_order_are_told_and_nothing_is_changed(tmp_path: Path) -> None:
    text = "start,end,label\n0,10,a\n8,20,b\n40,60,d\n30,35,c\n"
    found = add(tmp_path, "a.csv", text, "timeline")
    spans = [(s.start_s, s.end_s) for s in found.timeline.segments]
    assert spans == [(0.0, 10.0), (8.0, 20.0), (30.0, 35.0), (40.0, 60.0)]
    notes = "\n".join(found.notes)
    assert 'line 3: "b" starts 2.00 s before "a" ends; both were kept' in notes
    assert "line 5: rows are not in order of time (1 of 4" in notes
    assert "stretches without a segment: 2, 15.0 s in all" in notes


def test_times_past_the_end_are_told_and_kept(tmp_path: Path) -> None:
    text = "start,end,label\n0,300,a\n300,620,b\n650,660,c\n"
    found = add(tmp_path, "a.csv", text, "timeline")
    assert [s.end_s for s in found.timeline.segments] == [300.0, 620.0, 660.0]
    notes = "\n".join(found.notes)
    assert 'line 3: "b" ends 20.0 s after the recording' in notes
    assert 'line 4: "c" lies outside the recording' in notes


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("start,end,label\n0,10000,a\n12000,500000,b\n", "--unit ms"),
        ("start,end,label\n36000,36100,a\n36100,36500,b\n36510,36550,c\n", "milliseconds|--offset"),
        ("start,end,label\n1772704800,1772704900,a\n", "--recording-start"),
        ("start,end,label\n2026-03-05T10:00:00,2026-03-05T10:00:10,a\n", "--recording-start"),
        ("start,end,label\n7200,7300,a\n90000,99000,b\n", "--unit|--offset"),
    ],
)
def test_another_clock_is_refused_with_what_it_may_be(tmp_path: Path, text: str, hint: str) -> None:
    message = refused(tmp_path, "a.csv", text, "timeline")
    assert "a.csv, line" in message
    assert any(word in message for word in hint.split("|"))


def test_rows_without_an_end_last_until_the_next(tmp_path: Path) -> None:
    found = add(tmp_path, "a.csv", "start,label\n0,a\n10,b\n30,c\n", "timeline")
    assert [s.end_s for s in found.timeline.segments] == [10.0, 30.0, 600.0]
    assert "3 of 3 rows give no end" in found.notes[0]


@pytest.mark.parametrize(
    ("name", "text", "holds", "part"),
    [
        ("a.csv", "colour,taste\nred,sweet\n", "timeline", "no timeline format fits"),
        ("a.csv", "", "timeline", "is empty"),
        ("a.json", '{"segments": [\n{"start": 1,}]}', "timeline", "line 2: not valid JSON"),
        ("a.json", '[{"start": 1, "label": "x"},\n{"label": "y"}]', "timeline", "line 2: no start"),
        ("a.vtt", "WEBVTT\n\n00:01.000 --> soon\nx\n", "transcript", "line 3: expected 00:01:02"),
        ("a.vtt", "WEBVTT\n\n00:01.000 -> 00:02.000\nx\n", "transcript", "line 3"),
        ("a.eaf", "<ANNOTATION_DOCUMENT><broken", "timeline", "not an ELAN file"),
        ("a.srt", "1\n00:00:01,000 --> 00:00:02,000\nx\n", "timeline", "looks like a transcript"),
        ("a.json", '{"a": 1}', "transcript", "no transcript format fits"),
        (
            "a.srt",
            "1\n00:00:01,000 --> 00:00:02,000\nHi\n\nnonsense\n"
            "2\n00:00:03,000 -> 00:00:04,000\nx\n\n"
            "3\n00:00:05,000 --> 00:00:06,000\nHo\n",
            "transcript",
            "a.srt, line",
        ),
    ],
)
def test_files_that_cannot_be_used_are_told_apart(
    tmp_path: Path, name: str, text: str, holds: Holds, part: str
) -> None:
    assert part in refused(tmp_path, name, text, holds)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no file"):
        read_text_file(tmp_path / "nothing.csv")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="cannot be read"):
        read_text_file(tmp_path / "folder")


def test_the_registry_lists_itself_and_knows_its_names() -> None:
    assert {one.holds for one in FORMATS} == {"timeline", "transcript"}
    for one in FORMATS:
        assert format_named(one.name, one.holds) is one and one.meaning and one.suffixes
    with pytest.raises(UsageError, match="Known are"):
        format_named("docx", "timeline")


def test_the_content_decides_not_the_ending(tmp_path: Path) -> None:
    path = tmp_path / "chapters.txt"
    path.write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nx\n")
    assert infer_format(read_text_file(path), "timeline").name == "vtt"


def test_adding_a_file_again_replaces_what_it_brought(tmp_path: Path) -> None:
    first = add(tmp_path, "a.csv", "start,end,label\n0,1,old\n", "timeline")
    (tmp_path / "b.csv").write_text("start,end,topic\n0,1,price\n")
    both = add_file(first, loaded(Request(tmp_path / "b.csv", "timeline")))
    (tmp_path / "a.csv").write_text("start,end,label\n0,2,new\n")
    again = add_file(both, loaded(Request(tmp_path / "a.csv", "timeline")), offset_s=1.5)
    assert sorted(s.label for s in again.timeline.segments) == ["new", "price"]
    assert len({s.segment_id for s in again.timeline.segments}) == 2
    assert [i.path.rsplit("/")[-1] for i in again.imports] == ["b.csv", "a.csv"]
    assert again.timeline.segments[-1].start_s == 1.5 and again.imports[-1].offset_s == 1.5


@pytest.mark.slow
def test_a_hundred_thousand_rows_are_read_in_reasonable_time(tmp_path: Path) -> None:
    """Under 20 s of processor time; about 3 s on two cores."""
    import time

    rows = "".join(f"{i * 0.005},{i * 0.005 + 0.004},step {i},X\n" for i in range(100_000))
    before = time.process_time()
    found = add(tmp_path, "big.csv", "start,end,label,product\n" + rows, "timeline")
    assert len(found.timeline.segments) == 100_000
    assert time.process_time() - before < 20.0
