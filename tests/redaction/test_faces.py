"""Faces are found in every picture, and what may have been lost is treated as lost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from unspoken.bench.portrait import load_portrait
from unspoken.face.nets import Detector
from unspoken.face.search import FaceSearch
from unspoken.media.frame import Frame
from unspoken.redaction.faces import FacesAt, find_faces, held_places
from unspoken.redaction.pictures import blur_faces, blur_picture, draw_landmarks

Picture = NDArray[np.uint8]
SIZE = (640, 360)


def frame(picture: Picture, number: int) -> Frame:
    """A picture as grey planes; enough for the nets."""
    luma = np.ascontiguousarray(picture.mean(axis=2)).astype(np.uint8)
    return Frame(number, number / 30.0, luma, full_range=True)


@pytest.fixture(scope="module")
def one_face() -> Picture:
    return load_portrait(SIZE, icd_px=36.0).picture


@pytest.fixture(scope="module")
def two_faces() -> Picture:
    small = load_portrait((320, 360), icd_px=30.0).picture
    return np.concatenate([small, small[:, ::-1]], axis=1)


def detected(picture: Picture) -> int:
    search = FaceSearch(Detector())
    search.look_everywhere()
    return len(search.run(frame(picture, 0)))


def test_every_face_in_the_picture_is_blurred_whoever_it_is(two_faces: Picture) -> None:
    found = find_faces((frame(two_faces, i) for i in range(6)), lambda _t: 2)
    assert len(found) == 6 and all(faces.safe for faces in found)
    assert detected(two_faces) == 2
    for faces in found:
        assert detected(blur_faces(two_faces, faces)) == 0


def test_a_picture_in_which_a_face_is_hidden_is_blurred_as_a_whole(one_face: Picture) -> None:
    empty = np.full_like(one_face, 128)
    frames = [frame(one_face if i not in (10, 11, 12) else empty, i) for i in range(24)]
    found = find_faces(frames, lambda _t: 0)
    assert [i for i, faces in enumerate(found) if not faces.safe] == [10, 11, 12]
    assert (blur_faces(one_face, found[11]) == blur_picture(one_face)).all()


def test_a_face_missed_once_stays_blurred_where_it_was_even_when_the_count_is_right() -> None:
    """In the sixth picture a face is missed and something else is taken for one."""
    left, right, pattern = (np.array([[x, 50.0, x + 60.0, 120.0]]) for x in (100.0, 400.0, 250.0))
    found = [np.concatenate([left + 2.0 * i, right]) for i in range(12)]
    found[6] = np.concatenate([pattern, right])
    times = np.arange(12) / 30.0
    held = held_places(found, times, 6)
    assert len(held) and held[:, 0].min() <= 110.0 and held[:, 2].max() >= 174.0
    assert (held[:, 2] < 250.0).all()
    assert all(len(held_places(found, times, i)) == 0 for i in range(12) if i != 6)


def test_a_face_that_left_is_not_held_for_ever() -> None:
    face = np.array([[100.0, 50.0, 160.0, 120.0]])
    found = [face] * 5 + [np.zeros((0, 4))] * 5
    assert len(held_places(found, np.arange(10) / 30.0, 7)) == 0


def test_fewer_faces_than_the_analysis_followed_is_not_safe(one_face: Picture) -> None:
    found = find_faces([frame(one_face, i) for i in range(3)], lambda _t: 2)
    assert not any(faces.safe for faces in found)


def test_without_any_face_the_whole_picture_goes() -> None:
    empty = np.full((*SIZE[::-1], 3), 90, dtype=np.uint8)
    (found,) = find_faces([frame(empty, 0)], lambda _t: 0)
    assert not found.safe


def test_a_face_found_late_is_known_from_the_start(one_face: Picture) -> None:
    """It slides in from the edge; the pictures before it is found are not left open."""
    frames = []
    for i in range(20):
        picture = np.full_like(one_face, 128)
        shift = max(0, 400 - 40 * i)
        picture[:, shift:] = one_face[:, : SIZE[0] - shift]
        frames.append(frame(picture, i))
    found = find_faces(frames, lambda _t: 0)
    first = next(i for i, faces in enumerate(found) if len(faces.meshes))
    assert all(len(faces.boxes) or not faces.safe for faces in found[: first + 1])


def test_nothing_finer_than_half_the_face_is_left() -> None:
    rng = np.random.default_rng(1)
    picture = rng.integers(0, 256, (200, 300, 3), dtype=np.uint8)
    faces = FacesAt(0.0, np.array([[100.0, 60.0, 160.0, 120.0]]), (), True)
    out = blur_faces(picture, faces).astype(float)
    inside = out[60:120, 100:160]
    assert np.abs(np.diff(inside, axis=1)).max() < 12.0
    assert (out[:20] == picture[:20]).all()
    # Two pictures with the same means but other details become the same: there is no way back.
    other = picture.copy()
    other[70:80, 110:120] = other[70:80, 110:120][::-1, ::-1]
    assert np.abs(blur_faces(other, faces).astype(float) - out)[60:120, 100:160].max() < 30.0


def test_landmarks_use_no_pixel_of_the_recording(one_face: Picture) -> None:
    (found,) = find_faces([frame(one_face, 0)], lambda _t: 1)
    drawn = draw_landmarks(SIZE, found)
    assert drawn.shape == (*SIZE[::-1], 3) and len(np.unique(drawn[:, :, 0])) > 2
    assert (draw_landmarks(SIZE, replace(found, meshes=())) == drawn[0, 0]).all()
