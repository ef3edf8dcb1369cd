"""Artefacts are named, flag what they overlap, and are no events themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.spotting.simulate import Face
from unspoken.facs.units import UNIT_KEYS, unit_of
from unspoken.motion.covered import Covered
from unspoken.motion.evidence import EvidenceRow
from unspoken.motion.scene import Scene
from unspoken.settings import Settings
from unspoken.spotting.channels import AREA_UNITS
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


def under_a_hand(face: Face, start: float, stop: float, since: float) -> list[EvidenceRow]:
    """The rows of a face whose lower part lies behind a hand for some time."""
    hidden = np.array([unit_of(key)[0].code in AREA_UNITS["lower"] for key in UNIT_KEYS])
    covered = Covered(0.5, 0.0, 0.9, since, hidden)
    nan = float("nan")
    rows = []
    for row in face.rows():
        if start <= row.time_s < stop:
            masked = [
                np.where(hidden, np.float32(nan), part) for part in (row.amplitude, row.error)
            ]
            scene = Scene(False, *(nan,) * 6, 1.0, 1.0, covered=covered)
            row = replace(row, amplitude=masked[0], error=masked[1], scene=scene)
        rows.append(row)
    return rows


def test_a_hand_is_named_from_when_the_face_was_last_free_with_the_part_it_covers() -> None:
    spotter = Spotter(Settings())
    for row in under_a_hand(Face(30, seed=8), 12.0, 14.0, since=11.6):
        spotter.push(row)
    spotter.finish()
    (hand,) = [a for a in spotter.artefacts if a.kind == "hand_over_face"]
    assert hand.part == "lower"
    assert hand.interval.start_s == pytest.approx(11.6, abs=0.01)
    assert hand.interval.end_s == pytest.approx(14.0, abs=0.05)


def test_what_a_hand_moves_is_no_event_and_a_brow_above_it_is_one_with_the_flag() -> None:
    face = Face(60, seed=9)
    face.move("AU12L AU12R", 31.7, 31.85, 32.2, 0.5)  # a mouth, as the hand comes
    face.move("AU4L AU4R", 33.0, 33.15, 33.45, 0.4)
    face.amplitude[face.times >= 32.0, -12:] += 0.5  # what is behind it comes back elsewhere
    spotter = Spotter(Settings())
    rows = under_a_hand(face, 32.0, 35.0, since=31.6)
    events = [e for row in rows for e in spotter.push(row)] + spotter.finish()
    (brow,) = events
    assert brow.kind == "micro" and set(brow.action_units) == {"AU4L", "AU4R"}
    assert "hand_over_face" in brow.flags


def test_an_expression_near_an_artefact_carries_its_name() -> None:
    face = Face(30, seed=6).turn(15.1, degrees=14, seconds=0.4)
    face.amplitude[:] = Face(30, seed=6).move("AU4L AU4R", 15, 15.15, 15.45, 0.4).amplitude
    events, _ = watched(face)
    assert [e.kind for e in events] == ["micro"] and "head_turn" in events[0].flags
