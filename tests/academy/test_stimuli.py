"""Scenes of trials: whole frames, nothing outside them, and catch trials without expressions."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspoken.academy.expressions import EXPRESSIONS, REGION_MOVES, REGIONS
from unspoken.academy.levels import CATCHES, LEVELS, catches_of, level_named
from unspoken.academy.rounds import TASKS
from unspoken.academy.scene import Scene
from unspoken.academy.stimuli import (
    Stimulus,
    catch_stimulus,
    durations_for,
    expression_stimulus,
    move_stimulus,
)
from unspoken.errors import InputError
from unspoken.facs.prototypes import EMOTIONS

RATES = [50.0, 60.0, 75.0, 144.0, 59.94]


def active_frames(scene: Scene, refresh_hz: float, keys: set[str]) -> list[int]:
    """Frames whose amplitudes of some units are above 0, sampled in the middle of frames."""
    count = round(scene.duration_s * refresh_hz)
    moving = []
    for frame in range(count):
        units, _head = scene.at((frame + 0.5) / refresh_hz)
        if any(units.get(key, 0.0) > 1e-9 for key in keys):
            moving.append(frame)
    return moving


@pytest.mark.parametrize("refresh_hz", RATES)
@given(frames=st.integers(1, 40), seed=st.integers(0, 999), emotion=st.sampled_from(EMOTIONS))
def test_an_expression_is_there_in_exactly_the_planned_frames(
    refresh_hz: float, frames: int, seed: int, emotion: str
) -> None:
    rng = np.random.default_rng(seed)
    plain = level_named("plain")
    made = expression_stimulus("f01", emotion, frames / refresh_hz, plain, refresh_hz, rng)
    moving = active_frames(made.scene, refresh_hz, set(made.apex))
    assert moving == list(range(made.onset_frame, made.onset_frame + frames))
    assert made.target_frames == frames
    assert made.total_frames == round(made.scene.duration_s * refresh_hz)


@pytest.mark.parametrize("refresh_hz", RATES)
def test_one_frame_shows_the_apex(refresh_hz: float) -> None:
    made = expression_stimulus(
        "f01", "fear", 1 / refresh_hz, level_named("plain"), refresh_hz, np.random.default_rng(1)
    )
    units, _head = made.scene.at((made.onset_frame + 0.5) / refresh_hz)
    assert units == pytest.approx(made.apex)


@pytest.mark.parametrize("refresh_hz", RATES)
def test_durations_are_whole_frames_from_one_frame_to_half_a_second(refresh_hz: float) -> None:
    frames = np.array(durations_for(refresh_hz)) * refresh_hz
    assert frames == pytest.approx(np.round(frames))
    assert frames[0] == pytest.approx(1.0)
    assert durations_for(refresh_hz)[-1] == pytest.approx(0.5, abs=0.011)
    assert len(set(np.round(frames))) == len(frames)


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
@pytest.mark.parametrize("emotion", EMOTIONS)
def test_every_emotion_can_be_shown_at_every_level(level: object, emotion: str) -> None:
    made = expression_stimulus("m01", emotion, 0.1, level, 60.0, np.random.default_rng(5))  # type: ignore[arg-type]
    assert 0 < max(made.apex.values()) <= 1.0
    again = Scene.from_json(json.loads(json.dumps(made.scene.to_json())))
    assert again == made.scene


def test_levels_change_what_they_say() -> None:
    def at(level: str) -> Scene:
        made = expression_stimulus(
            "m01", "anger", 0.2, level_named(level), 60.0, np.random.default_rng(5)
        )
        return made.scene

    assert abs(at("three_quarter").at(0.3)[1]["yaw_deg"]) == 35.0
    assert "AU25" in at("speech").units and "AU25" not in at("plain").units
    assert len(at("head").head) == 3
    assert max(v for _t, v in at("faint").units["AU4L"]) < 0.5


def test_contempt_is_shown_on_one_side() -> None:
    for seed in range(10):
        rng = np.random.default_rng(seed)
        made = expression_stimulus("m01", "contempt", 0.1, level_named("plain"), 60.0, rng)
        assert len({key[-1] for key in made.apex}) == 1


@pytest.mark.parametrize("kind", CATCHES)
@pytest.mark.parametrize("task", TASKS)
def test_catch_trials_hold_only_the_ordinary(kind: str, task: str) -> None:
    made = catch_stimulus("m01", kind, task, level_named("plain"), 60.0, np.random.default_rng(2))
    allowed = {"nothing": set(), "blink": {"AU45L", "AU45R"}, "head_turn": set()}
    speech = {"AU25", "AU26", "AU18", "AU22"}
    assert set(made.scene.units) == allowed.get(kind, speech)
    assert bool(made.scene.head) == (kind == "head_turn")
    assert made.target_frames == 0 and made.apex == {}


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("hz", [50.0, 60.0, 144.0])
def test_the_length_of_a_scene_tells_nothing(task: str, hz: float) -> None:
    rng = np.random.default_rng(4)
    frames = set()
    for level in LEVELS:
        frames |= {
            catch_stimulus("m01", kind, task, level, hz, rng).total_frames
            for kind in catches_of(level)
        }
        for duration in durations_for(hz):
            if task == "identify":
                made = expression_stimulus("m01", "fear", duration, level, hz, rng)
            else:
                made = move_stimulus("m01", "brow", duration, level, hz, rng)
            frames.add(made.total_frames)
    assert len(frames) == 1


def _begins(stimulus: Stimulus) -> float:
    """When the first thing begins, as a share of the scene."""
    return stimulus.onset_frame / stimulus.total_frames


@pytest.mark.parametrize("task", TASKS)
def test_nothing_can_be_told_from_when_something_begins(task: str) -> None:
    rng, plain = np.random.default_rng(5), level_named("plain")
    blinks = [_begins(catch_stimulus("m01", "blink", task, plain, 60.0, rng)) for _ in range(300)]
    draw = {"identify": expression_stimulus, "spot": move_stimulus}[task]
    truth = {"identify": "fear", "spot": "brow"}[task]
    flashes = [_begins(draw("m01", truth, 0.2, plain, 60.0, rng)) for _ in range(300)]
    quarters = [0.05, 0.25, 0.5, 0.75, 0.95]
    expected = np.quantile(flashes, quarters)
    assert np.quantile(blinks, quarters) == pytest.approx(expected, abs=0.06)


def test_a_catch_trial_at_a_level_that_moves_moves_as_the_others_do() -> None:
    rng = np.random.default_rng(6)
    talking, swaying = level_named("speech"), level_named("head")
    assert "speech" not in catches_of(talking)
    for kind in catches_of(talking):
        course = catch_stimulus("m01", kind, "identify", talking, 60.0, rng).scene.units["AU25"]
        assert course[0][0] < 0.1 and course[-1][0] > 2.0
    turned = catch_stimulus("m01", "head_turn", "identify", swaying, 60.0, rng).scene.head
    swayed = catch_stimulus("m01", "nothing", "identify", swaying, 60.0, rng).scene.head
    assert max(abs(v) for _t, v in swayed["yaw_deg"]) <= 6.0
    assert max(abs(v) for _t, v in turned["yaw_deg"]) > 6.0
    assert set(turned) == set(swayed)


@pytest.mark.parametrize("region", REGIONS)
def test_a_movement_to_spot_stays_in_its_region_and_inside_the_scene(region: str) -> None:
    from unspoken.facs.units import unit_of

    for seed in range(20):
        rng = np.random.default_rng(seed)
        made = move_stimulus("m01", region, 0.3, level_named("plain"), 60.0, rng)
        assert {unit_of(key)[0].region for key in made.apex} == {region}
        assert 0 < made.onset_frame < made.total_frames - made.target_frames
        assert made.scene.duration_s == pytest.approx(3.0, abs=0.05)


def test_every_emotion_and_region_has_something_to_show() -> None:
    assert set(EXPRESSIONS) == set(EMOTIONS)
    assert set(REGION_MOVES) == set(REGIONS)


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"identity": "f01", "duration_s": -1},
        {"identity": "f01", "duration_s": 1, "units": {"AU99": [[0, 0]]}},
        {"identity": "f01", "duration_s": 1, "units": {"AU4L": []}},
        {"identity": "f01", "duration_s": 1, "units": {"AU4L": [[1, 0], [0, 1]]}},
        {"identity": "f01", "duration_s": 1, "units": {"AU4L": [[0, float("nan")]]}},
        {"identity": "f01", "duration_s": 1, "units": {"AU4L": [[0]]}},
        {"identity": "f01", "duration_s": 1, "head": {"tilt": [[0, 0]]}},
    ],
)
def test_a_broken_scene_is_refused_with_a_reason(broken: dict[str, object]) -> None:
    with pytest.raises(InputError, match=r"scene|Course"):
        Scene.from_json(broken)
