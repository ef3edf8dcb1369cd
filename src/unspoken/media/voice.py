"""Voice activity: when somebody is heard speaking.

The detector is `earshot` (pyke.io; MIT or Apache-2.0), a small recurrent net compiled into its
wheel, so nothing is fetched and everything stays on this machine. It scores every 16 ms of sound.
Only intervals leave this module, never sound.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from unspoken.media.audio import RATE_HZ, sound_blocks
from unspoken.timing import Interval

if TYPE_CHECKING:
    from collections.abc import Iterable

    from unspoken.media.audio import SoundBlock

__all__ = ["VoiceFinder", "VoiceListener"]

#: Samples the detector takes at once.
_HOP = 256
_HOP_S = _HOP / RATE_HZ
#: A voice begins at the upper score; it ends when the score has been below the lower one so long.
_ON, _OFF, _OFF_S = 0.5, 0.4, 0.2
#: The first sound of a word scores late by about this much, seconds.
_LATE_S = 0.08
#: Shorter sounds are clicks and coughs, seconds.
_LEAST_S = 0.12
#: Louder than this there is sound at all, of 32768: digital silence costs nothing.
_SILENCE = 24
#: Heard means listened to this much ahead of the pictures, seconds, and at least so much at once.
_AHEAD_S, _AT_ONCE_S = 2.0, 0.5


class VoiceFinder:
    """Finds voices in blocks of sound as they come in."""

    def __init__(self) -> None:
        from earshot import Detector

        self._detector = Detector()
        self._left: NDArray[np.int16] = np.zeros(0, np.int16)
        self._time_s = 0.0
        self._began: float | None = None
        self._last_high_s = 0.0

    def push(self, block: SoundBlock) -> list[Interval]:
        """Take the next block.

        Returns
        -------
        list of Interval
            Voices that ended, and the part so far of one that goes on; they may touch earlier ones.
        """
        found: list[Interval] = []
        if block.after_hole:
            found += self._end()
            self._detector.reset()
            self._left, self._time_s = block.samples[:0], block.start_s
        samples = np.concatenate([self._left, block.samples])
        whole = samples.size // _HOP * _HOP
        for start in range(0, whole, _HOP):
            found += self._step(samples[start : start + _HOP])
        self._left = samples[whole:]
        # What is left belongs to the next hop, which begins this much before the block's end.
        end_s = block.start_s + block.samples.size / RATE_HZ
        self._time_s = end_s - self._left.size / RATE_HZ
        return found + self._so_far()

    def _step(self, hop: NDArray[np.int16]) -> list[Interval]:
        loud = bool(np.abs(hop).max() > _SILENCE)
        score = float(self._detector.predict_i16(hop)) if loud or self._began is not None else 0.0
        start, self._time_s = self._time_s, self._time_s + _HOP_S
        if score >= _ON and self._began is None:
            self._began = max(start - _LATE_S, 0.0)
        if self._began is None:
            return []
        if score >= _OFF:
            self._last_high_s = self._time_s
        return self._end() if self._time_s - self._last_high_s >= _OFF_S else []

    def _so_far(self) -> list[Interval]:
        if self._began is None or self._last_high_s - self._began < _LEAST_S:
            return []
        return [Interval(self._began, self._last_high_s)]

    def _end(self) -> list[Interval]:
        found = self._so_far()
        self._began = None
        return found


class VoiceListener:
    """Voices of a file, listened to as far as the pictures have got and a little ahead.

    Parameters
    ----------
    path : Path
        A video file; without sound there is nothing to hear.
    """

    def __init__(self, path: Path, blocks: Iterable[SoundBlock] | None = None) -> None:
        self._blocks: Iterator[SoundBlock] = iter(sound_blocks(path) if blocks is None else blocks)
        self._finder: VoiceFinder | None = None
        self._reached_s = -np.inf
        self._over = False

    def until(self, time_s: float) -> list[tuple[Interval, list[Interval]]]:
        """Listen on.

        Parameters
        ----------
        time_s : float
            Capture time the pictures have reached, seconds.

        Returns
        -------
        list of (Interval, list of Interval)
            Stretches of sound listened to, and voices that became known in each.
        """
        heard: list[tuple[Interval, list[Interval]]] = []
        if self._over or self._reached_s >= time_s + _AHEAD_S - _AT_ONCE_S:
            return heard
        while self._reached_s < time_s + _AHEAD_S:
            block = next(self._blocks, None)
            if block is None:
                self._over = True
                break
            self._finder = self._finder or VoiceFinder()
            voices = self._finder.push(block)
            self._reached_s = block.start_s + block.samples.size / RATE_HZ
            heard.append((Interval(block.start_s, self._reached_s), voices))
        return heard

    def close(self) -> None:
        """Release the file; harmless when called twice."""
        self._over = True
        close = getattr(self._blocks, "close", None)
        if close is not None:
            close()
