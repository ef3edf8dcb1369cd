"""The sound of a recording as short blocks of mono samples with their times.

It is read in a pass of its own, lazily, next to the pictures and on the same clock: a block's time
is the time stamp its samples carry in the container, so a sound track that starts later than the
pictures, or has a hole, keeps its place. Nothing of the sound is stored.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import av
import av.error
import numpy as np
from av.stream import Discard
from numpy.typing import NDArray

from unspoken.errors import UnspokenError
from unspoken.media.container import open_container

__all__ = ["RATE_HZ", "SoundBlock", "sound_blocks"]

#: Samples a second; speech needs no more.
RATE_HZ = 16000
#: Where time stamps and samples disagree by more than this the sound has a hole or a jump, seconds.
_HOLE_S = 0.05
#: Decoding errors in a row after which the rest of the sound is given up.
_ERRORS_ALLOWED = 20


@dataclass(frozen=True, slots=True)
class SoundBlock:
    """A stretch of sound.

    Parameters
    ----------
    start_s : float
        Time of the first sample, seconds.
    samples : ndarray of int16, shape (n,)
        Mono, `RATE_HZ` a second.
    after_hole : bool
        It does not follow the block before without a break.
    """

    start_s: float
    samples: NDArray[np.int16]
    after_hole: bool


def sound_blocks(path: Path) -> Generator[SoundBlock, None, None]:
    """The sound of a file from front to back.

    Parameters
    ----------
    path : Path
        A file FFmpeg reads.

    Yields
    ------
    SoundBlock
        As decoded, a few hundredths of a second each. None at all where there is no sound, or none
        that can be decoded: sound is a help, not a condition.
    """
    try:
        container = open_container(path)
    except UnspokenError:
        return
    with container:
        streams = [s for s in container.streams.audio if s.codec_context is not None]
        if not streams:
            return
        stream = streams[0]
        for other in container.streams:
            if other is not stream:
                other.discard = Discard.all
        yield from _blocks(container, stream)


def _blocks(
    container: av.container.InputContainer, stream: av.AudioStream
) -> Generator[SoundBlock, None, None]:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
    expected: float | None = None
    errors = 0
    packets = container.demux(stream)
    while errors < _ERRORS_ALLOWED:
        try:
            packet = next(packets)
            frames = packet.decode()
            errors = 0
        except StopIteration:
            return
        except (av.error.FFmpegError, ValueError):
            errors += 1
            continue
        for frame in frames:
            time_s = frame.time if frame.time is not None else (expected or 0.0)
            hole = expected is None or abs(time_s - expected) > _HOLE_S
            frame.pts = None  # the resampler would fill or complain; times are kept here
            pieces = [np.asarray(p.to_ndarray()[0]) for p in resampler.resample(frame)]
            if not pieces:
                continue
            samples = np.concatenate(pieces).astype(np.int16, copy=False)
            start_s = time_s if hole or expected is None else expected
            expected = start_s + samples.size / RATE_HZ
            # Slow drift between stamps and sample count must not add up.
            expected += 0.1 * (time_s + frame.samples / frame.sample_rate - expected)
            yield SoundBlock(start_s, samples, hole)
