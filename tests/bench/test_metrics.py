"""The metrics say what a person with pencil and paper says, and do not fall for the known traps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import permutations
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspoken.bench.metrics import (
    NO_KIND,
    Counts,
    Fold,
    Mark,
    Match,
    Video,
    apex_score,
    bootstrap_over_clips,
    false_alarm_rate,
    frame_iou,
    greedy_match,
    instant_errors,
    match,
    pair_videos,
    pooled_recognition,
    probability_reliability,
    rate_reliability,
    score_spotting,
    share,
    strs,
    time_iou,
    unit_score,
    wilson_interval,
)
from unspoken.bench.metrics.unit_sets import without_side
from unspoken.spotting.events import Event


def mark(onset: int, offset: int, kind: str = "micro", apex: int | None = None) -> Mark:
    """A movement at 10 frames a second, so that frames and tenths of a second agree."""
    apex_s = math.nan if apex is None else apex / 10
    return Mark(kind, onset, offset, onset / 10, offset / 10, apex, apex_s)


def marks(*bounds: tuple[int, int], kind: str = "micro") -> tuple[Mark, ...]:
    return tuple(mark(*bound, kind) for bound in bounds)


bounds = st.tuples(st.integers(0, 40), st.integers(0, 15)).map(lambda t: (t[0], t[0] + t[1]))
some_marks = st.lists(bounds, max_size=7).map(lambda items: marks(*items))
counts = st.builds(Counts, *[st.integers(0, 1000)] * 3)
thresholds = st.sampled_from([0.1, 0.2, 0.34, 0.5, 0.75, 1.0])


# -- overlap -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((10, 19), (10, 19), 1.0),
        ((10, 19), (15, 24), 5 / 15),  # frames 15-19 of 10-24
        ((10, 19), (10, 14), 0.5),
        ((10, 19), (20, 29), 0.0),  # neighbours share no frame
        ((10, 19), (19, 28), 1 / 19),  # ... but these share frame 19
        ((7, 7), (7, 7), 1.0),  # one frame is a movement of length 1, not 0
        ((7, 7), (8, 8), 0.0),
        ((7, 7), (6, 8), 1 / 3),
        ((0, 3), (90, 99), 0.0),
    ],
)
def test_frames_count_with_both_ends(
    a: tuple[int, int], b: tuple[int, int], expected: float
) -> None:
    assert frame_iou(mark(*a), mark(*b)) == pytest.approx(expected)
    assert frame_iou(mark(*b), mark(*a)) == pytest.approx(expected)


def test_overlap_in_seconds_knows_no_frames() -> None:
    """1.0-2.0 s and 1.5-2.5 s share half a second of one and a half."""
    assert time_iou(mark(10, 20), mark(15, 25)) == pytest.approx(1 / 3)
    assert time_iou(mark(7, 7), mark(7, 7)) == 1.0
    assert time_iou(mark(7, 7), mark(6, 8)) == 0.0


def test_at_a_changing_rate_the_two_overlaps_differ() -> None:
    """The same frames, but the last two lie a second apart: time sees it, frames do not."""
    truth = Mark("micro", 0, 3, 0.0, 1.2)
    found = Mark("micro", 0, 2, 0.0, 0.2)
    assert frame_iou(truth, found) == pytest.approx(3 / 4)
    assert time_iou(truth, found) == pytest.approx(1 / 6)


def test_marks_that_end_before_they_start_are_refused() -> None:
    with pytest.raises(ValueError, match="offset frame 3 lies before onset frame 4"):
        mark(4, 3)
    with pytest.raises(ValueError, match="ends before it starts"):
        Mark("micro", 1, 2, 0.5, 0.4)


def test_an_event_becomes_a_mark() -> None:
    event = Event(1, "macro", 1.0, 1.2, 2.0, 10, 12, 20, {"AU4L": 0.3}, emotion="anger")
    assert Mark.of_event(event) == Mark(
        "macro", 10, 20, 1.0, 2.0, 12, 1.2, frozenset({"AU4L"}), "anger"
    )


def test_a_planted_movement_gets_the_frames_nearest_to_its_times() -> None:
    """Frames at an uneven rate; the apex of a data set's label may be missing."""
    times = np.array([0.0, 0.04, 0.08, 0.2, 0.24, 0.28])
    planted = Mark.of_times("micro", 0.05, 0.15, 0.29, times, {"AU4L"}, "anger")
    assert (planted.onset_frame, planted.apex_frame, planted.offset_frame) == (1, 3, 5)
    assert (planted.onset_s, planted.apex_s, planted.offset_s) == (0.05, 0.15, 0.29)
    assert planted.action_units == {"AU4L"}
    assert planted.label == "anger"
    assert Mark.of_times("micro", 0.0, math.nan, 0.1, times).apex_frame is None
    with pytest.raises(ValueError, match="no samples"):
        Mark.of_times("micro", 0.0, 0.1, 0.2, np.array([]))


