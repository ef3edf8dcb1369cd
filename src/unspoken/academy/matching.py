"""Marks of somebody who watches, held against moments: what was seen, missed, and marked beside.

A mark comes after what it means, because people need time to react. It belongs to a moment if it
falls into that moment's window: from `Window.earliest_s` after its beginning to `Window.latest_s`
after its end. Every moment takes one mark and every mark goes to one moment, as many as possible,
and then with the shortest delays (Kuhn 1955, doi 10.1002/nav.3800020109). A further mark in the
window of a moment that has its own is a repetition, not a mark beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from unspoken.academy.detection import Detection, Proportion, detection, proportion
from unspoken.timing import Interval, joined

__all__ = [
    "STATED",
    "Agreement",
    "Matching",
    "Window",
    "agreement",
    "between",
    "coverage",
    "match",
    "sensitivity",
    "was_shown",
]

#: Moments and quiet stretches a d' must at least rest on.
LEAST_MOMENTS, LEAST_QUIET = 5, 10
#: Two people's marks are of the same thing when they are no further apart than this, seconds.
SAME_S = 1.0
#: Reactions needed for a window of one's own, and what it can become, seconds.
_LEAST_REACTIONS = 4
_LATEST_RANGE = (0.8, 2.0)
#: A moment, or a quiet stretch, counts when at least this share of it was on the screen.
_SHOWN_SHARE = 0.5
#: Median absolute deviation to standard deviation, for normal errors.
_MAD = 1.4826


@dataclass(frozen=True)
class Window:
    """When a mark can come.

    Parameters
    ----------
    earliest_s : float
        After the beginning of a moment, seconds; nobody reacts sooner to a face.
    latest_s : float
        After the end of a moment, seconds.
    source : {"stated", "own"}
        Whether `latest_s` is everybody's, or from the learner's own reactions.
    """

    earliest_s: float = 0.2
    latest_s: float = 1.5
    source: str = "stated"

    @classmethod
    def of(cls, reactions_s: Sequence[float]) -> Window:
        """The learner's own: median reaction plus three robust standard deviations.

        Parameters
        ----------
        reactions_s : sequence of float
            From the beginning of plain movements to the mark, seconds. With fewer than four, the
            stated window holds.
        """
        if len(reactions_s) < _LEAST_REACTIONS:
            return STATED
        middle = median(reactions_s)
        spread = _MAD * median(abs(r - middle) for r in reactions_s)
        low, high = _LATEST_RANGE
        return cls(STATED.earliest_s, min(high, max(low, middle + 3 * spread)), "own")

    def around(self, moment: Interval) -> Interval:
        """When a mark belongs to a moment."""
        return Interval(moment.start_s + self.earliest_s, moment.end_s + self.latest_s)


STATED = Window()


@dataclass(frozen=True)
class Matching:
    """Which mark belongs to which moment; numbers are positions in what was given.

    Parameters
    ----------
    pairs : tuple of (int, int)
        Mark and moment, in order of the marks.
    repeats : tuple of int
        Marks in the window of a moment that has its mark already.
    extras : tuple of int
        Marks in no moment's window, or left over where windows overlap.
    misses : tuple of int
        Moments without a mark.
    """

    pairs: tuple[tuple[int, int], ...]
    repeats: tuple[int, ...]
    extras: tuple[int, ...]
    misses: tuple[int, ...]

    def mark_of(self, moment: int) -> int | None:
        """The mark of a moment."""
        return next((mark for mark, other in self.pairs if other == moment), None)


@dataclass(frozen=True)
class Agreement:
    """How far two go together on what to mark; nobody need be right.

    Parameters
    ----------
    both, first_only, second_only : int
        Counts.
    value, low, high : float
        Positive specific agreement 2a / (2a + b + c) with its 95 % interval; NaN without marks.
        The interval is Wilson's for a / (a + b + c), of which the measure is a growing function
        (Fleiss, Levin & Paik 2003, doi 10.1002/0471445428).
    """

    both: int
    first_only: int
    second_only: int
    value: float
    low: float
    high: float


def match(marks_s: Sequence[float], moments: Sequence[Interval], window: Window) -> Matching:
    """Give marks to moments.

    Parameters
    ----------
    marks_s : sequence of float
        Seconds, in any order.
    moments : sequence of Interval
        Seconds on the same clock.
    window : Window
    """
    from scipy.optimize import linear_sum_assignment

    spans = [window.around(moment) for moment in moments]
    fits = np.array([[s.start_s <= t <= s.end_s for s in spans] for t in marks_s], dtype=bool)
    fits = fits.reshape(len(marks_s), len(spans))
    starts = np.array([moment.start_s for moment in moments], dtype=float)
    delays = np.asarray(marks_s, dtype=float)[:, None] - starts[None, :]
    # One more pair is worth more than all delays together.
    worth = 1.0 + float(np.abs(delays[fits]).sum()) if fits.any() else 1.0
    rows, columns = linear_sum_assignment(np.where(fits, delays - worth, 0.0))
    pairs = {int(m): int(k) for m, k in zip(rows, columns, strict=True) if fits[m, k]}
    taken = set(pairs.values())
    left = [m for m in range(len(marks_s)) if m not in pairs]
    again = [m for m in left if any(fits[m, k] for k in taken)]
    return Matching(
        tuple(sorted(pairs.items())),
        tuple(again),
        tuple(m for m in left if m not in again),
        tuple(k for k in range(len(moments)) if k not in taken),
    )


def was_shown(stretch: Interval, unseen: Sequence[Interval]) -> bool:
    """Whether at least half of a moment or stretch was on the screen; `unseen` do not overlap."""
    lost = sum(stretch.overlap_s(span) for span in unseen)
    return lost <= (1.0 - _SHOWN_SHARE) * stretch.duration_s


def coverage(
    moments: Sequence[Interval], window: Window, seconds: float, unseen: Sequence[Interval] = ()
) -> float:
    """Share of the time on the screen that lies in some window.

    About so many marks fit a moment by mere chance. 0.0 where nothing was on the screen.
    """
    film = Interval(0.0, max(0.0, seconds))
    spans = joined(window.around(moment) for moment in moments)
    lost = joined(unseen)
    shown = film.duration_s - sum(film.overlap_s(gap) for gap in lost)
    covered = sum(film.overlap_s(span) for span in spans)
    for span in spans:
        inside = [Interval(max(g.start_s, span.start_s), min(g.end_s, span.end_s))
                  for g in lost if g.overlap_s(span) > 0]  # fmt: skip
        covered -= sum(film.overlap_s(gap) for gap in inside)
    return covered / shown if shown > 1e-9 else 0.0


def sensitivity(
    marks_s: Sequence[float],
    moments: Sequence[Interval],
    window: Window,
    seconds: float,
    found: Matching,
    unseen: Sequence[Interval] = (),
) -> Detection | None:
    """D' for what was planted, with quiet stretches as the occasions for a false alarm.

    Free marking has no trials without a signal, so the time outside all windows is cut into
    stretches as long as the usual window, and a stretch with an extra mark counts as one false
    alarm. That is a convention, and it is only held up where there is enough of both. A stretch
    counts when at least half of it was on the screen, as a moment does.

    Parameters
    ----------
    marks_s, moments, window
        As for `match`; quiet is what lies outside the windows of all `moments`.
    seconds : float
        How long it was watched.
    found : Matching
        Which moments count is told by its pairs and misses together.
    unseen : sequence of Interval
        When nothing was on the screen; they do not overlap.

    Returns
    -------
    Detection or None
        None with fewer than five moments that count, or ten quiet stretches.
    """
    there = len(found.pairs) + len(found.misses)
    if there < LEAST_MOMENTS:
        return None
    spans = sorted(window.around(moment) for moment in moments)
    length = float(np.median([span.duration_s for span in spans]))
    quiet: list[Interval] = []
    reached = 0.0
    for span in (*spans, Interval(seconds, seconds)):
        pieces = int((span.start_s - reached) / length) if span.start_s > reached else 0
        quiet += [Interval(reached + k * length, reached + (k + 1) * length) for k in range(pieces)]
        reached = max(reached, span.end_s)
    quiet = [piece for piece in quiet if was_shown(piece, unseen)]
    if len(quiet) < LEAST_QUIET:
        return None
    extras = [marks_s[m] for m in found.extras]
    alarms = sum(any(piece.contains(t) for t in extras) for piece in quiet)
    return detection(len(found.pairs), there, alarms, len(quiet))


def agreement(both: int, first_only: int, second_only: int) -> Agreement:
    """Positive specific agreement from its three counts."""
    one: Proportion = proportion(both, both + first_only + second_only)
    counts = (both, first_only, second_only)
    return Agreement(*counts, *(2 * j / (1 + j) for j in (one.value, one.low, one.high)))


def between(first_s: Sequence[float], second_s: Sequence[float]) -> tuple[int, int, int]:
    """Marks of two people: both, only the first, only the second.

    Marks within a second of each other are of the same thing; each counts once. A row of marks by
    one person within that second counts as one.
    """
    one, two = _thinned(first_s), _thinned(second_s)
    there = [Interval(t, t) for t in two]
    found = match(one, there, Window(-SAME_S, SAME_S))
    both = len(found.pairs)
    return both, len(one) - both, len(two) - both


def _thinned(marks_s: Sequence[float]) -> list[float]:
    kept: list[float] = []
    for mark in sorted(marks_s):
        if not kept or mark - kept[-1] > SAME_S:
            kept.append(mark)
    return kept
