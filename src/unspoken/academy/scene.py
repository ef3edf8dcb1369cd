"""A scene: which face moves how, as courses of amplitudes over seconds.

Scenes know nothing of frames. A player asks for the amplitudes at the time a frame is shown;
the browser and the command line sample the same description.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from unspoken.errors import InputError
from unspoken.facs.units import UNIT_INDEX

__all__ = ["HEAD_AXES", "Course", "Scene", "flash"]

#: (seconds, value) from knot to knot, straight in between, level before the first and after the
#: last.
Course = tuple[tuple[float, float], ...]
HEAD_AXES: tuple[str, ...] = ("yaw_deg", "pitch_deg", "roll_deg", "gaze_x", "gaze_y")
#: Shares of a flash that go into its rise and its fall.
_RISE, _FALL = 0.3, 0.3


@dataclass(frozen=True)
class Scene:
    """One face and its movements.

    Parameters
    ----------
    identity : str
        A name from the face pack.
    duration_s : float, seconds
    units : dict of str to Course
        Amplitudes by key of `unspoken.facs.units.UNIT_KEYS`; what is not named stays at 0.
    head : dict of str to Course
        By key of :data:`HEAD_AXES`. Degrees; positive yaw turns to the person's left, positive
        pitch up. Gaze is -1 to 1, to the person's left and up.

    Raises
    ------
    InputError
        If a key is unknown, a course is empty or runs backwards, or the duration is not positive.
    """

    identity: str
    duration_s: float
    units: dict[str, Course] = field(default_factory=dict)
    head: dict[str, Course] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 < self.duration_s < 3600:
            raise InputError(
                f"duration_s of a scene: expected seconds above 0, found {self.duration_s}."
            )
        for kind, courses, known in (
            ("unit", self.units, tuple(UNIT_INDEX)),
            ("axis", self.head, HEAD_AXES),
        ):
            for key, course in courses.items():
                if key not in known:
                    raise InputError(
                        f"{kind} {key!r} of a scene is unknown.", f"Known are {', '.join(known)}."
                    )
                _check_course(key, course)

    def at(self, time_s: float) -> tuple[dict[str, float], dict[str, float]]:
        """Amplitudes and head angles (degrees) at a time; keys as in the scene."""
        return (
            {key: _value(course, time_s) for key, course in self.units.items()},
            {axis: _value(course, time_s) for axis, course in self.head.items()},
        )

    def to_json(self) -> dict[str, Any]:
        """As the browser takes it."""
        return {
            "format": "unspoken.scene/1",
            "synthetic": True,
            "identity": self.identity,
            "duration_s": self.duration_s,
            "units": {key: [list(knot) for knot in course] for key, course in self.units.items()},
            "head": {key: [list(knot) for knot in course] for key, course in self.head.items()},
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Scene:
        """Read what :meth:`to_json` wrote, or a trainer.

        Raises
        ------
        InputError
            If it is not a scene.
        """
        try:
            courses = {
                part: {
                    str(key): tuple((float(t), float(v)) for t, v in course)
                    for key, course in dict(document.get(part, {})).items()
                }
                for part in ("units", "head")
            }
            return cls(
                str(document["identity"]),
                float(document["duration_s"]),
                courses["units"],
                courses["head"],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(
                "A scene cannot be read: expected identity, duration_s, units and head with lists "
                f"of [seconds, value], found {type(error).__name__}: {error}.",
            ) from error


def _check_course(key: str, course: Course) -> None:
    times = [time for time, _value in course]
    numbers = [number for knot in course for number in knot]
    if not course or times != sorted(times) or not bool(np.all(np.isfinite(numbers))):
        raise InputError(
            f"Course of {key}: expected at least one (seconds, value), in order of time, found "
            f"{course!r}."
        )


def _value(course: Sequence[tuple[float, float]], time_s: float) -> float:
    times, values = zip(*course, strict=True)
    return float(np.interp(time_s, times, values))


def flash(onset_s: float, duration_s: float, amplitude: float) -> Course:
    """Rise, hold and fall within a duration; 0 before and after.

    Three tenths of the time up, four at the top, three down. Sampled in the middle of frames, a
    flash of n whole frames is above 0 in exactly these n frames; one frame shows the apex.
    """
    end = onset_s + duration_s
    return (
        (onset_s, 0.0),
        (onset_s + _RISE * duration_s, amplitude),
        (end - _FALL * duration_s, amplitude),
        (end, 0.0),
    )
