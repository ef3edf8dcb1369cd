"""Slow loops of the strongest events: as recorded, and with the measured movement enlarged.

The enlarged pictures are synthetic. Each recorded picture is warped on by N - 1 times the
displacement that was measured in it: the sum of the units' fields, each times its amplitude since
the onset. So they show what was measured and nothing else; noise is not enlarged, and neither is
what the units cannot express. (Liu et al. 2005, doi 10.1145/1073204.1073223, magnify measured
motion the same way, layer by layer.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.facs.basis import load_basis
from unspoken.facs.units import UNIT_INDEX
from unspoken.media.frame import Frame
from unspoken.motion.crop import canonical_icd_px, crop_transform, to_crop
from unspoken.motion.fields import spread
from unspoken.report.pictures import cut_patch
from unspoken.spotting.events import Event

__all__ = ["MOST_LOOPS", "Loop", "LoopPlan", "LoopTaker", "loop_events", "plan_loops"]

#: Loops in a page; each takes 70 to 250 kB, so all together stay below 3 MB.
MOST_LOOPS = 12
#: Pictures of a loop.
_MOST_FRAMES = 20
SIDE_PX = 160
COLUMNS = 10
_QUALITY = 60
_MARGIN_S = 0.1
#: How far the strongest point should move in the enlarged pictures, ICD.
_WANTED_ICD = 0.16
_MOST_GAIN = 10.0
_LONGEST_S = 4.0

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop as the page gets it.

    Parameters
    ----------
    sheet : bytes
        JPEG; frames side by side in rows of :data:`COLUMNS`, recorded ones first, enlarged below.
    times_s : tuple of float
        Capture times, seconds.
    apex : int
        Which frame is nearest to the apex.
    gain : float
        How many times the movement is enlarged.
    """

    sheet: bytes
    times_s: tuple[float, ...]
    apex: int
    gain: float


@dataclass(frozen=True, slots=True)
class LoopPlan:
    """The frames of one event's loop: indices, capture times, and movement of each unit."""

    event: Event
    frames: tuple[int, ...]
    times_s: tuple[float, ...]
    amplitudes: Array


def loop_events(events: Iterable[Event], rank: Mapping[str, float]) -> tuple[Event, ...]:
    """The events that get a loop: those with the strongest signals, then the clearest.

    Parameters
    ----------
    events : iterable of Event
        All events.
    rank : mapping of str to float
        Strength of the strongest signal by event, where there is one.
    """
    able = [e for e in events if e.kind != "blink" and e.offset_s - e.onset_s < _LONGEST_S]
    able.sort(key=lambda e: (-rank.get(e.event_id, 0.0), e.kind != "micro", -np.nan_to_num(e.snr)))
    return tuple(able[:MOST_LOOPS])


def plan_loops(
    events: Sequence[Event],
    series: Mapping[str, tuple[Array, Array]],
    frame_times_s: Sequence[float],
) -> list[LoopPlan]:
    """Choose the frames of each loop.

    Parameters
    ----------
    events : sequence of Event
        From :func:`loop_events`.
    series : mapping of str to (ndarray, ndarray)
        By event: times, shape (n,), and amplitudes of the event's units, shape (units, n).
    frame_times_s : sequence of float
        Capture time of every frame, seconds.
    """
    times = np.asarray(frame_times_s)
    plans = []
    for event in events:
        sampled, values = series[event.event_id]
        rows = np.searchsorted(times, (event.onset_s - _MARGIN_S, event.offset_s + _MARGIN_S))
        frames = np.arange(*rows)
        if frames.size > _MOST_FRAMES:
            frames = frames[np.linspace(0, frames.size - 1, _MOST_FRAMES).round().astype(int)]
        if frames.size < 3 or sampled.size < 3:
            continue
        filled = np.nan_to_num(values)
        moved = np.array([np.interp(times[frames], sampled, row) for row in filled])
        start = np.array([[np.interp(event.onset_s, sampled, row)] for row in filled])
        plans.append(
            LoopPlan(event, tuple(frames.tolist()), tuple(times[frames].tolist()), moved - start)
        )
    return plans


