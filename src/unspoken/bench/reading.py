"""``unspoken bench reading``: how often the probabilities of emotion readings come true.

Events of known emotion are planted by `unspoken.bench.planted_emotions`. The temperature is fitted
on the set of one seed; everything is scored on the set of the next.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from unspoken import __version__
from unspoken.bench.metrics.reliability import ProbabilityBin, probability_reliability
from unspoken.bench.planted_emotions import PlantedEvents, plant_events
from unspoken.facs.prototypes import EMOTIONS
from unspoken.filing import Batch
from unspoken.reading.emotion_table import LABELS, EmotionTable, default_table
from unspoken.reading.emotions import GenerativeModel
from unspoken.reading.evidence import unit_evidence
from unspoken.reading.training import scores

__all__ = ["Scored", "fit_temperature", "reading_command", "score"]

Array = NDArray[np.float64]
KINDS = ("micro", "macro")
_BINS = 10


@dataclass(frozen=True)
class Scored:
    """How well stated probabilities fit one planted set.

    Parameters
    ----------
    name : str
        Which set.
    events, missed : int
        Read, and planted but too weak to become events.
    log_loss, prior_log_loss : float
        Mean negative log-probability of the truth, and that of the prior alone, nats.
    calibration_error : float
        Mean distance of stated from true over the seven emotions' probabilities, weighted by how
        many there are in each of ten bins.
    named : float
        Share of events in which an emotion is named; the rest abstain.
    stated, right : float
        Of those: mean stated probability, and share in which it was true.
    uf1 : float
        Mean class F1 of the likeliest label, all eight.
    bins : tuple of ProbabilityBin
        Stated against true, over the seven emotions.
    """

    name: str
    events: int
    missed: int
    log_loss: float
    prior_log_loss: float
    calibration_error: float
    named: float
    stated: float
    right: float
    uf1: float
    bins: tuple[ProbabilityBin, ...]


def fit_temperature(table: EmotionTable, sets: Sequence[PlantedEvents]) -> float:
    """The temperature with the smallest log-loss over some sets, between 0.5 and 6."""
    evidence = [unit_evidence(one.events) for one in sets]

    def loss(temperature: float) -> float:
        model = GenerativeModel(table.model_copy(update={"temperature": temperature}))
        total, count = 0.0, 0
        for one, seen in zip(sets, evidence, strict=True):
            total += scores(model.posterior(seen).labels, one.labels)["log_loss"] * len(one.labels)
            count += len(one.labels)
        return total / count

    found = minimize_scalar(loss, bounds=(0.5, 6.0), method="bounded", options={"xatol": 0.01})
    return float(found.x)


def score(
    name: str, model: GenerativeModel, planted: PlantedEvents, prior: dict[str, float]
) -> Scored:
    """Score a model on a planted set.

    Parameters
    ----------
    name : str
        What to call the set.
    model : GenerativeModel
        Reads the events.
    planted : PlantedEvents
        At least one event.
    prior : dict of str to float
        What somebody who sees nothing would state.
    """
    shares = model.posterior(unit_evidence(planted.events)).labels
    truth = np.array([LABELS.index(label) for label in planted.labels])
    found = scores(shares, planted.labels)
    flat = scores(np.tile([prior[label] for label in LABELS], (len(truth), 1)), planted.labels)
    best = shares.argmax(axis=1)
    named = (best < len(EMOTIONS)) & (shares.max(axis=1) >= model.abstain_below)
    stated = shares[:, : len(EMOTIONS)].ravel()
    came = (truth[:, None] == np.arange(len(EMOTIONS))[None]).ravel()
    bins = probability_reliability(stated.tolist(), came.tolist(), _BINS)
    return Scored(
        name=name,
        events=len(truth),
        missed=planted.missed,
        log_loss=found["log_loss"],
        prior_log_loss=flat["log_loss"],
        calibration_error=_error(bins),
        named=float(named.mean()),
        stated=float(shares.max(axis=1)[named].mean()) if named.any() else float("nan"),
        right=float((best == truth)[named].mean()) if named.any() else float("nan"),
        uf1=found["uf1"],
        bins=bins,
    )


def _error(bins: Sequence[ProbabilityBin]) -> float:
    filled = [b for b in bins if b.observed.trials]
    total = sum(b.observed.trials for b in filled)
    return sum(b.observed.trials * abs(b.mean_stated - b.observed.value) for b in filled) / total


def run(events: int, seed: int) -> tuple[float, list[Scored]]:
    """Fit on one seed, score on the next.

    Returns
    -------
    temperature : float
        As fitted here.
    scored : list of Scored
        For micro and macro: the table as it ships, the same at temperature 1, with the classes
        planted at another prior than the model's.
    """
    table = default_table()
    prior = {kind: table.prior["micro" if kind == "micro" else "macro"] for kind in KINDS}
    fitting = [plant_events(kind, events, seed, prior[kind]) for kind in ("micro", "macro")]
    temperature = fit_temperature(table, fitting)
    shipped = GenerativeModel(table)
    plain = GenerativeModel(table.model_copy(update={"temperature": 1.0}))
    even = dict.fromkeys(LABELS, 1.0 / len(LABELS))
    out = []
    for kind in ("micro", "macro"):
        own = plant_events(kind, events, seed + 1, prior[kind])
        shifted = plant_events(kind, events, seed + 2, even)
        out.append(score(f"{kind}, as shipped", shipped, own, prior[kind]))
        out.append(score(f"{kind}, temperature 1", plain, own, prior[kind]))
        out.append(score(f"{kind}, all classes equally frequent", shipped, shifted, prior[kind]))
    return temperature, out


def reading_command(out: Path, events: int, seed: int) -> int:
    """Run the bench; write reading.json, reading.md and reading-reliability.svg."""
    temperature, found = run(events, seed)
    table = markdown(found)
    document = {
        "unspoken": __version__,
        "table": default_table().version,
        "temperature_fitted": round(temperature, 3),
        "temperature_shipped": default_table().temperature,
        "events_planted": events,
        "fit_seed": seed,
        "score_seed": seed + 1,
        "sets": [_plain(one) for one in found],
    }
    with Batch(out) as batch:
        batch.add_bytes("reading.json", (json.dumps(document, indent=1) + "\n").encode())
        batch.add_bytes("reading.md", (table + "\n").encode())
        batch.add_bytes("reading-reliability.svg", reliability_svg(found).encode())
    print(table)
    shipped = default_table().temperature
    print(f"\nTemperature fitted on seed {seed}: {temperature:.2f}; the table has {shipped:.2f}.")
    print(f"Written to {out}: reading.json, reading.md, reading-reliability.svg")
    return 0


def _plain(one: Scored) -> dict[str, Any]:
    bins = [
        {
            "low": b.low,
            "high": b.high,
            "stated": None if np.isnan(b.mean_stated) else round(b.mean_stated, 4),
            "true": b.observed.hits,
            "of": b.observed.trials,
        }
        for b in one.bins
    ]
    values = {k: v for k, v in one.__dict__.items() if k != "bins"}
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in values.items()} | {
        "bins": bins
    }


def markdown(found: Sequence[Scored]) -> str:
    """The figures as a Markdown table."""
    lines = [
        "| planted set | events read | log-loss (prior alone) | calibration error | named | stated | "
        "right | UF1, 8 classes |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for s in found:
        lines.append(
            f"| {s.name} | {s.events} | {s.log_loss:.3f} ({s.prior_log_loss:.3f}) | "
            f"{s.calibration_error:.3f} | {s.named:.2f} | {s.stated:.2f} | {s.right:.2f} | "
            f"{s.uf1:.2f} |"
        )
    return "\n".join(lines)


def reliability_svg(found: Sequence[Scored]) -> str:
    """Stated against true with 95 % intervals, a panel per kind; readable without colour."""
    side, gap, panels = 260, 60, [s for s in found if s.name.endswith("as shipped")]
    width = gap + len(panels) * (side + gap)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{side + 110}" '
        f'viewBox="0 0 {width} {side + 110}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{side + 110}" fill="#fff"/>',
    ]
    for number, one in enumerate(panels):
        parts += _panel(one, gap + number * (side + gap), 40, side)
    return "\n".join([*parts, "</svg>", ""])


def _panel(one: Scored, left: float, top: float, side: float) -> list[str]:
    def x(p: float) -> float:
        return round(left + p * side, 1)

    def y(p: float) -> float:
        return round(top + (1.0 - p) * side, 1)

    parts = [
        f'<text x="{x(0)}" y="{top - 14}">{one.name}: {one.events} planted events</text>',
        f'<rect x="{x(0)}" y="{y(1)}" width="{side}" height="{side}" fill="none" '
        'stroke="#767676"/>',
        f'<line x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}" stroke="#767676" '
        'stroke-dasharray="4 4"/>',
        f'<text x="{x(0.5)}" y="{y(0) + 34}" text-anchor="middle">stated probability</text>',
        f'<text x="{x(0) - 34}" y="{y(0.5)}" text-anchor="middle" '
        f'transform="rotate(-90 {x(0) - 34} {y(0.5)})">true, share of readings</text>',
    ]
    for tick in (0.0, 0.5, 1.0):
        parts.append(f'<text x="{x(tick)}" y="{y(0) + 16}" text-anchor="middle">{tick:g}</text>')
        parts.append(f'<text x="{x(0) - 6}" y="{y(tick) + 4}" text-anchor="end">{tick:g}</text>')
    for b in one.bins:
        if b.observed.trials:
            at, value = x(b.mean_stated), b.observed.value
            parts.append(
                f'<line x1="{at}" y1="{y(b.observed.low)}" x2="{at}" y2="{y(b.observed.high)}" '
                'stroke="#1b5e8a" stroke-width="2"/>'
            )
            parts.append(f'<circle cx="{at}" cy="{y(value)}" r="4" fill="#1b5e8a"/>')
    return parts
