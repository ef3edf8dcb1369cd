"""Sound with a known answer: a synthetic voice, and sounds that are none."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from unspoken.media.audio import RATE_HZ

#: Formants of five vowels, Hz (Peterson & Barney 1952, men).
_VOWELS = (
    (730, 1090, 2440),
    (270, 2290, 3010),
    (530, 1840, 2480),
    (570, 840, 2410),
    (300, 870, 2240),
)

Sound = NDArray[np.int16]


def voice(seconds: float, seed: int = 0, loud: float = 5000.0) -> Sound:
    """Glottal pulses through changing formants, four syllables a second."""
    rng = np.random.default_rng(seed)
    pieces: list[NDArray[np.float64]] = []
    while sum(p.size for p in pieces) < seconds * RATE_HZ:
        n = round(rng.uniform(0.16, 0.3) * RATE_HZ)
        pitch = 115.0 + 25.0 * rng.uniform(-1, 1) + np.linspace(12, -12, n)
        phase = np.cumsum(pitch / RATE_HZ)
        signal = np.diff(np.floor(phase), prepend=0.0) + 0.01 * rng.normal(size=n)
        signal = lfilter([1.0], [1.0, -0.95], signal)
        for formant, width in zip(_VOWELS[rng.integers(5)], (80, 100, 130), strict=True):
            r = np.exp(-np.pi * width / RATE_HZ)
            poles = [1.0, -2 * r * np.cos(2 * np.pi * formant / RATE_HZ), r * r]
            signal = lfilter([sum(poles)], poles, signal)
        edge = np.minimum(np.arange(n), np.arange(n)[::-1]) / (0.03 * RATE_HZ)
        pieces.append(signal * np.minimum(edge, 1.0))
    out = np.concatenate(pieces)[: round(seconds * RATE_HZ)]
    return np.asarray(loud * out / np.abs(out).max()).astype(np.int16)


def hiss(seconds: float, seed: int = 0, loud: float = 300.0) -> Sound:
    """An empty room: noise that falls off towards high pitch."""
    white = np.random.default_rng(seed).normal(size=round(seconds * RATE_HZ))
    out = lfilter([1.0], [1.0, -0.97], white)
    return np.asarray(loud * out / out.std()).clip(-32000, 32000).astype(np.int16)


def hum(seconds: float, loud: float = 2000.0) -> Sound:
    """A machine: a steady tone with harmonics."""
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    tone = sum(np.sin(2 * np.pi * 100.0 * k * t) / k for k in range(1, 6))
    return np.asarray(loud * tone / np.abs(tone).max()).astype(np.int16)


def with_sound(clip: Path, target: Path, sound: Sound) -> Path:
    """The same pictures with sound that begins with them."""
    with av.open(str(clip)) as source, av.open(str(target), "w") as out:
        pictures = source.streams.video[0]
        video = out.add_stream_from_template(pictures)
        audio = out.add_stream("aac", rate=RATE_HZ, layout="mono")
        for packet in source.demux(pictures):
            if packet.dts is not None:
                packet.stream = video
                out.mux(packet)
        for i in range(0, sound.size - 1023, 1024):
            frame = av.AudioFrame.from_ndarray(sound[None, i : i + 1024], "s16", "mono")
            frame.sample_rate, frame.time_base, frame.pts = RATE_HZ, Fraction(1, RATE_HZ), i
            out.mux(audio.encode(frame))
        out.mux(audio.encode())
    return target
