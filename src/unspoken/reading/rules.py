"""The parts of a playbook: rules and the conditions they apply under."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

__all__ = ["NEGATIVE", "SIGNALS", "Companion", "Condition", "Playbook", "Rule"]
__all__ += ["SegmentCondition"]

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
    """One rule.

    Attributes
    ----------
    why : str
        What the rule goes by.
    caution : str
        What everybody who reads the signal should know of its weakness; it becomes evidence.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    signal: str
    why: str = Field(min_length=1)
    caution: str = ""
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
