"""The bench of emotion readings: a small run, from planting to table and plot."""

from __future__ import annotations

import json
import math
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest

from unspoken.bench.planted_emotions import plant_events
from unspoken.bench.reading import fit_temperature, run, score
from unspoken.cli import main
from unspoken.reading.emotion_table import LABELS, default_table
from unspoken.reading.emotions import GenerativeModel, Posterior
from unspoken.reading.evidence import UnitEvidence

EVEN = dict.fromkeys(LABELS, 1.0 / len(LABELS))


def test_the_same_seed_plants_the_same_events_and_another_seed_others() -> None:
    first, again, other = (plant_events("micro", 60, seed, EVEN) for seed in (3, 3, 4))
    assert first == again and first != other
    assert len(first.events) + first.missed == 60
    assert all(event.action_units and event.unit_errors for event in first.events)


class _Prior(GenerativeModel):
    """Sees nothing: states the prior, whatever the event."""

    def posterior(self, evidence: UnitEvidence) -> Posterior:
        return Posterior(np.full((len(evidence.micro), len(LABELS)), 1.0 / len(LABELS)), {})


def test_a_model_that_sees_nothing_scores_as_its_prior_and_names_nothing() -> None:
    planted = plant_events("macro", 300, 5, EVEN)
    blind = score("blind", _Prior(default_table()), planted, EVEN)
    assert blind.log_loss == pytest.approx(math.log(len(LABELS)))
    assert blind.log_loss == pytest.approx(blind.prior_log_loss)
    assert blind.named == 0.0 and math.isnan(blind.right)
    seeing = score("seeing", GenerativeModel(default_table()), planted, EVEN)
    assert seeing.log_loss < blind.log_loss - 0.3


def test_the_temperature_is_found_where_the_loss_is_least() -> None:
    table = default_table()
    planted = [plant_events("macro", 400, 6, table.prior["macro"])]
    best = fit_temperature(table, planted)
    assert 0.5 < best < 3.0

    def loss(temperature: float) -> float:
        model = GenerativeModel(table.model_copy(update={"temperature": temperature}))
        return score("x", model, planted[0], table.prior["macro"]).log_loss

    assert loss(best) <= min(loss(0.5), loss(1.0), loss(2.0)) + 1e-3


def test_stated_probabilities_come_true_within_a_few_hundredths() -> None:
    _, found = run(600, 11)
    own = [one for one in found if one.name.endswith("as shipped")]
    assert len(own) == 2 and len(found) == 6
    for one in own:
        assert one.calibration_error < 0.03
        assert one.log_loss < one.prior_log_loss - 0.4
        assert sum(b.observed.trials for b in one.bins) == 7 * one.events


def test_the_command_writes_figures_table_and_plot(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "bench"
    assert main(["bench", "reading", "--out", str(out), "--events", "200", "--seed", "2"]) == 0
    printed = capsys.readouterr().out
    table = (out / "reading.md").read_text("utf-8")
    assert table.strip() in printed and "| micro, as shipped |" in table
    figures = json.loads((out / "reading.json").read_text("utf-8"))
    assert [one["name"] for one in figures["sets"]][0] == "micro, as shipped"
    assert figures["fit_seed"] == 2 and figures["score_seed"] == 3
    plot = ElementTree.parse(out / "reading-reliability.svg").getroot()
    assert plot.tag.endswith("svg")
