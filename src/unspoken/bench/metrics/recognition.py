"""Naming what was found: UF1 and UAR over subjects, and STRS for spotting and naming together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from unspoken.bench.metrics.counts import Counts

__all__ = ["Fold", "RecognitionScore", "StrsScore", "pooled_recognition", "strs"]


@dataclass(frozen=True, slots=True)
class Fold:
    """One subject left out: the samples of this subject and what was said about them.

    Parameters
    ----------
    subject : str
        Who was left out.
    truths, predicted : tuple of str
        Class of every sample, in the same order. An empty prediction is an abstention: a miss of
        the true class and a false alarm of none.

    Raises
    ------
    ValueError
        If the two differ in length, or a truth is empty.
    """

    subject: str
    truths: tuple[str, ...]
    predicted: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.truths) != len(self.predicted):
            raise ValueError(
                f"subject {self.subject}: {len(self.truths)} truths but "
                f"{len(self.predicted)} predictions"
            )
        if "" in self.truths:
            raise ValueError(f"subject {self.subject}: a sample has no class")


@dataclass(frozen=True, slots=True)
class RecognitionScore:
    """Counts of every class, pooled over all folds.

    Parameters
    ----------
    by_class : dict of str to Counts
        In order of name.
    samples : int
        Samples of all folds.
    """

    by_class: dict[str, Counts]
    samples: int

    @property
    def uf1(self) -> float:
        """Unweighted mean of the classes' F1; 0 counts for a class never predicted. NaN for none.

        See & al. 2019 (MEGC 2019, doi 10.1109/FG.2019.8756611).
        """
        return _mean(counts.f1 for counts in self.by_class.values())

    @property
    def uar(self) -> float:
        """Unweighted average of the classes' recall; NaN for no classes."""
        return _mean(counts.recall for counts in self.by_class.values())


@dataclass(frozen=True, slots=True)
class StrsScore:
    """Spotting then recognition: one number for the whole chain.

    Parameters
    ----------
    spotting_f1 : float
        F1 of spotting.
    precision, recall : float
        Of recognition, averaged over classes, on spotting's true positives.
    recognition_f1 : float
        Harmonic mean of the two.
    strs : float
        Product of both F1; 0 when nothing was spotted.
    """

    spotting_f1: float
    precision: float
    recall: float
    recognition_f1: float
    strs: float


def pooled_recognition(
    folds: Iterable[Fold], classes: Sequence[str] | None = None
) -> RecognitionScore:
    """Pool leave-one-subject-out folds into one table, then score it.

    A subject shows some classes only, so a fold's own F1 is undefined for the others; a mean over
    folds would depend on what is put in their place. Pooled counts do not.

    Parameters
    ----------
    folds : iterable of Fold
        One for each subject.
    classes : sequence of str, optional
        Classes to average over; default all that occur in the truths. A predicted class outside of
        them is a miss of the true class.

    Returns
    -------
    RecognitionScore

    Raises
    ------
    ValueError
        If a subject comes twice, or a listed class has no sample in any fold.
    """
    subjects: set[str] = set()
    pairs: list[tuple[str, str]] = []
    for fold in folds:
        if fold.subject in subjects:
            raise ValueError(f"subject {fold.subject!r} comes twice; each is left out once")
        subjects.add(fold.subject)
        pairs += zip(fold.truths, fold.predicted, strict=True)
    occurring = {truth for truth, _ in pairs}
    chosen = sorted(occurring if classes is None else set(classes))
    absent = sorted(set(chosen) - occurring)
    if absent:
        raise ValueError(
            f"no sample of {', '.join(absent)}: a recall cannot be taken; leave the class out"
        )
    return RecognitionScore({name: _counts(pairs, name) for name in chosen}, len(pairs))


def strs(
    spotting: Counts, recognised: Iterable[tuple[str, str]], classes: Sequence[str] | None = None
) -> StrsScore:
    """Score of spotting then recognition.

    Liong, See & Chan 2022 (Spot-then-recognize, doi 10.1016/j.image.2022.116875).

    Parameters
    ----------
    spotting : Counts
        Pooled counts of spotting.
    recognised : iterable of (str, str)
        True and predicted class of every true positive of spotting. Pairs whose truth has no class
        are left out; an empty prediction is an abstention, a miss of the true class.
    classes : sequence of str, optional
        Classes to average over; default those in the truths or predictions, as the usual
        evaluation scripts do. Precision counts as 0 for a class never predicted, recall as 0 for
        one that is predicted but never true.

    Returns
    -------
    StrsScore
        NaN recognition without pairs; `strs` is 0 when something could be spotted and nothing was,
        NaN when there was nothing to spot and nothing reported.

    Raises
    ------
    ValueError
        If there are more pairs than true positives.
    """
    pairs = [(truth, said) for truth, said in recognised if truth]
    if len(pairs) > spotting.tp:
        raise ValueError(
            f"{len(pairs)} movements were named but only {spotting.tp} were spotted: recognition "
            "is scored on spotting's true positives alone"
        )
    named = {name for pair in pairs for name in pair if name}
    chosen = sorted(named if classes is None else set(classes))
    counts = [_counts(pairs, name) for name in chosen] if pairs else []
    precision = _mean(0.0 if not c.found else c.precision for c in counts)
    recall = _mean(0.0 if not c.truths else c.recall for c in counts)
    both = precision + recall
    f1 = 0.0 if both == 0.0 else 2.0 * precision * recall / both
    product = 0.0 if spotting.f1 == 0.0 else spotting.f1 * f1
    return StrsScore(spotting.f1, precision, recall, f1, product)


def _counts(pairs: Sequence[tuple[str, str]], name: str) -> Counts:
    tp = sum(truth == name == said for truth, said in pairs)
    return Counts(
        tp,
        sum(said == name for _, said in pairs) - tp,
        sum(truth == name for truth, _ in pairs) - tp,
    )


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return math.fsum(listed) / len(listed) if listed else math.nan
