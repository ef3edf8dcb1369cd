"""Train an emotion model on labels, cross-validated by person: nobody is in training and test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unspoken import __version__
from unspoken.errors import InputError, UsageError
from unspoken.reading.emotion_table import LABELS
from unspoken.reading.emotions import default_model
from unspoken.reading.evidence import unit_evidence
from unspoken.reading.trained import FEATURES, DataCard, TrainedModel, features
from unspoken.spotting.events import Event

__all__ = ["LabelledEvents", "scores", "train"]

Array = NDArray[np.float64]
#: Inverse regularisations to choose from, inside the training persons.
_STRENGTHS = (0.01, 0.03, 0.1, 0.3, 1.0)
_FEW = 20


@dataclass(frozen=True)
class LabelledEvents:
    """Events with what people called them.

    Parameters
    ----------
    events : tuple of Event
        No blinks.
    labels : tuple of str
        One of `LABELS` for each.
    persons : tuple of str
        Who it was; pseudonyms.
    source, sha256 : str
        File of the labels and the digest of its bytes.
    """

    events: tuple[Event, ...]
    labels: tuple[str, ...]
    persons: tuple[str, ...]
    source: str = ""
    sha256: str = ""


def scores(probabilities: Array, labels: Sequence[str]) -> dict[str, float]:
    """Log-loss, accuracy, UF1 and UAR of probabilities in the order of `LABELS`.

    Classes without a labelled event take no part in UF1 and UAR.
    """
    truth = np.array([LABELS.index(label) for label in labels])
    chosen = probabilities.argmax(axis=1)
    own = np.clip(probabilities[np.arange(len(truth)), truth], 1e-12, 1.0)
    f1, recall = [], []
    for k in sorted(set(truth.tolist())):
        hit = float(np.sum((chosen == k) & (truth == k)))
        f1.append(2.0 * hit / float(np.sum(chosen == k) + np.sum(truth == k)))
        recall.append(hit / float(np.sum(truth == k)))
    return {
        "log_loss": float(-np.mean(np.log(own))),
        "accuracy": float(np.mean(chosen == truth)),
        "uf1": float(np.mean(f1)),
        "uar": float(np.mean(recall)),
    }


def train(data: LabelledEvents, folds: int = 5, title: str = "own labels") -> TrainedModel:
    """Fit a model and its cross-validated scores.

    Regularisation is chosen by an inner cross-validation inside the training persons of each
    fold, so no choice is made on persons that are scored.

    Parameters
    ----------
    data : LabelledEvents
        At least two labels and as many persons as folds.
    folds : int
        Parts of the cross-validation.
    title : str
        What to call the model.

    Raises
    ------
    UsageError
        When scikit-learn is not installed.
    InputError
        When there are too few persons or labels.
    """
    _check(data, folds)
    sklearn, _ = _learn()
    evidence = unit_evidence(data.events)
    design, truth, persons = features(evidence), np.array(data.labels), np.array(data.persons)
    out = np.zeros((len(truth), len(LABELS)))
    for train_rows, test_rows in _split(persons, folds):
        strength = _choose(design[train_rows], truth[train_rows], persons[train_rows], folds)
        fitted = _fit(design[train_rows], truth[train_rows], strength)
        columns = [LABELS.index(str(label)) for label in fitted.classes_]
        out[np.ix_(test_rows, columns)] = fitted.predict_proba(design[test_rows])
    default = default_model().posterior(evidence).labels
    strength = _choose(design, truth, persons, folds)
    final = _fit(design, truth, strength)
    compared = {f"default_{k}": v for k, v in scores(default, data.labels).items()}
    counts = Counter(data.labels)
    card = DataCard(
        labels_file=data.source,
        labels_sha256=data.sha256,
        events=len(truth),
        persons=len(set(data.persons)),
        per_label={label: counts[label] for label in LABELS if counts[label]},
        folds=folds,
        strength=strength,
        scores={k: round(v, 6) for k, v in (scores(out, data.labels) | compared).items()},
        software={"unspoken": __version__, "scikit-learn": sklearn.__version__},
        notes=_notes(counts),
    )
    weights, bias = _rows(final)
    return TrainedModel(
        title, tuple(str(label) for label in final.classes_), weights, bias, FEATURES, card
    )


def _rows(fitted: Any) -> tuple[tuple[tuple[float, ...], ...], tuple[float, ...]]:
    """Weights and bias with a row per class; two classes have one row in scikit-learn."""
    weights, bias = fitted.coef_, fitted.intercept_
    if len(fitted.classes_) == 2:
        weights, bias = np.vstack([-weights, weights]) / 2.0, np.hstack([-bias, bias]) / 2.0
    return tuple(map(tuple, weights.tolist())), tuple(bias.tolist())


def _check(data: LabelledEvents, folds: int) -> None:
    persons = len(set(data.persons))
    if persons < folds:
        raise InputError(
            f"{data.source}: expected at least {folds} persons for {folds} folds, found {persons}.",
            "Label recordings of more people, or ask for fewer --folds.",
        )
    if len(set(data.labels)) < 2:
        raise InputError(f"{data.source}: expected at least two different labels, found one.")


def _learn() -> tuple[Any, Any]:
    try:
        import sklearn
        import sklearn.linear_model
        import sklearn.model_selection
    except ImportError as error:
        raise UsageError(
            "Training a model needs scikit-learn, which is not installed.",
            "Install it with: pip install 'unspoken[train]'.",
        ) from error
    return sklearn, sklearn.linear_model.LogisticRegression


def _split(persons: NDArray[np.str_], folds: int) -> Any:
    sklearn, _ = _learn()
    parts = min(folds, len(set(persons.tolist())))
    groups = sklearn.model_selection.GroupKFold(n_splits=parts)
    return groups.split(np.zeros(len(persons)), groups=persons)


def _fit(design: Array, truth: NDArray[np.str_], strength: float) -> Any:
    _, logistic = _learn()
    return logistic(C=strength, max_iter=2000).fit(design, truth)


def _choose(design: Array, truth: NDArray[np.str_], persons: NDArray[np.str_], folds: int) -> float:
    """The regularisation with the smallest log-loss on persons left out."""
    if len(set(persons.tolist())) < 2:
        return _STRENGTHS[1]
    losses = []
    for strength in _STRENGTHS:
        loss = 0.0
        for a, b in _split(persons, min(folds, 3)):
            if len(set(truth[a].tolist())) < 2:
                continue
            fitted = _fit(design[a], truth[a], strength)
            shares = fitted.predict_proba(design[b])
            place = {str(label): i for i, label in enumerate(fitted.classes_)}
            own = [
                shares[i, place[t]] if t in place else 0.0 for i, t in enumerate(truth[b].tolist())
            ]
            loss -= float(np.sum(np.log(np.clip(own, 1e-6, 1.0))))
        losses.append(loss)
    return _STRENGTHS[int(np.argmin(losses))]


def _notes(counts: Counter[str]) -> tuple[str, ...]:
    few = [f"{label} ({n})" for label, n in sorted(counts.items()) if n < _FEW]
    missing = [label for label in LABELS if not counts[label]]
    notes = ["Labels say what people called a movement, not what was felt."]
    if few:
        notes.append(f"Few examples, so little can be said of: {', '.join(few)}.")
    if missing:
        notes.append(f"Never labelled, so never read: {', '.join(missing)}.")
    return tuple(notes)
