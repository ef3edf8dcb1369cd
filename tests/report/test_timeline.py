"""What is packed for the page comes back as it was, to the step it was rounded to."""

from __future__ import annotations

import base64
import zlib

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from tests.report.samples import PLANTED, evidence, planted_events
from unspoken.facs.units import UNIT_KEYS
from unspoken.report import timeline
from unspoken.report.timeline import AMPLITUDE_STEP, ERROR_BASE, MISSING, Track, TrackPacker
from unspoken.signal_slices import SlicedSignals


def pack_tracks(signals: pl.DataFrame, start_s: float) -> list[Track]:
    """The whole table, slice after slice."""
    slices = SlicedSignals(signals)
    packer = TrackPacker(slices.rows_by_face(), start_s)
    for part in slices:
        packer.add(part)
    return packer.tracks()


def unpack(track: Track) -> list[NDArray[np.int64]]:
    """Columns in the documented order: written from the description, not from the packer."""
    raw = np.frombuffer(zlib.decompress(base64.b64decode("".join(track.data())), -15), np.uint8)
    sizes = [4, 1] + ([2, 1] if track.bin == 1 else [2, 2, 1]) * len(UNIT_KEYS)
    columns, at = [], 0
    for size in sizes:
        planes = raw[at : at + size * track.rows].reshape(size, track.rows).astype(np.int64)
        steps = sum(planes[b] << (8 * b) for b in range(size))
        values = np.cumsum(steps) % (1 << (8 * size))
        if size > 1:
            values = np.where(values >= 1 << (8 * size - 1), values - (1 << (8 * size)), values)
        columns.append(np.asarray(values))
        at += size * track.rows
    assert at == raw.size
    return columns


@pytest.fixture(scope="module")
def signals() -> pl.DataFrame:
    return evidence(planted_events(PLANTED, 30.0), 1140, 30.0).frame()


def test_every_frame_of_a_short_recording_is_there(signals: pl.DataFrame) -> None:
    (track,) = pack_tracks(signals, 0.0)
    seen = signals.filter(pl.col("face_id").is_not_null())
    assert (track.face_id, track.rows, track.bin) == (1, seen.height, 1)
    columns = unpack(track)
    assert np.allclose(columns[0] * 1e-4, seen["time_s"], atol=0.51e-4)
    assert (columns[1] > 0).tolist() == (seen["gap"] != "").to_list()
    for index, key in enumerate(UNIT_KEYS):
        wanted = seen[key].to_numpy()
        packed, error = columns[2 + 2 * index], columns[3 + 2 * index]
        assert (packed == MISSING).tolist() == np.isnan(wanted).tolist()
        valid = packed != MISSING
        assert np.abs(packed * AMPLITUDE_STEP - wanted)[valid].max() <= 0.51 * AMPLITUDE_STEP
        ratio = ERROR_BASE * 2 ** (error[valid] / 8) / seen[f"{key}_se"].to_numpy()[valid]
        assert 0.95 < ratio.min() <= ratio.max() < 1.05


def test_a_long_recording_keeps_the_extremes_of_every_bin(
    signals: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "_MOST_ROWS", 200)
    (track,) = pack_tracks(signals, 0.0)
    assert track.rows <= 200
    columns = unpack(track)
    seen = signals.filter(pl.col("face_id").is_not_null())
    for index in (0, 7, 34):
        peak = np.nanmax(seen[UNIT_KEYS[index]].to_numpy())
        high = columns[3 + 3 * index].max() * AMPLITUDE_STEP
        assert high == pytest.approx(peak, abs=0.51 * AMPLITUDE_STEP)


def test_times_count_from_the_start_of_the_clip(signals: pl.DataFrame) -> None:
    later = signals.with_columns(pl.col("time_s") + 1234.5)
    (track,) = pack_tracks(later, 1234.5)
    assert unpack(track)[0][0] == 0


def test_nobody_measured_gives_no_track(signals: pl.DataFrame) -> None:
    assert pack_tracks(signals.clear(), 0.0) == []
    assert pack_tracks(signals.filter(pl.col("face_id").is_null()), 0.0) == []


def test_faces_are_packed_apart_in_order(signals: pl.DataFrame) -> None:
    second = signals.with_columns(pl.lit(2, pl.Int32).alias("face_id"))
    assert [t.face_id for t in pack_tracks(pl.concat([second, signals]), 0.0)] == [1, 2]
