"""When somebody speaks: from the sound of a recording, and from a transcript."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from unspoken.context.transcript import Utterance
from unspoken.errors import InputError, SourceNotFound

__all__ = [
    "ActivityTrack",
    "SpeechActivity",
    "SpeechEnergy",
    "require_file",
    "transcript_activity",
]

#: Voices carry most of their energy here; hum and hiss lie outside, Hz.
_BAND_HZ = (150.0, 3400.0)
#: Largest sample of 16 bit sound.
_FULL_SCALE = 32768.0
#: Percentiles of the level that stand for silence and for speech.
_SILENCE, _SPEECH = 10.0, 95.0
#: Sound whose loud parts are not this much louder than its quiet parts tells nothing, dB.
_LEAST_RANGE_DB = 6.0


@dataclass(frozen=True)
class ActivityTrack:
    """Speech activity in equal steps.

    Parameters
    ----------
    start_s : float
        Middle of the first step, seconds on the clock it was measured on.
    step_s : float
        Length of a step, seconds.
    activity : ndarray, shape (n,)
        0 silent to 1 speaking; NaN where there is no sound at all.
    """

    start_s: float
    step_s: float
    activity: NDArray[np.float64]


class SpeechActivity(Protocol):
    """What finds speech in a recording."""

    def track(self, path: str | os.PathLike[str], step_s: float) -> ActivityTrack:
        """Speech activity of a recording on its own clock.

        Raises
        ------
        InputError
            If it cannot be read or has no sound.
        """


class SpeechEnergy:
    """Speech activity as the level in the band of voices, between its own quiet and loud.

    It does not tell a voice from other sounds of that band; for lying a transcript over a
    recording that is enough, for saying who speaks it is not.
    """

    def track(self, path: str | os.PathLike[str], step_s: float) -> ActivityTrack:
        """Level per step, 0 at the 10th percentile to 1 at the 95th.

        Raises
        ------
        SourceNotFound, InputError
            If it cannot be read, has no sound, or its sound is equally loud throughout.
        """
        path = Path(path)
        energy, count, first = _energy(path, step_s)
        with np.errstate(divide="ignore", invalid="ignore"):
            level = 10.0 * np.log10(energy / count + 1e-12)
        heard = level[count > 0]
        low, high = np.percentile(heard, (_SILENCE, _SPEECH))
        if high - low < _LEAST_RANGE_DB:
            raise InputError(
                f"{path}: its sound is equally loud throughout ({high - low:.1f} dB between quiet "
                "and loud); speech cannot be told from silence.",
                "Say the offset by hand: --offset SECONDS.",
            )
        activity = np.where(count > 0, np.clip((level - low) / (high - low), 0.0, 1.0), np.nan)
        return ActivityTrack((first + 0.5) * step_s, step_s, activity)


def _energy(path: Path, step_s: float) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Summed squares and number of samples per step, and the index of the first step."""
    from unspoken.media.audio import RATE_HZ

    sums: dict[int, float] = {}
    counts: dict[int, float] = {}
    for start_s, samples in _band(path):
        index = np.floor((start_s + np.arange(samples.size) / RATE_HZ) / step_s).astype(int)
        steps, at = np.unique(index, return_index=True)
        ends = np.r_[at[1:], samples.size]
        squares = np.add.reduceat(samples**2, at)
        for step, square, length in zip(steps.tolist(), squares, ends - at, strict=True):
            sums[step] = sums.get(step, 0.0) + float(square)
            counts[step] = counts.get(step, 0.0) + float(length)
    if not sums:
        raise InputError(f"{path} has no sound that can be decoded.", "Say the offset by hand.")
    first, last = min(sums), max(sums)
    energy = np.array([sums.get(i, 0.0) for i in range(first, last + 1)])
    return energy, np.array([counts.get(i, 0.0) for i in range(first, last + 1)]), first


def _band(path: Path) -> Iterator[tuple[float, NDArray[np.float64]]]:
    """(start, samples) of the sound in the band of voices, on the container's clock."""
    from scipy.signal import butter, sosfilt

    from unspoken.media.audio import RATE_HZ, sound_blocks
    from unspoken.media.container import open_container

    with open_container(path) as container:
        if not container.streams.audio:
            raise InputError(
                f"{path} has no sound, so no offset can be found by listening.",
                "Say it by hand: --offset SECONDS.",
            )
    sos = butter(4, _BAND_HZ, "bandpass", fs=RATE_HZ, output="sos")
    state = np.zeros((sos.shape[0], 2))
    for block in sound_blocks(path):
        if block.after_hole:  # what went before is not what these samples ring on from
            state = np.zeros_like(state)
        filtered, state = sosfilt(sos, block.samples / _FULL_SCALE, zi=state)
        yield block.start_s, filtered


def transcript_activity(
    utterances: tuple[Utterance, ...], step_s: float, start_s: float, steps: int
) -> NDArray[np.float64]:
    """The share of each step in which a transcript has somebody speaking.

    Parameters
    ----------
    utterances : tuple of Utterance
        May overlap.
    step_s, start_s : float
        Length of a step and where the first begins, seconds.
    steps : int
        How many.

    Returns
    -------
    ndarray, shape (steps,)
        0 to 1.
    """
    edges = np.zeros(steps + 1)
    reached = -np.inf
    for utterance in sorted(utterances, key=lambda u: u.start_s):
        begin = max(utterance.start_s, reached)
        reached = max(reached, utterance.end_s)
        if utterance.end_s <= begin:
            continue
        low, high = ((t - start_s) / step_s for t in (begin, utterance.end_s))
        first, last = int(max(0, np.floor(low))), int(min(steps - 1, np.floor(high)))
        for step in (first, last) if first != last else (first,):
            if 0 <= step < steps:
                edges[step] += max(0.0, min(high, step + 1) - max(low, step))
        if last > first + 1:
            edges[first + 1 : last] += 1.0
    return np.clip(edges[:steps], 0.0, 1.0)


def require_file(path: str | os.PathLike[str]) -> Path:
    """A recording that is still where it was.

    Raises
    ------
    SourceNotFound
        If it is not.
    """
    place = Path(path)
    if not place.is_file():
        raise SourceNotFound(
            f"The recording {place} is not there any more, so it cannot be listened to.",
            "Say where it is now: --media FILE; or give the offset by hand: --offset SECONDS.",
        )
    return place
