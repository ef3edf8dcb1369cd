"""Who is who: only customers are ever measured, so roles are settled before anything is.

Sides are those of the picture as it is seen. A role can be given by track number, by side or to
all; the more exact word wins: number, then side, then all. A single person nobody said anything
about is the customer. Where several people need a decision and nothing decides, the answer is a
question: `RolesNeeded`.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field

from unspoken.errors import RolesNeeded, UsageError
from unspoken.face.observation import FaceObservation, FacesInFrame, Role

__all__ = ["RoleBook"]

_TOGETHER_S = 0.3  # two faces both seen for so long, in one picture, are two people
_ALONE_S = 0.5  # a further face seen for so long is another person
_MIDDLE = 0.05  # of the picture's width either side of its middle: neither left nor right
_LONGEST_STEP_S = 0.2  # a longer pause between frames counts as this much sight
_SURE = 0.85  # a lower mesh score may be a pattern on a wall or on clothes: no reason to ask
_SIDES = ("left", "right")


@dataclass(slots=True)
class _Sighting:
    """What is known of one track."""

    sure_s: float = 0.0  # in view with a mesh score above doubt
    last_s: float = float("-inf")
    positions: list[float] = field(default_factory=list)  # sorted, picture widths from the left
    met: set[int] = field(default_factory=set)  # tracks seen in the same frame

    @property
    def x(self) -> float:
        """Median position so far, 0 left border .. 1 right border."""
        return self.positions[len(self.positions) // 2]


class RoleBook:
    """Settles roles while the frames come in.

    Parameters
    ----------
    role_map : mapping of str to Role
        `Settings.role`: a track number, ``left``, ``right`` or ``all``, and its role.

    Raises
    ------
    UsageError
        If a key is neither a track number nor one of the words.
    """

    def __init__(self, role_map: Mapping[str, Role]) -> None:
        self._by_number: dict[int, Role] = {}
        self._by_side: dict[str, Role] = {}
        self._for_all: Role | None = None
        for key, role in role_map.items():
            word = key.strip().lower()
            if word == "all":
                self._for_all = role
            elif word in _SIDES:
                self._by_side[word] = role
            elif word.isascii() and word.isdigit() and int(word) > 0:
                self._by_number[int(word)] = role
            else:
                raise UsageError(
                    f"A role was given to {key!r}; expected a face's number (1, 2, ...), "
                    "left, right or all.",
                    "For example: --role left=customer",
                )
        self._sightings: dict[int, _Sighting] = {}
        self._last_s: float | None = None

    def push(self, faces: FacesInFrame, time_s: float, picture_width: int) -> None:
        """Take note of a frame.

        Parameters
        ----------
        faces : FacesInFrame
            What the tracker saw.
        time_s : float
            Capture time, seconds.
        picture_width : int
            Pixels.

        Raises
        ------
        RolesNeeded
            If more than one person needs a decision and nothing in the role map decides.
        """
        step_s = min(time_s - self._last_s, _LONGEST_STEP_S) if self._last_s is not None else 0.0
        self._last_s = time_s
        numbers = [face.face_id for face in faces.faces]
        for face in faces.faces:
            sighting = self._sightings.setdefault(face.face_id, _Sighting())
            sighting.sure_s += step_s if face.presence >= _SURE else 0.0
            sighting.last_s = time_s
            sighting.met.update(n for n in numbers if n != face.face_id)
            if face.measured:
                bisect.insort(sighting.positions, _middle(face) / picture_width)
        self._ask_when_needed()

    def role_of(self, face_id: int) -> Role:
        """Role of a track as far as is known now; "unknown" is never measured.

        A role by side may change while a face moves across the picture: it goes by the median of
        the positions seen so far, against the others it was seen with, or against the middle of
        the picture when it was alone.
        """
        told = self._told(face_id)
        if told is not None:
            return told
        if self._customer_named():
            return "unknown"
        first = min((n for n in self._sightings if self._told(n) is None), default=face_id)
        return "customer" if face_id == first else "unknown"

    def check_finished(self) -> None:
        """Complain about numbers in the role map that no face ever had.

        Raises
        ------
        UsageError
            Names the numbers and the faces there were.
        """
        never = sorted(set(self._by_number) - set(self._sightings))
        if not never:
            return
        there = ", ".join(str(n) for n in sorted(self._sightings)) or "none at all"
        word, verb = ("face", "was") if len(never) == 1 else ("faces", "were")
        raise UsageError(
            f"A role was given to {word} {', '.join(map(str, never))}, which {verb} never seen; "
            f"faces in this recording: {there}.",
            "The contact sheet shows which number is whose.",
        )

    # ------------------------------------------------------------------------------------------

    def _told(self, face_id: int) -> Role | None:
        """What the role map says of a track, None if nothing."""
        if face_id in self._by_number:
            return self._by_number[face_id]
        if self._by_side and face_id in self._sightings:
            side = self._side(face_id)
            if side in self._by_side:
                return self._by_side[side]
        return self._for_all

    def _side(self, face_id: int) -> str:
        """Side of the picture a track is on: left, right, or "" when that cannot be said."""
        own = self._sightings[face_id]
        if not own.positions:
            return ""
        others = [self._sightings[n].x for n in own.met if self._sightings[n].positions]
        middle = 0.5
        if others:
            everyone = [own.x, *others]
            middle = (min(everyone) + max(everyone)) / 2.0
        if abs(own.x - middle) < (1e-3 if others else _MIDDLE):
            return ""
        return "left" if own.x < middle else "right"

    def _customer_named(self) -> bool:
        named = [*self._by_number.values(), *self._by_side.values(), self._for_all]
        return "customer" in named

    def _ask_when_needed(self) -> None:
        """Raise when more than one person is there for whom nothing decides."""
        if self._customer_named():
            return  # the others are unknown, and that is an answer
        open_ones = {n: s for n, s in self._sightings.items() if self._told(n) is None}
        together = [
            n
            for n, s in open_ones.items()
            if s.sure_s >= _TOGETHER_S
            and any(m in open_ones and open_ones[m].sure_s >= _TOGETHER_S for m in s.met)
        ]
        long_enough = [n for n, s in open_ones.items() if s.sure_s >= _ALONE_S]
        if len(together) > 1 or len(long_enough) > 1:
            numbers = sorted({*together, *long_enough})
            raise RolesNeeded(
                f"There are several people in the picture (faces {', '.join(map(str, numbers))}), "
                "and nothing says which of them is the customer. Only customers are measured.",
                "Say who is who, for example: --role 1=customer, or --role left=customer.",
            )


def _middle(face: FaceObservation) -> float:
    """Horizontal middle of a face, picture pixels."""
    x = face.points[:, 0]
    return float(x.min() + x.max()) / 2.0