# -- matching ------------------------------------------------------------------------------------


def test_two_answers_on_one_truth_are_one_hit_and_one_false_alarm() -> None:
    video = Video("a", marks((10, 19)), marks((10, 18), (11, 19)))
    assert score_spotting([video]).overall == Counts(tp=1, fp=1, fn=0)


def test_one_answer_over_two_truths_finds_one_of_them() -> None:
    """Frames 0-19 overlap 0-9 and 10-19 by half each: one is hit, the other missed."""
    video = Video("a", marks((0, 9), (10, 19)), marks((0, 19)))
    assert score_spotting([video]).overall == Counts(tp=1, fp=0, fn=1)


def test_of_two_answers_the_better_one_is_the_hit() -> None:
    (pair,) = match(marks((10, 19)), marks((8, 19), (10, 18)))
    assert pair.found == mark(10, 18)
    assert pair.iou == pytest.approx(0.9)


def test_reaching_the_threshold_is_enough() -> None:
    assert len(match(marks((10, 19)), marks((10, 14)), 0.5)) == 1
    assert len(match(marks((10, 19)), marks((10, 13)), 0.5)) == 0


def test_rounding_does_not_cost_a_hit() -> None:
    """0.1-0.7 s against 0.1-0.4 s is one half, though 0.30000000000000004 / 0.6 may not be."""
    for n in range(1, 60):
        truth = Mark("micro", 0, 6, n * 0.1, (n + 6) * 0.1)
        found = Mark("micro", 0, 3, n * 0.1, (n + 3) * 0.1)
        assert len(match([truth], [found], 0.5, time_iou)) == 1


def test_the_best_assignment_finds_what_greed_loses() -> None:
    """Truth A 0-9, B 10-15; answer p 0-3 fits A alone, answer q 4-12 fits A (6/13) better than B.

    Overlaps: p-A 4/10, q-A 6/13 = 0.46, q-B 3/12 = 0.25. Greed gives q to A; p and B go without.
    """
    truths, found = marks((0, 9), (10, 15)), marks((0, 3), (4, 12))
    assert len(greedy_match(truths, found, 0.25)) == 1
    best = match(truths, found, 0.25)
    assert [(pair.truth, pair.found) for pair in best] == list(zip(truths, found, strict=True))


def test_among_equally_many_pairs_the_overlap_decides() -> None:
    truths, found = marks((0, 9), (2, 11)), marks((0, 9), (2, 11))
    assert [pair.iou for pair in match(truths, found)] == [1.0, 1.0]


@pytest.mark.parametrize("threshold", [0.0, -0.1, 1.1, math.nan])
def test_thresholds_that_make_no_sense_are_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match="overlap asked for"):
        match(marks((0, 1)), marks((0, 1)), threshold)


def most_pairs(truths: Sequence[Mark], found: Sequence[Mark], threshold: float) -> int:
    """Try every way to pair them: slow and beyond doubt."""
    short, long = sorted((truths, found), key=len)
    return max(
        sum(frame_iou(a, b) >= threshold for a, b in zip(short, order, strict=True))
        for order in permutations(long, len(short))
    )


