"""The whole bench on a clip of six seconds: plan, plant, analyse, interrupt, go on, write."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.clips import film, frames_of
from unspoken.bench.recovery import campaign as running
from unspoken.bench.recovery.campaign import Campaign, run_copies, settle_plan
from unspoken.bench.recovery.grid import Grid
from unspoken.bench.recovery.report import measure_recovery
from unspoken.commands.recovery import Choices, clips_in, grid_of
from unspoken.errors import InputError, SourceNotFound, UsageError
from unspoken.media.writer import ClipWriter
from unspoken.pipeline import Run, run

GRID = Grid(
    peaks_icd=(0.08,),
    micro_s=(0.4,),
    macro_s=(),
    onset_shares=(0.4,),
    recipes=("AU1", "AU4"),
    per_cell=3,
)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(tmp_path_factory.mktemp("clips") / "sitting.mp4", 5.0)


@pytest.fixture(scope="module")
def faceless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "wall.mp4"
    with ClipWriter(path, (160, 120), 25, crf=30) as writer:
        for level in range(25):
            writer.add(np.full((120, 160, 3), 100 + level, np.uint8))
    return path


@pytest.fixture(scope="module")
def asked(clip: Path, faceless: Path, tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    out = tmp_path_factory.mktemp("out") / "run"
    return Campaign((str(clip), str(faceless)), out, GRID, seed=2, crf=18, keep_copies=True)


@pytest.fixture(scope="module")
def done(asked: Campaign) -> dict[str, str]:
    """A finished run's files, as text."""
    measure_recovery(asked)
    return {p.name: p.read_text(encoding="utf-8") for p in asked.out.iterdir() if p.is_file()}


def test_a_run_writes_figures_tables_and_page(done: dict[str, str]) -> None:
    assert {"plan.json", "figures.json", "planted.csv", "false_alarms.csv", "recovery.html"} <= set(
        done
    )
    figures = json.loads(done["figures.json"])["spotters"]["engine"]
    assert figures["planted"] == 3
    v = figures["verification"]
    assert v["checked"] == v["within"] == 3, "planted displacement is what it is said to be"


def test_without_copies_only_false_alarms_are_counted(clip: Path, tmp_path: Path) -> None:
    asked = Campaign((str(clip),), tmp_path / "run", GRID, most_copies=0)
    measure_recovery(asked)
    document = json.loads((asked.out / "figures.json").read_text(encoding="utf-8"))
    engine = document["spotters"]["engine"]
    assert engine["planted"] == 0 and engine["cells"] == []
    (micro,) = [r for r in engine["alarms"] if (r["footage"], r["kind"]) == ("all", "micro")]
    assert micro["rate"]["exposure_s"] == pytest.approx(5.0, abs=0.2)
    page = (asked.out / "recovery.html").read_text(encoding="utf-8")
    assert "Nothing was planted" in page and "Every size and length" not in page


def test_a_clip_without_a_face_is_listed_with_the_reason(done: dict[str, str]) -> None:
    (one,) = json.loads(done["figures.json"])["skipped"]
    assert one["path"].endswith("wall.mp4") and "no face" in one["reason"]
    assert "no face was found" in done["recovery.html"]


def test_copies_have_the_times_of_the_clip_and_differ_only_around_planted_movements(
    asked: Campaign, clip: Path, done: dict[str, str]
) -> None:
    plan = json.loads(done["plan.json"])
    made = sorted((asked.out / "clips").iterdir())
    pictures = [frames_of(path) for path in made]
    source = frames_of(clip)
    for frames in pictures:
        assert [f.time_s for f in frames] == [f.time_s for f in source]
    untouched = pictures[0]
    for number, frames in enumerate(pictures[1:], 1):
        spans = [
            (p["onset_s"], p["onset_s"] + p["duration_s"])
            for p in plan["clips"][0]["copies"][number]["plantings"]
        ]
        first = min(start for start, _ in spans)
        # The encoder looks ahead a little; well before the first movement nothing differs at all.
        early = [i for i, f in enumerate(frames) if f.time_s < first - 1.7]
        for index in early:
            assert np.array_equal(frames[index].luma, untouched[index].luma)
        for start, end in spans:
            inside = [i for i, f in enumerate(frames) if start < f.time_s < end]
            change = [np.abs(frames[i].luma.astype(int) - untouched[i].luma).max() for i in inside]
            assert max(change) > 20


