"""The public-domain portrait that ships with the package, at any size."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib import resources

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.bench.warp import icd_of
from unspoken.errors import AssetError

__all__ = ["Portrait", "load_portrait"]

_HINT = "Reinstall Unspoken, or rebuild the file with scripts/build_demo_portrait.py."
#: Where the middle of the face comes to lie, parts of the picture's width and height.
_MIDDLE = (0.5, 0.545)


@dataclass(frozen=True)
class Portrait:
    """A face to animate.

    Parameters
    ----------
    picture : ndarray of uint8, shape (h, w, 3)
        RGB.
    points : ndarray of float64, shape (478, 3)
        Face mesh, picture pixels.
    """

    picture: NDArray[np.uint8]
    points: NDArray[np.float64]


def load_portrait(size: tuple[int, int] = (640, 480), icd_px: float = 54.0) -> Portrait:
    """NASA's portrait of Eileen Collins (public domain), enlarged and framed.

    The original has 23.3 pixels between the inner eye corners, so beyond that size the picture
    gets larger but not sharper: fine texture of the skin is missing that a real camera would see.

    Parameters
    ----------
    size : tuple of int
        Width and height, pixels.
    icd_px : float
        Distance between the inner eye corners, pixels.

    Raises
    ------
    AssetError
        If the portrait is missing or altered.
    """
    folder = resources.files("unspoken").joinpath("data")
    try:
        data = folder.joinpath("demo_portrait.png").read_bytes()
        facts = json.loads(folder.joinpath("demo_portrait.json").read_text(encoding="utf-8"))
        points = np.array(facts["points"], dtype=np.float64)
    except (OSError, ValueError, KeyError) as error:
        raise AssetError(
            f"The demo portrait cannot be read from {folder} ({error}).", _HINT
        ) from error
    if hashlib.sha256(data).hexdigest() != facts.get("sha256"):
        raise AssetError(f"demo_portrait.png in {folder} is not the one that was measured.", _HINT)
    decoded = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR)
    if decoded is None:
        raise AssetError(f"demo_portrait.png in {folder} cannot be decoded.", _HINT)
    still = np.ascontiguousarray(decoded[..., ::-1])
    scale = icd_px / icd_of(points)
    middle = points[:468, :2].mean(axis=0)
    corner = middle - np.multiply(size, _MIDDLE) / scale
    to_still = np.array([[1 / scale, 0, corner[0]], [0, 1 / scale, corner[1]]])
    flags = cv2.INTER_LANCZOS4 | cv2.WARP_INVERSE_MAP
    picture = cv2.warpAffine(still, to_still, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    placed = points * scale
    placed[:, :2] = (points[:, :2] - corner) * scale
    return Portrait(np.asarray(picture, dtype=np.uint8), placed)
