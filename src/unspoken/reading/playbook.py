"""Playbooks: rules that turn moments into signals, as a file people can edit.

A playbook is YAML. A rule names a signal, when it applies (``when``), what forbids it
(``unless``), a weight, and a response. Everything named under ``when`` must hold; several readings
or ``any`` lists are alternatives.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from unspoken.errors import UsageError
from unspoken.reading.contradictions import opposed_faults
from unspoken.reading.emotion_table import CODES, LABELS, default_table, digest, read_text
from unspoken.reading.marked_yaml import Marked, read_marked, validated

__all__ = [
    "DEFAULT",
    "NEGATIVE",
    "SIGNALS",
    "Companion",
    "Condition",
    "LoadedPlaybook",
    "Playbook",
    "Rule",
    "find_playbook",
    "parse_playbook",
    "playbook_text",
    "shipped",
]

#: Signals every playbook may use.
SIGNALS: tuple[str, ...] = (
    "satisfaction",
    "delight",
    "confusion",
    "disagreement",
    "discomfort",
    "disinterest",
    "surprise",
    "concealed_dissatisfaction",
)
#: What "negative" stands for in a rule.
NEGATIVE: tuple[str, ...] = ("sadness", "anger", "fear", "disgust", "contempt")
DEFAULT = "product-demonstration"
Share = Annotated[float, Field(ge=0.0, le=1.0)]


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression ({error})") from None
    return text


Pattern = Annotated[str, Field(min_length=1), AfterValidator(_pattern)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class SegmentCondition(_Strict):
    """What the segment at the apex must be like; patterns match anywhere, whatever the case."""

    kind: Pattern | None = None
    label: Pattern | None = None
    tags: dict[str, Pattern] = {}


class Companion(_Strict):
    """Another event of the same face that must be there too.

    Attributes
    ----------
    within_s : float
        Largest distance of the apexes, seconds; in the same segment where there are segments.
    """

    smile: Literal["duchenne", "social"] | None = None
    reading: dict[str, Share] = {}
    within_s: Annotated[float, Field(gt=0.0, le=600.0)] = 8.0


class Condition(_Strict):
    """When a rule applies; what is left out is not asked for.

    Attributes
    ----------
    reading : dict of str to float
        Least probability of what is named: an emotion, "other", a named part of the emotion table
        ("concentration or confusion"), or "negative". One of several is enough.
    units_all, units_any, units_none : tuple of int
        FACS numbers.
    rarity : float
        Least rarity against the person's own baseline.
    said, said_by : str
        Pattern in what was said in the last `within_s` seconds, and whose words count.
    """

    kind: Literal["micro", "macro"] | None = None
    reading: dict[str, Share] = {}
    smile: Literal["duchenne", "social"] | None = None
    units_all: tuple[int, ...] = ()
    units_any: tuple[int, ...] = ()
    units_none: tuple[int, ...] = ()
    sides: Literal["one", "both"] | None = None
    flags_any: tuple[str, ...] = ()
    flags_none: tuple[str, ...] = ()
    duration_min_s: Annotated[float, Field(ge=0.0)] | None = None
    duration_max_s: Annotated[float, Field(gt=0.0)] | None = None
    rarity: Share | None = None
    segment: SegmentCondition | None = None
    speaker: Literal["customer", "staff", "unknown", "nobody"] | None = None
    said: Pattern | None = None
    said_by: Literal["customer", "staff", "anyone"] = "anyone"
    within_s: Annotated[float, Field(gt=0.0, le=60.0)] = 6.0
    companion: Companion | None = None

    @model_validator(mode="after")
    def _possible(self) -> Condition:
        both = set(self.units_none) & {*self.units_all}
        if both or (self.units_any and set(self.units_any) <= set(self.units_none)):
            codes = ", ".join(f"AU{c}" for c in sorted(both or set(self.units_any)))
            raise ValueError(f"can never hold: {codes} must be there and must not be there")
        low, high = self.duration_min_s, self.duration_max_s
        if low is not None and high is not None and low > high:
            raise ValueError(f"can never hold: duration_min_s {low} is above duration_max_s {high}")
        if set(self.flags_any) and set(self.flags_any) <= set(self.flags_none):
            raise ValueError("can never hold: the same flags are asked for and forbidden")
        if self.smile and 12 in self.units_none:
            raise ValueError("can never hold: a smile is AU12, which units_none forbids")
        if self.smile == "social" and 6 in self.units_all:
            raise ValueError("can never hold: a social smile has no AU6")
        return self


class Rule(_Strict):
    """One rule."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    signal: str
    why: str = Field(min_length=1)
    when: Condition
    unless: Condition | None = None
    strength: Annotated[float, Field(gt=0.0, le=1.0)]
    response: str = Field(min_length=1)


