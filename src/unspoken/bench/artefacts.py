"""How well artefacts are found: films of known disturbances, and what the engine says of them.

``python -m unspoken.bench.artefacts`` films one person per seed, with everything that
`unspoken.spotting.events.ARTEFACTS` names put in at known seconds, encodes it, analyses it and
counts: found, missed, false per minute, errors of start and end, and expressions reported although
none was acted. ``--page docs/artefacts.md`` renews the table there.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unspoken.bench.disturbances import (
    Blur,
    Disturbance,
    Flicker,
    JumpCut,
    LightStep,
    Shake,
    Sheet,
    repeats,
)
from unspoken.bench.doc_page import check_place, show, told
from unspoken.bench.hand import three_hands
from unspoken.bench.portrait import load_portrait
from unspoken.bench.profiles import Blink, Chewing, HeadGesture, Speech, Sway
from unspoken.bench.simulate import Camera, FaceSimulator, Script
from unspoken.engine import Engine
from unspoken.media.source import open_source
from unspoken.media.writer import ClipWriter
from unspoken.motion.evidence import EvidenceRow
from unspoken.settings import Settings
from unspoken.spotting.events import Event
from unspoken.timing import Interval

__all__ = ["KINDS", "Found", "Take", "act", "film", "look", "score", "take_of"]

SIZE, ICD_PX, FPS, SECONDS = (480, 360), 44.0, 30.0, 14.0
#: What the portrait's smile leaves room for, as in the demo.
_REST = {"AU12L": -0.4, "AU12R": -0.4, "AU25": -0.3, "AU26": -0.03}
_SLACK_S = 0.35
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Take:
    """A clip to film.

    Parameters
    ----------
    kind : str
        What is put in: a name of `ARTEFACTS`, "blurred" (a gap), or "clean" for nothing.
    intervals : tuple of Interval
        Where it is, seconds.
    script : Script
        What the person does.
    changes : tuple of Disturbance
        What happens to the pictures.
    seen : callable, optional
        What moment each capture time shows.
    encoding : dict
        Options of `ClipWriter` that differ from a good camera's.
    """

    kind: str
    intervals: tuple[Interval, ...]
    script: Script
    changes: tuple[Disturbance, ...] = ()
    seen: Callable[[Floats], Floats] | None = None
    encoding: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """What the engine said of one take.

    Parameters
    ----------
    take : Take
    artefacts : dict of str to list of Interval
        By kind; stretches of a gap are listed under the gap's name.
    events : list of Event
        Micro- and macro-expressions; none was acted unless the script has some.
    seconds : float
        Length of the clip.
    """

    take: Take
    artefacts: dict[str, list[Interval]]
    events: list[Event]
    seconds: float


def _spans(starts: Sequence[float], length: float) -> tuple[Interval, ...]:
    return tuple(Interval(s, s + length) for s in starts)


def _eyes(kind: str, base: Script) -> Take:
    if kind == "blink":
        lengths = (0.16, 0.22, 0.3, 0.38, 0.2, 0.28)
        blinks = tuple(Blink(2.0 + 2.2 * i, d) for i, d in enumerate(lengths))
    else:
        blinks = (Blink(4.0, 0.4, 1.6, 0.75), Blink(10.0, 0.4, 2.4, 0.75))
    return Take(kind, tuple(b.interval for b in blinks), replace(base, blinks=blinks))


def _head(kind: str, base: Script) -> Take:
    turns = (12.0, -12.0, 9.0)
    sizes = {"head_nod": (4.0, 6.0, 8.0), "head_shake": (5.0, 8.0, 11.0)}.get(kind, turns)
    gestures = tuple(
        HeadGesture(kind, 3.0 + 4.0 * i, size, (2.0, 1.6, 2.6)[i])  # type: ignore[arg-type]
        for i, size in enumerate(sizes)
    )
    return Take(kind, tuple(g.interval for g in gestures), replace(base, gestures=gestures))


def _mouth(kind: str, base: Script) -> Take:
    span = Interval(4.0, 11.0)
    if kind == "speech":
        return Take(kind, (span,), replace(base, speech=(Speech(span, seed=5),)))
    return Take(kind, (span,), replace(base, chewing=(Chewing(span),)))


def _picture(kind: str, base: Script) -> Take:
    """What happens to the pictures on their way."""
    span = Interval(5.0, 9.0)
    if kind == "hand_over_face":
        hands = three_hands((SIZE[0] / 2, SIZE[1] * 0.58), ICD_PX)
        return Take(kind, tuple(hand.interval for hand in hands), base, hands)
    if kind == "occlusion":
        reach = 3.2 * ICD_PX
        x, y = SIZE[0] / 2, SIZE[1] * 0.58
        sheet = Sheet(span, x - reach, y - 0.8 * reach, x + reach, y + 1.2 * reach)
        return Take(kind, (span,), base, (sheet,))
    if kind == "light_change":
        steps = (LightStep(5.0), LightStep(11.0, 0.93))
        return Take(kind, tuple(Interval(s.at_s, s.at_s) for s in steps), base, steps)
    if kind == "flicker":
        return Take(kind, (span,), base, (Flicker(span),))
    if kind == "camera_shake":
        shakes = (Shake(Interval(4.0, 5.0)), Shake(Interval(10.0, 11.0), 2.5, 7.0))
        return Take(kind, tuple(s.interval for s in shakes), base, shakes)
    if kind == "blurred":
        return Take(kind, (span,), base, (Blur(span),))
    cuts = tuple(JumpCut(t, x) for t, x in ((4.0, 5.0), (8.0, -9.0), (12.0, 12.0)))
    return Take(kind, tuple(Interval(c.at_s, c.at_s) for c in cuts), base, cuts)


#: Two films of repeated pictures, and how the encoder works: one leaves a repeat nearly as it is,
#: the other makes something between its neighbours of it.
_REPEATS = {"repeated_frames": "medium", "repeated_frames_refined": "veryfast"}


def _codec(kind: str, base: Script) -> Take:
    """What the encoder does."""
    if kind in _REPEATS:
        span = Interval(5.0, 11.0)
        options = {"preset": _REPEATS[kind]}
        return Take(
            "repeated_frames",
            (span,),
            base,
            seen=lambda times: repeats(times, span, 3),
            encoding={"options": options},
        )
    whole = (Interval(0.0, SECONDS),)
    if kind == "blocks":
        options = {"b": "150000"}
        return Take(kind, whole, base, encoding={"codec": "mpeg4", "crf": None, "options": options})
    every = 75
    pops = tuple(Interval(t, t) for t in np.arange(every, SECONDS * FPS, every) / FPS)
    options = {"preset": "ultrafast", "x264-params": "scenecut=0"}
    return Take(kind, pops, base, encoding={"crf": 36, "key_interval": every, "options": options})


#: How each kind is put into a clip.
KINDS: dict[str, Callable[[str, Script], Take]] = {
    "clean": lambda kind, base: Take(kind, (), base),
    **dict.fromkeys(("blink", "eyes_down"), _eyes),
    **dict.fromkeys(("head_nod", "head_shake", "head_turn"), _head),
    **dict.fromkeys(("speech", "chewing"), _mouth),
    **dict.fromkeys(
        (
            "hand_over_face",
            "occlusion",
            "blurred",
            "light_change",
            "flicker",
            "camera_shake",
            "cut",
        ),
        _picture,
    ),
    **dict.fromkeys(("key_frame", "blocks", *_REPEATS), _codec),
}


def take_of(kind: str, seed: int = 0) -> Take:
    """The clip for one kind: a person who sways a little and otherwise does nothing else."""
    return KINDS[kind](kind, Script(sway=Sway(seed=seed), rest=_REST))


def act(take: Take, seed: int = 0) -> list[NDArray[np.uint8]]:
    """The pictures of a take, RGB."""
    portrait = load_portrait(SIZE, ICD_PX)
    camera = Camera(read_noise=0.9, shot_noise=0.015)
    face = FaceSimulator(portrait.picture, portrait.points, seed=seed, camera=camera)
    times = np.arange(round(SECONDS * FPS)) / FPS
    shown = times if take.seen is None else take.seen(times)
    pictures: list[NDArray[np.uint8]] = []
    for i, time_s in enumerate(shown):
        if i and time_s == shown[i - 1]:
            pictures.append(pictures[-1])
            continue
        picture = face.render(take.script, float(time_s))
        for change in take.changes:
            picture = change(picture, float(time_s))
        pictures.append(picture)
    return pictures


def film(take: Take, path: Path, seed: int = 0) -> Path:
    """Film a take as a camera would store it."""
    # Without key frames in between: those are an artefact of their own.
    options: dict[str, Any] = {
        "crf": 20,
        "key_interval": 10_000,
        "options": {"preset": "ultrafast"},
        **take.encoding,
    }
    with ClipWriter(path, SIZE, FPS, **options) as clip:
        for picture in act(take, seed):
            clip.add(picture)
    return path


def look(take: Take, path: Path) -> Found:
    """Analyse a filmed take."""
    rows: list[EvidenceRow] = []
    engine = Engine(Settings(role={"all": "customer"}), rows.append)
    events: list[Event] = []
    with open_source(path) as source:
        for frame in source:
            events += engine.push(frame)
    events += engine.finish()
    artefacts: dict[str, list[Interval]] = {}
    for customer in engine.customers.values():
        for artefact in customer.spotter.artefacts:
            artefacts.setdefault(artefact.kind, []).append(artefact.interval)
    for gap in ("blurred", "occluded"):
        artefacts[gap] = _stretches(rows, gap)
    seconds = rows[-1].time_s - rows[0].time_s if rows else 0.0
    return Found(take, artefacts, [e for e in events if e.kind != "blink"], seconds)


def _stretches(rows: Sequence[EvidenceRow], gap: str) -> list[Interval]:
    """Stretches of rows with one gap reason, joined over short pauses."""
    out: list[Interval] = []
    for row in rows:
        if row.gap != gap:
            continue
        if out and row.time_s - out[-1].end_s < 0.25:
            out[-1] = Interval(out[-1].start_s, row.time_s)
        else:
            out.append(Interval(row.time_s, row.time_s))
    return out


def _near(a: Interval, b: Interval) -> bool:
    return a.start_s - _SLACK_S <= b.end_s and b.start_s <= a.end_s + _SLACK_S


def score(kind: str, all_found: Sequence[Found]) -> dict[str, float]:
    """Figures of one kind over all takes.

    Returns
    -------
    dict of str to float
        planted, found, false_per_min (over all takes of other kinds), start_ms and end_ms (median
        absolute errors of what was found; NaN for instants), events (expressions reported where it
        was put in) and planted_min.
    """
    planted = found = events = 0
    starts: list[float] = []
    ends: list[float] = []
    false = minutes = planted_min = 0.0
    for one in all_found:
        said = one.artefacts.get(kind, [])
        if one.take.kind != kind:
            false += len(said)
            minutes += one.seconds / 60.0
            continue
        for truth in one.take.intervals:
            planted += 1
            planted_min += truth.duration_s / 60.0
            met = [a for a in said if _near(truth, a)]
            events += sum(_near(truth, e.interval) for e in one.events)
            if met:
                found += 1
                starts.append(abs(min(a.start_s for a in met) - truth.start_s))
                ends.append(abs(max(a.end_s for a in met) - truth.end_s))

    def median_ms(values: list[float]) -> float:
        return 1000.0 * float(np.median(values)) if values else float("nan")

    return {
        "planted": planted,
        "found": found,
        "false_per_min": false / minutes if minutes else float("nan"),
        "start_ms": median_ms(starts),
        "end_ms": median_ms(ends),
        "events": events,
        "planted_min": planted_min,
    }


def table(all_found: Sequence[Found]) -> str:
    """The figures as a Markdown table."""
    lines = [
        "| artefact | planted | found | false a minute elsewhere | start, end: median error "
        "| expressions reported there |",
        "|---|---|---|---|---|---|",
    ]
    for kind in KINDS:
        if kind == "clean" or all(f.take.kind != kind for f in all_found):
            continue
        s = score(kind, all_found)
        truths = [t for f in all_found if f.take.kind == kind for t in f.take.intervals]
        instants = all(t.duration_s == 0.0 for t in truths)
        times = "-" if instants else f"{s['start_ms']:.0f} ms, {s['end_ms']:.0f} ms"
        lines.append(
            f"| `{kind}` | {s['planted']:.0f} | {s['found']:.0f} | {s['false_per_min']:.2f} "
            f"| {times} | {s['events']:.0f} |"
        )
    clean = [f for f in all_found if f.take.kind == "clean"]
    if not clean:
        return "\n".join(lines)
    said = sum(len(v) for f in clean for k, v in f.artefacts.items() if k != "track_edge")
    minutes = sum(f.seconds for f in clean) / 60.0
    events = sum(len(f.events) for f in clean)
    lines.append(f"| nothing planted | - | - | {said / minutes:.2f} of any kind | - | {events} |")
    return "\n".join(lines)


def _film_and_look(kind: str, seed: int, keep: Path | None = None) -> Found:
    """One clip, in a process of its own; the take's functions stay behind."""
    take = take_of(kind, seed)
    with tempfile.TemporaryDirectory() as folder:
        found = look(take, film(take, (keep or Path(folder)) / f"{kind}-{seed}.mp4", seed))
    return replace(found, take=replace(take, seen=None))


