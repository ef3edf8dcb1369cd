"""Artefacts are named, flag what they overlap, and are no events themselves."""

from __future__ import annotations

import numpy as np
import pytest

from tests.spotting.simulate import Face
from unspoken.settings import Settings
from unspoken.spotting.events import Event
from unspoken.spotting.spotter import Spotter


def watched(face: Face) -> tuple[list[Event], Spotter]:
    spotter = Spotter(Settings())
    events = [e for row in face.rows() for e in spotter.push(row)] + spotter.finish()
    return events, spotter


def kinds_near(spotter: Spotter, time_s: float) -> set[str]:
    return {
        a.kind
        for a in spotter.artefacts
        if a.interval.start_s - 0.3 <= time_s <= a.interval.end_s + 0.3
    }


def test_a_calm_face_has_only_the_edge_of_its_track() -> None:
    _, spotter = watched(Face(20, seed=1))
    assert {a.kind for a in spotter.artefacts} == {"track_edge"}


def test_head_turn_gaze_shift_and_light_change_are_named() -> None:
    face = Face(30, seed=2).turn(6.0).step(12.0, light=0.2)
    face.gaze[face.times >= 18.0, 0] = 0.5
    _, spotter = watched(face)
    assert "head_turn" in kinds_near(spotter, 6.2)
    assert "light_change" in kinds_near(spotter, 12.0)
    assert "gaze_shift" in kinds_near(spotter, 18.0)
    assert kinds_near(spotter, 24.0) == set()


def test_talking_is_speech_and_one_slow_opening_is_not() -> None:
    face = Face(30, seed=3).talk(5.0, 10.0)
    face.mouth += 0.5 * np.clip((face.times - 18) / 1.5, 0, 1)
    _, spotter = watched(face)
    talking = [a for a in spotter.artefacts if a.kind == "speech"]
    covered = sum(a.interval.duration_s for a in talking)
    assert 3.5 < covered < 7.0 and "speech" not in kinds_near(spotter, 18.7)


def test_a_cut_and_a_lost_face_mark_edges_and_never_make_an_event() -> None:
    face = Face(40, seed=4).lose(10.0, 10.04, why="cut").lose(20.0, 21.5)
    events, spotter = watched(face)
    assert "cut" in kinds_near(spotter, 10.0)
    assert "track_edge" in kinds_near(spotter, 20.0) & kinds_near(spotter, 21.5)
    assert events == []


@pytest.mark.parametrize("seed", range(3))
def test_a_step_of_every_unit_is_no_expression(seed: int) -> None:
    """A template switch, a light step: nothing a muscle could do."""
    face = Face(60, seed=seed)
    for at in (10.0, 22.0, 35.0, 50.0):
        face.step(at, light=0.1)
    events, _ = watched(face)
    near = [e for e in events if min(abs(e.onset_s - t) for t in (10, 22, 35, 50)) < 1.0]
    assert near == []


def test_an_expression_near_an_artefact_carries_its_name() -> None:
    face = Face(30, seed=6).turn(15.1, degrees=14, seconds=0.4)
    face.amplitude[:] = Face(30, seed=6).move("AU4L AU4R", 15, 15.15, 15.45, 0.4).amplitude
    events, _ = watched(face)
    assert [e.kind for e in events] == ["micro"] and "head_turn" in events[0].flags
