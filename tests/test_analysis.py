"""An analysis survives the disk; broken, newer and half-written files are told plainly."""

from __future__ import annotations

import csv
import errno
import io
import json
import math
import os
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.report.samples import no_face_analysis, sample_analysis
from unspoken.analysis import SCHEMA_VERSION, Analysis, Quality
from unspoken.errors import InputError, OutputError, SourceNotFound
from unspoken.events_table import events_csv, parse_units, units_text
from unspoken.facs.units import UNIT_KEYS
from unspoken.settings import Settings
from unspoken.signals import SignalsWriter
from unspoken.spotting.events import ARTEFACTS, FLAGS, KINDS, Artefact, Event, Source
from unspoken.tables import EVENT_COLUMNS
from unspoken.timing import Interval


def same(a: Any, b: Any) -> bool:
    """Equality in which not-a-number equals itself."""
    if isinstance(a, float) and isinstance(b, float) and math.isnan(a):
        return math.isnan(b)
    if type(a) is not type(b):
        return False
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if hasattr(a, "__dataclass_fields__"):
        return all(same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a) if f.compare)
    return bool(a == b)


number = st.floats(width=64)
finite = st.floats(-1e6, 1e6)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
events = st.builds(
    Event,
    face_id=st.integers(1, 99),
    kind=st.sampled_from(KINDS),
    onset_s=finite,
    apex_s=finite,
    offset_s=finite,
    onset_frame=st.integers(0, 2**40),
    apex_frame=st.integers(0, 2**40),
    offset_frame=st.integers(0, 2**40),
    action_units=st.dictionaries(st.sampled_from(UNIT_KEYS), number, max_size=4),
    snr=number,
    false_alarms_per_min=number,
    flags=st.lists(st.sampled_from(FLAGS), unique=True, max_size=3).map(tuple),
    event_id=words,
    emotion=words,
    emotion_probability=number,
)
artefacts = st.builds(
    Artefact,
    st.sampled_from(list(ARTEFACTS)),
    st.integers(0, 9),
    st.tuples(finite, finite).map(lambda pair: Interval(min(pair), max(pair))),
    st.sampled_from(get_args(Source)),
)


