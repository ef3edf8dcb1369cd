"""A simulated study whose truth is known: customers, steps, and a step at which some frown.

Customers differ in how often they show anything (gamma), moments come in bursts (another gamma per
customer and step), steps differ in length, parts of the footage are missing, and one customer may
frown a hundred times as often as the others. In one step a known share of the customers frowns
more. Shuffled labels make the same study without anything to find.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from unspoken.insight.folders import interaction_of
from unspoken.insight.interactions import Interaction, Segment
from unspoken.insight.stored import Analysis, Context, Moment, Moments, Signal, Source

__all__ = ["RATES", "STEPS", "Plan", "Visit", "shuffled", "simulate", "visits"]

#: Steps of the simulated demonstration and their usual length, minutes.
STEPS = {"welcome": 2.0, "needs": 6.0, "overview": 3.0, "price": 4.0, "details": 9.0, "close": 2.5}
#: Signals, per minute of exposure, of a usual customer; and what the face does.
RATES = {"confusion": 0.15, "satisfaction": 0.25, "surprise": 0.06}
_RESPONSES = {"confusion": "Pause. Ask: what would make this clearer?"}
_UNITS = {
    "confusion": {"AU4L": 0.3, "AU4R": 0.28, "AU7L": 0.2},
    "satisfaction": {"AU6L": 0.3, "AU12L": 0.4, "AU12R": 0.41},
    "surprise": {"AU1L": 0.3, "AU2L": 0.3, "AU5L": 0.2},
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is simulated.

    Parameters
    ----------
    customers : int
        How many.
    planted : str
        The step at which some frown; "" for none.
    share : float
        Part of the customers who frown there.
    extra_per_min : float
        Frowns a minute that they show there on top.
    times : float
        How many times as often everybody frowns there, whatever is usual for them.
    spread : float
        Shape of the gamma by which customers differ; smaller is more different.
    burst : float
        Shape of the gamma by which one customer's steps differ at random.
    missing : float
        Chance that a customer has no footage of a step, and that a minute of the rest is lost.
    visits : int
        Interactions of a customer, 1 to this many.
    frowner : float
        How many times as often the first customer frowns, everywhere.
    """

    customers: int = 40
    planted: str = "price"
    share: float = 0.6
    extra_per_min: float = 1.0
    times: float = 1.0
    spread: float = 1.0
    burst: float = 2.0
    missing: float = 0.12
    visits: int = 1
    frowner: float = 1.0

    @property
    def true_ratio(self) -> float:
        """Rate of confusion in the planted step over that in the others, over all customers.

        It is everybody's own ratio too where nothing but `times` is planted. Where frowns come on
        top, those who usually show little have a larger ratio of their own than this.
        """
        return self.times + self.share * self.extra_per_min / RATES["confusion"]


@dataclass(frozen=True, slots=True)
class Visit:
    """One simulated interaction.

    Parameters
    ----------
    name, customer : str
        Of its folder, and whose it is.
    number : int
        Of the customer, from 0.
    segments : tuple of Segment
        The steps.
    exposure : tuple of (float, float)
        What was measured, seconds.
    moments : tuple of Moment
        What was seen.
    csat : float
        Chance alone.
    """

    name: str
    customer: str
    number: int
    segments: tuple[Segment, ...]
    exposure: tuple[tuple[float, float], ...]
    moments: tuple[Moment, ...]
    csat: float

    @property
    def tags(self) -> dict[str, str]:
        """Every other customer is a business."""
        return {"segment": ("private", "business")[self.number % 2]}

    def interaction(self) -> Interaction:
        """As insight sees it."""
        one = interaction_of(
            Path(self.name),
            Analysis(source=Source(f"{self.name}.mp4", self.name)),
            Context(customer=self.customer, tags=self.tags, outcomes={"csat": self.csat}),
            Moments(moments=list(self.moments), exposure={"1": list(self.exposure)}),
        )
        return replace(one, segments=self.segments)


