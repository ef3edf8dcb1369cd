"""The plan: seeded, spaced, balanced, saved; and honest about what does not fit."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bench.recovery_clips import facts
from unspoken.bench.recovery.grid import QUICK, Grid
from unspoken.bench.recovery.plan import SPACING_S, Plan, plan_clip, read_plan, write_plan
from unspoken.errors import InputError, UsageError


def test_the_same_seed_and_clip_give_the_same_plan() -> None:
    assert plan_clip(facts(), Grid(), 4) == plan_clip(facts(), Grid(), 4)
    assert plan_clip(facts(), Grid(), 4) != plan_clip(facts(), Grid(), 5)
    assert plan_clip(facts(), Grid(), 4) != plan_clip(facts(sha256="cd" * 32), Grid(), 4)


def test_every_cell_is_planted_as_often_as_asked() -> None:
    grid = Grid(per_cell=3)
    clip = plan_clip(facts(), grid, 1)
    cells = Counter((p.duration_s, p.peak_icd) for c in clip.copies for p in c.plantings)
    assert cells == {(c.duration_s, c.peak_icd): 3 for c in grid.cells}
    names = Counter(p.recipe for c in clip.copies for p in c.plantings)
    assert max(names.values()) - min(names.get(r, 0) for r in grid.recipes) <= 1


def test_the_untouched_copy_comes_first_and_every_copy_is_another_person() -> None:
    clip = plan_clip(facts(), Grid(), 1)
    assert clip.copies[0].plantings == ()
    assert all(c.plantings for c in clip.copies[1:])
    assert len({c.seed for c in clip.copies}) == len(clip.copies)
    assert all(0.2 <= c.deviation <= 0.3 for c in clip.copies[1:])


@given(seed=st.integers(0, 10**6), seconds=st.floats(4.0, 40.0))
@settings(max_examples=40)
def test_planted_movements_keep_their_distance_and_stay_inside(seed: int, seconds: float) -> None:
    clip = plan_clip(facts(seconds), QUICK, seed)
    for copy in clip.copies[1:]:
        spans = [p.interval for p in copy.plantings]
        assert spans[0].start_s >= 0.5
        assert all(s.end_s <= seconds - 0.5 + 1e-3 for s in spans)
        for a, b in zip(spans, spans[1:], strict=False):
            assert b.start_s - a.end_s >= SPACING_S - 1e-3


def test_a_duration_below_two_frames_is_left_out_and_said() -> None:
    clip = plan_clip(facts(rate_hz=20.0), Grid(), 1)
    assert not any(p.duration_s == 0.08 for c in clip.copies for p in c.plantings)
    assert any("0.08 s" in note and "20 pictures a second" in note for note in clip.facts.notes)


def test_a_duration_longer_than_the_clip_is_left_out_and_said() -> None:
    clip = plan_clip(facts(seconds=2.5), Grid(), 1)
    assert not any(p.duration_s == 2.0 for c in clip.copies for p in c.plantings)
    assert any("2 s" in note and "longest stretch" in note for note in clip.facts.notes)


def test_a_grid_of_which_nothing_fits_is_an_input_error() -> None:
    with pytest.raises(InputError, match="nothing of the grid fits"):
        plan_clip(facts(seconds=1.6), Grid(micro_s=(), macro_s=(3.0,)), 1)


def test_a_limit_on_copies_is_kept_and_said() -> None:
    clip = plan_clip(facts(), Grid(), 1, most_copies=2)
    assert len(clip.copies) == 3
    assert any("did not fit into 2 copies" in note for note in clip.facts.notes)


@pytest.mark.parametrize(
    "wrong",
    [
        {"peaks_icd": (0.0,)},
        {"micro_s": (0.001,)},
        {"onset_shares": (1.0,)},
        {"per_cell": 0},
        {"micro_s": (), "macro_s": ()},
        {"deviation": (0.2, 0.9)},
    ],
)
def test_grids_that_cannot_be_planted_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        Grid(**wrong)  # type: ignore[arg-type]


def test_a_plan_comes_back_from_disk_as_it_was(tmp_path: Path) -> None:
    grid = Grid(peaks_icd=(0.03,), micro_s=(0.2,), macro_s=())
    clip = plan_clip(facts(), grid, 1)
    plan = Plan("1", 1, grid, "{}", "", "", (clip,), ())
    write_plan(plan, tmp_path / "plan.json")
    assert read_plan(tmp_path / "plan.json").digest == plan.digest
    (tmp_path / "plan.json").write_text("{}")
    with pytest.raises(InputError, match="not a plan"):
        read_plan(tmp_path / "plan.json")
