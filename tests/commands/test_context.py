"""``unspoken context`` and ``unspoken export`` as people use them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.context.offset_trials import talk
from tests.context.test_offset import sounding_file
from tests.report.samples import clock_facts, sample_analysis, source_facts
from unspoken.cli import main
from unspoken.context.record import Context

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([str(word) for word in words])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return command


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("analysed")
    return sample_analysis().save(folder).folder or folder


@pytest.fixture
def result(analysed: Path, tmp_path: Path) -> Path:
    """A result of its own for each test; the recording lasts 38 s."""
    folder = tmp_path / "visit"
    folder.mkdir()
    for name in ("analysis.json", "events.csv", "signals.parquet"):
        (folder / name).hardlink_to(analysed / name)
    return folder


def test_a_whole_interaction_in_one_command(run: Run, result: Path, tmp_path: Path) -> None:
    (tmp_path / "steps.csv").write_text("start,end,step,product\n0,10,intro,X\n10,20,demo,X\n")
    (tmp_path / "talk.vtt").write_text(
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ana>Hi</v>\n\n"
        "00:03.000 --> 00:04.000\n<v Ben>Ho</v>\n"
    )
    code, out, _ = run(
        *("context", result, "--timeline", tmp_path / "steps.csv"),
        *("--transcript", tmp_path / "talk.vtt", "--offset", "1.5"),
        *("--speaker", "Ana=customer", "--speaker", "Ben=staff", "--language", "en"),
        *("--customer", "C-17", "--tag", "channel=video", "--outcome", "csat=4"),
        *("--outcome", "bought=no"),
    )
    assert code == 0
    assert "step: 2, 0:01.500 to 0:21.500: intro, demo" in out
    assert "2 utterances by Ana (customer), Ben (staff), language en" in out
    context = Context.load(result)
    assert context.outcomes == {"csat": 4.0, "bought": "no"} and context.customer == "C-17"
    assert context.offset_s == 1.5 and context.offset_source == "by hand"
    assert [u.start_s for u in context.transcript.utterances] == [2.5, 4.5]
    assert run("context", result)[1] == out.partition("note:")[0]
    assert json.loads(run("context", result, "--json")[1])["customer"] == "C-17"
    run("context", result, "--tag", "channel=")
    assert Context.load(result).tags == {}
    run("context", result, "--clear")
    assert Context.load(result).is_empty


def test_a_file_with_errors_changes_nothing(run: Run, result: Path, tmp_path: Path) -> None:
    run("context", result, "--customer", "C-17")
    before = (result / "context.json").read_bytes()
    (tmp_path / "bad.csv").write_text("start,end,step\n0,1,a\n5,4,b\n")
    code, _, err = run("context", result, "--customer", "other", "--timeline", tmp_path / "bad.csv")
    assert code == 2 and "bad.csv, line 3: ends at 4 s, before it starts at 5 s" in err
    assert (result / "context.json").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--tag", "channel"), "expected NAME=VALUE"),
        (("--outcome", "csat=nan"), "finite number"),
        (("--speaker", "Ana=customer"), 'No speaker is called "Ana"'),
        (("--speaker", "Ana=boss"), "customer, staff, unknown"),
        (("--timeline", "nowhere.csv"), "There is no file nowhere.csv"),
        (("--offset", "auto", "--timeline", "STEPS"), "none was given"),
        (("--offset", "soon", "--timeline", "STEPS"), "expected seconds or auto"),
        (("--format", "docx", "--timeline", "STEPS"), "There is no timeline format"),
        (("--recognise", "nowhere", "--transcript", "TALK"), "do not give one"),
        (("--recognise", "nowhere"), "not there any more"),
        (("--recording-start", "noon", "--timeline", "DATES"), "expected a date and time"),
    ],
)
def test_wishes_that_make_no_sense_are_explained(
    run: Run, result: Path, tmp_path: Path, words: tuple[str, ...], part: str
) -> None:
    files = {
        "STEPS": "start,end,step\n0,1,a\n",
        "TALK": "WEBVTT\n\n00:01.000 --> 00:02.000\nHi\n",
        "DATES": "start,end,step\n2026-03-05T10:00:00,2026-03-05T10:00:01,a\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    said = [str(tmp_path / word) if word in files else word for word in words]
    code, _, err = run("context", result, *said)
    assert code == 2 and part in err
    assert not (result / "context.json").exists()


def test_formats_are_listed_and_a_result_is_needed(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("context", "--formats")
    assert code == 0 and "--transcript  srt " in out and "--timeline    boris " in out
    assert run("context")[0] == 2
    assert "There is no analysis" in run("context", tmp_path)[2]


def test_the_offset_is_found_by_listening(run: Run, tmp_path: Path) -> None:
    said = talk(np.random.default_rng(5), 120.0)
    video = sounding_file(tmp_path / "talk.mkv", said, 120.0)
    analysis = sample_analysis()
    analysis = replace(analysis, source=source_facts(str(video)), clock=clock_facts(3600, 30.0))
    analysis.save(tmp_path / "visit")
    # A timeline of the same clock, in dates: both count from the same moment.
    rows = [
        {"speaker": "Ana", "start": u.start_s + 600, "end": u.end_s + 600, "text": "x"}
        for u in said
    ]
    (tmp_path / "talk.json").write_text(json.dumps(rows))
    (tmp_path / "steps.csv").write_text("start,end,step\n610,640,intro\n")
    code, out, err = run(
        *("context", tmp_path / "visit", "--transcript", tmp_path / "talk.json"),
        *("--timeline", tmp_path / "steps.csv", "--offset", "auto"),
    )
    assert code == 0, err
    assert "by speech activity: -600.0" in out
    (segment,) = Context.load(tmp_path / "visit").timeline.segments
    assert segment.start_s == pytest.approx(10.0, abs=0.1)


def test_a_table_brings_the_context_of_many_results(
    run: Run, analysed: Path, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        (tmp_path / "results" / name).mkdir(parents=True)
        (tmp_path / "results" / name / "analysis.json").hardlink_to(analysed / "analysis.json")
    (tmp_path / "steps.csv").write_text("start,end,step\n0,10,intro\n")
    table = tmp_path / "all.csv"
    head = "result,customer,timeline,tag:channel,outcome:csat\n"
    table.write_text(f"{head}a,C-1,steps.csv,video,4\nmissing,C-2,,,\nb,C-3,,shop,\n")
    code, out, err = run("context", tmp_path / "results", "--table", table, "--tag", "study=1")
    assert code == 2 and "2 of 3 rows were added" in out
    assert "all.csv, line 3: There is no analysis" in err
    a, b = (Context.load(tmp_path / "results" / name) for name in ("a", "b"))
    assert a.customer == "C-1" and a.outcomes == {"csat": 4.0} and len(a.timeline.segments) == 1
    assert b.tags == {"study": "1", "channel": "shop"} and b.outcomes == {}


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("result,mood\na,good\n", "line 1: expected the column result"),
        ("customer\nC\n", "line 1: expected the column result"),
        ("result,customer\na,C\na,D\n", "line 3: a stands in line 2 already"),
        ("result,customer\n,C\n", "line 2: no result is named"),
        ("result,customer\na,C,x\n", "line 2: more cells than columns"),
    ],
)
def test_a_table_that_cannot_be_used_changes_nothing(
    run: Run, result: Path, tmp_path: Path, text: str, part: str
) -> None:
    (tmp_path / "all.csv").write_text(text.replace("\na", f"\n{result.name}"))
    code, _, err = run("context", tmp_path, "--table", tmp_path / "all.csv")
    assert code == 2 and part.replace(": a ", f": {result.name} ") in err
    assert not (result / "context.json").exists()


def test_export_writes_and_says_what_is_missing(run: Run, result: Path, tmp_path: Path) -> None:
    code, out, err = run("export", result, "--format", "elan", "--out", tmp_path / "x.eaf")
    assert code == 0 and out.strip() == str(tmp_path / "x.eaf") and "No moments" in err
    code, _, err = run("export", result, "--format", "webvtt-chapters", "-o", tmp_path / "x.vtt")
    assert code == 0 and "no timeline beside this result" in err
    code, out, _ = run("export", result, "--format", "csv", "--out", tmp_path / "tables")
    assert code == 0 and "signals.parquet" in out and (tmp_path / "tables" / "events.csv").is_file()
    assert run("export", result, "--format", "csv", "--out", tmp_path / "x.eaf")[0] == 2
    assert run("export", tmp_path, "--format", "elan", "--out", tmp_path / "y.eaf")[0] == 2
    assert run("export", result, "--format", "word", "--out", tmp_path / "y")[0] == 2
