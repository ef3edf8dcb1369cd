"""A folder of pictures as a source of frames.

Pictures carry no time, so this is the one place where time is index over rate: the rate the user
states *is* the clock.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.errors import InputError, NotAVideo, SourceNotFound, UsageError
from unspoken.media.clock import ClockRecorder
from unspoken.media.digest import BackgroundDigest
from unspoken.media.facts import ClockFacts, SourceFacts
from unspoken.media.frame import Frame, Plane
from unspoken.media.repeats import PictureChange

__all__ = ["IMAGE_SUFFIXES", "ImageSource", "natural_order", "picture_paths", "read_picture"]

IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"})
"""File name endings taken for pictures, in lower case."""


def natural_order(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key that puts ``img2`` before ``img10``.

    Returns
    -------
    tuple
        Numbers compare as numbers, other text without regard to case.
    """
    parts = re.split(r"(\d+)", name)
    return tuple((0, int(p), p) if p.isdecimal() else (1, 0, p.casefold()) for p in parts if p)


def picture_paths(folder: Path) -> list[Path]:
    """List the pictures of a folder in natural order; hidden files and others are left out.

    Raises
    ------
    SourceNotFound
        If the folder cannot be listed.
    NotAVideo
        If it holds no picture.
    """
    try:
        entries = [
            p
            for p in folder.iterdir()
            if p.suffix.lower() in IMAGE_SUFFIXES and not p.name.startswith(".") and p.is_file()
        ]
    except OSError as error:
        raise SourceNotFound(f"{folder}: the folder cannot be listed ({error}).") from error
    if not entries:
        raise NotAVideo(
            f"{folder}: expected a folder with one picture per frame, found none "
            f"({', '.join(sorted(IMAGE_SUFFIXES))}).",
            "Name a video file, or the folder that holds the pictures themselves.",
        )
    return sorted(entries, key=lambda p: natural_order(p.name))


def read_picture(path: Path) -> NDArray[np.uint8]:
    """Read one picture as 8-bit grey or BGR.

    Alpha is dropped; 16-bit and float pictures are brought to 8 bit by their own full range.

    Returns
    -------
    ndarray of uint8, shape (height, width) or (height, width, 3)

    Raises
    ------
    InputError
        If the file is not a picture, or smaller than 2 x 2 pixels.
    """
    # Reading the bytes here and decoding from memory keeps names outside ASCII working everywhere.
    try:
        data = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise InputError(f"{path}: the picture cannot be read ({error.strerror}).") from error
    flags = cv2.IMREAD_UNCHANGED | cv2.IMREAD_ANYDEPTH
    try:
        stored = cv2.imdecode(data, flags) if data.size else None
    except cv2.error:
        stored = None
    if stored is None or min(stored.shape[:2]) < 2:
        raise InputError(
            f"{path}: expected a picture of at least 2 x 2 pixels, found none that can be decoded.",
            "Remove the file from the folder or export it again.",
        )
    picture = _to_8_bit(np.asarray(stored))
    if picture.ndim == 2:
        return picture
    return {1: picture[:, :, 0], 2: picture[:, :, 0]}.get(picture.shape[2], picture[:, :, :3])


