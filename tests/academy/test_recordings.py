"""Which recordings may be shown in training: those a customer agreed to, and no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tests.server.filmed import AGREED, SIDE, recorded_visit
from unspoken.academy.recordings import recording_of
from unspoken.academy.showings import Showings
from unspoken.analysis import Analysis
from unspoken.cli import main
from unspoken.context.consent import Consent
from unspoken.context.record import Context
from unspoken.errors import InputError, UnspokenError

GREY = (np.full((SIDE, SIDE, 3), 90, np.uint8),) * 2
TODAY = date(2026, 3, 6)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    folder = tmp_path_factory.mktemp("films") / "visit"
    recorded_visit(folder, GREY)
    return Analysis.load(folder)


def refusal(analysis: Analysis, consent: Consent = AGREED) -> str:
    with pytest.raises(InputError) as refused:
        recording_of(analysis, Context(consent=consent), TODAY)
    return refused.value.message


def test_a_recording_is_shown_with_sound_only_where_all_agreed(result: Analysis) -> None:
    alone = Consent("2026-03-02")
    assert recording_of(result, Context(consent=AGREED), TODAY).sound
    assert not recording_of(result, Context(consent=alone), TODAY).sound


def test_without_a_consent_that_holds_today_it_is_not_shown(result: Analysis) -> None:
    assert "does not say" in refusal(result, Consent())
    assert "ended on 2026-03-05" in refusal(result, Consent("2026-01-01", "2026-03-05"))
    assert "still to come" in refusal(result, Consent("2026-04-01"))


def test_one_customer_does_not_agree_for_others(result: Analysis) -> None:
    alone = Consent("2026-03-02")
    one = result.faces[0]
    staff = replace(one, face_id=2, role="staff", measured_s=0.0)
    assert "1 other face is in it" in refusal(replace(result, faces=(one, staff)), alone)
    friend = replace(one, face_id=2)
    assert "1 other face is in it" in refusal(replace(result, faces=(one, friend)), alone)
    found_again = replace(one, face_id=2, first_s=one.last_s + 1.0, last_s=one.last_s + 2.0)
    returned = replace(result, faces=(one, found_again))
    assert recording_of(returned, Context(consent=alone), TODAY)


def test_where_not_every_face_was_followed_others_may_be_in_it(result: Analysis) -> None:
    settings = result.settings.model_copy(update={"max_faces": 1})
    one = replace(result, settings=settings)
    assert "only one was followed" in refusal(one, Consent("2026-03-02"))
    stopped = replace(result, partial=True)
    assert "stopped before its end" in refusal(stopped, Consent("2026-03-02"))
    assert recording_of(one, Context(consent=AGREED), TODAY)


def test_a_file_that_is_gone_or_another_or_no_film_is_told(
    result: Analysis, tmp_path: Path
) -> None:
    source = result.source
    gone = replace(result, source=replace(source, path="/nowhere/film.avi"), folder=None)
    assert "neither at /nowhere/film.avi nor beside" in refusal(gone)
    assert "size differs" in refusal(replace(result, source=replace(source, bytes=7)))
    pictures = replace(result, source=replace(source, kind="image sequence"))
    assert "folder of pictures" in refusal(pictures)
    assert "mpeg4 in avi" in refusal(
        replace(result, source=replace(source, container="avi", codec="mpeg4"))
    )


def test_a_recording_that_moved_along_with_its_results_is_found(tmp_path: Path) -> None:
    recorded_visit(tmp_path / "old" / "visit", GREY)
    (tmp_path / "old").rename(tmp_path / "new")
    moved = Analysis.load(tmp_path / "new" / "visit")
    found = recording_of(moved, Context(consent=AGREED), TODAY)
    assert found.path == tmp_path / "new" / "visit" / "film.mp4"


def test_taking_consent_back_holds_at_once(tmp_path: Path) -> None:
    recorded_visit(tmp_path / "visit", GREY)
    showings = Showings(tmp_path, recordings=True, today=lambda: TODAY)
    (one,) = (x for x in showings.listed() if x.reference == "engine")
    assert showings.open(one.recording).recording is not None
    assert main(["context", str(tmp_path / "visit"), "--consent", "training=no"]) == 0
    with pytest.raises(UnspokenError, match="does not say"):
        showings.open(one.recording)
    (one,) = (x for x in showings.listed() if x.reference == "engine")
    assert not one.recording and "does not say" in one.unshown and not one.problem


def test_unless_asked_for_no_recording_is_offered_or_opened(tmp_path: Path) -> None:
    recorded_visit(tmp_path / "visit", GREY)
    (asked,) = (x for x in Showings(tmp_path, recordings=True).listed() if x.recording)
    usual = Showings(tmp_path)
    assert not any(one.recording or one.unshown for one in usual.listed())
    with pytest.raises(InputError, match="Recordings are not shown"):
        usual.open(asked.recording)


def test_the_recording_and_its_reenactment_are_not_compared(tmp_path: Path) -> None:
    """Marks on a real face are no marks on an acted one."""
    recorded_visit(tmp_path / "visit", GREY)
    showings = Showings(tmp_path, recordings=True)
    (one,) = (x for x in showings.listed() if x.recording)
    acted, real = showings.open(one.showing_id), showings.open(one.recording)
    assert acted.digest != real.digest and acted.targets == real.targets
    assert acted.recording is None


def test_the_option_needs_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["academy", "--show-video", "--data", str(tmp_path), "--no-open"]) == 2
    assert "--interactions" in capsys.readouterr().err
