"""What the watcher says of a picture: sharpness, and a background that moves."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from unspoken.bench.portrait import load_portrait
from unspoken.media.frame import Frame
from unspoken.motion.crop import crop_luma, crop_transform
from unspoken.motion.scene import Scene, SceneWatcher

SIZE, ICD = (480, 360), 44.0


def grey(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def watch(pictures: list[NDArray[np.uint8]], shifts: NDArray[np.float64]) -> list[Scene]:
    """Look at pictures of the portrait that lies at a known place."""
    portrait = load_portrait(SIZE, ICD)
    watcher, seen = SceneWatcher(), []
    for i, picture in enumerate(pictures):
        points = portrait.points.astype(np.float32)
        points[:, :2] += shifts[i].astype(np.float32)
        frame = Frame(i, i / 15.0, grey(picture), full_range=True)
        crop = crop_luma(frame, crop_transform(points, 160), 160)
        seen.append(watcher.look(frame, crop, points, 1.0))
    return seen


def still(count: int) -> list[NDArray[np.uint8]]:
    rng = np.random.default_rng(1)
    picture = load_portrait(SIZE, ICD).picture.astype(np.int16)
    noisy = [picture + rng.integers(-2, 3, picture.shape) for _ in range(count)]
    return [np.asarray(np.clip(p, 0, 255), dtype=np.uint8) for p in noisy]


def test_a_still_face_is_sharp_free_and_before_a_still_background() -> None:
    seen = watch(still(45), np.zeros((45, 2)))
    assert all(0.9 < s.sharpness < 1.1 and not s.hidden for s in seen[16:])
    assert np.nanmax(np.abs([[s.shift_x_px, s.shift_y_px] for s in seen[1:]])) < 0.3


def test_a_lost_focus_shows_in_the_sharpness() -> None:
    pictures = still(45)
    pictures[30] = np.asarray(cv2.GaussianBlur(pictures[30], (0, 0), 4.0), dtype=np.uint8)
    seen = watch(pictures, np.zeros((45, 2)))
    assert seen[30].sharpness < 0.5 < 0.9 < seen[29].sharpness


def wall() -> NDArray[np.uint8]:
    """A wall with some texture, larger than the picture."""
    white = np.random.default_rng(5).normal(size=(SIZE[1] + 40, SIZE[0] + 40))
    smooth = cv2.GaussianBlur(white, (0, 0), 8.0)
    grey_ = np.clip(128 + 40 * smooth / smooth.std(), 0, 255).astype(np.uint8)
    return np.repeat(grey_[:, :, None], 3, axis=2)


@pytest.mark.parametrize("step", [(0, -1), (2, 1), (-6, 5)])
def test_the_shift_of_the_whole_picture_is_measured(step: tuple[int, int]) -> None:
    pictures, shifts = [], np.zeros((20, 2))
    for i in range(20):
        shifts[i] = step if i >= 10 else (0, 0)
        x, y = (20 - shifts[i]).astype(int)
        pictures.append(wall()[y : y + SIZE[1], x : x + SIZE[0]])
    seen = watch(pictures, shifts)[10]
    assert seen.shift_x_px == pytest.approx(step[0], abs=0.2 + 0.25 * abs(step[0]))
    assert seen.shift_y_px == pytest.approx(step[1], abs=0.2 + 0.25 * abs(step[1]))
