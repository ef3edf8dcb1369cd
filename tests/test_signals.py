"""Signals reach the disk whole, in order, and in bounded memory; failures leave no trace."""

from __future__ import annotations

import errno
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest

from unspoken.errors import InputError, OutputError, SourceNotFound, UsageError
from unspoken.face.observation import Pose
from unspoken.facs.units import UNIT_KEYS
from unspoken.motion.evidence import GAPS, EvidenceRow, Gap
from unspoken.signals import SignalsTable, SignalsWriter, read_signals
from unspoken.tables import SIGNAL_COLUMNS

UNITS = len(UNIT_KEYS)
NAN = float("nan")


def row(index: int, rate_hz: float = 30.0, gap: Gap = "", face_id: int = 1) -> EvidenceRow:
    rng = np.random.default_rng(index)
    missing = bool(gap)
    values = np.full(UNITS, np.nan) if missing else rng.normal(0, 0.1, UNITS)
    errors = np.full(UNITS, np.nan) if missing else rng.uniform(0.01, 0.02, UNITS)
    seen = gap != "no_face"
    return EvidenceRow(
        frame=index,
        time_s=index / rate_hz,
        face_id=face_id if seen else 0,
        run=index // 1000,
        amplitude=values.astype(np.float32),
        error=errors.astype(np.float32),
        pose=Pose(1.5, -2.5, 3.5) if seen else None,
        icd_px=61.0 if seen else NAN,
        eye_opening=0.7 if seen else NAN,
        mouth_opening=0.1 if seen else NAN,
        gaze_x=0.2 if seen else NAN,
        gaze_y=-0.2 if seen else NAN,
        light=NAN if missing else 1.01,
        quality=0.0 if missing else 0.9,
        gap=gap,
    )


def rows(count: int, rate_hz: float = 30.0) -> Iterator[EvidenceRow]:
    """Rows in which every kind of gap appears."""
    for index in range(count):
        yield row(index, rate_hz, GAPS[index % 40] if index % 40 < len(GAPS) else "")


def written(path: Path, count: int, rate_hz: float = 30.0) -> Path:
    with SignalsWriter(path) as writer:
        for item in rows(count, rate_hz):
            writer.add(item)
    return path


def test_what_is_written_is_what_was_measured(tmp_path: Path) -> None:
    table = read_signals(written(tmp_path / "signals.parquet", 100))
    assert table.columns == [column.name for column in SIGNAL_COLUMNS]
    assert table.height == 100
    for index, item in enumerate(rows(100)):
        found = table.row(index, named=True)
        assert (found["frame"], found["time_s"], found["gap"]) == (index, index / 30, item.gap)
        assert found["face_id"] == (item.face_id or None)
        got = [np.nan if found[key] is None else found[key] for key in UNIT_KEYS]
        assert np.array_equal(np.array(got, np.float32), item.amplitude, equal_nan=True)
        got = [np.nan if found[f"{key}_se"] is None else found[f"{key}_se"] for key in UNIT_KEYS]
        assert np.array_equal(np.array(got, np.float32), item.error, equal_nan=True)
        assert found["pitch_deg"] == (None if item.pose is None else -2.5)


def test_a_missing_value_is_null_and_not_a_poisonous_number(tmp_path: Path) -> None:
    table = read_signals(written(tmp_path / "signals.parquet", 100))
    assert not np.isnan(table["AU4L"].to_numpy()).all()
    assert table["AU4L"].is_nan().sum() == 0
    assert table["AU4L"].null_count() == table.filter(pl.col("gap") != "").height > 0


def test_memory_and_disk_hold_the_same_table(tmp_path: Path) -> None:
    kept = SignalsTable()
    for item in rows(5000):
        kept.add(item)
    path = written(tmp_path / "signals.parquet", 5000)
    assert kept.frame().equals(read_signals(path))
    assert kept.frame().height == 5000, "asking twice loses nothing"


def test_no_rows_give_an_empty_table_with_all_columns(tmp_path: Path) -> None:
    table = read_signals(written(tmp_path / "signals.parquet", 0))
    assert table.equals(SignalsTable().frame())
    assert (table.height, table.width) == (0, len(SIGNAL_COLUMNS))


@pytest.mark.parametrize("rate_hz", [10.0, 30.0])
def test_row_groups_span_half_a_minute_to_about_a_minute(tmp_path: Path, rate_hz: float) -> None:
    path = written(tmp_path / "signals.parquet", 5000, rate_hz)
    groups = pq.ParquetFile(path).metadata
    spans = [groups.row_group(i).num_rows / rate_hz for i in range(groups.num_row_groups)]
    assert all(30 <= span <= 70 for span in spans[:-1])
    assert groups.row_group(0).column(3).compression == "ZSTD"


def test_memory_does_not_grow_with_the_recording(tmp_path: Path) -> None:
    with SignalsWriter(tmp_path / "signals.parquet") as writer:
        item = row(0)
        for _ in range(6000):
            writer.add(item)
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(20_000):
            writer.add(item)
        grown = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
    assert grown < 300_000


def test_ctrl_c_keeps_what_was_measured_and_marks_it(tmp_path: Path) -> None:
    path = tmp_path / "signals.parquet"
    with pytest.raises(KeyboardInterrupt), SignalsWriter(path) as writer:
        for item in rows(3000):
            writer.add(item)
        raise KeyboardInterrupt
    assert read_signals(path).height == 3000
    assert pq.ParquetFile(path).metadata.metadata[b"unspoken.partial"] == b"true"


def test_a_failure_leaves_the_earlier_file_and_no_litter(tmp_path: Path) -> None:
    path = written(tmp_path / "signals.parquet", 10)
    with pytest.raises(ZeroDivisionError), SignalsWriter(path) as writer:
        writer.add(row(0))
        raise ZeroDivisionError
    assert read_signals(path).height == 10
    assert [p.name for p in tmp_path.iterdir()] == ["signals.parquet"]


def test_until_it_is_closed_the_earlier_file_stands(tmp_path: Path) -> None:
    path = written(tmp_path / "signals.parquet", 10)
    writer = SignalsWriter(path)
    writer.add(row(0))
    part = writer.finish()
    assert read_signals(path).height == 10
    assert read_signals(part).height == 1
    writer.close()
    assert read_signals(path).height == 1
    assert writer.close() == path, "closing twice does nothing"


def test_a_closed_file_takes_no_more_rows(tmp_path: Path) -> None:
    writer = SignalsWriter(tmp_path / "signals.parquet")
    writer.close()
    with pytest.raises(UsageError, match="closed"):
        writer.add(row(0))


def test_a_full_disk_is_an_output_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "signals.parquet", 10)
    writer = SignalsWriter(path)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pq.ParquetWriter, "write_batch", full)
    with pytest.raises(OutputError, match=r"signals\.parquet: No space left"):
        for item in rows(2048):
            writer.add(item)
    writer.abort()
    assert read_signals(path).height == 10
    assert [p.name for p in tmp_path.iterdir()] == ["signals.parquet"]


def test_a_place_that_is_no_folder_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="file"):
        SignalsWriter(tmp_path / "file" / "signals.parquet")


def test_reading_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="not at"):
        read_signals(tmp_path / "signals.parquet")
    (tmp_path / "text.parquet").write_text("not parquet at all")
    with pytest.raises(InputError, match="not a readable Parquet file"):
        read_signals(tmp_path / "text.parquet")
    pl.DataFrame({"time_s": [0.0]}).write_parquet(tmp_path / "other.parquet")
    with pytest.raises(InputError, match="lacks the columns frame"):
        read_signals(tmp_path / "other.parquet")
