"""Parallel forms measure the same: nothing in planning favours one of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from tests.academy.people import cast
from unspoken.academy.course import form_order
from unspoken.academy.desk import Desk
from unspoken.academy.people import FORMS
from unspoken.academy.simulated import Clock, SimulatedLearner, take_block
from unspoken.store.database import Database
from unspoken.store.models import Estimate

LEARNERS = 8


@pytest.mark.slow
def test_the_same_learners_get_the_same_thresholds_on_every_form(tmp_path: Path) -> None:
    """Mean logarithm of all thresholds per form: alike within three standard errors."""
    logs: dict[str, list[float]] = {form: [] for form in FORMS}
    for number in range(LEARNERS):
        somebody = SimulatedLearner.drawn(np.random.default_rng([5, number]))
        for form in FORMS:
            database = Database(tmp_path / f"{number}{form}")
            desk = Desk(database, cast(), Clock(datetime(2026, 3, 2, tzinfo=UTC)))
            order = next(o for o in map(form_order, range(4)) if o[0] == form)
            with database.session() as session:
                desk.profile(session).form_order = order
            rng = np.random.default_rng([6, number, FORMS.index(form)])
            block = take_block(desk, somebody, "pre", rng)
            with database.session() as session:
                query = sa.select(Estimate.threshold_s).where(Estimate.block_id == block)
                logs[form].append(float(np.mean(np.log(session.scalars(query).all()))))
            database.close()
    differences = np.array([np.array(logs[form]) - np.array(logs["A"]) for form in "BCD"])
    errors = differences.std(axis=1, ddof=1) / np.sqrt(LEARNERS)
    assert np.all(np.abs(differences.mean(axis=1)) < 3.0 * errors + 0.02), differences
