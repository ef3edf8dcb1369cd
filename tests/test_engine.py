"""Frames in, events out: who is measured, what is counted, and what makes no events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import unspoken.engine
from tests.clips import QUIET, Change, cutting, film, frames_of, lit
from unspoken.analysis import Analysis
from unspoken.bench.profiles import Speech
from unspoken.bench.simulate import Script
from unspoken.engine import Engine
from unspoken.errors import RolesNeeded
from unspoken.face.observation import FaceObservation
from unspoken.media.frame import Frame
from unspoken.motion.evidence import EvidenceRow
from unspoken.motion.stream import EvidenceStream
from unspoken.pipeline import analyze, make_settings
from unspoken.spotting.events import Event
from unspoken.timing import Interval

Clip = Callable[[str], Path]
NOBODY_MOVES = Script()


def push_all(engine: Engine, frames: list[Frame]) -> list[Event]:
    events = [event for frame in frames for event in engine.push(frame)]
    return [*events, *engine.finish()]


def expressions(analysis: Analysis) -> list[Event]:
    return [event for event in analysis.events if event.kind != "blink"]


# -- who is measured ---------------------------------------------------------------------------


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Track numbers that reach the motion stage, in any way at all."""
    reached: list[int] = []

    class Watched(EvidenceStream):
        def __init__(self, face_id: int, *arguments: Any) -> None:
            reached.append(face_id)
            super().__init__(face_id, *arguments)

        def push(self, frame: Frame, seen: FaceObservation | None) -> EvidenceRow:
            if seen is not None:
                reached.append(seen.face_id)
            return super().push(frame, seen)

    monkeypatch.setattr(unspoken.engine, "EvidenceStream", Watched)
    return reached


@pytest.mark.parametrize("other", ["staff", "bystander", "unknown"])
def test_only_customers_reach_the_motion_stage(clip: Clip, measured: list[int], other: str) -> None:
    engine = Engine(make_settings(role={"left": other, "right": "customer"}))
    push_all(engine, frames_of(clip("pair")))
    customers = {face for face in engine.tracks if engine.role_of(face) == "customer"}
    others = set(engine.tracks) - customers
    assert len(customers) == 1 and len(others) == 1
    assert set(measured) == customers
    assert set(engine.customers) == customers


def test_where_everybody_is_staff_the_motion_stage_is_never_called(
    clip: Clip, measured: list[int]
) -> None:
    rows: list[EvidenceRow] = []
    engine = Engine(make_settings(role="staff"), rows.append)
    assert push_all(engine, frames_of(clip("pair"))) == []
    assert len(engine.tracks) == 2 and not engine.customers and not measured
    assert {(row.face_id, row.gap) for row in rows} == {(0, "no_face")}


def test_a_face_nobody_named_is_not_measured_beside_a_named_customer(
    clip: Clip, measured: list[int]
) -> None:
    engine = Engine(make_settings(role={"1": "customer"}))
    push_all(engine, frames_of(clip("pair")))
    assert set(measured) == {1}
    assert engine.role_of(2) == "unknown"


def test_several_faces_and_no_word_about_them_is_a_question(clip: Clip) -> None:
    with pytest.raises(RolesNeeded, match="several people") as caught:
        push_all(Engine(), frames_of(clip("pair")))
    assert "--role" in caught.value.hint


def test_a_single_face_is_the_customer_unless_told_otherwise(clip: Clip) -> None:
    frames = frames_of(clip("quiet"))[:8]
    engine, told = Engine(), Engine(make_settings(role="bystander"))
    push_all(engine, frames)
    push_all(told, frames)
    assert engine.role_of(1) == "customer" and list(engine.customers) == [1]
    assert told.role_of(1) == "bystander" and not told.customers


# -- what comes out ----------------------------------------------------------------------------


