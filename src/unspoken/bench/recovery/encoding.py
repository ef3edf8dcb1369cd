"""Encode copies as their source was: codec family, clock, key frames, and bits per pixel.

A copy made from a decoded source and encoded again at the source's own quality setting comes out
smaller and softer, so the quality is set by bits: a stretch of the clip is encoded at several
settings, and the one whose bits per pixel come nearest to the source's in that stretch is taken.
"""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np

from unspoken.errors import InputError
from unspoken.media.container import open_container
from unspoken.media.frame import Frame
from unspoken.media.source import open_source
from unspoken.media.writer import ClipWriter

__all__ = ["Encoding", "choose_encoding", "encode"]

#: Codec of the source to encoder and container of the copies.
_FAMILIES = {
    "h264": ("libx264", ".mp4"),
    "hevc": ("libx265", ".mp4"),
    "vp9": ("libvpx-vp9", ".mp4"),
}
_STAND_IN = ("libx264", ".mp4")
#: What encoders are told besides quality; one thread each, so that copies always come out alike.
_OPTIONS: dict[str, dict[str, str]] = {
    "libx264": {"preset": "medium", "threads": "1"},
    "libx265": {"preset": "fast", "x265-params": "log-level=error:pools=1:frame-threads=1"},
    "libvpx-vp9": {"deadline": "good", "cpu-used": "4", "b": "0", "threads": "1"},
}
#: Quality settings that are tried at most.
_BEST, _WORST, _FIRST, _TRIALS = 6, 40, 22, 4
#: H.264 halves its bits every six steps of the setting.
_STEPS_PER_HALF = 6.0
#: Length of the stretch that is tried, seconds.
_STRETCH_S = 5.0
#: Lossless footage and pictures are kept at this quality, which the eye cannot tell from lossless.
_VISUALLY_LOSSLESS = 10
_MICROSECOND = Fraction(1, 1_000_000)


@dataclass(frozen=True)
class Encoding:
    """How copies are encoded.

    Parameters
    ----------
    codec, suffix : str
        Encoder and ending of the file, which chooses the container.
    crf : int
        Quality setting.
    tick : tuple of int
        Tick of the clock, numerator and denominator in seconds.
    rate : tuple of int
        Pictures a second the encoder is told, numerator and denominator, Hz.
    key_interval : int
        Most pictures from one key frame to the next; 0 leaves the encoder's default.
    reorders : bool
        Whether the source has bidirectional pictures.
    source_bits_per_px, bits_per_px : float
        Of the source, and of a stretch encoded so; NaN where it was not tried.
    notes : tuple of str
        Where copies differ from the source, in plain sentences.
    """

    codec: str
    suffix: str
    crf: int
    tick: tuple[int, int]
    rate: tuple[int, int]
    key_interval: int
    reorders: bool
    source_bits_per_px: float
    bits_per_px: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Stream:
    """What the packets of a file say."""

    codec: str
    pixel_format: str
    tick: Fraction
    rate: Fraction
    reorders: bool
    bits: tuple[tuple[float, int, bool], ...]
    """Time (s), bits and key frame, of every packet in order of time."""


def _read_stream(path: Path) -> _Stream:
    with open_container(path) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        tick = Fraction(stream.time_base or Fraction(1, 90000))
        rows = []
        for packet in container.demux(stream):
            stamp = packet.pts if packet.pts is not None else packet.dts
            if packet.size and stamp is not None:
                rows.append((float(stamp * tick), 8 * packet.size, bool(packet.is_keyframe)))
        return _Stream(
            context.codec.canonical_name,
            str(context.pix_fmt),
            tick,
            Fraction(stream.average_rate or 25),
            bool(context.has_b_frames),
            tuple(sorted(rows)),
        )


def choose_encoding(
    source: str | os.PathLike[str],
    times_s: Sequence[float],
    crf: int | None = None,
    fps: float | None = None,
) -> Encoding:
    """Find out how copies of a source have to be encoded to be like it.

    Parameters
    ----------
    source : str or path-like
        A clip.
    times_s : sequence of float
        Capture times of its pictures, seconds.
    crf : int, optional
        Quality to use instead of the one that matches the source's bits per pixel.
    fps : float, optional
        For a folder of pictures.

    Raises
    ------
    InputError
        If the source cannot be read.
    """
    place = Path(source)
    if place.is_dir():
        rate = Fraction(fps or 25).limit_denominator(1001)
        note = "The pictures of this folder become H.264 at high quality."
        return _plain(1 / rate, rate, crf or _VISUALLY_LOSSLESS, note)
    stream = _read_stream(place)
    if not stream.bits:
        raise InputError(f"{place}: no video packets were found.")
    codec, suffix = _FAMILIES.get(stream.codec, _STAND_IN)
    notes = []
    if stream.codec not in _FAMILIES:
        notes.append(f"The source is {stream.codec}; copies are H.264 at as many bits per pixel.")
    if stream.pixel_format not in ("yuv420p", "yuvj420p"):
        notes.append(f"The source is {stream.pixel_format}; copies are yuv420p.")
    keys = [i for i, (_, _, key) in enumerate(stream.bits) if key]
    gaps = np.diff(keys)
    draft = Encoding(
        codec,
        suffix,
        _FIRST if crf is None else crf,
        _pair(_exact_tick(times_s, stream.tick)),
        _pair(stream.rate),
        int(gaps.max()) if gaps.size else 0,
        stream.reorders,
        math.nan,
        math.nan,
        tuple(notes),
    )
    return _matched(place, stream, draft, fixed=crf is not None, fps=fps)


