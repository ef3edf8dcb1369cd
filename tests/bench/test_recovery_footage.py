"""Footage classes from signals and from tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from unspoken.bench.recovery.footage import (
    ClassSpans,
    classify_signals,
    known_classes,
    read_class_table,
)
from unspoken.errors import UsageError
from unspoken.timing import Interval

TIMES = np.arange(300) / 30.0


def signals(yaw: np.ndarray, mouth: np.ndarray) -> pl.DataFrame:
    zero = np.zeros(len(TIMES))
    return pl.DataFrame(
        {
            "time_s": TIMES,
            "yaw_deg": yaw,
            "pitch_deg": zero,
            "roll_deg": zero,
            "mouth_opening": mouth,
        }
    )


QUIET = 0.02 + 0.0 * TIMES
SWAY = 3.0 * np.sin(2 * np.pi * 0.3 * TIMES)
TALK = 0.15 + 0.1 * np.sin(2 * np.pi * 4.0 * TIMES)


@pytest.mark.parametrize(
    ("yaw", "mouth", "expected"),
    [
        (0.0 * TIMES, QUIET, "still"),
        (SWAY, QUIET, "listening"),
        (SWAY, TALK, "talking"),
        (20.0 * np.sin(2 * np.pi * 0.5 * TIMES), QUIET, "lively"),
        (SWAY, 0.02 + 0.3 * (TIMES > 5.0), "listening"),  # the mouth opens once: no speech
    ],
)
def test_classes_follow_head_and_mouth(yaw: np.ndarray, mouth: np.ndarray, expected: str) -> None:
    spans = classify_signals(signals(yaw, mouth))
    assert spans.at(1.5) == expected
    assert spans.at(8.5) == expected


def test_a_talk_that_begins_is_seen_where_it_begins() -> None:
    mouth = np.where(TIMES < 5.0, QUIET, TALK)
    spans = classify_signals(signals(SWAY, mouth))
    assert spans.at(2.0) == "listening" and spans.at(8.0) == "talking"
    assert spans.of(Interval(7.9, 8.1)) == "talking"


def test_nothing_measured_gives_no_spans() -> None:
    empty = signals(SWAY, QUIET).head(0)
    assert classify_signals(empty) == ClassSpans()


def test_a_table_of_classes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "classes.csv"
    path.write_text("clip,start_s,end_s,class\na.mp4,0,5,talking\na.mp4,5,9,still\nb,0,1,lively\n")
    table = read_class_table(path)
    assert table["a.mp4"].at(4.9) == "talking" and table["a.mp4"].at(5.0) == "still"
    assert table["a.mp4"].at(10.0) == "listening"
    assert set(table) == {"a.mp4", "b"}


@pytest.mark.parametrize(
    "text",
    ["clip,start_s,end_s\na,0,1\n", "clip,start_s,end_s,class\na,x,1,still\n"]
    + ["clip,start_s,end_s,class\na,0,1,asleep\n", "clip,start_s,end_s,class\na,0\n"],
)
def test_a_table_that_makes_no_sense_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "classes.csv"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"classes\.csv"):
        read_class_table(path)


def test_a_small_face_is_a_class_of_its_own_unless_the_user_says_what_it_is() -> None:
    still = ClassSpans(rest="still")
    small = known_classes("a.mp4", 29.0, {})
    assert small is not None and small.rest == "small"
    assert known_classes("a.mp4", 40.0, {}) is None, "the signals tell"
    assert known_classes("a.mp4", 29.0, {"a": still}) == still
    assert known_classes("a.mp4", 29.0, {"*": still}) == still
    assert known_classes("a.mp4", 29.0, {"b.mp4": still}) == small
