"""Planted events of known emotion, from a generator that is not the reading's own model.

Different on purpose: displacements follow a Gamma law with a common strength per event instead of
independent log-normals; sets of units are prototypes with parts dropped and variants added, per
person, instead of independent presences; units leak into each other through the AU basis' own Gram
matrix with a different share for every event; noise is added to every side; and what is listed is
decided by the spotter's own rule (`unspoken.spotting.channels.contributing_units`). What the
emotion classes look like is written down here apart from ``data/emotions.yaml``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from unspoken.facs.basis import load_basis
from unspoken.facs.units import ACTION_UNITS, UNIT_INDEX, UNIT_KEYS
from unspoken.reading.emotion_table import LABELS
from unspoken.spotting.channels import EYE_UNITS, SPEECH_UNITS, contributing_units
from unspoken.spotting.events import Event, Kind

__all__ = ["PlantedEvents", "plant_events"]

Array = NDArray[np.float64]
_KEYS = {unit.code: unit.keys for unit in ACTION_UNITS}
#: Combinations by class: cores, each with what may join it. FACS Investigator's Guide 2002 for the
#: seven; everyday movements for "other".
_SETS: dict[str, tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]] = {
    "happiness": (((6, 12), (25, 7, 26)), ((12,), (25, 6)), ((6, 12), (14, 10))),
    "sadness": (((1, 4, 15), (17, 7)), ((1, 4), (15, 17)), ((15, 17), (1, 4)), ((1, 15), (11, 17))),
    "anger": (
        ((4, 5, 7, 24), (17, 10)),
        ((4, 7, 24), (17, 25)),
        ((4, 24), (7,)),
        ((4, 5, 7), (26,)),
    ),
    "fear": (((1, 2, 4, 5, 20), (25, 26, 7)), ((1, 2, 4, 5), (25,)), ((1, 2, 4), (5, 20))),
    "surprise": (((1, 2, 5, 26), (25,)), ((1, 2, 5), (25,)), ((1, 2, 26), (5, 25)), ((1, 2), (5,))),
    "disgust": (((9,), (4, 17, 7)), ((9, 4, 7), (10,)), ((10,), (17, 15, 25)), ((10, 17), (9, 4))),
    "contempt": (((14,), (12,)), ((12,), (14,)), ((14,), (15,))),
    "other": (
        ((4,), (7, 24)),
        ((4, 7), (24,)),
        ((12,), (14, 25)),
        ((1, 2), ()),
        ((25, 26), (16, 18, 22, 20, 17, 10)),
        ((18, 22), (17, 25)),
        ((24,), (17, 14, 28)),
        ((17,), (15, 24, 28)),
        ((14,), (24, 17)),
        ((7,), (6,)),
        ((2,), ()),
    ),
}
#: Share of labels with a unit in CAS(ME)3 micro-expressions (doi 10.1109/TPAMI.2022.3174895): half
#: of the micro events of a class take the unit as often as that, whatever their set says.
_CASME3 = {
    "anger": {14: 0.70},
    "happiness": {14: 0.40, 12: 0.09},
    "disgust": {4: 0.73},
    "fear": {4: 0.42},
}


@dataclass(frozen=True)
class PlantedEvents:
    """Events as the spotter would have listed them, and the truth.

    Parameters
    ----------
    events : tuple of Event
        With standard errors and flags.
    labels : tuple of str
        The emotion each was planted for; one of `LABELS`.
    persons : tuple of str
        Whose it is.
    missed : int
        Planted, but too weak for its noise to become an event at all.
    """

    events: tuple[Event, ...]
    labels: tuple[str, ...]
    persons: tuple[str, ...]
    missed: int


@dataclass(frozen=True)
class _Person:
    """Ways of one person: which sets they use, how strongly they show, how lopsided they are."""

    choice: dict[str, Array]
    strength: float
    lopsided: Array


def plant_events(
    kind: Kind, count: int, seed: int, prior: dict[str, float], persons: int = 40
) -> PlantedEvents:
    """Plant events.

    Parameters
    ----------
    kind : {"micro", "macro"}
        Kind of all of them.
    count : int
        How many to plant; some are missed.
    seed : int
        Which.
    prior : dict of str to float
        How often each class is planted.
    persons : int
        How many people they are of.
    """
    rng = np.random.default_rng([seed, 0 if kind == "micro" else 1, 77])
    people = [_person(rng) for _ in range(persons)]
    chances = np.array([prior[label] for label in LABELS])
    classes = rng.choice(len(LABELS), size=count, p=chances / chances.sum())
    events, labels, whose = [], [], []
    for number, index in enumerate(classes):
        who = int(rng.integers(persons))
        event = _event(kind, LABELS[index], people[who], rng, number)
        if event is not None:
            events.append(event)
            labels.append(LABELS[index])
            whose.append(f"person {who}")
    return PlantedEvents(tuple(events), tuple(labels), tuple(whose), count - len(events))


def _person(rng: np.random.Generator) -> _Person:
    choice = {label: rng.dirichlet(np.full(len(sets), 1.5)) for label, sets in _SETS.items()}
    return _Person(
        choice, float(rng.gamma(8.0, 1.0 / 8.0)), rng.normal(0.0, 0.12, len(ACTION_UNITS))
    )


def _event(
    kind: Kind, label: str, person: _Person, rng: np.random.Generator, number: int
) -> Event | None:
    """One event as it would be listed, or None when it is lost in the noise."""
    codes = _codes(kind, label, person, rng)
    truth = _amplitudes(kind, label, codes, person, rng)
    noise = _noise(rng)
    measured = _leaked(truth, rng) + rng.normal(size=len(UNIT_KEYS)) * noise
    hidden, flags = _hidden(rng)
    z = measured / noise
    for i, key in enumerate(UNIT_KEYS):
        if int(key[2:].rstrip("LR")) in hidden:
            z[i] = 0.0
    best = int(np.argmax(z))
    if z[best] < 4.5:
        return None
    listed = contributing_units(best, z, measured)
    length = float(rng.uniform(0.2, 0.5) if kind == "micro" else rng.uniform(0.6, 3.0))
    onset = float(number)
    return Event(
        face_id=1,
        kind=kind,
        onset_s=onset,
        apex_s=onset + 0.4 * length,
        offset_s=onset + length,
        onset_frame=0,
        apex_frame=0,
        offset_frame=0,
        action_units={k: v for k, v in listed.items() if not k.startswith("AU45")},
        snr=float(z[best]),
        false_alarms_per_min=0.1,
        flags=flags,
        event_id=f"1-{number + 1}",
        unit_errors={
            key: float(noise[i])
            for i, key in enumerate(UNIT_KEYS)
            if int(key[2:].rstrip("LR")) not in hidden
        },
    )


def _codes(kind: Kind, label: str, person: _Person, rng: np.random.Generator) -> set[int]:
    """A core with parts dropped and others joined; never empty."""
    core, joining = _SETS[label][int(rng.choice(len(_SETS[label]), p=person.choice[label]))]
    kept = 0.6 if kind == "micro" else 0.9
    codes = {code for code in core if rng.random() < kept} or {core[int(rng.integers(len(core)))]}
    codes |= {code for code in joining if rng.random() < 0.25}
    if kind == "micro" and label in _CASME3 and rng.random() < 0.5:
        for code, share in _CASME3[label].items():
            codes = codes - {code} | ({code} if rng.random() < share else set())
    if rng.random() < 0.15:  # something that happened at the same time
        codes.add(int(rng.choice([2, 7, 14, 17, 24, 25])))
    return {code for code in codes if code in _KEYS} or {core[-1]}


def _amplitudes(
    kind: Kind, label: str, codes: set[int], person: _Person, rng: np.random.Generator
) -> Array:
    """Amplitude of every key: one strength for the event, a Gamma law per unit, lopsided."""
    mean_icd = 0.055 if kind == "micro" else 0.14
    common = float(rng.gamma(3.0, 1.0 / 3.0)) * person.strength
    alone = rng.random() < (0.85 if label == "contempt" else 0.08)
    side = int(rng.integers(2))
    out = np.zeros(len(UNIT_KEYS))
    for i, unit in enumerate(ACTION_UNITS):
        if unit.code not in codes:
            continue
        size = mean_icd * common * float(rng.gamma(4.0, 0.25))
        for s, key in enumerate(unit.keys):
            gain = 1.0
            if unit.paired:
                tilt = person.lopsided[i] + float(rng.normal(0.0, 0.1))
                gain = float(np.exp(tilt if s else -tilt))
                gain *= 0.1 if alone and s != side and unit.region == "mouth" else 1.0
            out[UNIT_INDEX[key]] = size * gain / load_basis().peak(key)
    return out


def _noise(rng: np.random.Generator) -> Array:
    """Standard error of every unit: footage from sharp to poor, mouth noisier than brow."""
    footage = float(np.exp(rng.normal(np.log(0.006), 0.5)))
    own = np.exp(rng.normal(0.0, 0.25, len(UNIT_KEYS)))
    peak = np.array([load_basis().peak(key) for key in UNIT_KEYS])
    lower = np.array([1.0 if int(k[2:].rstrip("LR")) < 9 else 1.4 for k in UNIT_KEYS])
    noise: Array = footage * own * lower / peak
    return noise


@cache
def _overlap() -> Array:
    """Signed overlap of the fields: amplitude of each unit seen per amplitude of another."""
    fields = load_basis().fields.reshape(len(UNIT_KEYS), -1).astype(np.float64)
    norm = np.linalg.norm(fields, axis=1)
    gram = fields @ fields.T / np.outer(norm, norm)
    np.fill_diagonal(gram, 0.0)
    scaled: Array = gram * norm[None, :] / norm[:, None]
    return scaled


def _leaked(truth: Array, rng: np.random.Generator) -> Array:
    """What other units pick up: the signed overlap of the fields, with a share drawn per event."""
    share = rng.beta(2.0, 6.0, size=len(UNIT_KEYS))
    leaked: Array = truth + share * (_overlap() @ truth)
    return leaked


def _hidden(rng: np.random.Generator) -> tuple[frozenset[int], tuple[str, ...]]:
    """Units that an artefact takes away: talk in a quarter, blinks in a tenth of the events."""
    hidden: frozenset[int] = frozenset()
    flags: list[str] = []
    if rng.random() < 0.1:
        hidden, flags = hidden | EYE_UNITS, [*flags, "blink"]
    if rng.random() < 0.25:
        hidden, flags = hidden | SPEECH_UNITS, [*flags, "speech"]
    return hidden, tuple(flags)
