"""The synthetic faces by name, and which of them may be shown when.

Faces for training and faces for tests never mix. The test faces are divided once more, into four
parallel forms: the test before training, the one after it, and the retests after three and six
weeks. No face comes in two of them, so a retest cannot be helped by having seen a face before.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import combinations, product

from unspoken.errors import AssetError

__all__ = ["FORMS", "Cast", "Person", "load_people"]

#: Names of the parallel forms.
FORMS: tuple[str, ...] = ("A", "B", "C", "D")
_PACK = "pack.json"
#: Faces a cast needs: one per form, and two to train with.
_LEAST_TEST, _LEAST_TRAINING = 4, 2


@dataclass(frozen=True)
class Person:
    """One synthetic face.

    Parameters
    ----------
    name : str
        Its key in the face pack.
    sex, band, tone : str
        What the face is shaped as; used only to balance forms.
    pool : {"training", "test"}
    """

    name: str
    sex: str = ""
    band: str = ""
    tone: str = ""
    pool: str = "training"


@dataclass(frozen=True)
class Cast:
    """Who is shown when.

    Parameters
    ----------
    training : tuple of str
        Names for drills and lessons.
    forms : dict of str to tuple of str
        Names for each of :data:`FORMS`.
    """

    training: tuple[str, ...]
    forms: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, people: Sequence[Person]) -> Cast:
        """Divide people; every form gets as many faces of each tone, sex and age band as can be.

        Raises
        ------
        AssetError
            If there are too few faces for training or for the four forms.
        """
        training = tuple(sorted(p.name for p in people if p.pool == "training"))
        test = sorted(
            (p for p in people if p.pool == "test"), key=lambda p: (p.sex, p.band, p.tone, p.name)
        )
        if len(test) < _LEAST_TEST or len(training) < _LEAST_TRAINING:
            raise AssetError(
                f"The face pack has {len(training)} faces for training and {len(test)} for tests; "
                f"at least {_LEAST_TRAINING} and {_LEAST_TEST} are needed.",
                "Install Unspoken again, or build the face pack anew.",
            )
        return cls(training, {f: tuple(p.name for p in deal) for f, deal in _dealt(test).items()})


def _dealt(test: Sequence[Person]) -> dict[str, list[Person]]:
    """People dealt in turn, then exchanged until no exchange makes the forms more alike."""
    forms = {form: list(test[i :: len(FORMS)]) for i, form in enumerate(FORMS)}
    while True:
        before = sum(map(_sameness, forms.values()))
        for one, other in combinations(FORMS, 2):
            for i, j in product(range(len(forms[one])), range(len(forms[other]))):
                mine, theirs = forms[one][i], forms[other][j]
                was = _sameness(forms[one]) + _sameness(forms[other])
                forms[one][i], forms[other][j] = theirs, mine
                if _sameness(forms[one]) + _sameness(forms[other]) >= was:
                    forms[one][i], forms[other][j] = mine, theirs
        if sum(map(_sameness, forms.values())) == before:
            return forms


def _sameness(people: Sequence[Person]) -> int:
    """How often two people of a form share tone, age band or sex."""
    return sum(
        (a.tone.partition("-")[0] == b.tone.partition("-")[0])
        + (a.band == b.band)
        + (a.sex == b.sex)
        for a, b in combinations(people, 2)
    )


def load_people(folder: Traversable | None = None) -> tuple[Person, ...]:
    """The people of the face pack that ships with the package.

    Parameters
    ----------
    folder : Traversable, optional
        A folder with ``pack.json``; the package's own where left out.

    Raises
    ------
    AssetError
        If the pack is missing or cannot be read.
    """
    pack = (folder or files("unspoken.academy") / "faces") / _PACK
    try:
        listed = json.loads(pack.read_text(encoding="utf-8"))["identities"]
        return tuple(
            Person(
                name=name,
                sex=str(entry.get("sex", "")),
                band=str(entry.get("band", "")),
                tone=str(entry.get("tone", "")),
                pool=str(entry.get("pool", "training")),
            )
            for name, entry in sorted(listed.items())
        )
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise AssetError(
            f"The face pack ({pack}) cannot be read: expected a JSON file with identities, found "
            f"{type(error).__name__}: {error}.",
            "Install Unspoken again, or build the face pack anew.",
        ) from error
