"""The academy's desk: opens blocks, hands out rounds, takes answers, closes blocks.

Everything that asks for trials or answers them (a browser, a simulated learner) goes through here.
The rules for what goes wrong:

* Answers may come twice, late or out of order; each is taken once.
* A trial that was not shown as planned does not count; the block goes on until every emotion has
  its trials, or twice the planned rounds were answered (then it ends as "slow" and says so).
* A block that was left is resumed at its next round within half an hour. After that it is closed
  as "interrupted": its trials are kept, but make no result, and the block starts anew. Answers
  that come later than that are kept as well, but do not open it again.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from unspoken.academy.answers import Answer
from unspoken.academy.course import PURPOSES, RETEST_AFTER, TESTS, form_for, form_order
from unspoken.academy.expressions import NONE
from unspoken.academy.levels import LEVELS, level_named
from unspoken.academy.people import Cast
from unspoken.academy.reviews import rating_of, reviewed
from unspoken.academy.rounds import TASKS, PlannedTrial, plan_round, round_of
from unspoken.academy.scores import score
from unspoken.errors import InputError, UsageError
from unspoken.store.database import Database
from unspoken.store.models import Block, Estimate, Profile, Review, Trial

__all__ = ["RESUME_WITHIN", "Desk", "answer_of", "fill", "missing"]

RESUME_WITHIN = timedelta(minutes=30)
#: Drills choose the next duration from this many latest answers of a family.
_RECENT = 30
#: Displays slower or faster than this cannot be planned for, Hz.
_SLOWEST_HZ, _FASTEST_HZ = 24.0, 500.0
_FIELDS = ("response", "region", "when_s", "confidence", "rt_s", "shown_frames")


class Desk:
    """One learner's academy.

    Parameters
    ----------
    database : Database
    cast : Cast
        Which faces are shown when.
    clock : callable, optional
        Gives the present time with its zone.
    draw : callable, optional
        Given n, draws a whole number below n; chance decides on forms and the order of trials.
    """

    def __init__(
        self,
        database: Database,
        cast: Cast,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        draw: Callable[[int], int] = secrets.randbelow,
    ) -> None:
        self.database = database
        self.cast = cast
        self.now = clock
        self._draw = draw

    def profile(self, session: Session) -> Profile:
        """The learner's row; made on first use."""
        found = session.get(Profile, 1)
        if found is None:
            order = form_order(self._draw(4))
            found = Profile(id=1, name="", created_at=self.now(), form_order=order)
            session.add(found)
        return found

    def open_block(self, task: str, purpose: str, level: str, refresh_hz: float) -> str:
        """Start a block, or resume the one of the same kind that was left a short while ago.

        Returns
        -------
        str
            The block's id.

        Raises
        ------
        UsageError
            If there is no such task, purpose or level, or a test is asked for out of its turn.
        InputError
            If the display's rate is none that can be planned for.
        """
        if task not in TASKS or purpose not in PURPOSES or level not in {x.name for x in LEVELS}:
            raise UsageError(
                f"There is no {purpose!r} of {task!r} at level {level!r}.",
                "Start from the page that lists the drills.",
            )
        if purpose in TESTS and (task, level) != ("identify", "plain"):
            raise UsageError("Tests are taken in the task identify at level plain.")
        if not _SLOWEST_HZ <= refresh_hz <= _FASTEST_HZ:
            raise InputError(
                f"The display's rate was measured as {refresh_hz:g} Hz; expected "
                f"{_SLOWEST_HZ:g} to {_FASTEST_HZ:g} Hz.",
                "Close other programs and try again, or use another display.",
            )
        with self.database.session() as session:
            self._close_stale(session, (task, purpose, level))
            open_one = session.scalar(sa.select(Block).where(Block.state == "open"))
            if open_one is not None:
                open_one.refresh_hz, open_one.seen_at = refresh_hz, self.now()
                return open_one.id
            return self._new_block(session, task, purpose, level, refresh_hz).id

    def _new_block(
        self, session: Session, task: str, purpose: str, level: str, refresh_hz: float
    ) -> Block:
        if purpose in TESTS and session.scalar(
            sa.select(Block).where(Block.purpose == purpose, Block.state == "done")
        ):
            raise UsageError(f"The {PURPOSES[purpose].title.lower()} has been taken already.")
        if purpose == "pre" and self._ended(session, "post"):
            raise UsageError(
                "The test before training cannot be taken any more.",
                "It would say where you started from, and the test after training is done already.",
            )
        if purpose in RETEST_AFTER:
            due = self._retest_due(session, purpose)
            if due is None or due > self.now():
                when = f"on {due:%d %B %Y}" if due else "three or six weeks after the test"
                raise UsageError(f"The {PURPOSES[purpose].title.lower()} is due {when}.")
        block = Block(
            id=secrets.token_hex(16),
            task=task,
            purpose=purpose,
            level=level,
            form=form_for(purpose, self.profile(session).form_order),
            rounds=PURPOSES[purpose].rounds,
            refresh_hz=refresh_hz,
            seed=self._draw(2**31),
            state="open",
            started_at=self.now(),
            seen_at=self.now(),
        )
        session.add(block)
        return block

    def _retest_due(self, session: Session, purpose: str) -> datetime | None:
        after = self._ended(session, "post")
        return after + RETEST_AFTER[purpose] if after else None

    def _ended(self, session: Session, purpose: str) -> datetime | None:
        """When a test was finished."""
        return session.scalar(
            sa.select(Block.ended_at).where(Block.purpose == purpose, Block.state == "done")
        )

    def _close_stale(self, session: Session, kind: tuple[str, str, str]) -> None:
        """Only one block is open at a time, and none for long."""
        for block in session.scalars(sa.select(Block).where(Block.state == "open")):
            if self._left(block) or (block.task, block.purpose, block.level) != kind:
                block.state, block.ended_at = "interrupted", self.now()
        session.flush()

    def _left(self, block: Block) -> bool:
        """Whether it was left for too long to go on with."""
        return self.now() - block.seen_at > RESUME_WITHIN

    def next_round(self, block_id: str) -> list[Trial]:
        """Plan and hand out the next round; closes the block where nothing is left to do.

        Trials of an earlier round that were never answered are given up as "abandoned".

        Returns
        -------
        list of Trial
            In the order of presentation; empty when the block is over.

        Raises
        ------
        InputError
            If there is no such block.
        """
        with self.database.session() as session:
            block = self._block(session, block_id)
            if block.state == "open" and self._left(block):
                block.state, block.ended_at = "interrupted", self.now()
            if block.state != "open":
                return []
            for trial in block.trials:
                if trial.answered_at is None and "abandoned" not in trial.flags:
                    trial.flags = [*trial.flags, "abandoned"]
            block.seen_at = self.now()
            round_number = 1 + max((t.round for t in block.trials), default=-1)
            needed = missing(block)
            answered = {t.round for t in block.trials if t.answered_at is not None}
            if not needed or len(answered) >= 2 * block.rounds + 2:
                self._close(session, block, "slow" if needed else "done")
                return []
            rng = np.random.default_rng([block.seed, round_number])
            drill = block.purpose == "drill"
            planned = plan_round(
                block.task,
                level_named(block.level),
                self.cast.training if drill else self.cast.forms[block.form],
                block.refresh_hz,
                self._history(session, block),
                needed,
                rng,
                choices=4 if drill else 2,
            )
            first = len(block.trials)
            made = [_row(p, block, first + i, round_number) for i, p in enumerate(planned)]
            block.trials.extend(made)
            session.flush()
            return made

    def record(self, block_id: str, results: Sequence[Mapping[str, object]]) -> int:
        """Take answers; those already taken are passed over.

        Parameters
        ----------
        block_id : str
        results : sequence of mapping
            With ``id``, ``response``, ``region``, ``when_s``, ``confidence``, ``rt_s``,
            ``shown_frames`` and ``flags``, validated at the border.

        Returns
        -------
        int
            How many were new.

        Raises
        ------
        InputError
            If there is no such block, or a trial is none of its.
        """
        with self.database.session() as session:
            block = self._block(session, block_id)
            trials = {trial.id: trial for trial in block.trials}
            new = 0
            for result in results:
                trial = trials.get(str(result["id"]))
                if trial is None:
                    raise InputError(f"Trial {result['id']} is not part of this block.")
                if trial.answered_at is not None:
                    continue
                fill(trial, result, self.now())
                new += 1
            if not self._left(block):
                block.seen_at = self.now()
            return new

    def progress(self, block_id: str) -> dict[str, object]:
        """How far a block is: its state, trials that count, wanted, and not counted."""
        with self.database.session() as session:
            block = self._block(session, block_id)
            wanting = sum(missing(block).values())
            answers = [answer_of(trial) for trial in block.trials]
            counted = sum(a.counts for a in answers)
            return {
                "state": block.state,
                "counted": counted,
                "wanted": counted + wanting,
                "excluded": sum(a.response is not None and not a.counts for a in answers),
            }

    def _block(self, session: Session, block_id: str) -> Block:
        block = session.get(Block, block_id)
        if block is None:
            raise InputError(
                "This block is not known any more.", "Your data may have been deleted; start anew."
            )
        return block

    def _history(self, session: Session, block: Block) -> dict[str, list[Answer]]:
        """What the next durations are chosen from: this block, for drills also earlier ones."""
        rows = list(block.trials)
        if block.purpose == "drill":
            earlier = (
                sa.select(Trial)
                .join(Block)
                .where(Block.purpose == "drill", Block.task == block.task)
                .where(Block.level == block.level, Block.id != block.id)
                .order_by(Trial.answered_at)
            )
            rows = [*session.scalars(earlier), *rows]
        found: dict[str, list[Answer]] = {}
        for answer in (answer_of(row) for row in rows):
            if answer.counts:
                found.setdefault(answer.family, []).append(answer)
        keep = _RECENT if block.purpose == "drill" else None
        return {family: answers[-keep:] if keep else answers for family, answers in found.items()}

    def _close(self, session: Session, block: Block, state: str) -> None:
        block.state, block.ended_at = state, self.now()
        answers = [answer_of(trial) for trial in block.trials]
        result = score(answers, block.task, block.level, block.refresh_hz)
        for truth, estimate in result.thresholds.items():
            block.estimates.append(
                Estimate(
                    family=f"{block.task}/{truth}/{block.level}",
                    threshold_s=estimate.threshold_s,
                    low_s=estimate.low_s,
                    high_s=estimate.high_s,
                    trials=estimate.trials,
                    edge=estimate.edge,
                )
            )
        if block.purpose == "drill":
            self._schedule(session, block)

    def _schedule(self, session: Session, block: Block) -> None:
        """Plan when the families of a drill that was just closed are due again."""
        for now in block.estimates:
            if not now.trials:
                continue
            before = session.scalar(
                sa.select(Estimate.threshold_s)
                .join(Block)
                .where(Block.purpose == "drill", Block.id != block.id)
                .where(Estimate.family == now.family, Estimate.trials > 0)
                .order_by(Block.ended_at.desc())
                .limit(1)
            )
            review = session.get(Review, now.family)
            rating = rating_of(now.threshold_s, before)
            card, due = reviewed(review.card if review else None, rating, self.now())
            session.merge(Review(family=now.family, card=card, due_at=due))


