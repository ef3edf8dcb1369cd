"""Planted against found, worked by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from tests.bench.recovery_clips import event, facts, truth
from unspoken import records
from unspoken.bench.recovery.figures import ALL, CellRow
from unspoken.bench.recovery.footage import ClassSpans
from unspoken.bench.recovery.grid import QUICK
from unspoken.bench.recovery.page import render_page
from unspoken.bench.recovery.plan import ClipPlan, CopyPlan, Plan
from unspoken.bench.recovery.results import CopyResult
from unspoken.bench.recovery.score import ClipScore, score_clip
from unspoken.bench.recovery.summing import sum_up
from unspoken.bench.recovery.tables import PLANTED_COLUMNS, alarms_csv, planted_csv
from unspoken.spotting.events import Artefact
from unspoken.timing import Interval

CLIP = ClipPlan(facts(60.0), (CopyPlan(0, 0, 0.0, ()), CopyPlan(1, 1, 0.2, ())))
CLASSES = ClassSpans(((0.0, 30.0, "still"), (30.0, 60.0, "talking")))
#: A micro-expression the person made, one blink, and a false alarm while talking.
UNTOUCHED = CopyResult(
    "p",
    "01-clip",
    0,
    exposure_s=60.0,
    class_exposure_s={"still": 30.0, "talking": 30.0},
    classes=CLASSES,
    events=(event(5.0, 5.4), event(12.0, 12.3, "blink"), event(40.0, 40.4)),
    artefacts=(Artefact("blink", 1, Interval(20.0, 20.3)),),
)
PLANTED = CopyResult(
    "p",
    "01-clip",
    1,
    exposure_s=60.0,
    truths=(
        truth(2.0, 0.4),  # found exactly
        truth(5.1, 0.4),  # lies on what was there
        truth(20.1, 0.4),  # during a blink; found as macro, too long
        truth(33.0, 0.4),  # missed
        truth(50.0, 2.0, 0.06),  # found
    ),
    events=(
        event(2.0, 2.4, units=("AU1L",)),
        event(5.0, 5.4),
        event(19.9, 20.5, "macro"),
        event(40.0, 40.4),  # there before
        event(45.0, 45.4),  # new, nothing planted
        event(50.0, 52.0, "macro"),
    ),
)


def scored() -> ClipScore:
    found = score_clip(CLIP, [UNTOUCHED, PLANTED])
    assert found is not None
    return found


def test_each_planted_movement_gets_its_outcome() -> None:
    outcomes = scored().outcomes
    assert [o.hit for o in outcomes] == [True, False, True, False, True]
    assert [o.occupied for o in outcomes] == [False, True, False, False, False]
    assert [o.blink for o in outcomes] == [False, False, True, False, False]
    assert [o.footage for o in outcomes] == ["still"] * 3 + ["talking"] * 2
    assert outcomes[0].snr == 5.0 and math.isnan(outcomes[3].snr)


def test_overlap_thresholds_are_noted_apart() -> None:
    """0.2 s of 0.8 s in common is enough at 0.2, not at 0.5."""
    late = CopyResult("p", "01-clip", 1, truths=(truth(2.0, 0.5),), events=(event(2.3, 2.8),))
    score = score_clip(CLIP, [UNTOUCHED, late])
    assert score is not None
    assert score.outcomes[0].detected == (True, False, False, False)


def test_events_without_a_planted_movement_are_told_apart() -> None:
    origins = [(a.origin, a.event.onset_s) for a in scored().alarms]
    assert origins == [
        ("untouched", 5.0),
        ("untouched", 40.0),
        ("before", 5.0),
        ("before", 40.0),
        ("side effect", 45.0),
    ]


def test_blinks_are_no_alarms_and_find_nothing() -> None:
    blinked = CopyResult(
        "p", "01-clip", 1, truths=(truth(9.0, 0.3),), events=(event(9.0, 9.3, "blink"),)
    )
    score = score_clip(CLIP, [UNTOUCHED, blinked])
    assert score is not None
    assert not score.outcomes[0].hit
    assert all(a.event.kind != "blink" for a in score.alarms)


def test_without_the_untouched_copy_there_is_no_score() -> None:
    failed = CopyResult("p", "01-clip", 0, failure="gone")
    assert score_clip(CLIP, [failed, PLANTED]) is None


def cell(figures_cells: tuple[CellRow, ...], footage: str, duration_s: float) -> CellRow:
    return next(
        r for r in figures_cells if (r.footage, r.part, r.duration_s) == (footage, ALL, duration_s)
    )


def test_figures_pool_counts_and_leave_the_occupied_out() -> None:
    figures = sum_up("engine", [scored()], 0.5, seed=1)
    assert (figures.planted, figures.occupied) == (5, 1)
    brief = cell(figures.cells, ALL, 0.4)
    assert (brief.found, brief.planted, brief.interval) == (2, 3, "trials")
    # One micro side effect over three micro plantings: all of it falls to this cell.
    assert brief.f1 == pytest.approx(2 * 2 / (2 * 2 + 1 + 1))
    assert brief.f1_all == pytest.approx(2 * 2 / (2 * 2 + 3 + 1))
    assert cell(figures.cells, "talking", 0.4).found == 0
    assert cell(figures.cells, "talking", 2.0).rate == 1.0


def test_figures_of_spotting_timing_units_and_alarms() -> None:
    figures = sum_up("engine", [scored()], 0.5, seed=1)
    row = next(r for r in figures.spotting if (r.footage, r.kind, r.overlap) == (ALL, "micro", 0.5))
    assert (row.tp, row.fp, row.fn) == (1, 1, 2)
    any_kind = next(
        r for r in figures.spotting if (r.footage, r.kind, r.overlap) == (ALL, "any", 0.5)
    )
    assert (any_kind.tp, any_kind.fp, any_kind.fn) == (3, 1, 1)
    assert ("micro", "macro", 1) in figures.confusion
    rates = {(a.footage, a.kind): a.rate for a in figures.alarms}
    assert rates["still", "micro"].per_min == pytest.approx(2.0)
    assert rates[ALL, "micro"].count == 2 and rates[ALL, "macro"].count == 0
    assert figures.side_effects.count == 1
    assert [(s.stated_per_min, s.observed.count) for s in figures.reliability][-1] == (0.5, 2)
    asked = {row.footage: row.step for row in figures.asked}
    assert asked["still"].observed.count == 1 and asked["still"].observed.exposure_s == 30.0
    assert asked[ALL].observed.exposure_s == 60.0
    units = next(u for u in figures.units if u.footage == ALL)
    assert units.detections == 3 and units.precision == 1.0
    assert units.recall == pytest.approx(5 / 6)
    onset = next(t for t in figures.timing if (t.footage, t.point) == (ALL, "onset"))
    assert onset.errors.median_abs_ms == pytest.approx(0.0, abs=1e-6)


def test_intervals_draw_clips_when_there_are_several() -> None:
    other = ClipPlan(replace(CLIP.facts, key="02-clip"), CLIP.copies)
    missed = CopyResult("p", "01-clip", 1, exposure_s=60.0, truths=PLANTED.truths)
    worse = score_clip(other, [UNTOUCHED, missed])
    assert worse is not None
    figures = sum_up("engine", [scored(), worse], 0.5, seed=1)
    brief = cell(figures.cells, ALL, 0.4)
    assert brief.interval == "clips"
    assert brief.low <= brief.rate <= brief.high
    talking = next(r for r in figures.spotting if (r.footage, r.kind) == ("talking", "micro"))
    assert talking.low <= talking.f1 <= talking.high
    alone = next(
        r for r in sum_up("engine", [scored()], 0.5, seed=1).spotting if r.footage == "talking"
    )
    assert math.isnan(alone.low) and math.isnan(alone.high), "one clip: nothing to draw from"
    again = sum_up("engine", [scored(), worse], 0.5, seed=1)
    assert records.to_json(again) == records.to_json(figures)


def test_verification_judges_only_what_flow_can_measure() -> None:
    mixed = CopyResult(
        "p",
        "01-clip",
        1,
        truths=(
            truth(2.0, 0.4, 0.04, 0.97),
            truth(9.0, 0.4, 0.04, 0.7),
            truth(15.0, 0.4, 0.01, 0.8),
        ),
    )
    score = score_clip(CLIP, [UNTOUCHED, mixed])
    assert score is not None
    v = sum_up("engine", [score], 0.5, seed=1).verification
    assert (v.checked, v.within, v.small, v.small_median) == (2, 1, 1, 0.8)


def test_tables_have_a_row_each_and_headers_always() -> None:
    score = scored()
    lines = planted_csv(score.outcomes).splitlines()
    assert len(lines) == 6 and lines[0] == ",".join(PLANTED_COLUMNS)
    assert all(line.count(",") == lines[0].count(",") for line in lines)
    assert len(alarms_csv(score.alarms).splitlines()) == 6
    assert len(planted_csv([]).splitlines()) == len(alarms_csv([]).splitlines()) == 1


def test_given_classes_replace_those_read_off_the_signals() -> None:
    lively = ClassSpans(rest="lively")
    score = score_clip(CLIP, [UNTOUCHED, PLANTED], lively)
    assert score is not None
    assert {o.footage for o in score.outcomes} == {"lively"}
    assert score.exposure_s == {"lively": 60.0}


def test_the_page_stands_alone_and_shows_names_as_text() -> None:
    strange = replace(CLIP, facts=replace(CLIP.facts, name="<b>&.mp4"))
    plan = Plan("1", 1, QUICK, "{}", "", "", (strange,), ())
    page = render_page(plan, [sum_up("engine", [scored()], 0.5, seed=1)], [("x-001", "disk")])
    assert "&lt;b&gt;&amp;.mp4" in page and "<b>&.mp4" not in page
    assert "http://" not in page.replace("http://www.w3.org", "") and "https://" not in page
    assert "src=" not in page and "<script" not in page
    assert page.count("<svg") >= 2
    assert "nan" not in page.lower().replace("finance", "")
