"""What a mouth does for long: speech and chewing, by their rhythm.

Speech opens and closes the mouth a few times a second, irregularly (syllables come at 2 to 7 Hz;
Chandrasekaran et al. 2009, doi 10.1371/journal.pcbi.1000436). Chewing moves the jaw once or twice a
second, evenly, for seconds, with the lips mostly closed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOUTH_UNITS", "SPOKEN", "chews", "mouth_activity", "talks"]

#: Units whose sum follows jaw and lips.
MOUTH_UNITS = ("AU25", "AU26", "AU18", "AU20L", "AU20R", "AU17")
#: Samples a second of the grid rhythms are looked at on, and its windows.
_GRID_S = 0.05
_TALK_S, _CHEW_S = 1.0, 4.0
#: Least change of mouth opening within one second counted as speech-like, and least reversals.
_MOUTH_RANGE, _MOUTH_REVERSALS = 0.08, 2
#: A voice is heard: then so much movement of this mouth means that it speaks.
_HEARD_RANGE = 0.03
#: Movement of the lower face in the band of syllables (Hz) that counts, in standard errors.
_BAND_HZ = (2.0, 8.0)
_ACTIVE, _ACTIVE_HEARD = 1.3, 1.1
#: It lasts: as much this long before and after, and from there on as far as it is at least so much.
_LASTS_S, _STILL_ACTIVE = 0.75, 1.0
#: More than this is no chewing.
SPOKEN = 1.8
#: Chewing: its weakest third of the window has this part of the strongest third's movement.
_CHEW_EVEN = 0.5
#: Part of the usual movement from which a turn of the jaw is one.
_CHEW_CLEAR = 0.4
#: Chewing: rates (Hz), share of the movement at one rate, least size (amplitude of AU26).
_CHEW_HZ, _CHEW_PURE, _CHEW_SIZE = (0.8, 2.3), 0.65, 0.03

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


def _grid(times: Array, values: Array, half_s: float) -> tuple[Array, Array] | None:
    """A signal on an even grid that reaches `half_s` beyond both ends; None when unknown."""
    known = np.isfinite(values)
    if known.sum() < 4:
        return None
    grid = np.arange(times[0] - half_s, times[-1] + half_s + _GRID_S, _GRID_S)
    return grid, np.interp(grid, times[known], values[known])


def mouth_activity(times: Array, lower: Array, error: Array) -> Array:
    """Strength of syllable-paced movement of the lower face, in standard errors.

    Parameters
    ----------
    times : ndarray, shape (n,)
        Seconds.
    lower, error : ndarray, shape (n, units)
        Amplitudes and standard errors of `MOUTH_UNITS`; NaN allowed.

    Returns
    -------
    ndarray, shape (n,)
        0.0 where nothing is known.
    """
    known = np.isfinite(lower).all(axis=1)
    if known.sum() < 8:
        return np.zeros(times.size)
    sigma = np.maximum(np.nanmedian(error[known], axis=0), 1e-6)
    grid = np.arange(times[0], times[-1] + _GRID_S, _GRID_S)
    total = np.zeros(grid.size)
    for column, scale in zip(lower.T, sigma, strict=True):
        signal = np.interp(grid, times[known], column[known]) / scale
        total += _band(signal) ** 2
    width = round(_TALK_S / _GRID_S)
    mean = np.convolve(total / lower.shape[1], np.ones(width) / width, "same")[: grid.size]
    return np.where(known, np.interp(times, grid, np.sqrt(np.maximum(mean, 0.0))), 0.0)


def _band(signal: Array) -> Array:
    """Only what changes at the pace of syllables: a short mean less a long one."""
    short = max(1, round(0.5 / _BAND_HZ[1] / _GRID_S))
    long = round(1.0 / _BAND_HZ[0] / _GRID_S)
    padded = np.pad(signal, long, mode="edge")

    def mean(width: int) -> Array:
        return np.convolve(padded, np.ones(width) / width, "same")[long : long + signal.size]

    return mean(short) - mean(long)


def talks(times: Array, opening: Array, activity: Array, voice: Array) -> Mask:
    """Where the mouth moves as in speech.

    Parameters
    ----------
    times, opening : ndarray, shape (n,)
        Seconds; mouth opening 0..1, NaN allowed.
    activity : ndarray, shape (n,)
        `mouth_activity`.
    voice : ndarray, shape (n,)
        1 where a voice is heard, 0 where none is, NaN where there is no sound.

    Returns
    -------
    ndarray of bool, shape (n,)
        A heard voice makes smaller movements count; it never makes a still mouth speak.
    """
    made = _grid(times, opening, 0.5 * _TALK_S)
    if made is None:
        return np.zeros(times.size, dtype=bool)
    grid, signal = made
    side = round(0.5 * _TALK_S / _GRID_S)
    windows = np.lib.stride_tricks.sliding_window_view(signal, 2 * side + 1)
    spread = windows.max(axis=1) - windows.min(axis=1)
    centred = windows - 0.5 * (windows.max(axis=1) + windows.min(axis=1))[:, None]
    # Reversals count only beyond a fifth of the range, so that noise on a slow opening does not.
    level = np.where(np.abs(centred) > 0.2 * spread[:, None], np.sign(centred), 0.0)
    centres = grid[side : side + spread.size]
    to_and_fro = np.interp(times, centres, _changes(level)) >= _MOUTH_REVERSALS - 0.5
    spread = np.interp(times, centres, spread)
    heard = voice > 0.5
    seen = to_and_fro & (spread > np.where(heard, _HEARD_RANGE, _MOUTH_RANGE))
    felt = (activity > _ACTIVE_HEARD) & heard
    return np.asarray(seen | felt | _lasting(times, activity))


def _lasting(times: Array, activity: Array) -> Mask:
    """Where the lower face keeps moving for seconds, as no single expression does."""
    before, after = (np.interp(times + s * _LASTS_S, times, activity) for s in (-1, 1))
    core = times[np.minimum(before, after) > _ACTIVE]
    place = np.searchsorted(core, times)
    padded = np.r_[-np.inf, core, np.inf]
    away = np.minimum(times - padded[place], padded[place + 1] - times)
    return np.asarray((away < _LASTS_S) & (activity > _STILL_ACTIVE))


def _changes(level: Array) -> Array:
    """How often the three-valued signal of each window changes side."""
    last = np.where(level != 0.0, np.arange(level.shape[1]), 0)
    held = np.take_along_axis(level, np.maximum.accumulate(last, axis=1), axis=1)
    return np.asarray(np.sum(held[:, 1:] * held[:, :-1] < 0, axis=1), dtype=np.float64)


def chews(times: Array, jaw: Array) -> Mask:
    """Where the jaw goes up and down slowly and evenly for seconds.

    Parameters
    ----------
    times, jaw : ndarray, shape (n,)
        Seconds; amplitude of AU26, NaN allowed.
    """
    made = _grid(times, jaw, 0.0)
    if made is None or times[-1] - times[0] < _CHEW_S:
        return np.zeros(times.size, dtype=bool)
    grid, signal = made
    width = round(_CHEW_S / _GRID_S)
    if signal.size <= width or signal.std() < 0.25 * _CHEW_SIZE:
        return np.zeros(times.size, dtype=bool)
    starts = np.arange(0, signal.size - width + 1, round(0.25 / _GRID_S))
    windows = np.lib.stride_tricks.sliding_window_view(signal, width)[starts]
    windows = windows - np.median(windows, axis=1, keepdims=True)
    x = np.linspace(-1, 1, width)
    windows = windows - (windows @ x / (x @ x))[:, None] * x
    power = np.abs(np.fft.rfft(windows * np.hanning(width), axis=1)) ** 2
    rate = np.fft.rfftfreq(width, _GRID_S)
    band = (rate >= _CHEW_HZ[0]) & (rate <= _CHEW_HZ[1])
    peak = np.flatnonzero(band)[np.argmax(power[:, band], axis=1)]
    near = np.abs(np.arange(rate.size)[None, :] - peak[:, None]) <= 2
    total = power[:, (rate > 0.4) & (rate < 8.0)].sum(axis=1)
    pure = (power * near).sum(axis=1) / np.maximum(total, 1e-12)
    # It goes on throughout the window, and one expression does not.
    parts = np.stack([part.std(axis=1) for part in np.array_split(windows, 3, axis=1)])
    size = np.sqrt(2.0) * parts.min(axis=0)
    level = np.where(
        np.abs(windows) > _CHEW_CLEAR * windows.std(axis=1)[:, None], np.sign(windows), 0.0
    )
    often = _changes(level) >= 2.0 * _CHEW_HZ[0] * _CHEW_S - 2.0
    even = parts.min(axis=0) > _CHEW_EVEN * parts.max(axis=0)
    out = np.zeros(times.size, dtype=bool)
    for start in starts[(pure > _CHEW_PURE) & even & often & (size > _CHEW_SIZE)]:
        # The windows' edges hardly count in the spectrum.
        first, last = grid[start] + 0.25 * _CHEW_S, grid[start + width - 1] - 0.25 * _CHEW_S
        out |= (times >= first) & (times <= last)
    return out
