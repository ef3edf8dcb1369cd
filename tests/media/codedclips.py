"""Clips whose pictures say which number they have, so a test can prove which one it got.

The lower half of every picture shows its number in binary, a column of wide bars, white for 1. It
survives every codec and every change of brightness, and scaling and deinterlacing too.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from unspoken.media.writer import ClipWriter

BITS = 8
SIZE = (128, 96)


def coded_picture(number: int, size: tuple[int, int] = SIZE, seed: int = 0) -> NDArray[np.uint8]:
    """RGB picture with sensor-like noise above and its number in binary below."""
    width, height = size
    rng = np.random.default_rng(1000 * seed + number)
    picture = rng.normal(120, 12, (height, width)).clip(0, 255)
    for bit in range(BITS):
        columns = slice(bit * width // BITS, (bit + 1) * width // BITS)
        picture[height // 2 :, columns] = 230 if number >> bit & 1 else 25
    return np.repeat(picture.astype(np.uint8)[:, :, None], 3, axis=2)


def number_of(luma: NDArray[np.uint8]) -> int:
    """Read the number back from a brightness plane of any size."""
    height, width = luma.shape
    rows = slice(height * 5 // 8, height * 7 // 8)
    edges = [round((bit + part) * width / BITS) for bit in range(BITS) for part in (0.25, 0.75)]
    means = [float(luma[rows, a:b].mean()) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return sum((mean > 128) << bit for bit, mean in enumerate(means))


def write_coded(
    path: Path,
    count: int,
    *,
    fps: float | Fraction | None = 25,
    times_s: Iterable[float] | None = None,
    numbers: Iterable[int] | None = None,
    size: tuple[int, int] = SIZE,
    **settings: Any,
) -> Path:
    """Write pictures 0 to `count` - 1 (or `numbers`), at a rate or at given times."""
    shown = list(range(count) if numbers is None else numbers)
    times = [None] * len(shown) if times_s is None else list(times_s)
    with ClipWriter(path, size, None if times_s is not None else fps, **settings) as writer:
        for number, time_s in zip(shown, times, strict=True):
            writer.add(coded_picture(number, size), time_s)
    return path


def flag_interlaced(image: av.VideoFrame) -> av.VideoFrame:
    """Let FFmpeg's setfield filter mark a picture as top field first."""
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=image.width,
        height=image.height,
        format=image.format,
        time_base=Fraction(1, 90000),
    )
    graph.link_nodes(source, graph.add("setfield", "tff"), graph.add("buffersink")).configure()
    graph.vpush(image)
    return graph.vpull()
