"""Playbooks: rules that turn moments into signals, as a file people can edit.

A playbook is YAML. A rule names a signal, when it applies (``when``), what forbids it
(``unless``), a weight, and a response. Everything named under ``when`` must hold; several readings
or ``any`` lists are alternatives.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from unspoken.errors import UsageError
from unspoken.reading.contradictions import opposed_faults
from unspoken.reading.emotion_table import CODES, LABELS, default_table, digest, read_text
from unspoken.reading.marked_yaml import Marked, read_marked, validated
from unspoken.reading.rules import SIGNALS, Condition, Playbook

__all__ = ["DEFAULT", "LoadedPlaybook", "find_playbook", "parse_playbook"]
__all__ += ["playbook_text", "shipped"]

DEFAULT = "product-demonstration"


@dataclass(frozen=True)
class LoadedPlaybook:
    """A playbook with what is known of its file.

    Parameters
    ----------
    playbook : Playbook
        The rules.
    sha256 : str
        Of its text.
    source : str
        File name, or the name of one that ships with the package.
    """

    playbook: Playbook
    sha256: str
    source: str


def known_readings() -> frozenset[str]:
    """Everything a rule may name under ``reading``."""
    parts = {c.name for c in default_table().components}
    return frozenset({*LABELS, "negative", *parts})


def parse_playbook(text: str, name: str) -> LoadedPlaybook:
    """Build a playbook from its text.

    Raises
    ------
    InputError
        All faults, each with file and line; contradictory rules are named with the lines of both.
    """
    marked = read_marked(text, name)
    book = validated(Playbook, marked, name, lambda found: _faults(found, marked, name))
    return LoadedPlaybook(book, digest(text), name)


def _faults(book: Playbook, marked: Marked, name: str) -> list[str]:
    faults: list[str] = []
    known = {*SIGNALS, *book.signals}
    first: dict[str, int] = {}
    for i, rule in enumerate(book.rules):
        place = ("rules", i)
        line = marked.line((*place, "id"))
        if rule.id in first:
            faults.append(
                f'{name}, line {line}: rule "{rule.id}" is there twice '
                f"(first on line {first[rule.id]})."
            )
        first.setdefault(rule.id, line)
        if rule.signal not in known:
            at = marked.line((*place, "signal"))
            faults.append(
                f'{name}, line {at}: rule "{rule.id}": signal "{rule.signal}" is unknown; expected '
                f"one of {', '.join(sorted(known))}, or declare it under signals."
            )
        for part in ("when", "unless"):
            condition = getattr(rule, part)
            if condition is not None:
                faults += _condition_faults(condition, marked, (*place, part), name)
    return faults or opposed_faults(book.rules, marked, name)


def _condition_faults(
    condition: Condition, marked: Marked, place: tuple[str | int, ...], name: str
) -> list[str]:
    faults = []
    companion = condition.companion.reading if condition.companion else {}
    for where, named in (("reading", condition.reading), ("companion", companion)):
        for word in sorted(set(named) - known_readings()):
            at = marked.line((*place, where, "reading", word))
            if where == "reading":
                at = marked.line((*place, where, word))
            faults.append(
                f'{name}, line {at}: "{word}" is nothing the reading knows; expected one of '
                f"{', '.join(sorted(known_readings()))}."
            )
    for key in ("units_all", "units_any", "units_none"):
        for j, code in enumerate(getattr(condition, key)):
            if code not in CODES:
                at = marked.line((*place, key, j))
                faults.append(f"{name}, line {at}: AU{code} is not measured.")
    return faults


def shipped() -> tuple[str, ...]:
    """Names of the playbooks that come with the package, sorted."""
    folder = resources.files("unspoken").joinpath("data", "playbooks")
    return tuple(sorted(p.name[:-5] for p in folder.iterdir() if p.name.endswith(".yaml")))


def playbook_text(name: str) -> tuple[str, str]:
    """Text and name of a playbook that ships, or of a file.

    Raises
    ------
    UsageError, SourceNotFound, InputError
        When it is neither, or cannot be read.
    """
    if name in shipped():
        place = resources.files("unspoken").joinpath("data", "playbooks", f"{name}.yaml")
        return place.read_text(encoding="utf-8"), name
    path = Path(name)
    if not path.suffix and not path.exists():
        raise UsageError(
            f'There is no playbook "{name}" and no file of that name.',
            f"Playbooks that come with Unspoken: {', '.join(shipped())}.",
        )
    return read_text(path, "playbook"), name


def find_playbook(name: str = DEFAULT) -> LoadedPlaybook:
    """Read a playbook by the name of one that ships, or by path.

    Raises
    ------
    UsageError, SourceNotFound, InputError
        When there is none, or it holds faults (each told with its line).
    """
    text, source = playbook_text(name)
    return parse_playbook(text, source)