def _plain(tick: Fraction, rate: Fraction, crf: int, note: str) -> Encoding:
    codec, suffix = _STAND_IN
    pairs = _pair(tick), _pair(rate)
    return Encoding(codec, suffix, crf, *pairs, 0, True, math.nan, math.nan, (note,))


def _pair(value: Fraction) -> tuple[int, int]:
    return value.numerator, value.denominator


def _exact_tick(times_s: Sequence[float], tick: Fraction) -> Fraction:
    """The source's own tick, or microseconds where its times had to be moved between ticks."""
    ticks = np.asarray(times_s) / float(tick)
    return _MICROSECOND if np.abs(ticks - np.round(ticks)).max() > 1e-2 else tick


def _matched(
    place: Path, stream: _Stream, draft: Encoding, *, fixed: bool, fps: float | None
) -> Encoding:
    """Try quality settings on a stretch until its bits are nearest to the source's."""
    start, end = _stretch(stream)
    frames = _frames_between(place, start, end, fps)
    if not frames:
        return draft
    pixels = len(frames) * frames[0].width * frames[0].height
    target = sum(b for t, b, _ in stream.bits if start <= t < end) / pixels
    draft = replace(draft, source_bits_per_px=round(target, 5))
    found: dict[int, float] = {}
    crf = draft.crf
    for _ in range(1 if fixed else _TRIALS):
        found[crf] = _bits(frames, replace(draft, crf=crf)) / pixels
        step = _STEPS_PER_HALF * math.log2(max(found[crf], 1e-9) / max(target, 1e-9))
        crf = min(_WORST, max(_BEST, crf + round(step)))
        if crf in found:
            break
    best = min(found, key=lambda c: abs(math.log(max(found[c], 1e-9) / max(target, 1e-9))))
    return replace(draft, crf=best, bits_per_px=round(found[best], 5))


def _stretch(stream: _Stream) -> tuple[float, float]:
    """A stretch in the middle of the clip that begins with a key frame, seconds."""
    first, last = stream.bits[0][0], stream.bits[-1][0]
    wanted = max(first, 0.5 * (first + last) - 0.5 * _STRETCH_S)
    start = max((t for t, _, key in stream.bits if key and t <= wanted), default=first)
    return start, start + _STRETCH_S


def _frames_between(place: Path, start: float, end: float, fps: float | None) -> list[Frame]:
    with open_source(place, fps=fps) as source:
        inside = (f for f in source if start - 1e-6 <= f.time_s)
        found = []
        for frame in islice(inside, 2000):
            if frame.time_s >= end - 1e-6:
                break
            found.append(frame)
    return found


def _bits(frames: list[Frame], encoding: Encoding) -> int:
    with tempfile.TemporaryDirectory(prefix="unspoken-") as folder:
        path = Path(folder) / f"trial{encoding.suffix}"
        encode(frames, path, encoding)
        return sum(bits for _, bits, _ in _read_stream(path).bits)


def encode(frames: Iterable[Frame], path: Path, encoding: Encoding) -> int:
    """Write frames with their own capture times.

    Parameters
    ----------
    frames : iterable of Frame
        In order of time; a picture with an odd side loses its last row or column, because
        colour at half size has none for it.
    path : Path
        The file; its ending should be the encoding's.
    encoding : Encoding
        How.

    Returns
    -------
    int
        Pictures written.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    tick = Fraction(*encoding.tick)
    writer: ClipWriter | None = None
    try:
        for frame in frames:
            if writer is None:
                writer = _writer(path, frame, encoding, tick)
            writer.add_image(_image(frame), round(Fraction(frame.time_s) / tick))
    except BaseException:
        if writer is not None:
            writer.discard()
        raise
    if writer is None:
        raise InputError(f"{path}: there is no picture to encode.")
    writer.close()
    return writer.frames


def _writer(path: Path, frame: Frame, encoding: Encoding, tick: Fraction) -> ClipWriter:
    tags = {
        "color_range": "pc" if frame.full_range else "tv",
        "colorspace": "bt709" if frame.bt709 else "smpte170m",
    }
    return ClipWriter(
        path,
        (frame.width // 2 * 2, frame.height // 2 * 2),
        Fraction(*encoding.rate),
        codec=encoding.codec,
        crf=encoding.crf,
        key_interval=encoding.key_interval or None,
        bframes=None if encoding.reorders else 0,
        time_base=tick,
        options={**_OPTIONS[encoding.codec], **tags},
    )


def _image(frame: Frame) -> av.VideoFrame:
    h, w = frame.height // 2 * 2, frame.width // 2 * 2
    packed = np.full((h * 3 // 2, w), 128, dtype=np.uint8)
    packed[:h] = frame.luma[:h, :w]
    if frame.chroma is not None:
        half = packed[h:].reshape(2, h // 2, w // 2)
        for plane, colour in zip(half, frame.chroma, strict=True):
            plane[:] = colour[: h // 2, : w // 2]
    image = av.VideoFrame.from_ndarray(packed, format="yuv420p")
    image.color_range = 2 if frame.full_range else 1
    image.colorspace = 1 if frame.bt709 else 5
    return image
