"""Both eyes closing and opening within half a second or so is a blink; other things are not."""

from __future__ import annotations

import numpy as np
import pytest

from tests.spotting.simulate import Face, rise_and_fall
from unspoken.spotting.blinks import closure, find_blinks
from unspoken.spotting.spotter import spot

TIMES = np.arange(0, 6, 1 / 30)
NOTHING = np.full(len(TIMES), np.nan)


@pytest.mark.parametrize("total", [0.15, 0.25, 0.4, 0.6])
def test_a_blink_in_the_eye_opening_is_found(total: float) -> None:
    eye = 0.8 - 0.7 * rise_and_fall(TIMES, 3 - 0.4 * total, 3.0, 3 + 0.6 * total)
    (found,) = find_blinks(TIMES, closure(TIMES, eye, NOTHING, NOTHING, 0.02))
    assert found[1] == pytest.approx(3.0, abs=0.05) and found[0] < 3.0 < found[2]


def test_a_blink_between_two_mesh_runs_is_found_by_the_lids() -> None:
    lids = 0.6 * rise_and_fall(TIMES, 2.92, 2.99, 3.09)
    open_eye = np.full(len(TIMES), 0.8)
    (found,) = find_blinks(TIMES, closure(TIMES, open_eye, lids, lids, 0.02))
    assert found[1] == pytest.approx(3.0, abs=0.05)


def test_looking_down_for_seconds_is_no_blink() -> None:
    eye = 0.8 - 0.6 * rise_and_fall(TIMES, 2.0, 2.2, 4.5, hold=2.0)
    assert find_blinks(TIMES, closure(TIMES, eye, NOTHING, NOTHING, 0.02)) == []


def test_a_wink_is_no_blink() -> None:
    lids = 0.7 * rise_and_fall(TIMES, 2.9, 3.0, 3.15)
    open_eye, still = np.full(len(TIMES), 0.8), np.zeros(len(TIMES))
    assert find_blinks(TIMES, closure(TIMES, open_eye, lids, still, 0.02)) == []


def test_nothing_known_gives_no_blink() -> None:
    assert find_blinks(TIMES, closure(TIMES, NOTHING, NOTHING, NOTHING, np.inf)) == []
    none = np.zeros(0)
    assert find_blinks(none, closure(none, none, none, none, 0.02)) == []


def test_blinks_become_events_with_both_lids_and_no_expression() -> None:
    face = Face(30, seed=4).drift()
    times = [3.0, 7.5, 12.0, 16.0, 22.0]
    for at in times:
        face.blink(at)
    events = spot(face.rows())
    blinks = [e for e in events if e.kind == "blink"]
    assert [e.apex_s for e in blinks] == pytest.approx(times, abs=0.07)
    assert all({"AU45L", "AU45R"} == set(e.action_units) for e in blinks)
    at_blinks = [
        e for e in events if e.kind != "blink" and min(abs(e.apex_s - t) for t in times) < 0.3
    ]
    assert at_blinks == []


def test_a_brow_movement_during_a_blink_is_kept_and_flagged() -> None:
    face = Face(30, seed=5).blink(15.0).move("AU4L AU4R", 14.9, 15.05, 15.3, 0.3)
    (event,) = [e for e in spot(face.rows()) if e.kind != "blink"]
    assert event.kind == "micro" and "blink" in event.flags
    assert set(event.action_units) == {"AU4L", "AU4R"}
