"""Results go to folders of their own, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clips import film
from unspoken.analysis import Analysis
from unspoken.batch import (
    RESULT_FILES,
    Job,
    analyze_to_folder,
    cleared_on_failure,
    plan_jobs,
    result_name,
)
from unspoken.errors import InputError, OutputError
from unspoken.settings import Settings
from unspoken.stopping import StopRequest

Clip = Callable[[str], Path]
PLAIN = Settings(report=False)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def pretend_results(folder: Path, source: Path, partial: bool = False) -> dict[str, bytes]:
    """Files as an earlier run would have left them."""
    folder.mkdir(parents=True)
    for name in RESULT_FILES:
        (folder / name).write_text("earlier", encoding="utf-8")
    document = {"source": {"path": str(source)}, "partial": partial}
    (folder / "analysis.json").write_text(json.dumps(document), encoding="utf-8")
    return contents(folder)


# -- names -------------------------------------------------------------------------------------


def test_two_sources_of_one_name_get_two_folders(tmp_path: Path) -> None:
    jobs = plan_jobs(["monday/visit.mp4", "tuesday/visit.mp4", "visit.mov"], tmp_path)
    assert [job.folder.name for job in jobs] == ["visit", "visit-2", "visit-3"]


def test_names_that_some_file_systems_take_for_one_are_kept_apart(tmp_path: Path) -> None:
    jobs = plan_jobs(
        ["a/Visit.mp4", "b/visit.mp4", "c/cafe\u0301.mp4", "d/caf\u00e9.mp4"], tmp_path
    )
    assert len({job.folder.name.casefold() for job in jobs}) == 4
    assert [job.folder.name for job in jobs][1::2] == ["visit-2", "caf\u00e9-2"]


def test_one_source_named_twice_is_one_job(tmp_path: Path) -> None:
    assert len(plan_jobs(["visit.mp4", "./visit.mp4", "other/../visit.mp4"], tmp_path)) == 1


def test_results_of_another_source_are_left_alone(tmp_path: Path) -> None:
    pretend_results(tmp_path / "visit", tmp_path / "elsewhere" / "visit.mp4")
    (job,) = plan_jobs([tmp_path / "visit.mp4"], tmp_path)
    assert job.folder.name == "visit-2"


def test_files_nobody_knows_the_source_of_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "visit").mkdir()
    (tmp_path / "visit" / "report.html").write_text("my own page", encoding="utf-8")
    (job,) = plan_jobs([tmp_path / "visit.mp4"], tmp_path)
    assert job.folder.name == "visit-2"


def test_the_same_source_gets_its_folder_again(tmp_path: Path) -> None:
    pretend_results(tmp_path / "visit", tmp_path / "visit.mp4")
    (job,) = plan_jobs([tmp_path / "visit.mp4"], tmp_path)
    assert job.folder.name == "visit"


def test_results_never_go_into_the_folder_of_pictures_itself(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (job,) = plan_jobs([tmp_path / "pictures"], tmp_path)
    assert job.folder.name == "pictures-2"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("visit.mp4", "visit"),
        ("visit.monday.mp4", "visit.monday"),
        ("клиент №1.mov", "клиент №1"),
        ("latin\udce9.mp4", "latin\ufffd"),
        ("x" * 250 + ".mp4", "x" * 220),
    ],
)
def test_results_bear_the_name_of_their_source(source: str, name: str) -> None:
    assert result_name(Path(source)) == name


@given(st.text(min_size=1, max_size=300))
def test_any_name_makes_a_folder_name(text: str) -> None:
    name = result_name(Path(text.replace("\0", " ")))
    assert name not in ("", ".", "..") and "/" not in name
    assert len(name.encode("utf-8")) <= 220


def test_a_folder_named_by_dots_bears_its_real_name(tmp_path: Path) -> None:
    inner = tmp_path / "pictures" / "inner"
    inner.mkdir(parents=True)
    assert result_name(inner / "..") == "pictures"


# -- whole or not at all -----------------------------------------------------------------------


def test_all_files_appear_and_nothing_else(clip: Clip, tmp_path: Path) -> None:
    (job,) = plan_jobs([clip("brows")], tmp_path / "new" / "out")
    analysis = analyze_to_folder(job, Settings())
    assert set(contents(tmp_path)) == {f"new/out/brows/{name}" for name in RESULT_FILES}
    assert analysis.folder == job.folder
    assert Analysis.load(job.folder).to_json_dict() == analysis.to_json_dict()


def test_running_again_replaces_the_results(clip: Clip, tmp_path: Path) -> None:
    job = Job(str(clip("quiet")), tmp_path / "quiet")
    pretend_results(job.folder, clip("quiet"))
    analyze_to_folder(job, Settings())
    found = contents(job.folder)
    assert set(found) == set(RESULT_FILES)
    assert not [name for name, content in found.items() if content == b"earlier"]


def test_an_old_report_does_not_stay_beside_new_results(clip: Clip, tmp_path: Path) -> None:
    job = Job(str(clip("quiet")), tmp_path / "quiet")
    pretend_results(job.folder, clip("quiet"))
    analyze_to_folder(job, PLAIN)
    assert set(contents(job.folder)) == set(RESULT_FILES) - {"report.html"}


@pytest.mark.parametrize("name", ["missing", "black", "one"])
def test_a_source_that_cannot_be_used_leaves_no_trace(
    clip: Clip, tmp_path: Path, name: str
) -> None:
    source = tmp_path / "missing.mp4" if name == "missing" else clip(name)
    with pytest.raises(InputError):
        analyze_to_folder(Job(str(source), tmp_path / "a" / "b" / "c"), PLAIN)
    assert list(tmp_path.iterdir()) == []


def test_a_source_that_cannot_be_used_leaves_earlier_results_alone(
    clip: Clip, tmp_path: Path
) -> None:
    before = pretend_results(tmp_path / "black", clip("black"))
    with pytest.raises(InputError):
        analyze_to_folder(Job(str(clip("black")), tmp_path / "black"), Settings())
    assert contents(tmp_path / "black") == before


@pytest.mark.parametrize("step", ["_save", "add_bytes", "add_pieces", "claim"])
def test_a_disk_that_fills_up_leaves_earlier_results_alone(
    clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    import unspoken.filing

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    def full_write(self: object, *_: object) -> None:
        with unspoken.filing.writing(tmp_path):
            full()

    if step == "_save":
        monkeypatch.setattr(unspoken.batch, "_save", full_write)
    else:
        monkeypatch.setattr(unspoken.filing.Batch, step, full_write)
    source = clip("quiet")
    before = pretend_results(tmp_path / "quiet", source)
    with pytest.raises(OutputError, match="No space left on device"):
        analyze_to_folder(Job(str(source), tmp_path / "quiet"), Settings())
    assert contents(tmp_path / "quiet") == before


def test_a_report_that_fails_does_not_take_the_tables_with_it(
    clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tables are what took long; the earlier report would not fit them."""
    import unspoken.report.run_report

    def broken(*_: object) -> list[bytes]:
        raise RuntimeError("a bolt broke")

    monkeypatch.setattr(unspoken.report.run_report, "render_run", broken)
    pretend_results(tmp_path / "quiet", clip("quiet"))
    with pytest.raises(RuntimeError, match="a bolt broke"):
        analyze_to_folder(Job(str(clip("quiet")), tmp_path / "quiet"), Settings())
    assert set(contents(tmp_path / "quiet")) == set(RESULT_FILES) - {"report.html"}
    assert Analysis.load(tmp_path / "quiet").signals.height == 75


