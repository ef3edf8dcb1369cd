"""The data file of the emotion model: prior, components, measurement; checked, with its lines."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from unspoken.errors import AssetError, InputError, SourceNotFound
from unspoken.facs.prototypes import EMOTIONS
from unspoken.facs.units import ACTION_UNITS
from unspoken.reading.marked_yaml import Marked, read_marked, validated

__all__ = [
    "CODES",
    "LABELS",
    "Component",
    "EmotionTable",
    "default_table",
    "load_table",
    "read_text",
]

#: FACS numbers evidence is given for: all measured ones but the blink.
CODES: tuple[int, ...] = tuple(unit.code for unit in ACTION_UNITS if unit.code != 45)
#: The seven emotions and "other", in the order of every posterior.
LABELS: tuple[str, ...] = (*EMOTIONS, "other")
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Open = Annotated[float, Field(gt=0.0, lt=1.0)]
Positive = Annotated[float, Field(gt=0.0)]
Kind = Literal["micro", "macro"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class PerKind(_Strict):
    """One probability for each kind of event."""

    micro: Open
    macro: Open


class Size(_Strict):
    """Log-normal law of a peak displacement."""

    median_icd: Positive
    log_sd: Positive


class SizePerKind(_Strict):
    """One law for each kind of event."""

    micro: Size
    macro: Size


class Measurement(_Strict):
    """How the list of units of an event goes wrong."""

    false_listing: Open
    leak: Share
    leak_size: Open
    listing: Positive


class Component(_Strict):
    """One way in which an emotion (or something else) shows.

    Attributes
    ----------
    units : dict of int to (float or [float, str])
        FACS number to probability of presence, with the source where it differs.
    one_sided : float or None
        Probability that the mouth corner units show on one side.
    """

    name: str = Field(min_length=1)
    emotion: str
    kinds: tuple[Kind, ...] = Field(min_length=1)
    weight: Positive
    source: str
    units: dict[int, Open | tuple[Open, str]] = Field(min_length=1)
    one_sided: Open | None = None

    def presence(self, code: int, background: float) -> float:
        """Probability that a unit is present."""
        found = self.units.get(code, background)
        return found[0] if isinstance(found, tuple) else found


class EmotionTable(_Strict):
    """Everything the generative model knows; see ``data/emotions.yaml`` for what it means."""

    version: str = Field(min_length=1)
    sources: dict[str, str]
    prior: dict[Kind, dict[str, Open]]
    background: PerKind
    amplitude: SizePerKind
    measurement: Measurement
    one_sided: Open
    temperature: Positive
    abstain_below: Share
    components: tuple[Component, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> EmotionTable:
        for kind in ("micro", "macro"):
            prior = self.prior.get(kind)
            if prior is None or set(prior) != set(LABELS):
                raise ValueError(f"prior.{kind} must name exactly: {', '.join(LABELS)}")
            if abs(sum(prior.values()) - 1.0) > 1e-6:
                raise ValueError(f"prior.{kind} sums to {sum(prior.values()):.4g}, expected 1")
        return self


def _component_faults(table: EmotionTable, marked: Marked, name: str) -> list[str]:
    """What cannot be said by types: names that must exist, every emotion shown somehow."""
    faults = []
    names: dict[str, int] = {}
    for i, one in enumerate(table.components):
        place = ("components", i)
        at = f"{name}, line {marked.line(place)}: component {one.name!r}"
        if one.emotion not in LABELS:
            faults.append(f"{at}: emotion must be one of {', '.join(LABELS)}.")
        if one.name in names:
            faults.append(f"{at} is there twice (first on line {names[one.name]}).")
        names.setdefault(one.name, marked.line(place))
        cited = {one.source, *(u[1] for u in one.units.values() if isinstance(u, tuple))}
        for source in sorted(cited - set(table.sources)):
            faults.append(f"{at}: the source {source!r} is not described under sources.")
        for code in sorted(set(one.units) - set(CODES)):
            line = marked.line((*place, "units", code))
            known = ", ".join(map(str, CODES))
            faults.append(
                f"{name}, line {line}: AU{code} is not measured; expected one of {known}."
            )
    for kind in ("micro", "macro"):
        shown = {one.emotion for one in table.components if kind in one.kinds}
        for label in LABELS:
            if label not in shown:
                line = marked.line(("components",))
                faults.append(f"{name}, line {line}: no component shows {label} in {kind} events.")
    return faults


def read_text(path: Path, what: str) -> str:
    """The text of a file the user named.

    Raises
    ------
    SourceNotFound, InputError
        When it is not there or is no UTF-8 text.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SourceNotFound(f"There is no {what} at {path}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: expected text in UTF-8, found other bytes.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error


def parse_table(text: str, name: str) -> EmotionTable:
    """Build the table from the text of its file.

    Raises
    ------
    InputError
        All faults, each with file and line.
    """
    marked = read_marked(text, name)
    return validated(
        EmotionTable, marked, name, lambda table: _component_faults(table, marked, name)
    )


def load_table(path: Path) -> EmotionTable:
    """Read an emotion table from a file.

    Raises
    ------
    SourceNotFound, InputError
        When it cannot be read or holds faults, each told with its line.
    """
    return parse_table(read_text(path, "emotion model"), str(path))


@cache
def default_table() -> EmotionTable:
    """The table that ships with the package (read once per process).

    Raises
    ------
    AssetError
        If it is missing or altered so that it no longer fits.
    """
    place = resources.files("unspoken").joinpath("data", "emotions.yaml")
    try:
        return parse_table(place.read_text(encoding="utf-8"), "emotions.yaml")
    except (OSError, InputError) as error:
        raise AssetError(f"The emotion model of the package cannot be used: {error}") from error


def digest(text: str) -> str:
    """SHA-256 of a text, hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
