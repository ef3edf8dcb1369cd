"""A whole study: many interactions in, everything that can be said about them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from unspoken.errors import InputError
from unspoken.insight.association import Association, associate, outcomes_by_customer
from unspoken.insight.contrasts import LEAST_CUSTOMERS
from unspoken.insight.counting import choose_measures, count_groups
from unspoken.insight.groupings import EVERYTHING, Grouping, parse_grouping, spans_of
from unspoken.insight.interactions import Interaction, TopMoment
from unspoken.insight.privacy import hide_small_groups, hide_small_measures
from unspoken.insight.standing_out import GroupResult, adjust, study_groups

__all__ = ["Question", "RankedMoment", "Study", "study"]

#: Moments in the list of those worth a look.
MOST_MOMENTS = 50
#: Of one customer, so that the list is not about one person.
_MOST_PER_CUSTOMER = 3


@dataclass(frozen=True, slots=True)
class Question:
    """What the user wants to know.

    Parameters
    ----------
    by : tuple of str
        Groupings; empty: by step where there are steps, else none.
    measures : tuple of str
        What is counted; empty: all signals and all micro-expressions.
    reference : str
        A level the others are compared with; "" compares each with all the others.
    false_discoveries : float
        Share of the named that may be chance, above 0 and below 1.
    """

    by: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    reference: str = ""
    false_discoveries: float = 0.05


@dataclass(frozen=True, slots=True)
class RankedMoment:
    """A moment worth a look and where it stands.

    Parameters
    ----------
    rank : int
        From 1.
    customer, interaction : str
        Whose, and the name of the folder.
    moment : TopMoment
        What.
    where : tuple of str
        Labels of the segments it lies in.
    in_insight : bool
        Whether it belongs to a group and a measure that stands out.
    """

    rank: int
    customer: str
    interaction: str
    moment: TopMoment
    where: tuple[str, ...]
    in_insight: bool


@dataclass(frozen=True)
class Study:
    """Everything that can be said.

    Parameters
    ----------
    question : Question
        As asked.
    customers, interactions : int
        How many there are.
    minutes : float
        Exposure of all.
    overall : tuple of GroupResult
        Every measure over everything.
    groups : tuple of GroupResult
        Every measure in every level of every grouping, judged.
    associations : tuple of Association
        Measures against outcomes, judged.
    moments : tuple of RankedMoment
        Worth a look, best first.
    group_notes : dict of str to tuple of str
        By grouping, what was left out.
    notes : tuple of str
        About the whole study.
    """

    question: Question
    customers: int
    interactions: int
    minutes: float
    overall: tuple[GroupResult, ...]
    groups: tuple[GroupResult, ...]
    associations: tuple[Association, ...]
    moments: tuple[RankedMoment, ...]
    group_notes: dict[str, tuple[str, ...]]
    notes: tuple[str, ...]

    @property
    def standing_out(self) -> list[GroupResult]:
        """What was named, strongest evidence first."""
        named = [r for r in self.groups if r.verdict in ("more", "less")]
        return sorted(named, key=lambda r: (r.verdict != "more", r.p_adjusted))


def study(
    interactions: Sequence[Interaction], question: Question, notes: Sequence[str] = ()
) -> Study:
    """Answer a question from many interactions.

    Parameters
    ----------
    interactions : sequence of Interaction
        All of the study, every one with a customer.
    question : Question
        What to group by and count.
    notes : sequence of str
        What reading the folders had to say.

    Raises
    ------
    UsageError, InputError
        When the question cannot be answered: fewer than five customers, nothing measured, an
        unknown grouping, measure or reference, or grouping by staff.
    """
    groupings = _groupings(interactions, question.by)
    measures = choose_measures(interactions, question.measures)
    everything = hide_small_measures(count_groups(interactions, EVERYTHING, measures))
    customers = everything.customers_in([0])
    if customers < LEAST_CUSTOMERS:
        raise InputError(
            f"{customers} customer{'' if customers == 1 else 's'} with measured time; groups under "
            f"{LEAST_CUSTOMERS} are not shown, because single people could be recognised.",
            "Add interactions of more customers.",
        )
    results: list[GroupResult] = []
    group_notes: dict[str, tuple[str, ...]] = {}
    references: list[str] = []
    for grouping in groupings:
        counts = hide_small_groups(count_groups(interactions, grouping, measures))
        references += counts.levels
        results += study_groups(counts, question.reference)
        group_notes[grouping.name] = counts.notes
    if question.reference and question.reference not in references:
        raise InputError(
            f'--reference "{question.reference}" is none of the groups.',
            f"There are: {', '.join(references)}." if references else "There are no groups.",
        )
    outcomes, outcome_notes = outcomes_by_customer(interactions)
    associations = [
        associate(name, outcome, everything.customers, moments[:, 0], minutes[:, 0])
        for outcome in outcomes
        for name, moments, minutes in zip(
            everything.measures, everything.moments, everything.exposed, strict=True
        )
    ]
    judged, adjusted = adjust(results, associations, question.false_discoveries)
    return Study(
        question=question,
        customers=customers,
        interactions=int(everything.interactions[0]),
        minutes=float(everything.minutes.sum()),
        overall=tuple(study_groups(everything)),
        groups=tuple(judged),
        associations=tuple(adjusted),
        moments=_rank(interactions, groupings, judged),
        group_notes=group_notes,
        notes=(*notes, *outcome_notes),
    )


def _groupings(interactions: Sequence[Interaction], by: tuple[str, ...]) -> list[Grouping]:
    wanted = list(dict.fromkeys(by))
    if not wanted and any(s.kind == "step" for one in interactions for s in one.segments):
        wanted = ["step"]
    found = [parse_grouping(text, interactions) for text in wanted]
    return [grouping for grouping in found if grouping.source != "everything"]


def _rank(
    interactions: Sequence[Interaction],
    groupings: Sequence[Grouping],
    results: Sequence[GroupResult],
) -> tuple[RankedMoment, ...]:
    """The moments most worth a look: those behind what stands out first, then the strongest."""
    named: dict[tuple[str, str], set[str]] = {}
    for result in results:
        if result.verdict == "more":
            named.setdefault((result.grouping, result.level), set()).add(result.measure)
    shown = {(r.grouping, r.level) for r in results}
    candidates = []
    for one in interactions:
        spans = [(g.name, *span) for g in groupings for span in spans_of(one, g)]
        for moment in one.top:
            inside = [(n, label) for n, label, s, e in spans if s <= moment.apex_s < e]
            if any(place not in shown for place in inside):
                continue  # a group too small to be shown
            hit = any(_behind(moment, place, named) for place in inside)
            candidates.append((not hit, moment.order(), one, moment, inside))
    candidates.sort(key=lambda c: c[:2])
    ranked: list[RankedMoment] = []
    per_customer: dict[str, int] = {}
    for unnamed, _order, one, moment, inside in candidates:
        if per_customer.get(one.customer, 0) >= _MOST_PER_CUSTOMER:
            continue
        per_customer[one.customer] = per_customer.get(one.customer, 0) + 1
        places = dict.fromkeys(label for _, label in inside)
        ranked.append(
            RankedMoment(
                len(ranked) + 1, one.customer, one.name, moment, tuple(places), not unnamed
            )
        )
        if len(ranked) == MOST_MOMENTS:
            break
    return tuple(ranked)


def _behind(
    moment: TopMoment, place: tuple[str, str], named: dict[tuple[str, str], set[str]]
) -> bool:
    """Whether a moment is of the kind that stands out there; signals say more than micro."""
    measures = named.get(place, set())
    if moment.signal in measures:
        return True
    return measures <= {"micro", "macro"} and moment.kind in measures
