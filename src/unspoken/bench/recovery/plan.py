"""The plan of a run: which movement is planted where, in how many copies of which clip.

Everything random is decided here, from the seed and the bytes of each clip, before anything runs.
The plan is saved; whoever goes on with an interrupted run reads it back, and every copy comes out
as it would have.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from unspoken import records
from unspoken.bench.recovery.course import Planting
from unspoken.bench.recovery.encoding import Encoding
from unspoken.bench.recovery.grid import Cell, Grid
from unspoken.bench.recovery.recipes import recipes
from unspoken.errors import InputError
from unspoken.filing import Batch
from unspoken.timing import Interval

__all__ = [
    "ClipFacts",
    "ClipPlan",
    "CopyPlan",
    "Plan",
    "Skipped",
    "plan_clip",
    "read_plan",
    "write_plan",
]

T = TypeVar("T")
#: Least time between the end of a planted movement and the start of the next, seconds.
SPACING_S = 1.5
#: A random extra up to this is added, so that copies are planted at different moments, seconds.
_EXTRA_S = 1.0
_FORMAT = 1


@dataclass(frozen=True)
class ClipFacts:
    """What the plan has to know of a clip.

    Parameters
    ----------
    key : str
        Short name that is different for every clip of the run; names its files.
    name, path : str
        File name, and path as given.
    sha256 : str
        Of its bytes.
    width, height, frames : int
        Size in pixels, number of pictures.
    duration_s, rate_hz, icd_px : float
        Length, pictures a second, and median size of the face.
    usable : tuple of (float, float)
        Stretches in which something can be planted, seconds.
    encoding : Encoding
        How its copies are encoded.
    notes : tuple of str
        Sentences about it.
    """

    key: str
    name: str
    path: str
    sha256: str
    width: int
    height: int
    frames: int
    duration_s: float
    rate_hz: float
    icd_px: float
    usable: tuple[tuple[float, float], ...]
    encoding: Encoding
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class CopyPlan:
    """One copy of a clip and what is planted in it.

    Parameters
    ----------
    number : int
        0 for the untouched copy.
    seed : int
        Which person's fields.
    deviation : float
        How far these differ from the basis, root mean square, parts.
    plantings : tuple of Planting
        In order of time; empty for the untouched copy.
    """

    number: int
    seed: int
    deviation: float
    plantings: tuple[Planting, ...]


@dataclass(frozen=True)
class ClipPlan:
    """A clip and its copies, the untouched one first."""

    facts: ClipFacts
    copies: tuple[CopyPlan, ...]


@dataclass(frozen=True)
class Skipped:
    """A clip that is not used, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class Plan:
    """All that a run will do.

    Parameters
    ----------
    version : str
        Of the program that made the plan.
    seed : int
        As asked for.
    grid : Grid
        What is planted.
    settings : str
        Settings of the engine, JSON.
    baseline : str
        Name of a baseline that runs on the same copies; "" for none.
    limits : str
        What was asked for about copies: how many at most, and their quality.
    clips : tuple of ClipPlan
    skipped : tuple of Skipped
    format : int
        Of the file.
    """

    version: str
    seed: int
    grid: Grid
    settings: str
    baseline: str
    limits: str
    clips: tuple[ClipPlan, ...]
    skipped: tuple[Skipped, ...]
    format: int = _FORMAT

    @property
    def digest(self) -> str:
        """Names the plan: any difference gives another digest."""
        text = json.dumps(records.to_json(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def plan_clip(facts: ClipFacts, grid: Grid, seed: int, most_copies: int | None = None) -> ClipPlan:
    """Decide what is planted where in a clip.

    Every cell of the grid gets `Grid.per_cell` movements; recipes, onset shares and persons are
    dealt out in shuffled rounds, so that each comes equally often and none goes with one cell.

    Parameters
    ----------
    facts : ClipFacts
        The clip.
    grid : Grid
        What is planted.
    seed : int
        Which plan. The same seed and clip give the same plan, whatever other clips there are.
    most_copies : int, optional
        Stop after this many copies; what does not fit in is left out, and a note says so. 0 plants
        nothing: only the untouched copy is looked at.

    Returns
    -------
    ClipPlan

    Raises
    ------
    InputError
        If nothing of the grid fits the clip.
    """
    usable = [Interval(a, b) for a, b in facts.usable]
    longest = max((u.duration_s for u in usable), default=0.0)
    cells, notes = grid.fitting(facts.rate_hz, longest)
    if not cells:
        raise InputError(
            f"{facts.path}: nothing of the grid fits this clip. {' '.join(notes)}".strip(),
            "Give a longer clip, or other durations.",
        )
    rng = np.random.default_rng([seed, int(facts.sha256[:12] or "0", 16)])
    waiting = _deal(cells, grid, rng)
    copies = [CopyPlan(0, 0, 0.0, ())]
    while waiting and (most_copies is None or len(copies) <= most_copies):
        planted = _fill(usable, waiting, rng)
        spread = rng.uniform(*grid.deviation)
        number = len(copies)
        copies.append(
            CopyPlan(number, int(rng.integers(2**31)), round(float(spread), 4), tuple(planted))
        )
    if waiting and most_copies:
        notes.append(f"{len(waiting)} movements did not fit into {most_copies} copies.")
    told = _with_notes(facts, notes)
    return ClipPlan(told, tuple(copies))


def _with_notes(facts: ClipFacts, notes: list[str]) -> ClipFacts:
    return replace(facts, notes=(*facts.notes, *notes))


def _deal(cells: list[Cell], grid: Grid, rng: np.random.Generator) -> list[Planting]:
    """All movements of a clip, without their times, in a random order."""
    rows = [cell for cell in cells for _ in range(grid.per_cell)]
    rows = [rows[i] for i in rng.permutation(len(rows))]
    names = _rounds(list(grid.recipes), len(rows), rng)
    shares = _rounds(list(grid.onset_shares), len(rows), rng)
    known = recipes()
    return [
        Planting(
            recipe=name,
            units=dict(known[name].units),
            onset_s=0.0,
            duration_s=cell.duration_s,
            onset_share=share,
            hold_share=cell.hold_share,
            peak_icd=cell.peak_icd,
            seed=int(rng.integers(2**31)),
        )
        for cell, name, share in zip(rows, names, shares, strict=True)
    ]


def _rounds(choices: list[T], count: int, rng: np.random.Generator) -> list[T]:
    """`count` choices in shuffled rounds, each once per round."""
    dealt: list[T] = []
    while len(dealt) < count:
        dealt += [choices[i] for i in rng.permutation(len(choices))]
    return dealt[:count]


def _fill(
    usable: Sequence[Interval], waiting: list[Planting], rng: np.random.Generator
) -> list[Planting]:
    """Put movements into the free time of one copy, taking them off the waiting list."""
    planted: list[Planting] = []
    free_from = -np.inf
    for stretch in usable:
        at = max(stretch.start_s, free_from) + float(rng.uniform(0.0, _EXTRA_S)) * bool(planted)
        if not planted:
            # Copies start at different moments, but never so late that a short clip stays empty.
            shortest = min((w.duration_s for w in waiting), default=0.0)
            room = max(0.0, stretch.duration_s - shortest)
            at += float(rng.uniform(0.0, min(_EXTRA_S, room)))
        while waiting:
            fits = next(
                (i for i, w in enumerate(waiting) if at + w.duration_s <= stretch.end_s), None
            )
            if fits is None:
                break
            one = replace(waiting.pop(fits), onset_s=round(at, 4))
            planted.append(one)
            free_from = one.interval.end_s + SPACING_S
            at = free_from + float(rng.uniform(0.0, _EXTRA_S))
    if not planted:
        # The longest still waiting needs all of the longest stretch: no random start then.
        stretch = max(usable, key=lambda u: u.duration_s)
        planted.append(replace(waiting.pop(0), onset_s=round(stretch.start_s, 4)))
    return planted


def write_plan(plan: Plan, path: Path) -> None:
    """Save a plan as JSON.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    text = json.dumps(records.to_json(plan), indent=1, ensure_ascii=False, allow_nan=False)
    with Batch(path.parent) as batch:
        batch.add_bytes(path.name, (text + "\n").encode("utf-8", "backslashreplace"))


def read_plan(path: Path) -> Plan:
    """Read a plan back.

    Raises
    ------
    InputError
        If the file is no plan of this version's format.
    """
    try:
        plan: Plan = records.from_json(Plan, json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path}: not a plan of this bench ({error}).", "Choose another folder with --out."
        ) from error
    if plan.format != _FORMAT:
        raise InputError(f"{path}: a plan of format {plan.format}, expected {_FORMAT}.")
    return plan