@given(some_marks, some_marks, thresholds)
def test_no_assignment_has_more_pairs(
    truths: tuple[Mark, ...], found: tuple[Mark, ...], threshold: float
) -> None:
    truths, found = truths[:5], found[:5]
    pairs = match(truths, found, threshold)
    assert len(pairs) == most_pairs(truths, found, threshold)
    assert len(pairs) >= len(greedy_match(truths, found, threshold))
    assert all(pair.iou >= threshold for pair in pairs)


@given(some_marks, some_marks, thresholds, st.randoms(use_true_random=False))
def test_order_does_not_matter(
    truths: tuple[Mark, ...],
    found: tuple[Mark, ...],
    threshold: float,
    chance: Random,
) -> None:
    a, b = list(truths), list(found)
    chance.shuffle(a)
    chance.shuffle(b)
    assert match(a, b, threshold) == match(truths, found, threshold)


@given(st.lists(bounds, max_size=8), some_marks)
def test_above_a_half_greed_does_no_harm_for_truths_that_are_apart(
    raw: list[tuple[int, int]], found: tuple[Mark, ...]
) -> None:
    """What the module says of thresholds above 0.5."""
    apart: list[Mark] = []
    for onset, offset in sorted(raw):
        if not apart or onset > apart[-1].offset_frame:
            apart.append(mark(onset, offset))
    assert len(greedy_match(apart, found, 0.51)) == len(match(apart, found, 0.51))


# -- counts --------------------------------------------------------------------------------------


def test_ratios_by_hand() -> None:
    counted = Counts(tp=3, fp=1, fn=2)
    assert counted.precision == pytest.approx(3 / 4)
    assert counted.recall == pytest.approx(3 / 5)
    assert counted.f1 == pytest.approx(6 / 9)


def test_ratios_without_anything_are_not_a_number_and_without_a_hit_are_zero() -> None:
    assert all(math.isnan(x) for x in (Counts().f1, Counts().precision, Counts().recall))
    assert Counts(fn=4).f1 == 0.0
    assert math.isnan(Counts(fn=4).precision)
    assert Counts(fp=4).f1 == 0.0
    assert math.isnan(Counts(fp=4).recall)
    with pytest.raises(ValueError, match="cannot be negative"):
        Counts(tp=-1)


@given(counts)
def test_f1_is_the_harmonic_mean_bounded_and_blind_to_which_error_is_which(one: Counts) -> None:
    swapped = Counts(one.tp, one.fn, one.fp)
    if one == Counts():
        assert math.isnan(one.f1)
        return
    assert 0.0 <= one.f1 <= 1.0
    assert one.f1 == swapped.f1
    if one.tp:
        harmonic = 2 / (1 / one.precision + 1 / one.recall)
        assert one.f1 == pytest.approx(harmonic)
        assert min(one.precision, one.recall) <= one.f1 + 1e-12
        assert one.f1 <= max(one.precision, one.recall) + 1e-12


@given(some_marks, some_marks, thresholds)
def test_exchanging_truth_and_answer_exchanges_misses_and_false_alarms(
    truths: tuple[Mark, ...], found: tuple[Mark, ...], threshold: float
) -> None:
    there = score_spotting([Video("a", truths, found)], threshold).overall
    back = score_spotting([Video("a", found, truths)], threshold).overall
    assert (there.tp, there.fp, there.fn) == (back.tp, back.fn, back.fp)


@given(some_marks, some_marks)
def test_a_higher_threshold_never_finds_more(
    truths: tuple[Mark, ...], found: tuple[Mark, ...]
) -> None:
    hits = [
        score_spotting([Video("a", truths, found)], t).overall.tp for t in (0.2, 0.3, 0.5, 0.8, 1)
    ]
    assert hits == sorted(hits, reverse=True)


