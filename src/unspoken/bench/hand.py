"""A hand before the face, drawn from a real shape, for films of the bench."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.errors import AssetError
from unspoken.timing import Interval

__all__ = ["Hand", "eased", "three_hands"]

RGB = NDArray[np.uint8]
Floats = NDArray[np.float32]
#: Views beside each other in the picture: the back of the hand, and the hand half turned.
_VIEWS = 2
#: Where the middle finger ends in each, pixels, and pixels for each ICD: a grown-up's hand is
#: about 5.8 inter-canthal distances long.
_TIPS = ((203.0, 68.0), (197.0, 68.0))
_PX_OF_ICD = 58.0
#: How far away a hand is that has not come yet, ICD, and how long it takes to come and to go,
#: seconds.
_AWAY_ICD, _RAMP_S = 7.0, 0.3
#: What one exposure lasts, seconds, and the moments in it that are drawn.
_EXPOSURE_S, _MOMENTS = 1.0 / 60.0, 4
#: A hand is never quite still: ICD and Hz.
_UNREST_ICD, _UNREST_HZ = 0.04, 0.7
#: Softness of its outline and of the shadow beside it, ICD, and how dark that is.
_EDGE_ICD, _SHADOW_ICD, _SHADOW = 0.03, 0.25, 0.3


def eased(time_s: float, interval: Interval, ramp_s: float) -> float:
    """0 outside, 1 inside, with smooth ramps within the interval."""
    edge = min(time_s - interval.start_s, interval.end_s - time_s)
    part = min(max(edge / ramp_s, 0.0), 1.0)
    return 0.5 - 0.5 * float(np.cos(np.pi * part))


@lru_cache(maxsize=1)
def _drawing() -> NDArray[np.uint8]:
    """Grey and opacity of the views, shape (height, views * width, 2)."""
    place = resources.files("unspoken").joinpath("data", "bench_hand.png")
    hint = "Reinstall Unspoken, or rebuild the file with scripts/build_bench_hand.py."
    try:
        data = np.frombuffer(place.read_bytes(), np.uint8)
    except OSError as error:
        raise AssetError(f"The drawing of a hand {place} is missing.", hint) from error
    picture = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    if picture is None or picture.ndim != 3 or picture.shape[2] != 4:
        raise AssetError(f"The drawing of a hand {place} is no picture with opacity.", hint)
    return np.ascontiguousarray(picture[:, :, 2:])


@lru_cache(maxsize=8)
def _view(view: int, scale: float) -> tuple[Floats, float]:
    """Premultiplied grey and opacity of one view, reduced so that it can be sampled at a scale.

    Returns
    -------
    picture : ndarray of float32, shape (h, w, 2)
        0..1.
    factor : float
        Its pixels for each of the drawing's.
    """
    drawing = _drawing()
    width = drawing.shape[1] // _VIEWS
    one = drawing[:, view * width : (view + 1) * width].astype(np.float32) / np.float32(255.0)
    one[:, :, 0] *= one[:, :, 1]
    factor = min(1.0, scale)
    small = cv2.resize(one, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.float32), small.shape[0] / drawing.shape[0]


@dataclass(frozen=True)
class Hand:
    """A hand comes along its own length, rests before the face, and goes again.

    It is the hand of MakeHuman's base mesh, rendered (``scripts/build_bench_hand.py``), with a
    shadow, a soft outline and the blur of its own movement.

    Parameters
    ----------
    interval : Interval
        First to last sight of it, seconds.
    x, y : float
        Where the tip of its middle finger rests, picture pixels.
    icd_px : float
        Inner-eye-corner distance of the face, pixels.
    turn_deg : float
        0 with the fingers up, positive clockwise.
    view : int
        0 for the back of the hand, 1 for the hand half turned.
    tone : tuple of float
        Colour of its skin in full light, RGB.
    """

    interval: Interval
    x: float
    y: float
    icd_px: float
    turn_deg: float = 0.0
    view: int = 0
    tone: tuple[float, float, float] = (226.0, 172.0, 142.0)

    def __call__(self, picture: RGB, time_s: float) -> RGB:
        """Draw it where it is."""
        if not self.interval.contains(time_s):
            return picture
        rests = eased(time_s, self.interval, _RAMP_S) == 1.0
        moments = 1 if rests else _MOMENTS
        both = np.zeros((*picture.shape[:2], 2), np.float32)
        for moment in time_s + _EXPOSURE_S * np.arange(moments) / moments:
            both += self._layer(picture.shape[:2], float(moment)) / np.float32(moments)
        soft = max(_EDGE_ICD * self.icd_px, 0.3)
        both = np.asarray(cv2.GaussianBlur(both, (0, 0), soft), dtype=np.float32)
        grey, cover = both[..., 0:1], both[..., 1:2]
        behind = picture * (1.0 - _SHADOW * self._shadow(both[..., 1])[..., None])
        skin = grey * np.asarray(self.tone, np.float32)
        return np.asarray(np.clip(behind * (1.0 - cover) + skin, 0, 255), dtype=np.uint8)

    def _shadow(self, cover: Floats) -> Floats:
        """What lies beside the hand gets less light; it is soft, so a small picture will do."""
        height, width = cover.shape
        small = cv2.resize(cover, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
        soft = cv2.GaussianBlur(small, (0, 0), _SHADOW_ICD * self.icd_px / 4.0)
        return np.asarray(cv2.resize(soft, (width, height)), dtype=np.float32)

    def opacity(self, shape: tuple[int, ...], time_s: float) -> Floats:
        """How much of each pixel it hides at an instant, 0..1, shape (height, width)."""
        return self._layer(shape, time_s)[..., 1]

    def _layer(self, shape: tuple[int, ...], time_s: float) -> Floats:
        """Grey (premultiplied) and opacity of the hand at an instant."""
        scale = self.icd_px / _PX_OF_ICD
        drawn, factor = _view(self.view, round(scale, 3))
        turn = np.radians(self.turn_deg)
        c, s = float(np.cos(turn)), float(np.sin(turn))
        away = (1.0 - eased(time_s, self.interval, _RAMP_S)) * _AWAY_ICD
        phase = 2 * np.pi * _UNREST_HZ * time_s
        across, along = _UNREST_ICD * np.sin(phase), away + _UNREST_ICD * np.sin(0.6 * phase + 1.0)
        # Away means down in the drawing, which is where the arm comes from.
        x = self.x + self.icd_px * (c * across - s * along)
        y = self.y + self.icd_px * (s * across + c * along)
        zoom = scale / factor
        matrix = np.array([[c * zoom, -s * zoom, 0.0], [s * zoom, c * zoom, 0.0]])
        tip = np.array(_TIPS[self.view]) * factor
        matrix[:, 2] = np.array((x, y)) - matrix[:, :2] @ tip
        size = (shape[1], shape[0])
        return np.asarray(cv2.warpAffine(drawn, matrix, size, flags=cv2.INTER_LINEAR), np.float32)


def three_hands(nose: tuple[float, float], icd_px: float) -> tuple[Hand, ...]:
    """Hands that come one after the other: before the mouth, an eye, the chin.

    From below at 3.0 to 4.5 s; on a cheek and an eye, from the side, at 6.5 to 8.5 s; half turned
    under the chin at 10.5 to 12.5 s.

    Parameters
    ----------
    nose : tuple of float
        The nose's base, picture pixels.
    icd_px : float
        Inner-eye-corner distance, pixels.
    """
    (x, y), u = nose, icd_px
    return (
        Hand(Interval(3.0, 4.5), x, y - 0.2 * u, u),
        Hand(Interval(6.5, 8.5), x + 0.4 * u, y - 1.6 * u, u, -35.0),
        Hand(Interval(10.5, 12.5), x - 0.9 * u, y + 1.0 * u, u, -60.0, 1),
    )
