"""Follow every face through a recording, with numbers that stay.

Numbers are session-local: they count faces from 1 in order of appearance in this one recording and
mean nothing outside it. To give a face that left and came back its old number, a few tiny grey
pictures of each face are kept in memory while the tracker lives (see `unspoken.face.appearance`).
They are never stored and no method returns them. In doubt a face gets a new number: two numbers for
one person are an inconvenience, one number for two people is a wrong result.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from unspoken.face.appearance import Appearance
from unspoken.face.cuts import CutDetector
from unspoken.face.geometry import overlap
from unspoken.face.hands import HandNets, HandWatcher
from unspoken.face.nets import Detection, Nets, Region
from unspoken.face.observation import FaceObservation, FacesInFrame, HandOverFace
from unspoken.face.search import FaceSearch
from unspoken.face.track import State, Track
from unspoken.media.frame import Frame
from unspoken.settings import Settings

__all__ = ["FaceTracker"]

_PRESENT, _PRESENT_AT_FIRST = 0.5, 0.8
_WEAK_S = 0.3  # how long a doubtful mesh is tried again
_HIDDEN_S = 3.0  # how long a hidden face is expected to come out again
_FORGET_HANDS_S = 1.0  # a face lost for longer is looked at for hands anew
_UNDECIDED_S = 0.4  # how long a face may take to show who it is
_COMING_OUT_S = 1.0  # ... when it may be one that was hidden there
_SAME_PLACE = 0.5  # overlap of two boxes that are about one face
_TOUCHING = 0.1  # overlap of two faces that may be taken for each other
# Likeness of looks. Chosen on 141 looks at 14 people, all within 15 degrees of frontal, 63 of them
# under one light and 48 at half size: different people reached 0.65 at most; of the pairs of one
# person 96 % were at 0.7 or more, but only 17 % for one who makes wild faces behind her hands.
_ALIKE = 0.7  # one face, seen again anywhere
_ALIKE_NEARBY, _NEARBY_S = 0.5, 3.0  # ... about where it was a moment ago
_REACH, _REACH_PER_S = 0.6, 1.2  # of its size: how far from there, and more with time
_DOUBTFUL = 0.5  # may turn out to be alike
_CLEARLY = 0.04  # lead over the next best
_COVERED = 0.35  # less like itself than this while another face touches it
_SWAPPED = 0.1  # lead of another face's looks that tells a mesh has slipped onto it


class FaceTracker:
    """Finds and follows faces, frame by frame.

    Parameters
    ----------
    settings : Settings
        Uses `max_faces` and `mesh_interval_s`.
    nets : Nets, optional
        Loaded here where left out.
    hands : HandNets, optional
        Looks for hands before the faces; where left out nobody does.

    Raises
    ------
    AssetError
        If the weights are missing or altered.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        nets: Nets | None = None,
        hands: HandNets | None = None,
    ) -> None:
        nets = nets or Nets()
        self._settings = settings or Settings()
        self._mesh = nets.mesh
        self._search = FaceSearch(nets.detector)
        self._cuts = CutDetector()
        self._hands = hands
        self._watchers: dict[int, HandWatcher] = {}
        self._active: list[Track] = []
        self._undecided: list[Track] = []
        self._resting: list[Track] = []
        self._next_id = 1
        self._last_cut_s = -np.inf

    def push(self, frame: Frame) -> FacesInFrame:
        """Take the next frame in order of time.

        Returns
        -------
        FacesInFrame
            Faces that are in view; a face the mesh net doubts, or that is behind another, is not.
        """
        cut = self._cuts.push(frame)
        if cut:
            self._end_all(frame.time_s)
        for track in (*self._active, *self._undecided):
            self._follow(track, frame)
        self._untangle(frame)
        if self._search.due(frame.time_s, self._known(), self._missing()):
            for detection in self._search.run(frame):
                self._meet(detection, frame)
        self._decide(frame)
        self._retire(frame.time_s)
        return FacesInFrame(cut, self._report(frame))

    # -- following -----------------------------------------------------------------------------

    def _follow(self, track: Track, frame: Frame) -> None:
        """Bring a track to this frame, with the nets where needed."""
        if track.state is State.HIDDEN:
            return
        if track.state is State.SEEN:
            motion = track.carry(frame)
            interval = self._settings.mesh_interval_s
            close = track in self._undecided or self._touched(track, frame.time_s)
            if not close and not track.needs_mesh(motion, frame.time_s, interval):
                return
        points, presence = self._mesh.run(frame, track.region)
        if presence >= _PRESENT:
            track.enter(State.SEEN, frame.time_s)
            track.lay(frame, points, presence)
        else:
            track.enter(State.WEAK, frame.time_s)

    def _touched(self, track: Track, time_s: float) -> bool:
        """Whether another face is so near that they might be taken for each other."""
        return any(
            other is not track and overlap(track.box, other.expected_box(time_s)) > _TOUCHING
            for other in self._active
        )

    def _untangle(self, frame: Frame) -> None:
        """Two tracks on one face: merge duplicates, hide the face behind."""
        for a, b in combinations(list(self._active), 2):
            if State.HIDDEN in (a.state, b.state) or not (a.measured and b.measured):
                continue
            shared = overlap(a.box, b.box)
            if shared <= _TOUCHING:
                continue
            if not (a.looks and b.looks):
                if shared > _SAME_PLACE:
                    self._drop(max(a, b, key=lambda t: t.face_id))
                continue
            if shared > _SAME_PLACE and a.like(b.looks[-1]) > _ALIKE:
                self._drop(max(a, b, key=lambda t: t.face_id))
                continue
            self._hide_the_slipped(a, b, shared, frame)

    def _hide_the_slipped(self, a: Track, b: Track, shared: float, frame: Frame) -> None:
        """Of two touching faces, hide what is covered or lies on the other's face."""
        leads = []
        for track, other in ((a, b), (b, a)):
            look = Appearance.of(frame, track.points)
            own = track.like(look)
            leads.append(own - other.like(look))
            if own < _COVERED:
                track.enter(State.HIDDEN, frame.time_s)
        if State.HIDDEN in (a.state, b.state):
            return
        if shared > _SAME_PLACE or min(leads) < -_SWAPPED:
            behind = a if leads[0] < leads[1] else b
            behind.enter(State.HIDDEN, frame.time_s)

    def _drop(self, track: Track) -> None:
        self._active = [t for t in self._active if t is not track]

    # -- meeting -------------------------------------------------------------------------------

    def _known(self) -> int:
        return sum(t.state is State.SEEN for t in self._active)

    def _missing(self) -> bool:
        return any(t.state is not State.SEEN for t in self._active)

    def _meet(self, detection: Detection, frame: Frame) -> None:
        """See whether a detection is a face that nobody follows yet."""
        visible = [t for t in (*self._active, *self._undecided) if t.state is State.SEEN]
        if any(overlap(t.box, detection.box) > _SAME_PLACE for t in visible):
            return
        if len(visible) >= self._settings.max_faces:
            return
        points, presence = self._mesh.run(frame, detection.region)
        if presence < _PRESENT:
            return
        points, presence = self._mesh.run(frame, Region.around_points(points))
        if presence < _PRESENT_AT_FIRST:
            return
        found = Track(frame, points, presence)
        if any(overlap(t.box, found.box) > _SAME_PLACE for t in visible):
            return
        self._undecided.append(found)

    def _decide(self, frame: Frame) -> None:
        """Give new faces their number: an old one where they are clearly back, else the next."""
        for track in list(self._undecided):
            if track.state is not State.SEEN:
                continue
            absent = [t for t in self._active if t.state is not State.SEEN] + self._resting
            look = Appearance.of(frame, track.points)
            back, patience_s = self._recognise(track.box, look, absent, frame.time_s)
            if back is not None:
                self._resume(back, track, frame)
            elif frame.time_s - track.first_s < patience_s:
                continue
            else:
                track.face_id, self._next_id = self._next_id, self._next_id + 1
                self._active.append(track)
            self._undecided.remove(track)

    def _recognise(
        self,
        box: NDArray[np.float64],
        look: Appearance,
        absent: list[Track],
        time_s: float,
    ) -> tuple[Track | None, float]:
        """Which absent face this is, if any; else how long to wait for a better look, seconds."""
        scored = sorted(((t.like(look), -t.face_id, t) for t in absent), key=lambda s: s[:2])
        if not scored:
            return None, 0.0
        best, _, track = scored[-1]
        rivals = [s for s, _, _ in scored[:-1]]
        rivals += [t.like(look) for t in self._active if t.state is State.SEEN]
        clear = best - max(rivals, default=-1.0) >= _CLEARLY
        near = self._just_here(track, box, time_s)
        if clear and best >= (_ALIKE_NEARBY if near else _ALIKE):
            return track, 0.0
        if any(self._just_here(t, box, time_s) for t in absent):
            return None, _COMING_OUT_S
        return None, _UNDECIDED_S if best >= _DOUBTFUL else 0.0

    def _just_here(self, track: Track, box: NDArray[np.float64], time_s: float) -> bool:
        """Whether an absent face was near enough, a moment ago, to be there now."""
        away_s = time_s - track.seen_s
        if away_s > _NEARBY_S or track.seen_s < self._last_cut_s:
            return False
        apart = (track.expected_box(time_s) - box).reshape(2, 2).mean(axis=0)
        return float(np.hypot(*apart)) < track.size * (_REACH + _REACH_PER_S * away_s)

    def _resume(self, back: Track, found: Track, frame: Frame) -> None:
        """Go on with a face that was away."""
        back.forget_movement()
        back.run += 1
        back.lay(frame, found.points, found.presence)
        self._resting = [t for t in self._resting if t is not back]
        if all(t is not back for t in self._active):
            self._active.append(back)

    # -- leaving -------------------------------------------------------------------------------

    def _end_all(self, time_s: float) -> None:
        """A camera cut: nothing that was known of places is true any more."""
        self._resting += self._active
        self._active, self._undecided = [], []
        self._last_cut_s = time_s
        self._search.look_everywhere()

    def _retire(self, time_s: float) -> None:
        """Put faces to rest that were doubtful or hidden for too long."""

        def over(track: Track) -> bool:
            limit = {State.SEEN: np.inf, State.WEAK: _WEAK_S, State.HIDDEN: _HIDDEN_S}
            return time_s - track.state_since_s > limit[track.state]

        self._resting += [t for t in self._active if over(t)]
        self._active = [t for t in self._active if not over(t)]
        self._undecided = [t for t in self._undecided if t.state is State.SEEN]

    # -- result --------------------------------------------------------------------------------

    def _report(self, frame: Frame) -> tuple[FaceObservation, ...]:
        seen = [t for t in self._active if t.state is State.SEEN]
        for track in seen:
            if track.settle(frame.time_s):
                track.run += 1
            if not self._touched(track, frame.time_s):
                track.remember(frame)
        alive = {t.face_id for t in self._active}
        self._watchers = {key: w for key, w in self._watchers.items() if key in alive}
        ordered = sorted(seen, key=lambda t: t.face_id)
        return tuple(t.observation(self._hand_before(t, frame)) for t in ordered)

    def _hand_before(self, track: Track, frame: Frame) -> HandOverFace | None:
        """The hand before a face, if hands are looked for."""
        if self._hands is None:
            return None
        watcher = self._watchers.get(track.face_id)
        # A hand makes a face jump or get lost for a moment, and is there when it is found again.
        if watcher is None or frame.time_s - watcher.last_s > _FORGET_HANDS_S:
            watcher = self._watchers[track.face_id] = HandWatcher(self._hands)
        return watcher.push(frame, track.points)