# -- spotting ------------------------------------------------------------------------------------


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


# -- recognition ---------------------------------------------------------------------------------


def test_uf1_and_uar_by_hand() -> None:
    """Subject 1 has no surprise, subject 2 no sadness; disgust is never predicted.

    happy: TP 2, FP 1, FN 1: F1 4/6, recall 2/3.  sad: TP 1, FP 1, FN 0: 2/3, 1.
    surprise: TP 1, FP 0, FN 0: 1, 1.  disgust: TP 0, FP 0, FN 1: 0, 0.
    """
    score = pooled_recognition(
        [
            Fold("1", ("happy", "happy", "sad", "disgust"), ("happy", "sad", "sad", "happy")),
            Fold("2", ("happy", "surprise"), ("happy", "surprise")),
        ]
    )
    assert score.by_class == {
        "disgust": Counts(0, 0, 1),
        "happy": Counts(2, 1, 1),
        "sad": Counts(1, 1, 0),
        "surprise": Counts(1, 0, 0),
    }
    assert score.samples == 6
    assert score.uf1 == pytest.approx((0 + 2 / 3 + 2 / 3 + 1) / 4)
    assert score.uar == pytest.approx((0 + 2 / 3 + 1 + 1) / 4)


def test_folds_are_pooled_before_the_ratio_is_taken() -> None:
    """One sample a fold: the mean of fold scores would be 0.5, the pooled F1 of 'a' is 2/3."""
    folds = [Fold("1", ("a",), ("a",)), Fold("2", ("a",), ("b",))]
    score = pooled_recognition(folds, classes=("a",))
    assert score.uf1 == pytest.approx(2 / 3)


def test_abstaining_is_a_miss_but_no_false_alarm() -> None:
    score = pooled_recognition([Fold("1", ("a", "b"), ("a", ""))])
    assert score.by_class == {"a": Counts(1, 0, 0), "b": Counts(0, 0, 1)}