@given(
    found=st.lists(events, max_size=4).map(tuple),
    marks=st.lists(artefacts, max_size=3).map(tuple),
    figures=st.tuples(number, number, number, number),
    rate=number,
    gaps=st.lists(st.tuples(finite, finite), max_size=2).map(tuple),
    partial=st.booleans(),
    notes=st.lists(words, max_size=2).map(tuple),
    timings=st.dictionaries(words, number, max_size=3),
    role=st.dictionaries(words, st.sampled_from(["customer", "staff"]), max_size=2),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_saved_is_what_is_loaded(
    tmp_path: Path,
    found: tuple[Event, ...],
    marks: tuple[Artefact, ...],
    figures: tuple[float, float, float, float],
    rate: float,
    gaps: tuple[tuple[float, float], ...],
    partial: bool,
    notes: tuple[str, ...],
    timings: dict[str, float],
    role: dict[str, Any],
) -> None:
    base = no_face_analysis()
    analysis = replace(
        base,
        events=found,
        artefacts=marks,
        quality=Quality(*figures),
        clock=replace(base.clock, median_rate_hz=rate, gaps=gaps),
        settings=Settings(role=role),
        partial=partial,
        notes=notes,
        timings_s=timings,
    )
    loaded = Analysis.load(analysis.save(tmp_path).folder or "")
    assert same(loaded, analysis)
    assert same(Analysis.from_json_dict(analysis.to_json_dict()), analysis)


def test_signals_come_back_and_are_read_when_asked_for(tmp_path: Path) -> None:
    analysis = sample_analysis(seconds=3.0)
    analysis.save(tmp_path)
    loaded = Analysis.load(tmp_path / "analysis.json")
    assert loaded._signals is None
    assert loaded.signals.equals(analysis.signals)
    assert loaded.folder == tmp_path


@pytest.mark.parametrize("where", ["in memory", "on disk"])
def test_signals_are_read_in_slices_without_loading_the_table(tmp_path: Path, where: str) -> None:
    analysis = sample_analysis(seconds=140.0)
    if where == "on disk":
        analysis.save(tmp_path)
        analysis = Analysis.load(tmp_path)
    parts = list(analysis.sliced_signals())
    assert len(parts) == 3
    assert (analysis._signals is None) == (where == "on disk")
    times = np.concatenate([part.time_s for part in parts])
    assert np.array_equal(times, analysis.signals["time_s"])


def test_an_analysis_without_signals_has_an_empty_table(tmp_path: Path) -> None:
    analysis = no_face_analysis()
    assert analysis.signals.height == 0
    assert list(analysis.sliced_signals()) == []
    assert "AU4L_se" in analysis.save(tmp_path).signals.columns


def test_saving_again_elsewhere_takes_everything_along(tmp_path: Path) -> None:
    sample_analysis(seconds=3.0).save(tmp_path / "a")
    Analysis.load(tmp_path / "a").save(tmp_path / "b" / "ü")
    names = {"analysis.json", "events.csv", "signals.parquet"}
    for folder in (tmp_path / "a", tmp_path / "b" / "ü"):
        assert {path.name for path in folder.iterdir()} == names
    assert Analysis.load(tmp_path / "b" / "ü").signals.height == 90


def test_streamed_signals_appear_together_with_the_rest(tmp_path: Path) -> None:
    sample_analysis(seconds=3.0).save(tmp_path)
    writer = SignalsWriter(tmp_path / "signals.parquet")
    part = writer.finish()
    fresh = replace(no_face_analysis(), signals_file=part)
    assert Analysis.load(tmp_path).signals.height == 90, "not before it is saved"
    saved = fresh.save(tmp_path)
    assert saved.signals.height == 0
    assert not part.exists()


@pytest.mark.parametrize("failing", [1, 2])
def test_a_full_disk_leaves_earlier_results_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    sample_analysis(seconds=3.0).save(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    calls = 0
    sync = os.fsync

    def full(handle: int) -> None:
        nonlocal calls
        calls += 1
        if calls == failing:
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(handle)

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputError, match="No space left on device") as caught:
        no_face_analysis().save(tmp_path)
    assert "untouched" in caught.value.hint
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_folder_that_cannot_be_made_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(OutputError, match="taken"):
        no_face_analysis().save(tmp_path / "taken" / "results")


def test_the_document_is_strict_json_with_all_the_contract_names(tmp_path: Path) -> None:
    sample_analysis(seconds=3.0).save(tmp_path)

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is not strict JSON")

    text = (tmp_path / "analysis.json").read_text(encoding="utf-8")
    document = json.loads(text, parse_constant=refuse)
    assert document["schema_version"] == SCHEMA_VERSION
    assert len(document["source"]["sha256"]) == 64
    assert set(document["settings"]) == set(Settings.model_fields)
    assert "inf" in {entry["amplitude"] for entry in document["sensitivity"]}
    for key in ("clock", "software", "timings_s", "quality", "faces", "events", "partial"):
        assert key in document


def changed(tmp_path: Path, **values: Any) -> Path:
    no_face_analysis().save(tmp_path)
    path = tmp_path / "analysis.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**document, **values}, indent=1), encoding="utf-8")
    return path


def test_a_newer_file_asks_for_an_update(tmp_path: Path) -> None:
    path = changed(tmp_path, schema_version=SCHEMA_VERSION + 1)
    with pytest.raises(InputError, match="newer Unspoken") as caught:
        Analysis.load(path)
    assert "Update" in caught.value.hint


def test_added_keys_and_settings_are_passed_over(tmp_path: Path) -> None:
    known = Settings().model_dump(mode="json")
    path = changed(tmp_path, settings={**known, "tomorrow": 1}, moments=[])
    assert Analysis.load(path).settings == Settings()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"notes": "oops"}, r'line \d+: notes: expected a list, found "oops"'),
        ({"partial": 1}, r"line \d+: partial: expected true or false, found 1"),
        ({"events": [{"face_id": 1}]}, r'line \d+: events\[0\]: the key "kind" is missing'),
        ({"settings": {"crop_px": "big"}}, r"line \d+: settings.crop_px: "),
        ({"schema": "other"}, "not an Unspoken analysis"),
        ({"schema_version": "one"}, r"line \d+: schema_version: expected a whole number"),
    ],
)
def test_a_wrong_value_is_named_with_file_and_line(
    tmp_path: Path, values: dict[str, Any], message: str
) -> None:
    path = changed(tmp_path, **values)
    with pytest.raises(InputError, match=message) as caught:
        Analysis.load(path)
    assert str(path) in str(caught.value)


