"""Rules that contradict each other, or themselves and can never hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from unspoken.reading.marked_yaml import Marked
from unspoken.reading.rules import Condition, Rule

__all__ = ["implies", "opposed_faults"]

_PLEASED = frozenset({"satisfaction", "delight"})
_DISPLEASED = frozenset(
    {"disagreement", "discomfort", "disinterest", "confusion", "concealed_dissatisfaction"}
)


def opposed_faults(rules: Sequence[Rule], marked: Marked, name: str) -> list[str]:
    """A sentence for every rule that can never hold and every pair that contradicts or repeats."""
    faults = []
    for i, one in enumerate(rules):
        if one.unless is not None and _condition_implies(one.when, one.unless):
            line = marked.line(("rules", i, "id"))
            faults.append(
                f'{name}, line {line}: rule "{one.id}" can never hold: all that unless names is '
                "there whenever when is. Take out of unless what when asks for."
            )
        for j in range(i + 1, len(rules)):
            other = rules[j]
            covered = implies(one, other) or implies(other, one)
            if not covered:
                continue
            lines = [marked.line(("rules", k, "id")) for k in (i, j)]
            pair = f'rules "{one.id}" (line {lines[0]}) and "{other.id}" (line {lines[1]})'
            if _opposite(one.signal, other.signal):
                faults.append(
                    f"{name}, line {lines[1]}: {pair} contradict each other: whenever one of them "
                    f"applies so does the other, and they say {one.signal} and {other.signal}. "
                    "Tell them apart with when or unless."
                )
            elif one.signal == other.signal and implies(one, other) and implies(other, one):
                faults.append(
                    f"{name}, line {lines[1]}: {pair} apply to the same moments and give the same "
                    "signal. Leave one out."
                )
    return faults


def _opposite(one: str, other: str) -> bool:
    pair = {one, other}
    return bool(pair & _PLEASED) and bool(pair & _DISPLEASED)


def implies(one: Rule, other: Rule) -> bool:
    """Whether every moment of the first rule is also one of the second.

    Certain when it says yes; conditions too different to compare count as no.
    """
    if other.unless is not None and other.unless != one.unless:
        return False
    return _condition_implies(one.when, other.when)


def _condition_implies(a: Condition, b: Condition) -> bool:
    return all(
        (
            _same(a, b, ("kind", "smile", "sides", "speaker", "segment")),
            _at_least(a.rarity, b.rarity),
            _at_least(a.duration_min_s, b.duration_min_s),
            _at_least(_minus(a.duration_max_s), _minus(b.duration_max_s)),
            set(b.units_all) <= set(a.units_all),
            set(b.units_none) <= set(a.units_none),
            _any_implies(a.units_any, b.units_any, a.units_all),
            _any_implies(a.flags_any, b.flags_any, ()),
            set(b.flags_none) <= set(a.flags_none),
            _reading_implies(a.reading, b.reading),
            b.said is None or (a.said, a.said_by, a.within_s) == (b.said, b.said_by, b.within_s),
            b.companion is None or a.companion == b.companion,
        )
    )


def _same(a: Condition, b: Condition, names: tuple[str, ...]) -> bool:
    return all(getattr(b, n) is None or getattr(a, n) == getattr(b, n) for n in names)


def _minus(value: float | None) -> float | None:
    return None if value is None else -value


def _at_least(a: float | None, b: float | None) -> bool:
    """Whether a lower bound is at least as tight as another."""
    return b is None or (a is not None and a >= b)


def _any_implies(a: Sequence[Any], b: Sequence[Any], certain: Sequence[Any]) -> bool:
    if not b:
        return True
    return (bool(a) and set(a) <= set(b)) or bool(set(certain) & set(b))


def _reading_implies(a: dict[str, float], b: dict[str, float]) -> bool:
    """Alternatives: each of the first must satisfy some of the second."""
    if not b:
        return True
    return bool(a) and all(name in b and least >= b[name] for name, least in a.items())
