"""Where frames are read and faces followed makes no difference to what is found."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from unspoken import sight_start
from unspoken.engine import Engine
from unspoken.errors import SourceNotFound
from unspoken.intake import InThreads, open_reader
from unspoken.pipeline import make_settings, run
from unspoken.settings import Settings
from unspoken.sight import Sight, slots_for
from unspoken.sight_start import worker_ahead
from unspoken.signals import SignalsTable
from unspoken.stopping import StopRequest

Clip = Callable[[str], Path]


def left_behind() -> set[str]:
    """Mapped files of workers that still have a name."""
    folder = Path("/dev/shm")
    return {p.name for p in folder.glob("unspoken-*")} if folder.is_dir() else set()


def test_a_worker_process_gives_the_same_results_to_the_last_bit(clip: Clip) -> None:
    here, there = SignalsTable(), SignalsTable()
    first = run(clip("brows"), Settings(), here, in_process=True).analysis
    second = run(clip("brows"), Settings(), there, in_process=False).analysis
    assert first.events
    assert first.with_timings({}).to_json_dict() == second.with_timings({}).to_json_dict()
    assert here.frame().equals(there.frame(), null_equal=True)
    assert second.timings_s["faces"] > 0.0
    assert second.timings_s["decode"] > 0.0


def test_frames_come_in_order_with_their_brightness(clip: Clip) -> None:
    path = str(clip("brows"))
    engine = Engine()
    with open_reader(path, engine, in_process=True)[0] as reader:
        expected = [(f.index, f.time_s, f.luma.copy(), f.full_range) for f, _ in reader]
    before = left_behind()
    with Sight(path, Settings()) as sight:
        count = 0
        for (frame, _), (index, time_s, luma, full_range) in zip(sight, expected, strict=True):
            assert (frame.index, frame.time_s, frame.full_range) == (index, time_s, full_range)
            assert np.array_equal(frame.luma, luma)
            count += 1
        assert sight.finish().clock.frames == count
    assert count > slots_for(*luma.shape)  # places are used again
    assert left_behind() <= before


def test_stopping_early_tells_what_was_read(clip: Clip) -> None:
    class AfterTen(StopRequest):
        """Asks to stop once ten rows are there."""

    stop, rows = AfterTen(), SignalsTable()

    def progress(done: int, time_s: float, expected: int | None) -> None:
        stop.asked = done >= 30

    analysis = run(clip("brows"), Settings(), rows, progress, stop, in_process=False).analysis
    assert analysis.partial
    assert analysis.clock.frames == 30
    assert rows.rows == 30


def test_leaving_without_reading_ends_the_worker(clip: Clip) -> None:
    with Sight(str(clip("brows")), Settings()) as sight:
        for frame, _ in sight:
            if frame.index == 2:
                break
        process = sight._worker
    assert process.poll() is not None


def test_a_worker_that_dies_is_told_not_waited_for(clip: Clip) -> None:
    with Sight(str(clip("brows")), Settings()) as sight:
        frames = iter(sight)
        next(frames)
        os.killpg(sight._worker.pid, signal.SIGKILL)
        with pytest.raises(RuntimeError, match="ended early"):
            for _ in frames:
                pass


def test_short_recordings_are_read_in_this_process(clip: Clip) -> None:
    engine = Engine(make_settings())
    reader, expected = open_reader(clip("brows"), engine)
    with reader:
        assert isinstance(reader, InThreads)
    assert expected == 100


def test_a_missing_file_is_refused_before_any_process_starts(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound):
        open_reader(tmp_path / "nothing.mp4", Engine(), in_process=False)


def test_a_worker_started_ahead_is_the_one_that_reads(clip: Clip) -> None:
    with worker_ahead():
        (waiting,) = sight_start._waiting
        with Sight(str(clip("brows")), Settings()) as sight:
            assert sight._worker is waiting
            next(iter(sight))


def test_a_worker_that_nobody_asked_for_does_not_stay() -> None:
    with worker_ahead():
        (waiting,) = sight_start._waiting
    assert waiting.poll() is not None


def test_what_a_worker_cannot_read_is_told_in_its_sentence(tmp_path: Path) -> None:
    with (
        Sight(str(tmp_path / "gone.mp4"), Settings()) as sight,
        pytest.raises(SourceNotFound, match="gone.mp4"),
    ):
        next(iter(sight))
