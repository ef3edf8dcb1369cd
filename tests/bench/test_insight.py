"""The bench of insight: studies with known truth, and what it says of them."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from unspoken.bench.insight import coverage, insight_bench, recovery, speed
from unspoken.bench.insight_study import STEPS, Plan, shuffled, simulate
from unspoken.bench.processes import own_peak_mb
from unspoken.errors import UsageError


def test_the_same_seed_gives_the_same_study_and_another_another() -> None:
    plan = Plan(customers=8)
    first, again, other = simulate(plan, 1), simulate(plan, 1), simulate(plan, 2)
    assert [one.exposure for one in first] == [one.exposure for one in again]
    assert [one.exposure for one in first] != [one.exposure for one in other]


@pytest.mark.parametrize(
    "plan", [Plan(customers=400), Plan(customers=400, share=0.0, times=2.0, visits=2)]
)
def test_the_planted_ratio_is_there_on_average(plan: Plan) -> None:
    made = simulate(plan, 1)
    inside = outside = time_in = time_out = 0.0
    for one in made:
        for segment in one.segments:
            minutes = sum(
                max(0.0, min(b, segment.end_s) - max(a, segment.start_s)) for a, b in one.exposure
            )
            times = one.marks.get("signal:confusion")
            number = (
                0
                if times is None
                else int(((times >= segment.start_s) & (times < segment.end_s)).sum())
            )
            if segment.label == plan.planted:
                inside, time_in = inside + number, time_in + minutes
            else:
                outside, time_out = outside + number, time_out + minutes
    assert (inside / time_in) / (outside / time_out) == pytest.approx(plan.true_ratio, rel=0.2)


def test_shuffling_changes_labels_and_nothing_else() -> None:
    made = simulate(Plan(customers=8), 1)
    mixed = shuffled(made, 1)
    assert [one.exposure for one in made] == [one.exposure for one in mixed]
    assert all({s.label for s in one.segments} == set(STEPS) for one in mixed)
    assert any(a.segments != b.segments for a, b in zip(made, mixed, strict=True))


def test_figures_are_shares_of_what_was_simulated() -> None:
    found = recovery("x", Plan(), range(2))
    assert found.studies == 2 and 0.0 <= found.named <= 1.0 and found.truth == 5.0
    quiet = recovery("x", Plan(), range(2), shuffle=True)
    assert quiet.named == 0.0 and math.isnan(quiet.held)
    assert coverage(10, 1.0, range(2)).intervals > 20


def test_the_command_prints_tables_and_writes_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "figures.json"
    assert insight_bench(out, quick=True, seed=3, hours=0) == 0
    assert "| 40 customers, planted, labels shuffled | 5 |" in capsys.readouterr().out
    figures = json.loads(out.read_text(encoding="utf-8"))
    assert len(figures["coverage"]) == 12 and figures["speed"] == []


def test_speed_can_be_measured_alone_and_nothing_at_all_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "speed.json"
    assert insight_bench(out, quick=True, seed=3, hours=30, studies=False) == 0
    assert "labels shuffled" not in capsys.readouterr().out
    assert set(json.loads(out.read_text(encoding="utf-8"))) == {"seed", "speed"}
    with pytest.raises(UsageError, match="no speed was asked for"):
        insight_bench(None, quick=True, seed=3, hours=0, studies=False)
    with pytest.raises(UsageError, match="so few"):
        insight_bench(None, quick=True, seed=3, hours=1, studies=False)


@pytest.mark.slow
def test_hours_are_read_and_compared_and_the_cost_is_told(tmp_path: Path) -> None:
    done = speed(tmp_path, 30, 40, 0)
    assert [one.command for one in done] == ["unspoken read", "unspoken insights"]
    # A child's peak is never told lower than what its parent held when it was started.
    most = max(1000.0, own_peak_mb())
    assert [one.peak_mb for one in done if not 0.0 < one.peak_mb <= most] == []
    assert (tmp_path / "insights" / "insights.html").is_file()
