"""YAML whose faults can be told with their line: plain values and where each of them stands."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from unspoken.errors import InputError

__all__ = ["Marked", "read_marked", "validated"]

Place = tuple[Hashable, ...]
_Model = TypeVar("_Model", bound=BaseModel)
#: A playbook of more than this is no playbook, bytes.
_LARGEST = 2_000_000


@dataclass(frozen=True)
class Marked:
    """Values of a YAML document and their lines.

    Parameters
    ----------
    value : object
        dicts, lists, texts, numbers.
    lines : dict of tuple to int
        Line, from 1, of every place: ``("rules", 2, "when")``.
    """

    value: Any
    lines: dict[Place, int]

    def line(self, place: Place) -> int:
        """Line of a place, or of the nearest place above it."""
        while place not in self.lines and place:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_marked(text: str, name: str) -> Marked:
    """Parse one YAML document.

    Raises
    ------
    InputError
        Naming file and line: no YAML, a key given twice, an alias or tag (neither is needed here).
    """
    if len(text) > _LARGEST:
        raise InputError(f"{name}: larger than {_LARGEST} characters; expected a short YAML file.")
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise InputError(f"{name}, line {line}: not valid YAML ({error.problem}).") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError(f"{name}: not valid YAML ({error}).") from error
    if node is None:
        raise InputError(f"{name}: the file is empty.")
    lines: dict[Place, int] = {}
    return Marked(_value(node, (), lines, name, set()), lines)


def _value(
    node: yaml.Node, place: Place, lines: dict[Place, int], name: str, open_nodes: set[int]
) -> Any:
    lines.setdefault(place, node.start_mark.line + 1)
    if id(node) in open_nodes:
        raise InputError(f"{name}, line {node.start_mark.line + 1}: an alias holds itself.")
    inner = open_nodes | {id(node)}
    if isinstance(node, yaml.MappingNode):
        found: dict[Hashable, Any] = {}
        for key_node, item in node.value:
            key = _scalar(key_node, name)
            line = key_node.start_mark.line + 1
            if key in found:
                first = lines[*place, key]
                raise InputError(
                    f'{name}, line {line}: "{key}" is given twice (first on line {first}).'
                )
            lines[*place, key] = line
            found[key] = _value(item, (*place, key), lines, name, inner)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_value(n, (*place, i), lines, name, inner) for i, n in enumerate(node.value)]
    return _scalar(node, name)


def _scalar(node: yaml.Node, name: str) -> Any:
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.ScalarNode):
        raise InputError(f"{name}, line {line}: expected a plain name before the colon.")
    loader = yaml.SafeLoader("")
    try:
        value = loader.construct_object(node)
    except (yaml.YAMLError, ValueError) as error:
        raise InputError(f"{name}, line {line}: {node.value!r} cannot be read.") from error
    finally:
        loader.dispose()
    return value


def validated(
    model: type[_Model],
    marked: Marked,
    name: str,
    more: Callable[[_Model], list[str]] | None = None,
) -> _Model:
    """Build a pydantic model from a document; all faults are told at once, with their lines.

    Parameters
    ----------
    model : type
        What the document must fit.
    marked : Marked
        The document.
    name : str
        What to call the file.
    more : callable, optional
        Further checks of the whole; each fault is a full sentence with its line.

    Raises
    ------
    InputError
        With one fault per line.
    """
    try:
        built = model.model_validate(marked.value)
    except ValidationError as error:
        faults = [_fault(item, marked, name) for item in _causes(error.errors())]
        raise InputError("\n".join(dict.fromkeys(faults))) from error
    faults = more(built) if more else []
    if faults:
        raise InputError("\n".join(faults))
    return built


def _causes(items: Sequence[Any]) -> list[Any]:
    """Without "too short", where a list is so only because its items did not pass."""
    places = [tuple(item["loc"]) for item in items]
    return [
        item
        for item, place in zip(items, places, strict=True)
        if item["type"] != "too_short"
        or not any(len(p) > len(place) and p[: len(place)] == place for p in places)
    ]


def _fault(item: Any, marked: Marked, name: str) -> str:
    place = tuple(part for part in item["loc"] if part != "[key]")
    words = ".".join(str(part) for part in place) or "the document"
    message = str(item["msg"]).removeprefix("Value error, ")
    if item["type"] == "extra_forbidden":
        message = "there is no such key here"
    found = item.get("input")
    shown = "" if isinstance(found, dict | list) or item["type"] in {"missing"} else repr(found)
    tail = f", found {shown}" if shown else ""
    return f"{name}, line {marked.line(place)}: {words}: {message}{tail}."
