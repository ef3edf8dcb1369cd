"""What a customer agreed to beyond being recorded and measured: being shown in training."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

__all__ = ["CONSENT_FIELDS", "Consent", "Covers"]

#: Whose consent it is: the customer's alone, or that of everybody in the picture.
Covers = Literal["customer", "everyone"]
#: What can be said of a consent, by name.
CONSENT_FIELDS: Final = ("training", "until", "covers", "reference")


@dataclass(frozen=True, slots=True)
class Consent:
    """Whether the recording itself may be shown to the team in training.

    Parameters
    ----------
    training : str
        Day on which it was agreed to, as ``2026-03-05``; "" when it was not.
    until : str
        Last day on which it holds; "" when no end was agreed.
    covers : {"customer", "everyone"}
        Who agreed: the customer, or everybody in the picture.
    reference : str
        Where the consent itself is kept, such as the number of a form.

    Raises
    ------
    ValueError
        If a day is none, it ends before it begins, or there is an end and no consent.

    Examples
    --------
    >>> Consent("2026-03-05").refusal(date(2026, 3, 6))
    ''
    >>> Consent().refusal(date(2026, 3, 6))
    'the context does not say that the customer agreed to be shown in training'
    """

    training: str = ""
    until: str = ""
    covers: Covers = "customer"
    reference: str = ""

    def __post_init__(self) -> None:
        given, last = _day("training", self.training), _day("until", self.until)
        if self.covers not in get_args(Covers):
            raise ValueError(f'covers: expected customer or everyone, found "{self.covers}"')
        if given is None and (self.until or self.reference or self.covers != "customer"):
            raise ValueError("without the day of the consent (training) nothing else can be said")
        if given and last and last < given:
            raise ValueError(f"the consent ends on {last}, before it was given on {given}")

    def refusal(self, today: date) -> str:
        """Why the recording may not be shown on a day, as half a sentence; "" when it may."""
        given, last = _day("training", self.training), _day("until", self.until)
        if given is None:
            return "the context does not say that the customer agreed to be shown in training"
        if given > today:
            return f"the consent to be shown in training is dated {given}, which is still to come"
        if last and last < today:
            return f"the consent to be shown in training ended on {last}"
        return ""

    @property
    def sentence(self) -> str:
        """What was agreed to, for people to read; "" for nothing."""
        if not self.training:
            return ""
        who = "Everybody in the picture" if self.covers == "everyone" else "The customer"
        until = f", until {self.until}" if self.until else ""
        kept = f" ({self.reference})" if self.reference else ""
        return f"{who} agreed on {self.training} to be shown in training{until}{kept}."


def _day(name: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f'{name}: expected a day such as 2026-03-05, found "{text}"') from None