def _to_8_bit(stored: NDArray[np.generic]) -> NDArray[np.uint8]:
    if stored.dtype == np.uint8:
        return stored.view(np.uint8)
    if stored.dtype == np.uint16:
        # 65535 / 255 = 257: rounding keeps white white and black black.
        return ((stored.astype(np.uint32) + 128) // 257).astype(np.uint8)
    scaled = np.clip(np.nan_to_num(stored.astype(np.float32)), 0.0, 1.0) * 255.0
    return np.round(scaled).astype(np.uint8)


class ImageSource:
    """The pictures of a folder, at a rate the user states.

    Parameters
    ----------
    folder : str or path-like
        PNG, JPEG, BMP or TIFF files of one size, one per frame, in natural order of their names.
    fps : float or None
        Pictures a second, Hz.

    Raises
    ------
    UsageError
        If `fps` is None.
    NotAVideo
        If the folder holds no picture.
    InputError
        If the first picture cannot be decoded.
    """

    def __init__(self, folder: str | os.PathLike[str], *, fps: float | None) -> None:
        self._paths = picture_paths(Path(folder))
        if fps is None:
            raise UsageError(
                f"{os.fspath(folder)}: a folder of {len(self._paths)} pictures has no clock "
                "of its own.",
                "Say how many pictures were taken a second with --fps, for instance --fps 100.",
            )
        self._fps = fps
        first = read_picture(self._paths[0])
        self._shape = first.shape[:2]
        self._recorder = ClockRecorder(tick_s=0.0, container_rate_hz=fps)
        self._change = PictureChange()
        self._digest = BackgroundDigest(self._paths)
        self._position = 0
        suffix = self._paths[0].suffix.lower().lstrip(".")
        codec = {"jpg": "jpeg", "tif": "tiff"}.get(suffix, suffix)
        self._facts = SourceFacts(
            path=os.fspath(folder),
            kind="image sequence",
            sha256="",
            bytes=sum(p.stat().st_size for p in self._paths),
            container="image sequence",
            codec=codec,
            pixel_format="gray" if first.ndim == 2 else "bgr24",
            width=int(first.shape[1]),
            height=int(first.shape[0]),
            rotation_deg=0,
            pixel_aspect=1.0,
            has_audio=False,
        )

    @property
    def facts(self) -> SourceFacts:
        """Facts of the folder; `sha256` is "" until the background thread knows it."""
        if not self._facts.sha256 and self._digest.ready:
            self._facts = replace(self._facts, sha256=self._digest.ready)
        return self._facts

    @property
    def clock(self) -> ClockFacts:
        """The clock of what was read so far."""
        return self._recorder.facts()

    @property
    def expected_frames(self) -> int | None:
        """Pictures in the folder."""
        return len(self._paths)

    @property
    def expected_duration_s(self) -> float | None:
        """Pictures over rate, seconds."""
        return len(self._paths) / self._fps

    @property
    def notes(self) -> tuple[str, ...]:
        """Nothing so far is unusual about pictures that could be read."""
        return ()

    def finish_facts(self) -> SourceFacts:
        """Wait for the SHA-256 of all pictures in order and give the complete facts."""
        self._digest.wait()
        return self.facts

    def close(self) -> None:
        """Stop the background thread."""
        self._digest.stop()

    def __enter__(self) -> ImageSource:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[Frame]:
        """Read on from the present position; a finished source yields nothing more."""
        self._digest.start()
        while self._position < len(self._paths):
            frame = self.frame(self._position)
            self._position += 1
            frame = replace(frame, change=self._change.measure(frame.luma))
            self._recorder.add(frame.time_s, frame.change)
            yield frame

    def frame(self, index: int) -> Frame:
        """One picture by its number, at index over rate seconds.

        Raises
        ------
        InputError
            If it cannot be decoded or has another size than the first.
        """
        path = self._paths[index]
        picture = read_picture(path)
        if picture.shape[:2] != self._shape:
            height, width = self._shape
            raise InputError(
                f"{path}: expected {width} x {height} pixels like the first picture "
                f"({self._paths[0].name}), found {picture.shape[1]} x {picture.shape[0]}.",
                "All pictures of a sequence must have one size.",
            )
        luma, chroma = _full_range_planes(picture)
        return Frame(
            index=index,
            time_s=index / self._fps,
            luma=luma,
            chroma=chroma,
            full_range=True,
            key_frame=True,
        )


def _full_range_planes(
    picture: NDArray[np.uint8],
) -> tuple[Plane, tuple[Plane, Plane] | None]:
    """BT.601 full-range planes with chroma at half size."""
    if picture.ndim == 2:
        return np.ascontiguousarray(picture), None
    luma_cr_cb = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YCrCb), dtype=np.uint8)
    height, width = picture.shape[:2]
    half = ((width + 1) // 2, (height + 1) // 2)
    # Chroma of an odd size covers the last column or line alone, so pad before averaging pairs.
    padded = cv2.copyMakeBorder(
        luma_cr_cb, 0, half[1] * 2 - height, 0, half[0] * 2 - width, cv2.BORDER_REPLICATE
    )
    small = np.asarray(cv2.resize(padded, half, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    cb, cr = np.ascontiguousarray(small[:, :, 2]), np.ascontiguousarray(small[:, :, 1])
    return np.ascontiguousarray(luma_cr_cb[:, :, 0]), (cb, cr)
