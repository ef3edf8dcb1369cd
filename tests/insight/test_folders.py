"""Reading results: fast, strict, and plain about what cannot be used."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from unspoken import records
from unspoken.analysis import Analysis
from unspoken.bench.insight_folders import write_study
from unspoken.bench.insight_study import Plan, simulate
from unspoken.context.record import Context
from unspoken.errors import InputError, SourceNotFound
from unspoken.insight.folders import load_interactions
from unspoken.interaction import MomentsFile

PLAN = Plan(customers=6)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    write_study(tmp_path / "results", PLAN, 1)
    return tmp_path / "results"


def change(path: Path, **values: Any) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**document, **values}), encoding="utf-8")


def test_what_is_on_disk_is_what_was_simulated(results: Path) -> None:
    loaded = load_interactions([results])
    assert loaded.notes == ()
    for read, made in zip(loaded.interactions, simulate(PLAN, 1), strict=True):
        assert read.customer == made.customer and read.exposure == made.exposure
        assert {k: v.tolist() for k, v in read.marks.items()} == {
            k: v.tolist() for k, v in made.marks.items()
        }
        assert [s.label for s in read.segments] == [s.label for s in made.segments]


def test_the_simulated_folders_are_valid_results(results: Path) -> None:
    for folder in results.iterdir():
        assert Analysis.load(folder).exposure_s > 0.0
        assert Context.load(folder).customer


def test_a_folder_can_be_named_itself_or_above_itself_and_counts_once(results: Path) -> None:
    assert len(load_interactions([results, results / "C01-1"]).interactions) == 6


def test_nothing_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="no such folder"):
        load_interactions([tmp_path / "gone"])
    with pytest.raises(SourceNotFound, match="no results in it"):
        load_interactions([tmp_path])


def test_results_that_were_not_read_yet_are_named_with_the_remedy(results: Path) -> None:
    (results / "C02-1" / "moments.json").unlink()
    with pytest.raises(InputError, match="C02-1.*not read yet") as caught:
        load_interactions([results])
    assert "unspoken read" in str(caught.value)
    loaded = load_interactions([results], skip=True)
    assert len(loaded.interactions) == 5 and "C02-1" in loaded.notes[0]


@pytest.mark.parametrize("name", ["analysis.json", "context.json", "moments.json"])
def test_a_newer_or_broken_file_is_named(results: Path, name: str) -> None:
    path = results / "C03-1" / name
    change(path, schema_version=9)
    with pytest.raises(InputError, match=f"{name}: written by a newer"):
        load_interactions([results])
    change(path, schema="something else", schema_version=1)
    with pytest.raises(InputError, match="expected .schema."):
        load_interactions([results])
    path.write_text('{"schema": ', encoding="utf-8")
    with pytest.raises(InputError, match=name):
        load_interactions([results])


def test_a_wrong_type_is_named_with_its_place(results: Path) -> None:
    path = results / "C01-1" / "moments.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["moments"][2]["apex_s"] = "soon"
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match=r"line \d+: moments\[2\]\.apex_s: expected float"):
        load_interactions([results])


def test_without_any_customer_nothing_is_clustered_unless_told(results: Path) -> None:
    for folder in results.iterdir():
        change(folder / "context.json", customer="")
    with pytest.raises(InputError, match="None of the 6 interactions says which customer"):
        load_interactions([results])
    loaded = load_interactions([results], each_its_own=True)
    assert len({one.customer for one in loaded.interactions}) == 6


def test_no_context_at_all_counts_as_no_customer(results: Path) -> None:
    (results / "C01-1" / "context.json").unlink()
    loaded = load_interactions([results])
    assert len(loaded.interactions) == 5 and "left out: 1" in loaded.notes[0]


def test_a_recording_that_was_analysed_twice_counts_once_the_whole_one_first(results: Path) -> None:
    shutil.copytree(results / "C01-1", results / "AAA-partial")
    change(results / "AAA-partial" / "analysis.json", partial=True)
    loaded = load_interactions([results])
    assert "AAA-partial" not in [one.name for one in loaded.interactions]
    assert "AAA-partial (same recording as C01-1)" in loaded.notes[0]


def test_different_playbooks_and_partial_analyses_are_pointed_out(results: Path) -> None:
    change(results / "C01-1" / "moments.json", playbook={"name": "other", "version": "2"})
    change(results / "C02-1" / "analysis.json", partial=True)
    notes = " ".join(load_interactions([results]).notes)
    assert "different playbooks (other 2, simulated 1)" in notes
    assert "stopped before the end" in notes


def test_both_ends_agree_on_what_moments_json_holds(results: Path) -> None:
    """What the reading floor's own types write is read here, and the other way round."""
    for folder in results.iterdir():
        path = folder / "moments.json"
        document = json.loads(path.read_text(encoding="utf-8"))
        whole = records.from_json(MomentsFile, document)
        before = load_interactions([folder]).interactions[0]
        change(path, **records.to_json(whole))
        after = load_interactions([folder]).interactions[0]
        assert len(whole.moments) == len(before.marks.get("micro", ()))
        assert before.top == after.top and before.exposure == after.exposure
