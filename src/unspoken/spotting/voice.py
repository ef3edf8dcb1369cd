"""When a voice is heard in the recording, whoever's it is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unspoken.timing import Interval

__all__ = ["VoiceTrack"]

Array = NDArray[np.float64]


class VoiceTrack:
    """Voiced intervals so far, on the recording's clock. Without sound it stays empty."""

    def __init__(self) -> None:
        self.voiced: list[Interval] = []
        self._listened: list[Interval] = []

    def listened(self, heard: Interval) -> None:
        """There was sound in this interval, in order of time; voices in it are told apart."""
        if self._listened and heard.start_s - self._listened[-1].end_s < 0.05:
            heard = Interval(self._listened.pop().start_s, heard.end_s)
        self._listened.append(heard)

    def add(self, voice: Interval) -> None:
        """A voice was heard, in order of time; touching intervals become one."""
        if self.voiced and voice.start_s <= self.voiced[-1].end_s + 1e-6:
            last = self.voiced.pop()
            voice = Interval(last.start_s, max(last.end_s, voice.end_s))
        self.voiced.append(voice)

    def at(self, times_s: Array, around_s: float = 0.0) -> Array:
        """Whether a voice is heard at given instants.

        Parameters
        ----------
        times_s : ndarray, shape (n,)
            Rising seconds.
        around_s : float
            A voice this near counts too, seconds.

        Returns
        -------
        ndarray, shape (n,)
            1.0 with a voice, 0.0 without, NaN where there is no sound.
        """
        out = np.full(times_s.size, np.nan)
        for spans, reach, value in ((self._listened, 0.0, 0.0), (self.voiced, around_s, 1.0)):
            for span in reversed(spans):
                if times_s.size == 0 or span.end_s + reach < times_s[0]:
                    break
                inside = (times_s >= span.start_s - reach) & (times_s <= span.end_s + reach)
                out[inside & (np.isfinite(out) | (value == 0.0))] = value
        return out
