"""Answers that a drill in an exported folder saved, taken into the learner's own data.

They become a block of a kind of their own: practice, of which shares, d' and confidence are stated
and thresholds are not. Items in a folder are the same in every copy, and durations follow another
rule, so nothing that the academy measures or plans draws on such a block.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator
from sqlalchemy.exc import IntegrityError

from unspoken.academy.answers import family_of
from unspoken.academy.course import FROM_FOLDER
from unspoken.academy.desk import Desk, fill, missing
from unspoken.academy.expressions import NONE
from unspoken.academy.levels import CATCHES, LEVELS
from unspoken.academy.rounds import truths_of
from unspoken.errors import InputError, SourceNotFound
from unspoken.store.models import Block, Trial

__all__ = ["MOST_BYTES", "FolderAnswer", "FolderAnswers", "folder_answers", "read_folder_answers",
           "take_in"]  # fmt: skip

#: No block fills a larger file.
MOST_BYTES = 2_000_000
_CHOOSE = 'Choose the file that "Save my answers" wrote at the end of a drill.'
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
Frames = Annotated[int, Field(ge=0, le=100_000)]
Seconds = Annotated[float, Field(ge=0, le=86_400)]
#: A page may be left open over a weekend; such an answer is kept as one that took a day.
_MOST_RT_S = 86_400.0
#: Clocks of computers can be wrong, but not outside these.
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)


class FolderAnswer(_Strict):
    """One trial as the page of the folder noted it.

    Parameters
    ----------
    truth, said : str
        Emotion, region or "none"; `said` is "" where the page was in the background and nothing
        was asked.
    catch : str
        What a catch trial held; "" otherwise.
    identity : str
        The face.
    confidence : int
        1 to 4; 0 where nothing was asked.
    when_s : float or None, seconds
    rt_s : float, seconds
        Kept as a day where it is more.
    refresh_hz : float
    onset_frame, planned_frames, total_frames, shown_frames : int
    flags : tuple of str
        Why it does not count; empty where it does.
    """

    truth: str
    catch: str
    identity: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,64}$")]
    said: str
    confidence: Annotated[int, Field(ge=0, le=4)]
    when_s: Seconds | None
    rt_s: Annotated[float, Field(ge=0)]
    refresh_hz: Annotated[float, Field(ge=24, le=500)]
    onset_frame: Frames
    planned_frames: Frames
    total_frames: Frames
    shown_frames: Frames
    flags: Annotated[tuple[Literal["late", "hidden"], ...], Field(max_length=2)]

    @model_validator(mode="after")
    def _agrees(self) -> FolderAnswer:
        """What one page writes cannot contradict itself; a file that does was changed."""
        if (self.truth == NONE) != (self.catch in CATCHES) or (self.catch and self.planned_frames):
            raise ValueError(f"{self.truth!r} does not go with the catch trial {self.catch!r}")
        if (self.said == "") != (self.confidence == 0) or (not self.said and not self.flags):
            raise ValueError("expected an answer with a confidence, or a flag")
        if self.shown_frames != self.planned_frames and not self.flags:
            raise ValueError(
                f"{self.planned_frames} frames were planned and {self.shown_frames} shown, but "
                "no flag says so"
            )
        return self


class FolderAnswers(_Strict):
    """One block of a drill as its page saved it.

    Parameters
    ----------
    task, level : str
    rounds : int
        How many the block wanted.
    ended_at : datetime
        With its zone; of this century.
    answers : tuple of FolderAnswer
        In the order of presentation, at least one.
    """

    format: Literal["unspoken.practice/1"]
    what: str
    task: Literal["identify", "spot"]
    level: str
    rounds: Annotated[int, Field(ge=1, le=100)]
    ended_at: Annotated[AwareDatetime, Field(ge=_EARLIEST, lt=_LATEST)]
    answers: Annotated[tuple[FolderAnswer, ...], Field(min_length=1, max_length=2000)]

    @model_validator(mode="after")
    def _knows_the_words(self) -> FolderAnswers:
        if self.level not in {level.name for level in LEVELS}:
            raise ValueError(f"there is no level {self.level!r}")
        labels = (*truths_of(self.task), NONE)
        for number, answer in enumerate(self.answers, start=1):
            for word in filter(None, (answer.truth, answer.said)):
                if word not in labels:
                    expected = ", ".join(labels)
                    raise ValueError(f"answer {number}: expected {expected}; found {word!r}")
        return self

    @property
    def id(self) -> str:
        """The same for the same answers, however the file is called: 32 hexadecimal digits."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:32]


def folder_answers(content: bytes, name: str) -> FolderAnswers:
    """The answers in a file's content.

    Parameters
    ----------
    content : bytes
        JSON, UTF-8.
    name : str
        What a message calls the file.

    Raises
    ------
    InputError
        If it is no such file; the message says where and why.
    """
    if len(content) > MOST_BYTES:
        raise InputError(f"{name}: larger than any file a drill saves (2 MB).", _CHOOSE)
    try:
        return FolderAnswers.model_validate_json(
            content.removeprefix(_BYTE_ORDER_MARK), strict=True
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        why = f"{where}: {first['msg']}" if where else first["msg"]
        raise InputError(f"{name}: not the answers of a drill ({why}).", _CHOOSE) from error


def read_folder_answers(path: Path) -> FolderAnswers:
    """The answers in a file.

    Raises
    ------
    SourceNotFound
        If it is not there.
    InputError
        If it cannot be read, or is no such file.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise SourceNotFound(f"{path}: there is no such file.", _CHOOSE) from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    return folder_answers(content, str(path))


def take_in(desk: Desk, found: FolderAnswers) -> bool:
    """Keep a block of practice; the same block again is passed over.

    Returns
    -------
    bool
        Whether it is new.
    """
    try:
        return _take_in_once(desk, found)
    except IntegrityError:
        # Another import wrote the same row between our look and our writing. Now it can be seen.
        return _take_in_once(desk, found)


def _take_in_once(desk: Desk, found: FolderAnswers) -> bool:
    with desk.database.session() as session:
        if session.get(Block, found.id) is not None:
            return False
        desk.profile(session)
        block = Block(
            id=found.id, task=found.task, purpose=FROM_FOLDER.name, level=found.level, form="",
            state="done", rounds=found.rounds, refresh_hz=found.answers[-1].refresh_hz, seed=0,
            started_at=found.ended_at, seen_at=desk.now(), ended_at=found.ended_at,
        )  # fmt: skip
        block.trials.extend(_row(a, n, found) for n, a in enumerate(found.answers))
        block.state = "slow" if missing(block) else "done"
        session.add(block)
        return True


def _row(answer: FolderAnswer, number: int, found: FolderAnswers) -> Trial:
    trial = Trial(
        id=secrets.token_hex(16), number=number, round=0, truth=answer.truth, catch=answer.catch,
        family=family_of(found.task, answer.truth, found.level), identity=answer.identity,
        refresh_hz=answer.refresh_hz, onset_frame=answer.onset_frame,
        planned_frames=answer.planned_frames, total_frames=answer.total_frames,
        scene={}, apex={}, flags=[],
    )  # fmt: skip
    moved = found.task == "spot" and answer.said not in ("", NONE)
    fill(trial, {
        "response": "something" if moved else answer.said or None,
        "region": answer.said if moved else None,
        "when_s": answer.when_s,
        "confidence": answer.confidence or None,
        "rt_s": min(answer.rt_s, _MOST_RT_S) if answer.said else None,
        "shown_frames": answer.shown_frames,
        "flags": answer.flags,
    }, found.ended_at)  # fmt: skip
    return trial
