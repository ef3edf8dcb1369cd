"""Re-enactment: movement stays, noise goes, gaps are gaps, and nobody is recognisable by lot."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import unspoken
from tests.report.samples import sample_analysis
from unspoken.academy.browser import find_chromium
from unspoken.academy.film import Film, load_film
from unspoken.academy.people import load_people
from unspoken.academy.reenactment import LABEL, Look, person_for, reenact, shrunk, smoothed
from unspoken.academy.rendering import render_film
from unspoken.analysis import Analysis
from unspoken.bench.sample import make_sample
from unspoken.cli import main
from unspoken.commands.demo import match_planted
from unspoken.errors import InputError, SourceNotFound, UsageError
from unspoken.timing import Interval

amplitudes = st.lists(st.floats(-1, 1), min_size=1, max_size=60)


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return sample_analysis()


@pytest.fixture
def result(analysis: Analysis, tmp_path: Path) -> Path:
    return analysis.save(tmp_path / "result").folder or tmp_path


def value(film: Film, key: str, time_s: float) -> float:
    knots = np.array(film.faces[0].courses.get(key, [(0.0, 0.0)]))
    return float(np.interp(time_s, knots[:, 0], knots[:, 1]))


@given(amplitudes, st.floats(0.001, 0.3))
def test_a_smoothed_value_stays_within_its_error(values: list[float], error: float) -> None:
    raw = np.array(values)
    times = np.arange(len(raw)) / 30.0
    smooth = smoothed(times, raw, np.full(len(raw), error))
    assert np.abs(smooth - raw).max() <= error + 1e-9


@given(amplitudes, st.floats(0.001, 0.3))
def test_shrinking_never_adds_and_never_turns_round(values: list[float], error: float) -> None:
    raw = np.array(values)
    times = np.arange(len(raw)) / 30.0
    less = shrunk(times, raw, np.full(len(raw), error), np.zeros(len(raw)))
    assert (np.abs(less) <= np.abs(raw) + 1e-12).all() and (less * raw >= 0).all()
    kept = shrunk(times, raw, np.full(len(raw), error), np.ones(len(raw)))
    assert kept == pytest.approx(raw)


def test_noise_within_two_errors_becomes_no_movement() -> None:
    noise = np.random.default_rng(1).uniform(-1.9, 1.9, 300) * 0.01
    still = shrunk(np.arange(300) / 30, noise, np.full(300, 0.01), np.zeros(300))
    assert not still.any()


def test_planted_movements_keep_unit_time_and_size(analysis: Analysis) -> None:
    film = reenact(analysis)
    for event in analysis.events:
        if event.kind == "blink":
            continue
        for key, peak in event.action_units.items():
            assert value(film, key, event.apex_s) == pytest.approx(peak, abs=0.05), event.event_id
    quiet = [value(film, key, 20.5) for key in film.faces[0].courses]
    assert max(map(abs, quiet)) < 0.02


def test_a_blink_shuts_the_eyes_and_a_glance_does_not(analysis: Analysis) -> None:
    """The mesh says 0.45 at a blink of this face and 0.75 when it looks down a little."""
    table = analysis.signals
    time = table["time_s"].to_numpy()
    opening = table["eye_opening"].to_numpy().copy()
    opening[(time > 5.15) & (time < 5.3)] = 0.45
    opening[(time > 20.0) & (time < 21.0)] = 0.75
    lids = replace(analysis, _signals=table.with_columns(eye_opening=opening))
    film = reenact(lids)
    assert value(film, "AU45L", 5.22) == pytest.approx(1.0, abs=0.01)
    assert value(film, "AU45L", 4.9) == value(film, "AU45L", 20.5) == 0.0


def test_gaps_have_their_reason_in_words_and_times_of_the_recording(analysis: Analysis) -> None:
    film = reenact(analysis, Interval(23.0, 33.0))
    assert film.starts_at_s == 23.0 and film.label == LABEL
    gaps = [(gap.start_s + 23.0, gap.end_s + 23.0, gap.word) for gap in film.faces[0].gaps]
    assert [word for *_, word in gaps] == ["turned too far away", "no face in view"]
    assert gaps[0][:2] == pytest.approx((24.4, 25.3), abs=0.04)
    assert gaps[1][:2] == pytest.approx((30.0, 31.2), abs=0.04)


def test_a_part_is_the_same_as_the_whole_at_the_same_time(analysis: Analysis) -> None:
    whole, part = reenact(analysis), reenact(analysis, Interval(6.5, 9.0))
    assert value(part, "AU12L", 7.57 - 6.5) == pytest.approx(value(whole, "AU12L", 7.57), abs=0.01)


def test_who_acts_is_drawn_by_lot_among_training_faces() -> None:
    pools = {person.name: person.pool for person in load_people()}
    drawn = {person_for(f"{k:064x}") for k in range(200)}
    assert {pools[name] for name in drawn} == {"training"}
    assert len(drawn) == sum(pool == "training" for pool in pools.values())
    assert person_for("ab") == person_for("ab")
    test_face = next(name for name, pool in pools.items() if pool == "test")
    with pytest.raises(UsageError, match="kept for tests"):
        person_for("ab", test_face)
    with pytest.raises(UsageError, match="no face of the pack"):
        person_for("ab", "x99")


def test_bad_input_is_told_what_to_do(analysis: Analysis, result: Path) -> None:
    nobody = replace(analysis, faces=tuple(replace(f, measured_s=0.0) for f in analysis.faces))
    with pytest.raises(InputError, match="no customer's face was measured"):
        reenact(nobody)
    with pytest.raises(UsageError, match="outside the recording"):
        reenact(analysis, Interval(500, 510))
    long = replace(analysis, clock=replace(analysis.clock, end_s=5000.0))
    with pytest.raises(InputError, match="too long"):
        reenact(long)
    with pytest.raises(UsageError, match="Face 7 was not measured"):
        reenact(analysis, face_id=7)
    (result / "signals.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(InputError, match="not a readable Parquet file"):
        reenact(Analysis.load(result))
    (result / "signals.parquet").unlink()
    with pytest.raises(SourceNotFound, match=r"signals\.parquet"):
        reenact(Analysis.load(result))


def test_the_command_writes_a_film_the_renderer_reads(
    result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "moment.json"
    assert main(["academy", "reenact", str(result), "--moment", "1-3", "--out", str(out)]) == 0
    film = load_film(out)
    assert (film.label, float(film.fps)) == (LABEL, 30.0)
    assert film.starts_at_s == pytest.approx(7.4 - 1.5)
    assert "does not exist" in capsys.readouterr().err
    for wrong in (["--moment", "9-9"], ["--person", "x1"], ["--start", "9", "--end", "3"]):
        assert main(["academy", "reenact", str(result), "-o", str(out), *wrong]) == 2
    assert main(["academy", "reenact", str(result), "-o", str(tmp_path / "a.gif")]) == 2
    assert load_film(out) == film


@pytest.mark.slow
def test_the_engine_finds_in_the_reenactment_what_was_planted_in_the_recording(
    tmp_path: Path,
) -> None:
    """Sample, analysis, re-enactment, film, analysis: brow, smile corner, nose, and the blinks."""
    try:
        find_chromium()
    except UsageError as error:
        pytest.skip(str(error))
    truth = make_sample(tmp_path / "sample.mp4", duration_s=20.0)
    analysis = unspoken.analyze(tmp_path / "sample.mp4")
    film = reenact(analysis, Interval(0.0, 7.5), look=Look("m03", size=384))
    render_film(film, tmp_path / "film.mp4")
    found = unspoken.analyze(tmp_path / "film.mp4").events
    planted = [e for e in truth.events if e.offset_s < 7.3]
    pairs = match_planted([("micro", Interval(e.onset_s, e.offset_s)) for e in planted], found)
    hits = [(p, e) for p, e in zip(planted, pairs, strict=True) if e is not None]
    told = [(e.kind, e.onset_s, e.offset_s, e.action_units) for e in found]
    assert len(planted) == 3 and len(hits) >= 2, told
    for event, again in hits:
        assert set(event.units) & set(again.action_units), told
        assert again.apex_s == pytest.approx(event.apex_s, abs=0.1)
    blinks = [b.interval for b in truth.blinks if b.interval.end_s < 7.3]
    seen = match_planted([("blink", span) for span in blinks], found)
    assert len(blinks) >= 3 and sum(b is not None for b in seen) >= len(blinks) - 1, told
