"""The follower finds planted movement, and tells a moving face from a changing one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.face.scenes import frame_of, portrait
from unspoken.face.follow import EYE_POINTS, MOUTH_POINTS, Follower, Motion
from unspoken.face.nets import Detector, Mesh
from unspoken.media.frame import Frame

Points = NDArray[np.float32]


@pytest.fixture(scope="module")
def laid() -> tuple[Frame, Points]:
    frame = frame_of(portrait())
    return frame, Mesh().run(frame, Detector().find(frame)[0].region)[0]


def changed(picture: NDArray[np.float64], seed: int = 1) -> Frame:
    noise = np.random.default_rng(seed).normal(0.0, 1.5, picture.shape[:2] + (1,))
    return frame_of(np.clip(np.rint(picture + noise), 0, 255).astype(np.uint8))


def moved(dx: float, dy: float, turn_deg: float, scale: float) -> tuple[Frame, NDArray[np.float64]]:
    there = cv2.getRotationMatrix2D((224.0, 112.0), -turn_deg, scale)
    there[:, 2] += np.array((dx, dy))
    picture = cv2.warpAffine(portrait(), there, (512, 512), flags=cv2.INTER_CUBIC)
    return changed(np.asarray(picture, dtype=np.float64)), np.asarray(there, dtype=np.float64)


@pytest.mark.parametrize(
    ("dx", "dy", "turn_deg", "scale"),
    [(0.0, 0.0, 0.0, 1.0), (3.0, -2.0, 0.0, 1.0), (1.0, 1.0, 3.0, 1.0), (0.0, 0.0, -2.0, 1.03)],
)
def test_a_planted_similarity_is_found_to_a_fraction_of_a_pixel(
    laid: tuple[Frame, Points], dx: float, dy: float, turn_deg: float, scale: float
) -> None:
    frame, there = moved(dx, dy, turn_deg, scale)
    motion = Follower(*laid).follow(frame)
    skin = laid[1][:468, :2].astype(np.float64)
    truth = skin @ there[:, :2].T + there[:, 2]
    found = skin @ motion.to_now[:, :2].T + motion.to_now[:, 2]
    assert np.hypot(*(found - truth).T).mean() < 0.35  # inner eye corners are 23 pixels apart


def unexplained(laid: tuple[Frame, Points], picture: NDArray[np.float64]) -> Motion:
    return Follower(*laid).follow(changed(picture))


def painted(points: Points, outline: tuple[int, ...]) -> NDArray[np.float64]:
    """The portrait with a part covered in the colour of the cheek, as a closed lid is."""
    picture = portrait().astype(np.float64)
    hull = cv2.convexHull(points[list(outline), :2].round().astype(np.int32))
    cheek = points[205, :2].round().astype(int)
    mask = np.zeros(picture.shape[:2], dtype=np.uint8)
    cv2.fillConvexPoly(mask, hull, (1,))
    picture[mask > 0] = picture[cheek[1], cheek[0]]
    return picture


def test_a_closing_eye_shows_at_the_eyes_and_not_on_the_skin(laid: tuple[Frame, Points]) -> None:
    still = unexplained(laid, portrait().astype(np.float64))
    blink = unexplained(laid, painted(laid[1], EYE_POINTS[0]))
    assert blink.eyes > 4.0 * still.eyes
    assert blink.eyes - 1.5 * blink.skin > 0.12 * blink.contrast  # what calls for the nets
    assert still.eyes - 1.5 * still.skin < 0.12 * still.contrast


def test_a_changing_mouth_shows_at_the_mouth(laid: tuple[Frame, Points]) -> None:
    still = unexplained(laid, portrait().astype(np.float64))
    mouth = unexplained(laid, painted(laid[1], MOUTH_POINTS))
    assert mouth.mouth > 4.0 * still.mouth
    assert mouth.mouth > 4.0 * mouth.eyes


def test_a_lamp_changes_nothing_but_the_light(laid: tuple[Frame, Points]) -> None:
    still = unexplained(laid, portrait().astype(np.float64))
    darker = unexplained(laid, portrait().astype(np.float64) * 0.75 + 8.0)
    assert darker.settled
    assert darker.moved < 0.005
    assert darker.skin < 1.5 * still.skin + 0.5


def test_a_face_that_left_the_picture_does_not_settle_nor_fail(laid: tuple[Frame, Points]) -> None:
    follower = Follower(laid[0], laid[1] + np.float32(2000.0))
    assert not follower.follow(laid[0]).settled


def test_large_faces_are_followed_as_well_as_small_ones(laid: tuple[Frame, Points]) -> None:
    large = cv2.resize(portrait(), None, fx=3.0, fy=3.0, interpolation=cv2.INTER_CUBIC)
    there = np.array([[1.0, 0.0, 6.0], [0.0, 1.0, -3.0]])
    later = cv2.warpAffine(large, there, (1536, 1536))
    follower = Follower(frame_of(np.asarray(large, dtype=np.uint8)), laid[1] * np.float32(3.0))
    motion = follower.follow(frame_of(np.asarray(later, dtype=np.uint8)))
    middle = laid[1][4, :2] * 3.0
    shift = motion.to_now[:, :2] @ middle + motion.to_now[:, 2] - middle
    assert shift == pytest.approx((6.0, -3.0), abs=0.5)