def answer_of(trial: Trial) -> Answer:
    """A stored trial as scoring takes it."""
    shown = trial.shown_frames if trial.shown_frames is not None else 0
    response = trial.response
    if response == "something":
        response = trial.region or "somewhere"
    middle = (trial.onset_frame + trial.planned_frames / 2.0) / trial.refresh_hz
    timed = trial.when_s is not None and trial.truth != NONE
    return Answer(
        truth=trial.truth,
        response=response,
        shown_s=shown / trial.refresh_hz,
        family=trial.family,
        confidence=trial.confidence,
        catch=trial.catch,
        flags=tuple(trial.flags),
        rt_s=trial.rt_s,
        when_error_s=(trial.when_s or 0.0) - middle if timed else None,
    )


def missing(block: Block) -> dict[str, int]:
    """By truth, how many trials that count are still missing."""
    have = Counter(a.truth for a in map(answer_of, block.trials) if a.counts)
    wanted = {truth: count * block.rounds for truth, count in round_of(block.task).items()}
    return {truth: want - have[truth] for truth, want in wanted.items() if want > have[truth]}


def _row(planned: PlannedTrial, block: Block, number: int, round_number: int) -> Trial:
    stimulus = planned.stimulus
    return Trial(
        id=secrets.token_hex(16),
        number=number,
        round=round_number,
        truth=planned.truth,
        catch=planned.catch,
        family=planned.family,
        identity=planned.identity,
        refresh_hz=block.refresh_hz,
        onset_frame=stimulus.onset_frame,
        planned_frames=stimulus.target_frames,
        total_frames=stimulus.total_frames,
        scene=stimulus.scene.to_json(),
        apex=dict(stimulus.apex),
        flags=[],
    )


def fill(trial: Trial, result: Mapping[str, object], now: datetime) -> None:
    """Put an answer into its trial; one that was not shown for the planned frames is "late"."""
    for name in _FIELDS:
        setattr(trial, name, result.get(name))
    said = result.get("flags")
    flags = [*trial.flags, *(str(f) for f in (said if isinstance(said, list | tuple) else ()))]
    if trial.response is not None and trial.shown_frames != trial.planned_frames:
        flags.append("late")
    trial.flags = sorted(set(flags))
    trial.answered_at = now
