"""Reading slice by slice gives the whole table, from a file and from memory alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from tests.report.samples import PLANTED, evidence, planted_events
from unspoken.errors import InputError, SourceNotFound
from unspoken.facs.units import UNIT_KEYS
from unspoken.motion.evidence import GAPS
from unspoken.signal_slices import SLICE_ROWS, SignalSlice, SlicedSignals

ROWS = 1140


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    """A face with noise, two stretches without evidence, and a second face after it."""
    first = evidence(planted_events(PLANTED, 30.0), ROWS, 30.0).frame()
    second = first.with_columns(
        pl.when(pl.col("face_id").is_null()).then(None).otherwise(2).cast(pl.Int32).alias("face_id")
    )
    return pl.concat([first, second, second])


def saved(table: pl.DataFrame, path: Path, group_rows: int) -> Path:
    table.write_parquet(path, row_group_size=group_rows)
    return path


def joined(signals: SlicedSignals) -> SignalSlice:
    parts = list(signals)
    assert all(0 < part.time_s.size <= SLICE_ROWS for part in parts)
    return SignalSlice.joined(parts)


@pytest.mark.parametrize("group_rows", [0, 700, 3 * ROWS])
def test_the_slices_hold_the_whole_table(
    table: pl.DataFrame, tmp_path: Path, group_rows: int
) -> None:
    """In memory, in many row groups, and in one that is longer than a slice."""
    source = saved(table, tmp_path / "s.parquet", group_rows) if group_rows else table
    found = joined(SlicedSignals(source))
    assert np.array_equal(found.time_s, table["time_s"])
    assert np.array_equal(found.face_id, table["face_id"].fill_null(0))
    assert [GAPS[code] for code in found.gap] == table["gap"].to_list()
    for index, key in enumerate(UNIT_KEYS):
        assert np.array_equal(found.amplitude[index], table[key], equal_nan=True)
        assert np.array_equal(found.error[index], table[f"{key}_se"], equal_nan=True)


def test_rows_are_counted_by_face(table: pl.DataFrame, tmp_path: Path) -> None:
    seen = ROWS - table[:ROWS]["face_id"].null_count()
    path = saved(table, tmp_path / "s.parquet", 500)
    for source in (table, path):
        assert SlicedSignals(source).rows_by_face() == {1: seen, 2: 2 * seen}


def test_one_face_is_picked_out(table: pl.DataFrame) -> None:
    whole = joined(SlicedSignals(table))
    second = whole.of_face(2)
    assert set(second.face_id.tolist()) == {2}
    assert second.of_face(2) is second
    assert second.of_face(1).time_s.size == 0


@pytest.mark.parametrize("source", ["nothing", "no rows"])
def test_no_rows_give_no_slices(table: pl.DataFrame, source: str) -> None:
    signals = SlicedSignals(None if source == "nothing" else table.clear())
    assert list(signals) == []
    assert signals.rows_by_face() == {}


def test_gaps_of_another_program_do_not_pass_for_ours(table: pl.DataFrame) -> None:
    """Unknown and missing reasons are no reasons; numbers are there or not regardless."""
    odd = table[:3].with_columns(pl.Series("gap", ["eclipse", None, "pose"]))
    assert [GAPS[code] for code in joined(SlicedSignals(odd)).gap] == ["", "", "pose"]


def test_arrow_holds_little_at_a_time(table: pl.DataFrame, tmp_path: Path) -> None:
    """Ten times the rows do not take more of Arrow's memory than a few slices."""
    path = saved(pl.concat([table] * 10), tmp_path / "s.parquet", SLICE_ROWS)
    slice_bytes = SLICE_ROWS * (8 + 4 + 4 + 2 * 4 * len(UNIT_KEYS))
    before = pa.total_allocated_bytes()
    most = max(pa.total_allocated_bytes() - before for _ in SlicedSignals(path))
    assert 0 < most < 4 * slice_bytes


def test_reading_says_what_is_wrong(table: pl.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="are not at"):
        list(SlicedSignals(tmp_path / "signals.parquet"))
    (tmp_path / "text.parquet").write_text("hello, this is no table", encoding="utf-8")
    with pytest.raises(InputError, match="not a readable Parquet file"):
        list(SlicedSignals(tmp_path / "text.parquet"))
    table.drop("AU4L", "gap").write_parquet(tmp_path / "less.parquet")
    with pytest.raises(InputError, match="lacks the columns gap, AU4L"):
        list(SlicedSignals(tmp_path / "less.parquet"))


def test_a_file_that_ends_early_is_an_input_error(table: pl.DataFrame, tmp_path: Path) -> None:
    path = saved(table, tmp_path / "s.parquet", 500)
    whole = path.read_bytes()
    middle = len(whole) // 3
    path.write_bytes(whole[:middle] + bytes(1000) + whole[middle + 1000 :])
    with pytest.raises(InputError, match="not a readable Parquet file"):
        list(SlicedSignals(path))


def test_units_without_a_value_are_told_by_face_and_only_where_both_sides_lack_it(
    table: pl.DataFrame,
) -> None:
    behind = pl.col("time_s").is_between(2.0, 3.0)
    only_left = pl.col("time_s").is_between(4.0, 5.0)
    first = table[:ROWS].with_columns(
        pl.when(behind | only_left).then(None).otherwise(pl.col("AU4L")).alias("AU4L"),
        pl.when(behind).then(None).otherwise(pl.col("AU4R")).alias("AU4R"),
    )
    times, usable, missing = SlicedSignals(pl.concat([first, table[ROWS:]])).missing_units(1)
    lost = times[usable & missing["AU4"]]
    assert (lost[0], lost[-1], lost.size) == (pytest.approx(2.0), pytest.approx(3.0), 31)
    assert not (usable & missing["AU12"]).any()
    _, usable, missing = SlicedSignals(pl.concat([first, table[ROWS:]])).missing_units(2)
    assert usable.any() and not (usable & missing["AU4"]).any()
    assert SlicedSignals(None).missing_units(1)[0].size == 0
