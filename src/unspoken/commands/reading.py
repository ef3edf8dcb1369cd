"""``unspoken read``: moments and signals again, once context or a playbook has changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from unspoken.commands.faults import describe, say, tell
from unspoken.commands.side_by_side import in_order
from unspoken.context.record import Context
from unspoken.errors import SourceNotFound, UnspokenError
from unspoken.interaction import Hidden, Interaction, MomentsFile, hidden_units
from unspoken.reading.baseline import Earlier
from unspoken.reading.emotions import EmotionModel, GenerativeModel
from unspoken.reading.playbook import DEFAULT, LoadedPlaybook, find_playbook
from unspoken.spotting.events import Event

__all__ = ["EarlierBook", "open_model", "read_command", "result_folders"]


def result_folders(places: Sequence[str]) -> list[Path]:
    """Folders with an analysis: those named, or those directly inside them.

    Raises
    ------
    SourceNotFound
        When a place holds none.
    """
    found: dict[Path, None] = {}
    for place in places:
        path = Path(place)
        path = path.parent if path.name == "analysis.json" else path
        inside = (
            [path]
            if (path / "analysis.json").is_file()
            else sorted(p.parent for p in path.glob("*/analysis.json"))
        )
        if not inside:
            raise SourceNotFound(
                f"There is no analysis in {path}.",
                "Name folders that hold analysis.json, or a folder of such folders.",
            )
        found |= dict.fromkeys(inside)
    return list(found)


class EarlierBook:
    """Earlier footage by pseudonym, read once from folders of results.

    Parameters
    ----------
    places : sequence of str
        Folders of results; none give nothing.
    """

    def __init__(self, places: Sequence[str]) -> None:
        self._by_customer: dict[str, list[Path]] = {}
        for folder in result_folders(places) if places else []:
            customer = Context.load(folder).customer
            if customer:
                self._by_customer.setdefault(customer, []).append(folder.resolve())

    def of(self, interaction: Interaction) -> Earlier | None:
        """Footage of the same customer, this very interaction left out; None when unknown.

        Recordings with more than one measured face are left out: whose habits they show is not
        known.
        """
        customer, here = interaction.context.customer, interaction.folder
        if not customer or here is None:
            return None
        events: list[Event] = []
        hidden: list[Hidden] = []
        seconds, count = 0.0, 0
        for folder in self._by_customer.get(customer, []):
            moments = None if folder == here.resolve() else MomentsFile.load(folder)
            if moments is None or len(moments.exposure) != 1:
                continue
            count += 1
            seconds += sum(b - a for spans in moments.exposure.values() for a, b in spans)
            events += [_bare_event(m) for m in moments.moments]
            hidden += map(hidden_units, moments.unmeasured.values())
        return Earlier(tuple(events), seconds, count, tuple(hidden)) if count else None


def _bare_event(moment: Any) -> Event:
    return Event(
        face_id=moment.face_id,
        kind=moment.kind,
        onset_s=moment.start_s,
        apex_s=moment.apex_s,
        offset_s=moment.end_s,
        onset_frame=0,
        apex_frame=0,
        offset_frame=0,
        action_units=moment.action_units,
    )


def open_model(path: Path | None) -> EmotionModel | None:
    """The emotion model in a file: a table (YAML) or one trained on labels (JSON).

    Raises
    ------
    SourceNotFound, InputError
        When it cannot be read or holds faults.
    """
    if path is None:
        return None
    if path.suffix.lower() == ".json":
        from unspoken.reading.trained import load_trained

        return load_trained(path)
    from unspoken.reading.emotion_table import load_table

    return GenerativeModel(load_table(path))


def read_command(
    results: Sequence[str],
    playbook: str | None,
    earlier: Sequence[str],
    model_file: Path | None,
    *,
    quiet: bool,
    as_json: bool,
) -> int:
    """Read all results; go on after one that cannot be read.

    Returns
    -------
    int
        0 when all were read, else 2.
    """
    book = find_playbook(playbook or DEFAULT)
    model = open_model(model_file)
    folders = result_folders(results)
    before = EarlierBook(earlier)
    code, documents = 0, []
    work = partial(_told, book=book, model=model, before=before)
    # With earlier footage one folder's moments may be another's baseline.
    for outcome, lines, error in in_order(work, folders, alone=bool(earlier)):
        documents.append(outcome)
        if error is not None:
            say(describe(error))
            code = max(code, error.exit_code)
        elif not (quiet or as_json):
            tell("\n".join(lines))
    if as_json:
        tell(json.dumps(documents, indent=1, ensure_ascii=False))
    return code


def _told(
    folder: Path, book: LoadedPlaybook, model: EmotionModel | None, before: EarlierBook
) -> tuple[dict[str, Any], list[str], UnspokenError | None]:
    """Read one folder and say how it went."""
    try:
        done = _read_one(folder, book, model, before)
    except UnspokenError as error:
        told = {"folder": str(folder), "error": error.message, "hint": error.hint}
        return told, [], error
    return _outcome(folder, done), _lines(folder, done), None


def _read_one(
    folder: Path, book: LoadedPlaybook, model: EmotionModel | None, before: EarlierBook
) -> MomentsFile:
    interaction = Interaction.load_unread(folder)
    done = interaction.read(book, model, before.of(interaction))
    done.save_moments()
    assert done.moments_file is not None
    return done.moments_file


def _outcome(folder: Path, done: MomentsFile) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "moments": len(done.moments),
        "named": sum("abstained" not in m.flags for m in done.moments),
        "signals": _counts(done),
        "playbook": f"{done.playbook.name} {done.playbook.version}",
        "exposure_s": round(sum(b - a for s in done.exposure.values() for a, b in s), 3),
        "notes": list(done.notes),
    }


def _counts(done: MomentsFile) -> dict[str, int]:
    counts: dict[str, int] = {}
    for moment in done.moments:
        for signal in moment.signals:
            counts[signal.kind] = counts.get(signal.kind, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _lines(folder: Path, done: MomentsFile) -> list[str]:
    facts = _outcome(folder, done)
    minutes = facts["exposure_s"] / 60.0
    lines = [f"{folder}: {_many(facts['moments'], 'moment')} in {minutes:.1f} min of evidence"]
    if facts["moments"]:
        lines.append(f"  an emotion is named in {facts['named']}, the reading abstains in the rest")
    words = ", ".join(f"{kind.replace('_', ' ')} {n}" for kind, n in facts["signals"].items())
    lines.append(f"  signals ({facts['playbook']}): {words or 'none'}")
    lines += [f"  face {face}: {b.sentence}" for face, b in done.baseline.items()]
    return lines + [f"  {note}" for note in done.notes]


def _many(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
