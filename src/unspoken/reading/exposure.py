"""When what a playbook asks for could have been seen, and when a hand hid it.

An action unit behind a hand is not measured, while the rest of the face is. So the usable time of a
face is not the exposure of everything that is counted: a frown cannot be seen while the brows are
covered, a smile can. What counts how:

* an action unit: while one of its sides is measured, and no hand is before its part of the face:
  from when that was last seen free, its units make no event, whether the hand reached them or not;
* an emotion, or a part of one: while, for one of the ways in which it shows, at least half of the
  movement is measured (the probabilities of its units, added up);
* a signal: while one of its rules could hold, by the units, the smile and the readings it names;
* micro and macro: while any unit is measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from unspoken.facs.prototypes import EMOTIONS
from unspoken.reading.emotion_table import CODES, Component, EmotionTable, default_table
from unspoken.reading.rules import NEGATIVE, Companion, Condition, Playbook

__all__ = ["Spans", "both", "hidden_stretches", "together", "unmeasured_time"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Spans = Sequence[tuple[float, float]]
_COLUMN = {code: i for i, code in enumerate(CODES)}
_HALF = 0.5
_SMILE_UNITS = (12, 6)


def hidden_stretches(hidden: Mapping[str, Spans]) -> tuple[Array, Flags]:
    """Stretches of time within which the same units are hidden.

    Parameters
    ----------
    hidden : mapping of str to intervals
        Action unit without its side (``"AU4"``) to when it could not be seen, seconds.

    Returns
    -------
    spans : ndarray, shape (stretches, 2)
        In order of time, seconds; no hidden unit gives none.
    units : ndarray of bool, shape (stretches, codes)
        Which units of `CODES` are hidden; at least one in each stretch.
    """
    known = {key: np.array(spans, np.float64).reshape(-1, 2) for key, spans in hidden.items()}
    edges = np.unique(np.concatenate([np.empty(0), *(s.ravel() for s in known.values())]))
    spans = np.stack([edges[:-1], edges[1:]], axis=1) if edges.size else np.empty((0, 2))
    units = np.zeros((len(spans), len(CODES)), np.bool_)
    for key, own in known.items():
        column = _COLUMN.get(int(key.removeprefix("AU")))
        if column is not None:
            begun = np.searchsorted(own[:, 0], spans[:, 0], side="right")
            ended = np.searchsorted(own[:, 1], spans[:, 0], side="right")
            units[:, column] = begun > ended
    some = units.any(axis=1)
    return spans[some], units[some]


def unmeasured_time(
    hidden: Mapping[str, Spans],
    playbook: Playbook | None = None,
    table: EmotionTable | None = None,
) -> dict[str, tuple[tuple[float, float], ...]]:
    """When each thing that is counted could not have been seen, although the face was measured.

    Parameters
    ----------
    hidden : mapping of str to intervals
        Action unit without its side to when it could not be seen, seconds, in order of time.
    playbook : Playbook, optional
        Whose signals are asked for; none where left out.
    table : EmotionTable, optional
        What emotions show by; the default where left out.

    Returns
    -------
    dict of str to intervals
        Keys are ``AU4``, ``micro``, ``macro``, ``emotion:sadness``, ``signal:confusion``; those
        that could be seen all the time are left out.
    """
    spans, units = hidden_stretches(hidden)
    face = _Face(~units, table or default_table())
    anything, nothing = face.something, np.zeros(len(spans), np.bool_)
    visible: dict[str, Flags] = {f"AU{code}": face.measured[:, i] for code, i in _COLUMN.items()}
    visible |= {"micro": anything, "macro": anything}
    visible |= {f"emotion:{name}": face.shows(name) for name in EMOTIONS}
    if playbook is not None:
        for rule in playbook.rules:
            key, holds = f"signal:{rule.signal}", face.allows(rule.when)
            visible[key] = visible.get(key, nothing) | holds
    return {
        key: together([(float(a), float(b)) for a, b in spans[~seen]])
        for key, seen in visible.items()
        if not seen.all()
    }


class _Face:
    """What can be seen in each stretch of time.

    Parameters
    ----------
    measured : ndarray of bool, shape (stretches, codes)
        Which units are measured.
    table : EmotionTable
        What emotions show by.
    """

    def __init__(self, measured: Flags, table: EmotionTable) -> None:
        self.measured = measured
        self.something: Flags = np.asarray(measured.any(axis=1))
        self._components = table.components

    def shows(self, name: str) -> Flags:
        """Whether an emotion, "negative", or a named part of the table could be told."""
        if name == "negative":
            return self._any(self.shows(one) for one in NEGATIVE)
        ways = [c for c in self._components if name in (c.emotion, c.name)]
        # A part only another model knows: nobody can say what it shows by.
        return self._any(map(self._way, ways)) if ways else self.something

    def allows(self, asked: Condition | Companion) -> Flags:
        """Whether a condition could hold, as far as it names units, a smile or readings."""
        possible = self.something
        if asked.smile is not None:
            possible = possible & self._all(_SMILE_UNITS)
        if asked.reading:
            possible = possible & self._any(map(self.shows, asked.reading))
        if isinstance(asked, Companion):
            return possible
        possible = possible & self._all(asked.units_all)
        if asked.units_any:
            possible = possible & self._any(self._all((code,)) for code in asked.units_any)
        return possible if asked.companion is None else possible & self.allows(asked.companion)

    def _way(self, component: Component) -> Flags:
        weight = np.array([component.presence(code, 0.0) for code in CODES])
        seen: Flags = self.measured @ weight >= _HALF * weight.sum()
        return seen

    def _all(self, codes: Sequence[int]) -> Flags:
        columns = [_COLUMN[code] for code in codes if code in _COLUMN]
        seen: Flags = np.asarray(self.measured[:, columns].all(axis=1))
        return seen

    def _any(self, flags: Iterable[Flags]) -> Flags:
        either = np.zeros(len(self.measured), np.bool_)
        for one in flags:
            either |= one
        return either


def together(*several: Spans) -> tuple[tuple[float, float], ...]:
    """Intervals of time that lie in at least one of several lists, rising and apart."""
    edges = sorted(span for spans in several for span in spans if span[1] > span[0])
    found: list[tuple[float, float]] = []
    for start, end in edges:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def both(one: Spans, other: Spans) -> tuple[tuple[float, float], ...]:
    """Intervals of time that lie in each of two lists, themselves rising and apart."""
    shared = ((max(a, c), min(b, d)) for a, b in one for c, d in other)
    return tuple((start, end) for start, end in shared if end > start)
