"""What can be watched in the practice of observation, and what is known of it.

A showing is either a script (everything planted is known) or an analysed interaction, re-enacted
by a synthetic face (what the engine found is known, which is not the same as what was there).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path

from unspoken.academy.recordings import Recording, recording_of
from unspoken.academy.reenactment import reenact
from unspoken.academy.scripts import (
    LONGEST_SHOWN_S,
    SCRIPT_FORMAT,
    Script,
    load_script,
    shipped_scripts,
)
from unspoken.academy.showing import Line, Showing, Target
from unspoken.analysis import Analysis
from unspoken.context.record import Context
from unspoken.errors import InputError, UnspokenError
from unspoken.facs.units import unit_of
from unspoken.interaction import Interaction
from unspoken.reading.moments import Moment
from unspoken.report.judgements import JUDGEMENTS_NAME, Judgements
from unspoken.spotting.events import Event
from unspoken.timing import Interval

__all__ = ["LONGEST_SHOWN_S", "Listed", "Showings", "showing_of"]

#: How deep a folder is searched for results.
_DEPTH = 3
#: Ends the name of a showing of the recording itself.
_RECORDING = "-recording"
_QUESTIONS = (
    "What else could this movement have been?",
    "What was going on just before it, and what could you have asked?",
)


@dataclass(frozen=True)
class Listed:
    """An entry of the list of interactions.

    `problem` says why one cannot be watched. Where recordings are asked for, `recording` names the
    showing of it, `redacted` whether all but the customer are blurred in it, or `unshown` says why
    there is none.
    """

    showing_id: str
    title: str
    what: str
    reference: str
    start_s: float
    seconds: float
    problem: str = ""
    recording: str = ""
    redacted: bool = False
    unshown: str = ""

    @property
    def too_long(self) -> bool:
        """Whether a part has to be chosen."""
        return self.seconds > LONGEST_SHOWN_S + 1.0


class Showings:
    """Everything that can be watched: shipped scripts, and a folder's scripts and results.

    Parameters
    ----------
    folder : Path, optional
        Results of `unspoken analyze` and scripts; only the shipped ones where left out.
    recordings : bool
        Whether a recording may be shown where the context says that the customer agreed.
    today : callable
        The day it is.
    also : callable
        Gives further folders of results, one each: those of courses.

    Raises
    ------
    InputError
        If there is no such folder.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        recordings: bool = False,
        today: Callable[[], date] = date.today,
        also: Callable[[], Iterable[Path]] = tuple,
    ) -> None:
        if folder is not None and not folder.is_dir():
            raise InputError(
                f"--interactions {folder}: expected a folder with results or scripts.",
                "Name the folder given to unspoken analyze with --out.",
            )
        self._folder = folder
        self._recordings = recordings
        self._today = today
        self._also = also

    def _places(self) -> Mapping[str, Path | Traversable]:
        found: dict[str, Path | Traversable] = dict(shipped_scripts())
        if self._folder is not None:
            found |= {_key(path): path for path in sorted(_candidates(self._folder))}
        for results in self._also():
            found.setdefault(showing_of(results), results / "analysis.json")
        return found

    def listed(self) -> list[Listed]:
        """All of them; a broken one is listed with what is wrong with it."""
        found = [_listed(key, place) for key, place in self._places().items()]
        return [self._with_recording(one) for one in found] if self._recordings else found

    def _with_recording(self, one: Listed) -> Listed:
        if one.reference != "engine":
            return one
        try:
            found = self.recording(one.showing_id)
        except UnspokenError as error:
            return replace(one, unshown=error.message)
        return replace(one, recording=one.showing_id + _RECORDING, redacted=found.redacted)

    def open(self, showing_id: str, span: Interval | None = None) -> Showing:
        """Prepare one for watching.

        Raises
        ------
        InputError, SourceNotFound, UsageError
            If there is none of that name, it cannot be read, nobody was measured, it is too long
            and no part was chosen, or a part of a script is asked for.
        """
        if showing_id.endswith(_RECORDING):
            recording = self.recording(showing_id)
            acted = self.open(showing_id.removesuffix(_RECORDING), span)
            kind = "redacted recording" if recording.redacted else "recording"
            digest = hashlib.sha256(f"{acted.digest} {kind}".encode()).hexdigest()
            return replace(
                acted,
                showing_id=showing_id,
                title=f"{acted.title}, the recording",
                digest=digest,
                recording=recording,
            )
        place = self._place(showing_id)
        if place.name != "analysis.json":
            if span is not None:
                raise InputError(
                    "A script is watched whole.", "Open it from the list, without a part."
                )
            return _scripted(showing_id, load_script(place))
        return _reenacted(showing_id, Path(str(place)).parent, span)

    def recording(self, showing_id: str) -> Recording:
        """The recording of a showing; what the context says is read anew every time.

        Raises
        ------
        InputError, SourceNotFound
            If recordings are not to be shown, or this one may not be.
        """
        if not self._recordings:
            raise InputError(
                "Recordings are not shown.", "Start the academy with --show-video to allow it."
            )
        place = self._place(showing_id.removesuffix(_RECORDING))
        if place.name != "analysis.json":
            raise InputError("A script has no recording.")
        folder = Path(str(place)).parent
        return recording_of(Analysis.load(folder), Context.load(folder), self._today())

    def _place(self, showing_id: str) -> Path | Traversable:
        place = self._places().get(showing_id)
        if place is None:
            raise InputError(
                "There is no such interaction.", "Choose one from the list; it may have moved away."
            )
        return place


def showing_of(results: Path) -> str:
    """How the showing of a folder of results is called in addresses."""
    return _key(results / "analysis.json")


