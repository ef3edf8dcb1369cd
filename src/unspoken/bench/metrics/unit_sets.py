"""Which action units were named: precision, recall and F1, with sides and without, unit by unit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from unspoken.bench.metrics.counts import Counts
from unspoken.bench.metrics.intervals import Share, share

__all__ = ["UnitScore", "unit_score", "without_side"]

_KEY = re.compile(r"(AU\d+)([LR]?)")


@dataclass(frozen=True, slots=True)
class UnitScore:
    """How well sets of action units agree over many movements.

    Parameters
    ----------
    with_side, without_side : Counts
        Pooled over movements and units. With side, ``AU4L`` against ``AU4R`` is a false alarm and
        a miss; without, both are ``AU4`` and it is a hit.
    by_unit, by_unit_without_side : dict of str to Counts
        The same unit by unit, in order of number.
    side_right : Share
        Of the units that were found and are coded with sides in the truth: those whose sides (left,
        right or both) are exactly the true ones.
    exact : Share
        Movements whose whole set is right, sides included.
    """

    with_side: Counts
    without_side: Counts
    by_unit: dict[str, Counts]
    by_unit_without_side: dict[str, Counts]
    side_right: Share
    exact: Share


def without_side(units: AbstractSet[str]) -> frozenset[str]:
    """``{"AU4L", "AU4R", "AU17"}`` becomes ``{"AU4", "AU17"}``.

    Raises
    ------
    ValueError
        For a name that is not ``AU``, a number and perhaps a side.
    """
    return frozenset(_split(unit)[0] for unit in units)


def unit_score(pairs: Iterable[tuple[AbstractSet[str], AbstractSet[str]]]) -> UnitScore:
    """Compare the coded units of many movements.

    Parameters
    ----------
    pairs : iterable of (set of str, set of str)
        True and named units of each movement, such as ``{"AU4L", "AU4R"}``; either may be empty.
        Usually those of the pairs that `match` gives.

    Returns
    -------
    UnitScore
        Counts zero, shares NaN without pairs.

    Raises
    ------
    ValueError
        For a name that is not ``AU``, a number and perhaps a side.
    """
    sided: dict[str, Counts] = {}
    plain: dict[str, Counts] = {}
    exact = movements = right = coded = 0
    for truth, named in pairs:
        movements += 1
        exact += truth == named
        _tally(sided, truth, named)
        _tally(plain, without_side(truth), without_side(named))
        for unit in without_side(truth) & without_side(named):
            sides = _sides(truth, unit)
            if sides != {""}:
                coded += 1
                right += sides == _sides(named, unit)
    return UnitScore(
        Counts.total(sided.values()),
        Counts.total(plain.values()),
        dict(sorted(sided.items(), key=lambda item: _order(item[0]))),
        dict(sorted(plain.items(), key=lambda item: _order(item[0]))),
        share(right, coded),
        share(exact, movements),
    )


def _tally(into: dict[str, Counts], truth: AbstractSet[str], named: AbstractSet[str]) -> None:
    for unit in truth | named:
        one = Counts(
            int(unit in truth and unit in named), int(unit not in truth), int(unit not in named)
        )
        into[unit] = into.get(unit, Counts()) + one


def _sides(units: AbstractSet[str], unit: str) -> set[str]:
    return {side for name, side in map(_split, units) if name == unit}


def _split(unit: str) -> tuple[str, str]:
    parts = _KEY.fullmatch(unit)
    if parts is None:
        raise ValueError(f"expected an action unit such as AU4L, AU4R or AU17, found {unit!r}")
    return parts[1], parts[2]


def _order(unit: str) -> tuple[int, str]:
    name, side = _split(unit)
    return int(name[2:]), side
