"""The demo clip and the truth about it."""

from __future__ import annotations

import csv
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unspoken.bench.sample import SHORTEST_S, SampleTruth, make_sample, sample_script
from unspoken.errors import UsageError

FPS = 10.0


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> SampleTruth:
    """A short, small clip."""
    path = tmp_path_factory.mktemp("sample") / "demo.mp4"
    return make_sample(path, duration_s=20.0, fps=FPS, size=(320, 240))


def test_the_clip_is_what_was_asked_for(sample: SampleTruth) -> None:
    with av.open(str(sample.path)) as clip:
        video = clip.streams.video[0]
        assert (video.width, video.height) == (320, 240)
        assert video.codec_context.name == "h264"
        times = [frame.time for frame in clip.decode(video)]
    assert len(times) == 200
    assert np.allclose(np.diff(times), 1 / FPS)


def test_there_are_six_micro_expressions_on_one_side_and_on_both(sample: SampleTruth) -> None:
    assert len(sample.events) == 6
    sides = [{key[-1] for key in event.units} for event in sample.events]
    assert {"L"} in sides
    assert {"R"} in sides
    assert {"L", "R"} in sides
    assert all(0.0 < a < 0.6 for mix in sample.amplitudes for a in mix.values())


@settings(max_examples=30)
@given(seed=st.integers(0, 100_000), duration_s=st.floats(SHORTEST_S, 300.0))
def test_planted_events_are_micro_and_clear_of_blinks_and_of_the_smile(
    seed: int, duration_s: float
) -> None:
    script = sample_script(duration_s, seed)
    others = [b.interval for b in script.blinks] + [s.interval for s in script.smiles]
    for event in script.events:
        assert 0.17 <= event.interval.duration_s + 1e-6 <= 0.4501
        assert 0.03 <= event.peak_icd <= 0.06
        assert event.offset_s < duration_s
        assert not any(event.interval.overlap_s(other) for other in others)
    assert any(
        part.interval.contains(event.apex_s) for part in script.speech for event in script.events
    )


def test_the_truth_table_lists_everything_in_order(sample: SampleTruth, tmp_path: Path) -> None:
    sample.write_csv(tmp_path / "truth.csv")
    with (tmp_path / "truth.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    kinds = [row["kind"] for row in rows]
    assert kinds.count("micro") == 6
    assert kinds.count("blink") == len(sample.blinks)
    assert {"smile", "speech"} <= set(kinds)
    onsets = [float(row["onset_s"]) for row in rows]
    assert onsets == sorted(onsets)
    assert all(float(r["onset_s"]) <= float(r["apex_s"]) <= float(r["offset_s"]) for r in rows)


def test_progress_is_told_picture_by_picture(tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    make_sample(
        tmp_path / "x.mp4",
        duration_s=20.0,
        fps=1.0,
        size=(160, 120),
        on_frame=lambda done, total: calls.append((done, total)),
    )
    assert calls == [(k + 1, 20) for k in range(20)]


def test_a_clip_too_short_for_the_plan_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="at least 20 s"):
        make_sample(tmp_path / "x.mp4", duration_s=5.0)
    with pytest.raises(UsageError, match="frame rate"):
        make_sample(tmp_path / "x.mp4", fps=0.0)
    assert not list(tmp_path.iterdir())
