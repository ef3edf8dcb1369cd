"""Readings in plain sentences: what was seen, what it is consistent with, or why none is named."""

from __future__ import annotations

from collections.abc import Mapping

from unspoken.facs.units import unit_of
from unspoken.spotting.events import Event

__all__ = ["RARITY_WORDS", "reading_sentence", "units_words"]

#: How many units and how many alternatives a sentence names, and from which probability on.
_UNITS = 4
_NAMED = 3
_LEAST = 0.1
RARITY_WORDS = "chance that a minute of this person holds no such movement"
_SIDES: dict[str, str] = {"L": " left", "R": " right", "": ""}
_BOTH = " left and right"
_SMILES = {
    "duchenne": "A smile with raised cheeks (Duchenne).",
    "social": "A smile without raised cheeks (social).",
}
_CAUTIONS = {
    "speech": "speech may hide or imitate mouth units",
    "chewing": "chewing may hide or imitate mouth units",
    "mouth_opening": "movements of the mouth may hide or imitate mouth units",
    "hand_over_face": "a hand was before the face",
    "occlusion": "something was in front of the face",
    "blink": "a blink hides the lids",
    "gaze_shift": "the eyes moved",
    "eyes_down": "the lids were down",
    "head_turn": "the head turned",
    "head_nod": "the head nodded",
    "head_shake": "the head shook",
}


def units_words(units: Mapping[str, float]) -> str:
    """Units in words: ``AU4 left and right 0.30, AU7 right 0.20``; "" for none.

    The two sides of a unit are named together, with the amplitude of the stronger.
    """
    found: dict[int, tuple[str, float]] = {}
    for key, amplitude in units.items():
        unit, side = unit_of(key)
        where, strongest = _SIDES[side], amplitude
        if unit.code in found:
            where, strongest = _BOTH, max(found[unit.code][1], amplitude)
        found[unit.code] = (where, strongest)
    words = [f"AU{code}{side} {most:.2f}" for code, (side, most) in [*found.items()][:_UNITS]]
    more = len(found) - _UNITS
    return ", ".join(words) + (f" and {more} more" if more > 0 else "")


def reading_sentence(
    event: Event,
    emotions: Mapping[str, float],
    emotion: str,
    others: Mapping[str, float],
    smile: str,
) -> str:
    """What one event is consistent with.

    Parameters
    ----------
    event : Event
        The event.
    emotions : mapping of str to float
        Posterior over the seven emotions and "other".
    emotion : str
        The one named, "" when the reading abstains.
    others : mapping of str to float
        Parts of "other" by name; may be empty.
    smile : {"", "duchenne", "social"}
        Kind of smile.
    """
    seen = units_words(event.action_units) or "No unit stands out"
    ranked = [(p, name) for name, p in emotions.items() if p >= _LEAST and name != "other"]
    ranked += [(p, name) for name, p in others.items() if p >= _LEAST]
    rest = emotions["other"] - sum(others.values())
    if rest > _LEAST:
        ranked.append((rest, "none of the seven"))
    ranked.sort(reverse=True)
    listed = ", ".join([f"{name} {p:.2f}" for p, name in ranked[:_NAMED]])
    likely = f"consistent with {listed}" if listed else "consistent with many things alike"
    parts = [f"{seen}; {likely}."]
    if not emotion:
        parts.append("No emotion is named: none is likely enough.")
    if smile:
        parts.append(_SMILES[smile])
    flags = event.flags
    cautions = [words for flag, words in _CAUTIONS.items() if flag in flags] if flags else []
    if cautions:
        parts.append(f"Caution: {'; '.join(cautions)}.")
    return " ".join(parts)
