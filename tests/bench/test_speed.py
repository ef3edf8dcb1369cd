"""The speed bench: clips are what they claim, processes are measured, misses are shown."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from unspoken.bench.clips import FULL, LOOP_S, QUICK, BenchClip, clip_folder, ensure_clip
from unspoken.bench.looping import head, repeat_packets
from unspoken.bench.looping import main as make_clip
from unspoken.bench.peer import PeerRun, check_peer, read_peer_output, run_peer
from unspoken.bench.processes import FamilyWatch, measure_process
from unspoken.bench.sample import sample_script
from unspoken.bench.speed import analyze_once, measure_speed
from unspoken.bench.speed_figures import Figures, OurRun, Target, judge, machine_facts
from unspoken.bench.speed_page import main as print_page
from unspoken.bench.speed_page import markdown, print_sections
from unspoken.errors import OutputError, UsageError
from unspoken.media.writer import ClipWriter

FPS, FRAMES = 30, 12


def film(path: Path, frames: int = FRAMES, times: list[float] | None = None) -> Path:
    """A clip with B-frames whose pictures can be told apart by their brightness."""
    with ClipWriter(path, (64, 48), None if times else FPS, bframes=2, key_interval=frames) as clip:
        for number in range(frames):
            picture = np.full((48, 64, 3), 40 + 10 * number, dtype=np.uint8)
            clip.add(picture, times[number] if times else None)
    return path


def pictures(path: Path) -> tuple[list[float], list[float]]:
    """Times (s) and mean grey levels of everything that decodes."""
    with av.open(str(path)) as clip:
        frames = list(clip.decode(video=0))
    means = [float(frame.to_ndarray(format="gray").mean()) for frame in frames]
    return [float(frame.time or 0.0) for frame in frames], means


def our_run(
    clip: str, rate: float, peak_mb: float, *, frames: int = 3600, others: float = 0.0
) -> OurRun:
    stages = {"decode": 1.0, "faces": 2.0, "motion": 3.0, "spotting": 0.5, "total": 10.0}
    return OurRun(clip, frames, frames / rate, 2 * frames / rate, peak_mb, others, stages)


def peer_run(rate: float, *, blendshapes: bool) -> PeerRun:
    return PeerRun("0.10.21", blendshapes, 3600, 3600, 3600 / rate, 9.0, 4000 / rate, 0.0)


def figures(
    rate: float = 300.0, peer_rate: float = 80.0, grown_mb: float = 5.0, others: float = 0.0
) -> Figures:
    small = [our_run("640x480, 2 min", rate * f, 300.0, others=others) for f in (0.5, 1.0, 1.1)]
    off = [peer_run(peer_rate, blendshapes=False)] * 3
    return Figures(
        machine={"processor": "made up"},
        quick=False,
        small=small,
        large=[our_run("1920x1080, 2 min", 120.0, 400.0, others=others)],
        long=[our_run("1920x1080, 20 min", 120.0, 400.0 + grown_mb, others=others)],
        without_blendshapes=off,
        with_blendshapes=[peer_run(peer_rate / 2, blendshapes=True)] * 3,
        help_s=[0.3, 0.2, 0.9],
        first_frame_s=[1.5],
        parent_mb=40.0,
    )


def target(found: Figures, what: str) -> Target:
    return next(t for t in judge(found) if what in t.what)


# -- clips -------------------------------------------------------------------------------------


def test_a_repeated_clip_plays_the_same_pictures_again_without_a_gap(tmp_path: Path) -> None:
    once = film(tmp_path / "once.mp4")
    assert repeat_packets(once, tmp_path / "thrice.mp4", 3) == 3 * FRAMES
    _, grey = pictures(once)
    times, means = pictures(tmp_path / "thrice.mp4")
    assert np.allclose(np.diff(times), 1 / FPS, atol=1e-6)
    assert times[0] == 0.0
    assert means == pytest.approx(grey * 3, abs=0.01)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["once.mp4", "thrice.mp4"]


def test_a_repeated_clip_announces_its_whole_length(tmp_path: Path) -> None:
    repeat_packets(film(tmp_path / "once.mp4"), tmp_path / "long.mp4", 5)
    with av.open(str(tmp_path / "long.mp4")) as clip:
        assert clip.streams.video[0].frames == 5 * FRAMES


def test_a_clip_of_variable_rate_is_not_repeated(tmp_path: Path) -> None:
    uneven = film(tmp_path / "uneven.mp4", 4, [0.0, 0.04, 0.12, 0.16])
    with pytest.raises(OutputError, match="constant rate"):
        repeat_packets(uneven, tmp_path / "long.mp4", 2)
    assert not (tmp_path / "long.mp4").exists()


def test_a_failed_order_leaves_its_reason_and_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    once = film(tmp_path / "once.mp4")
    assert make_clip(["repeat", str(once), str(tmp_path / "no" / "long.mp4"), "2"]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_the_head_of_a_clip_is_its_first_pictures(tmp_path: Path) -> None:
    once = film(tmp_path / "once.mp4")
    head(once, tmp_path / "head.mp4", 3)
    _, grey = pictures(once)
    _, means = pictures(tmp_path / "head.mp4")
    assert means == pytest.approx(grey[:3], abs=2.0)


def test_a_clip_that_is_there_is_not_made_again(tmp_path: Path) -> None:
    clip = BenchClip(64, 48, 0.4, 2)
    there = film(tmp_path / clip.loop.file_name)
    before = there.stat().st_mtime_ns
    made = ensure_clip(clip, tmp_path)
    assert len(pictures(made)[0]) == clip.frames
    assert ensure_clip(clip, tmp_path) == made
    assert there.stat().st_mtime_ns == before


def test_clips_that_differ_have_different_names() -> None:
    clips = [c for s in (FULL, QUICK) for c in (s.small, s.large, s.long)]
    assert len({clip.file_name for clip in clips}) == len(set(clips)) == 6


def test_the_head_is_back_where_it_was_when_the_stretch_repeats() -> None:
    """Otherwise every repeat would be a jump that ends the face's run."""
    sway = sample_script(LOOP_S).sway
    assert sway is not None
    away = np.abs(sway.pose(LOOP_S) - sway.pose(0.0))
    assert away[:2].max() < 0.05  # ICD; a jump that cannot be a head's is 0.35
    assert np.degrees(away[2:5]).max() < 1.0


