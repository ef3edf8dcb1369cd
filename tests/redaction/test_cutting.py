"""A recording is redacted window by window, and nobody but the customer is let through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from unspoken.bench.portrait import load_portrait
from unspoken.face.nets import Detector
from unspoken.face.search import FaceSearch
from unspoken.media.frame import Frame
from unspoken.redaction.cutting import LOOK_PX, Crop, redacted, without_shown
from unspoken.redaction.faces import FacesAt

Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def two_faces() -> Picture:
    """The same face twice, 640 x 360: left in its left half, right in its right half."""
    small = load_portrait((320, 360), icd_px=30.0).picture
    return np.concatenate([small, small[:, ::-1]], axis=1)


def frames(picture: Picture, times: Sequence[float]) -> Iterator[Frame]:
    luma = np.ascontiguousarray(picture.mean(axis=2)).astype(np.uint8)
    for index, time_s in enumerate(times):
        yield Frame(index, time_s, luma, full_range=True)


def faces_in(picture: Picture) -> list[float]:
    """Middles of the faces a detector sees, across, pixels."""
    search = FaceSearch(Detector())
    search.look_everywhere()
    (one,) = frames(picture, [0.0])
    return [0.5 * (d.box[0] + d.box[2]) for d in search.run(one)]


def crop_around(x: float, y: float, side: float) -> Crop:
    """A crop of 100 pixels whose middle lies at a point of the picture."""
    scale = side / 100.0
    return 100, np.array([[scale, 0.0, x - side / 2], [0.0, scale, y - side / 2]])


def test_every_picture_comes_once_at_its_own_time_and_without_a_face(two_faces: Picture) -> None:
    times = [0.4 + 0.25 * i + 0.03 * (i % 3) for i in range(48)]  # three windows, uneven steps
    done = list(redacted(frames(two_faces, times), "blur", lambda _t: 2))
    assert [time_s for _, time_s, _ in done] == times
    assert all(safe for *_, safe in done)
    assert len(faces_in(two_faces)) == 2
    assert not any(faces_in(picture) for picture, *_ in done[::6])


def test_looking_at_some_pictures_covers_those_between(two_faces: Picture) -> None:
    """At 50 pictures a second a head that moves is covered in the pictures nobody looked at."""
    times = [i / 50 for i in range(40)]

    def moving() -> Iterator[Frame]:
        for i, time_s in enumerate(times):
            shift = round(60 * np.sin(2 * np.pi * 0.8 * time_s))  # up to 300 pixels a second
            (one,) = frames(np.roll(two_faces, shift, axis=1), [time_s])
            yield Frame(i, time_s, one.luma, full_range=True)

    done = list(redacted(moving(), "blur", lambda _t: 0))
    assert not any(faces_in(picture) for picture, *_ in done)


def test_only_the_face_of_the_customers_crop_stays_visible(two_faces: Picture) -> None:
    left, right = sorted(faces_in(two_faces))
    crop = crop_around(left, 180.0, 200.0)
    done = list(
        redacted(frames(two_faces, [0.0, 0.1, 0.2]), "blur", lambda _t: 2, lambda _i: [crop])
    )
    for picture, *_ in done:
        (seen,) = faces_in(picture)
        assert seen == pytest.approx(left, abs=15.0) and abs(seen - right) > 100.0


def test_large_pictures_are_made_smaller_and_the_crop_with_them(two_faces: Picture) -> None:
    large = np.repeat(np.repeat(two_faces, 3, axis=0), 3, axis=1)
    left, right = sorted(faces_in(two_faces))
    crop = crop_around(3 * right, 3 * 180.0, 600.0)
    ((picture, *_),) = redacted(frames(large, [0.0]), "blur", lambda _t: 2, lambda _i: [crop])
    assert max(picture.shape) == LOOK_PX
    (seen,) = faces_in(picture)
    assert seen == pytest.approx(right * LOOK_PX / 640, abs=25.0)


def test_outlines_use_no_pixel_of_the_recording(two_faces: Picture) -> None:
    ((dark, *_),) = redacted(frames(two_faces // 2, [0.0]), "landmarks")
    ((light, *_),) = redacted(frames(np.full_like(two_faces, 128), [0.0]), "landmarks")
    assert dark.shape == light.shape
    assert (dark != light).any(axis=2).mean() < 0.1, "the same ground, whatever was filmed"


def at(*boxes: tuple[float, float, float, float]) -> FacesAt:
    return FacesAt(0.0, np.array(boxes, dtype=np.float64).reshape(-1, 4), (), True)


def test_where_two_faces_may_be_the_customers_both_are_blurred() -> None:
    crop = crop_around(100.0, 100.0, 100.0)
    alone = at((70.0, 60.0, 130.0, 140.0))
    assert len(without_shown(alone, [crop]).boxes) == 0
    crowded = at((60.0, 60.0, 110.0, 140.0), (95.0, 60.0, 145.0, 140.0))
    assert len(without_shown(crowded, [crop]).boxes) == 2


def test_a_face_elsewhere_or_of_another_size_is_not_the_customers() -> None:
    crop = crop_around(100.0, 100.0, 100.0)
    for box in ((300.0, 60.0, 360.0, 140.0), (95.0, 95.0, 105.0, 105.0)):
        assert len(without_shown(at(box), [crop]).boxes) == 1


def test_nothing_is_let_through_where_a_face_may_have_been_missed() -> None:
    unsafe = FacesAt(0.0, np.array([[70.0, 60.0, 130.0, 140.0]]), (), False)
    assert without_shown(unsafe, [crop_around(100.0, 100.0, 100.0)]) is unsafe


def test_no_frames_give_no_pictures() -> None:
    assert list(redacted([], "blur")) == []
