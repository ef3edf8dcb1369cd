"""The demo clip: a still portrait brought to life, with six micro-expressions at known times."""

from __future__ import annotations

import csv
import os
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unspoken.bench.portrait import load_portrait
from unspoken.bench.profiles import Blink, PlantedEvent, Smile, Speech, Sway
from unspoken.bench.simulate import Camera, FaceSimulator, Script
from unspoken.errors import OutputError, UsageError
from unspoken.facs.units import UNIT_KEYS
from unspoken.media.writer import ClipWriter
from unspoken.timing import Interval

__all__ = ["SampleTruth", "make_sample", "sample_script"]

#: The shortest clip the plan below fits into, seconds.
SHORTEST_S = 20.0
#: The sitter smiles; this takes most of it off, so that there is room for a smile.
_REST = {"AU12L": -0.4, "AU12R": -0.4, "AU25": -0.3, "AU26": -0.03}
#: (start as part of the clip, onset to apex s, apex to offset s, peak ICD, units).
_EVENTS: tuple[tuple[float, float, float, float, tuple[str, ...]], ...] = (
    (0.085, 0.12, 0.18, 0.050, ("AU4L", "AU4R")),
    (0.200, 0.17, 0.23, 0.050, ("AU12L",)),
    (0.310, 0.07, 0.10, 0.045, ("AU9L", "AU9R")),
    (0.480, 0.15, 0.20, 0.055, ("AU1L", "AU1R", "AU2L", "AU2R")),  # above a talking mouth
    (0.765, 0.20, 0.25, 0.060, ("AU14R",)),
    (0.855, 0.10, 0.15, 0.045, ("AU15L", "AU15R")),
)
_BLINKS = (0.037, 0.145, 0.255, 0.350, 0.430, 0.540, 0.715, 0.815, 0.930)
_SPEECH = (0.375, 0.575)
_SMILE = 0.595


