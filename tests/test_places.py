"""Places of faces survive the way to disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from unspoken.errors import InputError
from unspoken.places import PLACES_NAME, load_places, places_bytes
from unspoken.summary import FacePlaces


def test_what_was_saved_comes_back(tmp_path: Path) -> None:
    turns = np.array([[[1.9, -0.3, 400.0], [0.3, 1.9, 178.0]]] * 3, np.float32)
    places = {
        1: FacePlaces(np.array([0, 1, 5]), turns, 160),
        4: FacePlaces(np.array([2]), turns[:1] + np.float32(0.0), 160),
    }
    (tmp_path / PLACES_NAME).write_bytes(places_bytes(places))
    found = load_places(tmp_path)
    assert sorted(found) == [1, 4]
    for face, place in places.items():
        np.testing.assert_array_equal(found[face].frames, place.frames)
        np.testing.assert_allclose(found[face].transforms, place.transforms)
        assert found[face].size == 160


def test_nobody_measured_and_no_file_are_both_empty(tmp_path: Path) -> None:
    assert load_places(tmp_path) == {}
    (tmp_path / PLACES_NAME).write_bytes(places_bytes({}))
    assert load_places(tmp_path) == {}


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / PLACES_NAME).write_bytes(b"PAR1 not really")
    with pytest.raises(InputError, match=PLACES_NAME):
        load_places(tmp_path)
