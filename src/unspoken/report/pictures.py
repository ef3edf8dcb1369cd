"""Key frames of events: onset, apex, offset, and what changed between onset and apex.

The pictures are taken in a second pass over the few frames that are needed. Every picture is cut
with the same stabilised crop the measurement used, so a face stays still while it moves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.media.frame import Frame
from unspoken.spotting.events import Event

__all__ = [
    "ROLES",
    "EventPictures",
    "Moment",
    "PictureRole",
    "PictureTaker",
    "Shot",
    "choose_events",
    "cut_patch",
    "moments_of",
    "ranked_events",
]

PictureRole = Literal["onset", "apex", "offset"]
ROLES: tuple[PictureRole, ...] = ("onset", "apex", "offset")
#: Side of a picture in the report, pixels.
PICTURE_PX = 224
#: How much the difference picture is amplified.
DIFFERENCE_GAIN = 6.0
_QUALITY = 82
_GREY = NDArray[np.float32]


@dataclass(frozen=True)
class Moment:
    """A picture to be taken.

    Parameters
    ----------
    event_id : str
        Event it belongs to.
    role : {"onset", "apex", "offset"}
        Which moment of the event.
    frame : int
        Frame index.
    time_s : float
        Capture time, seconds.
    to_picture : ndarray, shape (2, 3)
        From crop pixels to picture pixels, as the engine used it for this frame.
    """

    event_id: str
    role: PictureRole
    frame: int
    time_s: float
    to_picture: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture that was taken: JPEG bytes, with its frame and time."""

    jpeg: bytes
    frame: int
    time_s: float


@dataclass(frozen=True, slots=True)
class EventPictures:
    """The strip of one event; a moment whose frame could not be read is missing.

    Parameters
    ----------
    shots : dict of str to Shot
        By role.
    difference : bytes or None
        JPEG of apex minus onset, amplified; None unless both were taken.
    """

    shots: dict[PictureRole, Shot]
    difference: bytes | None


def choose_events(
    events: Iterable[Event], limit: int = 60, rank: Mapping[str, float] | None = None
) -> tuple[Event, ...]:
    """The events that get a strip of pictures, in order of time.

    Events with signals come first, the stronger signal before the weaker; then micro-expressions
    before macro-expressions, the clearer before the fainter. Blinks get none: they are the same
    each time.

    Parameters
    ----------
    events : iterable of Event
        All events.
    limit : int
        Most strips in a report.
    rank : mapping of str to float, optional
        Strength of the strongest signal, by event.
    """
    return tuple(sorted(ranked_events(events, rank)[:limit], key=lambda e: (e.onset_s, e.face_id)))


def ranked_events(events: Iterable[Event], rank: Mapping[str, float] | None = None) -> list[Event]:
    """All events but blinks, those to look at first first; see :func:`choose_events`."""
    strength = rank or {}
    shown = [event for event in events if event.kind != "blink"]
    shown.sort(
        key=lambda e: (
            -strength.get(e.event_id, 0.0),
            e.kind != "micro",
            -np.nan_to_num(e.snr),
            e.onset_s,
        )
    )
    return shown


def moments_of(
    events: Iterable[Event],
    to_picture: Callable[[int, int], NDArray[np.float64] | None],
) -> list[Moment]:
    """The pictures needed for some events, in order of frame.

    Parameters
    ----------
    events : iterable of Event
        From :func:`choose_events`.
    to_picture : callable
        Given (face_id, frame): the crop's transform, or None where the face was not measured.
    """
    moments = []
    for event in events:
        for role in ROLES:
            frame = getattr(event, f"{role}_frame")
            matrix = to_picture(event.face_id, frame)
            if matrix is not None:
                time_s = getattr(event, f"{role}_s")
                moments.append(Moment(event.event_id, role, frame, time_s, matrix))
    return sorted(moments, key=lambda moment: moment.frame)


class PictureTaker:
    """Cuts key frames out of the frames of a second look, see `unspoken.report.second_pass`.

    Parameters
    ----------
    moments : sequence of Moment
        What is needed.
    crop_px : int
        Side of the crop that `Moment.to_picture` maps from.
    """

    def __init__(self, moments: Sequence[Moment], crop_px: int) -> None:
        self._crop_px = crop_px
        self._wanted: dict[int, list[Moment]] = {}
        for moment in moments:
            self._wanted.setdefault(moment.frame, []).append(moment)
        self._shots: dict[str, dict[PictureRole, Shot]] = {}
        self._greys: dict[tuple[str, str], _GREY] = {}

    def wanted(self) -> dict[int, float]:
        """Capture time of each frame that is needed, by index."""
        return {index: same[0].time_s for index, same in self._wanted.items()}

    def take(self, frame: Frame) -> None:
        """Cut what is needed of a frame."""
        for moment in self._wanted.get(frame.index, ()):
            patch = cut_patch(frame, moment.to_picture, self._crop_px, PICTURE_PX)
            shot = Shot(_jpeg(patch), frame.index, frame.time_s)
            self._shots.setdefault(moment.event_id, {})[moment.role] = shot
            if moment.role != "offset":
                grey = cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY).astype(np.float32)
                self._greys[moment.event_id, moment.role] = grey

    def pictures(self) -> dict[str, EventPictures]:
        """By event; without an entry for events of which nothing could be read."""
        greys = self._greys
        return {
            event_id: EventPictures(
                taken, _difference(greys.get((event_id, "onset")), greys.get((event_id, "apex")))
            )
            for event_id, taken in self._shots.items()
        }