def assert_alike(one: Any, other: Any) -> None:
    """The same figures: words and counts to the letter, measures up to a picture or two.

    Beside other work the encoder now and then gives other bits from the same pictures, and a
    stretch in which something could have been seen then ends a picture earlier.
    """
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            assert_alike(one[key], other[key])
    elif isinstance(one, list):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            assert_alike(a, b)
    elif isinstance(one, float):
        assert one == pytest.approx(other, rel=0.05, abs=0.1)
    else:
        assert one == other


def test_an_interrupted_run_goes_on_and_gives_the_same_numbers(
    asked: Campaign, done: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Stopped after the first copy, then started again: nothing is done twice."""
    again = replace(asked, out=tmp_path / "run", keep_copies=False)
    again.out.mkdir()
    (again.out / "plan.json").write_text(done["plan.json"], encoding="utf-8")
    plan = settle_plan(again)
    made: list[str] = []
    work = running._work

    def stopped(job: running._Job) -> str:
        if made:
            raise KeyboardInterrupt
        made.append(job.label)
        return work(job)

    monkeypatch.setattr(running, "_work", stopped)
    with pytest.raises(KeyboardInterrupt):
        run_copies(plan, again)
    assert len(list((again.out / "copies").iterdir())) == 1
    first = next((again.out / "copies").iterdir()).stat().st_mtime_ns
    monkeypatch.setattr(running, "_work", work)
    measure_recovery(again)
    assert min(p.stat().st_mtime_ns for p in (again.out / "copies").iterdir()) == first
    figures = json.loads((again.out / "figures.json").read_text(encoding="utf-8"))
    assert_alike(figures, json.loads(done["figures.json"]))
    for name in ("planted.csv", "false_alarms.csv"):
        before, after = (
            list(csv.DictReader(io.StringIO(text)))
            for text in (done[name], (again.out / name).read_text(encoding="utf-8"))
        )
        for row in (*before, *after):
            # As in assert_alike.
            rate = float(row.pop("false_alarms_per_min") or 0.0)
            row["beyond"] = str(rate > 0.01)
        assert after == before


def test_a_copy_whose_analysis_was_stopped_leaves_no_result(
    asked: Campaign, done: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The engine makes a partial analysis on Ctrl-C; here that would be a wrong number."""

    def stopped(*arguments: Any, **options: Any) -> Run:
        whole = run(*arguments, **options)
        return replace(whole, analysis=replace(whole.analysis, partial=True))

    monkeypatch.setattr("unspoken.bench.recovery.copies.run", stopped)
    again = replace(asked, out=tmp_path / "run", keep_copies=False)
    (again.out).mkdir()
    (again.out / "plan.json").write_text(done["plan.json"], encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        run_copies(settle_plan(again), again)
    assert not (again.out / "copies").exists()


def test_a_folder_with_another_run_is_refused(asked: Campaign, done: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="another run: its seed"):
        settle_plan(replace(asked, seed=3))
    with pytest.raises(UsageError, match="grid"):
        settle_plan(replace(asked, grid=replace(GRID, per_cell=2)))


def test_no_usable_clip_at_all_is_an_input_error(faceless: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"None of the clips.*\n.*wall\.mp4"):
        settle_plan(Campaign((str(faceless),), tmp_path / "run", GRID))
    assert not (tmp_path / "run").exists()


def test_a_folder_stands_for_its_videos(tmp_path: Path) -> None:
    for name in ("b.MP4", "a.mov", "notes.txt"):
        (tmp_path / name).touch()
    assert [Path(p).name for p in clips_in([str(tmp_path)])] == ["a.mov", "b.MP4"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceNotFound):
        clips_in([str(tmp_path / "empty")])
    (tmp_path / "empty" / "1.png").touch()
    assert clips_in([str(tmp_path / "empty")]) == [str(tmp_path / "empty")]


def test_choices_become_a_grid() -> None:
    grid = grid_of(Choices(peaks="0.04,0.02", durations="0.2", long_durations="none", per_cell=1))
    assert grid.peaks_icd == (0.02, 0.04) and grid.micro_s == (0.2,) and grid.macro_s == ()
    with pytest.raises(UsageError, match="--amplitudes"):
        grid_of(Choices(peaks="small"))
    assert len(grid_of(Choices(quick=True)).cells) < len(Grid().cells)
