"""A film of one or two synthetic faces: what a trainer writes, and the scenes it stands for.

A film is a small JSON file. Movements, blinks, talk and sway are written as a person would say
them; `Film.scenes` turns them into courses of amplitudes, and page and command line play those.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from unspoken.academy.expressions import EXPRESSIONS, spread
from unspoken.academy.scene import Course, Scene
from unspoken.errors import InputError, SourceNotFound
from unspoken.facs.units import UNIT_INDEX, unit_of

__all__ = ["FORMAT", "Film", "Gap", "Movement", "Part", "load_film"]

FORMAT: Final = "unspoken.film/1"
#: Knots a second in courses that are not straight lines.
_KNOTS_HZ = 120.0
#: A blink closes, stays and opens; seconds (VanderWerf et al. 2003, doi 10.1152/jn.00557.2002).
_CLOSE_S, _SHUT_S, _OPEN_S = 0.08, 0.03, 0.16
#: The ramps of a movement when only its ends are given, seconds.
_RAMP_S = 0.15
_MOST = 1.2

Floats = NDArray[np.float64]
Seconds = Annotated[float, Field(ge=0, le=3600)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Movement(_Strict):
    """Action units or an expression that comes, stays and goes.

    Parameters
    ----------
    units : dict of str to float
        Amplitudes; ``AU4`` moves both sides, ``AU4L`` the person's left.
    expression : str, optional
        One of the seven, instead of or besides `units`.
    variant : int
        Which of the expression's variants, from 0.
    strength : float
        Factor on all amplitudes.
    side : {"", "L", "R"}
        Keep one side of the expression's paired units.
    onset_s, apex_s, release_s, offset_s : float, optional
        Seconds: first movement, full amplitude, first relaxing, back to rest. Left out: from the
        beginning, 0.15 s after the onset, 0.15 s before the offset, to the end.
    """

    units: dict[str, Annotated[float, Field(ge=-0.5, le=_MOST)]] = Field(default_factory=dict)
    expression: Literal[
        "happiness", "surprise", "fear", "anger", "disgust", "sadness", "contempt", ""
    ] = ""
    variant: Annotated[int, Field(ge=0)] = 0
    strength: Annotated[float, Field(ge=0, le=_MOST)] = 1.0
    side: Literal["", "L", "R"] = ""
    onset_s: Seconds | None = None
    apex_s: Seconds | None = None
    release_s: Seconds | None = None
    offset_s: Seconds | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Movement:
        for name in self.units:
            if not _keys(name):
                raise ValueError(f"{name} is no action unit; known are {', '.join(UNIT_INDEX)}")
        if self.expression and self.variant >= len(EXPRESSIONS[self.expression]):
            known = len(EXPRESSIONS[self.expression])
            raise ValueError(f"{self.expression} has {known} variants, counted from 0")
        times = [t for t in self.times(3600.0) if np.isfinite(t)]
        if times != sorted(times):
            raise ValueError("expected onset_s <= apex_s <= release_s <= offset_s")
        return self

    def times(self, seconds: float) -> tuple[float, float, float, float]:
        """Onset, apex, release and offset in a film of that length; infinite where it is held."""
        onset = -np.inf if self.onset_s is None else self.onset_s
        offset = np.inf if self.offset_s is None else self.offset_s
        ramp = min(_RAMP_S, (min(offset, seconds) - max(onset, 0.0)) / 2)
        apex = onset + ramp if self.apex_s is None else self.apex_s
        return onset, apex, offset - ramp if self.release_s is None else self.release_s, offset

    def amplitudes(self) -> dict[str, float]:
        """At the apex, by key of `unspoken.facs.units.UNIT_KEYS`."""
        full: dict[str, float] = {}
        if self.expression:
            shown = EXPRESSIONS[self.expression][self.variant]
            side = self.side or ("L" if shown.one_sided else "")
            full |= spread(shown.units, self.strength, side)
        for name, amplitude in self.units.items():
            full |= dict.fromkeys(_keys(name), amplitude * self.strength)
        return full


class Talk(_Strict):
    """Mouth movements like those of speech, without sense."""

    start_s: Seconds
    end_s: Seconds

    @model_validator(mode="after")
    def _forwards(self) -> Talk:
        if self.end_s <= self.start_s:
            raise ValueError("expected start_s before end_s")
        return self


class Gap(_Strict):
    """A stretch nothing is known of: the face fades to grey, with a word why."""

    start_s: Seconds
    end_s: Seconds
    word: Annotated[str, Field(max_length=40)] = "not measured"

    @model_validator(mode="after")
    def _forwards(self) -> Gap:
        if self.end_s <= self.start_s:
            raise ValueError("expected start_s before end_s")
        return self


class Part(_Strict):
    """One face of a film.

    Parameters
    ----------
    identity : str
        A name of the face pack.
    movements : list of Movement
    blinks_s : list of float
        When blinks begin, seconds.
    talk : list of Talk
    courses : dict of str to list of (seconds, amplitude)
        Measured amplitudes by key of `unspoken.facs.units.UNIT_KEYS`, added to the movements.
    gaps : list of Gap
        Where nothing was measured.
    head : dict of str to list of (seconds, value)
        Courses by key of `unspoken.academy.scene.HEAD_AXES`.
    sway_deg : float
        How much the head moves by itself, degrees.
    turn_deg : float
        From where one looks: 0 the front, 90 the person's left side.
    seed : int
        Which of the chance courses of talk and sway.
    """

    identity: str
    movements: list[Movement] = Field(default_factory=list)
    blinks_s: list[Seconds] = Field(default_factory=list)
    talk: list[Talk] = Field(default_factory=list)
    courses: dict[str, Annotated[list[tuple[float, float]], Field(min_length=1)]] = Field(
        default_factory=dict
    )
    gaps: list[Gap] = Field(default_factory=list)
    head: dict[str, list[tuple[float, float]]] = Field(default_factory=dict)
    sway_deg: Annotated[float, Field(ge=0, le=15)] = 0.0
    turn_deg: Annotated[float, Field(ge=-90, le=90)] = 0.0
    seed: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _known(self) -> Part:
        for name in self.courses:
            if name not in UNIT_INDEX:
                raise ValueError(f"{name} is no course; known are {', '.join(UNIT_INDEX)}")
        return self

    def scene(self, seconds: float) -> Scene:
        """The courses this face goes through.

        Raises
        ------
        InputError
            If a course of the head is none.
        """
        rng = np.random.default_rng(self.seed)
        pieces: dict[str, list[Callable[[Floats], Floats]]] = {}
        for movement in self.movements:
            for key, amplitude in movement.amplitudes().items():
                pieces.setdefault(key, []).append(_ramp(movement.times(seconds), amplitude))
        for start in self.blinks_s:
            shut = start + _CLOSE_S
            blink = (start, shut, shut + _SHUT_S, shut + _SHUT_S + _OPEN_S)
            for key in ("AU45L", "AU45R"):
                pieces.setdefault(key, []).append(_ramp(blink, 1.0))
        for talk in self.talk:
            for key, course in _talk(talk, rng).items():
                pieces.setdefault(key, []).append(course)
        measured = {key: tuple(course) for key, course in self.courses.items()}
        for key in pieces.keys() & measured.keys():
            pieces[key].append(_along(measured.pop(key)))
        times = np.linspace(0.0, seconds, max(2, int(np.ceil(seconds * _KNOTS_HZ)) + 1))
        units = {
            key: _course(times, np.clip(sum(piece(times) for piece in found), -0.5, _MOST))
            for key, found in pieces.items()
        } | measured
        head = {axis: tuple(course) for axis, course in self.head.items()}
        if self.sway_deg:
            for axis, size in (("yaw_deg", 1.0), ("pitch_deg", 0.6), ("roll_deg", 0.4)):
                knots = np.array(head.get(axis, ((0.0, 0.0),)), dtype=float)
                base = np.interp(times, knots[:, 0], knots[:, 1])
                head[axis] = _course(times, base + size * self.sway_deg * _sway(times, rng))
        return Scene(self.identity, seconds, units, head)


def _rate(value: object) -> Fraction:
    try:
        return Fraction(str(value)).limit_denominator(100_000)
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError("expected pictures a second, such as 60 or 30000/1001") from error


class Film(_Strict):
    """One or two faces side by side.

    Parameters
    ----------
    format : str
        `FORMAT`.
    size : int
        Side of one face's square picture, pixels; even.
    fps : Fraction
        Pictures a second, Hz: a number or a text such as ``30000/1001``.
    seconds : float
    faces : list of Part
        One, or two to compare.
    label : str
        What is written into every picture.
    starts_at_s : float, optional
        When a re-enactment begins on the clock of its recording, seconds; shown in the picture.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    format: Literal["unspoken.film/1"] = FORMAT
    size: Annotated[int, Field(ge=64, le=2048, multiple_of=2)] = 512
    fps: Annotated[Fraction, BeforeValidator(_rate), Field(ge=1, le=1000)] = Fraction(60)
    seconds: Annotated[float, Field(gt=0, le=3600)] = 2.0
    faces: Annotated[list[Part], Field(min_length=1, max_length=2)]
    label: Literal["synthetic", "synthetic re-enactment"] = "synthetic"
    starts_at_s: Annotated[float, Field(ge=-86400, le=1e7)] | None = None

    @property
    def times(self) -> list[Fraction]:
        """When every picture is shown, seconds, exact."""
        return [k / self.fps for k in range(max(1, round(self.seconds * self.fps)))]

    def to_player(self) -> dict[str, Any]:
        """What ``film-player.js`` plays."""
        scenes = [(part, part.scene(self.seconds)) for part in self.faces]
        return {
            "size": self.size,
            "label": self.label,
            "starts_at_s": self.starts_at_s,
            "faces": [
                {
                    **scene.to_json(),
                    "turn_deg": part.turn_deg,
                    "gaps": [gap.model_dump() for gap in part.gaps],
                }
                for part, scene in scenes
            ],
        }