def cut_patch(
    frame: Frame, to_picture: NDArray[np.float64], crop_px: int, side_px: int
) -> NDArray[np.uint8]:
    """The crop's square as a picture; large faces are averaged down so that nothing aliases.

    Parameters
    ----------
    frame : Frame
        Where to cut.
    to_picture : ndarray, shape (2, 3)
        From crop pixels to picture pixels.
    crop_px : int
        Side of that crop, pixels.
    side_px : int
        Side of the picture, pixels.

    Returns
    -------
    ndarray of uint8, shape (side_px, side_px, 3)
    """
    zoom = float(np.hypot(*to_picture[:, 0])) * crop_px / side_px
    fine = side_px * (1 if zoom < 1.4 else 2 if zoom < 2.8 else 4)
    factor = crop_px / fine
    matrix = np.array(to_picture, dtype=np.float64)
    # Pixel centres are whole numbers, so the corner of pixel 0 is at -0.5 on both scales.
    matrix[:, 2] += matrix[:, :2] @ np.full(2, 0.5 * factor - 0.5)
    matrix[:, :2] *= factor
    patch = frame.rgb_patch(matrix, (fine, fine))
    if fine > side_px:
        small = cv2.resize(patch, (side_px, side_px), interpolation=cv2.INTER_AREA)
        return np.asarray(small, dtype=np.uint8)
    return patch


def _difference(onset: _GREY | None, apex: _GREY | None) -> bytes | None:
    if onset is None or apex is None:
        return None
    change = np.asarray(cv2.GaussianBlur(_aligned(apex, onset) - onset, (0, 0), 1.0), np.float32)
    # A change of light is no movement: only what differs from the typical change is shown.
    change = change - np.float32(np.median(change))
    strength = np.clip(np.rint(change * DIFFERENCE_GAIN), -127, 127).astype(np.intp)
    return _jpeg(np.take(_palette(), strength + 127, axis=0))


@lru_cache(maxsize=1)
def _palette() -> NDArray[np.uint8]:
    """Colours of amplified changes from -127 to 127 grey levels, shape (255, 3)."""
    middle = np.array([128.0, 128.0, 128.0])
    darker = np.array([20.0, 90.0, 190.0])
    brighter = np.array([255.0, 190.0, 60.0])
    strength = np.linspace(-1.0, 1.0, 255)[:, None]
    towards = np.where(strength < 0, darker, brighter) - middle
    return np.asarray(middle + np.abs(strength) * towards + 0.5, dtype=np.uint8)


def _aligned(apex: _GREY, onset: _GREY) -> _GREY:
    """The apex shifted and turned onto the onset, so that what the head still moved is gone.

    Evangelidis & Psarakis 2008 (doi 10.1109/TPAMI.2008.113), as OpenCV has it.
    """
    warp = np.eye(2, 3, dtype=np.float32)
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 20, 1e-4)
    try:
        _, found = cv2.findTransformECC(
            onset, apex, warp, cv2.MOTION_EUCLIDEAN, stop, np.empty(0, np.uint8), 5
        )
    except cv2.error:  # flat or too different pictures have no best alignment
        return apex
    if np.abs(found - np.eye(2, 3)).max() > 0.1 * PICTURE_PX:
        return apex
    moved = np.asarray(
        cv2.warpAffine(
            apex,
            np.asarray(found),
            (PICTURE_PX, PICTURE_PX),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        dtype=np.float32,
    )
    # Strong expressions can drag the fit along; then the crops were better as they were.
    return moved if _mismatch(moved, onset) < _mismatch(apex, onset) else apex


def _mismatch(a: _GREY, b: _GREY) -> float:
    """How different two pictures are, with large local changes capped at 6 grey levels."""
    return float(np.minimum(np.abs(a - b), 6.0).mean())


def _jpeg(rgb: NDArray[np.uint8]) -> bytes:
    options = [cv2.IMWRITE_JPEG_QUALITY, _QUALITY, cv2.IMWRITE_JPEG_OPTIMIZE, 1]
    done, coded = cv2.imencode(".jpg", np.ascontiguousarray(rgb[:, :, ::-1]), options)
    assert done, "a small 8 bit picture can always be coded as JPEG"
    return coded.tobytes()
