"""What people said is merged, checked, and never lost."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report.samples import sample_analysis
from unspoken.analysis import Analysis
from unspoken.cli import main
from unspoken.errors import InputError, SourceNotFound
from unspoken.report.judgements import Judgement, Judgements

SHA = "0f" * 32
AT = "2026-11-03T10:00:00+00:00"


def word(event_id: str, verdict: str = "agree", by: str = "KL", note: str = "") -> Judgement:
    apexes = {event.event_id: event.apex_s for event in sample_analysis(38.0, 1.0).events}
    apex_s = apexes.get(event_id, 1.0)
    return Judgement(event_id, apex_s, verdict, AT, note, by)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("result")
    sample_analysis(38.0, 1.0).save(folder)
    return folder


@pytest.fixture
def fresh(result: Path) -> Path:
    (result / "judgements.json").unlink(missing_ok=True)
    return result


@given(st.lists(st.tuples(st.sampled_from(["1-1", "1-3"]), st.text(max_size=5)), unique=True))
def test_saving_and_loading_loses_nothing(pairs: list[tuple[str, str]]) -> None:
    import tempfile

    judgements = tuple(word(event_id, by=by, note=by[::-1]) for event_id, by in pairs)
    with tempfile.TemporaryDirectory() as folder:
        path = Judgements(SHA, judgements).save(Path(folder))
        assert Judgements.load(path) == Judgements(SHA, judgements)


def test_two_people_may_judge_one_event_and_one_may_change_their_mind() -> None:
    first = Judgements(SHA, (word("1-1"), word("1-1", "disagree", by="MM")))
    merged, changed = first.merged(Judgements(SHA, (word("1-1", "disagree"), word("1-3"))))
    assert [(old.verdict, new.verdict) for old, new in changed] == [("agree", "disagree")]
    assert [(j.event_id, j.by, j.verdict) for j in merged.judgements] == [
        ("1-1", "KL", "disagree"),
        ("1-1", "MM", "disagree"),
        ("1-3", "KL", "agree"),
    ]


def test_one_person_has_one_word_on_an_event() -> None:
    with pytest.raises(ValueError, match="two judgements of event 1-1"):
        Judgements(SHA, (word("1-1"), word("1-1", "disagree")))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"verdict": "maybe"}, "judgements\\[0\\].verdict"),
        ({"decided_at": "soon"}, "soon"),
        ({"decided_at": "2026-11-03T10:00:00"}, "offset from UTC"),
        ({"apex_s": "x"}, "apex_s"),
    ],
)
def test_a_fault_is_named_with_file_and_line(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    path = Judgements(SHA, (word("1-1"),)).save(tmp_path)
    document = json.loads(path.read_text("utf-8"))
    document["judgements"][0] |= change
    path.write_text(json.dumps(document, indent=1), "utf-8")
    with pytest.raises(InputError, match=f"judgements.json, line \\d+: .*{message}"):
        Judgements.load(path)


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    with pytest.raises(SourceNotFound):
        Judgements.load(path)
    path.write_text("[]", "utf-8")
    with pytest.raises(InputError, match="holds no judgements"):
        Judgements.load(path)
    path.write_text('{"schema": "unspoken.judgements", "schema_version": 9}', "utf-8")
    with pytest.raises(InputError, match="newer Unspoken"):
        Judgements.load(path)


def test_the_command_adds_and_says_so(
    fresh: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = Judgements(SHA, (word("1-1"), word("1-3"))).save(tmp_path)
    assert main(["judgements", str(fresh), str(file)]) == 0
    assert "2 added, 0 changed, 2 in all" in capsys.readouterr().out
    assert main(["judgements", str(fresh), str(file)]) == 0, "the same file again changes nothing"
    assert len(Judgements.load(fresh / "judgements.json").judgements) == 2


def test_a_changed_word_needs_to_be_asked_for(
    fresh: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Judgements(SHA, (word("1-1"),)).save(fresh)
    before = (fresh / "judgements.json").read_bytes()
    file = Judgements(SHA, (word("1-1", "disagree", note="a blink"),)).save(tmp_path)
    assert main(["judgements", str(fresh), str(file)]) == 2
    assert 'agree would become disagree "a blink"' in capsys.readouterr().err
    assert (fresh / "judgements.json").read_bytes() == before
    assert main(["judgements", str(fresh), str(file), "--replace"]) == 0
    assert Judgements.load(fresh / "judgements.json").judgements[0].note == "a blink"


def test_judgements_of_other_recordings_and_events_are_refused(
    fresh: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = Judgements("1" * 64, (word("1-1"),)).save(tmp_path)
    assert main(["judgements", str(fresh), str(file)]) == 2
    assert "another recording" in capsys.readouterr().err
    moved = replace(word("1-1"), apex_s=9.0)
    file = Judgements(SHA, (moved, word("7-7"))).save(tmp_path)
    assert main(["judgements", str(fresh), str(file)]) == 2
    assert "2 events" in capsys.readouterr().err
    assert not (fresh / "judgements.json").exists()
    assert Analysis.load(fresh).events, "the result is as it was"
