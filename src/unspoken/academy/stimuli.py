"""Scenes of trials: an expression flashed in the same face's neutral, or something ordinary.

Everything is timed in seconds, but onsets and durations are whole frames of the display the learner
sits at, so that "shown for five frames" is a fact and not an intention.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from unspoken.academy.expressions import EXPRESSIONS, REGION_MOVES, spread
from unspoken.academy.levels import Level
from unspoken.academy.scene import Course, Scene, flash

__all__ = [
    "DURATIONS_S", "Stimulus", "catch_stimulus", "durations_for", "expression_stimulus",
    "move_stimulus",
]  # fmt: skip

#: Durations a display is asked for, before they are rounded to its frames, seconds.
DURATIONS_S: tuple[float, ...] = (
    *(0.004, 0.007, 0.0125, 0.0167, 0.025, 0.0333, 0.05, 0.0667, 0.0833),
    *(0.1, 0.1333, 0.1667, 0.2, 0.25, 0.3, 0.4, 0.5),
)
#: All scenes of a task last equally long, seconds, so that the length tells nothing. The face is
#: neutral before and after; when something begins varies from trial to trial.
_WHOLE_S = {"identify": 2.2, "spot": 3.0}
_IDENTIFY_LEAD_S, _SPOT_MARGIN_S, _TAIL_S = (0.5, 0.9), 0.4, 0.4
#: Ordinary movements, seconds, degrees, Hz.
_BLINK_S = (0.15, 0.35)
_TURN_S, _TURN_DEG = 0.8, (9.0, 14.0)
_SPEECH_S, _SYLLABLE_HZ = (0.5, 1.0), (3.5, 5.5)
_SWAY_DEG, _SWAY_HZ = 6.0, (0.25, 0.5)
#: Knots a second in courses that are not straight lines.
_KNOTS_HZ = 30.0


@dataclass(frozen=True)
class Stimulus:
    """What one trial shows.

    Parameters
    ----------
    scene : Scene
    onset_frame, target_frames, total_frames : int
        In frames of the display; `target_frames` is 0 in catch trials without any movement.
    apex : dict of str to float
        Amplitudes at the apex, for feedback; empty in catch trials.
    ordinary : dict of str to Course
        What moves besides: talk, or what a catch trial holds. `scene` has both together.
    """

    scene: Scene
    onset_frame: int
    target_frames: int
    total_frames: int
    apex: dict[str, float]
    ordinary: dict[str, Course] = field(default_factory=dict)


def durations_for(refresh_hz: float) -> tuple[float, ...]:
    """Durations a display can show: whole frames nearest to :data:`DURATIONS_S`, seconds."""
    frames = sorted({max(1, round(duration * refresh_hz)) for duration in DURATIONS_S})
    return tuple(count / refresh_hz for count in frames)


def expression_stimulus(
    identity: str,
    emotion: str,
    duration_s: float,
    level: Level,
    refresh_hz: float,
    rng: np.random.Generator,
) -> Stimulus:
    """An expression of an emotion, flashed for a duration (seconds, rounded to whole frames)."""
    variants = EXPRESSIONS[emotion]
    shown = variants[int(rng.integers(len(variants)))]
    side = ("L", "R")[int(rng.integers(2))] if shown.one_sided else ""
    apex = spread(shown.units, level.strength * (0.85 if level.mixed else 1.0), side)
    if level.mixed:
        others = [name for name in EXPRESSIONS if name not in (emotion, "contempt")]
        other = EXPRESSIONS[others[int(rng.integers(len(others)))]][0]
        for key, amplitude in spread(other.units, 0.3).items():
            apex[key] = round(min(1.0, apex.get(key, 0.0) + amplitude), 4)
    lead = _lead("identify", duration_s, rng)
    return _assemble(identity, apex, lead, duration_s, "identify", level, refresh_hz, rng)


def move_stimulus(
    identity: str,
    region: str,
    duration_s: float,
    level: Level,
    refresh_hz: float,
    rng: np.random.Generator,
) -> Stimulus:
    """A movement of one region, somewhere within three seconds."""
    moves = REGION_MOVES[region]
    side = ("", "L", "R")[int(rng.integers(3))]
    apex = spread(moves[int(rng.integers(len(moves)))], level.strength, side)
    lead = _lead("spot", duration_s, rng)
    return _assemble(identity, apex, lead, duration_s, "spot", level, refresh_hz, rng)


def catch_stimulus(
    identity: str,
    kind: str,
    task: str,
    level: Level,
    refresh_hz: float,
    rng: np.random.Generator,
) -> Stimulus:
    """No expression: nothing at all, a blink, talk or a turn of the head.

    The scene lasts as long as one with an expression, and what happens comes at the same times.

    Parameters
    ----------
    kind : str
        One of `unspoken.academy.levels.catches_of` the level.
    task : {"identify", "spot"}
    """
    lasting = {
        "blink": float(rng.uniform(*_BLINK_S)),
        "speech": float(rng.uniform(*_SPEECH_S)),
        "head_turn": _TURN_S,
    }.get(kind, 0.0)
    lead = _lead(task, lasting, rng)
    stimulus = _assemble(identity, {}, lead, 0.0, task, level, refresh_hz, rng)
    scene = stimulus.scene
    units, head = dict(scene.units), dict(scene.head)
    if kind == "blink":
        closed = flash(lead, lasting, 1.0)
        units |= {"AU45L": closed, "AU45R": closed}
    elif kind == "speech":
        units |= _speech(lead, lead + lasting, rng)
    elif kind == "head_turn":
        angle = float(rng.uniform(*_TURN_DEG)) * (1 if rng.random() < 0.5 else -1)
        before = head.get("yaw_deg", ((0.0, 0.0),))
        head["yaw_deg"] = _summed(before, flash(lead, lasting, angle))
    return Stimulus(
        Scene(identity, scene.duration_s, units, head), stimulus.onset_frame, 0,
        stimulus.total_frames, {}, units,
    )  # fmt: skip


def _lead(task: str, lasting_s: float, rng: np.random.Generator) -> float:
    """When something that lasts so long begins, seconds."""
    if task == "identify":
        return float(rng.uniform(*_IDENTIFY_LEAD_S))
    latest = _WHOLE_S[task] - _SPOT_MARGIN_S - lasting_s
    return float(rng.uniform(_SPOT_MARGIN_S, max(latest, _SPOT_MARGIN_S)))


def _assemble(
    identity: str,
    apex: dict[str, float],
    lead_s: float,
    duration_s: float,
    task: str,
    level: Level,
    refresh_hz: float,
    rng: np.random.Generator,
) -> Stimulus:
    onset_frame = max(1, round(lead_s * refresh_hz))
    target = max(1, round(duration_s * refresh_hz))
    room = onset_frame + target + max(1, round(_TAIL_S * refresh_hz))
    total = max(round(_WHOLE_S[task] * refresh_hz), room)
    onset, shown, whole = onset_frame / refresh_hz, target / refresh_hz, total / refresh_hz
    units = {key: flash(onset, shown, amplitude) for key, amplitude in apex.items() if amplitude}
    ordinary = _speech(0.05, whole - 0.05, rng) if level.speech else {}
    scene = Scene(identity, whole, _joined(units, ordinary), _head(level, whole, rng))
    return Stimulus(scene, onset_frame, target, total, apex, ordinary)


def _head(level: Level, whole_s: float, rng: np.random.Generator) -> dict[str, Course]:
    yaw = level.yaw_deg * (1 if rng.random() < 0.5 else -1)
    if not level.head:
        return {"yaw_deg": ((0.0, yaw),)} if yaw else {}
    times = _knots(0.0, whole_s)
    head = {}
    for axis, size in (("yaw_deg", 1.0), ("pitch_deg", 0.6), ("roll_deg", 0.4)):
        rate, phase = rng.uniform(*_SWAY_HZ), rng.uniform(0.0, 2.0 * np.pi)
        sway = size * _SWAY_DEG * np.sin(2.0 * np.pi * rate * times + phase)
        head[axis] = _course(times, sway + (yaw if axis == "yaw_deg" else 0.0))
    return head


def _speech(start_s: float, end_s: float, rng: np.random.Generator) -> dict[str, Course]:
    """Jaw and lips in the rhythm of syllables; closed at both ends."""
    times = _knots(start_s, end_s)
    rate, phase = rng.uniform(*_SYLLABLE_HZ), rng.uniform(0.0, 2.0 * np.pi)
    inside = np.sin(np.pi * np.clip((times - start_s) / max(end_s - start_s, 1e-6), 0, 1)) ** 0.5
    beat = 0.5 - 0.5 * np.cos(2.0 * np.pi * rate * (times - start_s))
    shape = 0.5 + 0.5 * np.sin(2.0 * np.pi * rate * 0.5 * times + phase)
    return {
        "AU25": _course(times, 0.55 * beat * inside),
        "AU26": _course(times, 0.22 * beat * inside),
        "AU18": _course(times, 0.35 * shape * beat * inside),
        "AU22": _course(times, 0.25 * (1.0 - shape) * beat * inside),
    }


def _knots(start_s: float, end_s: float) -> np.ndarray:
    count = max(2, int(np.ceil((end_s - start_s) * _KNOTS_HZ)) + 1)
    return np.linspace(start_s, end_s, count)


def _course(times: Sequence[float] | np.ndarray, values: np.ndarray) -> Course:
    return tuple(
        (round(float(t), 4), round(float(v), 4)) for t, v in zip(times, values, strict=True)
    )


def _joined(first: dict[str, Course], second: dict[str, Course]) -> dict[str, Course]:
    """Both at once; where both move a unit, their sum up to 1."""
    both = dict(first)
    for key, course in second.items():
        both[key] = _summed(both[key], course, 1.0) if key in both else course
    return both


def _summed(first: Course, second: Course, most: float = np.inf) -> Course:
    """The sum of two courses, at the knots of either."""
    knots = sorted({time for time, _v in (*first, *second)})
    a, b = np.array(first), np.array(second)
    total = np.interp(knots, a[:, 0], a[:, 1]) + np.interp(knots, b[:, 0], b[:, 1])
    return _course(np.array(knots), np.minimum(total, most))
