"""The figures of a run, as rows of tables."""

from __future__ import annotations

from dataclasses import dataclass

from unspoken.bench.metrics.instants import InstantErrors
from unspoken.bench.metrics.reliability import RateStep
from unspoken.report.rates import Rate

__all__ = [
    "ALL",
    "AlarmRow",
    "CellRow",
    "Figures",
    "SpottingRow",
    "TimingRow",
    "UnitRow",
    "Verification",
]

#: Stands for every class of footage, or both parts of the face, together.
ALL = "all"


@dataclass(frozen=True)
class CellRow:
    """How many movements of one size and length were found.

    Parameters
    ----------
    footage, part : str
        Class of footage, part of the face; "all" for all.
    duration_s, peak_icd : float
        Which cell.
    planted, found : int
        Counts.
    rate, low, high : float
        Detection rate and its 95 % interval.
    interval : str
        "clips" (bootstrap over clips) or "trials" (independent trials).
    f1 : float
        Were every planted movement of this size and length: false alarms are shared out evenly over
        all planted movements of that footage. Events that were there before planting are left out.
    f1_all : float
        The same with events that were there before counted as false alarms.
    """

    footage: str
    part: str
    duration_s: float
    peak_icd: float
    planted: int
    found: int
    rate: float
    low: float
    high: float
    interval: str
    f1: float
    f1_all: float


@dataclass(frozen=True)
class SpottingRow:
    """Precision, recall and F1 of one kind of movement in one class of footage.

    `f1_all` counts events that were there before planting as false alarms.
    """

    footage: str
    kind: str
    overlap: float
    tp: int
    fp: int
    fn: int
    precision: float
    recall: float
    f1: float
    low: float
    high: float
    f1_all: float


@dataclass(frozen=True)
class TimingRow:
    """Errors of one instant over all detections in one class of footage."""

    footage: str
    point: str
    errors: InstantErrors


@dataclass(frozen=True)
class UnitRow:
    """Named action units against planted ones, over all detections in one class of footage.

    F1 with and without regard to side; `side_right` is the share of found units whose side is
    right, of `side_coded` that have one.
    """

    footage: str
    detections: int
    precision: float
    recall: float
    f1: float
    f1_without_side: float
    side_right: float
    side_coded: int


@dataclass(frozen=True)
class AlarmRow:
    """False alarms a minute on untouched copies, with the exact Poisson interval."""

    footage: str
    kind: str
    rate: Rate


@dataclass(frozen=True)
class Verification:
    """Planted displacement measured back by optical flow, before encoding.

    Parameters
    ----------
    checked, within : int
        Movements large enough for the flow to judge, and those within 10 % of what was intended.
    median : float
        Median of measured over intended.
    small : int
        Movements too small for the flow to judge.
    small_median : float
        Their median.
    """

    checked: int
    within: int
    median: float
    small: int
    small_median: float


@dataclass(frozen=True)
class AskedRow:
    """Reported on the untouched copies of one class of footage, against the rate asked for."""

    footage: str
    step: RateStep


@dataclass(frozen=True)
class Figures:
    """All figures of one spotter."""

    spotter: str
    cells: tuple[CellRow, ...]
    spotting: tuple[SpottingRow, ...]
    timing: tuple[TimingRow, ...]
    units: tuple[UnitRow, ...]
    confusion: tuple[tuple[str, str, int], ...]
    alarms: tuple[AlarmRow, ...]
    side_effects: Rate
    reliability: tuple[RateStep, ...]
    asked: tuple[AskedRow, ...]
    verification: Verification
    planted: int
    occupied: int
    work_s: float