@dataclass(frozen=True)
class SampleTruth:
    """What happens in the demo clip, and when.

    Parameters
    ----------
    path : Path
        The clip.
    duration_s, fps : float
        Length in seconds and frame rate in Hz.
    icd_px : float
        Distance between the inner eye corners, pixels.
    script : Script
        Everything that was acted: events, blinks, speech, smiles.
    amplitudes : tuple of dict of str to float
        For each planted expression its units' amplitudes at the apex, parts of the basis' full
        displacement.
    """

    path: Path
    duration_s: float
    fps: float
    icd_px: float
    script: Script
    amplitudes: tuple[dict[str, float], ...]

    @property
    def events(self) -> tuple[PlantedEvent, ...]:
        """The planted micro-expressions in order of time."""
        return self.script.events

    @property
    def blinks(self) -> tuple[Blink, ...]:
        """The blinks in order of time."""
        return self.script.blinks

    @property
    def speech(self) -> tuple[Interval, ...]:
        """When the mouth talks."""
        return tuple(part.interval for part in self.script.speech)

    @property
    def smiles(self) -> tuple[Interval, ...]:
        """When there is a slow smile."""
        return tuple(part.interval for part in self.script.smiles)

    def rows(self) -> list[tuple[str, float, float, float, str, float]]:
        """Kind, onset, apex, offset (s), action units and peak (ICD), in order of onset.

        The apex of a smile is the start of its hold; speech has none and gets its middle. Peaks
        are given for planted expressions and NaN for the rest.
        """
        nan = float("nan")
        out: list[tuple[str, float, float, float, str, float]] = []
        for event, mix in zip(self.events, self.amplitudes, strict=True):
            units = "|".join(f"{key}:{amplitude:.3f}" for key, amplitude in mix.items())
            times = (event.onset_s, event.apex_s, event.offset_s)
            out.append(("micro", *times, units, event.peak_icd))
        for blink in self.blinks:
            span = blink.interval
            out.append(("blink", span.start_s, blink.shut_s, span.end_s, "AU45L|AU45R", nan))
        for smile in self.script.smiles:
            span, units = smile.interval, "AU6L|AU6R|AU12L|AU12R"
            out.append(("smile", span.start_s, span.start_s + smile.rise_s, span.end_s, units, nan))
        for span in self.speech:
            middle = 0.5 * (span.start_s + span.end_s)
            out.append(("speech", span.start_s, middle, span.end_s, "", nan))
        return sorted(out, key=lambda row: row[1])

    def write_csv(self, path: str | os.PathLike[str]) -> None:
        """Write `rows` as a table with a header; times to 0.1 ms.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        place = Path(path)
        part = place.with_name(f".{uuid.uuid4().hex[:12]}.part")
        try:
            with part.open("w", newline="", encoding="utf-8") as file:
                table = csv.writer(file, lineterminator="\n")
                table.writerow(
                    ["kind", "onset_s", "apex_s", "offset_s", "action_units", "peak_icd"]
                )
                for kind, *times, units, peak in self.rows():
                    shown = "" if np.isnan(peak) else f"{peak:.4f}"
                    table.writerow([kind, *(f"{t:.4f}" for t in times), units, shown])
            part.replace(place)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise OutputError(f"{place}: the truth table cannot be written ({error}).") from error


def sample_script(duration_s: float = 40.0, seed: int = 7) -> Script:
    """What the demo's person does; times move a little with the seed.

    Raises
    ------
    UsageError
        If the clip is too short for the plan.
    """
    if not duration_s >= SHORTEST_S:
        raise UsageError(
            f"The demo clip needs at least {SHORTEST_S:g} s, asked for {duration_s:g}."
        )
    rng = np.random.default_rng([seed, 3])
    events = []
    for start, rise, fall, peak, units in _EVENTS:
        onset = round(start * duration_s + rng.uniform(-0.1, 0.1), 4)
        times = (onset, round(onset + rise, 4), round(onset + rise + fall, 4))
        events.append(PlantedEvent(dict.fromkeys(units, 1.0), *times, peak_icd=peak))
    blinks = tuple(
        Blink(
            round(part * duration_s + rng.uniform(-0.1, 0.1), 4), round(rng.uniform(0.18, 0.34), 4)
        )
        for part in _BLINKS
    )
    talk = Interval(_SPEECH[0] * duration_s, _SPEECH[1] * duration_s)
    return Script(
        events=tuple(events),
        blinks=blinks,
        speech=(Speech(talk, seed=seed),),
        smiles=(Smile(_SMILE * duration_s),),
        sway=Sway(seed=seed),
        rest=_REST,
    )


def _filmed(
    face: FaceSimulator, script: Script, total: int, fps: float
) -> Iterator[NDArray[np.uint8]]:
    """All pictures in order; two at a time are being drawn while others are encoded."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        ahead: deque[Future[NDArray[np.uint8]]] = deque()
        for index in range(total):
            ahead.append(pool.submit(face.render, script, index / fps))
            if len(ahead) > 6:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def make_sample(
    path: str | os.PathLike[str],
    *,
    duration_s: float = 40.0,
    fps: float = 30.0,
    seed: int = 7,
    size: tuple[int, int] = (640, 480),
    crf: int = 20,
    on_frame: Callable[[int, int], None] | None = None,
) -> SampleTruth:
    """Film the demo clip.

    Parameters
    ----------
    path : str or path-like
        Where the H.264 clip goes.
    duration_s : float
        Length, seconds, at least 20.
    fps : float
        Pictures a second, Hz.
    seed : int
        Which person, sway, speech and noise. The same seed gives the same pictures.
    size : tuple of int
        Width and height, pixels; the face grows with the height (ICD 54 px at 480).
    crf : int
        Quality of the H.264 encoder (lower is better).
    on_frame : callable, optional
        Called as ``on_frame(done, total)`` after every picture.

    Returns
    -------
    SampleTruth
        What was planted.

    Raises
    ------
    UsageError
        If the clip is too short or the rate is not positive.
    OutputError
        If the clip cannot be written.
    """
    if not fps > 0:
        raise UsageError(f"The frame rate must be positive, found {fps}.")
    script = sample_script(duration_s, seed)
    portrait = load_portrait(size, icd_px=54.0 * size[1] / 480)
    camera = Camera(read_noise=0.8, shot_noise=0.012)
    face = FaceSimulator(portrait.picture, portrait.points, seed=seed, camera=camera)
    total = round(duration_s * fps)
    with ClipWriter(path, size, fps, crf=crf, options={"preset": "veryfast"}) as clip:
        for index, picture in enumerate(_filmed(face, script, total, fps)):
            clip.add(picture)
            if on_frame is not None:
                on_frame(index + 1, total)
    mixes = tuple(
        {key: float(a) for key, a in zip(UNIT_KEYS, face.event_amplitudes(event), strict=True) if a}
        for event in script.events
    )
    return SampleTruth(Path(path), duration_s, fps, face.warp.icd, script, mixes)