class Playbook(_Strict):
    """A whole playbook."""

    playbook: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    version: str = Field(min_length=1)
    title: str = Field(min_length=1)
    signals: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = Field(min_length=1)


@dataclass(frozen=True)
class LoadedPlaybook:
    """A playbook with what is known of its file.

    Parameters
    ----------
    playbook : Playbook
        The rules.
    sha256 : str
        Of its text.
    source : str
        File name, or the name of one that ships with the package.
    """

    playbook: Playbook
    sha256: str
    source: str


def known_readings() -> frozenset[str]:
    """Everything a rule may name under ``reading``."""
    parts = {c.name for c in default_table().components}
    return frozenset({*LABELS, "negative", *parts})


def parse_playbook(text: str, name: str) -> LoadedPlaybook:
    """Build a playbook from its text.

    Raises
    ------
    InputError
        All faults, each with file and line; contradictory rules are named with the lines of both.
    """
    marked = read_marked(text, name)
    book = validated(Playbook, marked, name, lambda found: _faults(found, marked, name))
    return LoadedPlaybook(book, digest(text), name)


def _faults(book: Playbook, marked: Marked, name: str) -> list[str]:
    faults: list[str] = []
    known = {*SIGNALS, *book.signals}
    first: dict[str, int] = {}
    for i, rule in enumerate(book.rules):
        place = ("rules", i)
        line = marked.line((*place, "id"))
        if rule.id in first:
            faults.append(
                f'{name}, line {line}: rule "{rule.id}" is there twice '
                f"(first on line {first[rule.id]})."
            )
        first.setdefault(rule.id, line)
        if rule.signal not in known:
            at = marked.line((*place, "signal"))
            faults.append(
                f'{name}, line {at}: rule "{rule.id}": signal "{rule.signal}" is unknown; expected '
                f"one of {', '.join(sorted(known))}, or declare it under signals."
            )
        for part in ("when", "unless"):
            condition = getattr(rule, part)
            if condition is not None:
                faults += _condition_faults(condition, marked, (*place, part), name)
    return faults or opposed_faults(book.rules, marked, name)


def _condition_faults(
    condition: Condition, marked: Marked, place: tuple[str | int, ...], name: str
) -> list[str]:
    faults = []
    companion = condition.companion.reading if condition.companion else {}
    for where, named in (("reading", condition.reading), ("companion", companion)):
        for word in sorted(set(named) - known_readings()):
            at = marked.line((*place, where, "reading", word))
            if where == "reading":
                at = marked.line((*place, where, word))
            faults.append(
                f'{name}, line {at}: "{word}" is nothing the reading knows; expected one of '
                f"{', '.join(sorted(known_readings()))}."
            )
    for key in ("units_all", "units_any", "units_none"):
        for j, code in enumerate(getattr(condition, key)):
            if code not in CODES:
                at = marked.line((*place, key, j))
                faults.append(f"{name}, line {at}: AU{code} is not measured.")
    return faults


def shipped() -> tuple[str, ...]:
    """Names of the playbooks that come with the package, sorted."""
    folder = resources.files("unspoken").joinpath("data", "playbooks")
    return tuple(sorted(p.name[:-5] for p in folder.iterdir() if p.name.endswith(".yaml")))


def playbook_text(name: str) -> tuple[str, str]:
    """Text and name of a playbook that ships, or of a file.

    Raises
    ------
    UsageError, SourceNotFound, InputError
        When it is neither, or cannot be read.
    """
    if name in shipped():
        place = resources.files("unspoken").joinpath("data", "playbooks", f"{name}.yaml")
        return place.read_text(encoding="utf-8"), name
    path = Path(name)
    if not path.suffix and not path.exists():
        raise UsageError(
            f'There is no playbook "{name}" and no file of that name.',
            f"Playbooks that come with Unspoken: {', '.join(shipped())}.",
        )
    return read_text(path, "playbook"), name


def find_playbook(name: str = DEFAULT) -> LoadedPlaybook:
    """Read a playbook by the name of one that ships, or by path.

    Raises
    ------
    UsageError, SourceNotFound, InputError
        When there is none, or it holds faults (each told with its line).
    """
    text, source = playbook_text(name)
    return parse_playbook(text, source)
