"""What a recording's clock is like, and whether micro-expressions could show in it."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path

from unspoken.media.clock import ClockRecorder, RisingClock
from unspoken.media.decode import Decoder
from unspoken.media.facts import ClockFacts, SourceFacts
from unspoken.media.source import open_source
from unspoken.media.video import VideoSource
from unspoken.timing import clock_text

__all__ = ["Probe", "clock_statements", "probe"]

_SLOW_RATE_HZ = 20.0
_FINE_RATE_HZ = 50.0
_MANY = 0.05
"""Share of missing or repeated pictures from which they are said to matter."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What `probe` found out.

    Parameters
    ----------
    source : SourceFacts
        The container's facts.
    clock : ClockFacts
        What the time stamps say.
    decoded : bool
        Whether every picture was decoded; else duplicates, damage and the interlace flag of
        later pictures are not known.
    micro_possible : bool
        Whether the clock is fast enough for micro-expressions.
    statements : tuple of str
        The facts that matter, in plain sentences.
    """

    source: SourceFacts
    clock: ClockFacts
    decoded: bool
    micro_possible: bool
    statements: tuple[str, ...]


def probe(path: str | os.PathLike[str], fps: float | None = None, *, decode: bool = True) -> Probe:
    """Read a source once and tell what its clock is like.

    Parameters
    ----------
    path : str or path-like
        A video file or a folder of pictures.
    fps : float, optional
        Pictures a second of a folder, Hz.
    decode : bool
        Decode every picture (exact). False reads the time stamps of a file's packets only, which is
        much faster but knows nothing of duplicates and damage, and leaves the digest out.

    Raises
    ------
    UnspokenError
        As `open_source`.
    """
    with open_source(path, fps=fps) as source:
        if decode or not isinstance(source, VideoSource):
            decode = True
            for _ in source:
                pass
            facts, clock = source.finish_facts(), source.clock
        else:
            facts, clock = source.facts, _clock_of_packets(Path(path))
        statements = (*clock_statements(clock, decoded=decode), *source.notes)
    return Probe(facts, clock, decode, clock.micro_possible, statements)


def _clock_of_packets(path: Path) -> ClockFacts:
    with Decoder(path) as decoder:
        rate = decoder.claimed_rate_hz
        stamps = list(decoder.packet_times())
        # Packets come in order of decoding; shown in order of their stamps, missing ones last.
        known = sorted(s for s in stamps if s is not None)
        rising = RisingClock(decoder.tick_s, 1.0 / rate if rate > 0.0 else 0.04)
        recorder = ClockRecorder(decoder.tick_s, rate)
        for stamp in known:
            recorder.add(rising.place(decoder.seconds(stamp)))
        for _ in range(len(stamps) - len(known)):
            recorder.add(rising.place(None))
        recorder.repeated = rising.repeated
    return recorder.facts()


def clock_statements(clock: ClockFacts, *, decoded: bool = True) -> tuple[str, ...]:
    """Put the facts of a clock into plain sentences.

    Parameters
    ----------
    clock : ClockFacts
        The clock.
    decoded : bool
        Whether duplicates were looked for.

    Returns
    -------
    tuple of str
        At least one sentence; the first says how many pictures there are in what time.
    """
    if clock.frames < 2 or math.isnan(clock.median_rate_hz):
        return (
            f"{clock.frames} picture{'' if clock.frames == 1 else 's'}: "
            "there is no movement to measure.",
        )
    said = [
        f"{clock.frames} pictures from {clock_text(clock.start_s)} to {clock_text(clock.end_s)}, "
        f"{clock.median_rate_hz:.4g} a second (median).",
        _micro_statement(clock),
        *_rate_statements(clock),
        *_hole_statements(clock, decoded),
    ]
    if clock.interlaced:
        said.append(
            "Pictures are interlaced: each mixes two moments, and fine vertical detail is lost."
        )
    return tuple(said)


def _micro_statement(clock: ClockFacts) -> str:
    rate = clock.median_rate_hz
    if not clock.micro_possible:
        return (
            f"Micro-expressions could not be seen at {rate:.3g} pictures a second (at least 20 "
            "are needed); only longer expressions can be found."
        )
    onset = round(0.2 * rate)
    if rate < _FINE_RATE_HZ:
        return (
            f"Micro-expressions can be found; a typical onset of 0.2 s spans about {onset} "
            "pictures. 50 or more a second would show more."
        )
    return f"Micro-expressions can be found; a typical onset of 0.2 s spans about {onset} pictures."


def _rate_statements(clock: ClockFacts) -> list[str]:
    said = []
    if clock.variable_rate:
        said.append(
            f"The rate varies (steps differ by {2000.0 * clock.jitter_s:.3g} ms between the 5th "
            "and the 95th percentile); every time shown comes from the pictures' own time stamps."
        )
    if clock.repeated_times:
        said.append(
            f"Time stamps that are missing or do not rise: {clock.repeated_times}; these pictures "
            "were given the nearest rising time."
        )
    return said


def _hole_statements(clock: ClockFacts, decoded: bool) -> list[str]:
    said = []
    if clock.missing_frames:
        share = clock.missing_frames / (clock.frames + clock.missing_frames)
        said.append(
            f"Missing pictures: about {clock.missing_frames} ({share:.1%}), gaps: "
            f"{len(clock.gaps)}, the longest step is {1000.0 * clock.longest_step_s:.4g} ms."
        )
    if not decoded or not clock.duplicate_frames:
        return said
    share = clock.duplicate_frames / clock.frames
    text = f"Pictures that repeat the one before: about {clock.duplicate_frames} ({share:.1%})"
    if clock.duplicate_frames >= clock.frames - 1:
        said.append(f"{text}: a still picture, or nothing moves at all.")
    elif share > _MANY:
        rate = clock.median_rate_hz * (1.0 - share)
        slow = ", which is slow for micro-expressions" if rate < _SLOW_RATE_HZ else ""
        said.append(f"{text}: what moves is seen about {rate:.3g} times a second{slow}.")
    else:
        said.append(f"{text}.")
    return said