def test_clips_are_kept_where_the_user_keeps_caches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert clip_folder() == tmp_path / "unspoken" / "bench"


# -- processes ---------------------------------------------------------------------------------


def test_wall_clock_processor_time_and_memory_are_those_of_the_process() -> None:
    code = (
        "import time; held = bytearray(200_000_000); time.sleep(0.3)\n"
        "end = time.process_time() + 0.3\n"
        "while time.process_time() < end: pass\n"
        "print('done')"
    )
    used = measure_process([sys.executable, "-c", code])
    assert used.wall_s > 0.6
    assert 0.3 < used.cpu_s < 1.5
    assert used.peak_rss_mb > 200.0
    assert used.output == "done\n"
    assert used.others is None or 0.0 <= used.others <= 1.0


def test_threads_are_left_to_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    code = "import os; print(os.environ.get('OMP_NUM_THREADS'))"
    assert measure_process([sys.executable, "-c", code]).output == "None\n"


def test_a_failed_process_is_an_error_with_its_own_words() -> None:
    with pytest.raises(UsageError, match="ended with code 3") as caught:
        measure_process(
            [sys.executable, "-c", "import sys; print('alas', file=sys.stderr); exit(3)"]
        )
    assert caught.value.hint == "alas"


def test_a_program_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be started"):
        measure_process([str(tmp_path / "nothing")])