def _key(path: Path) -> str:
    """Of a result or a script; the same however the way to it is written."""
    path = path.resolve()
    name = path.parent.name if path.name == "analysis.json" else path.stem
    return f"{_slug(name)}-{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"


def _candidates(folder: Path) -> list[Path]:
    found = []
    for depth in range(_DEPTH):
        pattern = "/".join(["*"] * depth + ["*.json"])
        for path in folder.glob(pattern):
            if path.name == "analysis.json" or _is_script(path):
                found.append(path)
    return found


def _is_script(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return SCRIPT_FORMAT.encode() in file.read(4096)
    except OSError:
        return False


def _slug(name: str) -> str:
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in name.lower())
    return kept.strip("-")[:40] or "interaction"


def _listed(key: str, place: Path | Traversable) -> Listed:
    folder = Path(str(place)).parent
    try:
        if place.name != "analysis.json":
            script = load_script(place)
            return Listed(key, script.title, script.what, "planted", 0.0, script.seconds)
        analysis = Analysis.load(folder)
        if not any(face.measured_s > 0 for face in analysis.faces):
            raise InputError("No customer's face was measured in it, so there is nothing to show.")
        if not (folder / "signals.parquet").is_file():
            raise InputError("Its signals.parquet is missing; analyse the recording again.")
        clock = analysis.clock
        what = "An analysed interaction, re-enacted by a synthetic face."
        return Listed(
            key, folder.name, what, "engine", clock.start_s, clock.end_s - clock.start_s
        )  # fmt: skip
    except UnspokenError as error:
        name = folder.name if place.name == "analysis.json" else place.name
        return Listed(key, name, "", "", 0.0, 0.0, error.message)


def _scripted(showing_id: str, script: Script) -> Showing:
    targets = []
    for number, planted in enumerate(script.moments, start=1):
        start, apex, _release, end = planted.movement.times(script.seconds)
        kind = "micro" if end - start <= 0.5 else "macro"
        units = tuple(_unit_words(key) for key in planted.movement.amplitudes())
        targets.append(
            Target(
                f"p{number}",
                kind,
                start,
                apex,
                end,
                planted.means,
                {},
                planted.words,
                tuple(dict.fromkeys(units)),
                planted.ask,
                tuple(planted.discuss),
            )  # fmt: skip
        )
    return Showing(
        showing_id,
        script.title,
        hashlib.sha256(script.model_dump_json().encode()).hexdigest(),
        "planted",
        script.film(),
        tuple(Line(s.start_s, s.end_s, s.label) for s in script.segments),
        tuple(Line(x.start_s, x.end_s, x.text, x.speaker) for x in script.lines),
        tuple(sorted(targets, key=lambda t: t.start_s)),
        script.what,
    )


def _unit_words(key: str) -> str:
    unit, _side = unit_of(key)
    return f"AU{unit.code} {unit.name}"


def _reenacted(showing_id: str, folder: Path, span: Interval | None) -> Showing:
    one = Interaction.load(folder)
    analysis = one.analysis
    whole = analysis.clock.end_s - analysis.clock.start_s
    if (span.duration_s if span else whole) > LONGEST_SHOWN_S + 1.0:
        raise InputError(
            f"{(span.duration_s if span else whole):.0f} s are too long to watch at once; at most "
            f"{LONGEST_SHOWN_S:.0f} s.",
            "Choose a part of it in the list.",
        )
    film = reenact(analysis, span)
    zero = film.starts_at_s or 0.0
    shown = Interval(zero, zero + film.seconds)
    face = max(analysis.faces, key=lambda f: f.measured_s).face_id
    moments = {m.event_id: m for m in (one.moments_file.moments if one.moments_file else ())}
    judged = _judged(folder)
    targets = tuple(
        _target(event, moments.get(event.event_id), zero, judged.get(event.event_id, {}))
        for event in analysis.events
        if event.face_id == face and event.kind != "blink" and shown.contains(event.apex_s)
    )
    context = one.context
    steps = context.timeline.segments
    lines = context.transcript.utterances
    roles = context.transcript.roles
    key = json.dumps([analysis.source.sha256, round(zero, 3), round(film.seconds, 3)])
    return Showing(
        showing_id,
        folder.name,
        hashlib.sha256(key.encode()).hexdigest(),
        "engine",
        film,
        tuple(_line(s.start_s, s.end_s, s.label, "", zero) for s in steps),
        tuple(
            _line(u.start_s, u.end_s, u.text, roles.get(u.speaker, "unknown"), zero)
            for u in lines
        ),
        targets,
    )  # fmt: skip


def _line(start: float, end: float, text: str, speaker: str, zero: float) -> Line:
    return Line(start - zero, end - zero, text, speaker)


def _target(event: Event, moment: Moment | None, zero: float, judged: dict[str, int]) -> Target:
    signals = moment.signals if moment else ()
    return Target(
        event.event_id,
        event.kind,
        event.onset_s - zero,
        event.apex_s - zero,
        event.offset_s - zero,
        emotions=dict(moment.emotions) if moment else {},
        words=moment.reading if moment else "",
        units=tuple(dict.fromkeys(_unit_words(key) for key in event.action_units)),
        ask=next((signal.response for signal in signals if signal.response), ""),
        discuss=_QUESTIONS,
        judged=judged,
    )


def _judged(folder: Path) -> dict[str, dict[str, int]]:
    """Verdicts by event; none where nobody judged."""
    path = folder / JUDGEMENTS_NAME
    found: dict[str, dict[str, int]] = {}
    if path.is_file():
        for judgement in Judgements.load(path).judgements:
            if judgement.verdict:
                counts = found.setdefault(judgement.event_id, {})
                counts[judgement.verdict] = counts.get(judgement.verdict, 0) + 1
    return found
