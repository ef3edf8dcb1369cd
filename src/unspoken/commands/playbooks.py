"""``unspoken playbook``: list, show, check, and try what a changed rule would have changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from unspoken.commands.faults import describe, say, tell
from unspoken.commands.reading import result_folders
from unspoken.errors import UnspokenError
from unspoken.interaction import Interaction
from unspoken.reading.moments import Moment, Signal
from unspoken.reading.playbook import DEFAULT, find_playbook, playbook_text, shipped
from unspoken.reading.wording import units_words

__all__ = ["Change", "check_command", "list_command", "show_command", "try_command"]

#: Changes of strength smaller than this are not told.
_SMALLEST = 0.005


def list_command() -> int:
    """Print the playbooks that come with the package."""
    for name in shipped():
        book = find_playbook(name).playbook
        mark = " (default)" if name == DEFAULT else ""
        tell(f"{name}{mark}: {book.title}, version {book.version}, {len(book.rules)} rules")
    return 0


def show_command(name: str) -> int:
    """Print a playbook as it stands, to copy and edit."""
    tell(playbook_text(name)[0].rstrip("\n"))
    return 0


def check_command(names: Sequence[str]) -> int:
    """Check playbooks; go on after one with faults."""
    code = 0
    for name in names:
        try:
            book = find_playbook(name).playbook
        except UnspokenError as error:
            say(describe(error))
            code = max(code, error.exit_code)
            continue
        tell(f"{name}: {book.title}, version {book.version}, {len(book.rules)} rules, no faults")
    return code


@dataclass(frozen=True)
class Change:
    """What another playbook changes at one moment.

    Parameters
    ----------
    moment : Moment
        As read with the new playbook.
    words : tuple of str
        ``+ confusion 0.31 (rule)`` gained, ``- ...`` lost, ``~ ...`` of another strength or rule.
    """

    moment: Moment
    words: tuple[str, ...]


def changes(before: Sequence[Moment], after: Sequence[Moment]) -> list[Change]:
    """Moment by moment, what differs; moments are matched by their id."""
    old = {moment.moment_id: moment for moment in before}
    found = []
    for moment in after:
        was = old.get(moment.moment_id)
        had = {s.kind: s for s in was.signals} if was else {}
        has = {s.kind: s for s in moment.signals}
        words = []
        for kind in sorted({*had, *has}):
            one, other = had.get(kind), has.get(kind)
            if one is None and other is not None:
                words.append(f"+ {kind} {other.strength:.2f} ({other.rule})")
            elif other is None and one is not None:
                words.append(f"- {kind} {one.strength:.2f} ({one.rule})")
            elif one is not None and other is not None and _differ(one, other):
                words.append(
                    f"~ {kind} {one.strength:.2f} ({one.rule}) -> "
                    f"{other.strength:.2f} ({other.rule})"
                )
        if words:
            found.append(Change(moment, tuple(words)))
    return found


def _differ(one: Signal, other: Signal) -> bool:
    return abs(one.strength - other.strength) >= _SMALLEST or one.rule != other.rule


def try_command(name: str, results: Sequence[str], against: str | None, *, as_json: bool) -> int:
    """Print what a playbook would change on saved results; nothing is written.

    Returns
    -------
    int
        0, or 2 when some results could not be read.
    """
    new = find_playbook(name)
    old = find_playbook(against) if against else None
    code, total, documents = 0, 0, []
    for folder in result_folders(results):
        try:
            interaction = Interaction.load(folder)
            after = interaction.read(new).moments_file
            base = interaction.read(old).moments_file if old else interaction.moments_file
        except UnspokenError as error:
            say(describe(error))
            code = max(code, error.exit_code)
            continue
        assert after is not None
        found = changes(base.moments if base else (), after.moments)
        total += len(found)
        compared = f"{base.playbook.name} {base.playbook.version}" if base else "nothing read yet"
        documents.append(
            {
                "folder": str(folder),
                "compared_with": compared,
                "moments": len(after.moments),
                "changes": [
                    {"moment_id": c.moment.moment_id, "apex_s": c.moment.apex_s, "what": c.words}
                    for c in found
                ],
            }
        )
        if not as_json:
            tell("\n".join(_lines(folder, compared, found, len(after.moments))))
    if as_json:
        tell(json.dumps(documents, indent=1, ensure_ascii=False))
    else:
        tell(f"{total} moments would change. Nothing was written.")
    return code


def _lines(folder: Path, compared: str, found: Sequence[Change], moments: int) -> list[str]:
    lines = [f"{folder}: {len(found)} of {moments} moments change, compared with {compared}"]
    for change in found:
        moment = change.moment
        where = f"  {moment.apex_s:9.2f} s  {moment.moment_id}  {units_words(moment.action_units)}"
        lines += [where, *(f"      {word}" for word in change.words)]
    return lines
