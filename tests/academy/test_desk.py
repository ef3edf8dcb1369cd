"""The desk: a whole course by simulated learners, and everything that can go wrong in a block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from tests.academy.people import PEOPLE, cast
from unspoken.academy.course import RETEST_AFTER, TESTS, form_order, steps
from unspoken.academy.desk import Desk, answer_of
from unspoken.academy.expressions import NONE, REGIONS
from unspoken.academy.people import FORMS, Cast, Person, load_people
from unspoken.academy.scores import score
from unspoken.academy.simulated import Clock, SimulatedLearner, take_block
from unspoken.errors import AssetError, InputError, UsageError
from unspoken.facs.prototypes import EMOTIONS
from unspoken.store.database import Database
from unspoken.store.models import Block, Review, Trial

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    database = Database(tmp_path)
    # The same trials in every run: what is asserted of simulated learners is true of most seeds.
    chance = np.random.default_rng(11)
    yield Desk(database, cast(), clock, lambda below: int(chance.integers(below)))
    database.close()


def learner(threshold_s: float = 0.06, learning: float = 1.0) -> SimulatedLearner:
    return SimulatedLearner(dict.fromkeys(EMOTIONS, threshold_s), learning=learning)


def trials_of(desk: Desk, block: str) -> list[Trial]:
    with desk.database.session() as session:
        query = sa.select(Trial).where(Trial.block_id == block).order_by(Trial.number)
        return list(session.scalars(query))


def state_of(desk: Desk, block: str) -> str:
    with desk.database.session() as session:
        found = session.get(Block, block)
        assert found is not None
        return found.state


def test_a_simulated_learner_takes_the_whole_course(desk: Desk, clock: Clock) -> None:
    """Test, drills, test, both retests: faces never repeat, and what was learned shows."""
    rng = np.random.default_rng(4)
    somebody = learner(0.2, learning=0.75)
    blocks = {"pre": take_block(desk, somebody, "pre", rng)}
    drilled = []
    for _ in range(6):
        clock.pass_(days=1)
        drilled.append(take_block(desk, somebody, "drill", rng))
    blocks["post"] = take_block(desk, somebody, "post", rng)
    for name in ("retest3", "retest6"):
        with pytest.raises(UsageError, match="is due on"):
            desk.open_block("identify", name, "plain", 60.0)
        clock.pass_(weeks=3)
        blocks[name] = take_block(desk, somebody, name, rng)
    shown = {name: {t.identity for t in trials_of(desk, block)} for name, block in blocks.items()}
    trained = {t.identity for block in drilled for t in trials_of(desk, block)}
    assert all(shown.values())
    tested = {name for faces in shown.values() for name in faces}
    assert len(tested) == sum(len(faces) for faces in shown.values())
    assert not trained & tested
    results = {
        name: score([answer_of(t) for t in trials_of(desk, block)], "identify", "plain", 60.0)
        for name, block in blocks.items()
    }
    before, after = (results[name].thresholds for name in ("pre", "post"))
    assert np.mean([np.log(after[e].threshold_s / before[e].threshold_s) for e in EMOTIONS]) < -1.0
    assert results["post"].trials == 120
    with desk.database.session() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Review)) == 7


@pytest.mark.parametrize(("task", "share"), [("identify", 0.3), ("spot", 3 / 11)])
def test_catch_trials_are_a_quarter_to_three_tenths_of_a_block(
    desk: Desk, task: str, share: float
) -> None:
    names = (*EMOTIONS, *REGIONS)
    somebody = SimulatedLearner(dict.fromkeys(names, 0.1))
    block = take_block(desk, somebody, "drill", np.random.default_rng(1), task=task)
    trials = trials_of(desk, block)
    assert all(bool(t.catch) == (t.truth == NONE) for t in trials)
    assert sum(t.truth == NONE for t in trials) / len(trials) == pytest.approx(share)
    assert {n for t, n in Counter(t.truth for t in trials).items() if t != NONE} == {
        4 if task == "identify" else 8
    }


def test_what_a_round_holds_cannot_be_counted_down(desk: Desk) -> None:
    block = take_block(desk, learner(), "drill", np.random.default_rng(1))
    trials = trials_of(desk, block)
    kinds = [Counter(t.truth for t in trials if t.round == number) for number in range(4)]
    assert [sum(count.values()) for count in kinds] == [10] * 4
    assert any(count != kinds[0] for count in kinds[1:])
    assert any(max(n for t, n in count.items() if t != NONE) > 1 for count in kinds)


def test_spotting_scores_where_and_when(desk: Desk) -> None:
    rng = np.random.default_rng(1)
    regions = SimulatedLearner(dict.fromkeys(("brow", "eye", "nose", "mouth"), 0.05))
    block = take_block(desk, regions, "drill", rng, task="spot")
    taken = trials_of(desk, block)
    result = score([answer_of(t) for t in taken], "spot", "plain", 60.0)
    assert result.trials == 44
    named = [t for t in taken if t.truth != NONE and t.when_s is not None]
    middles = [(t.onset_frame + t.planned_frames / 2) / 60.0 for t in named]
    off = [abs(t.when_s - middle) for t, middle in zip(named, middles, strict=True) if t.when_s]
    assert len(off) > 15
    assert result.median_when_error_s == pytest.approx(np.median(off))
    assert 0.01 < np.median(off) < 0.4


def test_late_trials_do_not_count_and_are_shown_again(desk: Desk) -> None:
    block = take_block(desk, learner(), "drill", np.random.default_rng(2), late=0.2)
    answers = [answer_of(t) for t in trials_of(desk, block)]
    late = [a for a in answers if "late" in a.flags]
    counted = [a for a in answers if a.counts]
    assert late and len(answers) == len(counted) + len(late)
    assert len(counted) == 40
    assert score(answers, "identify", "plain", 60.0).excluded == {"late": len(late)}


def test_a_display_that_never_shows_what_was_planned_ends_the_block_and_says_so(
    desk: Desk,
) -> None:
    block = take_block(desk, learner(), "drill", np.random.default_rng(2), late=1.0)
    assert state_of(desk, block) == "slow"


def test_answers_that_come_twice_are_taken_once(desk: Desk) -> None:
    block = desk.open_block("identify", "drill", "plain", 60.0)
    trial = desk.next_round(block)[0]
    first = {"id": trial.id, "response": "fear", "confidence": 2, "rt_s": 1.0, "flags": [],
             "shown_frames": trial.planned_frames}  # fmt: skip
    assert desk.record(block, [first]) == 1
    assert desk.record(block, [{**first, "response": "anger"}]) == 0
    stored = {t.id: t for t in trials_of(desk, block)}[trial.id]
    assert stored.response == "fear"


def test_a_block_left_for_a_short_while_goes_on_where_it_was(desk: Desk, clock: Clock) -> None:
    block = desk.open_block("identify", "pre", "plain", 60.0)
    issued = desk.next_round(block)
    clock.pass_(minutes=20)
    assert desk.open_block("identify", "pre", "plain", 75.0) == block
    again = desk.next_round(block)
    assert not {t.id for t in issued} & {t.id for t in again}
    rows = {t.id: t for t in trials_of(desk, block)}
    assert all(rows[t.id].flags == ["abandoned"] for t in issued)
    assert all(t.refresh_hz == 75.0 for t in again)


def test_a_block_left_for_long_is_closed_and_begins_anew(desk: Desk, clock: Clock) -> None:
    block = desk.open_block("identify", "pre", "plain", 60.0)
    clock.pass_(minutes=31)
    other = desk.open_block("identify", "pre", "plain", 60.0)
    assert other != block
    assert state_of(desk, block) == "interrupted"
    assert desk.next_round(block) == []


def test_a_page_left_open_overnight_keeps_its_answers_but_does_not_go_on(
    desk: Desk, clock: Clock
) -> None:
    block = desk.open_block("identify", "pre", "plain", 60.0)
    trial = desk.next_round(block)[0]
    clock.pass_(hours=9)
    answer = {"id": trial.id, "response": "fear", "shown_frames": trial.planned_frames}
    assert desk.record(block, [answer]) == 1
    assert desk.next_round(block) == []
    assert state_of(desk, block) == "interrupted"
    assert {t.id: t for t in trials_of(desk, block)}[trial.id].response == "fear"


def test_loading_the_page_again_and_again_is_no_fault_of_the_display(desk: Desk) -> None:
    block = desk.open_block("identify", "drill", "plain", 60.0)
    for _ in range(30):
        assert len(desk.next_round(block)) == 10
    assert state_of(desk, block) == "open"


def test_an_answer_that_arrives_after_its_trial_was_given_up_is_kept_but_does_not_count(
    desk: Desk,
) -> None:
    block = desk.open_block("identify", "drill", "plain", 60.0)
    trial = desk.next_round(block)[0]
    desk.next_round(block)
    answer = {"id": trial.id, "response": "fear", "shown_frames": trial.planned_frames}
    assert desk.record(block, [answer]) == 1
    stored = answer_of({t.id: t for t in trials_of(desk, block)}[trial.id])
    assert stored.response == "fear" and not stored.counts


def test_a_test_is_taken_once(desk: Desk) -> None:
    take_block(desk, learner(), "pre", np.random.default_rng(0))
    with pytest.raises(UsageError, match="already"):
        desk.open_block("identify", "pre", "plain", 60.0)


@pytest.mark.parametrize(
    "asked",
    [("juggle", "drill", "plain"), ("identify", "exam", "plain"), ("identify", "drill", "odd"),
     ("spot", "pre", "plain"), ("identify", "pre", "speech")],
)  # fmt: skip
def test_what_does_not_exist_cannot_be_opened(desk: Desk, asked: tuple[str, str, str]) -> None:
    with pytest.raises(UsageError):
        desk.open_block(*asked, 60.0)


@pytest.mark.parametrize("rate", [0.0, 5.0, 1000.0, float("nan")])
def test_a_display_that_cannot_be_planned_for_is_refused(desk: Desk, rate: float) -> None:
    with pytest.raises(InputError, match="Hz"):
        desk.open_block("identify", "drill", "plain", rate)


@pytest.mark.parametrize("rate", [50.0, 60.0, 75.0, 144.0])
def test_durations_are_whole_frames_on_every_display(desk: Desk, rate: float) -> None:
    block = desk.open_block("identify", "drill", "plain", rate)
    for trial in desk.next_round(block):
        if trial.truth != NONE:
            assert trial.planned_frames >= 1
            assert trial.planned_frames / rate <= 0.51


def test_unknown_blocks_and_trials_are_refused(desk: Desk) -> None:
    with pytest.raises(InputError):
        desk.next_round("nothing")
    block = desk.open_block("identify", "drill", "plain", 60.0)
    with pytest.raises(InputError, match="not part"):
        desk.record(block, [{"id": "nothing"}])


def test_the_steps_of_the_course_follow_each_other(clock: Clock) -> None:
    def states(done: dict[str, list[datetime]], now: datetime) -> dict[str, str]:
        return {step.purpose: step.state for step in steps(done, now)}

    assert states({}, START)["pre"] == "next"
    assert list(states({"pre": [START]}, START).values()).count("next") == 1
    assert states({"pre": [START], "drill": [START] * 6}, START)["post"] == "next"
    finished = {"pre": [START], "drill": [START] * 6, "post": [START]}
    assert "next" not in states(finished, START).values()
    assert states(finished, START + RETEST_AFTER["retest3"])["retest3"] == "next"


def test_forms_are_balanced_over_learners() -> None:
    orders = [form_order(n) for n in range(4)]
    for position in range(len(TESTS)):
        assert {order[position] for order in orders} == set(FORMS)
    follows = {(a, b) for order in orders for a, b in zip(order, order[1:], strict=False)}
    assert len(follows) == 12


def test_training_and_test_faces_never_mix() -> None:
    made = cast()
    dealt = [name for names in made.forms.values() for name in names]
    assert len(dealt) == len(set(dealt)) == 6
    assert not set(dealt) & set(made.training)


def test_a_pack_with_too_few_faces_or_a_broken_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="at least"):
        Cast.of([Person("f01"), Person("f02", pool="test")])
    (tmp_path / "pack.json").write_text("{", encoding="utf-8")
    with pytest.raises(AssetError, match="cannot be read"):
        load_people(tmp_path)
    assert len(PEOPLE) == 12
