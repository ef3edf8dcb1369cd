"""What results hold against each other: the curve's points, and what a first test is called."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from tests.academy.people import cast
from tests.academy.saved_answers import as_file, saved
from unspoken.academy.desk import Desk
from unspoken.academy.folder_answers import folder_answers, take_in
from unspoken.academy.lesson_progress import opened
from unspoken.academy.library import Library
from unspoken.academy.records import block_result, course_state, curve, results
from unspoken.academy.simulated import Clock, SimulatedLearner, take_block
from unspoken.errors import UsageError
from unspoken.facs.prototypes import EMOTIONS
from unspoken.store.database import Database
from unspoken.store.models import Block, Review

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def desk_in(folder: Path, seed: int = 11) -> Desk:
    chance = np.random.default_rng(seed)
    return Desk(Database(folder), cast(), Clock(START), lambda below: int(chance.integers(below)))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = desk_in(tmp_path)
    yield made
    made.database.close()


def take(desk: Desk, *purposes: str, threshold_s: float = 0.06, seed: int = 1) -> list[str]:
    """Blocks one after another, a day apart, by somebody who does not change."""
    rng = np.random.default_rng(seed)
    somebody = SimulatedLearner(dict.fromkeys(EMOTIONS, threshold_s))
    blocks = []
    for purpose in purposes:
        pass_days(desk, 1)
        blocks.append(take_block(desk, somebody, purpose, rng))
    return blocks


def pass_days(desk: Desk, days: int) -> None:
    assert isinstance(desk.now, Clock)
    desk.now.pass_(days=days)


def test_three_drills_in_a_row_make_one_point_where_the_third_ended(desk: Desk) -> None:
    drills = take(desk, "drill", "drill", "drill")
    (point,) = curve(desk)
    assert point["title"] == "Three drills" and point["blocks"] == drills
    assert point["ended_at"] == desk.now().isoformat()


def test_every_point_rests_on_as_many_answers_as_a_test(desk: Desk) -> None:
    take(desk, "pre", "drill", "drill", "drill", "post")
    assert [point["trials"] for point in curve(desk)] == [84, 84, 84]


def test_drills_left_over_before_a_test_make_no_point(desk: Desk) -> None:
    take(desk, "pre", *["drill"] * 5, "post", "drill")
    assert [p["purpose"] for p in curve(desk)] == ["pre", "drill", "post"]
    take(desk, "drill", "drill", seed=2)
    assert [p["purpose"] for p in curve(desk)] == ["pre", "drill", "post", "drill"]


def test_a_points_threshold_is_that_of_the_pooled_answers_of_a_test(desk: Desk) -> None:
    (block,) = take(desk, "pre")
    (point,) = curve(desk)
    joint = block_result(desk, block)["joint"]
    assert {key: point[key] for key in joint} == joint


@pytest.mark.parametrize("threshold_s", [0.3, 0.02])
def test_somebody_who_neither_learns_nor_forgets_has_a_flat_curve(
    tmp_path: Path, threshold_s: float
) -> None:
    """Far from what is believed before any answer a drill alone differs from a test by a fifth."""
    threefold, alone = [], []
    for seed in range(6):
        desk = desk_in(tmp_path / str(seed), seed)
        take(desk, "drill", "drill", "drill", "pre", threshold_s=threshold_s, seed=seed)
        drills, test = (np.log(point["threshold_s"]) for point in curve(desk))
        threefold.append(drills - test)
        with desk.database.session() as session:
            blocks = session.scalars(sa.select(Block).where(Block.purpose == "drill"))
            single = [np.log(e.threshold_s) for block in blocks for e in block.estimates]
        alone.append(np.mean(single) - test)
        desk.database.close()
    # The median: now and then a whole test comes out far off.
    assert abs(np.median(threefold)) < 0.1
    assert abs(np.median(alone)) > 0.15


def test_a_first_test_is_before_training_only_if_none_came_before(desk: Desk) -> None:
    (block,) = take(desk, "pre")
    take(desk, "drill")
    assert block_result(desk, block)["block"]["title"] == "Test before training"
    assert block_result(desk, block)["prior"] == ""


def test_a_first_test_after_drills_and_lessons_says_so_wherever_it_is_named(desk: Desk) -> None:
    take(desk, "drill", "drill")
    opened(desk, next(iter(Library().lessons().values())))
    left = desk.open_block("identify", "drill", "faint", 60.0)  # opened, but nothing answered
    assert desk.next_round(left)
    pass_days(desk, 1)
    assert course_state(desk)["prior"] == "2 drills, 1 lesson"
    (block,) = take(desk, "pre")
    title = "First test (after 2 drills, 1 lesson)"
    assert block_result(desk, block)["block"]["title"] == title
    assert results(desk)["tests"]["pre"]["block"]["title"] == title
    assert curve(desk)[0]["title"] == title
    assert next(s for s in course_state(desk)["steps"] if s["purpose"] == "pre")["title"] == title


def test_practice_in_an_exported_folder_is_training_too(desk: Desk) -> None:
    take_in(desk, folder_answers(as_file(saved()), "answers"))
    pass_days(desk, 30)
    (block,) = take(desk, "pre")
    assert block_result(desk, block)["block"]["title"] == "First test (after 1 drill)"


def test_a_test_before_training_is_refused_after_the_one_after_it(desk: Desk) -> None:
    take(desk, "post")
    with pytest.raises(UsageError, match="cannot be taken any more"):
        desk.open_block("identify", "pre", "plain", 60.0)
    states = {step["purpose"]: step["state"] for step in course_state(desk)["steps"]}
    assert states["pre"] == "missed"


def test_who_left_out_the_first_test_can_still_take_the_retests(desk: Desk) -> None:
    take(desk, "post")
    pass_days(desk, 22)
    states = {step["purpose"]: step["state"] for step in course_state(desk)["steps"]}
    assert (states["retest3"], states["retest6"]) == ("next", "later")
    take(desk, "retest3")


def test_what_takes_longer_to_see_than_before_is_due_sooner(desk: Desk) -> None:
    """The share right is much the same in both cases: durations follow the learner."""
    rng = np.random.default_rng(5)
    somebody = SimulatedLearner(dict.fromkeys(EMOTIONS, 0.05))
    take_block(desk, somebody, "drill", rng)
    slower, quicker = EMOTIONS[:3], EMOTIONS[3:6]
    for names, threshold_s in ((slower, 0.3), (quicker, 0.012)):
        somebody.thresholds_s.update((name, threshold_s) for name in names)
    pass_days(desk, 3)
    take_block(desk, somebody, "drill", rng)
    with desk.database.session() as session:
        due = {r.family: r.due_at for r in session.scalars(sa.select(Review))}
    # Four answers are few, so single families may come out in the other order.
    later, sooner = (
        sorted(due[f"identify/{name}/plain"] for name in names) for names in (quicker, slower)
    )
    assert all(first < second for first, second in zip(sooner, later, strict=True))