def test_a_raised_brow_is_found_where_it_was_planted(clip: Clip) -> None:
    engine = Engine()
    found = [e for e in push_all(engine, frames_of(clip("brows"))) if e.kind == "micro"]
    best = max(found, key=lambda event: event.snr)
    assert best.onset_s == pytest.approx(2.0, abs=0.08)
    assert best.apex_s == pytest.approx(2.16, abs=0.08)
    assert {unit[:3] for unit in list(best.action_units)[:2]} <= {"AU1", "AU2"}
    assert best.event_id.startswith("1-")


def test_every_frame_gives_a_row_and_its_time_counts_once(clip: Clip) -> None:
    rows: list[EvidenceRow] = []
    frames = frames_of(clip("quiet"))
    engine = Engine(on_row=rows.append)
    push_all(engine, frames)
    assert [row.frame for row in rows] == [frame.index for frame in frames]
    assert [row.time_s for row in rows] == [frame.time_s for frame in frames]
    length = frames[-1].time_s - frames[0].time_s
    customer = engine.customers[1]
    assert customer.measured_s + sum(customer.gaps_s.values()) == pytest.approx(length)


def test_a_long_pause_between_two_frames_is_not_exposure(clip: Clip) -> None:
    frames = frames_of(clip("quiet"))[:20]
    late = [replace(f, time_s=f.time_s + (60.0 if f.index >= 10 else 0.0)) for f in frames]
    engine = Engine()
    push_all(engine, late)
    assert engine.customers[1].measured_s < 1.5


# -- what makes no events ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "light"),
    [
        pytest.param(NOBODY_MOVES, None, id="nobody moves"),
        pytest.param(QUIET, None, id="a head sways"),
        pytest.param(NOBODY_MOVES, lit(lambda t: 1.0 if t < 2.0 else 0.7), id="light goes down"),
        pytest.param(
            QUIET, lit(lambda t: 1.0 if t % 2.0 < 1.0 else 1.25), id="light goes on and off"
        ),
        pytest.param(
            NOBODY_MOVES, lit(lambda t: 1.0 + 0.06 * ((t * 7.0) % 1.0 - 0.5)), id="light flickers"
        ),
        pytest.param(NOBODY_MOVES, lit(lambda t: 0.7 + 0.07 * t), id="light comes up slowly"),
    ],
)
def test_nothing_but_light_and_head_gives_no_expression(
    tmp_path: Path, script: Script, light: Change | None
) -> None:
    analysis = analyze(film(tmp_path / "clip.mp4", 4.0, script=script, change=light))
    assert analysis.exposure_s > 3.5
    assert expressions(analysis) == []


@pytest.mark.parametrize(("zoom", "shift_px"), [(1.25, 20.0), (1.0, 40.0)])
def test_a_camera_cut_ends_runs_and_makes_no_event(
    tmp_path: Path, zoom: float, shift_px: float
) -> None:
    cutting_camera = cutting(1.4, zoom, shift_px)
    path = film(tmp_path / "clip.mp4", 4.0, script=QUIET, change=cutting_camera)
    analysis = analyze(path, role="customer")
    cuts = [a.interval.start_s for a in analysis.artefacts if a.kind == "cut"]
    assert cuts == pytest.approx([1.4, 2.8], abs=0.021)
    runs = analysis.signals.drop_nulls("face_id")
    for cut_s in cuts:
        around = runs.filter((runs["time_s"] > cut_s - 0.1) & (runs["time_s"] < cut_s + 0.1))
        keys = list(zip(around["time_s"] < cut_s, around["face_id"], around["run"], strict=True))
        before = {key[1:] for key in keys if key[0]}
        after = {key[1:] for key in keys if not key[0]}
        assert before and after and not before & after
    assert expressions(analysis) == []


def test_who_talks_all_the_time_is_known_to_speak(tmp_path: Path) -> None:
    """However long it goes on: stated errors grow with what a mouth does, speech must not hide."""
    script = replace(QUIET, speech=(Speech(Interval(0.0, 14.0), 5),))
    talking = analyze(film(tmp_path / "talk.mp4", 14.0, 25.0, script))
    spoken = sum(a.interval.duration_s for a in talking.artefacts if a.kind == "speech")
    assert spoken > 0.7 * 14.0
    assert [event for event in expressions(talking) if event.kind == "micro"] == []
