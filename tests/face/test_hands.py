"""A hand before a face is found and said to hide what it hides; a face without one never is."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.face.scenes import frame_of
from unspoken.bench.hand import three_hands
from unspoken.bench.portrait import load_portrait
from unspoken.bench.profiles import Blink, Speech, Sway
from unspoken.bench.simulate import FaceSimulator, Script
from unspoken.face.hand_nets import Palm, around_hand
from unspoken.face.hands import HandNets, HandWatcher, covered_points
from unspoken.face.nets import Region
from unspoken.face.observation import HandOverFace
from unspoken.face.tracks import FaceTracker
from unspoken.media.frame import Frame
from unspoken.timing import Interval

SIZE, ICD_PX, FPS = (480, 360), 44.0, 30.0
#: An open right hand, fingers up: wrist at the origin, 100 long.
OPEN = np.array(
    [(0, 0), (22, -12), (38, -28), (48, -42), (56, -54)]
    + [(x + 0.1 * x * k, -(50 + 14 * k)) for x in (20.0, 6.0, -8.0, -20.0) for k in range(4)]
)


def moved(angle: float, scale: float, x: float, y: float) -> NDArray[np.float64]:
    c, s = math.cos(angle), math.sin(angle)
    return np.asarray(scale * OPEN @ np.array([[c, s], [-s, c]]) + (x, y))


@given(st.floats(-math.pi, math.pi), st.floats(0.5, 5.0), st.floats(0, 900), st.floats(0, 900))
def test_the_square_around_a_hand_turns_and_grows_with_it(
    angle: float, scale: float, x: float, y: float
) -> None:
    hand = moved(angle, scale, x, y)
    here, there = around_hand(OPEN), around_hand(hand)
    assert there.size == pytest.approx(scale * here.size)
    assert math.cos(there.angle - here.angle - angle) == pytest.approx(1.0)
    to_picture = there.to_picture(100)
    inside = (hand - to_picture[:, 2]) @ np.linalg.inv(to_picture[:, :2]).T
    assert inside.min() > -10 and inside.max() < 110
    assert inside[12, 1] < inside[0, 1]  # the middle finger points up


@given(st.floats(-math.pi, math.pi), st.floats(0.5, 5.0))
def test_a_hand_covers_its_palm_and_its_fingers_but_not_what_lies_beside(
    angle: float, scale: float
) -> None:
    asked = {(0.0, -30.0): True, (6.0, -80.0): True, (-60.0, -40.0): False, (0.0, -130.0): False}
    c, s = math.cos(angle), math.sin(angle)
    points = scale * np.array(list(asked)) @ np.array([[c, s], [-s, c]])
    hand = moved(angle, scale, 0.0, 0.0)
    assert covered_points(hand, points).tolist() == list(asked.values())


def looks(
    script: Script, seconds: float, *, hands: bool
) -> list[tuple[float, HandOverFace | None]]:
    """What the tracker says of the portrait's hand, frame by frame."""
    portrait = load_portrait(SIZE, ICD_PX)
    face = FaceSimulator(portrait.picture, portrait.points, seed=4)
    before = three_hands((SIZE[0] / 2, 0.58 * SIZE[1]), ICD_PX)[:1] if hands else ()
    tracker = FaceTracker(hands=HandNets())
    out = []
    for i in range(round(seconds * FPS)):
        picture = face.render(script, i / FPS)
        for hand in before:
            picture = hand(picture, i / FPS)
        (seen,) = tracker.push(frame_of(picture, i, i / FPS)).faces
        out.append((i / FPS, seen.hand))
    return out


def test_the_hand_that_crosses_the_mouth_is_known_soon_and_hides_the_mouth() -> None:
    """It comes at 3.0 s, reaches the face at 3.2 s and leaves it at 4.3 s."""
    said = looks(Script(sway=Sway(seed=4)), 5.5, hands=True)
    times = [time for time, hand in said if hand is not None]
    assert 3.2 <= times[0] <= 3.7 and 4.1 <= times[-1] <= 4.7
    assert len(times) >= 0.9 * (times[-1] - times[0]) * FPS
    at_rest = next(hand for time, hand in said if time > 3.8)
    assert at_rest is not None and 2.6 <= at_rest.since_s <= 3.4
    mouth, brows = [0, 13, 14, 17], [70, 105, 300, 334]
    assert at_rest.covered[mouth].sum() >= 3 and not at_rest.covered[brows].any()


def test_a_face_without_a_hand_that_sways_blinks_and_talks_has_none() -> None:
    script = Script(
        sway=Sway(seed=5, yaw_deg=3.0, pitch_deg=2.0),
        blinks=(Blink(1.2, 0.3), Blink(3.4, 0.3)),
        speech=(Speech(Interval(1.5, 6.0), 5),),
    )
    assert [hand for _, hand in looks(script, 6.0, hands=False) if hand is not None] == []


