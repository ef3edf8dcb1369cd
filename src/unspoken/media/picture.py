"""From what a decoder gives to what Unspoken uses: upright 8-bit planes with square pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np
from av.sidedata.sidedata import SideDataContainer
from numpy.typing import NDArray

from unspoken.media.frame import Frame, Plane

if TYPE_CHECKING:
    from av import VideoFrame
    from av.video.plane import VideoPlane

__all__ = ["Layout", "Picture", "Turn", "picture_of", "to_frame", "turn_of"]

_SQUARE_ENOUGH = 0.01
"""Pixels this close to square are taken as square: 4320:4319 is a crop, not a wide pixel."""

_MPEG, _JPEG = 1, 2  # AVColorRange
_UNSPECIFIED = 2  # AVColorSpace
_LIKE_BT709 = {1, 9, 10}  # BT.709 itself and BT.2020, whose weights are nearer to it than to BT.601
_HD_LINES = 720
"""FFmpeg's usual guess: pictures from this height on that say nothing follow BT.709."""

_SWS_BT601, _SWS_BT709 = 5, 1


class Picture(NamedTuple):
    """A decoded picture and what the decoder said of it; times in ticks of the stream."""

    image: VideoFrame
    pts: int | None
    duration: int
    key_frame: bool
    interlaced: bool
    corrupt: bool


def picture_of(image: VideoFrame) -> Picture:
    """Note what the decoder says, before a filter makes another picture of it."""
    return Picture(
        image,
        # `pts` is missing in some files without a real clock; `dts` then comes in order of
        # presentation.
        image.pts if image.pts is not None else image.dts,
        image.duration or 0,
        image.key_frame,
        image.interlaced_frame,
        image.is_corrupt,
    )