def _keys(name: str) -> tuple[str, ...]:
    """Keys a name stands for: ``AU4`` for both sides; none for an unknown name."""
    if name in UNIT_INDEX:
        return (name,)
    return unit_of(name + "L")[0].keys if name + "L" in UNIT_INDEX else ()


def _ramp(times: tuple[float, float, float, float], amplitude: float) -> Callable[[Floats], Floats]:
    """Up and down along half cosines."""
    onset, apex, release, offset = times

    def rise(t: Floats, start: float, end: float) -> Floats:
        if not np.isfinite(start) or not np.isfinite(end):
            return np.full_like(t, 1.0 if start < 0 or end < 0 else 0.0)
        share = np.clip((t - start) / max(end - start, 1e-9), 0.0, 1.0)
        return np.asarray(0.5 - 0.5 * np.cos(np.pi * share))

    return lambda t: amplitude * (rise(t, onset, apex) - rise(t, release, offset))


def _along(course: Course) -> Callable[[Floats], Floats]:
    knots = np.array(course, dtype=float)
    return lambda t: np.asarray(np.interp(t, knots[:, 0], knots[:, 1]))


def _talk(talk: Talk, rng: np.random.Generator) -> dict[str, Callable[[Floats], Floats]]:
    rates = rng.uniform(0.85, 1.15, 4) * np.array([4.6, 2.9, 2.1, 1.3])
    phases = rng.uniform(0, 2 * np.pi, 4)

    def shape(k: int, size: float) -> Callable[[Floats], Floats]:
        def course(t: Floats) -> Floats:
            ends = np.clip(np.minimum(t - talk.start_s, talk.end_s - t) / 0.12, 0, 1)
            beat = 0.5 + 0.5 * np.sin(2 * np.pi * rates[0] * t + phases[0])
            slow = 0.5 + 0.5 * np.sin(2 * np.pi * rates[k] * t + phases[k])
            return np.asarray(size * ends * beat * slow)

        return course

    return {
        "AU25": shape(1, 0.8),
        "AU26": shape(1, 0.28),
        "AU18": shape(2, 0.45),
        "AU22": shape(3, 0.3),
    }