@pytest.mark.parametrize(
    ("folds", "classes", "complaint"),
    [
        ([Fold("1", ("a",), ("a",)), Fold("1", ("a",), ("a",))], None, "'1' comes twice"),
        ([Fold("1", ("a",), ("a",))], ("a", "b"), "no sample of b"),
    ],
)
def test_leaky_folds_and_classes_without_samples_are_refused(
    folds: list[Fold], classes: tuple[str, ...] | None, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        pooled_recognition(folds, classes)


def test_folds_with_loose_ends_are_refused() -> None:
    with pytest.raises(ValueError, match="2 truths but 1 predictions"):
        Fold("1", ("a", "b"), ("a",))
    with pytest.raises(ValueError, match="has no class"):
        Fold("1", ("",), ("a",))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abcd")), min_size=1))
def test_recognition_is_bounded_and_blind_to_how_subjects_are_cut(
    pairs: list[tuple[str, str]],
) -> None:
    truths, said = zip(*pairs, strict=True)
    whole = pooled_recognition([Fold("all", truths, said)])
    single = pooled_recognition([Fold(str(i), (t,), (s,)) for i, (t, s) in enumerate(pairs)])
    assert whole == single
    assert 0.0 <= whole.uf1 <= 1.0
    assert 0.0 <= whole.uar <= 1.0


def test_strs_by_hand() -> None:
    """Spotting 4 hits, 2 false alarms, 2 misses: F1 8/12.

    Named: a as a, a as b, b as b, c as a. Precision a 1/2, b 1/2, c never predicted 0; recall a
    1/2, b 1, c 0. Means 1/3 and 1/2; F1 = 2 (1/6) / (5/6) = 2/5; STRS = 2/3 * 2/5.
    """
    score = strs(Counts(4, 2, 2), [("a", "a"), ("a", "b"), ("b", "b"), ("c", "a")])
    assert score.precision == pytest.approx(1 / 3)
    assert score.recall == pytest.approx(1 / 2)
    assert score.recognition_f1 == pytest.approx(2 / 5)
    assert score.strs == pytest.approx(4 / 15)


def test_strs_of_nothing() -> None:
    assert strs(Counts(fp=3, fn=2), []).strs == 0.0
    assert math.isnan(strs(Counts(), []).strs)
    assert strs(Counts(tp=1), [("a", "b")]).strs == 0.0
    with pytest.raises(ValueError, match="2 movements were named but only 1 were spotted"):
        strs(Counts(tp=1), [("a", "a"), ("b", "b")])


# -- instants ------------------------------------------------------------------------------------


def pair(truth: Mark, found: Mark) -> Match:
    return Match(truth, found, frame_iou(truth, found))


def test_instants_by_hand() -> None:
    """Apex errors -2, +1, +4 frames of 100 ms; the fourth truth has no apex."""
    matches = [
        pair(mark(10, 20, apex=15), mark(11, 22, apex=13)),
        pair(mark(40, 50, apex=42), mark(40, 51, apex=43)),
        pair(mark(60, 66, apex=63), mark(59, 68, apex=67)),
        pair(mark(80, 90), mark(80, 90, apex=85)),
    ]
    apex = apex_score(matches)
    assert apex.errors.count == 3
    assert apex.errors.mean_abs_frames == pytest.approx(7 / 3)
    assert apex.errors.median_abs_frames == 2.0
    assert apex.errors.mean_abs_ms == pytest.approx(700 / 3)
    assert apex.errors.median_abs_ms == pytest.approx(200.0)
    assert apex.errors.bias_ms == pytest.approx(100.0)
    # Frame 67 lies outside 60-66; the truth without an apex still has an onset and an offset.
    assert (apex.inside.hits, apex.inside.trials) == (3, 4)
    onset = instant_errors(matches, "onset")
    assert onset.count == 4
    assert onset.median_abs_ms == pytest.approx(50.0)
    assert instant_errors(matches, "offset").bias_ms == pytest.approx(150.0)


def test_an_apex_on_the_edge_is_inside() -> None:
    assert apex_score([pair(mark(10, 20, apex=15), mark(9, 20, apex=10))]).inside.value == 1.0


def test_without_pairs_there_is_no_error() -> None:
    errors = instant_errors([], "onset")
    assert errors.count == 0
    assert math.isnan(errors.mean_abs_ms)
    assert math.isnan(apex_score([]).inside.value)


# -- action units --------------------------------------------------------------------------------


def test_action_units_by_hand() -> None:
    """First: right but for the side of AU12. Second: AU1 on one side of two; AU17 missed."""
    score = unit_score(
        [
            ({"AU4L", "AU4R", "AU12L"}, {"AU4L", "AU4R", "AU12R"}),
            ({"AU1L", "AU1R", "AU17"}, {"AU1L"}),
            ({"AU2L"}, {"AU2L"}),
        ]
    )
    assert score.with_side == Counts(tp=4, fp=1, fn=3)
    assert score.without_side == Counts(tp=4, fp=0, fn=1)
    assert score.by_unit_without_side["AU12"] == Counts(1, 0, 0)
    assert score.by_unit["AU12L"] == Counts(0, 0, 1)
    assert score.by_unit["AU12R"] == Counts(0, 1, 0)
    assert list(score.by_unit_without_side) == ["AU1", "AU2", "AU4", "AU12", "AU17"]
    assert (score.side_right.hits, score.side_right.trials) == (2, 4)
    assert (score.exact.hits, score.exact.trials) == (1, 3)


def test_a_unit_without_sides_says_nothing_about_sides() -> None:
    score = unit_score([({"AU17"}, {"AU17"})])
    assert score.side_right.trials == 0
    assert score.with_side == score.without_side == Counts(tp=1)


def test_empty_unit_sets_are_counted() -> None:
    score = unit_score([(set(), {"AU4L"}), ({"AU4L"}, set()), (set(), set())])
    assert score.with_side == Counts(0, 1, 1)
    assert (score.exact.hits, score.exact.trials) == (1, 3)
    assert math.isnan(unit_score([]).exact.value)


@pytest.mark.parametrize("name", ["4L", "AU", "AU4X", "smile", "AU4LR"])
def test_names_that_are_no_unit_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="expected an action unit"):
        without_side({name})


