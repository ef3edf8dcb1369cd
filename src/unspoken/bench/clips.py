"""The clips the speed bench runs on: which there are, where they are kept, how they are made.

Making a clip needs the whole simulator in memory, and the operating system counts a parent's peak
memory against the processes it starts. So this module stays light, and the work is done by
`unspoken.bench.looping` in a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from unspoken.errors import OutputError

__all__ = [
    "FULL",
    "QUICK",
    "BenchClip",
    "ClipSet",
    "clip_folder",
    "ensure_clip",
    "ensure_short_clip",
]

#: After this time the head of the simulated person (seed 7) is nearly where it was at the start, so
#: a clip that repeats this stretch has no visible cut; chosen among 20 to 40 s.
LOOP_S = 29.6
_QUICK_LOOP_S = 20.0


@dataclass(frozen=True, slots=True)
class BenchClip:
    """One clip: a simulated stretch, repeated.

    Parameters
    ----------
    width, height : int
        Pixels.
    loop_s : float
        Length of the stretch, seconds.
    repeats : int
        How often it is played.
    fps : float
        Pictures a second, Hz.
    crf : int
        Quality of the H.264 encoder.
    """

    width: int
    height: int
    loop_s: float
    repeats: int
    fps: float = 30.0
    crf: int = 20

    @property
    def duration_s(self) -> float:
        """Length of the whole clip, seconds."""
        return self.loop_s * self.repeats

    @property
    def frames(self) -> int:
        """Pictures in the whole clip."""
        return round(self.loop_s * self.fps) * self.repeats

    @property
    def label(self) -> str:
        """Name for people: size and length."""
        minutes = self.duration_s / 60.0
        length = f"{minutes:.0f} min" if minutes >= 1.5 else f"{self.duration_s:.0f} s"
        return f"{self.width}x{self.height}, {length}"

    @property
    def file_name(self) -> str:
        """Name that says everything the clip depends on."""
        size, stretch = f"{self.width}x{self.height}", f"{self.loop_s:g}s"
        return f"sample-{size}-{self.fps:g}hz-crf{self.crf}-{stretch}-x{self.repeats}.mp4"

    @property
    def loop(self) -> BenchClip:
        """The stretch by itself."""
        return BenchClip(self.width, self.height, self.loop_s, 1, self.fps, self.crf)


@dataclass(frozen=True, slots=True)
class ClipSet:
    """What a bench needs: a small picture, a large one, and the large one for much longer."""

    small: BenchClip
    large: BenchClip
    long: BenchClip
    rounds: int
    """Runs of each; the median counts."""


FULL = ClipSet(
    BenchClip(640, 480, LOOP_S, 4),
    BenchClip(1920, 1080, LOOP_S, 4),
    BenchClip(1920, 1080, LOOP_S, 41),
    rounds=3,
)
QUICK = ClipSet(
    BenchClip(640, 480, _QUICK_LOOP_S, 1),
    BenchClip(1920, 1080, _QUICK_LOOP_S, 1),
    BenchClip(1920, 1080, _QUICK_LOOP_S, 3),
    rounds=1,
)


def clip_folder() -> Path:
    """Where clips are kept between runs: ``unspoken/bench`` in the user's cache folder.

    ``XDG_CACHE_HOME`` chooses another place than ``~/.cache``.
    """
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "unspoken" / "bench"


def ensure_clip(clip: BenchClip, folder: Path) -> Path:
    """The clip's file, made first where it is not there yet.

    Parameters
    ----------
    clip : BenchClip
        Which.
    folder : Path
        Where clips are kept.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        If it cannot be made there.
    """
    path = folder / clip.file_name
    if path.is_file():
        return path
    if clip.repeats > 1:
        source = ensure_clip(clip.loop, folder)
        _in_own_process(["repeat", str(source), str(path), str(clip.repeats)])
    else:
        size = [str(clip.width), str(clip.height)]
        _in_own_process(["film", str(path), *size, str(clip.loop_s), str(clip.fps), str(clip.crf)])
    return path


def ensure_short_clip(source: Path, frames: int) -> Path:
    """The first few pictures of a clip as a clip of their own; see `ensure_clip`."""
    path = source.with_name(f"{source.stem}-first{frames}.mp4")
    if not path.is_file():
        _in_own_process(["head", str(source), str(path), str(frames)])
    return path


def _in_own_process(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "unspoken.bench.looping", *arguments]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise OutputError(
            f"The clip for {' '.join(arguments)} could not be made: "
            f"{done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'no reason given'}",
            "See that there is room for about 1 GB, or choose another place with XDG_CACHE_HOME.",
        )
