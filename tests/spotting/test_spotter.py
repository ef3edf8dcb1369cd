"""What the spotting stage promises as a whole, on evidence with a known answer."""

from __future__ import annotations

import numpy as np
import pytest

from tests.spotting.simulate import Face
from unspoken.motion.evidence import EvidenceRow
from unspoken.settings import Settings
from unspoken.spotting.events import Event
from unspoken.spotting.spotter import Spotter, spot


def expressions(events: list[Event]) -> list[Event]:
    return [e for e in events if e.kind != "blink"]


def test_a_planted_brow_lowering_is_found_where_it_is() -> None:
    face = Face(20, seed=1).move("AU4L AU4R", 5.0, 5.2, 5.5, 0.25)
    (event,) = spot(face.rows())
    assert event.kind == "micro" and set(event.action_units) == {"AU4L", "AU4R"}
    assert event.onset_s == pytest.approx(5.0, abs=0.05)
    assert event.apex_s == pytest.approx(5.2, abs=0.05)
    assert event.offset_s == pytest.approx(5.5, abs=0.08)
    assert (event.onset_frame, event.apex_frame) == (
        round(event.onset_s * 30),
        round(event.apex_s * 30),
    )
    assert all(size == pytest.approx(0.25, abs=0.05) for size in event.action_units.values())
    assert event.snr > 8 and event.false_alarms_per_min < 0.01


def test_a_one_sided_movement_is_found_one_sided() -> None:
    face = Face(20, seed=2).move("AU14R", 8.0, 8.15, 8.4, 0.3)
    (event,) = spot(face.rows())
    assert set(event.action_units) == {"AU14R"}


def test_a_smile_is_one_macro_expression_with_its_times_and_units() -> None:
    face = Face(30, seed=3).drift(0.01)
    face.move("AU12L AU12R AU6L AU6R", 4.51, 5.2, 8.6, 0.4, hold=2.4)
    (event,) = spot(face.rows())
    assert event.kind == "macro"
    assert set(event.action_units) == {"AU12L", "AU12R", "AU6L", "AU6R"}
    assert event.onset_s == pytest.approx(4.51, abs=0.1)
    assert event.offset_s == pytest.approx(8.6, abs=0.25)


def test_a_long_hold_is_followed_to_its_end() -> None:
    face = Face(60, seed=4).move("AU12L AU12R", 12.0, 12.6, 40.0, 0.4, hold=26.6)
    (event,) = spot(face.rows())
    assert event.kind == "macro"
    assert event.onset_s == pytest.approx(12.0, abs=0.15)
    assert event.offset_s == pytest.approx(40.0, abs=0.2)


def test_a_micro_riding_on_a_macro_is_reported_too() -> None:
    face = Face(40, seed=5).move("AU12L AU12R", 10.0, 10.8, 20.0, 0.4, hold=8.0)
    face.move("AU4L AU4R", 15.0, 15.15, 15.4, 0.3)
    events = spot(face.rows())
    assert sorted(e.kind for e in events) == ["macro", "micro"]
    micro = next(e for e in events if e.kind == "micro")
    assert set(micro.action_units) == {"AU4L", "AU4R"}
    assert micro.apex_s == pytest.approx(15.15, abs=0.05)


def test_a_talking_mouth_does_not_blind_the_brow() -> None:
    face = Face(40, seed=6).talk(8, 32).move("AU1L AU1R AU2L AU2R", 20.0, 20.2, 20.6, 0.2)
    brow = [e for e in spot(face.rows()) if "AU1L" in e.action_units]
    assert len(brow) == 1 and brow[0].apex_s == pytest.approx(20.2, abs=0.06)
    assert "speech" in brow[0].flags


def test_a_movement_after_a_frame_rate_change_has_the_right_time() -> None:
    """24 then 30 frames/s: a clock of frame over average rate would be a quarter second off."""
    slow = np.arange(0, 10, 1 / 24)
    times = np.r_[slow, slow[-1] + np.arange(1, 301) / 30]
    face = Face(0, seed=7, times=times).move("AU4L AU4R", 12.0, 12.2, 12.5, 0.3)
    (event,) = spot(face.rows())
    assert event.apex_s == pytest.approx(12.2, abs=0.03)
    assert times[event.apex_frame] == pytest.approx(event.apex_s, abs=0.02)


def test_jittered_and_missing_frames_change_nothing_essential() -> None:
    rng = np.random.default_rng(0)
    times = np.arange(0, 20, 1 / 30) + rng.uniform(0, 0.008, 600)
    times = times[rng.random(600) > 0.08]
    face = Face(0, seed=8, times=times).move("AU4L AU4R", 9.0, 9.2, 9.5, 0.3)
    (event,) = spot(face.rows())
    assert event.apex_s == pytest.approx(9.2, abs=0.04) and event.kind == "micro"


def test_two_hundred_frames_a_second_find_a_tenth_of_a_second() -> None:
    face = Face(15, fps=200, seed=9).move("AU4L AU4R", 7.0, 7.05, 7.11, 0.2)
    (event,) = spot(face.rows())
    assert event.kind == "micro" and event.apex_s == pytest.approx(7.05, abs=0.02)
    assert event.offset_s - event.onset_s == pytest.approx(0.11, abs=0.05)