class LoopTaker:
    """Cuts and enlarges loops out of the frames of a second look.

    Parameters
    ----------
    plans : sequence of LoopPlan
        From :func:`plan_loops`.
    to_picture, crop_px
        As for `unspoken.report.pictures.moments_of` and `PictureTaker`.
    """

    def __init__(
        self,
        plans: Sequence[LoopPlan],
        to_picture: Callable[[int, int], NDArray[np.float64] | None],
        crop_px: int,
    ) -> None:
        self._to_picture = to_picture
        self._crop_px = crop_px
        self._users: dict[int, list[tuple[LoopPlan, int]]] = {}
        self._times: dict[int, float] = {}
        for plan in plans:
            for place, (index, time_s) in enumerate(zip(plan.frames, plan.times_s, strict=True)):
                self._users.setdefault(index, []).append((plan, place))
                self._times[index] = time_s
        self._patches: dict[str, dict[int, NDArray[np.uint8]]] = {}
        self._loops: dict[str, Future[Loop]] = {}
        self._workshop = ThreadPoolExecutor(1, "unspoken-loops")

    def wanted(self) -> dict[int, float]:
        """Capture time of each frame that is needed, by index."""
        return self._times

    def take(self, frame: Frame) -> None:
        """Cut what is needed of a frame; a loop is made as soon as its last frame is there."""
        for plan, place in self._users.get(frame.index, ()):
            matrix = self._to_picture(plan.event.face_id, frame.index)
            if matrix is None:
                continue
            name = plan.event.event_id
            taken = self._patches.setdefault(name, {})
            taken[place] = cut_patch(frame, matrix, self._crop_px, SIDE_PX)
            if len(taken) == len(plan.frames):
                recorded = [taken[i] for i in range(len(taken))]
                self._loops[name] = self._workshop.submit(_made, plan, recorded)
                del self._patches[name]

    def loops(self) -> dict[str, Loop]:
        """By event; without those whose frames could not all be read. Waits for the last one."""
        with self._workshop:
            return {name: made.result() for name, made in self._loops.items()}


def _made(plan: LoopPlan, recorded: list[NDArray[np.uint8]]) -> Loop:
    gain, displaced = enlarged_fields(plan)
    enlarged = [warped(p, (gain - 1.0) * d) for p, d in zip(recorded, displaced, strict=True)]
    sheet = _sheet([*_padded(recorded), *enlarged])
    apex = int(np.argmin(np.abs(np.array(plan.times_s) - plan.event.apex_s)))
    return Loop(sheet, plan.times_s, apex, gain)


def enlarged_fields(plan: LoopPlan) -> tuple[float, NDArray[np.float32]]:
    """How many times the movement is enlarged, and the measured movement of each frame.

    Returns
    -------
    gain : float
        A whole number from 2 to 10, so that the strongest point moves about 0.16 ICD.
    displaced : ndarray of float32, shape (frames, side, side, 2)
        Picture pixels.
    """
    fields = _unit_fields()[[UNIT_INDEX[key] for key in plan.event.action_units]]
    displaced = np.tensordot(plan.amplitudes.T.astype(np.float32), fields, axes=1)
    most = float(np.sqrt((displaced * displaced).sum(axis=-1)).max()) / canonical_icd_px(SIDE_PX)
    gain = min(_MOST_GAIN, max(2.0, round(_WANTED_ICD / most))) if most > 0 else 2.0
    return gain, displaced


def warped(patch: NDArray[np.uint8], displacement: NDArray[np.float32]) -> NDArray[np.uint8]:
    """A picture whose points were moved by a smooth displacement, pixels (x, y)."""
    y, x = np.mgrid[0 : patch.shape[0], 0 : patch.shape[1]].astype(np.float32)
    # The field is asked at the goal, not at the start; a second look corrects most of that.
    back = displacement
    back = _looked_up(displacement, x - back[..., 0], y - back[..., 1])
    moved = cv2.remap(
        patch, x - back[..., 0], y - back[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved, dtype=np.uint8)


def _looked_up(
    field: NDArray[np.float32], x: NDArray[np.float32], y: NDArray[np.float32]
) -> NDArray[np.float32]:
    found = cv2.remap(np.ascontiguousarray(field), x, y, cv2.INTER_LINEAR)
    return np.asarray(found, dtype=np.float32)


@lru_cache(maxsize=1)
def _unit_fields() -> NDArray[np.float32]:
    """Displacement of the canonical face by each unit, shape (units, side, side, 2), pixels."""
    basis = load_basis()
    points = to_crop(crop_transform(basis.points, SIDE_PX), basis.points[:, :2])
    vectors = basis.fields[:, :, :2].astype(np.float64) * canonical_icd_px(SIDE_PX)
    flat = vectors.transpose(1, 0, 2).reshape(len(points), -1)
    planes = spread(points, flat, SIDE_PX, SIDE_PX / 92.0)
    return planes.reshape(len(basis.fields), 2, SIDE_PX, SIDE_PX).transpose(0, 2, 3, 1)


def _padded(pictures: list[NDArray[np.uint8]]) -> list[NDArray[np.uint8]]:
    """Fill the last row, so that the enlarged pictures begin a new one."""
    missing = -len(pictures) % COLUMNS
    return [*pictures, *([np.zeros_like(pictures[0])] * missing)]


def _sheet(pictures: list[NDArray[np.uint8]]) -> bytes:
    cells = _padded(pictures)
    rows = [np.hstack(cells[i : i + COLUMNS]) for i in range(0, len(cells), COLUMNS)]
    picture = np.ascontiguousarray(np.vstack(rows)[:, :, ::-1])
    # WebP would be a third smaller and takes twenty-five times as long.
    done, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    assert done, "a small 8 bit picture can always be coded as JPEG"
    return coded.tobytes()
