"""Loops enlarge what was measured, by the stated factor, and say so."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.report.samples import TO_PICTURE, drawn_frame, loops_of, sample_analysis
from unspoken.facs.units import UNIT_INDEX
from unspoken.motion.crop import canonical_icd_px
from unspoken.report.loops import (
    COLUMNS,
    MOST_LOOPS,
    SIDE_PX,
    LoopPlan,
    enlarged_fields,
    loop_events,
    plan_loops,
    warped,
)

TIMES = [i / 30 for i in range(1140)]


def plan(amplitude: float, key: str = "AU4L") -> LoopPlan:
    event = sample_analysis(38.0, 1.0).events[0]
    shape = np.array([[0.0, 0.5, 1.0, 0.5, 0.0]])
    units = {key: amplitude}
    moved = type(event)(**{s: getattr(event, s) for s in event.__slots__} | {"action_units": units})
    return LoopPlan(moved, (0, 1, 2, 3, 4), (0.0, 0.1, 0.2, 0.3, 0.4), amplitude * shape)


@pytest.mark.parametrize("amplitude", [0.05, 0.2, 1.0])
def test_the_movement_shown_is_the_measured_one(amplitude: float) -> None:
    gain, displaced = enlarged_fields(plan(amplitude))
    size = np.hypot(displaced[..., 0], displaced[..., 1]).max(axis=(1, 2))
    assert size[[0, 4]] == pytest.approx(0.0, abs=1e-6)
    assert size[2] == pytest.approx(2 * size[1], rel=1e-4)
    assert 2.0 <= gain <= 10.0
    assert gain == round(gain)
    if gain < 10.0 and gain > 2.0:
        assert gain * size[2] / canonical_icd_px(SIDE_PX) == pytest.approx(0.16, rel=0.3)


def test_a_stronger_movement_is_enlarged_less() -> None:
    gains = [enlarged_fields(plan(amplitude))[0] for amplitude in (0.02, 0.1, 0.4, 2.0)]
    assert gains == sorted(gains, reverse=True)
    assert gains[0] == 10.0
    assert gains[-1] == 2.0


def test_a_warp_moves_points_by_the_displacement() -> None:
    picture = np.zeros((SIDE_PX, SIDE_PX, 3), np.uint8)
    cv2.circle(picture, (80, 60), 5, (255, 255, 255), -1)
    field = np.zeros((SIDE_PX, SIDE_PX, 2), np.float32)
    field[...] = (6.0, -4.0)
    moments = cv2.moments(warped(picture, field)[:, :, 0])
    middle = moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]
    assert middle == pytest.approx((86.0, 56.0), abs=0.2)


def test_a_brow_that_was_measured_down_goes_further_down() -> None:
    _, displaced = enlarged_fields(plan(0.3, "AU4L"))
    strongest = np.unravel_index(np.abs(displaced[2, ..., 1]).argmax(), (SIDE_PX, SIDE_PX))
    assert displaced[2][strongest][1] > 0, "y points down"
    assert strongest[1] > SIDE_PX / 2, "the own left is on the right of the picture"
    assert UNIT_INDEX["AU4L"] >= 0


def test_signals_come_first_and_blinks_never() -> None:
    events = sample_analysis(38.0, 1.0).events
    chosen = loop_events(events, {"1-7": 0.3})
    assert chosen[0].event_id == "1-7"
    assert all(event.kind != "blink" for event in chosen)
    assert len(loop_events(events * 5, {})) == MOST_LOOPS


def test_a_loop_has_every_picture_twice_and_stays_small() -> None:
    analysis = sample_analysis(10.0)
    event = analysis.events[0]
    times = np.array(TIMES[:300])
    values = np.zeros((len(event.action_units), 300))
    values[:, 96:106] = 0.1
    (made,) = plan_loops([event], {event.event_id: (times, values)}, TIMES[:300])
    loops = loops_of(
        [made],
        lambda face, frame: TO_PICTURE,
        lambda wanted: (drawn_frame(i, t, analysis.events) for i, t in wanted),
        192,
    )
    loop = loops[event.event_id]
    assert abs(loop.times_s[loop.apex] - event.apex_s) <= 1 / 60 + 1e-9
    assert loop.times_s[0] <= event.onset_s - 0.06
    sheet = cv2.imdecode(np.frombuffer(loop.sheet, np.uint8), cv2.IMREAD_COLOR)
    assert sheet is not None
    rows = -(-len(loop.times_s) // COLUMNS)
    assert sheet.shape == (2 * rows * SIDE_PX, COLUMNS * SIDE_PX, 3)
    assert len(loop.sheet) < 250_000
    assert not loops_of([made], lambda face, frame: None, lambda wanted: [], 192)


def test_frames_that_cannot_be_had_leave_the_loop_out() -> None:
    event = sample_analysis(38.0, 1.0).events[0]
    nothing = np.empty(0), np.empty((len(event.action_units), 0))
    assert plan_loops([event], {event.event_id: nothing}, TIMES) == []
