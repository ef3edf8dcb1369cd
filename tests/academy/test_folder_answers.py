"""Saved answers of a folder's drill become practice: counted once, right, and never a test."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.academy.people import cast
from tests.academy.saved_answers import as_file, saved
from unspoken.academy.desk import Desk
from unspoken.academy.folder_answers import MOST_BYTES, folder_answers, take_in
from unspoken.academy.records import block_result, course_state, curve, everything, results
from unspoken.cli import main
from unspoken.errors import InputError
from unspoken.store.database import Database
from unspoken.store.models import Estimate, Profile, Review, Trial


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    database = Database(tmp_path / "data")
    yield Desk(database, cast())
    database.close()


def taken(desk: Desk, content: dict[str, Any]) -> dict[str, Any]:
    found = folder_answers(as_file(content), "drill.json")
    assert take_in(desk, found)
    return block_result(desk, found.id)


@pytest.mark.parametrize("task", ["identify", "spot"])
def test_figures_are_those_of_the_answers_that_count(desk: Desk, task: str) -> None:
    content = saved(task)
    found = taken(desk, content)["score"]
    counted = [a for a in content["answers"] if not a["flags"]]
    signals = [a for a in counted if a["truth"] != "none"]
    alarms = [a for a in counted if a["truth"] == "none" and a["said"] != "none"]
    assert found["trials"] == len(counted) == (40 if task == "identify" else 44)
    assert found["excluded"] == {"hidden": 1, "late": 2}
    assert found["accuracy"]["of"] == len(signals)
    assert found["accuracy"]["count"] == sum(a["said"] == a["truth"] for a in signals)
    assert found["detection"]["hits"] == sum(a["said"] != "none" for a in signals)
    assert found["detection"]["false_alarms"] == len(alarms)
    for truth, row in found["confusion"].items():
        for said, count in row.items():
            assert count == sum((a["truth"], a["said"]) == (truth, said) for a in counted)
    sure = dict(map(tuple, found["calibration"]["steps"]))[4]
    assert sure["of"] == sum(a["confidence"] == 4 for a in counted)
    if task == "spot":
        assert found["median_when_error_s"] is not None


def test_it_is_practice_that_enters_no_threshold_no_curve_no_review_and_no_course(
    desk: Desk,
) -> None:
    found = taken(desk, saved())
    assert found["block"]["purpose"] == "folder" and found["block"]["state"] == "done"
    assert found["joint"] is None and found["score"]["thresholds"] == {}
    assert curve(desk) == [] and results(desk)["tests"] == {}
    assert [step["count"] for step in course_state(desk)["steps"]] == [0] * 5
    assert course_state(desk)["due"] == []
    with desk.database.session() as session:
        assert session.scalar(sa.select(Review)) is None
        assert session.scalar(sa.select(Estimate)) is None
    drill = desk.open_block("identify", "drill", "plain", 60.0)
    assert {trial.planned_frames for trial in desk.next_round(drill) if not trial.catch}
    assert desk.progress(drill)["counted"] == 0


def test_practice_from_a_folder_does_not_change_what_a_drill_shows_next(tmp_path: Path) -> None:
    planned = []
    for name, first in (("with", True), ("without", False)):
        database = Database(tmp_path / name)
        desk = Desk(database, cast(), draw=lambda _below: 7)
        if first:
            taken(desk, saved())
        trials = desk.next_round(desk.open_block("identify", "drill", "plain", 60.0))
        planned.append([(t.truth, t.identity, t.planned_frames) for t in trials])
        database.close()
    assert planned[0] == planned[1]


def test_the_same_answers_are_counted_once_however_the_file_is_laid_out(desk: Desk) -> None:
    content = saved()
    assert take_in(desk, folder_answers(as_file(content), "one.json"))
    again = json.dumps(dict(reversed(content.items()))).encode("utf-8-sig")
    assert not take_in(desk, folder_answers(again, "two.json"))
    assert len(everything(desk)["blocks"]) == 1
    assert take_in(desk, folder_answers(as_file(saved(seed=1)), "three.json"))


def test_an_answer_after_a_weekend_is_kept_as_one_that_took_a_day(desk: Desk) -> None:
    content = saved()
    content["answers"][3]["rt_s"] = 3 * 86_400.0
    assert take_in(desk, folder_answers(as_file(content), "one.json"))
    times = [trial["rt_s"] for trial in everything(desk)["trials"]]
    assert max(t for t in times if t is not None) == 86_400.0


def test_two_imports_at_the_same_instant_count_the_answers_once(
    tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = folder_answers(as_file(saved()), "one.json")
    database = Database(tmp_path / "data")
    other = Desk(database, cast())
    in_between: list[bool] = []
    profile = desk.profile

    def after_the_other(session: Session) -> Profile:
        if not in_between:  # desk has looked, and not written yet
            in_between.append(take_in(other, found))
        return profile(session)

    monkeypatch.setattr(desk, "profile", after_the_other)
    assert not take_in(desk, found)
    assert in_between == [True]
    assert len(everything(desk)["blocks"]) == 1
    database.close()


def test_a_block_that_ended_early_says_so(desk: Desk) -> None:
    content = saved()
    content["answers"] = content["answers"][:12]
    assert taken(desk, content)["block"]["state"] == "slow"


def changed(**more: Any) -> Callable[[dict[str, Any]], None]:
    return lambda content: content.update(more)


def answer(**more: Any) -> Callable[[dict[str, Any]], None]:
    return lambda content: content["answers"][3].update(more)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (changed(format="unspoken.observation/1"), "format"),
        (changed(task="test"), "task"),
        (changed(level="hard"), "there is no level 'hard'"),
        (changed(answers=[]), "answers"),
        (changed(ended_at="2026-03-01T10:00:00"), "ended_at"),
        (changed(ended_at="0001-01-01T00:00:00+14:00"), "ended_at"),
        (changed(ended_at="2100-01-01T00:00:00Z"), "ended_at"),
        (changed(rounds="4"), "rounds"),
        (changed(name="somebody"), "name"),
        (answer(said="joy"), "answer 4: expected happiness"),
        (answer(said=""), "answers.3"),
        (answer(confidence=5), "answers.3.confidence"),
        (answer(shown_frames=999), "no flag says so"),
        (answer(truth="none", catch=""), "does not go with"),
        (answer(rt_s=float("nan")), "answers.3.rt_s"),
        (answer(flags=["early"]), "answers.3.flags"),
        (answer(identity="../f01"), "answers.3.identity"),
        (lambda content: content["answers"][3].pop("refresh_hz"), "answers.3.refresh_hz"),
    ],
)
def test_a_file_that_was_changed_is_refused_with_the_place(
    desk: Desk, change: Callable[[dict[str, Any]], None], told: str
) -> None:
    content = saved()
    change(content)
    with pytest.raises(InputError, match=told) as refused:
        folder_answers(as_file(content), "drill.json")
    assert refused.value.message.startswith("drill.json: ")
    assert everything(desk)["blocks"] == []


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b" " * (MOST_BYTES + 1)]
)
def test_what_is_no_such_file_is_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(InputError, match=r"^drill\.json: ") as refused:
        folder_answers(content, "drill.json")
    assert "\n" not in refused.value.message


def test_the_command_takes_good_files_and_names_the_bad_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(tmp_path / "data")]
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(as_file(saved()))
    bad.write_text("{", encoding="utf-8")
    files = [str(bad), str(tmp_path / "lost.json"), str(tmp_path), str(good)]
    assert main(["academy", "import-answers", *files, *data]) == 2
    said = capsys.readouterr()
    assert f"{good}: identify, plain, taken in as practice." in said.out
    assert "trials that count: 40; left out: 3" in said.out and "d′: " in said.out
    assert f"{bad}: not the answers of a drill" in said.err
    assert "lost.json: there is no such file" in said.err and "Traceback" not in said.err
    assert main(["academy", "import-answers", str(good), *data]) == 0
    said = capsys.readouterr()
    assert "taken in before; not counted twice" in said.err and not said.out
    database = Database(tmp_path / "data")
    with database.session() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Trial)) == 43
    database.close()
