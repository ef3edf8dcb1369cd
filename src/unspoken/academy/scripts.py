"""Scripts of interactions that never happened: steps, words, and movements planted in a face.

A script is a JSON file. Because everything in it was planted, it is the one kind of interaction in
which it is known what was there to be seen.
"""

from __future__ import annotations

import json
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from unspoken.academy.film import Film, Movement, Part, Talk
from unspoken.academy.lesson_scene import Person
from unspoken.errors import InputError
from unspoken.facs.prototypes import EMOTIONS

__all__ = [
    "GUESSES", "LONGEST_SHOWN_S", "SCRIPT_FORMAT", "PlantedMoment", "Script", "load_script",
    "shipped_scripts",
]  # fmt: skip

SCRIPT_FORMAT: Final = "unspoken.script/1"
#: What a mark can be taken for: key and word.
GUESSES: dict[str, str] = {
    **{emotion: emotion for emotion in EMOTIONS},
    "concentration": "confusion or concentration",
    "nothing": "nothing special",
}
#: Longer interactions are watched in parts, seconds; a script is watched whole.
LONGEST_SHOWN_S: Final = 300.0
Seconds = Annotated[float, Field(ge=0, le=LONGEST_SHOWN_S)]
Text = Annotated[str, Field(max_length=600)]


def _at_once(seconds: float) -> float:
    if seconds > LONGEST_SHOWN_S:
        raise ValueError(
            f"a script is watched whole, so it lasts {LONGEST_SHOWN_S:g} s at most; "
            "write a longer one as two"
        )
    return seconds


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _Stretch(_Strict):
    start_s: Seconds
    end_s: Seconds

    @model_validator(mode="after")
    def _forwards(self) -> _Stretch:
        if self.end_s <= self.start_s:
            raise ValueError("expected start_s before end_s")
        return self


class Step(_Stretch):
    """A named stretch of the interaction."""

    label: Annotated[str, Field(min_length=1, max_length=80)]


class Line(_Stretch):
    """Something somebody says; shown below the face."""

    speaker: Literal["customer", "staff", "unknown"] = "unknown"
    text: Text


class PlantedMoment(_Strict):
    """A movement, what it is meant to be consistent with, and what to learn from it.

    Parameters
    ----------
    movement : Movement
        With onset and offset.
    means : str
        One of `GUESSES`.
    words : str
        What there is to see.
    ask : str
        What one could ask the customer.
    discuss : list of str
        Questions for the group.
    """

    movement: Movement
    means: str
    words: Text = ""
    ask: Text = ""
    discuss: list[Text] = Field(default_factory=list)

    @model_validator(mode="after")
    def _makes_sense(self) -> PlantedMoment:
        if self.means not in GUESSES:
            raise ValueError(f"means: expected one of {', '.join(GUESSES)}")
        if self.movement.onset_s is None or self.movement.offset_s is None:
            raise ValueError("movement: expected onset_s and offset_s")
        return self


class Script(_Strict):
    """An interaction for the practice of observation; fields of the face as in a film.

    Parameters
    ----------
    format : str
        `SCRIPT_FORMAT`.
    title, what : str
        For the list of interactions.
    identity : str
        A training face of the pack: the others are kept for tests.
    seconds : float
        At most `LONGEST_SHOWN_S`.
    segments, lines, moments : list
        Steps, what is said, what is planted.
    """

    format: Literal["unspoken.script/1"]
    title: Annotated[str, Field(min_length=1, max_length=120)]
    what: Text = ""
    identity: Person
    seconds: Annotated[float, Field(gt=0), AfterValidator(_at_once)]
    seed: Annotated[int, Field(ge=0)] = 0
    sway_deg: Annotated[float, Field(ge=0, le=15)] = 0.0
    blinks_s: list[Seconds] = Field(default_factory=list)
    talk: list[Talk] = Field(default_factory=list)
    head: dict[str, list[tuple[float, float]]] = Field(default_factory=dict)
    segments: list[Step] = Field(default_factory=list)
    lines: list[Line] = Field(default_factory=list)
    moments: Annotated[list[PlantedMoment], Field(min_length=1)]

    def film(self, person: str = "") -> Film:
        """The film that is shown; `person` replaces the actor."""
        part = Part(
            identity=person or self.identity,
            movements=[moment.movement for moment in self.moments],
            blinks_s=self.blinks_s, talk=self.talk, head=self.head, sway_deg=self.sway_deg,
            seed=self.seed,
        )  # fmt: skip
        return Film(seconds=self.seconds, faces=[part])


def load_script(place: Path | Traversable) -> Script:
    """Read a script.

    Raises
    ------
    InputError
        If it cannot be read or is none; the message names file, field, and what was expected.
    """
    try:
        document = json.loads(place.read_text(encoding="utf-8"))
        script = Script.model_validate(document)
        script.film().to_player()
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(f"{place}: expected a script as JSON, found {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "the script"
        found = json.dumps(first["input"], default=str)[:80]
        raise InputError(
            f"{place}: {where}: {first['msg']}; found {found}.",
            "The fields of a script are listed in docs/academy.md.",
        ) from error
    except InputError as error:
        raise InputError(f"{place}: {error.message}", error.hint) from error
    return script


def shipped_scripts() -> dict[str, Traversable]:
    """The scripts of the package by name."""
    folder = files("unspoken.academy") / "interactions"
    found = {place.name.removesuffix(".json"): place for place in folder.iterdir()}
    return dict(sorted(found.items()))