unit_sets = st.frozensets(st.sampled_from(["AU1L", "AU1R", "AU4L", "AU4R", "AU17"]))


@given(st.lists(st.tuples(unit_sets, unit_sets)))
def test_leaving_sides_out_never_loses_a_unit(
    pairs: list[tuple[frozenset[str], frozenset[str]]],
) -> None:
    score = unit_score(pairs)
    assert Counts.total(score.by_unit.values()) == score.with_side
    assert score.without_side.fp <= score.with_side.fp
    assert score.without_side.fn <= score.with_side.fn


# -- intervals -----------------------------------------------------------------------------------


def test_wilson_against_published_values() -> None:
    """Newcombe 1998 (doi 10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E)."""
    assert wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson_interval(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson_interval(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson_interval(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)


@given(st.integers(0, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_lies_in_its_interval_and_mirrors(case: tuple[int, int]) -> None:
    hits, trials = case
    one = share(hits, trials)
    assert 0.0 <= one.low <= one.high <= 1.0
    if trials:
        assert one.low <= one.value <= one.high
        assert wilson_interval(trials - hits, trials) == pytest.approx((1 - one.high, 1 - one.low))
    else:
        assert math.isnan(one.value)


@pytest.mark.parametrize(("hits", "trials", "level"), [(-1, 3, 0.9), (4, 3, 0.9), (1, 3, 1.0)])
def test_shares_that_cannot_be_are_refused(hits: int, trials: int, level: float) -> None:
    with pytest.raises(ValueError, match="lie"):
        wilson_interval(hits, trials, level)


def test_false_alarms_are_pooled_over_clips_and_quiet_clips_count() -> None:
    """Three alarms in six minutes; exact 95 % interval of a count of 3: 0.619 to 8.767."""
    rate = false_alarm_rate([(3, 60.0), (0, 180.0), (0, 120.0)])
    assert rate.per_min == pytest.approx(0.5)
    assert (rate.low, rate.high) == pytest.approx((0.6187 / 6, 8.7673 / 6), abs=1e-4)


def test_no_alarm_is_not_a_rate_of_zero_for_sure() -> None:
    rate = false_alarm_rate([(0, 60.0)])
    assert (rate.per_min, rate.low) == (0.0, 0.0)
    assert rate.high == pytest.approx(3.689, abs=1e-3)


@pytest.mark.parametrize("clip", [(-1, 10.0), (1, 0.0), (0, -1.0), (0, math.nan)])
def test_alarms_that_cannot_be_are_refused(clip: tuple[int, float]) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        false_alarm_rate([clip])


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def test_the_bootstrap_agrees_with_theory_for_a_mean() -> None:
    """400 independent values of spread 1: the interval is 1.96/20 to either side."""
    clips = np.random.default_rng(1).normal(5.0, 1.0, 400).tolist()
    estimate = bootstrap_over_clips(clips, mean, seed=7)
    assert estimate.value == pytest.approx(mean(clips))
    assert estimate.high - estimate.low == pytest.approx(2 * 1.96 / 20, rel=0.12)
    assert estimate.low < 5.0 < estimate.high


def test_drawing_clips_is_wider_than_drawing_events_that_come_in_bunches() -> None:
    """Ten clips of twenty hits or twenty misses are ten trials, not two hundred."""
    clips = [(20, 20)] * 5 + [(0, 20)] * 5

    def detection(drawn: Sequence[tuple[int, int]]) -> float:
        return sum(hits for hits, _ in drawn) / sum(trials for _, trials in drawn)

    clustered = bootstrap_over_clips(clips, detection, seed=1)
    low, high = wilson_interval(100, 200)
    assert clustered.high - clustered.low > 3 * (high - low)


def test_the_bootstrap_is_repeatable_and_leaves_out_what_cannot_be_computed() -> None:
    clips = [Counts(2, 1, 1), Counts(), Counts(0, 0, 3)]

    def f1(drawn: Sequence[Counts]) -> float:
        return Counts.total(drawn).f1

    one, two = (bootstrap_over_clips(clips, f1, seed=3, draws=300) for _ in range(2))
    assert one == two
    # All three draws hit the empty clip once in 27: no F1 there.
    assert 250 < one.draws < 300
    assert 0.0 <= one.low <= one.value <= one.high <= 1.0


def test_few_clips_give_no_interval() -> None:
    single = bootstrap_over_clips([0.5], mean, seed=0)
    assert single.value == 0.5
    assert math.isnan(single.low)
    assert math.isnan(bootstrap_over_clips([], mean, seed=0).value)
    with pytest.raises(ValueError, match="needs draws"):
        bootstrap_over_clips([0.5], mean, seed=0, draws=0)


# -- reliability ---------------------------------------------------------------------------------


def test_stated_rates_by_hand() -> None:
    """Ten minutes; alarms state 0.05, 0.1, 0.4, 0.4, 0.9: 2 at most 0.1 (1 expected), 5 at 1."""
    table = rate_reliability([0.4, 0.05, 0.9, 0.1, 0.4], 600.0, [1.0, 0.1])
    assert [step.stated_per_min for step in table] == [0.1, 1.0]
    assert [step.observed.count for step in table] == [2, 5]
    assert [step.ratio for step in table] == pytest.approx([2.0, 0.5])
    assert table[0].low < 1.0 < table[0].high


def test_honest_statements_come_out_as_honest() -> None:
    """Alarms at 3 a minute with stated rates uniform up to 3: the 95 % intervals hold 1."""
    rng = np.random.default_rng(4)
    held = 0
    for _ in range(300):
        stated = rng.uniform(0.0, 3.0, rng.poisson(3.0 * 50.0))
        (step,) = rate_reliability(stated.tolist(), 60 * 50.0, [0.5])
        held += step.low < 1.0 < step.high
    assert 0.92 < held / 300 < 1.0


@pytest.mark.parametrize(("stated", "step"), [([math.nan], 1.0), ([-0.1], 1.0), ([0.1], 0.0)])
def test_rates_that_cannot_be_are_refused(stated: list[float], step: float) -> None:
    with pytest.raises(ValueError, match="rate"):
        rate_reliability(stated, 60.0, [step])


def test_probabilities_by_hand() -> None:
    table = probability_reliability([0.1, 0.2, 0.5, 0.9, 1.0], [False, True, True, True, False], 2)
    assert [(b.low, b.high) for b in table] == [(0.0, 0.5), (0.5, 1.0)]
    assert [(b.observed.hits, b.observed.trials) for b in table] == [(1, 2), (2, 3)]
    assert [b.mean_stated for b in table] == pytest.approx([0.15, 0.8])
    assert math.isnan(probability_reliability([], [], 1)[0].mean_stated)


@pytest.mark.parametrize(
    ("stated", "true", "bins"), [([1.1], [True], 2), ([0.5], [], 2), ([0.5], [True], 0)]
)
def test_probabilities_that_cannot_be_are_refused(
    stated: list[float], true: list[bool], bins: int
) -> None:
    with pytest.raises(ValueError, match=r"probabilities"):
        probability_reliability(stated, true, bins)


@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.booleans())), st.integers(1, 12))
def test_every_statement_falls_into_one_bin(
    statements: list[tuple[float, bool]], bins: int
) -> None:
    table = probability_reliability([p for p, _ in statements], [t for _, t in statements], bins)
    assert sum(b.observed.trials for b in table) == len(statements)
    assert sum(b.observed.hits for b in table) == sum(t for _, t in statements)
