"""Repeated pictures are told from real ones by how little changes anywhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from scipy.ndimage import percentile_filter

from unspoken.media.repeats import PictureChange, count_repeats, find_repeats


def changes_of(pictures: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
    change = PictureChange()
    return np.array([change.measure(picture) for picture in pictures], dtype=np.float32)


def noisy(n: int, seed: int = 0) -> list[NDArray[np.uint8]]:
    rng = np.random.default_rng(seed)
    return [rng.normal(120, 4, (96, 128)).clip(0, 255).astype(np.uint8) for _ in range(n)]


def test_first_picture_and_a_new_size_are_unknown_not_repeated() -> None:
    changes = changes_of([np.zeros((40, 40), np.uint8), np.zeros((50, 40), np.uint8)])
    assert np.isnan(changes).all()
    assert count_repeats(changes) == 0


def test_repeats_with_a_trace_of_coding_noise_are_found_and_real_pictures_are_not() -> None:
    pictures = noisy(40)
    rng = np.random.default_rng(5)
    for index in range(4, 40, 5):
        trace = rng.choice([0, 1], (96, 128), p=[0.95, 0.05]).astype(np.uint8)
        pictures[index] = pictures[index - 1] + trace
    found = find_repeats(changes_of(pictures))
    assert np.flatnonzero(found).tolist() == list(range(4, 40, 5))


def test_small_movement_in_a_quiet_scene_is_no_repeat() -> None:
    """One moving spot in a noiseless picture: the mean hardly changes, the busiest block does."""
    pictures = []
    for x in range(30):
        picture = np.full((96, 128), 90, np.uint8)
        picture[40:52, 3 * x : 3 * x + 12] = 200
        pictures.append(picture)
    assert count_repeats(changes_of(pictures)) == 0


def test_pixel_that_changes_alone_is_not_nothing() -> None:
    still = np.full((96, 128), 90, np.uint8)
    touched = still.copy()
    touched[4, 4] = 91
    assert changes_of([still, touched])[1] > 0.0


def test_still_scene_repeats_throughout() -> None:
    still = [np.full((48, 64), 90, np.uint8)] * 20
    assert count_repeats(changes_of(still)) == 19


@pytest.mark.parametrize("shape", [(2, 2), (3, 1000), (1000, 3), (17, 31), (1081, 17)])
def test_any_size_can_be_compared(shape: tuple[int, int]) -> None:
    dark, light = np.zeros(shape, np.uint8), np.full(shape, 9, np.uint8)
    assert changes_of([dark, light, light])[1:].tolist() == [9.0, 0.0]


@given(
    hnp.arrays(
        np.float32, st.integers(0, 90), elements=st.floats(0, 16, width=32) | st.just(np.nan)
    )
)
def test_unknown_changes_are_never_repeats_and_zeros_always(changes: NDArray[np.float32]) -> None:
    found = find_repeats(changes)
    assert not found[np.isnan(changes)].any()
    assert found[changes == 0.0].all()


@given(st.lists(st.floats(0.0, 8.0, width=32), min_size=1, max_size=120))
def test_what_is_usual_is_the_85th_percentile_of_31_pictures(changes: list[float]) -> None:
    """The same as with the filter of SciPy, which takes too long to load."""
    values = np.array(changes, np.float32)
    usual = percentile_filter(values, 85, size=31, mode="nearest")
    little = (values <= 1.25) & (values < 0.3 * usual)
    assert np.array_equal(find_repeats(values), (values == 0.0) | little)
