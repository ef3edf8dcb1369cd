"""Emotion readings: a posterior over seven emotions and "other", able to abstain, with its reasons.

The default model is generative. A component (say "wrinkled nose" of disgust) gives every action
unit a probability of being present; a unit that is present has a displacement of a log-normal law
and is listed if that stands out of the noise of this very footage; a unit that is absent is listed
now and then by noise, and more often beside a stronger unit whose field looks alike. Units that
could not be measured are marginalised: they leave every probability as it is. Then Bayes' rule,
with the likelihood raised to 1/temperature, which is fitted so that stated probabilities come
true.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from unspoken.reading.emotion_table import CODES, LABELS, EmotionTable, default_table
from unspoken.reading.evidence import UnitEvidence, overlap, peaks_icd, unit_evidence
from unspoken.reading.wording import reading_sentence
from unspoken.spotting.events import Event

__all__ = ["EmotionModel", "GenerativeModel", "Posterior", "Reading", "default_model"]
__all__ += ["readings", "with_readings"]

Array = NDArray[np.float64]
#: A unit is listed only if it is about this part as clear as the clearest one.
_BESIDE_BEST = 0.35
_SMILE, _CHEEKS = CODES.index(12), CODES.index(6)


@dataclass(frozen=True)
class Posterior:
    """Probabilities of n events.

    Parameters
    ----------
    labels : ndarray, shape (n, 8)
        In the order of `LABELS`; rows sum to 1.
    parts : dict of str to ndarray, shape (n,)
        Named ways of showing, as "concentration or confusion"; a model may know none.
    """

    labels: Array
    parts: dict[str, Array]


class EmotionModel(Protocol):
    """Anything that turns unit evidence into probabilities.

    Attributes
    ----------
    name : str
        Name and version, for the results.
    abstain_below : float
        No emotion is named when none is this likely.
    other_parts : tuple of str
        Names of the parts of its posterior that belong to "other".
    """

    @property
    def name(self) -> str:
        """Name and version."""
        ...

    @property
    def abstain_below(self) -> float:
        """Least probability of a named emotion."""
        ...

    @property
    def other_parts(self) -> tuple[str, ...]:
        """Parts that belong to "other"."""
        ...

    def posterior(self, evidence: UnitEvidence) -> Posterior:
        """Probabilities of every event; no events give empty arrays."""
        ...


@dataclass(frozen=True)
class Reading:
    """What one event is consistent with.

    Parameters
    ----------
    emotions : dict of str to float
        Posterior over `LABELS`; sums to 1.
    emotion : str
        The likeliest of the seven, or "" when the reading abstains.
    probability : float
        Of that emotion; NaN when the reading abstains.
    parts : dict of str to float
        Probabilities of the model's named ways of showing.
    smile : {"", "duchenne", "social"}
        Whether a smile came with the cheeks (AU6) or without; "" without a smile, and when the
        cheeks could not be measured.
    sentence : str
        In plain words, with the units it rests on.
    """

    emotions: dict[str, float]
    emotion: str
    probability: float
    parts: dict[str, float]
    smile: str
    sentence: str


class GenerativeModel:
    """The model of an `EmotionTable`.

    Parameters
    ----------
    table : EmotionTable
        Prior, components, measurement.
    """

    def __init__(self, table: EmotionTable) -> None:
        self.table = table
        self._components = table.components
        self._label = np.array([LABELS.index(c.emotion) for c in table.components])
        self._presence = {
            kind: np.array(
                [
                    [c.presence(code, getattr(table.background, kind)) for code in CODES]
                    for c in table.components
                ]
            )
            for kind in ("micro", "macro")
        }
        self._log_prior = {kind: self._log_priors(kind) for kind in ("micro", "macro")}
        self._sided = np.array(
            [table.one_sided if c.one_sided is None else c.one_sided for c in table.components]
        )

    @property
    def name(self) -> str:
        """Name and version of the table."""
        return f"generative {self.table.version}"

    @property
    def abstain_below(self) -> float:
        """From the table."""
        return self.table.abstain_below

    @property
    def other_parts(self) -> tuple[str, ...]:
        """Components of "other", by name."""
        return tuple(c.name for c in self._components if c.emotion == "other")

    def _log_priors(self, kind: str) -> Array:
        prior = self.table.prior["micro" if kind == "micro" else "macro"]
        weight = np.array([c.weight if kind in c.kinds else 0.0 for c in self._components])
        total = np.bincount(self._label, weight, minlength=len(LABELS))
        share = weight / total[self._label] * np.array([prior[c.emotion] for c in self._components])
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(share), dtype=np.float64)

    def posterior(self, evidence: UnitEvidence) -> Posterior:
        """See `EmotionModel.posterior`."""
        log = np.empty((len(evidence.micro), len(self._components)))
        for kind, rows in (("micro", evidence.micro), ("macro", ~evidence.micro)):
            if rows.any():
                prior = self._log_prior[kind]
                log[rows] = prior + self._likelihood(evidence, rows, kind) / self.table.temperature
        share = np.exp(log - log.max(axis=1, keepdims=True, initial=-np.inf))
        share /= share.sum(axis=1, keepdims=True)
        labels = np.zeros((len(share), len(LABELS)))
        for column, label in enumerate(self._label):
            labels[:, label] += share[:, column]
        parts = {c.name: share[:, i] for i, c in enumerate(self._components)}
        return Posterior(labels, parts)

    def _likelihood(self, evidence: UnitEvidence, rows: NDArray[np.bool_], kind: str) -> Array:
        """Log-likelihood of events under every component, shape (events, components)."""
        present, absent = self._unit_likelihoods(evidence, rows, kind)
        chance = self._presence[kind]
        # Twenty factors of at least 1e-9 stay far above the smallest float.
        mixed = absent[:, None, :] + chance * (present - absent)[:, None, :]
        total: Array = np.log(mixed.prod(axis=2))
        sided = evidence.one_sided[rows, None]
        side = np.where(sided == 1.0, self._sided, 1.0 - self._sided)
        return total + np.where(np.isnan(sided), 0.0, np.log(side))

    def _unit_likelihoods(
        self, evidence: UnitEvidence, rows: NDArray[np.bool_], kind: str
    ) -> tuple[Array, Array]:
        """Likelihood of what was seen of every unit if it is present, and if it is absent."""
        # Loaded at the first event: it takes a third of a second, which every start would pay.
        from scipy.special import ndtr

        law = getattr(self.table.amplitude, kind)
        how = self.table.measurement
        listed, size = evidence.listed[rows], evidence.size_icd[rows]
        # A unit must stand out of its own noise, and not be dwarfed by the clearest one.
        cut = np.maximum(how.listing, _BESIDE_BEST * evidence.clarity[rows, None])
        edge = np.log(cut * evidence.least_icd[rows])
        middle = np.log(law.median_icd)
        missed = ndtr((edge - middle) / law.log_sd)
        spread = np.hypot(law.log_sd, evidence.relative_error[rows])
        seen = np.log(np.maximum(size, 1e-6))
        # Densities of the size are given being listed, so that both sum to one over what can be.
        present = (1.0 - missed) * _density(seen, middle, spread, edge)
        leak, source = self._leak(listed, size)
        false = np.clip(how.false_listing + leak, 0.0, 0.9)
        # A false listing lies at the edge of the noise, or at a part of the unit that leaks.
        centre = np.where(leak > how.false_listing, np.log(np.maximum(source, 1e-6)), edge + 0.2)
        absent = false * _density(seen, centre, np.hypot(0.45, evidence.relative_error[rows]), edge)
        masked = evidence.masked[rows]
        present = np.where(listed, present, np.maximum(missed, 1e-3))
        absent = np.where(listed, absent, 1.0 - false)
        return (
            np.where(masked, 1.0, np.maximum(present, 1e-9)),
            np.where(masked, 1.0, np.maximum(absent, 1e-9)),
        )

    def _leak(self, listed: NDArray[np.bool_], size: Array) -> tuple[Array, Array]:
        """Chance of being listed because of a listed neighbour, and at which size."""
        how = self.table.measurement
        reach = np.where(listed, size, 0.0)[:, :, None] * overlap()[None]
        source = how.leak_size * reach.max(axis=1)
        # Only a neighbour that moved more can be where it came from.
        from_where = reach.argmax(axis=1)
        bigger = np.take_along_axis(size, from_where, axis=1) > size
        like = np.take_along_axis(overlap(), from_where, axis=0)
        return how.leak * np.where(bigger & (source > 0), like, 0.0), source


def _density(value: Array, centre: Array | float, spread: Array, edge: Array) -> Array:
    """Normal density of a logarithm, cut off below the edge above which a unit is listed."""
    from scipy.special import log_ndtr

    z = (value - centre) / spread
    above = log_ndtr(np.minimum((centre - edge) / spread + 1.0, 8.0))
    result: Array = np.exp(-0.5 * z * z - above) / (spread * np.sqrt(2.0 * np.pi))
    return result


@cache
def default_model() -> GenerativeModel:
    """The model that ships with the package."""
    return GenerativeModel(default_table())


def readings(events: Sequence[Event], model: EmotionModel | None = None) -> tuple[Reading, ...]:
    """Read events.

    Parameters
    ----------
    events : sequence of Event
        Micro and macro events. A blink gets no reading: leave blinks out.
    model : EmotionModel, optional
        The default model where left out.

    Returns
    -------
    tuple of Reading
        One for each event; empty for none.
    """
    if not events:
        return ()
    model = model or default_model()
    evidence = unit_evidence(events)
    posterior = model.posterior(evidence)
    smiles = _smiles(evidence)
    best = np.argmax(posterior.labels, axis=1)
    names = tuple(posterior.parts)
    columns = [values.tolist() for values in posterior.parts.values()]
    shares = [*zip(*columns, strict=True)] if columns else [()] * len(events)
    other = [name for name in model.other_parts if name in posterior.parts]
    out = []
    for i, event in enumerate(events):
        row = posterior.labels[i].tolist()
        emotions = dict(zip(LABELS, row, strict=True))
        parts = dict(zip(names, shares[i], strict=True))
        others = {name: parts[name] for name in other}
        chance = row[int(best[i])]
        named = LABELS[int(best[i])] != "other" and chance >= model.abstain_below
        emotion = LABELS[int(best[i])] if named else ""
        sentence = reading_sentence(event, emotions, emotion, others, smiles[i])
        probability = chance if named else float("nan")
        out.append(Reading(emotions, emotion, probability, parts, smiles[i], sentence))
    return tuple(out)


def with_readings(events: Sequence[Event], model: EmotionModel | None = None) -> list[Event]:
    """The same events with their emotion filled in; blinks stay as they are."""
    expressions = [event for event in events if event.kind != "blink"]
    found = iter(readings(expressions, model))
    out = []
    for event in events:
        if event.kind != "blink":
            one = next(found)
            if one.emotion:  # an event that was not named keeps the very same "unknown"
                event = replace(event, emotion=one.emotion, emotion_probability=one.probability)
        out.append(event)
    return out


def _smiles(evidence: UnitEvidence) -> list[str]:
    """Duchenne when AU6 came with AU12; social when AU6 could have been seen and was not."""
    smiling = evidence.listed[:, _SMILE]
    cheeks = evidence.listed[:, _CHEEKS]
    # Were there cheeks as strong for their muscle as half the smile for its own?
    expected = 0.5 * evidence.size_icd[:, _SMILE] * peaks_icd()[_CHEEKS] / peaks_icd()[_SMILE]
    seeable = (expected > 2.0 * evidence.least_icd[:, _CHEEKS]) & ~evidence.masked[:, _CHEEKS]
    return [
        "" if not s else "duchenne" if c else "social" if k else ""
        for s, c, k in zip(smiling, cheeks, seeable, strict=True)
    ]
