"""The demo's comparison, and its command on a shorter sample."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import unspoken.commands.demo
from unspoken.bench.sample import make_sample
from unspoken.cli import main
from unspoken.commands.demo import match_planted
from unspoken.spotting.events import Event, Kind
from unspoken.timing import Interval


def event(kind: Kind, start_s: float, end_s: float) -> Event:
    return Event(1, kind, start_s, (start_s + end_s) / 2, end_s, 0, 0, 0)


def test_the_larger_overlap_of_the_same_kind_counts() -> None:
    events = [event("micro", 1.0, 1.3), event("micro", 1.1, 1.5), event("blink", 1.05, 1.4)]
    assert match_planted([("micro", Interval(1.1, 1.45))], events) == [events[1]]


def test_an_event_is_counted_once() -> None:
    events = [event("micro", 1.0, 2.0)]
    planted: list[tuple[Kind, Interval]] = [
        ("micro", Interval(1.0, 1.4)),
        ("micro", Interval(1.4, 2.0)),
    ]
    assert match_planted(planted, events) == [None, events[0]]


def test_nothing_found_matches_nothing() -> None:
    assert match_planted([("macro", Interval(0.0, 1.0))], []) == [None]
    assert match_planted([], [event("micro", 0.0, 1.0)]) == []


spans = st.tuples(st.floats(0, 20), st.floats(0.01, 3)).map(lambda s: Interval(s[0], s[0] + s[1]))


@given(st.lists(spans, max_size=6), st.lists(spans, max_size=6))
def test_matches_overlap_and_are_used_once(planted: list[Interval], found: list[Interval]) -> None:
    events = [event("micro", span.start_s, span.end_s) for span in found]
    matched = match_planted([("micro", span) for span in planted], events)
    used = [id(e) for e in matched if e is not None]
    assert len(matched) == len(planted) and len(used) == len(set(used))
    for span, e in zip(planted, matched, strict=True):
        assert e is None or span.overlap_s(e.interval) > 0.0


def test_the_command_makes_the_sample_analyses_it_and_compares(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    short = functools.partial(make_sample, duration_s=20.0, fps=20.0, size=(320, 240))
    monkeypatch.setattr(unspoken.commands.demo, "make_sample", short)
    assert main(["demo", "--out", str(tmp_path / "demo"), "--no-open"]) == 0
    out = capsys.readouterr().out
    assert "Planted and found" in out and "blinks found." in out
    report = tmp_path / "demo" / "sample" / "report.html"
    assert out.splitlines()[-1] == str(report.resolve()) and report.is_file()
    assert (tmp_path / "demo" / "sample-truth.csv").is_file()


def test_a_demo_that_cannot_be_written_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert main(["demo", "--out", str(tmp_path / "file" / "demo")]) == 2
    assert "Cannot write" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
