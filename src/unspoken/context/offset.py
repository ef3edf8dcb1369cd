"""The clock offset between a transcript and a recording, from when somebody speaks.

The transcript says when there was speech on its clock, the sound says when on the recording's.
The lag with the highest Pearson correlation of the two is the offset. Whether it can be trusted is
asked of the transcript itself: its utterances and pauses are put into another order, many times,
and each time the highest correlation over all lags is noted. A true offset beats all of them; the
share that does as well is the p-value of a permutation test.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from unspoken.context.speech import ActivityTrack, transcript_activity
from unspoken.context.transcript import Transcript, Utterance
from unspoken.errors import InputError

__all__ = ["STEP_S", "Offset", "find_offset", "offset_or_refuse"]

#: Time resolution of both activities, seconds.
STEP_S = 0.05
#: Transcript and sound share at least this much, seconds, and this share of the shorter.
_LEAST_OVERLAP_S = 20.0
_LEAST_OVERLAP = 0.6
#: Orders of the transcript that are tried.
_SHUFFLES = 99
#: An offset is refused when more than this share of the shuffled transcripts fit as well ...
_LARGEST_P = 0.01
#: ... when the correlation is lower than this ...
_LEAST_CORRELATION = 0.3
#: ... or when another lag, at least this far away, fits nearly as well.
_APART_S = 2.0
_RIVAL = 0.8
_LEAST_UTTERANCES = 8


@dataclass(frozen=True, slots=True)
class Offset:
    """An offset, and how well it stands.

    Parameters
    ----------
    offset_s : float
        Seconds to add to the transcript's times to get the recording's.
    correlation : float
        Of the two activities at that offset, -1 to 1.
    rival_s, rival : float
        The best other offset at least two seconds away, and its correlation; NaN without one.
    p_value : float
        Share of shuffled transcripts that fit at least as well anywhere, (k + 1) / (n + 1).
    """

    offset_s: float
    correlation: float
    rival_s: float
    rival: float
    p_value: float

    @property
    def is_certain(self) -> bool:
        """Whether it may be used without asking."""
        clear = not self.rival > _RIVAL * self.correlation
        strong = self.correlation >= _LEAST_CORRELATION
        return bool(self.p_value <= _LARGEST_P and strong and clear)

    def sentence(self) -> str:
        """The offset with its evidence, in words."""
        rival = (
            "" if np.isnan(self.rival) else f"next best {self.rival:.2f} at {self.rival_s:+.1f} s; "
        )
        count = round(self.p_value * (_SHUFFLES + 1)) - 1
        shuffled = f"{count} of {_SHUFFLES} shuffled transcripts fit as well"
        return (
            f"by speech activity: {self.offset_s:+.2f} s, correlation {self.correlation:.2f}; "
            f"{rival}{shuffled}"
        )


def find_offset(transcript: Transcript, sound: ActivityTrack, seed: int = 0) -> Offset:
    """The offset at which a transcript fits the sound best, with what speaks against it.

    Parameters
    ----------
    transcript : Transcript
        On its own clock.
    sound : ActivityTrack
        In steps of :data:`STEP_S`, on the recording's clock.
    seed : int
        For the order of the shuffled transcripts.

    Raises
    ------
    InputError
        If there is too little speech to compare.
    """
    spoken = tuple(u for u in transcript.utterances if u.end_s > u.start_s)
    if len(spoken) < _LEAST_UTTERANCES:
        raise InputError(
            f"The transcript has {len(spoken)} utterances; an offset needs at least "
            f"{_LEAST_UTTERANCES} to be found.",
            "Say it by hand: --offset SECONDS.",
        )
    start_s = spoken[0].start_s - STEP_S
    steps = int(np.ceil((max(u.end_s for u in spoken) - start_s) / STEP_S)) + 2
    talk = transcript_activity(spoken, STEP_S, start_s, steps)
    compare = _Comparison(sound.activity, steps)
    lags, correlation = compare.with_talk(talk)
    if lags.size == 0:
        raise InputError(
            "Transcript and sound are too short to be compared.", "Say the offset by hand."
        )
    best = int(np.argmax(correlation))
    shift = lags[best] + _between(correlation, best)
    offset_s = sound.start_s - 0.5 * STEP_S + shift * STEP_S - start_s
    far = np.abs(lags - lags[best]) >= _APART_S / STEP_S
    rival = int(np.argmax(np.where(far, correlation, -np.inf))) if far.any() else best
    peaks = [
        float(compare.with_talk(transcript_activity(order, STEP_S, start_s, steps))[1].max())
        for order in _shuffled(spoken, seed)
    ]
    as_good = sum(peak >= correlation[best] for peak in peaks)
    return Offset(
        float(offset_s),
        float(correlation[best]),
        float(offset_s + (lags[rival] - lags[best]) * STEP_S) if far.any() else float("nan"),
        float(correlation[rival]) if far.any() else float("nan"),
        (1 + as_good) / (1 + _SHUFFLES),
    )


def offset_or_refuse(transcript: Transcript, sound: ActivityTrack) -> Offset:
    """The offset, if it is certain.

    Raises
    ------
    InputError
        If it is not; the message says what was found.
    """
    found = find_offset(transcript, sound)
    if not found.is_certain:
        raise InputError(
            f"No offset can be told from the sound with certainty ({found.sentence()}).",
            "Say it by hand with --offset SECONDS: the time in the recording of something the "
            "transcript names, minus its time in the transcript.",
        )
    return found


def _between(values: NDArray[np.float64], best: int) -> float:
    """Where between the samples the peak lies, by a parabola; -0.5 to 0.5."""
    if not 0 < best < values.size - 1:
        return 0.0
    a, b, c = values[best - 1 : best + 2]
    bend = a - 2.0 * b + c
    return float(np.clip(0.5 * (a - c) / bend, -0.5, 0.5)) if bend < 0.0 else 0.0


def _shuffled(spoken: tuple[Utterance, ...], seed: int) -> list[tuple[Utterance, ...]]:
    """The same utterances and pauses in other orders."""
    random = np.random.default_rng(seed)
    lengths = np.array([u.end_s - u.start_s for u in spoken])
    starts = np.array([u.start_s for u in spoken])
    pauses = np.diff(starts) - lengths[:-1]
    orders = []
    for _ in range(_SHUFFLES):
        order, rests = random.permutation(lengths), random.permutation(pauses)
        begins = starts[0] + np.r_[0.0, np.cumsum(order[:-1] + rests)]
        orders.append(
            tuple(
                Utterance("", float(b), float(b + length), "")
                for b, length in zip(begins, order, strict=True)
            )
        )
    return orders


class _Comparison:
    """Pearson correlation of a recording's activity with others, at every lag.

    At each lag only the steps that both have count (masked normalised cross-correlation,
    Padfield 2012, doi 10.1109/TIP.2011.2181402).
    """

    def __init__(self, sound: NDArray[np.float64], steps: int) -> None:
        self._steps = steps
        self._size = next_fast_len(sound.size + steps, real=True)
        mask = np.isfinite(sound).astype(np.float64)
        values = np.where(mask > 0, sound, 0.0)
        self._mask, self._values, self._squares = (
            rfft(a, self._size) for a in (mask, values, values**2)
        )
        lags = np.arange(-steps + 1, sound.size)
        self._lags = lags
        ones = np.conj(rfft(np.ones(steps), self._size))
        self._ones = ones
        n = self._at(self._mask * ones)
        shorter = min(float(mask.sum()), float(steps))
        least = max(_LEAST_OVERLAP_S / STEP_S, _LEAST_OVERLAP * shorter)
        self._usable = n >= least
        self._n = np.maximum(n, 1.0)
        self._sum = self._at(self._values * ones)
        square = self._at(self._squares * ones)
        self._spread = np.maximum(square - self._sum**2 / self._n, 0.0)

    def _at(self, product: NDArray[np.complex128]) -> NDArray[np.float64]:
        return np.asarray(irfft(product, self._size)[self._lags % self._size])

    def with_talk(self, talk: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Lags with enough overlap, and the correlation at each."""
        turned = np.conj(rfft(talk, self._size))
        both = self._at(self._values * turned)
        total = self._at(self._mask * turned)
        square = self._at(self._mask * np.conj(rfft(talk**2, self._size)))
        spread = np.maximum(square - total**2 / self._n, 0.0)
        scale = np.sqrt(self._spread * spread)
        shared = both - self._sum * total / self._n
        floor = 1e-6 * self._n
        correlation = np.where(scale > floor, shared / np.maximum(scale, floor), 0.0)
        return self._lags[self._usable], correlation[self._usable]