Turn = tuple[int, bool]
"""Quarter turns clockwise (0-3), then whether to mirror left and right."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How stored pictures become upright ones.

    Parameters
    ----------
    stored_width, stored_height : int
        As decoded, pixels.
    pixel_aspect : float
        Width of a stored pixel over its height.
    turn : Turn
        Rotation metadata.
    """

    stored_width: int
    stored_height: int
    pixel_aspect: float = 1.0
    turn: Turn = (0, False)

    @property
    def square_size(self) -> tuple[int, int]:
        """Width and height with square pixels, before turning; only ever enlarged."""
        aspect = self.pixel_aspect
        if abs(aspect - 1.0) <= _SQUARE_ENOUGH:
            return self.stored_width, self.stored_height
        if aspect > 1.0:
            return round(self.stored_width * aspect), self.stored_height
        return self.stored_width, round(self.stored_height / aspect)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, upright with square pixels."""
        width, height = self.square_size
        return (height, width) if self.turn[0] % 2 else (width, height)

    @property
    def rotation_deg(self) -> int:
        """Clockwise rotation that is applied, degrees."""
        return 90 * self.turn[0]


def turn_of(picture: VideoFrame) -> Turn:
    """Read the rotation and mirroring a picture asks for from its display matrix.

    Returns
    -------
    Turn
        ``(0, False)`` without a matrix; angles between quarter turns go to the nearest.
    """
    # `picture.side_data` would tie picture and side data in a knot that keeps both until the next
    # garbage collection: megabytes for every file opened.
    side_data = SideDataContainer(picture)  # type: ignore[call-arg]
    data: Any = side_data.get("DISPLAYMATRIX")
    if data is None:
        return 0, False
    # Rows of (a b u; c d v; x y w) take stored (x, y) to shown (a x + c y, b x + d y).
    a, b, _, c, d = np.frombuffer(data, dtype=np.int32)[:5].astype(np.float64)
    mirrored = bool(a * d - b * c < 0.0)
    if mirrored:
        a, c = -a, -c  # mirror last: undo it to see the rotation
    quarter_turns = round(float(np.degrees(np.arctan2(b, a))) / 90.0) % 4
    return quarter_turns, mirrored


def to_frame(picture: Picture, index: int, time_s: float, layout: Layout) -> Frame:
    """Make a `Frame`, whose planes stay valid for as long as it is held and are read-only.

    Parameters
    ----------
    picture : Picture
        As decoded, any pixel format FFmpeg can convert.
    index : int
        Position in presentation order.
    time_s : float
        Capture time, seconds.
    layout : Layout
        Of the recording; a picture of another size is scaled to it.
    """
    planes, full_range, bt709 = _planes(picture.image)
    luma = _upright(planes[0], layout, chroma=False)
    chroma = None
    if len(planes) == 3:
        chroma = (
            _upright(planes[1], layout, chroma=True),
            _upright(planes[2], layout, chroma=True),
        )
    return Frame(
        index=index,
        time_s=time_s,
        luma=luma,
        chroma=chroma,
        full_range=full_range,
        bt709=bt709,
        key_frame=picture.key_frame,
        interlaced=picture.interlaced,
        corrupt=picture.corrupt,
    )


def _planes(picture: VideoFrame) -> tuple[list[Plane], bool, bool]:
    """Views of the planes (borrowed from the decoder), full range or not, BT.709 or not."""
    name = picture.format.name
    bt709 = _is_bt709(picture)
    if name in ("yuv420p", "yuvj420p"):
        full = name == "yuvj420p" or picture.color_range == _JPEG
        return [_view(p) for p in picture.planes], full, bt709
    if name == "nv12":
        luma, both = (_view(p) for p in picture.planes)
        pairs = both.reshape(both.shape[0], -1, 2) if both.flags.c_contiguous else None
        if pairs is not None:
            full = picture.color_range == _JPEG
            return [luma, pairs[:, :, 0], pairs[:, :, 1]], full, bt709
    if name.startswith(("gray", "monow", "monob", "ya8", "ya16")):
        # FFmpeg holds grey to be full range unless the stream says otherwise.
        grey = picture if name == "gray" else picture.reformat(format="gray", threads=1)
        return [_view(grey.planes[0])], picture.color_range != _MPEG, bt709
    return _converted(picture, bt709)


def _converted(picture: VideoFrame, bt709: bool) -> tuple[list[Plane], bool, bool]:
    """Go through FFmpeg's converter: 10 bit, 4:2:2, 4:4:4, RGB, palettes, alpha."""
    if picture.format.is_rgb or picture.format.has_palette:
        turned = picture.reformat(
            format="yuv420p", dst_colorspace=_SWS_BT601, dst_color_range=_MPEG, threads=1
        )
        return [_view(p) for p in turned.planes], False, False
    full = "yuvj" in picture.format.name or picture.color_range == _JPEG
    matrix = _SWS_BT709 if bt709 else _SWS_BT601
    span = _JPEG if full else _MPEG
    turned = picture.reformat(
        format="yuv420p",
        src_colorspace=matrix,
        dst_colorspace=matrix,
        src_color_range=span,
        dst_color_range=span,
        threads=1,
    )
    return [_view(p) for p in turned.planes], full, bt709


def _is_bt709(picture: VideoFrame) -> bool:
    space = picture.colorspace
    if space in (0, _UNSPECIFIED):
        return picture.height >= _HD_LINES
    return space in _LIKE_BT709


def _view(plane: VideoPlane) -> Plane:
    """Look at a plane without copying; lines may be padded to `line_size`."""
    lines: NDArray[np.uint8] = np.frombuffer(memoryview(plane), np.uint8)
    lines = lines[: plane.height * plane.line_size].reshape(plane.height, plane.line_size)
    return lines[:, : plane.width]


def _upright(plane: Plane, layout: Layout, *, chroma: bool) -> Plane:
    """Scale to square pixels and turn; nothing to do gives a read-only view."""
    width, height = layout.square_size
    if chroma:
        width, height = (width + 1) // 2, (height + 1) // 2
    result = plane
    if plane.shape != (height, width):
        result = np.asarray(
            cv2.resize(plane, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.uint8
        )
    quarter_turns, mirrored = layout.turn
    if quarter_turns:
        result = np.asarray(
            cv2.rotate(
                result,
                (cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE)[
                    quarter_turns - 1
                ],
            ),
            dtype=np.uint8,
        )
    if mirrored:
        result = np.asarray(cv2.flip(result, 1), dtype=np.uint8)
    # An untouched plane stays where the decoder put it: FFmpeg counts references and never writes
    # to a picture somebody holds. Copying would cost a third of decoding it.
    result.flags.writeable = False
    return result
