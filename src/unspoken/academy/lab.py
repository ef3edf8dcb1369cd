"""What the face lab says and offers: units in words, expressions, blends, confusions.

The words are the academy's own, after Ekman, Friesen & Hager 2002 (FACS manual and investigator's
guide) for what a unit looks like and Matsumoto & Ekman's lists of commonly confused expressions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from unspoken.academy.expressions import EXPRESSIONS, spread
from unspoken.academy.people import load_people
from unspoken.facs.units import ACTION_UNITS

__all__ = ["BLENDS", "CONFUSIONS", "UNIT_WORDS", "Blend", "lab_data"]

#: FACS number: what it looks like, and what it is taken for.
UNIT_WORDS: dict[int, tuple[str, str]] = {
    1: (
        "The inner ends of the brows rise; wrinkles in the middle of the forehead.",
        "AU2, which raises the outer ends. People also raise brows to stress a word.",
    ),
    2: (
        "The outer ends of the brows rise; wrinkles at the sides of the forehead.",
        "AU5: eyes look wider when brows rise, although the lids have not moved.",
    ),
    4: (
        "Brows go down and together; upright wrinkles between them.",
        "Thinking, squinting at a screen, bright light.",
    ),
    5: (
        "The upper lid rises; white shows above the iris.",
        "Raised brows. Some people's lids are high at rest: look for the change.",
    ),
    6: (
        "Cheeks rise, the eye narrows from the outside; wrinkles at its outer corner.",
        "AU7, which narrows the eye without the cheek. A broad AU12 lifts the cheek, too.",
    ),
    7: ("Lids tighten, above all the lower one.", "AU6, and narrowing the eyes to see better."),
    9: (
        "The nose wrinkles at its root, its wings rise, brows are pulled down.",
        "AU4, because brows go down in both; AU10, because the lip rises in both.",
    ),
    10: (
        "The middle of the upper lip rises; the fold beside the nose deepens.",
        "AU9. Before sneezing and when chewing it occurs as well.",
    ),
    12: (
        "Lip corners are pulled up and out, cheeks fill.",
        "AU14 and AU20, which pull corners without raising them.",
    ),
    14: (
        "Lip corners are pulled in; a dimple beside them.",
        "AU12. Pressing the mouth together while thinking.",
    ),
    15: ("Lip corners go down.", "AU17, which pushes the lower lip up so that corners look low."),
    16: ("The lower lip is drawn down; lower teeth show.", "AU25, speech."),
    17: ("The chin rises and wrinkles, the lower lip is pushed up.", "AU15, AU24."),
    18: ("Lips pucker as in whistling.", "AU22, speech (as in 'true')."),
    20: ("Lips are stretched sideways.", "AU12 without its upward pull, speech (as in 'see')."),
    22: ("Lips are turned outwards like a funnel.", "AU18, speech (as in 'shirt')."),
    24: (
        "Lips are pressed together and look thinner.",
        "AU28; AU23, which this package does not tell from it. Listening with closed lips.",
    ),
    25: ("Lips part.", "Breathing, speech."),
    26: ("The jaw drops.", "Speech, yawning, breathing through the mouth."),
    28: ("Lips are sucked in.", "AU24. Moistening the lips."),
    45: ("Lids close and open in less than half a second.", "A glance down."),
}
#: Expression: what it is taken for, and how to tell.
CONFUSIONS: dict[str, str] = {
    "happiness": "Contempt, when the smile is one-sided. A polite smile has AU12 without AU6.",
    "surprise": "Fear. In surprise brows are raised without AU4, the lower lid is relaxed and the "
    "jaw drops loosely; in fear brows are drawn together and lips are stretched.",
    "fear": "Surprise: look for brows that are raised and drawn together, and tense lower lids.",
    "anger": "Disgust: a wrinkled nose speaks for it, hard lids and pressed lips for anger; a "
    "raised upper lip occurs in both. Concentration looks like weak anger.",
    "disgust": "Anger: see there.",
    "sadness": "Fear, by the inner brows; tiredness. In sadness the corners go down and the upper "
    "lids do not rise.",
    "contempt": "A smile on one side, or a habit of the mouth. Is it there at rest as well?",
}


@dataclass(frozen=True)
class Blend:
    """Two things at once, or one over another.

    Parameters
    ----------
    title, words : str
        What it is and what to look at.
    units : dict of str to float
        Amplitudes by key of `unspoken.facs.units.UNIT_KEYS`.
    """

    title: str
    words: str
    units: dict[str, float]


def _both(*parts: dict[str, float]) -> dict[str, float]:
    whole: dict[str, float] = {}
    for part in parts:
        for key, amplitude in part.items():
            whole[key] = round(min(1.2, max(amplitude, whole.get(key, 0.0))), 3)
    return whole


_SMILE = spread({12: 0.7})
BLENDS: tuple[Blend, ...] = (
    Blend(
        "Polite smile",
        "AU12 alone: the mouth smiles, cheeks and lids do not take part.",
        _SMILE,
    ),
    Blend(
        "Smile over contempt",
        "A polite smile with one corner pulled in: compare the two sides of the mouth.",
        _both(_SMILE, spread({14: 0.9}, side="L")),
    ),
    Blend(
        "Smile over anger",
        "The mouth smiles; brows are low and lids tight.",
        _both(_SMILE, spread({4: 0.7, 7: 0.6})),
    ),
    Blend(
        "Smile over sadness",
        "The mouth smiles; the inner ends of the brows are up.",
        _both(spread({12: 0.6}), spread({1: 0.9, 4: 0.4})),
    ),
    Blend(
        "Smile over disgust",
        "The mouth smiles; nose or upper lip give a little.",
        _both(spread({12: 0.6}), spread({9: 0.5, 10: 0.3})),
    ),
    Blend(
        "Surprise turning into fear",
        "Raised brows that are drawn together, wide eyes, stretched lips, dropped jaw.",
        spread({1: 1.0, 2: 0.8, 4: 0.4, 5: 0.9, 20: 0.5, 25: 0.4, 26: 0.25}),
    ),
    Blend(
        "Anger and disgust",
        "Low brows, tight lids, wrinkled nose, raised upper lip.",
        spread({4: 0.9, 7: 0.6, 9: 0.7, 10: 0.6, 17: 0.3}),
    ),
    Blend(
        "Held back",
        "Anger with pressed lips: what the brows show, the mouth keeps in.",
        spread({4: 0.5, 17: 0.5, 24: 0.9}),
    ),
    Blend(
        "Thinking, no emotion",
        "AU4 alone with a glance aside: often taken for anger.",
        spread({4: 0.6}),
    ),
)


def lab_data() -> dict[str, Any]:
    """Everything the page needs, ready for JSON."""
    return {
        "people": [
            {"name": p.name, "sex": p.sex, "band": p.band, "tone": p.tone}
            for p in load_people()
            if p.pool == "training"  # faces of the tests stay unseen
        ],
        "units": [
            {
                "code": unit.code,
                "name": unit.name,
                "muscle": unit.muscle,
                "region": unit.region,
                "keys": list(unit.keys),
                "looks": UNIT_WORDS[unit.code][0],
                "confused": UNIT_WORDS[unit.code][1],
            }
            for unit in ACTION_UNITS
        ],
        "expressions": [
            {
                "title": f"{emotion.capitalize()} {number}",
                "emotion": emotion,
                "words": CONFUSIONS[emotion],
                "units": spread(shown.units, side="L" if shown.one_sided else ""),
            }
            for emotion, variants in EXPRESSIONS.items()
            for number, shown in enumerate(variants, start=1)
        ],
        "blends": [{"title": b.title, "words": b.words, "units": b.units} for b in BLENDS],
    }
