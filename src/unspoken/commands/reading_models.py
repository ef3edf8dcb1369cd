"""``unspoken reading``: train an emotion model on labels, score one on labels."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path

import numpy as np

from unspoken.analysis import Analysis
from unspoken.commands.faults import tell
from unspoken.commands.reading import open_model
from unspoken.context.record import Context
from unspoken.errors import InputError, UnspokenError
from unspoken.reading.emotion_table import LABELS, read_text
from unspoken.reading.emotions import default_model
from unspoken.reading.evidence import unit_evidence
from unspoken.reading.training import LabelledEvents, scores, train
from unspoken.spotting.events import Event

__all__ = ["evaluate_command", "read_labels", "train_command"]

_COLUMNS = ("result", "event_id", "label")
_NAMED = 12


def read_labels(path: Path) -> LabelledEvents:
    """Read labels and the events they belong to.

    Parameters
    ----------
    path : Path
        CSV with the columns result (folder, relative to the CSV's own or absolute), event_id and
        label (one of `LABELS`); person where it differs from the context's customer. Without
        either, the result's name counts as the person.

    Raises
    ------
    SourceNotFound, InputError
        All faults at once, each with its line.
    """
    text = read_text(path, "file of labels")
    reader = csv.DictReader(io.StringIO(text))
    missing = [c for c in _COLUMNS if c not in (reader.fieldnames or ())]
    if missing:
        found = ", ".join(reader.fieldnames or ()) or "nothing"
        raise InputError(
            f"{path}, line 1: expected the columns {', '.join(_COLUMNS)}, found {found}."
        )
    faults: list[str] = []
    events: list[Event] = []
    labels: list[str] = []
    persons: list[str] = []
    results: dict[str, tuple[dict[str, Event], str]] = {}
    seen: dict[tuple[str, str], int] = {}
    for row in reader:
        at = f"{path}, line {reader.line_num}"
        result, event_id = (row["result"] or "").strip(), (row["event_id"] or "").strip()
        label = (row["label"] or "").strip().lower()
        if label not in LABELS:
            faults.append(f'{at}: expected one of {", ".join(LABELS)}, found "{label}".')
            continue
        first = seen.setdefault((result, event_id), reader.line_num)
        if first != reader.line_num:
            faults.append(f"{at}: event {event_id} of {result} is labelled twice (line {first}).")
            continue
        try:
            known, customer = _result(result, path, results)
        except UnspokenError as error:
            faults.append(f"{at}: {error.message}")
            continue
        event = known.get(event_id)
        if event is None or event.kind == "blink":
            faults.append(f'{at}: {result} has no expression with the id "{event_id}".')
            continue
        events.append(event)
        labels.append(label)
        persons.append((row.get("person") or "").strip() or customer)
    if faults:
        more = [f"And {len(faults) - _NAMED} more."] if len(faults) > _NAMED else []
        raise InputError("\n".join([*faults[:_NAMED], *more]))
    if not events:
        raise InputError(f"{path}: holds no labels, only the header.")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return LabelledEvents(tuple(events), tuple(labels), tuple(persons), str(path), digest)


def _result(
    name: str, labels: Path, results: dict[str, tuple[dict[str, Event], str]]
) -> tuple[dict[str, Event], str]:
    if name not in results:
        folder = labels.parent / name
        analysis = Analysis.load(folder)
        customer = Context.load(folder).customer or name
        results[name] = ({event.event_id: event for event in analysis.events}, customer)
    return results[name]


def train_command(labels: Path, out: Path, folds: int, name: str) -> int:
    """Train, save with the data card, print the scores."""
    data = read_labels(labels)
    model = train(data, folds, name)
    model.save(out)
    card = model.card
    tell(f"{out}: {card.events} events of {card.persons} persons, {card.folds} folds by person")
    tell("  labels: " + ", ".join(f"{label} {n}" for label, n in card.per_label.items()))
    for who, prefix in (("trained, persons left out", ""), ("the model that ships", "default_")):
        words = ", ".join(
            f"{key} {card.scores[prefix + key]:.3f}" for key in ("log_loss", "uf1", "uar")
        )
        tell(f"  {who}: {words}")
    for note in card.notes:
        tell(f"  {note}")
    tell(f"Use it with: unspoken read RESULTS --model {out}")
    return 0


def evaluate_command(labels: Path, model_file: Path | None, *, as_json: bool) -> int:
    """Score a model on labels."""
    data = read_labels(labels)
    model = open_model(model_file) or default_model()
    probabilities = model.posterior(unit_evidence(data.events)).labels
    found = scores(probabilities, data.labels)
    best = probabilities.argmax(axis=1)
    named = (best != LABELS.index("other")) & (probabilities.max(axis=1) >= model.abstain_below)
    truth = np.array([LABELS.index(label) for label in data.labels])
    right = float(np.mean(best[named] == truth[named])) if named.any() else float("nan")
    document = {
        "model": model.name,
        "events": len(truth),
        "persons": len(set(data.persons)),
        **{key: round(value, 6) for key, value in found.items()},
        "named": int(named.sum()),
        "named_right": None if np.isnan(right) else round(right, 6),
        "stated": round(float(probabilities.max(axis=1)[named].mean()), 6) if named.any() else None,
    }
    if as_json:
        tell(json.dumps(document, indent=1))
        return 0
    tell(f"{model.name} on {document['events']} events of {document['persons']} persons")
    tell(", ".join(f"{key} {value:.3f}" for key, value in found.items()))
    if named.any():
        tell(
            f"names an emotion in {document['named']}: stated probability "
            f"{document['stated']:.2f}, right in {right:.2f} of them"
        )
    else:
        tell("names no emotion in any of them: it abstains")
    return 0