class FakeNets(HandNets):
    """Sees what it is told to, and counts the looks."""

    def __init__(self) -> None:
        self.hand: NDArray[np.float64] | None = None
        self.presence = 0.95
        self.searches: list[float] = []
        self.follows: list[float] = []
        # The real one holds two nets; here the object itself plays both.
        self.__dict__.update(palms=self, mesh=self)

    def find(self, frame: Frame, square: Region) -> list[Palm]:
        self.searches.append(frame.time_s)
        return [] if self.hand is None else [Palm(0.9, around_hand(self.hand))]

    def run(self, frame: Frame, region: Region) -> tuple[NDArray[np.float32], float]:
        self.follows.append(frame.time_s)
        if self.hand is None:
            return OPEN.astype(np.float32), 0.01
        return self.hand.astype(np.float32), self.presence


FACE = np.stack(np.meshgrid(np.linspace(60, 140, 20), np.linspace(40, 160, 24)), -1).reshape(-1, 2)
CALM = np.tile(np.arange(200, dtype=np.uint8)[:, None, None], (1, 200, 3))


def watch(
    nets: FakeNets, watcher: HandWatcher, start_s: float, stop_s: float, *, changing: bool = False
) -> list[HandOverFace | None]:
    out = []
    for i in range(round(start_s * FPS), round(stop_s * FPS)):
        picture = np.roll(CALM, 37 * (i // 3), axis=0) if changing else CALM
        out.append(watcher.push(frame_of(picture, i, i / FPS), FACE.astype(np.float32)))
    return out


def test_a_calm_face_is_searched_every_five_seconds_and_a_changing_one_more_often() -> None:
    nets = FakeNets()
    watcher = HandWatcher(nets)
    assert set(watch(nets, watcher, 0.0, 12.0)) == {None}
    assert nets.searches == pytest.approx([1.0, 6.0, 11.0], abs=0.04) and nets.follows == []
    watch(nets, watcher, 12.0, 14.0, changing=True)
    assert 6 <= len(nets.searches) - 3 <= 9


def test_a_hand_is_told_when_two_looks_agree_and_the_start_lies_at_the_last_free_look() -> None:
    nets = FakeNets()
    watcher = HandWatcher(nets)
    watch(nets, watcher, 0.0, 2.0)
    nets.hand = moved(0.0, 1.0, 100.0, 160.0)
    said = watch(nets, watcher, 2.0, 8.0)
    first = next(i for i, hand in enumerate(said) if hand is not None)
    assert 2.0 + first / FPS == pytest.approx(6.15, abs=0.05)  # searched at 6.0, looked at again
    told = said[first]
    assert told is not None and told.since_s == pytest.approx(1.0, abs=0.05)
    assert all(hand is not None and hand.covered.any() for hand in said[first:])


def test_a_hand_beside_the_face_is_followed_and_covers_nothing() -> None:
    nets = FakeNets()
    watcher = HandWatcher(nets)
    nets.hand = moved(0.0, 0.5, 20.0, 190.0)
    assert set(watch(nets, watcher, 0.0, 3.0)) == {None}
    assert len(nets.follows) > 8


def test_a_doubtful_hand_is_none() -> None:
    nets = FakeNets()
    nets.hand, nets.presence = moved(0.0, 1.0, 100.0, 160.0), 0.7
    assert set(watch(nets, HandWatcher(nets), 0.0, 5.0)) == {None}


def test_a_hand_that_goes_is_told_a_little_longer_while_it_leaves_the_picture() -> None:
    nets = FakeNets()
    watcher = HandWatcher(nets)
    nets.hand = moved(0.0, 1.0, 100.0, 160.0)
    assert watch(nets, watcher, 0.0, 2.0)[-1] is not None
    nets.hand = None
    said = watch(nets, watcher, 2.0, 3.0)
    told_s = sum(hand is not None for hand in said) / FPS
    assert 0.3 <= told_s <= 0.3 + 0.15 + 1.5 / FPS  # from the first look that does not see it
    assert [hand for hand in said[round(0.5 * FPS) :] if hand is not None] == []


def test_a_hand_that_comes_back_while_it_is_still_told_is_the_same_interval() -> None:
    nets = FakeNets()
    watcher = HandWatcher(nets)
    nets.hand = moved(0.0, 1.0, 100.0, 160.0)
    first = watch(nets, watcher, 0.0, 2.0)[-1]
    nets.hand = moved(0.0, 1.0, 20.0, 190.0)  # beside the face
    between = watch(nets, watcher, 2.0, 2.2)
    nets.hand = moved(0.0, 1.0, 100.0, 160.0)
    again = watch(nets, watcher, 2.2, 3.0)
    assert first is not None and all(h and h.since_s == first.since_s for h in between + again)