def test_the_bench_holds_little_memory_itself() -> None:
    """Linux counts a parent's memory against its children."""
    code = "import sys, unspoken.bench.speed; print(*sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & {"numpy", "cv2", "av", "scipy", "polars", "ai_edge_litert"}


# -- the peer ----------------------------------------------------------------------------------


def test_the_last_line_of_figures_counts_whatever_the_peer_prints_before() -> None:
    line = {
        "version": "0.10.21", "frames": 50, "faces": 49,
        "calls_s": 0.5, "calls_cpu_s": 0.4, "loop_s": 0.6,
    }  # fmt: skip
    run = read_peer_output(f"INFO: hello\n{json.dumps(line)}\n", blendshapes=True, others=0.25)
    assert (run.frames_per_s, run.faces, run.others) == (100.0, 49, 0.25)


@pytest.mark.parametrize("output", ["", "Traceback\n"])
def test_a_peer_without_figures_is_an_error(output: str) -> None:
    with pytest.raises(UsageError, match="no figures"):
        read_peer_output(output, blendshapes=False, others=None)


def test_a_python_without_the_peer_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        run_peer(Path(sys.executable), film(tmp_path / "clip.mp4"), blendshapes=True)
    assert "mediapipe" in caught.value.hint


def test_a_wrong_peer_is_refused_before_anything_is_measured(tmp_path: Path) -> None:
    nothing_done = Console(quiet=True)
    with pytest.raises(UsageError) as caught:
        measure_speed(QUICK, Path(sys.executable), tmp_path / "clips", nothing_done)
    assert "mediapipe" in caught.value.hint
    assert not (tmp_path / "clips").exists()
    with pytest.raises(UsageError, match="cannot be started"):
        check_peer(tmp_path / "python")


# -- figures -----------------------------------------------------------------------------------


@given(measured=st.floats(0, 1e4), wanted=st.floats(0, 1e4), at_least=st.booleans())
def test_a_target_is_met_on_its_own_side_and_exactly_on_it(
    measured: float, wanted: float, at_least: bool
) -> None:
    here = Target("x", measured, wanted, "s", at_least)
    opposite = Target("x", measured, wanted, "s", not at_least)
    assert here.met or opposite.met
    assert (here.met and opposite.met) == (measured == wanted)


def test_the_median_run_counts() -> None:
    assert target(figures(), "640x480, start to report").measured == pytest.approx(300.0)
    assert target(figures(), "--help").measured == 0.3


def test_the_ratio_is_taken_round_by_round() -> None:
    """A slow round slows both: the ratio of the medians would be 4 here."""
    ours = [our_run("640x480, 2 min", rate, 300.0) for rate in (100.0, 200.0, 400.0)]
    peer = [peer_run(rate, blendshapes=False) for rate in (50.0, 50.0, 400.0)]
    found = replace(figures(), small=ours, without_blendshapes=peer)
    assert target(found, "blendshapes off").measured == pytest.approx(2.0)


def test_growth_is_long_minus_short() -> None:
    assert target(figures(grown_mb=42.0), "long clip minus short").measured == pytest.approx(42.0)
    assert not target(figures(grown_mb=42.0), "long clip minus short").met


def test_figures_come_back_from_json() -> None:
    before = figures()
    assert Figures.from_dict(json.loads(json.dumps(before.to_dict()))) == before


def test_something_else_is_not_taken_for_figures() -> None:
    with pytest.raises(ValueError, match="not figures"):
        Figures.from_dict({"schema": "something else"})


def test_the_machine_is_named() -> None:
    facts = machine_facts()
    assert facts["processor"]
    assert int(facts["cores"]) >= 1
    assert facts["numpy"] == np.__version__


# -- the page ----------------------------------------------------------------------------------


def test_a_miss_is_shown_as_one() -> None:
    text = markdown(figures(rate=100.0))
    missed = [line for line in text.splitlines() if line.endswith("| NO |")]
    assert any("640x480, start to report | 100 | at least 250" in line for line in missed)
    assert not any("1080p" in line for line in missed)


