"""A drill as a clip: flashes of whole pictures, time to answer, and what it was."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from unspoken.academy.browser import find_chromium
from unspoken.academy.drill_film import FPS, caught, changed, plan_drill, render_drill
from unspoken.academy.expressions import NONE
from unspoken.academy.levels import level_named
from unspoken.academy.rounds import PlannedTrial, plan_trial
from unspoken.cli import main
from unspoken.errors import UsageError
from unspoken.media.source import open_source
from unspoken.server.pages import STATIC

PLAIN = level_named("plain")


def planned(task: str, seed: int = 0, rounds: int = 1) -> list[PlannedTrial]:
    rng = np.random.default_rng(seed)
    return plan_drill(task, PLAIN, ("f01", "m02"), 0.2, rounds, rng)


@pytest.mark.parametrize(("task", "faces"), [("identify", 10), ("spot", 11)])
def test_a_round_has_everything_once_and_three_catch_trials(task: str, faces: int) -> None:
    items = planned(task)
    assert len(items) == faces and sum(bool(item.catch) for item in items) == 3
    assert {item.stimulus.target_frames for item in items if not item.catch} == {12}
    assert len(planned(task, rounds=2)) == 2 * faces
    assert [i.truth for i in planned(task)] == [i.truth for i in planned(task)]
    assert [i.truth for i in planned(task)] != [i.truth for i in planned(task, seed=1)]


@pytest.mark.parametrize(
    ("level", "word"),
    [("plain", "still"), ("faint", "still"), ("speech", "talked"), ("head", "moved")],
)
def test_a_face_that_did_nothing_is_told_by_what_all_faces_of_the_level_do(
    level: str, word: str
) -> None:
    rng = np.random.default_rng(1)
    item = plan_trial("identify", NONE, "f01", 0.0, level_named(level), 60.0, rng, "nothing")
    assert word in caught(item)


def test_only_what_changed_is_tinted() -> None:
    still = np.full((8, 8, 3), 120, np.uint8)
    apex = still.copy()
    apex[2:4, 2:4] = 200
    tinted = changed(still, apex)
    assert (tinted[2:4, 2:4] != apex[2:4, 2:4]).all(axis=2).all()
    rest = np.ones((8, 8), bool)
    rest[2:4, 2:4] = False
    assert (tinted[rest] == 120).all()


def test_what_is_no_clip_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"drill\.gif"):
        render_drill("identify", "Drill", planned("identify"), tmp_path / "drill.gif")
    assert main(["academy", "export-drill", "--out", str(tmp_path / "drill.txt"), "--quiet"]) == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_flash_stands_in_the_clip_for_exactly_its_pictures(tmp_path: Path) -> None:
    try:
        find_chromium()
    except UsageError as error:
        pytest.skip(str(error))
    if not (STATIC / "vendor" / "versions.json").is_file():
        pytest.skip("the pages' libraries are missing (Node.js 20 or later, then: make web)")
    items = planned("identify")
    signal = next(item for item in items if item.truth == "surprise")
    catch = next(item for item in items if item.catch)
    out = tmp_path / "drill.mp4"
    made = render_drill("identify", "Drill", [signal, catch], out, height=240)
    text = out.with_suffix(".vtt").read_text(encoding="utf-8")
    assert "Surprise, for 200 ms. AU1 inner brow raiser." in text
    assert "Nothing to name." in text and "What did you see?" in text
    times = re.findall(r"(\d\d):(\d\d):([\d.]+) -->", text)
    starts = [60 * int(m) + float(s) for _h, m, s in times]
    assert starts == sorted(starts) and starts[-1] < made.seconds
    with open_source(out) as source:
        pictures = [frame.luma for frame in source]
    assert len(pictures) == round(made.seconds * float(FPS))
    # "Look" stands for a second and a half after six seconds of title, then the face moves.
    first = round(7.5 * float(FPS))
    face: list[NDArray[np.float64]] = [
        picture[40:200, 40:190].astype(float)
        for picture in pictures[first : first + signal.stimulus.total_frames]
    ]
    moved = [float(np.abs(one - face[0]).mean()) > 0.7 for one in face]
    assert sum(moved) == pytest.approx(signal.stimulus.target_frames, abs=2)  # ends are faint
    assert abs(moved.index(True) - signal.stimulus.onset_frame) <= 1
