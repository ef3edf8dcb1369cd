"""One picture and the moment it was shown."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Frame", "Plane"]

Plane = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded picture with its capture time, upright and with square pixels.

    Planes are kept as they come out of the decoder (8 bit, chroma at half size) because the
    measurement needs brightness alone; colour is made only where somebody looks.

    Parameters
    ----------
    index : int
        Position in presentation order, from 0. An index, never a clock.
    time_s : float
        Capture time in seconds, from the container's time stamps; the first frame may be non-zero.
    luma : ndarray of uint8, shape (height, width)
        Brightness, at least 2 x 2 pixels. Limited (16-235) or full range, see `full_range`.
    chroma : tuple of ndarray of uint8, shape ((height+1)//2, (width+1)//2), or None
        Cb and Cr planes; None for grey footage.
    full_range : bool
        Whether luma spans 0-255.
    bt709 : bool
        Whether chroma follows BT.709 (else BT.601).
    key_frame, interlaced, corrupt : bool
        What the decoder says of this picture.
    change : float
        How much it differs from the picture before, grey levels
        (`unspoken.media.repeats.PictureChange`); NaN where nobody compared.
    """

    index: int
    time_s: float
    luma: Plane
    chroma: tuple[Plane, Plane] | None = None
    full_range: bool = False
    bt709: bool = False
    key_frame: bool = False
    interlaced: bool = False
    corrupt: bool = False
    change: float = float("nan")
    _size: tuple[int, int] = field(init=False, repr=False, default=(0, 0))

    def __post_init__(self) -> None:
        object.__setattr__(self, "_size", (self.luma.shape[1], self.luma.shape[0]))

    @property
    def width(self) -> int:
        """Pixels across, upright, square pixels."""
        return self._size[0]

    @property
    def height(self) -> int:
        """Pixels down."""
        return self._size[1]

    def rgb(self) -> NDArray[np.uint8]:
        """The whole picture as RGB.

        Returns
        -------
        ndarray of uint8, shape (height, width, 3)
        """
        identity = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
        return self.rgb_patch(identity, (self.width, self.height))

    def rgb_patch(
        self,
        to_picture: NDArray[np.float64],
        size: tuple[int, int],
        interpolation: int = cv2.INTER_LINEAR,
    ) -> NDArray[np.uint8]:
        """A warped piece of the picture as RGB, without converting the rest.

        Parameters
        ----------
        to_picture : ndarray, shape (2, 3)
            Affine map from patch pixels to picture pixels (pixel centres at whole numbers).
        size : tuple of int
            Patch width and height, pixels.
        interpolation : int
            OpenCV interpolation flag.

        Returns
        -------
        ndarray of uint8, shape (size[1], size[0], 3)
            Pixels outside the picture are black.
        """
        y = self.luma_patch(to_picture, size, interpolation)
        if self.chroma is None:
            grey = np.full((3, 1), 1.0 if self.full_range else 255.0 / 219.0)
            dark = np.full((3, 1), 0.0 if self.full_range else -16.0 * 255.0 / 219.0)
            rgb = cv2.transform(y[:, :, None], np.hstack((grey, dark)))
            return np.asarray(rgb, dtype=np.uint8)
        # Chroma samples sit between luma pairs vertically and horizontally (MPEG-1 siting, close
        # enough for people and nets): chroma pixel c covers luma 2c and 2c+1, centre 2c + 0.5.
        half = to_picture.astype(np.float64) * 0.5
        half[:, 2] -= 0.25
        flags = interpolation | cv2.WARP_INVERSE_MAP
        cb, cr = (
            cv2.warpAffine(p, half, size, flags=flags, borderValue=(128.0,)) for p in self.chroma
        )
        rgb = cv2.transform(cv2.merge((y, cb, cr)), self._to_rgb())
        return np.asarray(rgb, dtype=np.uint8)

    def _to_rgb(self) -> NDArray[np.float64]:
        """Affine map from stored (luma, Cb, Cr) to RGB 0-255, shape (3, 4)."""
        kr, kb = (0.2126, 0.0722) if self.bt709 else (0.299, 0.114)
        kg = 1.0 - kr - kb
        luma, chroma, black = (1.0, 1.0, 0.0) if self.full_range else (255 / 219, 255 / 224, 16.0)
        red, blue = 2.0 * (1.0 - kr) * chroma, 2.0 * (1.0 - kb) * chroma
        linear = np.array(
            [[luma, 0.0, red], [luma, -kb * blue / kg, -kr * red / kg], [luma, blue, 0.0]]
        )
        return np.column_stack((linear, -linear @ (black, 128.0, 128.0)))

    def luma_patch(
        self,
        to_picture: NDArray[np.float64],
        size: tuple[int, int],
        interpolation: int = cv2.INTER_LINEAR,
    ) -> Plane:
        """A warped piece of the brightness plane; see :meth:`rgb_patch`.

        Returns
        -------
        ndarray of uint8, shape (size[1], size[0])
            Outside the picture: black (16 in limited range).
        """
        return np.asarray(
            cv2.warpAffine(
                self.luma,
                to_picture,
                size,
                flags=interpolation | cv2.WARP_INVERSE_MAP,
                borderValue=(0.0 if self.full_range else 16.0,),
            ),
            dtype=np.uint8,
        )