def test_every_table_row_has_as_many_cells_as_its_headings() -> None:
    for block in markdown(figures()).split("\n### "):
        rows = [line for line in block.splitlines() if line.startswith("|")]
        assert len(rows) >= 3
        assert len({row.count("|") for row in rows}) == 1


def test_a_shared_machine_is_said_to_be_shared() -> None:
    assert "shared" in markdown(figures(others=0.4))
    assert "shared" not in markdown(figures(others=0.02))


def test_without_a_peer_there_is_no_word_of_it() -> None:
    alone = Figures.from_dict(
        {**figures().to_dict(), "with_blendshapes": [], "without_blendshapes": []}
    )
    assert "peer" not in markdown(alone)


def test_the_terminal_shows_what_the_page_shows(capsys: pytest.CaptureFixture[str]) -> None:
    print_sections(figures(rate=100.0), Console(width=200))
    shown = capsys.readouterr().out
    for section in ("Measured beside wanted", "Whole processes", "Stages", "The peer", "Machine"):
        assert section in shown
    assert "NO" in shown


def test_the_page_is_printed_from_a_file_and_a_wrong_file_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "speed.json"
    path.write_text(json.dumps(figures().to_dict()), encoding="utf-8")
    assert print_page([str(path)]) == 0
    assert capsys.readouterr().out == markdown(figures())
    path.write_text("[]", encoding="utf-8")
    assert print_page([str(path)]) == 2
    assert "not figures" in capsys.readouterr().err
    assert print_page([]) == 2


def test_tables_replace_those_between_the_marks_of_a_page(tmp_path: Path) -> None:
    found, page = tmp_path / "speed.json", tmp_path / "page.md"
    found.write_text(json.dumps(figures().to_dict()), encoding="utf-8")
    page.write_text(
        "Top\n<!-- figures -->\nstale tables\n<!-- end of figures -->\nEnd\n", encoding="utf-8"
    )
    for _ in range(2):  # a second time changes nothing
        assert print_page([str(found), str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert markdown(figures()) in text
    assert text.startswith("Top\n<!-- figures -->\n")
    assert text.endswith("<!-- end of figures -->\nEnd\n")
    assert "stale tables" not in text
    assert text.count("Measured beside wanted") == 1


def test_a_page_without_marks_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found, page = tmp_path / "speed.json", tmp_path / "page.md"
    found.write_text(json.dumps(figures().to_dict()), encoding="utf-8")
    page.write_text("<!-- end of figures --> <!-- figures -->", encoding="utf-8")
    assert print_page([str(found), str(page)]) == 2
    assert "<!-- figures -->" in capsys.readouterr().err
    assert page.read_text(encoding="utf-8") == "<!-- end of figures --> <!-- figures -->"


# -- all together ------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_whole_analysis_is_measured(tmp_path: Path) -> None:
    """The shortest clip the simulator makes, from the start of the process to its report."""
    clip = BenchClip(320, 240, 20.0, 1, fps=10.0)
    run = analyze_once(clip, ensure_clip(clip, tmp_path), tmp_path / "out")
    assert run.frames == clip.frames == 200
    assert run.wall_s > run.stages_s["total"]
    assert run.peak_rss_mb > 50.0
    assert {"decode", "faces", "motion", "spotting"} <= run.stages_s.keys()
    assert (tmp_path / "out" / Path(clip.file_name).stem / "report.html").is_file()


def test_the_memory_of_a_process_and_its_worker_is_added_up() -> None:
    """Two processes that hold 100 MB each hold 200 MB together."""
    hold = "import time; held = b'x' * 100_000_000; time.sleep(1.0)"
    both = (
        "import subprocess, sys\n"
        f"worker = subprocess.Popen([sys.executable, '-c', {hold!r}])\n"
        "held = b'x' * 100_000_000\n"
        "worker.wait()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", both])
    watch = FamilyWatch(process.pid)
    process.wait()
    assert 200.0 < watch.stop() < 300.0
