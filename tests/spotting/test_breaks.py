"""Repeats, jump cuts and visible key frames; light and camera; all on made-up figures."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from unspoken.spotting.breaks import jump_cuts, key_frame_pops, repeated
from unspoken.spotting.light import flickers, light_steps, shakes

TIMES = np.arange(0, 12, 1 / 30)
RNG = np.random.default_rng(3)
NOISE: NDArray[np.float64] = RNG.normal(size=TIMES.size)


def test_every_third_picture_a_repeat_is_found_and_a_still_scene_is_not() -> None:
    change = 3.0 + 0.5 * np.abs(NOISE)
    change[::3] = 0.1
    assert np.array_equal(np.flatnonzero(repeated(TIMES, change)), np.arange(0, TIMES.size, 3))
    assert not repeated(TIMES, 3.0 + 0.5 * np.abs(NOISE)).any()
    assert not repeated(TIMES[:90], np.zeros(90)).any()
    assert not repeated(TIMES[:90], np.full(90, np.nan)).any()


@pytest.mark.parametrize("every", [2, 3, 5])
def test_repeats_that_the_encoder_goes_on_refining_are_found_where_they_recur(every: int) -> None:
    change = 3.0 + 0.5 * np.abs(NOISE)
    change[::every] = 0.9 + 0.02 * np.abs(NOISE[::every])
    wanted = np.arange(every, TIMES.size - 1, every)  # the first and the last have one neighbour
    assert np.array_equal(np.flatnonzero(repeated(TIMES, change)), wanted)
    change[::every] = 2.0  # a calmer picture now and then is no repeat
    assert not repeated(TIMES, change).any()


def test_a_single_calm_picture_is_no_repeat() -> None:
    change = 3.0 + 0.5 * np.abs(NOISE)
    change[100] = 0.9
    assert not repeated(TIMES, change).any()


@pytest.mark.parametrize("icd", [0.08, 0.15, 0.3])
def test_a_jump_within_the_framing_is_a_cut(icd: float) -> None:
    x = 200 + 0.3 * NOISE.cumsum() * 0.1
    change: NDArray[np.float64] = np.asarray(2.0 + 0.2 * np.abs(NOISE))
    x[150:] += icd * 50.0
    change[150] = 9.0
    found = jump_cuts(TIMES, x, np.full(TIMES.size, 100.0), np.full(TIMES.size, 50.0), change)
    assert np.flatnonzero(found).tolist() == [150]


def test_a_head_that_moves_off_quickly_is_no_cut() -> None:
    at = np.clip((TIMES - 5.0) / 0.25, 0, 1)
    x = 200 + 40.0 * (0.5 - 0.5 * np.cos(np.pi * at))
    change: NDArray[np.float64] = np.where(np.abs(TIMES - 5.125) < 0.125, 10.0, 2.0)
    assert not jump_cuts(TIMES, x, np.zeros(TIMES.size), np.full(TIMES.size, 50.0), change).any()


def test_only_key_frames_that_show_are_named() -> None:
    key = np.zeros(TIMES.size, dtype=bool)
    key[[60, 120, 180]] = True
    jump = 0.5 + 0.1 * np.abs(NOISE)
    jump[[60, 180]] = 1.4
    assert np.flatnonzero(key_frame_pops(TIMES, key, jump)).tolist() == [60, 180]
    assert not key_frame_pops(TIMES, np.ones(TIMES.size, dtype=bool), jump).any()


def test_a_pulse_of_light_is_flicker_and_a_step_or_noise_is_not() -> None:
    inside = (TIMES >= 4) & (TIMES < 9)
    pulse = 1.0 + inside * 0.02 * np.sin(2 * np.pi * 5.0 * TIMES) + 0.0005 * NOISE
    found = flickers(TIMES, pulse)
    assert found[(TIMES > 4.5) & (TIMES < 8.5)].all()
    assert not found[(TIMES < 3) | (TIMES > 10)].any()
    step = np.where(TIMES < 6, 1.0, 1.1) + 0.0005 * NOISE
    assert not flickers(TIMES, step).any() and light_steps(TIMES, step).any()
    assert not flickers(TIMES, 1.0 + 0.002 * NOISE).any()


def test_the_camera_shakes_when_background_and_face_go_together() -> None:
    inside = (TIMES > 4) & (TIMES < 5)
    size: NDArray[np.float64] = np.where(inside, 4.0 * np.sin(2 * np.pi * 5 * TIMES), 0.0)
    place: NDArray[np.float64] = np.asarray(200.0 + size)
    shift = np.r_[0.0, np.diff(size)]
    icd, flat = np.full(TIMES.size, 45.0), np.full(TIMES.size, 200.0)
    still: NDArray[np.float64] = np.asarray(0.05 * NOISE)
    found = shakes(TIMES, shift, still, place, flat, icd)
    assert found[(TIMES > 4.1) & (TIMES < 4.9)].all() and not found[TIMES > 5.5].any()
    # Somebody walks by behind a still face; a head moves before a still wall; a plain wall.
    unknown = np.full(TIMES.size, np.nan)
    assert not shakes(TIMES, shift, still, flat, flat, icd).any()
    assert not shakes(TIMES, still, still, place, flat, icd).any()
    assert not shakes(TIMES, unknown, unknown, place, flat, icd).any()
