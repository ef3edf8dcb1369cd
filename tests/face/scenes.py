"""Small films made of cut-out heads that move over a background, for tests of the face floor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from skimage import data

from unspoken.media.frame import Frame

Image = NDArray[np.uint8]

STEP_S = 1 / 30


def frame_of(rgb: Image, index: int = 0, time_s: float | None = None) -> Frame:
    """A frame as a decoder would give it: limited range BT.601, chroma at half size."""
    height, width = rgb.shape[0] // 2 * 2, rgb.shape[1] // 2 * 2
    packed = cv2.cvtColor(np.ascontiguousarray(rgb[:height, :width]), cv2.COLOR_RGB2YCrCb)
    luma = np.rint(packed[..., 0] * (219.0 / 255.0) + 16.0).astype(np.uint8)
    half = cv2.resize(packed, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    chroma = np.rint((half[..., 1:].astype(np.float64) - 128.0) * (224.0 / 255.0) + 128.0)
    cr, cb = (np.ascontiguousarray(chroma[..., i].astype(np.uint8)) for i in (0, 1))
    return Frame(index, index * STEP_S if time_s is None else time_s, luma, (cb, cr))


def clip_frames(path: Path, count: int | None = None, first: int = 0) -> list[Frame]:
    """Frames of a real clip, with their own times."""
    frames: list[Frame] = []
    with av.open(str(path)) as container:
        for index, picture in enumerate(container.decode(video=0)):
            if count is not None and len(frames) == count:
                break
            if index >= first:
                packed = np.asarray(picture.to_ndarray(format="yuv420p"), dtype=np.uint8)
                height, width = picture.height, picture.width
                cb, cr = packed[height:].reshape(2, height // 2, width // 2)
                assert picture.time is not None
                frames.append(Frame(index, float(picture.time), packed[:height], (cb, cr)))
    return frames


@dataclass(frozen=True, eq=False)
class Head:
    """A head cut out of a picture, upright, with a soft elliptical border."""

    rgb: NDArray[np.float32]
    alpha: NDArray[np.float32]

    @classmethod
    def cut(cls, rgb: Image, x: int, y: int, width: int, height: int) -> Head:
        """Cut an ellipse out of a picture; `x`, `y` is its centre."""
        left, top = x - width // 2, y - height // 2
        piece = rgb[top : top + height, left : left + width].astype(np.float32)
        rows, columns = np.mgrid[:height, :width]
        radius = np.hypot((columns - width / 2) / (width / 2), (rows - height / 2) / (height / 2))
        return cls(piece, np.clip((1.0 - radius) * 12.0, 0.0, 1.0).astype(np.float32))


@lru_cache(maxsize=1)
def portrait() -> Image:
    """The public-domain portrait that comes with scikit-image, 512 x 512."""
    return np.asarray(data.astronaut(), dtype=np.uint8)  # type: ignore[no-untyped-call]


@lru_cache(maxsize=1)
def astronaut() -> Head:
    """The portrait's head; inner eye corners 23 pixels apart."""
    return Head.cut(portrait(), 224, 112, 160, 216)


@lru_cache(maxsize=4)
def background(width: int = 640, height: int = 480, seed: int = 0) -> NDArray[np.float32]:
    """A wall with soft patches of light and some structure."""
    rng = np.random.default_rng(seed)
    wall = np.full((height, width, 3), 120.0, dtype=np.float32)
    for cells, strength in ((6, 30.0), (25, 12.0)):
        coarse = rng.normal(0.0, strength, (cells, cells, 3)).astype(np.float32)
        wall += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(wall, 0.0, 255.0)


@dataclass(frozen=True)
class Place:
    """Where a head is in one frame: centre, size relative to the cut-out, tilt, brightness."""

    head: Head
    x: float
    y: float
    scale: float = 1.0
    tilt_deg: float = 0.0
    gain: float = 1.0


def paint(
    places: Sequence[Place], wall: NDArray[np.float32] | None = None, noise_seed: int = 0
) -> Image:
    """A picture of heads before a wall; later ones cover earlier ones. Some sensor noise."""
    canvas = (background() if wall is None else wall).copy()
    size = (canvas.shape[1], canvas.shape[0])
    for place in places:
        height, width = place.head.alpha.shape
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), -place.tilt_deg, place.scale)
        turn[:, 2] += (place.x - width / 2, place.y - height / 2)
        rgb = cv2.warpAffine(place.head.rgb * place.gain, turn, size, flags=cv2.INTER_LINEAR)
        alpha = cv2.warpAffine(place.head.alpha, turn, size, flags=cv2.INTER_LINEAR)[..., None]
        canvas = canvas * (1.0 - alpha) + rgb * alpha
    noise = np.random.default_rng(noise_seed).normal(0.0, 1.5, canvas.shape[:2] + (1,))
    return np.clip(np.rint(canvas + noise), 0, 255).astype(np.uint8)


def film(
    script: Callable[[float], Sequence[Place]],
    seconds: float,
    wall: NDArray[np.float32] | None = None,
) -> list[Frame]:
    """A film at 30 pictures a second; the script says where the heads are at a time."""
    count = round(seconds / STEP_S)
    return [frame_of(paint(script(i * STEP_S), wall, i), i) for i in range(count)]
