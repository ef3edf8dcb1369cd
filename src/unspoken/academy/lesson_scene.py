"""The faces of a lesson: steps with words and what the face shows during them, as one film.

A step is said while the face goes to a pose and keeps it. In the page it is one press of a button
where motion is not wanted; in a clip it is one caption. So words, picture and time cannot drift
apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from unspoken.academy.expressions import EXPRESSIONS
from unspoken.academy.film import Film, Movement, Part, Talk
from unspoken.academy.people import load_people
from unspoken.facs.units import ACTION_UNITS, UNIT_INDEX, unit_of

__all__ = [
    "VIEWS", "Beside", "Cue", "FaceBlock", "Flash", "Person", "Pose", "Scene", "Shown", "Step",
]  # fmt: skip

#: From where one looks, degrees; 90 is the person's left side.
VIEWS: dict[str, float] = {
    "front": 0.0,
    "three-quarter-left": 35.0,
    "three-quarter-right": -35.0,
    "left": 90.0,
    "right": -90.0,
}
#: Going from one pose to the next, seconds; slow enough to be followed.
_MOVE_S = 0.5
#: Reading aloud and reading captions: words a second, and time to look besides.
_WORDS_HZ, _LOOK_S, _LEAST_S = 2.6, 1.0, 2.5
#: Rest before and after a flash, seconds.
_AROUND_S = 1.0
#: A flash rises, stays and falls in these shares of its time, as in `unspoken.academy.scene`.
_RISE, _FALL = 0.3, 0.3
_MOST_STEPS = 24


@cache
def _known_people() -> dict[str, str]:
    return {person.name: person.pool for person in load_people()}


def _person(name: str) -> str:
    pool = _known_people().get(name)
    allowed = ", ".join(n for n, p in _known_people().items() if p == "training")
    if pool is None:
        raise ValueError(f"there is no face of that name; expected one of {allowed}")
    if pool != "training":
        raise ValueError(f"this face is kept for tests; expected one of {allowed}")
    return name


def _unit(name: str) -> str:
    if name not in UNIT_INDEX and f"{name}L" not in UNIT_INDEX:
        known = ", ".join(f"AU{unit.code}" for unit in ACTION_UNITS)
        raise ValueError(
            f"{name} is no action unit that can be drawn; expected one of {known}, with L or R "
            "behind it for one side of a paired unit"
        )
    return name


def _view(value: object) -> object:
    if isinstance(value, str):
        if value not in VIEWS:
            raise ValueError(f"expected degrees, or one of {', '.join(VIEWS)}")
        return VIEWS[value]
    return value


def _words(value: object) -> object:
    """Text, also where YAML took a plain number or a bare yes for something else."""
    if isinstance(value, bool):
        raise ValueError('expected text; YAML takes bare yes, no, on and off for a switch: use "…"')
    return str(value) if isinstance(value, int | float) else value


Words = Annotated[str, BeforeValidator(_words), Field(max_length=600)]
Person = Annotated[str, AfterValidator(_person)]
View = Annotated[float, BeforeValidator(_view), Field(ge=-90, le=90)]
Degrees = Annotated[float, Field(ge=-45, le=45)]
Share = Annotated[float, Field(ge=-1, le=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Pose(_Strict):
    """What a face shows: an expression, action units, or both.

    Parameters
    ----------
    expression : str
        One of the seven, or nothing.
    variant : int
        Which of its variants, from 0.
    units : dict of str to float
        Amplitudes by unit: ``AU4`` for both sides, ``AU4L`` for the person's left.
    strength : float
        Factor on all amplitudes.
    side : {"", "L", "R"}
        Only this side of the expression.
    """

    expression: Literal[
        "happiness", "surprise", "fear", "anger", "disgust", "sadness", "contempt", ""
    ] = ""
    variant: Annotated[int, Field(ge=0)] = 0
    units: dict[Annotated[str, AfterValidator(_unit)], Annotated[float, Field(ge=-0.5, le=1.2)]] = (
        Field(default_factory=dict)
    )
    strength: Annotated[float, Field(ge=0, le=1.2)] = 1.0
    side: Literal["", "L", "R"] = ""

    @model_validator(mode="after")
    def _variant_exists(self) -> Pose:
        if self.expression and self.variant >= len(EXPRESSIONS[self.expression]):
            count = len(EXPRESSIONS[self.expression])
            raise ValueError(f"{self.expression} has {count} variants, counted from 0")
        return self

    @property
    def shows(self) -> bool:
        """Whether anything but rest is shown."""
        return bool(self.expression or self.units)

    def movement(self, times: Sequence[float]) -> Movement:
        """The pose from onset over apex and release to offset, seconds."""
        onset, apex, release, offset = times
        return Movement(
            units=self.units,
            expression=self.expression,
            variant=self.variant,
            strength=self.strength,
            side=self.side,
            onset_s=onset,
            apex_s=apex,
            release_s=release,
            offset_s=offset,
        )

    def codes(self) -> list[int]:
        """FACS numbers of the action units that move."""
        moved = self.movement((0.0, 0.0, 1.0, 1.0)).amplitudes() if self.shows else {}
        return list(dict.fromkeys(unit_of(key)[0].code for key, a in moved.items() if a))


class Flash(Pose):
    """A pose that comes and goes within a step.

    Parameters
    ----------
    duration_s : float
        From first movement to rest, seconds.
    """

    duration_s: Annotated[float, Field(ge=0.03, le=6)]


class Shown(Pose):
    """What a face does during a step.

    Parameters
    ----------
    flash : Flash, optional
        On top of the pose that is kept.
    blink, talk : bool
        Blink once; move the mouth as in speech.
    yaw_deg, pitch_deg, roll_deg : float
        Head, degrees: positive to the person's left, up, to the left shoulder.
    gaze_x, gaze_y : float
        Eyes, -1 to 1, to the person's left and up.
    """

    flash: Flash | None = None
    blink: bool = False
    talk: bool = False
    yaw_deg: Degrees = 0.0
    pitch_deg: Degrees = 0.0
    roll_deg: Degrees = 0.0
    gaze_x: Share = 0.0
    gaze_y: Share = 0.0


class Step(Shown):
    """Words, and what the face does meanwhile.

    Parameters
    ----------
    say : str
    seconds : float, optional
        How long the step lasts; from the length of the words where left out.
    beside : Shown, optional
        What the second face does.
    """

    say: Words
    seconds: Annotated[float, Field(ge=0.5, le=60)] | None = None
    beside: Shown | None = None

    @property
    def length_s(self) -> float:
        """How long the step lasts, seconds."""
        said = max(_LEAST_S, len(self.say.split()) / _WORDS_HZ + _LOOK_S)
        wanted = said if self.seconds is None else self.seconds
        flashes = [f.duration_s for f in (self.flash, self.beside and self.beside.flash) if f]
        return round(max(wanted, *(f + 2 * _AROUND_S for f in flashes), 0.5), 2)


class Beside(Shown):
    """The second face: who, from where one looks, and what it shows."""

    person: Person
    view: View = 0.0


@dataclass(frozen=True)
class Cue:
    """Words and when they are said, seconds; `still_s` is when the step's pose is seen best."""

    start_s: float
    end_s: float
    still_s: float
    say: str