def _sway(times: Floats, rng: np.random.Generator) -> Floats:
    rates, phases = rng.uniform(0.1, 0.7, 5), rng.uniform(0, 2 * np.pi, 5)
    waves = [
        np.sin(2 * np.pi * f * times + p) / (1 + 4 * f) for f, p in zip(rates, phases, strict=True)
    ]
    return np.asarray(np.sum(waves, axis=0))


def _course(times: Floats, values: Floats) -> Course:
    """Knots of a sampled curve; those in the middle of a level stretch are left out."""
    values = np.round(values, 5)
    turns = np.ones(len(values), dtype=bool)
    turns[1:-1] = (values[1:-1] != values[:-2]) | (values[1:-1] != values[2:])
    return tuple(
        (round(float(t), 6), float(v)) for t, v in zip(times[turns], values[turns], strict=True)
    )


def load_film(path: Path) -> Film:
    """Read a film file.

    Raises
    ------
    SourceNotFound
        If there is no such file.
    InputError
        If it is not a film; the message names the field, what was expected and what was found.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SourceNotFound(f"{path}: cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise InputError(f"{path}: expected a film as JSON, found {error}.") from error
    try:
        return Film.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "the film"
        found = json.dumps(first["input"], default=str)[:80]
        raise InputError(
            f"{path}: {where}: {first['msg']}; found {found}.",
            "The fields of a film are listed in docs/faces.md.",
        ) from error
