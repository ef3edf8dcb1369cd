"""One observation held against what was there: planted, found by the engine, marked by others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

from unspoken.academy.calibration import CONFIDENCE
from unspoken.academy.detection import proportion
from unspoken.academy.matching import (
    Matching,
    Window,
    agreement,
    between,
    coverage,
    match,
    sensitivity,
    was_shown,
)
from unspoken.academy.observations import Kept, Mark
from unspoken.academy.scores import plain
from unspoken.academy.scripts import GUESSES
from unspoken.academy.showing import Showing, Target
from unspoken.timing import Interval, clock_text

__all__ = ["compare"]

_SURE = {step: word for step, word, _chance in CONFIDENCE}


@dataclass(frozen=True)
class _Held:
    """Marks held against all moments; figures rest on those that were really on the screen."""

    targets: tuple[Target, ...]
    shown: tuple[bool, ...]
    found: Matching
    window: Window
    marks: tuple[float, ...]

    def counted(self) -> Matching:
        """Without the moments that were not on the screen, and without the marks they took."""
        found = self.found
        return Matching(
            tuple((m, k) for m, k in found.pairs if self.shown[k]),
            found.repeats,
            found.extras,
            tuple(k for k in found.misses if self.shown[k]),
        )


def compare(showing: Showing, one: Kept, others: Sequence[Kept]) -> dict[str, Any]:
    """Everything the page of a result shows, as JSON.

    Parameters
    ----------
    showing : Showing
    one : Kept
        The learner's own observation of it.
    others : sequence of Kept
        Colleagues' observations of the same.

    Returns
    -------
    dict
        ``figures`` (with intervals; None where there is nothing to measure), ``moments`` and
        ``extras`` in order of time, ``window``, ``left_out``.
    """
    shown = tuple(was_shown(t.interval, one.unseen) for t in showing.targets)
    window = Window.of(one.reactions)
    marks = tuple(mark.t_s for mark in one.marks)
    spans = [t.interval for t in showing.targets]
    held = _Held(showing.targets, shown, match(marks, spans, window), window, marks)
    seconds = showing.film.seconds
    found: dict[str, Any] = plain(
        {
            "window": asdict(window),
            "figures": _figures(showing, one, held, seconds),
            "chance": coverage(spans, window, seconds, one.unseen),
            "left_out": shown.count(False),
            "colleagues": _with_colleagues(one, others),
            "moments": [_moment(showing, one, held, k, others) for k in range(len(spans))],
            "extras": [_extra(showing, one.marks[m]) for m in held.found.extras],
            "marks": list(marks),
            "repeats": len(held.found.repeats),
        }
    )
    return found


def _figures(showing: Showing, one: Kept, held: _Held, seconds: float) -> dict[str, Any]:
    found = held.counted()
    spans = [t.interval for t in held.targets]
    both, there = len(found.pairs), len(found.pairs) + len(found.misses)
    delays = sorted(held.marks[m] - spans[k].start_s for m, k in found.pairs)
    detected = None
    if showing.reference == "planted":
        detected = sensitivity(held.marks, spans, held.window, seconds, found, one.unseen)
    film = Interval(0.0, seconds)
    shown_s = seconds - sum(film.overlap_s(gap) for gap in one.unseen)
    return {
        "shown_s": shown_s,
        "marked": asdict(proportion(both, there)),
        "extras": len(found.extras),
        "extras_per_min": len(found.extras) / shown_s * 60.0 if shown_s > 1e-9 else None,
        "agreement": asdict(agreement(both, len(found.extras), len(found.misses))),
        "detection": asdict(detected) if detected else None,
        "median_delay_s": delays[len(delays) // 2] if delays else None,
        "named": _named(one, held),
    }


def _named(one: Kept, held: _Held) -> dict[str, Any]:
    """Of the planted moments that were marked and named, how many as they were meant."""
    pairs = [
        (one.marks[m].guess, held.targets[k].means)
        for m, k in held.counted().pairs
        if one.marks[m].guess and held.targets[k].means
    ]
    return asdict(proportion(sum(guess == means for guess, means in pairs), len(pairs)))


def _with_colleagues(one: Kept, others: Sequence[Kept]) -> dict[str, Any]:
    """How far the learner goes together with the others, all of them taken as one."""
    mine = [mark.t_s for mark in one.marks]
    counts = [between(mine, [mark.t_s for mark in other.marks]) for other in others]
    both, first, second = (sum(count[k] for count in counts) for k in range(3))
    return {"count": len(others), "agreement": asdict(agreement(both, first, second))}


def _moment(
    showing: Showing, one: Kept, held: _Held, number: int, others: Sequence[Kept]
) -> dict[str, Any]:
    target = held.targets[number]
    place = held.found.mark_of(number)
    return {
        **_at(showing, target.apex_s, target.start_s, target.end_s),
        "id": target.target_id,
        "shown": held.shown[number],
        "kind": target.kind,
        "means": GUESSES.get(target.means, ""),
        "words": target.words,
        "units": list(target.units),
        "likely": _likely(target),
        "ask": target.ask,
        "discuss": list(target.discuss),
        "judged": target.judged,
        "mark": None if place is None else _mark(one.marks[place], target),
        "colleagues": _colleagues_on(target, others),
    }


def _likely(target: Target) -> list[tuple[str, float]]:
    ranked = sorted(target.emotions.items(), key=lambda item: -item[1])
    return [(name, share) for name, share in ranked[:3] if isfinite(share) and share >= 0.1]


def _mark(mark: Mark, target: Target) -> dict[str, Any]:
    same = None
    if mark.guess and target.means:
        same = mark.guess == target.means
    return {
        "t_s": mark.t_s,
        "delay_s": mark.t_s - target.start_s,
        "guess": GUESSES.get(mark.guess, ""),
        "sure": _SURE.get(mark.confidence or 0, ""),
        "same": same,
        "probability": target.emotions.get(mark.guess),
    }


def _colleagues_on(target: Target, others: Sequence[Kept]) -> dict[str, Any]:
    """How many marked this moment, and what they took it for."""
    window = Window()
    span = window.around(target.interval)
    there = [o for o in others if was_shown(target.interval, o.unseen)]
    fitting = [[m for m in other.marks if span.contains(m.t_s)] for other in there]
    guesses: dict[str, int] = {}
    for found in fitting:
        if found and found[0].guess:
            word = GUESSES[found[0].guess]
            guesses[word] = guesses.get(word, 0) + 1
    return {"marked": asdict(proportion(sum(map(bool, fitting)), len(there))), "guesses": guesses}


def _extra(showing: Showing, mark: Mark) -> dict[str, Any]:
    """A mark beside all moments: what it can have been, from a second and a half before it."""
    return {
        **_at(showing, mark.t_s, max(0.0, mark.t_s - 1.5), mark.t_s),
        "clock": clock_text((showing.film.starts_at_s or 0.0) + mark.t_s),
        "t_s": mark.t_s,
        "guess": GUESSES.get(mark.guess, ""),
        "sure": _SURE.get(mark.confidence or 0, ""),
    }


def _at(showing: Showing, time_s: float, start_s: float, end_s: float) -> dict[str, Any]:
    zero = showing.film.starts_at_s or 0.0
    return {
        "start_s": start_s,
        "end_s": end_s,
        "clock": clock_text(zero + start_s),
        "step": showing.step_at(time_s),
        "said": [{"speaker": x.speaker, "text": x.text} for x in showing.said_at(time_s)],
    }
