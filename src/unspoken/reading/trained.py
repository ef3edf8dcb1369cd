"""An emotion model trained on the user's own labels: multinomial logistic regression as plain JSON.

The file holds numbers and text alone, so opening one from elsewhere cannot run anything, and using
it needs no scikit-learn. Training does (`pip install unspoken[train]`), see
`unspoken.reading.training`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unspoken import records
from unspoken.documents import checked_schema, read_document
from unspoken.errors import SourceNotFound
from unspoken.filing import Batch
from unspoken.reading.emotion_table import CODES, LABELS
from unspoken.reading.emotions import Posterior
from unspoken.reading.evidence import UnitEvidence

__all__ = ["FEATURES", "DataCard", "TrainedModel", "features", "load_trained"]

_SCHEMA = "unspoken.emotion_model"
_VERSION = 1
Array = NDArray[np.float64]

#: Columns of the design: presence and size of each unit, whether it was masked, side and kind.
FEATURES: tuple[str, ...] = (
    *(f"AU{code} listed" for code in CODES),
    *(f"AU{code} size, log2 of displacement over 0.05 ICD" for code in CODES),
    *(f"AU{code} masked" for code in CODES),
    "one mouth corner alone",
    "micro",
)


@dataclass(frozen=True, slots=True)
class DataCard:
    """What a trained model was made from and how well it did.

    Parameters
    ----------
    labels_file, labels_sha256 : str
        The CSV.
    events, persons : int
        How many were used.
    per_label : dict of str to int
        Events with each label.
    folds : int
        Parts of the cross-validation; every person is in one part alone.
    strength : float
        Inverse regularisation, chosen inside the training persons.
    scores : dict of str to float
        Cross-validated: log_loss, accuracy, uf1 (mean of class F1 over pooled folds), uar (mean
        class recall); and ``default_...``, the same of the model that ships, on the same events.
    software : dict of str to str
        Versions.
    notes : tuple of str
        What to be careful about.
    """

    labels_file: str
    labels_sha256: str
    events: int
    persons: int
    per_label: dict[str, int]
    folds: int
    strength: float
    scores: dict[str, float] = field(default_factory=dict)
    software: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrainedModel:
    """A logistic model behind `unspoken.reading.emotions.EmotionModel`.

    Parameters
    ----------
    title : str
        What the user called it.
    labels : tuple of str
        Classes it knows, part of `LABELS`.
    weights : tuple of tuple of float
        A row per class, a column per feature.
    bias : tuple of float
        One per class.
    features : tuple of str
        Names of the columns; must be this version's `FEATURES`.
    card : DataCard
        Where it comes from.
    abstain_below : float
        No emotion is named below this probability.
    """

    title: str
    labels: tuple[str, ...]
    weights: tuple[tuple[float, ...], ...]
    bias: tuple[float, ...]
    features: tuple[str, ...]
    card: DataCard
    abstain_below: float = 0.4

    def __post_init__(self) -> None:
        if self.features != FEATURES:
            raise ValueError("was trained with other features than this version computes")
        shape = (len(self.labels), len(FEATURES))
        table = np.array(self.weights, dtype=np.float64)
        if table.shape != shape or len(self.bias) != len(self.labels):
            raise ValueError(f"expected weights of shape {shape}, found {table.shape}")
        if not (np.isfinite(table).all() and np.isfinite(self.bias).all()):
            raise ValueError("holds weights that are no finite numbers")
        unknown = sorted(set(self.labels) - set(LABELS))
        if unknown or len(self.labels) < 2 or len(set(self.labels)) < len(self.labels):
            raise ValueError(f"expected two or more different labels of {', '.join(LABELS)}")

    @property
    def name(self) -> str:
        """Title, with the digest of the labels it was trained on."""
        return f"trained: {self.title} ({self.card.labels_sha256[:12]})"

    @property
    def other_parts(self) -> tuple[str, ...]:
        """None: it knows no ways of showing."""
        return ()

    def posterior(self, evidence: UnitEvidence) -> Posterior:
        """See `EmotionModel.posterior`; a label that was never trained has probability 0."""
        score = features(evidence) @ np.array(self.weights).T + np.array(self.bias)
        share = np.exp(score - score.max(axis=1, keepdims=True, initial=-np.inf))
        share /= share.sum(axis=1, keepdims=True)
        out = np.zeros((len(share), len(LABELS)))
        out[:, [LABELS.index(label) for label in self.labels]] = share
        return Posterior(out, {})

    def save(self, path: Path) -> Path:
        """Write the model as JSON, under a temporary name first.

        Raises
        ------
        OutputError
            When it cannot be written.
        """
        document = {"schema": _SCHEMA, "schema_version": _VERSION} | records.to_json(self)
        text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        with Batch(path.parent) as batch:
            batch.add_bytes(path.name, text.encode("utf-8"))
        return path


def load_trained(path: Path) -> TrainedModel:
    """Read a trained model.

    Raises
    ------
    SourceNotFound, InputError
        When it is not there, no such model, broken (file and line are named), or a newer program's.
    """
    try:
        return read_document(path, _from_json_dict, "an emotion model", "Train the model again.")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SourceNotFound(f"There is no emotion model at {path}.") from error


def _from_json_dict(document: Any) -> TrainedModel:
    newer = ("This emotion model was", "Update Unspoken, or train the model again.")
    checked_schema(document, _SCHEMA, _VERSION, "This JSON is no emotion model.", newer)
    model: TrainedModel = records.from_json(TrainedModel, document)
    return model


def features(evidence: UnitEvidence) -> Array:
    """The design matrix, shape (n, len(FEATURES))."""
    size = np.log2(np.maximum(evidence.size_icd, 0.05 / 16.0) / 0.05)
    return np.hstack(
        [
            evidence.listed.astype(np.float64),
            np.where(evidence.listed, np.clip(size, -4.0, 4.0), 0.0),
            evidence.masked.astype(np.float64),
            np.nan_to_num(evidence.one_sided)[:, None],
            evidence.micro.astype(np.float64)[:, None],
        ]
    )