def main(arguments: Sequence[str] | None = None) -> int:
    """Film, analyse, print the table; see the module's text."""
    parser = argparse.ArgumentParser(prog="python -m unspoken.bench.artefacts")
    parser.add_argument("kinds", nargs="*", default=list(KINDS), help="all where left out")
    parser.add_argument("--seeds", type=int, default=2, help="people to film")
    parser.add_argument("--jobs", type=int, default=2, help="clips worked on at the same time")
    parser.add_argument("--keep", type=Path, help="folder the clips stay in")
    parser.add_argument("--page", type=Path, help="page whose figures are renewed")
    asked = parser.parse_args(arguments)
    return told(lambda: _measure(asked))


def _measure(asked: argparse.Namespace) -> None:
    if asked.page:
        check_place(asked.page, "figures")
    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)
    results: list[Found] = []
    tasks = [(kind, seed) for seed in range(1, asked.seeds + 1) for kind in asked.kinds]
    with ProcessPoolExecutor(asked.jobs) as pool:
        kinds, seeds = zip(*tasks, strict=True)
        done = pool.map(_film_and_look, kinds, seeds, [asked.keep] * len(tasks))
        for (kind, seed), found in zip(tasks, done, strict=True):
            said = {k: len(v) for k, v in found.artefacts.items() if v}
            print(f"{kind} ({seed}): {said}, {len(found.events)} expressions", flush=True)
            results.append(replace(found, take=take_of(kind, seed)))
    show(table(results), asked.page, "figures")


if __name__ == "__main__":
    raise SystemExit(main())
