"""Film the stretches of the speed bench and lengthen them; ``python -m unspoken.bench.looping``.

A long clip is the packets of a short one, written again and again with later time stamps. Nothing
is encoded twice, so twenty minutes are ready in seconds, and every repeat costs the decoder what
the first cost.
"""

from __future__ import annotations

import sys
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import av
import av.error
import numpy as np

from unspoken.bench.sample import make_sample
from unspoken.errors import OutputError, UnspokenError
from unspoken.media.writer import ClipWriter

if TYPE_CHECKING:
    from av import Packet, VideoStream

__all__ = ["film", "head", "main", "repeat_packets"]


def film(path: Path, size: tuple[int, int], duration_s: float, fps: float, crf: int) -> None:
    """Film one stretch: the demo's person, everything included.

    Raises
    ------
    UsageError, OutputError
        See `unspoken.bench.sample.make_sample`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    make_sample(path, duration_s=duration_s, fps=fps, size=size, crf=crf)


def repeat_packets(source: Path, target: Path, times: int) -> int:
    """Write a clip's video several times in a row, without encoding it again.

    Parameters
    ----------
    source : Path
        A clip with a constant frame rate whose first picture is a key frame.
    target : Path
        The longer clip, MP4.
    times : int
        How often, at least 1.

    Returns
    -------
    int
        Pictures in the longer clip.

    Raises
    ------
    OutputError
        If the longer clip's time stamps would not rise, or it cannot be written.
    """
    part = target.with_name(f".{uuid.uuid4().hex[:12]}.part.mp4")
    try:
        with av.open(str(source)) as reading, av.open(str(part), "w") as writing:
            stream = reading.streams.video[0]
            copy = writing.add_stream_from_template(stream)
            packets = [p for p in reading.demux(stream) if p.size]
            span = _span_ticks(packets, target)
            for turn in range(times):
                for packet in packets:
                    # Bytes of a packet that was muxed are gone: write a copy.
                    again = av.Packet(bytes(packet))
                    again.stream = copy
                    again.time_base = packet.time_base
                    again.pts = _ticks(packet.pts) + turn * span
                    again.dts = _ticks(packet.dts) + turn * span
                    again.duration = packet.duration
                    again.is_keyframe = packet.is_keyframe
                    writing.mux(again)
        part.replace(target)
    except (av.error.FFmpegError, OSError) as error:
        raise OutputError(f"{target}: the repeated clip cannot be written ({error}).") from error
    finally:
        part.unlink(missing_ok=True)
    return len(packets) * times


def _ticks(stamp: int | None) -> int:
    if stamp is None:
        raise OutputError("A clip whose packets have no time stamps cannot be repeated.")
    return stamp


def _span_ticks(packets: Sequence[Packet[VideoStream]], target: Path) -> int:
    """How far the next repeat must be shifted: one picture after the last."""
    shown = sorted(_ticks(p.pts) for p in packets)
    steps = {b - a for a, b in zip(shown, shown[1:], strict=False)}
    if len(steps) != 1 or not packets[0].is_keyframe or min(steps) <= 0:
        raise OutputError(
            f"{target}: only a clip of constant rate that begins with a key frame can be repeated; "
            f"found steps of {sorted(steps)} ticks."
        )
    return shown[-1] - shown[0] + steps.pop()


def head(source: Path, target: Path, frames: int) -> None:
    """Write the first few pictures of a clip as a clip of their own.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    with av.open(str(source)) as reading:
        stream = reading.streams.video[0]
        size = (stream.codec_context.width, stream.codec_context.height)
        with ClipWriter(target, size, stream.average_rate or 30) as clip:
            for number, picture in enumerate(reading.decode(stream)):
                if number == frames:
                    break
                clip.add(np.asarray(picture.to_ndarray(format="rgb24"), dtype=np.uint8))


def main(arguments: list[str]) -> int:
    """Carry out one order of `unspoken.bench.clips`; 0, or 2 with the reason on stderr."""
    order, *rest = arguments
    try:
        if order == "film":
            path, width, height, duration_s, fps, crf = rest
            film(Path(path), (int(width), int(height)), float(duration_s), float(fps), int(crf))
        elif order == "repeat":
            source, target, times = rest
            repeat_packets(Path(source), Path(target), int(times))
        else:
            source, target, frames = rest
            head(Path(source), Path(target), int(frames))
    except (UnspokenError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
