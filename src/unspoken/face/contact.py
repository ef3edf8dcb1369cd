"""A sheet that shows every face of a recording with its number, to choose roles from."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.errors import OutputError
from unspoken.face.geometry import bounding_box, eye_opening, icd_px
from unspoken.face.nets import Blendshapes
from unspoken.face.observation import FaceObservation
from unspoken.face.tracks import FaceTracker
from unspoken.media.frame import Frame
from unspoken.settings import Settings
from unspoken.timing import clock_text

__all__ = ["ContactSheet", "ContactTile", "contact_sheet"]

_TILE = 240
_CAPTION = 46
_COLUMNS = 4
_GENEROUS = 1.9  # side of the view over the face's longer side
_STEP_CAP_S = 0.2  # a longer pause between frames counts as this much sight
_INK, _PAPER = (32, 32, 32), 250


@dataclass(slots=True)
class ContactTile:
    """One face track.

    Parameters
    ----------
    face_id : int
        Its number.
    first_s, last_s : float
        First and last sight, seconds.
    seen_s : float
        Time in view, seconds.
    side : str
        Side of the picture it was on in its best view: left, middle or right.
    view : ndarray of uint8, shape (240, 240, 3)
        Best view, RGB.
    merit : float
        How good that view is; larger is better.
    """

    face_id: int
    first_s: float
    last_s: float
    seen_s: float
    side: str
    view: NDArray[np.uint8]
    merit: float

    @property
    def caption(self) -> str:
        """One line for the table."""
        return (
            f"face {self.face_id}  {clock_text(self.first_s)} - {clock_text(self.last_s)}  "
            f"seen {self.seen_s:.1f} s  {self.side}"
        )


@dataclass(frozen=True, slots=True)
class ContactSheet:
    """All face tracks of a recording.

    Parameters
    ----------
    tiles : tuple of ContactTile
        Ordered by number; empty when no face was found.
    """

    tiles: tuple[ContactTile, ...]

    def table(self) -> str:
        """A line of text per face; "no face found" when there is none."""
        return "\n".join(tile.caption for tile in self.tiles) or "no face found"

    def image(self) -> NDArray[np.uint8]:
        """The sheet as an RGB picture; a blank tile when there is no face."""
        columns = max(1, min(_COLUMNS, len(self.tiles)))
        rows = max(1, math.ceil(len(self.tiles) / columns))
        sheet = np.full((rows * (_TILE + _CAPTION), columns * _TILE, 3), _PAPER, dtype=np.uint8)
        for i, tile in enumerate(self.tiles):
            top, left = i // columns * (_TILE + _CAPTION), i % columns * _TILE
            sheet[top : top + _TILE, left : left + _TILE] = tile.view
            lines = (
                (f"face {tile.face_id}", 0.6, 18, 2),
                (
                    f"{clock_text(tile.first_s)}-{clock_text(tile.last_s)}, "
                    f"{tile.seen_s:.1f} s, {tile.side}",
                    0.38,
                    37,
                    1,
                ),
            )
            for text, size, down, weight in lines:
                place = (left + 6, top + _TILE + down)
                cv2.putText(
                    sheet, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, _INK, weight, cv2.LINE_AA
                )
        return sheet

    def save(self, path: Path) -> None:
        """Write the sheet as PNG.

        Raises
        ------
        OutputError
            If it cannot be written there.
        """
        done, png = cv2.imencode(".png", cv2.cvtColor(self.image(), cv2.COLOR_RGB2BGR))
        if not done:
            raise OutputError(f"The contact sheet {path} could not be encoded as PNG.")
        unfinished = path.with_name(f".{path.name}.part")
        try:
            unfinished.write_bytes(png.tobytes())
            os.replace(unfinished, path)
        except OSError as error:
            with suppress(OSError):  # a folder that takes no file may not let one go either
                unfinished.unlink(missing_ok=True)
            raise OutputError(
                f"The contact sheet cannot be written to {path}: {error.strerror}.",
                "Choose a folder you may write to.",
            ) from error


def contact_sheet(frames: Iterable[Frame], settings: Settings | None = None) -> ContactSheet:
    """Scan a recording for faces, with the tracker an analysis uses, so that numbers agree.

    Parameters
    ----------
    frames : iterable of Frame
        In order of time.
    settings : Settings, optional
        The ones the analysis will use.

    Returns
    -------
    ContactSheet

    Raises
    ------
    AssetError
        If the weights are missing or altered.
    """
    tracker = FaceTracker(settings)
    net = Blendshapes()
    tiles: dict[int, ContactTile] = {}
    last_s: float | None = None
    for frame in frames:
        step_s = min(frame.time_s - last_s, _STEP_CAP_S) if last_s is not None else 0.0
        last_s = frame.time_s
        for face in tracker.push(frame).faces:
            tile = tiles.get(face.face_id)
            if tile is None:
                tile = tiles[face.face_id] = _first_tile(frame, face, net)
            else:
                tile.last_s = frame.time_s
                tile.seen_s += step_s
            if not face.measured:
                continue
            merit = _merit(frame, face, net)
            if merit > tile.merit:
                tile.view, tile.merit = _view(frame, face), merit
                tile.side = _side(frame, face)
    return ContactSheet(tuple(tiles[number] for number in sorted(tiles)))


def _first_tile(frame: Frame, face: FaceObservation, net: Blendshapes) -> ContactTile:
    return ContactTile(
        face_id=face.face_id,
        first_s=frame.time_s,
        last_s=frame.time_s,
        seen_s=0.0,
        side=_side(frame, face),
        view=_view(frame, face),
        merit=_merit(frame, face, net),
    )


def _merit(frame: Frame, face: FaceObservation, net: Blendshapes) -> float:
    """How well a view shows the face: large, frontal, inside the picture, eyes open."""
    left, top, right, bottom = bounding_box(face.points)
    inside = left >= 0 and top >= 0 and right < frame.width and bottom < frame.height
    turned = math.cos(math.radians(face.pose.yaw_deg)) * math.cos(math.radians(face.pose.pitch_deg))
    frontal = max(turned, 0.0) ** 4
    open_eyes = 0.5 + 0.5 * eye_opening(net.run(face.points))
    return math.sqrt(icd_px(face.points)) * frontal * open_eyes * (1.3 if inside else 0.3)


def _view(frame: Frame, face: FaceObservation) -> NDArray[np.uint8]:
    """The face with its surroundings, upright as in the picture."""
    left, top, right, bottom = bounding_box(face.points)
    side = _GENEROUS * max(right - left, bottom - top)
    scale = side / _TILE
    x, y = (left + right - side) / 2.0, (top + bottom - side) / 2.0 - 0.08 * side
    to_picture = np.array([[scale, 0.0, x], [0.0, scale, y]])
    fine = max(1, min(4, round(scale)))  # average over the picture's pixels when reducing
    to_picture[:, :2] /= fine
    patch = frame.rgb_patch(to_picture, (_TILE * fine, _TILE * fine))
    if fine == 1:
        return patch
    small = cv2.resize(patch, (_TILE, _TILE), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


def _side(frame: Frame, face: FaceObservation) -> str:
    left, _, right, _ = bounding_box(face.points)
    x = (left + right) / 2.0 / frame.width
    return "left" if x < 0.45 else "right" if x > 0.55 else "middle"
