"""A drill as a clip for a group: a face, the question, time to answer, and what it was.

A flash lasts whole pictures of the clip, which is exact in the file. What a player and a projector
make of it nobody measures, so this is practice, not a test.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from pathlib import Path

import cv2
import numpy as np

from unspoken.academy.clip_cards import (
    Captions,
    Picture,
    Press,
    clip_size,
    clip_writer,
    put_faces,
    web_vtt,
    write_beside,
)
from unspoken.academy.expressions import ANSWERS, NONE, REGIONS
from unspoken.academy.film import Film, Part
from unspoken.academy.levels import Level, catches_of
from unspoken.academy.rendering import Studio, decoded
from unspoken.academy.rounds import PlannedTrial, plan_trial, round_of
from unspoken.academy.scene import Course, Scene
from unspoken.academy.stimuli import Stimulus
from unspoken.facs.units import ACTION_UNITS
from unspoken.media.writer import ClipWriter

__all__ = ["DrillClip", "caught", "plan_drill", "render_drill"]

FPS = Fraction(60)
#: Side of one face, and of each of two, in shares of the picture's height.
_ONE, _TWO = 0.72, 0.62
#: Seconds: the title, a word before each face, time to answer, the slow replay at least, the end.
_TITLE_S, _READY_S, _THINK_S, _HOLD_S, _END_S = 6.0, 1.5, 7.0, 2.5, 4.0
#: How much slower the movement is shown again, how many pictures of it at least, and around it.
_SLOWER, _LEAST_SLOW, _AROUND = 6, 20, 4
_ABOUT = {
    "identify": "Say what flashed across the face, or that nothing did.",
    "spot": "Say whether something moved, and where. Blinks, talk and turns do not count.",
}
_CAUGHT = {
    "nothing": "The face stayed still.",
    "blink": "The face blinked.",
    "speech": "The face said a word.",
    "head_turn": "The head turned.",
}
_ORANGE = (240, 150, 0)
_UNITS = {key: unit for unit in ACTION_UNITS for key in unit.keys}


@dataclass(frozen=True)
class DrillClip:
    """What was written."""

    seconds: float
    faces: int
    captions: Captions


def plan_drill(
    task: str,
    level: Level,
    faces: Sequence[str],
    duration_s: float,
    rounds: int,
    rng: np.random.Generator,
) -> list[PlannedTrial]:
    """The faces of a clip: every expression (or region) and catch trials, in random order.

    Parameters
    ----------
    task : {"identify", "spot"}
    level : Level
    faces : sequence of str
        Names.
    duration_s : float
        Of every flash; rounded to whole pictures of the clip.
    rounds : int
        Each holds ten faces when identifying, eleven when spotting; three of them catch trials.
    rng : numpy.random.Generator
    """
    hz = float(FPS)
    truths = [t for t, count in round_of(task).items() for _ in range(count * rounds)]
    turns = [str(who) for _ in truths for who in rng.permutation(list(faces))]
    kinds = catches_of(level)
    found = []
    for number, place in enumerate(rng.permutation(len(truths))):
        truth, who = truths[place], turns[number]
        catch = kinds[int(rng.integers(len(kinds)))] if truth == NONE else ""
        found.append(plan_trial(task, truth, who, duration_s, level, hz, rng, catch))
    return found


def render_drill(
    task: str,
    title: str,
    items: Sequence[PlannedTrial],
    out: Path,
    *,
    height: int = 720,
    captions: bool = True,
    on_face: Callable[[int, int], None] = lambda _done, _all: None,
) -> DrillClip:
    """Draw a drill into a clip.

    Parameters
    ----------
    task : {"identify", "spot"}
    title : str
    items : sequence of PlannedTrial
        As of `plan_drill`.
    out : Path
        The clip, such as ``drill.mp4``.
    height : int
        Of the picture, pixels, even; it is 16:9.
    captions : bool
        Whether the words are also written beside the clip, as .vtt.
    on_face : callable
        Told after every face how many are done, and of how many.

    Raises
    ------
    UsageError
        If `out` is no clip, or there is no browser.
    OutputError
        If it cannot be written; what was there before stays.
    """
    size = clip_size(out, height, "drill.mp4")
    press = Press(*size)
    try:
        with Studio() as studio, clip_writer(out, size, FPS, title) as writer:
            reel = _Reel(writer, press, studio, size[1])
            about = _ABOUT[task]
            reel.card("title", f"<h1>{escape(title)}</h1><p>{about}</p>", _TITLE_S, about)
            for number, item in enumerate(items, start=1):
                reel.face(task, item, f"Face {number} of {len(items)}")
                on_face(number, len(items))
            end = "The faces are synthetic: none of these people exists. Practice, not a test."
            reel.card("text", f"<p>{end}</p>", _END_S, end)
            done = DrillClip(reel.now, len(items), Captions(tuple(reel.lines)))
            if captions:
                write_beside(out.with_suffix(".vtt"), web_vtt(done.captions))
    finally:
        press.close()
    return done


class _Reel:
    """Puts pictures and words one after the other."""

    def __init__(self, writer: ClipWriter, press: Press, studio: Studio, height: int) -> None:
        self.writer, self.press, self.studio, self.height = writer, press, studio, height
        self.lines: list[tuple[float, float, str]] = []

    @property
    def now(self) -> float:
        return float(self.writer.frames / FPS)

    def card(
        self, kind: str, html: str, seconds: float, said: str, faces: Sequence[Picture] = ()
    ) -> None:
        """One card, with faces that move or stand in it; what is said becomes a caption."""
        back = self.press.card(kind, html)
        begins, count = self.now, max(len(faces), round(seconds * FPS))
        number = 1 if kind.endswith("faces1") else 2
        for k in range(count):
            face = faces[min(k, len(faces) - 1)] if faces else None
            self.writer.add(back if face is None else put_faces(back, face, number), self.now)
        if said:
            self.lines.append((begins, self.now, said))

    def face(self, task: str, item: PlannedTrial, heading: str) -> None:
        """A face from the word before it to what it was."""
        side = int(self.height * _ONE) // 2 * 2
        shown = self._drawn(item.stimulus, side)
        head = f"<h2>{escape(heading)}</h2>"
        kind = "question faces1"
        self.card(kind, f"{head}<p>Look at the face.</p>", _READY_S, f"{heading}. Look.", shown[:1])
        self.card(kind, head, 0.0, "", shown)
        question, choices = _asked(task)
        rows = "".join(f"<li>{escape(choice)}</li>" for choice in choices)
        asked = f"{question} {', '.join(choices)}?"
        self.card(kind, f"<h2>{question}</h2><ol>{rows}</ol>", _THINK_S, asked, shown[-1:])
        self._answer(item, shown)

    def _answer(self, item: PlannedTrial, shown: Sequence[Picture]) -> None:
        words, units = _told(item)
        html = f"<h2>{escape(words)}</h2><p>{escape(', '.join(units))}</p>"
        said = " ".join([words, *(f"{unit}." for unit in units)])
        stimulus = item.stimulus
        moving = max(stimulus.target_frames, _LEAST_SLOW)
        first = max(0, stimulus.onset_frame - _AROUND)
        slow = shown[first : stimulus.onset_frame + moving + _AROUND]
        repeated = [picture for picture in slow for _ in range(_SLOWER)]
        if not stimulus.apex:
            seconds = len(repeated) / float(FPS) + _HOLD_S
            self.card("question faces1", html, seconds, said, repeated)
            return
        side = int(self.height * _TWO) // 2 * 2
        head: dict[str, Course] = {
            axis: ((0.0, course[0][1]),) for axis, course in stimulus.scene.head.items()
        }
        identity = stimulus.scene.identity
        still, apex = (self._still(identity, units, head, side) for units in ({}, stimulus.apex))
        tinted = changed(still, apex)
        pair = [np.hstack([_smaller(picture, side), tinted]) for picture in [*repeated, apex]]
        seconds = len(pair) / float(FPS) + _HOLD_S
        self.card("question faces2", html, seconds, f"{said} Slowly, and where it changed.", pair)

    def _still(
        self,
        identity: str,
        units: dict[str, float],
        head: dict[str, Course],
        side: int,
    ) -> Picture:
        scene = Scene(identity, 1.0, {k: ((0.0, v),) for k, v in units.items()}, head)
        self.studio.load(_film(scene, side))
        return decoded(self.studio.picture(0.5))

    def _drawn(self, stimulus: Stimulus, side: int) -> list[Picture]:
        """Frames, each in the middle of its time: a flash of n frames is seen in exactly n."""
        scene = stimulus.scene
        self.studio.load(_film(scene, side))
        known: dict[str, Picture] = {}
        found = []
        for frame in range(stimulus.total_frames):
            time_s = float((frame + Fraction(1, 2)) / FPS)
            look = repr(scene.at(time_s))
            if look not in known:
                known[look] = decoded(self.studio.picture(time_s))
            found.append(known[look])
        return found


def _film(scene: Scene, side: int) -> Film:
    part = Part(
        identity=scene.identity,
        courses={key: list(course) for key, course in scene.units.items()},
        head={axis: list(course) for axis, course in scene.head.items()},
    )
    return Film(size=side, fps=FPS, seconds=scene.duration_s, faces=[part])


def _smaller(picture: Picture, side: int) -> Picture:
    return np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def _asked(task: str) -> tuple[str, list[str]]:
    if task == "identify":
        return "What did you see?", ["none of them" if a == NONE else a for a in ANSWERS]
    return "Did anything happen, and where?", [*REGIONS, "nothing"]


def _told(item: PlannedTrial) -> tuple[str, list[str]]:
    """What it was, and the action units of it, each once for both sides."""
    if item.catch:
        return f"Nothing to name. {caught(item)}", []
    units = dict.fromkeys(_UNITS[key] for key in item.stimulus.apex if item.stimulus.apex[key])
    shown_ms = round(1000 * item.stimulus.target_frames / float(FPS))
    words = f"{item.truth.capitalize()}, for {shown_ms} ms."
    return words, [f"AU{unit.code} {unit.name}" for unit in units]


def changed(still: Picture, apex: Picture) -> Picture:
    """The apex, with what differs from the face at rest in orange, as drills in pages show it."""
    before, after = still.astype(np.float32), apex.astype(np.float32)
    change = np.abs(after - before).sum(axis=2, keepdims=True)
    share = np.clip((change - 14.0) / 110.0, 0.0, 0.75)
    tinted = np.where(
        share > 0, before * (1 - share) + np.array(_ORANGE, np.float32) * share, after
    )
    return np.asarray(np.clip(tinted, 0, 255).round(), dtype=np.uint8)


def caught(item: PlannedTrial) -> str:
    """What a face did that showed no expression: at some levels all talk, or all heads sway."""
    scene = item.stimulus.scene
    if item.catch == "nothing" and scene.units:
        return "The face only talked, as all do here."
    if item.catch == "nothing" and any(len(course) > 1 for course in scene.head.values()):
        return "The head only moved, as all do here."
    return _CAUGHT[item.catch]
