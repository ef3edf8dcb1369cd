"""One interaction, as far as insight needs it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unspoken.insight.stored import Moment
from unspoken.reading.moments import SAME_MOVEMENT

__all__ = ["Interaction", "Segment", "TopMoment", "marks_of"]

Array = NDArray[np.float64]
Outcome = float | str | bool | None
Spans = Sequence[tuple[float, float]]
#: An emotion is counted where it is at least this probable.
_PROBABLE = 0.5


@dataclass(frozen=True, slots=True)
class Segment:
    """A named stretch of the interaction; see `unspoken.context`."""

    kind: str
    label: str
    start_s: float
    end_s: float
    tags: dict[str, str]


@dataclass(frozen=True, slots=True)
class TopMoment:
    """A moment worth a look.

    Parameters
    ----------
    folder : Path
        The interaction's results.
    moment_id, kind : str
        Which, and micro or macro.
    start_s, apex_s, end_s : float
        On the recording's clock, seconds.
    signal : str
        The strongest signal it supports, or "".
    strength : float
        Of that signal, 0 to 1.
    rarity : float
        How unusual it is for this person; 0 where unknown.
    action_units : dict of str to float
        Amplitudes.
    reading, said, response : str
        What it may mean, in a sentence; what was said just before; what the playbook suggests.
    flags : tuple of str
        Reasons for caution.
    """

    folder: Path
    moment_id: str
    kind: str
    start_s: float
    apex_s: float
    end_s: float
    signal: str
    strength: float
    rarity: float
    action_units: dict[str, float]
    reading: str
    said: str
    response: str
    flags: tuple[str, ...]

    @classmethod
    def of(cls, moment: Moment, folder: Path) -> TopMoment:
        """Take what is needed from a stored moment."""
        best = max(moment.signals, key=lambda s: s.strength or 0.0, default=None)
        return cls(
            folder=folder,
            moment_id=moment.moment_id,
            kind=moment.kind,
            start_s=moment.start_s,
            apex_s=moment.apex_s,
            end_s=moment.end_s,
            signal=best.kind if best else "",
            strength=(best.strength or 0.0) if best else 0.0,
            rarity=moment.rarity or 0.0,
            action_units={k: v for k, v in moment.action_units.items() if v is not None},
            reading=moment.reading,
            said=moment.said,
            response=best.response if best else "",
            flags=tuple(moment.flags),
        )

    def order(self) -> tuple[float, float, int, str, float]:
        """Sort key: strongest signal first, then the most unusual, unflagged before flagged."""
        return (-self.strength, -self.rarity, len(self.flags), str(self.folder), self.apex_s)


@dataclass(frozen=True, slots=True)
class Interaction:
    """One interaction.

    Parameters
    ----------
    name : str
        Of its folder.
    folder : Path
        Where its results are.
    customer : str
        Pseudonym.
    tags : dict of str to str
        Of the whole interaction: customer segment, channel, date ...
    outcomes : dict
        CSAT, NPS, bought ...
    segments : tuple of Segment
        What was going on, when.
    exposure : tuple of (float, float)
        Intervals with usable evidence, seconds; of several customers in one recording they may
        overlap and then count for each.
    unmeasured : mapping of str to intervals
        Parts of the exposure in which a hand hid something that can be counted, by its key in
        `marks`.
    marks : dict of str to ndarray
        Apex times, rising, of everything that can be counted.
    top : tuple of TopMoment
        The few moments most worth a look, best first.
    source, source_sha256 : str
        The recording.
    partial : bool
        The analysis was stopped before its end.
    playbook, software : str
        What the signals and the analysis were made with.
    """

    name: str
    folder: Path
    customer: str
    tags: dict[str, str]
    outcomes: dict[str, Outcome]
    segments: tuple[Segment, ...]
    exposure: tuple[tuple[float, float], ...]
    marks: dict[str, Array]
    top: tuple[TopMoment, ...] = ()
    source: str = ""
    source_sha256: str = ""
    partial: bool = False
    playbook: str = ""
    software: str = ""
    unmeasured: Mapping[str, Spans] = field(default_factory=dict)

    def with_customer(self, customer: str) -> Interaction:
        """The same interaction of a named customer."""
        return replace(self, customer=customer)

    def measured_until(self, times_s: Array) -> Array:
        """Seconds of exposure before each of some times; times may be infinite."""
        return _time_until(self.exposure, times_s)

    def hidden_until(self, key: str, times_s: Array) -> Array:
        """Of these, seconds in which what `key` names could not be seen."""
        return _time_until(self.unmeasured.get(key, ()), times_s)

    @property
    def measured_s(self) -> float:
        """Exposure, seconds."""
        return sum(b - a for a, b in self.exposure)


def _time_until(spans: Spans, times_s: Array) -> Array:
    starts = np.array([a for a, _ in spans], dtype=np.float64)
    ends = np.array([b for _, b in spans], dtype=np.float64)
    inside = np.clip(times_s[:, None], starts, ends) - starts
    return np.asarray(inside.sum(axis=1))


def marks_of(
    moments: Iterable[Moment], unmeasured: Mapping[str, Mapping[str, Spans]] | None = None
) -> dict[str, Array]:
    """Everything that can be counted, as rising apex times.

    Parameters
    ----------
    moments : iterable of Moment
        Blinks, and moments that tell again what a surer one tells, are passed over.
    unmeasured : mapping of str to mapping of str to intervals, optional
        By face number and key, time that is no exposure of what the key names. What shows at such
        a time all the same (a smile by the cheeks alone) counts as little as the time does.

    Returns
    -------
    dict of str to ndarray
        Keys are kinds of signals, ``micro`` and ``macro``, emotions (where probable) and action
        units without their side. Where a name is both a signal and an emotion, as "surprise", the
        emotion is ``emotion:surprise``; every emotion can be had under that longer name.
    """
    found: dict[str, list[float]] = {}
    for moment in moments:
        if moment.kind == "blink" or SAME_MOVEMENT in moment.flags:
            continue
        names = {moment.kind}
        names.update(_signal_key(signal.kind) for signal in moment.signals)
        names.update(map(_without_side, moment.action_units))
        for emotion, probability in moment.emotions.items():
            if emotion != "other" and (probability or 0.0) >= _PROBABLE:
                names.add(f"emotion:{emotion}")
        hidden = (unmeasured or {}).get(str(moment.face_id), {})
        for name in names:
            if not any(start <= moment.apex_s < end for start, end in hidden.get(name, ())):
                found.setdefault(name, []).append(moment.apex_s)
    return {name: np.sort(np.array(times)) for name, times in found.items()}


@lru_cache(maxsize=1024)
def _signal_key(kind: str) -> str:
    return f"signal:{kind}"


@lru_cache(maxsize=256)
def _without_side(unit: str) -> str:
    return unit[:-1] if unit[-1:] in ("L", "R") else unit
