"""``unspoken academy import-answers``: answers of an exported folder's drills, as practice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from unspoken.academy.desk import Desk
from unspoken.academy.folder_answers import read_folder_answers, take_in
from unspoken.academy.people import Cast, load_people
from unspoken.academy.records import block_result
from unspoken.commands.faults import describe, say, tell
from unspoken.errors import UnspokenError
from unspoken.server.words import share, signed
from unspoken.store.database import Database

__all__ = ["import_answers_command"]


def import_answers_command(files: Sequence[Path], data: Path | None, *, quiet: bool) -> int:
    """Take in one file after the other; go on after one that cannot be used.

    Returns
    -------
    int
        0, or 2 where a file could not be used.

    Raises
    ------
    AssetError, InputError, OutputError
        If the learner's data cannot be opened; nothing was changed then.
    """
    code = 0
    database = Database(data)
    try:
        desk = Desk(database, Cast.of(load_people()))
        for file in files:
            try:
                found = read_folder_answers(file)
                new = take_in(desk, found)
            except UnspokenError as error:
                say(describe(error))
                code = 2
                continue
            if not new:
                say(f"{file}: taken in before; not counted twice.")
            elif not quiet:
                tell(f"{file}: {_told(block_result(desk, found.id))}")
    finally:
        database.close()
    return code


def _told(result: dict[str, Any]) -> str:
    score, block = result["score"], result["block"]
    found = score["detection"]
    out = sum(score["excluded"].values())
    return (
        f"{block['task']}, {block['level_title'].lower()}, taken in as practice.\n"
        f"  trials that count: {score['trials']}; left out: {out}\n"
        f"  right: {share(score['accuracy'])}\n"
        f"  something from nothing, d\N{PRIME}: {signed(found['d_prime'])} "
        f"({signed(found['d_prime_low'])} to {signed(found['d_prime_high'])}); "
        f"leaning, c: {signed(found['criterion'])}\n"
        "  what was taken for what, sure and right: the academy, page My results"
    )