def test_a_file_in_place_of_the_folder_is_named(clip: Clip, tmp_path: Path) -> None:
    (tmp_path / "quiet").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="is a file; a folder for results was expected"):
        analyze_to_folder(Job(str(clip("quiet")), tmp_path / "quiet"), PLAIN)
    assert (tmp_path / "quiet").read_text(encoding="utf-8") == "mine"


def test_only_new_and_empty_folders_are_cleared(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    with pytest.raises(ValueError), cleared_on_failure(tmp_path / "old" / "new" / "newer"):
        (tmp_path / "old" / "new" / "newer").mkdir(parents=True)
        (tmp_path / "old" / "new" / "kept.png").touch()
        raise ValueError
    assert {p.name for p in tmp_path.rglob("*")} == {"old", "new", "kept.png"}


# -- stopped -----------------------------------------------------------------------------------


def stopped_run(source: Path, folder: Path, settings: Settings) -> Analysis:
    stop = StopRequest()

    def progress(done: int, time_s: float, expected: int | None) -> None:
        stop.asked = done >= 40

    return analyze_to_folder(Job(str(source), folder), settings, progress, stop)


def test_a_stopped_run_is_saved_and_marked(clip: Clip, tmp_path: Path) -> None:
    analysis = stopped_run(clip("brows"), tmp_path / "brows", Settings())
    assert analysis.partial and Analysis.load(tmp_path / "brows").partial
    assert set(contents(tmp_path)) == {f"brows/{name}" for name in RESULT_FILES}
    page = (tmp_path / "brows" / "report.html").read_text(encoding="utf-8")
    assert "stopped before the end" in page


def test_a_stopped_run_does_not_replace_complete_results(clip: Clip, tmp_path: Path) -> None:
    before = pretend_results(tmp_path / "brows", clip("brows"))
    analysis = stopped_run(clip("brows"), tmp_path / "brows", PLAIN)
    assert contents(tmp_path / "brows") == before
    assert analysis.folder == tmp_path / "brows-partial"
    assert Analysis.load(tmp_path / "brows-partial").signals.height == 40


def test_a_stopped_run_replaces_an_earlier_stopped_one(clip: Clip, tmp_path: Path) -> None:
    pretend_results(tmp_path / "brows", clip("brows"), partial=True)
    analysis = stopped_run(clip("brows"), tmp_path / "brows", PLAIN)
    assert analysis.folder == tmp_path / "brows"
    assert [p.name for p in tmp_path.iterdir()] == ["brows"]


def test_ctrl_c_during_the_report_keeps_the_tables(
    clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import unspoken.report.run_report

    def interrupted(*_: object) -> list[bytes]:
        raise KeyboardInterrupt

    monkeypatch.setattr(unspoken.report.run_report, "render_run", interrupted)
    stop = StopRequest()
    analysis = analyze_to_folder(Job(str(clip("quiet")), tmp_path / "q"), Settings(), None, stop)
    assert stop.asked and not analysis.partial
    assert set(contents(tmp_path / "q")) == set(RESULT_FILES) - {"report.html"}


# -- names as they come ------------------------------------------------------------------------


@pytest.mark.parametrize("stem", ["ünïcode ☃ 名前", "y" * 200, "latin\udce9", "a#b%20c?d"])
def test_unusual_names_and_long_paths_work(tmp_path: Path, stem: str) -> None:
    folder = tmp_path / ("d" * 120) / ("e" * 120)
    folder.mkdir(parents=True)
    try:
        source = film(folder / f"{stem}.mp4", 0.8)
    except (OSError, UnicodeError):
        (folder / "plain.mp4").exists() or film(folder / "plain.mp4", 0.8)
        source = (folder / "plain.mp4").rename(folder / f"{stem}.mp4")
    (job,) = plan_jobs([source], tmp_path / "out")
    analysis = analyze_to_folder(job, Settings())
    assert set(contents(job.folder)) == set(RESULT_FILES)
    assert Analysis.load(job.folder).source.path == str(source)
    assert analysis.exposure_s > 0.0
    assert plan_jobs([source], tmp_path / "out") == [job]