def simulate(plan: Plan, seed: int) -> list[Interaction]:
    """Make a study in memory.

    Parameters
    ----------
    plan : Plan
        What is simulated.
    seed : int
        Which one.
    """
    return [visit.interaction() for visit in visits(plan, seed)]


def visits(plan: Plan, seed: int) -> Iterator[Visit]:
    """The interactions of a study, one after the other; see :func:`simulate`."""
    rng = np.random.default_rng([seed, 41])
    frowns = rng.random(plan.customers) < plan.share
    activity = rng.gamma(plan.spread, 1.0 / plan.spread, plan.customers)
    for customer in range(plan.customers):
        often = plan.frowner if customer == 0 else 1.0
        for visit in range(int(rng.integers(1, plan.visits + 1))):
            segments, exposure = _timeline(plan, rng)
            made = _moments(plan, rng, segments, activity[customer], often, bool(frowns[customer]))
            shown = [m for m in made if any(a <= m.apex_s < b for a, b in exposure)]
            shown.sort(key=lambda m: m.apex_s)
            for number, moment in enumerate(shown, start=1):
                moment.moment_id = f"1-{number}"
            yield Visit(
                name=f"C{customer + 1:02d}-{visit + 1}",
                customer=f"C{customer + 1:02d}",
                number=customer,
                segments=tuple(segments),
                exposure=tuple(exposure),
                moments=tuple(shown),
                csat=float(rng.integers(1, 6)),
            )


def _timeline(
    plan: Plan, rng: np.random.Generator
) -> tuple[list[Segment], list[tuple[float, float]]]:
    segments: list[Segment] = []
    exposure: list[tuple[float, float]] = []
    at = 0.0
    for step, minutes in STEPS.items():
        end = at + 60.0 * minutes * rng.gamma(8.0, 1.0 / 8.0)
        segments.append(Segment("step", step, at, end, {}))
        if rng.random() >= plan.missing:
            edges = np.arange(at, end, 60.0).tolist() + [end]
            spans = zip(edges, edges[1:], strict=False)
            exposure += [span for span in spans if rng.random() >= plan.missing]
        at = end
    return segments, exposure


def _moments(
    plan: Plan,
    rng: np.random.Generator,
    segments: list[Segment],
    activity: float,
    times_as_often: float,
    frowns: bool,
) -> Iterator[Moment]:
    for segment in segments:
        minutes = (segment.end_s - segment.start_s) / 60.0
        burst = rng.gamma(plan.burst, 1.0 / plan.burst)
        for signal, usual in RATES.items():
            per_min = usual * activity * burst
            if signal == "confusion":
                per_min *= times_as_often
                if segment.label == plan.planted:
                    per_min *= plan.times
                    per_min += plan.extra_per_min * burst * frowns
            for apex in rng.uniform(segment.start_s, segment.end_s, rng.poisson(per_min * minutes)):
                yield _moment(signal, float(apex), float(rng.uniform(0.3, 0.9)))


def _moment(signal: str, apex_s: float, strength: float) -> Moment:
    return Moment(
        moment_id="",
        face_id=1,
        kind="micro",
        start_s=apex_s - 0.15,
        apex_s=apex_s,
        end_s=apex_s + 0.2,
        action_units=dict(_UNITS[signal]),
        signals=[Signal(signal, strength, _RESPONSES.get(signal, ""))],
    )


def shuffled(interactions: list[Interaction], seed: int) -> list[Interaction]:
    """The same study with the labels of every interaction's steps exchanged at random."""
    rng = np.random.default_rng([seed, 42])
    mixed = []
    for one in interactions:
        labels = rng.permutation([s.label for s in one.segments]).tolist()
        segments = tuple(replace(s, label=x) for s, x in zip(one.segments, labels, strict=True))
        mixed.append(replace(one, segments=segments))
    return mixed
