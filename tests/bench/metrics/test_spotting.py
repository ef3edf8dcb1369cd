"""Spotting is scored over all videos together, those without expressions included."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.metrics.some_marks import mark, marks, some_marks, thresholds
from unspoken.bench.metrics import NO_KIND, Counts, Mark, Video, pair_videos, score_spotting


def test_a_video_without_expressions_counts_with_its_false_alarms() -> None:
    """Two videos: all right in one, three false alarms in the empty other. F1 = 2/(2+3), not 1."""
    videos = pair_videos(
        {"busy": marks((10, 19)), "empty": ()},
        {"busy": marks((10, 19)), "empty": marks((0, 5), (20, 30), (50, 60))},
    )
    score = score_spotting(videos)
    assert score.overall == Counts(tp=1, fp=3, fn=0)
    assert score.overall.f1 == pytest.approx(2 / 5)
    assert score.videos == 2


def test_counts_are_pooled_not_averaged_over_videos() -> None:
    """Ten of ten in one video, none of one in the other: 20/21, where the mean of F1 says 0.5."""
    ten = marks(*((20 * i, 20 * i + 9) for i in range(10)))
    score = score_spotting([Video("long", ten, ten), Video("short", marks((0, 9)))])
    assert score.overall.f1 == pytest.approx(20 / 21)


def test_a_video_cannot_get_lost() -> None:
    with pytest.raises(ValueError, match=r"only one of them has: forgotten, new\."):
        pair_videos({"a": (), "forgotten": ()}, {"a": (), "new": ()})
    with pytest.raises(ValueError, match="'a' comes twice"):
        score_spotting([Video("a"), Video("a")])


def test_kinds_are_scored_against_their_own_and_their_confusion_is_told() -> None:
    """By hand: a micro found as macro, a macro found, a micro missed, a false micro, a blink."""
    truths = (mark(0, 4), mark(20, 49, "macro"), mark(80, 84), mark(90, 93, "blink"))
    found = (mark(0, 4, "macro"), mark(22, 49, "macro"), mark(60, 63), mark(90, 93, "blink"))
    score = score_spotting([Video("a", truths, found)])
    assert score.by_kind == {"micro": Counts(0, 1, 2), "macro": Counts(1, 1, 0)}
    assert score.overall == Counts(tp=1, fp=2, fn=2)
    assert score.any_kind == Counts(tp=2, fp=1, fn=1)
    assert score.confusion == {
        ("micro", "macro"): 1,
        ("macro", "macro"): 1,
        ("micro", NO_KIND): 1,
        (NO_KIND, "micro"): 1,
    }
    assert [pair.truth.onset_frame for pair in score.matches["a"]] == [20]
    assert [pair.truth.onset_frame for pair in score.matches_any_kind["a"]] == [0, 20]


def test_nothing_to_score_gives_no_ratio() -> None:
    assert score_spotting([]).videos == 0
    score = score_spotting([Video("quiet")])
    assert score.videos == 1
    assert score.overall == Counts()
    assert math.isnan(score.overall.f1)


@given(st.lists(st.tuples(some_marks, some_marks), max_size=4), thresholds)
def test_the_table_of_kinds_adds_up(
    raw: list[tuple[tuple[Mark, ...], tuple[Mark, ...]]], threshold: float
) -> None:
    videos = [Video(str(i), truths, found) for i, (truths, found) in enumerate(raw)]
    score = score_spotting(videos, threshold)
    table = score.confusion
    assert sum(n for (a, b), n in table.items() if NO_KIND not in (a, b)) == score.any_kind.tp
    assert sum(n for (a, _), n in table.items() if a == NO_KIND) == score.any_kind.fp
    assert sum(n for (_, b), n in table.items() if b == NO_KIND) == score.any_kind.fn
    assert score.overall.truths == sum(len(video.truths) for video in videos)
    assert score.overall.found == sum(len(video.found) for video in videos)