@dataclass(frozen=True)
class Scene:
    """A film, its words, and whether it begins again at its end.

    `poster_s` is what is shown before it plays: rest, where the first step holds a flash.
    """

    film: Film
    cues: tuple[Cue, ...]
    loop: bool
    title: str
    poster_s: float

    def to_json(self) -> dict[str, Any]:
        """As the page takes it."""
        return {
            "title": self.title,
            "loop": self.loop,
            "seconds": self.film.seconds,
            "poster_s": self.poster_s,
            "cues": [asdict(cue) for cue in self.cues],
            "film": self.film.to_player(),
        }


class FaceBlock(Shown):
    """A scene with one face or two, as it is written in a lesson.

    Either `steps`, or one pose with a caption; a pose with `duration_s` is a flash.

    Parameters
    ----------
    person : str
        A training face of the pack.
    view : float or str
        Degrees, or a key of :data:`VIEWS`.
    title, caption, loop, duration_s, beside, steps
    """

    title: Words = ""
    person: Person = "f01"
    view: View = 0.0
    loop: bool = False
    caption: Words = ""
    duration_s: Annotated[float, Field(ge=0.03, le=6)] | None = None
    beside: Beside | None = None
    steps: Annotated[list[Step], Field(max_length=_MOST_STEPS)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _one_way(self) -> FaceBlock:
        if self.steps and (self.shows or self.caption or self.duration_s or self.flash):
            raise ValueError(
                "a face with steps has no pose, caption or duration_s of its own; write them into "
                "the steps"
            )
        if self.duration_s and not self.shows:
            raise ValueError("duration_s is of a pose: name an expression or units, too")
        if self.beside is None and any(step.beside for step in self.steps):
            raise ValueError("a step shows something beside; name the second face: beside: person")
        return self

    def all_steps(self) -> list[Step]:
        """The steps; the short form is one step."""
        if self.steps:
            return self.steps
        kept = self.model_dump(include=set(Shown.model_fields), exclude_defaults=True)
        if self.duration_s:
            pose = {name: kept.pop(name) for name in Pose.model_fields if name in kept}
            kept["flash"] = {**pose, "duration_s": self.duration_s}
        return [Step(say=self.caption, **kept)]

    def scene(self, size: int = 480, fps: Fraction = Fraction(30)) -> Scene:
        """The film and its words.

        Parameters
        ----------
        size : int
            Side of one face's picture, pixels.
        fps : Fraction
            Pictures a second where the film is rendered, Hz.
        """
        steps = self.all_steps()
        starts = [0.0]
        for step in steps:
            starts.append(round(starts[-1] + step.length_s, 3))
        end = starts[-1] + (_MOVE_S if self.loop else 0.0)
        spans = list(zip(starts[:-1], starts[1:], strict=True))
        parts = [_part(self.person, self.view, steps, spans, hold=not self.loop)]
        if self.beside is not None:
            rest = Shown(**self.beside.model_dump(include=set(Shown.model_fields)))
            shown = [step.beside or rest for step in steps]
            last = self.beside.person, self.beside.view
            parts.append(_part(*last, shown, spans, hold=not self.loop))
        film = Film(size=size, fps=fps, seconds=round(end, 3), faces=parts)
        cues = tuple(
            Cue(start, stop, _still_s(step, start, stop), step.say)
            for step, (start, stop) in zip(steps, spans, strict=True)
        )
        first = steps[0]
        hidden = first.flash or (first.beside and first.beside.flash)
        return Scene(film, cues, self.loop, self.title, 0.0 if hidden else cues[0].still_s)


def _flash_times(flash: Flash, start: float, end: float) -> tuple[float, float, float, float]:
    onset = start + max(0.0, (end - start - flash.duration_s) / 2)
    length = flash.duration_s
    return onset, onset + _RISE * length, onset + (1 - _FALL) * length, onset + length


def _blink_s(start: float, end: float) -> float:
    return start + 0.4 * (end - start)


def _still_s(step: Step, start: float, end: float) -> float:
    """When the step is seen best: the flash's apex, the closed lids, or the pose reached."""
    flash = step.flash or (step.beside.flash if step.beside else None)
    if flash is not None:
        times = _flash_times(flash, start, end)
        return round((times[1] + times[2]) / 2, 3)
    if step.blink:
        return round(_blink_s(start, end) + 0.1, 3)
    return round((start + min(_MOVE_S, end - start) + end) / 2, 3)


def _part(
    person: str,
    view: float,
    steps: Sequence[Shown],
    spans: Sequence[tuple[float, float]],
    *,
    hold: bool,
) -> Part:
    """One face through all steps; poses cross over, so what two share stays still."""
    movements: list[Movement] = []
    for number, (step, (start, end)) in enumerate(zip(steps, spans, strict=True)):
        if step.shows:
            last = hold and number == len(steps) - 1
            away = (end + 1.0, end + 1.5) if last else (end, end + _MOVE_S)
            reached = min(start + _MOVE_S, end)
            movements.append(step.movement((start, reached, *away)))
        if step.flash:
            movements.append(step.flash.movement(_flash_times(step.flash, start, end)))
    at = list(zip(steps, spans, strict=True))
    return Part(
        identity=person,
        turn_deg=view,
        movements=movements,
        blinks_s=[round(_blink_s(*span), 3) for step, span in at if step.blink],
        talk=[Talk(start_s=a + 0.2, end_s=b - 0.2) for step, (a, b) in at if step.talk],
        head=dict(_courses(steps, spans)),
    )


def _courses(
    steps: Sequence[Shown], spans: Sequence[tuple[float, float]]
) -> Iterator[tuple[str, list[tuple[float, float]]]]:
    for axis in ("yaw_deg", "pitch_deg", "roll_deg", "gaze_x", "gaze_y"):
        before, course = 0.0, [(0.0, 0.0)]
        for step, (start, _end) in zip(steps, spans, strict=True):
            wanted = float(getattr(step, axis))
            if wanted != before:
                course += [(start, before), (start + _MOVE_S, wanted)]
                before = wanted
        if len(course) > 1:
            yield axis, course
