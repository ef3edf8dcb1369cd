"""Faces keep their numbers through crossing, leaving, cuts and changes of size.

The films are made of the public-domain portrait and, for further people, of public test clips.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from tests.face.scenes import (
    STEP_S,
    Head,
    Place,
    astronaut,
    background,
    clip_frames,
    film,
    frame_of,
)
from unspoken.face.geometry import eye_opening
from unspoken.face.observation import FacesInFrame
from unspoken.face.states import FaceStates
from unspoken.face.tracks import FaceTracker
from unspoken.media.frame import Frame
from unspoken.settings import Settings

FindClip = Callable[[str], Path]
Script = Callable[[float], Sequence[Place]]

EVERY_FRAME = Settings(mesh_interval_s=0.001)


@pytest.fixture(scope="module")
def man(feat_clip: FindClip) -> Head:
    (frame,) = clip_frames(feat_clip("single_face.mp4"), count=1)
    return Head.cut(frame.rgb(), 300, 200, 190, 260)


@pytest.fixture(scope="module")
def woman(feat_clip: FindClip) -> Head:
    (frame,) = clip_frames(feat_clip("WolfgangLanger_Pexels.mp4"), count=1, first=100)
    return Head.cut(frame.rgb(), 455, 185, 250, 320)


@dataclass
class Log:
    """What a tracker said of a film."""

    results: list[FacesInFrame] = field(default_factory=list)
    heads: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    frames: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    runs: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    @property
    def cuts(self) -> list[int]:
        return [i for i, r in enumerate(self.results) if r.cut]


def track(
    frames: Sequence[Frame], script: Script | None = None, settings: Settings | None = None
) -> Log:
    """Run a tracker over a film; with a script, note on which head each number was seen."""
    tracker = FaceTracker(settings)
    log = Log()
    for i, frame in enumerate(frames):
        result = tracker.push(frame)
        log.results.append(result)
        for face in result.faces:
            log.frames[face.face_id].append(i)
            log.runs[face.face_id].add(face.run)
            if script is not None:
                x, y = face.points[:, :2].mean(axis=0)
                places = script(frame.time_s)
                nearest = min(range(len(places)), key=lambda k: _apart(places[k], x, y))
                log.heads[face.face_id].add(id(places[nearest].head))
    return log


def _apart(place: Place, x: float, y: float) -> float:
    return float(np.hypot(place.x - x, place.y - y))


def test_a_still_face_is_followed_in_every_frame_with_few_runs_of_the_nets() -> None:
    log = track(film(lambda t: [Place(astronaut(), 320, 240)], 2.0))
    assert log.frames[1] == list(range(60)) and set(log.frames) == {1}
    assert log.runs[1] == {0} and log.cuts == []
    measured = sum(face.measured for r in log.results for face in r.faces)
    assert measured <= 20  # at 30 pictures a second, one in four and a few to spare


def test_the_mesh_stays_on_a_swaying_head_between_runs_of_the_nets() -> None:
    def script(t: float) -> list[Place]:
        angle = 2 * np.pi * 0.5 * t
        return [
            Place(
                astronaut(),
                320 + 25 * np.sin(angle),
                240,
                1 + 0.05 * np.sin(angle),
                6 * np.sin(angle),
            )
        ]

    frames = film(script, 2.0)
    log = track(frames)
    every = track(frames, settings=EVERY_FRAME)
    errors = []
    for ours, truth in zip(log.results, every.results, strict=True):
        (face,), (reference,) = ours.faces, truth.faces
        assert reference.measured
        apart = np.hypot(*(face.points - reference.points)[:468, :2].T).mean()
        errors.append(apart / np.hypot(*(reference.points[362] - reference.points[133])[:2]))
    assert np.median(errors) < 0.02 and max(errors) < 0.08  # inter-canthal distances


def test_results_do_not_depend_on_the_run() -> None:
    frames = film(lambda t: [Place(astronaut(), 300 + 30 * t, 240)], 0.7)
    first, second = track(frames), track(frames)
    for a, b in zip(first.results, second.results, strict=True):
        for x, y in zip(a.faces, b.faces, strict=True):
            assert np.array_equal(x.points, y.points) and x.pose == y.pose
            assert x.measured == y.measured


def test_two_people_who_cross_keep_their_numbers(man: Head) -> None:
    def script(t: float) -> list[Place]:
        return [Place(man, 120 + 130 * t, 240, 0.8), Place(astronaut(), 520 - 130 * t, 250)]

    log = track(film(script, 3.0), script)
    assert set(log.frames) == {1, 2}
    assert all(len(heads) == 1 for heads in log.heads.values())
    assert log.heads[1] != log.heads[2]
    assert all(frames[-1] == 89 for frames in log.frames.values())


def test_three_people_who_cross_keep_their_numbers(man: Head, woman: Head) -> None:
    def script(t: float) -> list[Place]:
        return [
            Place(woman, 330, 230, 0.62),
            Place(man, 80 + 140 * t, 240, 0.8),
            Place(astronaut(), 560 - 140 * t, 250),
        ]

    log = track(film(script, 3.5), script)
    assert set(log.frames) == {1, 2, 3}
    assert all(len(heads) == 1 for heads in log.heads.values())
    assert len(set.union(*log.heads.values())) == 3
    assert all(frames[-1] == 104 for frames in log.frames.values())


def test_the_person_behind_is_not_reported_while_covered(man: Head) -> None:
    def script(t: float) -> list[Place]:
        x = 320 + (200 * (t - 1) if abs(t - 1) < 1 else 200)
        return [Place(man, 320, 240, 0.8), Place(astronaut(), x, 245)]

    frames = film(script, 2.0)
    faces = track(frames, script).results[30].faces  # right in front
    assert len(faces) == 1


def test_a_face_that_leaves_and_returns_gets_its_number_back_and_a_new_run() -> None:
    def script(t: float) -> list[Place]:
        away = float(np.interp(t, [0, 0.7, 1.7, 2.5, 3.5], [0, 0, 420, 420, 0]))
        return [Place(astronaut(), 320 + away, 240)]

    log = track(film(script, 4.2))
    assert set(log.frames) == {1}
    assert len(log.runs[1]) >= 2
    gone = set(range(55, 72))
    assert not gone & set(log.frames[1])
    assert log.frames[1][-1] == 125


def test_a_face_that_returns_at_half_the_size_gets_its_number_back() -> None:
    def script(t: float) -> list[Place]:
        if t < 1.0:
            return [Place(astronaut(), 320, 240, 1.6)]
        return [] if t < 1.8 else [Place(astronaut(), 180, 250, 0.8)]

    log = track(film(script, 2.6))
    assert set(log.frames) == {1} and len(log.runs[1]) == 2
    assert log.frames[1][-1] == 77


def test_another_person_who_comes_later_gets_another_number(man: Head) -> None:
    def script(t: float) -> list[Place]:
        if t < 1.0:
            return [Place(astronaut(), 320, 240)]
        return [] if t < 1.6 else [Place(man, 320, 240, 0.8)]

    log = track(film(script, 2.6), script)
    assert set(log.frames) == {1, 2}
    assert log.heads[1] != log.heads[2]


def test_cuts_between_two_people_return_to_their_numbers(man: Head) -> None:
    def script(t: float) -> list[Place]:
        return [Place(astronaut(), 320, 240)] if int(t + 1e-9) % 2 == 0 else [Place(man, 310, 240)]

    log = track(film(script, 4.0), script)
    assert log.cuts == [30, 60, 90]
    assert set(log.frames) == {1, 2}
    assert all(len(heads) == 1 for heads in log.heads.values())
    assert log.runs[1] == {0, 1} and log.runs[2] == {0, 1}


@pytest.mark.parametrize(("right", "down"), [(20, -8), (10, 0), (-60, 30)])
def test_a_jump_cut_starts_a_new_run_of_the_same_face(right: float, down: float) -> None:
    """Inner eye corners are 23 pixels apart: the smallest jump is less than half of that."""

    def script(t: float) -> list[Place]:
        jumped = t >= 1.0 - 1e-9
        return [Place(astronaut(), 320 + right * jumped, 240 + down * jumped)]

    log = track(film(script, 2.0))
    assert set(log.frames) == {1}
    runs = [r.faces[0].run for r in log.results if r.faces]
    assert runs[:30] == [0] * 30 and set(runs[30:]) == {1}


def test_a_quick_natural_movement_is_no_interruption() -> None:
    def script(t: float) -> list[Place]:
        x = float(np.interp(t, [0, 0.8, 0.9, 1.1, 1.2, 2], [0, 0, 5, 45, 50, 50]))
        return [Place(astronaut(), 300 + x, 240)]

    log = track(film(script, 1.8))
    assert log.runs[1] == {0} and log.cuts == []


def test_a_step_of_light_changes_neither_number_nor_run() -> None:
    log = track(film(lambda t: [Place(astronaut(), 320, 240, gain=1 if t < 0.7 else 0.55)], 1.5))
    assert log.cuts == [] and log.runs == {1: {0}} and len(log.frames[1]) == 45


def test_a_face_that_slides_out_of_the_picture_is_followed_to_the_border_then_dropped() -> None:
    log = track(film(lambda t: [Place(astronaut(), 420 + 150 * t, 240)], 2.6))
    assert log.runs == {1: {0}}
    assert log.frames[1] == list(range(len(log.frames[1])))
    last_x = 420 + 150 * log.frames[1][-1] * STEP_S
    assert 560 < last_x < 690  # half of the head is outside at 640


def test_the_same_head_twice_in_one_picture_is_two_faces() -> None:
    log = track(film(lambda t: [Place(astronaut(), 180, 240), Place(astronaut(), 460, 240)], 0.5))
    assert set(log.frames) == {1, 2}


def test_no_more_faces_than_asked_for_are_followed() -> None:
    script = [Place(astronaut(), 180, 240), Place(astronaut(), 460, 240)]
    log = track(film(lambda t: script, 0.5), settings=Settings(max_faces=1))
    assert set(log.frames) == {1}


def test_an_empty_wall_has_no_faces() -> None:
    log = track(film(lambda t: [], 1.0))
    assert not log.frames and log.cuts == []


def test_a_single_frame_is_enough_to_see_a_face() -> None:
    log = track(film(lambda t: [Place(astronaut(), 320, 240)], STEP_S))
    (result,) = log.results
    assert [f.face_id for f in result.faces] == [1] and result.faces[0].measured


def test_a_small_face_in_a_large_picture_is_found_in_the_first_frame() -> None:
    wall = background(1920, 1080)
    log = track(film(lambda t: [Place(astronaut(), 1500, 300, 0.9)], 2 * STEP_S, wall))
    assert len(log.frames[1]) == 2


def test_a_tiny_or_narrow_picture_does_no_harm() -> None:
    for shape in ((2, 2, 3), (16, 400, 3), (300, 8, 3)):
        log = track([frame_of(np.full(shape, 90, dtype=np.uint8), i) for i in range(3)])
        assert not log.frames


def test_a_clip_without_faces_reports_none(feat_clip: FindClip) -> None:
    assert not track(clip_frames(feat_clip("no_face.mp4"), count=60)).frames


def test_a_clip_that_loses_its_face_to_another_scene(feat_clip: FindClip) -> None:
    log = track(clip_frames(feat_clip("face_noface.mov"), count=110))
    assert set(log.frames) == {1}
    assert log.cuts and abs(log.cuts[0] - log.frames[1][-1]) <= 2


def test_a_clip_whose_face_comes_late(feat_clip: FindClip) -> None:
    log = track(clip_frames(feat_clip("noface_face.mov"), count=130))
    assert set(log.frames) == {1} and log.frames[1][0] == log.cuts[0]
    assert log.frames[1][-1] == 129


def test_closing_eyes_are_seen_as_fast_as_with_the_nets_in_every_frame(
    feat_clip: FindClip,
) -> None:
    frames = clip_frames(feat_clip("WolfgangLanger_Pexels.mp4"), count=70, first=90)

    def openings(log: Log) -> list[float]:
        states = FaceStates()
        return [eye_opening(states.push(r.faces[0])) for r in log.results]

    ours, truth = openings(track(frames)), openings(track(frames, settings=EVERY_FRAME))
    assert np.ptp(truth) > 0.5  # the eyes do close and open
    assert np.abs(np.subtract(ours, truth)).max() < 0.2
