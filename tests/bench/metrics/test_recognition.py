"""Recognition pooled over folds, and its product with spotting (STRS)."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspoken.bench.metrics import Counts, Fold, pooled_recognition, strs


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
