"""Every useful face is in some searched square, and the detector is not run more than planned."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.face.scenes import Place, astronaut, background, frame_of, paint
from unspoken.face.nets import Detector
from unspoken.face.search import FaceSearch, tiles


def test_a_small_picture_needs_no_tiles_and_full_hd_few() -> None:
    assert tiles(360, 288) == [] and tiles(640, 480) == []
    assert 0 < len(tiles(1920, 1080)) <= 12


@given(
    st.sampled_from([(1280, 720), (1920, 1080), (1080, 1920), (3840, 2160)]),
    st.floats(88.0, 400.0),
    st.floats(0.0, 1.0),
    st.floats(0.0, 1.0),
)
def test_every_face_of_useful_size_lies_whole_in_a_square_where_it_is_large_enough(
    picture: tuple[int, int], face: float, right: float, down: float
) -> None:
    width, height = picture
    x, y = face / 2 + right * (width - face), face / 2 + down * (height - face)

    def shows(side: float, left: float, top: float) -> bool:
        reach = face / 2 - 1e-6
        whole = (
            left <= x - reach
            and x + reach <= left + side
            and top <= y - reach
            and y + reach <= top + side
        )
        return whole and face >= 0.119 * side

    longest = float(max(picture))
    squares = [(t.size, t.x - t.size / 2, t.y - t.size / 2) for t in tiles(width, height)]
    squares.append((longest, (width - longest) / 2, (height - longest) / 2))
    assert any(shows(*square) for square in squares)


@pytest.mark.parametrize(("x", "y"), [(300, 800), (1100, 400), (1850, 120)])
def test_a_face_with_20_pixels_between_the_eyes_is_found_in_full_hd(x: float, y: float) -> None:
    wall = background(1920, 1080)
    picture = paint([Place(astronaut(), x, y, 20.0 / 23.0)], wall)
    found = FaceSearch(Detector()).run(frame_of(picture))
    near = [f for f in found if np.hypot(*(f.keypoints[2] - (x, y))) < 40]
    assert len(near) == 1


def test_searches_are_frequent_without_a_face_and_rare_with_one() -> None:
    search = FaceSearch(Detector())
    frame = frame_of(background().astype(np.uint8))
    assert search.due(0.0, known=0, urgent=False)
    search.run(frame)
    assert not search.due(0.1, known=0, urgent=False)
    assert search.due(0.2, known=0, urgent=False)
    assert not search.due(0.9, known=1, urgent=False)
    assert search.due(1.0, known=1, urgent=False)
    assert search.due(0.2, known=1, urgent=True)
    search.look_everywhere()
    assert search.due(0.01, known=1, urgent=False)
