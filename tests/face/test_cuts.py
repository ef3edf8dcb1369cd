"""Cuts are found; light, flashes, pans, zooms and key frames are not cuts."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.face.scenes import STEP_S, portrait
from unspoken.face.cuts import CutDetector
from unspoken.media.frame import Frame

Grey = NDArray[np.float32]


def scene(x: float, y: float, zoom: float = 1.0) -> Grey:
    """A 640 x 480 view into a large picture."""
    large = cv2.cvtColor(portrait(), cv2.COLOR_RGB2GRAY)
    large = cv2.resize(large, (1400, 1400), interpolation=cv2.INTER_CUBIC)
    window = np.array([[zoom, 0.0, x], [0.0, zoom, y]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    view = cv2.warpAffine(large, window, (640, 480), flags=flags, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(view, dtype=np.float32)


def cuts(script: Callable[[int], Grey], frames: int = 45, noise: float = 2.0) -> list[int]:
    rng = np.random.default_rng(7)
    detector = CutDetector()
    found = []
    for i in range(frames):
        picture = script(i) + rng.normal(0.0, noise, (480, 640))
        luma = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
        if detector.push(Frame(i, i * STEP_S, luma, full_range=True)):
            found.append(i)
    return found


def test_another_scene_is_a_cut_at_exactly_that_frame() -> None:
    assert cuts(lambda i: scene(300, 200) if i < 20 else scene(0, 800)) == [20]


def test_a_cut_in_the_third_frame_is_found() -> None:
    assert cuts(lambda i: scene(300, 200) if i < 2 else scene(0, 800)) == [2]


@pytest.mark.parametrize("zoom", [0.9, 0.8])
def test_a_jump_to_a_closer_view_of_the_same_scene_is_a_cut(zoom: float) -> None:
    closer = scene(300 + 320 * (1 - zoom), 200 + 240 * (1 - zoom), zoom)
    assert cuts(lambda i: scene(300, 200) if i < 20 else closer) == [20]


def test_a_person_who_jumps_before_a_still_background_is_a_cut() -> None:
    person = scene(300, 0)[60:420, 120:420]

    def interview(i: int) -> Grey:
        picture = scene(0, 800).copy()
        x, y = (170, 100) if i < 20 else (195, 92)
        picture[y : y + 360, x : x + 300] = person
        return picture

    assert cuts(interview) == [20]


@pytest.mark.parametrize("speed", [3.0, 10.0, 20.0, 30.0, 45.0])
def test_a_pan_is_no_cut_at_any_speed(speed: float) -> None:
    """Pixels per frame at 640 pixels across; starts and stops within five frames."""
    start, stop = np.linspace(0, speed, 5), np.linspace(speed, 0, 5)
    steps = np.concatenate(
        (np.zeros(12), start, np.full(int(500 / speed), speed), stop, np.zeros(8))
    )
    x = np.minimum(np.cumsum(steps), 760)
    assert cuts(lambda i: scene(float(x[i]), 300), frames=min(len(x), 90)) == []


@pytest.mark.parametrize("gain", [0.5, 0.7, 1.3])
def test_a_step_of_light_is_no_cut(gain: float) -> None:
    assert cuts(lambda i: scene(300, 200) * (1.0 if i < 20 else gain)) == []


def test_a_lamp_from_the_side_is_no_cut() -> None:
    shade = np.linspace(0.6, 1.3, 640, dtype=np.float32)
    assert cuts(lambda i: scene(300, 200) * (shade if i >= 20 else np.float32(1.0))) == []


@pytest.mark.parametrize("strength", [1.8, 3.0, 50.0])
def test_a_flash_is_no_cut(strength: float) -> None:
    assert cuts(lambda i: scene(300, 200) * (strength if i == 20 else 1.0)) == []


def test_black_frames_are_passed_over() -> None:
    black = np.zeros((480, 640), dtype=np.float32)

    def gap(after: Grey) -> list[int]:
        return cuts(lambda i: scene(300, 200) if i < 20 else black if i < 25 else after)

    assert gap(scene(300, 200)) == []
    assert gap(scene(0, 800)) == [25]


def test_key_frames_of_another_quality_are_no_cuts() -> None:
    def coded(i: int) -> Grey:
        quality = 70 if i % 12 == 0 else 25
        grey = np.clip(scene(300, 200), 0, 255).astype(np.uint8)
        _, data = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])
        return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), dtype=np.float32)

    assert cuts(coded, noise=0.0) == []
