"""What is odd about a file, gathered with its lines and said together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from unspoken.context.textfile import TextFile
from unspoken.errors import InputError
from unspoken.records import Place

__all__ = ["Fault", "Faults", "Where"]

#: A line from 1, or a place in a JSON document; 0 where the whole file is meant.
Where = int | Place
#: More faults of one file than this are counted, not listed.
_LISTED = 12


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong or odd.

    Parameters
    ----------
    where : int or tuple
        A line, or a place in a JSON document.
    message : str
        What was expected and what was found.
    """

    where: Where
    message: str


@dataclass
class Faults:
    """Everything wrong or odd about one file.

    Errors keep the file from being used; notices are told and kept with the results.

    Parameters
    ----------
    file : TextFile
        The file they are about.
    """

    file: TextFile
    errors: list[Fault] = field(default_factory=list)
    notices: list[Fault] = field(default_factory=list)

    def error(self, where: Where, message: str) -> None:
        """Add something that has to be put right first."""
        self.errors.append(Fault(where, message))

    def notice(self, where: Where, message: str) -> None:
        """Add something the user should know."""
        self.notices.append(Fault(where, message))

    def sentences(self) -> tuple[str, ...]:
        """The notices with file and line, at most a dozen and a count of the rest."""
        return tuple(self._listed(self.notices))

    def raise_if_any(
        self, hint: str = "Nothing was changed. Put it right, then run again."
    ) -> None:
        """Refuse the file if there are errors.

        Raises
        ------
        InputError
            With every error, at most a dozen and a count of the rest.
        """
        if self.errors:
            raise InputError("\n".join(self._listed(self.errors)), hint)

    def _listed(self, faults: list[Fault]) -> Iterator[str]:
        for fault in faults[:_LISTED]:
            line = self.file.line_of(fault.where)
            yield f"{self.file.name}{f', line {line}' if line else ''}: {fault.message}"
        if len(faults) > _LISTED:
            yield f"{self.file.name}: and {len(faults) - _LISTED} more like these."
