"""From a source to an analysis: always the same one, on the source's own clock."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.clips import QUIET, RAISED_BROWS, brows, film, frames_of, lit
from unspoken.analysis import Analysis
from unspoken.bench.simulate import Script
from unspoken.engine import Engine
from unspoken.errors import InputError, NoFaceFound, RolesNeeded, UsageError
from unspoken.media.writer import ClipWriter
from unspoken.pipeline import analyze, make_settings, run
from unspoken.settings import Settings
from unspoken.signals import SignalsTable
from unspoken.spotting.events import Event
from unspoken.stopping import StopRequest
from unspoken.threads import single_threads

Clip = Callable[[str], Path]


def strongest(analysis: Analysis, kind: str = "micro") -> Event:
    return max((e for e in analysis.events if e.kind == kind), key=lambda e: e.snr)


# -- the same again ----------------------------------------------------------------------------


def test_two_runs_give_identical_results(clip: Clip) -> None:
    first, second = analyze(clip("brows")), analyze(clip("brows"))
    assert first.events
    assert first.with_timings({}).to_json_dict() == second.with_timings({}).to_json_dict()
    assert first.signals.equals(second.signals, null_equal=True)


def test_the_pipeline_gives_what_a_plain_loop_over_push_gives(clip: Clip) -> None:
    """Threads and queues change nothing; a camera can be served by the same engine."""
    table = SignalsTable()
    engine = Engine(on_row=table.add)
    with single_threads():
        pushed = [event for frame in frames_of(clip("brows")) for event in engine.push(frame)]
        pushed += engine.finish()
    analysis = analyze(clip("brows"))
    assert sorted(pushed, key=lambda e: e.onset_s) == list(analysis.events)
    assert table.frame().equals(analysis.signals, null_equal=True)


# -- time --------------------------------------------------------------------------------------


def test_events_are_reported_in_container_time_on_a_variable_rate_clip(tmp_path: Path) -> None:
    """The first part has 20 pictures a second and the second 30.

    Frame number over average rate would put the event 0.5 s away from where it is.
    """
    times = [*np.arange(0.0, 3.0, 1 / 20), *np.arange(3.0, 6.0, 1 / 30)]
    script = replace(QUIET, events=(brows(3.5),))
    analysis = analyze(film(tmp_path / "clip.mov", script=script, times_s=times))
    event = strongest(analysis)
    assert event.onset_s == pytest.approx(3.5, abs=0.1)
    wrong = event.onset_frame * analysis.clock.duration_s / analysis.clock.frames
    assert abs(wrong - 3.5) > 0.4
    assert analysis.clock.variable_rate
    assert times[event.onset_frame] == pytest.approx(event.onset_s, abs=0.03)


def test_the_smile_of_a_real_film_starts_when_it_does(feat_clip: Callable[[str], Path]) -> None:
    """24 and 30 pictures a second in one file: number over average rate would be 0.25 s early.

    A broad smile changes much of the face, and with it goes a blink: still it is neither a hand
    before the face nor an artefact.
    """
    analysis = analyze(feat_clip("noface_face.mov"), role="customer")
    smiles = [e for e in analysis.events if e.kind == "macro" and "AU12L" in e.action_units]
    assert [e.onset_s for e in smiles] == pytest.approx([4.51], abs=0.12)
    assert smiles[0].emotion in ("happiness", "")


def test_a_clip_that_does_not_start_at_zero_keeps_its_own_clock(tmp_path: Path) -> None:
    times = 7.25 + np.arange(0.0, 3.0, 1 / 25)
    script = replace(QUIET, events=(brows(9.0),))
    analysis = analyze(film(tmp_path / "clip.mkv", script=script, times_s=list(times)))
    assert analysis.clock.start_s == pytest.approx(7.25, abs=1e-3)
    assert strongest(analysis).onset_s == pytest.approx(9.0, abs=0.1)


def test_ten_pictures_a_second_never_give_a_micro_expression(tmp_path: Path) -> None:
    script = replace(QUIET, events=(brows(1.0), brows(2.5), brows(4.0, 0.12)))
    analysis = analyze(film(tmp_path / "clip.mp4", 6.0, 10.0, script))
    assert not analysis.clock.micro_possible
    assert [event for event in analysis.events if event.kind == "micro"] == []
    assert any("micro-expressions cannot be timed" in note for note in analysis.quality.notes)


# -- bad input ---------------------------------------------------------------------------------


def test_one_picture_is_no_video(clip: Clip) -> None:
    with pytest.raises(InputError, match="found a single picture"):
        analyze(clip("one"))


def test_black_pictures_are_called_black(clip: Clip) -> None:
    with pytest.raises(NoFaceFound, match="all of its 10 pictures are black"):
        analyze(clip("black"))


def test_pictures_without_a_face_are_told_from_black_ones(tmp_path: Path) -> None:
    grey = np.full((120, 160, 3), 120, np.uint8)
    with ClipWriter(tmp_path / "wall.mp4", (160, 120), 25.0) as writer:
        for _ in range(5):
            writer.add(grey)
    with pytest.raises(NoFaceFound, match="no face was found in any of its 5 pictures"):
        analyze(tmp_path / "wall.mp4")


def test_a_truncated_file_is_analysed_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = film(tmp_path / "whole.mkv", 5.0, script=RAISED_BROWS).read_bytes()
    (tmp_path / "cut.mkv").write_bytes(whole[: len(whole) * 7 // 10])
    analysis = analyze(tmp_path / "cut.mkv")
    assert analysis.clock.truncated and 2.5 < analysis.clock.duration_s < 4.5
    assert any("before the end it announces" in note for note in analysis.notes)
    assert strongest(analysis).onset_s == pytest.approx(2.0, abs=0.08)


def test_a_small_face_is_analysed_and_told(tmp_path: Path) -> None:
    path = film(tmp_path / "small.mp4", 2.0, size=(320, 240), icd_px=22.0)
    analysis = analyze(path)
    assert analysis.exposure_s > 1.5
    assert any(note.startswith("The face is small: 22 pixels") for note in analysis.quality.notes)


def test_a_face_too_small_to_measure_is_not_called_calm(tmp_path: Path) -> None:
    path = film(tmp_path / "tiny.mp4", 1.0, size=(320, 240), icd_px=11.0)
    analysis = analyze(path)
    assert analysis.exposure_s == 0.0 and analysis.events == ()
    assert set(analysis.signals["gap"]) == {"too_small"}
    assert any("nothing could have been found" in note for note in analysis.quality.notes)


def test_a_question_about_roles_names_the_source(clip: Clip) -> None:
    with pytest.raises(RolesNeeded, match=r"pair\.mp4: There are several people"):
        analyze(clip("pair"))


def test_a_customer_who_never_came_is_an_error_that_lists_who_came(clip: Clip) -> None:
    with pytest.raises(RolesNeeded, match="face 7, which was never seen.*: 1, 2"):
        analyze(clip("pair"), role={7: "customer"})


def test_a_staff_number_that_matches_nobody_leaves_nobody_to_guess(clip: Clip) -> None:
    """The one face there is might be the one that was meant."""
    with pytest.raises(RolesNeeded, match="face 5, which was never seen"):
        analyze(clip("quiet"), role={"5": "staff"})


def test_staff_who_never_came_do_not_spoil_a_customers_results(clip: Clip) -> None:
    analysis = analyze(clip("quiet"), role={"1": "customer", "9": "staff"})
    assert [face.role for face in analysis.faces] == ["customer"]
    assert any("face 9, which was never seen" in note for note in analysis.notes)


def test_where_all_faces_are_staff_nothing_is_measured(clip: Clip) -> None:
    with pytest.raises(InputError, match=r"no customer among the faces in it \(1, 2\)"):
        analyze(clip("pair"), role="staff")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"crop_px": 10}, "Setting crop_px: .*80, found 10"),
        ({"role": {"1": "boss"}}, "Setting role.1: .*found 'boss'"),
        ({"speed": 2}, "There is no setting speed. Settings are: role, fps"),
    ],
)
def test_a_wrong_setting_is_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        make_settings(**options)
    assert re.search(message, str(caught.value))


def test_settings_may_be_given_as_they_come_to_mind() -> None:
    assert make_settings(role="customer").role == {"all": "customer"}
    assert make_settings(role={2: "staff"}).role == {"2": "staff"}


def test_a_single_option_changes_the_settings_it_is_given_with(clip: Clip) -> None:
    chosen = Settings(protocol="strict", max_faces=2)
    analysis = analyze(clip("quiet"), settings=chosen, max_faces=3)
    assert analysis.settings == Settings(protocol="strict", max_faces=3)


# -- stopping ----------------------------------------------------------------------------------


def test_a_stopped_run_keeps_what_it_has(clip: Clip) -> None:
    stop = StopRequest()
    table = SignalsTable()

    def progress(done: int, time_s: float, expected: int | None) -> None:
        assert expected == 100
        stop.asked = done >= 60

    done = run(clip("brows"), Settings(), table, progress, stop)
    assert done.analysis.partial
    assert done.analysis.clock.frames == 60
    assert done.analysis.clock.end_s == pytest.approx(2.4)
    assert table.frame()["frame"].to_list() == list(range(60))
    assert any("stopped before the end" in note for note in done.analysis.notes)


def test_ctrl_c_keeps_what_there_is(clip: Clip) -> None:
    def progress(done: int, time_s: float, expected: int | None) -> None:
        if done == 70:
            raise KeyboardInterrupt

    analysis = analyze(clip("brows"), progress=progress)
    assert analysis.partial
    assert isinstance(analysis.signals, pl.DataFrame) and analysis.signals.height == 70


def test_stopping_before_a_face_was_found_leaves_nothing_to_keep(tmp_path: Path) -> None:
    path = film(tmp_path / "late.mp4", 1.0, script=Script(), change=lit(lambda t: float(t > 0.8)))
    stop = StopRequest(asked=True)
    with pytest.raises(InputError, match="stopped before a customer's face was found"):
        run(path, Settings(), SignalsTable(), None, stop)