def test_the_line_is_the_right_one(tmp_path: Path) -> None:
    path = tmp_path / "analysis.json"
    sample_analysis(seconds=1.0).save(tmp_path)
    lines = path.read_text(encoding="utf-8").split("\n")
    wrong = next(i for i, line in enumerate(lines) if '"apex_frame": 525' in line)
    lines[wrong] = lines[wrong].replace("525", '"soon"')
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(InputError, match=rf"line {wrong + 1}: events\[4\]\.apex_frame"):
        Analysis.load(path)


@pytest.mark.parametrize("content", [b"", b"{", b'{"schema": "unsp', b"\xff\xfe\x00", b"[" * 99999])
def test_a_broken_file_is_an_input_error_that_names_it(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "analysis.json").write_bytes(content)
    with pytest.raises(InputError, match=r"analysis\.json"):
        Analysis.load(tmp_path)


@given(cut=st.floats(0, 1), flip=st.integers(0, 255))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_damage_gives_anything_but_an_input_error(tmp_path: Path, cut: float, flip: int) -> None:
    sample_analysis(seconds=0.2).save(tmp_path)
    path = tmp_path / "analysis.json"
    raw = bytearray(path.read_bytes())
    at = int(cut * (len(raw) - 1))
    raw[at] = flip
    for damaged in (bytes(raw), bytes(raw[:at])):
        path.write_bytes(damaged)
        try:
            Analysis.load(tmp_path)
        except InputError as error:
            assert str(path) in str(error)


def test_nothing_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="no analysis at"):
        Analysis.load(tmp_path / "nowhere")


def test_signals_that_went_missing_are_told_when_asked_for(tmp_path: Path) -> None:
    sample_analysis(seconds=1.0).save(tmp_path)
    (tmp_path / "signals.parquet").unlink()
    with pytest.raises(SourceNotFound, match="signals"):
        _ = Analysis.load(tmp_path).signals


def test_events_csv_has_the_header_alone_without_events() -> None:
    assert events_csv(()) == ",".join(column.name for column in EVENT_COLUMNS) + "\n"


def test_events_csv_reads_as_the_contract_says() -> None:
    event = Event(
        2, "micro", 4.51, 4.6766666, 5.0, 135, 140, 150, {"AU4L": 0.314, "AU4R": 0.28}, 7.456,
        0.25, ("blink", "low_frame_rate"), "2-1",
    )  # fmt: skip
    (row,) = csv.DictReader(io.StringIO(events_csv([event])))
    assert row == {
        "event_id": "2-1", "face_id": "2", "kind": "micro", "onset_s": "4.5100",
        "apex_s": "4.6767", "offset_s": "5.0000", "onset_frame": "135", "apex_frame": "140",
        "offset_frame": "150", "action_units": "AU4L:0.31|AU4R:0.28", "snr": "7.46",
        "false_alarms_per_min": "0.2500", "emotion": "", "emotion_probability": "",
        "flags": "blink|low_frame_rate",
    }  # fmt: skip


@given(st.dictionaries(st.sampled_from(UNIT_KEYS), st.floats(-9, 9), max_size=6))
def test_units_text_reads_back_to_two_decimals(units: dict[str, float]) -> None:
    read = parse_units(units_text(units))
    assert list(read) == list(units)
    assert all(abs(read[key] - units[key]) <= 0.00501 for key in units)


def test_the_events_table_keeps_types_and_unknowns() -> None:
    table = sample_analysis(seconds=1.0).events_table()
    assert table.columns == [column.name for column in EVENT_COLUMNS]
    assert table["onset_s"].dtype == pl.Float64
    assert table["onset_frame"].dtype == pl.Int32
    assert table["emotion_probability"].null_count() == 4
    assert no_face_analysis().events_table().columns == table.columns


def test_the_artefacts_table_lists_every_artefact() -> None:
    table = sample_analysis(seconds=1.0).artefacts_table()
    assert table.height == 7
    assert table.row(0, named=True) == {
        "kind": "blink", "face_id": 1, "start_s": 5.1, "end_s": 5.4, "source": "", "part": "",
    }  # fmt: skip


def test_exposure_adds_up_over_faces() -> None:
    analysis = sample_analysis(seconds=10.0)
    assert analysis.exposure_s == pytest.approx(7.9)
    assert no_face_analysis().exposure_s == 0
