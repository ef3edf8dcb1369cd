"""A voice for clips: espeak-ng, a program of this computer, reads the words aloud.

espeak-ng synthesises by formants: plainly a machine, but the same everywhere, without a model to
fetch, and nothing is sent anywhere.
"""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import tempfile
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
from numpy.typing import NDArray

from unspoken.errors import AssetError, OutputError, UsageError
from unspoken.filing import part_path

__all__ = ["Said", "Speaker", "add_sound", "spoken_words", "voice_track"]

_PROGRAM = "espeak-ng"
#: Words a minute, usually and at most; a cue that is too short is read faster.
_WORDS_PER_MIN, _FASTEST = 165, 240
_PATIENCE_S = 60.0
#: Between one line and the next at least, seconds.
_PAUSE_S = 0.15
_BIT_RATE = 64_000
#: Of espeak-ng's voices.
_RATE_HZ = 22_050
_BLOCK = re.compile(r"</(?:p|li|h\d|tr|td|th)>")
Sound = NDArray[np.int16]


@dataclass(frozen=True)
class Said:
    """A line that is read aloud.

    Parameters
    ----------
    start_s : float
        Seconds from the beginning of the clip.
    words : str
    sound : ndarray of int16, shape (samples,)
    rate_hz : int
        Samples a second.
    """

    start_s: float
    words: str
    sound: Sound
    rate_hz: int

    @property
    def end_s(self) -> float:
        """When it is over, seconds from the beginning of the clip."""
        return self.start_s + self.sound.size / self.rate_hz


class Speaker:
    """Reads lines aloud, one after the other.

    Raises
    ------
    UsageError
        If espeak-ng is not installed.
    """

    def __init__(self) -> None:
        program = shutil.which(_PROGRAM)
        if program is None:
            raise UsageError(
                f"Narration is read by {_PROGRAM}, which was not found.",
                "Install it (Debian, Ubuntu: apt-get install espeak-ng), or leave --narrate out: "
                "captions carry the words.",
            )
        self._program = program

    def lines(self, begins_s: float, cues: Sequence[tuple[float, float, str]]) -> list[Said]:
        """Read cues, each at its time, or as soon as the one before is over.

        Parameters
        ----------
        begins_s : float
            Where the card begins in the clip, seconds.
        cues : sequence of (float, float, str)
            Start and end from there, seconds, and the words; a cue that takes longer is read
            faster, within reason.
        """
        found: list[Said] = []
        free_s = begins_s
        for start_s, end_s, words in cues:
            sound, rate_hz = self._read(words, end_s - start_s)
            said = Said(max(begins_s + start_s, free_s), words, sound, rate_hz)
            free_s = said.end_s + _PAUSE_S
            found.append(said)
        return found

    def _read(self, words: str, most_s: float) -> tuple[Sound, int]:
        sound, rate_hz = self._spoken(words, _WORDS_PER_MIN)
        seconds = sound.size / rate_hz
        if seconds > most_s > 0:
            faster = min(_FASTEST, int(np.ceil(1.03 * _WORDS_PER_MIN * seconds / most_s)))
            sound, rate_hz = self._spoken(words, faster)
        return sound, rate_hz

    def _spoken(self, words: str, words_per_min: int) -> tuple[Sound, int]:
        with tempfile.TemporaryDirectory(prefix="unspoken-voice-") as folder:
            file = Path(folder) / "said.wav"
            command = [self._program, "-v", "en", "-s", str(words_per_min), "-w", str(file)]
            try:
                subprocess.run(
                    [*command, "--stdin"],
                    input=words.encode(),
                    check=True,
                    capture_output=True,
                    timeout=_PATIENCE_S,
                )
                if not file.is_file():  # nothing in it that can be said
                    return np.zeros(0, np.int16), _RATE_HZ
                with wave.open(str(file), "rb") as heard:
                    rate_hz = heard.getframerate()
                    sound = np.frombuffer(heard.readframes(heard.getnframes()), np.int16)
            except (OSError, EOFError, wave.Error, subprocess.SubprocessError) as error:
                raise AssetError(
                    f"{self._program} could not read {words[:60]!r} ({error}).",
                    "Try it by hand, or leave --narrate out.",
                ) from error
        return sound, rate_hz


def spoken_words(markup: str) -> str:
    """The words of a card as they are read: every paragraph, item and cell a sentence."""
    text = html.unescape(re.sub(r"<[^>]+>", "", _BLOCK.sub("\n", markup)))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return " ".join(line if line[-1] in ".!?:;" else f"{line}." for line in lines if line)


def voice_track(lines: Sequence[Said], seconds: float) -> tuple[Sound, int]:
    """One track of a clip's length with every line at its time; silence elsewhere."""
    rate_hz = lines[0].rate_hz if lines else _RATE_HZ
    track = np.zeros(round(seconds * rate_hz), np.int16)
    for line in lines:
        first = round(line.start_s * rate_hz)
        room = track[first : first + line.sound.size]
        room[:] = line.sound[: room.size]
    return track, rate_hz


def add_sound(silent: Path, out: Path, track: Sound, rate_hz: int) -> None:
    """Put a track of sound beside the pictures of a clip, which are copied as they are.

    Raises
    ------
    OutputError
        If it cannot be written; what was at `out` stays.
    ValueError
        If `silent` is the very file the clip is made in.
    """
    part = part_path(out).with_suffix(out.suffix)
    if silent == part:
        raise ValueError(f"{silent}: the pictures would be overwritten while they are read")
    try:
        with av.open(str(silent)) as source, av.open(str(part), "w") as target:
            pictures = source.streams.video[0]
            copy = target.add_stream_from_template(pictures)
            voice = target.add_stream("aac", rate=rate_hz, layout="mono", bit_rate=_BIT_RATE)
            target.metadata.update(source.metadata)
            waiting = _packets(voice, track, rate_hz)
            sound = next(waiting, None)
            for packet in source.demux(pictures):
                if packet.dts is None:
                    continue
                while sound is not None and _at(sound) <= _at(packet):
                    target.mux(sound)
                    sound = next(waiting, None)
                packet.stream = copy
                target.mux(packet)
            while sound is not None:
                target.mux(sound)
                sound = next(waiting, None)
        part.replace(out)
    except (OSError, av.error.FFmpegError) as error:
        raise OutputError(f"Cannot write {out}: {error}.") from error
    finally:
        part.unlink(missing_ok=True)


def _packets(
    voice: av.AudioStream, track: Sound, rate_hz: int
) -> Iterator[av.Packet[av.AudioStream]]:
    resampler = av.AudioResampler("fltp", "mono", rate_hz)
    step = 1024
    for first in range(0, track.size, step):
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(track[None, first : first + step]), "s16", "mono"
        )
        frame.sample_rate, frame.pts = rate_hz, first
        frame.time_base = Fraction(1, rate_hz)
        for ready in resampler.resample(frame):
            yield from voice.encode(ready)
    yield from voice.encode(None)


def _at(packet: av.Packet[Any]) -> Fraction:
    return Fraction(packet.dts or 0) * Fraction(packet.time_base or 0)
