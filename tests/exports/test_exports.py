"""Every export format: what it holds, with and without context and moments."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.exports.material import CONTEXT, MOMENTS, material
from unspoken.context.record import Context
from unspoken.errors import InputError, OutputError, UsageError
from unspoken.exports.boris import boris_bytes
from unspoken.exports.columns import TABLES, export_dictionary
from unspoken.exports.elan import elan_bytes
from unspoken.exports.material import Material, lanes, load_material
from unspoken.exports.openface import openface_csv, openface_header
from unspoken.exports.tidy import tidy_tables
from unspoken.exports.webvtt import chapters_vtt, events_vtt, transcript_vtt
from unspoken.exports.write import EXPORTS, write_export
from unspoken.records import to_json


def eaf(content: bytes, folder: Path) -> Any:
    from pympi.Elan import Eaf

    path = folder / "x.eaf"
    path.write_bytes(content)
    return Eaf(str(path))


@pytest.mark.parametrize("name", [one.name for one in EXPORTS])
@pytest.mark.parametrize("moments", [False, True])
@pytest.mark.parametrize("context", [Context(), CONTEXT], ids=["bare", "context"])
def test_every_format_is_written_whatever_is_there(
    name: str, moments: bool, context: Context, tmp_path: Path
) -> None:
    written = write_export(material(moments=moments, context=context), name, tmp_path / "out")
    assert written and all(path.stat().st_size for path in written)
    assert not [path for path in tmp_path.rglob("*") if path.name.endswith(".part")]


def test_elan_has_a_tier_for_everything(tmp_path: Path) -> None:
    found = eaf(elan_bytes(material(moments=True)), tmp_path)
    names = set(found.get_tier_names())
    for tier in (
        *("segments: step", "segments: step (2)", "segments: topic", "speech: Ana", "speech: Ben"),
        *("events: micro, face 1", "events: macro, face 1", "events: blink, face 1"),
        *("units: AU4L, face 1", "moments: face 1", "signals: face 1", "segments: step | details"),
    ):
        assert tier in names
    assert found.get_annotation_data_for_tier("segments: step")[0] == (0, 10000, "intro")
    assert found.get_annotation_data_for_tier("signals: face 1") == [(3200, 3530, "confusion 0.70")]
    assert found.get_linked_files()[0]["MIME_TYPE"] == "video/mp4"


def test_no_elan_tier_overlaps_itself(tmp_path: Path) -> None:
    found = eaf(elan_bytes(material(moments=True)), tmp_path)
    for tier in found.get_tier_names():
        if found.tiers[tier][0]:
            spans = sorted(a[:2] for a in found.get_annotation_data_for_tier(tier))
            assert all(a[1] <= b[0] for a, b in zip(spans, spans[1:], strict=False)), tier


def test_boris_states_come_in_pairs_and_are_in_the_ethogram() -> None:
    project = json.loads(boris_bytes(material(moments=True)))
    ethogram = {b["code"]: b for b in project["behaviors_conf"].values()}
    (observation,) = project["observations"].values()
    running: dict[tuple[str, ...], int] = {}
    for time_s, *who, comment, frame in observation["events"]:
        assert ethogram[who[1]]["category"] in project["behavioral_categories"]
        if ethogram[who[1]]["type"] == "State event":
            running[tuple(who)] = running.get(tuple(who), 0) + 1
        assert isinstance(time_s, float) and isinstance(comment, str) and frame == "NA"
    assert running and not [key for key, count in running.items() if count % 2]
    assert {"micro-expression", "macro-expression", "blink", "signal confusion"} <= set(ethogram)
    times = [event[0] for event in observation["events"]]
    assert times == sorted(times)


def test_webvtt_names_what_was_found() -> None:
    assert "micro: AU4L, AU4R" in events_vtt(material())
    assert "Consistent with anger or concentration. [confusion]" in events_vtt(
        material(moments=True)
    )
    assert "<v Ben>很好 &amp; &lt;fine&gt;</v>" in transcript_vtt(material())
    assert "s1\n00:00:00.000 --> 00:00:10.000\nintro" in chapters_vtt(material())


def test_openface_columns_have_their_names_and_ranges() -> None:
    text = b"".join(openface_csv(material())).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    analysis = material().analysis
    assert tuple(rows[0]) == openface_header()
    assert openface_header()[:5] == ("frame", "face_id", "timestamp", "confidence", "success")
    assert {"AU12_r", "AU45_r", "AU28_c", "pose_Rx"} <= set(rows[0]) and "AU28_r" not in rows[0]
    assert len(rows) == analysis.signals.height
    assert rows[0]["frame"] == "1"
    assert all(0.0 <= float(row["AU12_r"]) <= 5.0 for row in rows)
    smile = [row for row in rows if row["AU12_c"] == "1"]
    onsets = [e for e in analysis.events if any(k.startswith("AU12") for k in e.action_units)]
    assert min(float(r["timestamp"]) for r in smile) >= min(e.onset_s for e in onsets)
    assert {row["success"] for row in rows} <= {"0", "1"}


def test_tidy_tables_hold_every_row_and_their_documented_columns() -> None:
    tables = dict(tidy_tables(material(moments=True)))
    assert list(tables) == list(TABLES)
    for name, (_, columns) in TABLES.items():
        assert tables[name].columns == [column.name for column in columns]
    analysis = material().analysis
    assert tables["events"].height == len(analysis.events)
    assert tables["event_units"].height == sum(len(e.action_units) for e in analysis.events)
    assert tables["segment_tags"].rows() == [("s1", "product", "X & <Y>"), ("s3", "note", "|,()")]
    assert tables["utterances"]["role"].to_list() == ["customer", "unknown", "unknown"]
    assert ("outcome", "csat", "4.0") in tables["interaction"].rows()
    assert tables["moment_signals"].rows()[0][:3] == ("m1", "confusion", 0.7)


def test_parquet_and_csv_come_back_alike(tmp_path: Path) -> None:
    whole = material(moments=True)
    write_export(whole, "csv", tmp_path / "csv")
    write_export(whole, "parquet", tmp_path / "parquet")
    for name, frame in tidy_tables(whole):
        parquet = pl.read_parquet(tmp_path / "parquet" / f"{name}.parquet")
        assert parquet.equals(frame)
        text = pl.read_csv(tmp_path / "csv" / f"{name}.csv", schema=frame.schema)
        assert text.height == frame.height
    assert (tmp_path / "csv" / "data-dictionary.md").read_text() == export_dictionary()


def test_every_exported_column_is_documented(repository: Path) -> None:
    written = (repository / "docs" / "exports.md").read_text(encoding="utf-8")
    assert export_dictionary().partition("\n## ")[2] in written
    assert not [one.name for one in EXPORTS if f"`{one.name}`" not in written]


def test_lanes_never_overlap_and_lose_nothing() -> None:
    spans = [(0.0, 2.0, "a"), (1.0, 3.0, "b"), (2.0, 4.0, "c"), (0.5, 0.5, "d")]
    found = lanes(spans)
    assert sorted(s for lane in found for s in lane) == sorted(spans)
    assert [[s[2] for s in lane] for lane in found] == [["a", "c"], ["d", "b"]]
    assert not lanes([])


def saved(folder: Path, moments: dict[str, Any] | None = None) -> Path:
    whole = material()
    whole.analysis.save(folder)
    CONTEXT.save(folder)
    if moments is not None:
        (folder / "moments.json").write_text(json.dumps(moments, indent=1))
    return folder


def document(**changed: Any) -> dict[str, Any]:
    rows = [to_json(moment) for moment in MOMENTS]
    return {"schema": "unspoken.moments", "schema_version": 1, "moments": rows} | changed


def test_a_result_is_loaded_with_what_lies_beside_it(tmp_path: Path) -> None:
    assert load_material(saved(tmp_path / "a")).moments == ()
    whole = load_material(saved(tmp_path / "b", document()))
    assert whole.moments == MOMENTS and whole.context == CONTEXT
    assert isinstance(whole, Material)


def test_broken_and_newer_moments_are_named(tmp_path: Path) -> None:
    rows = [to_json(MOMENTS[0]) | {"start_s": "soon"}]
    with pytest.raises(InputError, match=r"line \d+: moments\[0\].start_s: expected a number"):
        load_material(saved(tmp_path / "a", document(moments=rows)))
    with pytest.raises(InputError, match="newer"):
        load_material(saved(tmp_path / "b", document(schema_version=2)))
    with pytest.raises(InputError, match="no moments"):
        load_material(saved(tmp_path / "c", {"schema": "other"}))


def test_a_place_of_the_wrong_sort_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match="folder was expected"):
        write_export(material(), "csv", tmp_path / "file")
    with pytest.raises(UsageError, match="file was expected"):
        write_export(material(), "elan", tmp_path)
    with pytest.raises(OutputError):
        write_export(material(), "elan", tmp_path / "file" / "x.eaf")
    assert (tmp_path / "file").read_text() == "mine"
    with pytest.raises(UsageError, match="Known are elan"):
        write_export(material(), "word", tmp_path / "x")
