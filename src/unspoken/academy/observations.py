"""Keeping what somebody marked while watching, and taking in what colleagues marked.

An interaction is shown once: a second watching is kept, but marked as such. The learner's marks
leave this machine only as a file that the learner saves, without a name unless one is given.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

import sqlalchemy as sa
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from unspoken.academy.desk import Desk
from unspoken.academy.scripts import GUESSES
from unspoken.academy.showing import Showing
from unspoken.errors import InputError
from unspoken.store.models import Observation
from unspoken.timing import Interval, joined

__all__ = [
    "OBSERVATION_FORMAT", "Kept", "Mark", "Observed", "begin", "colleagues", "exported",
    "keep_guesses", "keep_marks", "kept", "take_in", "watched",
]  # fmt: skip

OBSERVATION_FORMAT: Final = "unspoken.observation/1"
#: More marks than this are a key that was held down.
_MOST_MARKS = 300
_LONGEST_S = 3600.0
Seconds = Annotated[float, Field(ge=0, le=_LONGEST_S)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Mark(_Strict):
    """One press of the key.

    Parameters
    ----------
    t_s : float
        Seconds from the beginning of what was shown.
    guess : str
        One of `unspoken.academy.scripts.GUESSES`; "" for not said.
    confidence : int, optional
        1 to 4, as in the drills.
    """

    t_s: Seconds
    guess: str = ""
    confidence: Annotated[int, Field(ge=1, le=4)] | None = None

    @field_validator("guess")
    @classmethod
    def _known(cls, guess: str) -> str:
        if guess and guess not in GUESSES:
            raise ValueError(f"expected one of {', '.join(GUESSES)}")
        return guess


class Observed(_Strict):
    """What a page or a colleague's file brings.

    Parameters
    ----------
    marks : list of Mark
    unseen : list of (start, end)
        Stretches that were not shown: the page was hidden, or the picture stood still.
    reactions : list of float
        Reactions to the plain movements of the warm-up, seconds.
    """

    marks: Annotated[list[Mark], Field(max_length=_MOST_MARKS)]
    unseen: Annotated[list[tuple[Seconds, Seconds]], Field(max_length=5000)] = Field(
        default_factory=list
    )
    reactions: Annotated[list[Seconds], Field(max_length=20)] = Field(default_factory=list)


def _forwards(span: tuple[float, float]) -> tuple[float, float]:
    if span[1] <= span[0]:
        raise ValueError(f"expected start before end, found {span[0]:g} and {span[1]:g} s")
    return span


class _File(Observed):
    unseen: Annotated[
        list[Annotated[tuple[Seconds, Seconds], AfterValidator(_forwards)]],
        Field(max_length=5000),
    ] = Field(default_factory=list)
    format: Literal["unspoken.observation/1"]
    id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    name: Annotated[str, Field(max_length=80)] = ""
    first_time: bool = True


@dataclass(frozen=True)
class Kept:
    """An observation as it is stored.

    Parameters
    ----------
    span : Interval or None
        Which part of the interaction, seconds of the recording; None for all of it.
    """

    id: str
    showing: str
    title: str
    digest: str
    state: str
    first_time: bool
    span: Interval | None
    started_at: str
    marks: tuple[Mark, ...]
    unseen: tuple[Interval, ...]
    reactions: tuple[float, ...]


def begin(desk: Desk, showing: Showing, span: Interval | None) -> str:
    """Somebody starts to watch.

    Returns
    -------
    str
        Id of the observation.
    """
    with desk.database.session() as session:
        desk.profile(session)
        # One that was left open counts: a reload just before the end is no way to a first time.
        known = sa.select(Observation).where(Observation.digest == showing.digest, Observation.mine)
        made = Observation(
            id=secrets.token_hex(16), showing=showing.showing_id, title=showing.title[:120],
            digest=showing.digest, start_s=span.start_s if span else None,
            end_s=span.end_s if span else None, mine=True, name="", state="open",
            first_time=session.scalar(known) is None, started_at=desk.now(), marks=[], unseen=[],
            reactions=[],
        )  # fmt: skip
        session.add(made)
        return made.id


def keep_marks(desk: Desk, observation: str, found: Observed) -> None:
    """It was shown to its end; the marks are kept. Sent twice, the first counts.

    Raises
    ------
    InputError
        If there is no such observation.
    """
    with desk.database.session() as session:
        row = _mine(session, observation)
        if row.state == "open":
            row.marks = [mark.model_dump() for mark in sorted(found.marks, key=lambda m: m.t_s)]
            row.unseen = [[span.start_s, span.end_s] for span in _spans(found.unseen)]
            row.reactions = list(found.reactions)
            row.state = "watched"


def keep_guesses(desk: Desk, observation: str, marks: Sequence[Mark]) -> None:
    """What each mark was taken for; times stay as they were marked.

    Raises
    ------
    InputError
        If there is no such observation, or not as many guesses as marks.
    """
    with desk.database.session() as session:
        row = _mine(session, observation)
        if row.state == "open" or len(marks) != len(row.marks):
            raise InputError(
                f"Expected {len(row.marks)} guesses, found {len(marks)}.",
                "Open the interaction again from the list.",
            )
        row.marks = [
            {**kept, "guess": mark.guess, "confidence": mark.confidence}
            for kept, mark in zip(row.marks, marks, strict=True)
        ]
        row.state, row.ended_at = "done", desk.now()


def kept(desk: Desk, observation: str) -> Kept:
    """One of the learner's own.

    Raises
    ------
    InputError
        If there is no such observation.
    """
    with desk.database.session() as session:
        return _kept(_mine(session, observation))


def watched(desk: Desk) -> list[Kept]:
    """The learner's own that were shown to their end, newest first."""
    query = sa.select(Observation).where(Observation.mine, Observation.state != "open")
    with desk.database.session() as session:
        rows = session.scalars(query.order_by(Observation.started_at.desc())).all()
        return [_kept(row) for row in rows]