def test_ten_frames_a_second_give_macro_only_and_say_so() -> None:
    face = Face(40, fps=10, seed=10).move("AU4L AU4R", 10.0, 10.2, 10.4, 0.5)
    face.move("AU12L AU12R", 20.0, 21.0, 25.0, 0.5, hold=2.0)
    events = spot(face.rows())
    assert [e.kind for e in events] == ["macro"]
    assert "low_frame_rate" in events[0].flags and "AU12L" in events[0].action_units


def test_the_strict_protocol_calls_a_longer_movement_macro() -> None:
    face = Face(30, seed=11).move("AU12L AU12R", 15.0, 15.2, 15.75, 0.4)
    kinds = {
        protocol: [e.kind for e in spot(face.rows(), Settings(protocol=protocol))]
        for protocol in ("onset", "strict")
    }
    assert kinds == {"onset": ["micro"], "strict": ["macro"]}


def test_evidence_of_two_runs_is_never_compared() -> None:
    face = Face(40, seed=12).lose(15.0, 15.5).lose(25.0, 25.03)
    assert spot(face.rows()) == []


def test_a_movement_that_touches_a_run_start_is_not_reported() -> None:
    face = Face(20, seed=13).move("AU4L AU4R", -0.1, 0.1, 0.4, 0.5)
    assert spot(face.rows()) == []


@pytest.mark.parametrize("noise", ["white", "drift", "talk"])
def test_false_alarms_come_about_as_often_as_asked(noise: str) -> None:
    """A face that does nothing, asked for two a minute: never more than five."""
    minutes = 4
    face = Face(60 * minutes, seed=14)
    if noise != "white":
        face.drift()
    if noise == "talk":
        for start in np.arange(5, 230, 13.0):
            face.talk(start, start + 6.0)
    got = len(expressions(spot(face.rows(), Settings(false_alarms_per_min=2.0)))) / minutes
    assert got <= 5.0


def test_asking_for_fewer_false_alarms_never_gives_more_events() -> None:
    face = Face(70, seed=15).drift()
    counts = [
        len(spot(face.rows(), Settings(false_alarms_per_min=rate))) for rate in (0.1, 1.0, 10.0)
    ]
    assert counts[0] <= counts[1] <= counts[2] and counts[2] > 0


def test_every_event_tells_a_false_alarm_rate_within_what_was_asked() -> None:
    face = Face(60, seed=16).drift().move("AU4L", 30, 30.2, 30.5, 0.3)
    for event in spot(face.rows(), Settings(false_alarms_per_min=4.0)):
        assert 0 <= event.false_alarms_per_min <= 4.0
        assert event.onset_s <= event.apex_s <= event.offset_s


def test_live_and_file_answers_are_the_same() -> None:
    """Events do not depend on what is already known to follow, only on when they are told."""
    face = Face(40, seed=17).drift().move("AU12L", 20.0, 20.2, 20.5, 0.3).blink(25.0)
    spotter = Spotter(Settings())
    told = []
    for row in face.rows():
        told += [(row.time_s, e) for e in spotter.push(row)]
    events = [e for _, e in told] + spotter.finish()
    assert sorted(events, key=lambda e: e.onset_s) == spot(face.rows())
    late = [when - e.offset_s for when, e in told if e.onset_s > 31]
    assert all(wait < 6.0 for wait in late)


def test_memory_does_not_grow_with_the_recording() -> None:
    spotter = Spotter(Settings())
    sizes = []
    for part in range(4):
        for row in Face(100, fps=20, seed=part, start=100.0 * part).rows():
            spotter.push(row)
        sizes.append(len(spotter._window.times))
    assert max(sizes) <= 76 * 20 and sizes[-1] == pytest.approx(sizes[1], abs=25)


def silent(n: int, value: float = np.nan) -> list[EvidenceRow]:
    face = Face(0, times=np.arange(n) / 30)
    face.amplitude[:] = value
    return face.rows()


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 300])
@pytest.mark.parametrize("value", [np.nan, 0.0, 0.3])
def test_nothing_in_gives_nothing_out(n: int, value: float) -> None:
    assert spot(silent(n, value)) == []


def test_a_face_never_found_gives_nothing() -> None:
    assert spot(Face(10).lose(0.0, 10.0).rows()) == []


def test_time_that_stands_still_or_runs_back_is_ignored() -> None:
    rows = Face(20, seed=18).move("AU4L AU4R", 9.0, 9.2, 9.5, 0.3).rows()
    doubled = [row for row in rows for _ in range(2)]
    assert spot(doubled) == spot(rows)


def test_hours_without_rows_cost_nothing() -> None:
    early = Face(15, seed=19).move("AU4L AU4R", 7.0, 7.2, 7.5, 0.3)
    late = Face(15, seed=20, start=90000.0).move("AU4L AU4R", 90007.0, 90007.2, 90007.5, 0.3)
    late.run += 1
    events = spot([*early.rows(), *late.rows()])
    assert [round(e.apex_s, 1) for e in events] == [7.2, 90007.2]
