"""What was displayed is read off the compositor's clock, not off the page's."""

from __future__ import annotations

from typing import Any

import pytest

from unspoken.server.frame_figures import Trace, cell_figures, displayed_of, trace_of

HZ = 60.0
FRAME_S = 1.0 / HZ
#: The page's clock is 100 s behind the trace's.
OFFSET_S = 100.0


def trial(planned: int = 3, onset: int = 10, flags: tuple[str, ...] = ()) -> dict[str, Any]:
    """A flash of some frames in thirty, as the page logs it, ten seconds after it was opened."""
    drawn = [
        {"frame": f, "stamp": 1e3 * (10.0 + f * FRAME_S), "moved": onset <= f <= onset + planned}
        for f in range(30)
    ]
    plan = {"hz": HZ, "onset": onset, "planned": planned, "total": 30}
    return {"plan": plan, "shown": planned, "flags": list(flags), "drawn": drawn,
            "pictures": 4, "draw_s": 0.5}  # fmt: skip


def displays(frames: list[float], latency_s: float = 0.02) -> Trace:
    """A trace in which pictures come out at these frames, a little later than they were drawn."""
    return Trace(OFFSET_S, tuple(OFFSET_S + 10.0 + f * FRAME_S + latency_s for f in frames))


def test_a_flash_that_came_out_on_time_stood_as_planned_whatever_the_latency() -> None:
    for latency in (0.001, 0.02, 0.04):
        found = displayed_of(trial(), displays([10, 11, 12, 13], latency))
        assert found.displayed == 3
        assert found.off_s == pytest.approx(0.0, abs=1e-9)


def test_a_picture_that_came_out_late_is_seen_although_the_page_calls_it_exact() -> None:
    found = displayed_of(trial(), displays([10, 11, 12, 14]))
    assert found.exact
    assert found.displayed == 4
    assert found.off_s == pytest.approx(FRAME_S)


def test_where_the_trace_lacks_pictures_nothing_is_claimed() -> None:
    assert displayed_of(trial(), displays([10])).displayed is None
    assert displayed_of(trial(planned=0), displays([10, 11])).displayed is None


def test_clocks_are_joined_by_the_pages_marks() -> None:
    events = [
        {"name": "unspoken-trial-0", "ts": 105e6, "args": {"data": {"startTime": 5000.0}}},
        {"name": "Display::FrameDisplayed", "ts": 2e6},
        {"name": "Display::FrameDisplayed", "ts": 1e6},
    ]
    assert trace_of(events) == Trace(100.0, (1.0, 2.0))
    with pytest.raises(ValueError, match="no mark"):
        trace_of(events[1:])


def test_figures_tell_the_kinds_of_late_trials_apart() -> None:
    longer, uneven = trial(flags=("late",)), trial(flags=("late",))
    longer["shown"] = 4
    log = [trial(), longer, uneven, trial(planned=0)]
    found = cell_figures("identify", "plain", log, displays([10, 11, 12, 13]), (0.5, 0.7))
    assert (found.exact.count, found.exact.of) == (2, 4)
    assert (found.longer, found.shorter, found.uneven) == (1, 0, 1)
    assert (found.displayed.count, found.displayed.of) == (1, 1)
