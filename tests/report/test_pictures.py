"""Strips show the right frames, and the difference shows movement and not light."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.report.samples import TO_PICTURE, drawn_frame, pictures_of, planted_events
from unspoken.media.frame import Frame
from unspoken.report.pictures import (
    DIFFERENCE_GAIN,
    PICTURE_PX,
    ROLES,
    Moment,
    choose_events,
    moments_of,
)

PLAIN = (("micro", ("AU4L",), 0.1, 1.0, 0.1, 0.2),)


def decoded(jpeg: bytes | None) -> NDArray[np.uint8]:
    assert jpeg is not None
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return np.asarray(picture, np.uint8)


def textured(index: int, time_s: float, shift: float = 0.0, light: float = 0.0) -> Frame:
    """A grey frame with a soft pattern, moved and brightened as asked."""
    y, x = np.mgrid[0:300, 0:400].astype(np.float32)
    pattern = 120 + 40 * np.sin((x - shift) / 9) * np.cos(y / 11) + 20 * np.sin((x - shift) / 31)
    luma = np.clip(pattern + light, 0, 255).astype(np.uint8)
    return Frame(index, time_s, luma, None, full_range=True)


def strip(frames: dict[int, Frame]) -> NDArray[np.uint8]:
    """The difference picture of an event over three given frames."""
    eye = np.array([[1.0, 0.0, 80.0], [0.0, 1.0, 40.0]])
    roles = zip(ROLES, sorted(frames), strict=True)
    moments = [Moment("1-1", role, i, i / 30, eye) for role, i in roles]
    taken = pictures_of(moments, lambda wanted: (frames[i] for i, _ in wanted), PICTURE_PX)
    return decoded(taken["1-1"].difference)


def test_micro_expressions_come_first_and_blinks_get_no_strip() -> None:
    planted = (
        ("macro", ("AU12L",), 0.5, 1.0, 0.5, 0.5),
        ("blink", ("AU45L",), 0.9, 3.0, 0.1, 0.1),
        ("micro", ("AU4L",), 0.1, 5.0, 0.1, 0.1),
        ("micro", ("AU4L",), 0.2, 7.0, 0.1, 0.1),
    )
    events = planted_events(planted, 30.0)
    assert [e.event_id for e in choose_events(events, 1)] == ["1-4"]
    assert [e.event_id for e in choose_events(events, 9)] == ["1-1", "1-3", "1-4"]


def test_an_unknown_strength_is_the_weakest() -> None:
    events = planted_events(PLAIN * 2, 30.0)
    unknown = replace(events[0], snr=float("nan"), event_id="1-9")
    assert choose_events((unknown, events[1]), 1) == (events[1],)


def test_frames_are_asked_for_once_and_in_order() -> None:
    events = planted_events((*PLAIN, ("micro", ("AU12L",), 0.1, 1.1, 0.1, 0.1)), 30.0)
    asked: list[int] = []

    def frames(wanted: Sequence[tuple[int, float]]) -> Iterable[Frame]:
        asked.extend(index for index, _ in wanted)
        return (drawn_frame(i, t, events) for i, t in wanted)

    taken = pictures_of(moments_of(events, lambda face, frame: TO_PICTURE), frames, 192)
    assert asked == sorted(set(asked))
    assert set(taken) == {"1-1", "1-2"}
    assert [shot.frame for shot in taken["1-1"].shots.values()] == [30, 33, 39]
    assert decoded(taken["1-1"].shots["apex"].jpeg).shape == (PICTURE_PX, PICTURE_PX, 3)


def test_a_frame_that_cannot_be_read_leaves_its_place_empty() -> None:
    events = planted_events(PLAIN, 30.0)
    moments = moments_of(events, lambda face, frame: TO_PICTURE)
    only = pictures_of(moments, lambda wanted: [drawn_frame(30, 1.0, events)], 192)["1-1"]
    assert list(only.shots) == ["onset"]
    assert only.difference is None
    assert pictures_of(moments, lambda wanted: [], 192) == {}


def test_a_face_that_was_not_measured_has_no_moments() -> None:
    assert moments_of(planted_events(PLAIN, 30.0), lambda face, frame: None) == []


def test_the_crop_is_cut_where_the_matrix_says() -> None:
    """A 64 px crop blown up to the picture shows the very square it was measured on."""
    luma = np.zeros((300, 400), np.uint8)
    luma[100:164, 200:264] = 200
    frame = Frame(0, 0.0, luma, None, full_range=True)
    matrix = np.array([[1.0, 0.0, 200.0], [0.0, 1.0, 100.0]])
    taken = pictures_of([Moment("a", "onset", 0, 0.0, matrix)], lambda wanted: [frame], 64)
    picture = decoded(taken["a"].shots["onset"].jpeg)
    assert picture[4:-4, 4:-4].min() > 190


def test_the_difference_ignores_light_and_leftover_head_movement() -> None:
    still = {0: textured(0, 0.0), 1: textured(1, 0.1), 2: textured(2, 0.2)}
    lighter = {**still, 1: textured(1, 0.1, light=15.0)}
    moved = {**still, 1: textured(1, 0.1, shift=3.0)}
    for frames in (still, lighter, moved):
        inside = strip(frames)[12:-12, 12:-12].astype(int)
        assert np.abs(inside - 128).mean() < 12
    raw = moved[1].luma.astype(float) - moved[0].luma
    assert DIFFERENCE_GAIN * np.abs(raw).mean() > 24, "the movement would show without alignment"


def test_the_difference_shows_a_local_change_with_its_sign() -> None:
    changed = textured(1, 0.1).luma.copy()
    changed[100:130, 150:180] = np.minimum(255, changed[100:130, 150:180].astype(int) + 20)
    frames = {0: textured(0, 0.0), 1: Frame(1, 0.1, changed, None, True), 2: textured(2, 0.2)}
    blue, _, red = (int(v) for v in strip(frames)[75, 85])
    assert red > 200 > 120 > blue, "brighter is orange"