def colleagues(desk: Desk, digest: str) -> list[Kept]:
    """What colleagues marked on the same interaction, in no order of merit."""
    query = sa.select(Observation).where(~Observation.mine, Observation.digest == digest)
    with desk.database.session() as session:
        return [_kept(row) for row in session.scalars(query.order_by(Observation.id))]


def exported(desk: Desk, observation: str, name: str = "") -> dict[str, Any]:
    """The learner's marks as a file for colleagues: no name unless given, no date.

    The name of the interaction stays here as well: a folder can be called after a customer.
    """
    one = kept(desk, observation)
    return {
        "format": OBSERVATION_FORMAT,
        "id": one.id,
        "digest": one.digest,
        "name": " ".join(name.split())[:80],
        "first_time": one.first_time,
        "marks": [mark.model_dump() for mark in one.marks],
        "unseen": [[span.start_s, span.end_s] for span in one.unseen],
    }


def take_in(desk: Desk, document: Any, digest: str) -> bool:
    """Keep a colleague's file.

    Returns
    -------
    bool
        False when it was known already, or is one's own.

    Raises
    ------
    InputError
        If it is no such file, or of another interaction.
    """
    try:
        found = _File.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "the file"
        raise InputError(
            f"A colleague's marks cannot be read: {where}: {first['msg']}.",
            "Choose the file a colleague saved with 'Save my marks for colleagues'.",
        ) from error
    if found.digest != digest:
        raise InputError(
            "These marks are of another interaction, or of another part of it.",
            "Open the result of that interaction, and add the file there.",
        )
    try:
        return _keep(desk, found)
    except IntegrityError:
        return False  # kept by another page between our look and our writing


def _keep(desk: Desk, found: _File) -> bool:
    with desk.database.session() as session:
        if session.get(Observation, found.id) is not None:
            return False
        session.add(
            Observation(
                id=found.id, showing="", title="", digest=found.digest, mine=False,
                name=found.name, state="done", first_time=found.first_time,
                started_at=desk.now(), marks=[mark.model_dump() for mark in found.marks],
                unseen=[[span.start_s, span.end_s] for span in _spans(found.unseen)], reactions=[],
            )
        )  # fmt: skip
    return True


def _mine(session: Session, observation: str) -> Observation:
    row = session.get(Observation, observation)
    if row is None or not row.mine:
        raise InputError("There is no such observation.", "It may have been deleted.")
    return row


def _kept(row: Observation) -> Kept:
    marks: Sequence[Mapping[str, Any]] = row.marks
    whole = row.start_s is None or row.end_s is None
    return Kept(
        row.id, row.showing, row.title, row.digest, row.state, row.first_time,
        None if whole else Interval(row.start_s or 0.0, row.end_s or 0.0),
        row.started_at.isoformat(), tuple(Mark.model_validate(mark) for mark in marks),
        tuple(_spans(row.unseen)), tuple(row.reactions),
    )  # fmt: skip


def _spans(pairs: Sequence[Sequence[float]]) -> list[Interval]:
    """Stretches that were not shown, each second once; one that has no length is none."""
    return joined(Interval(start, end) for start, end in pairs if end > start)
