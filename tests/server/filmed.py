"""Recordings of a person who does not exist, with an analysis and a consent, for tests."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tests.report.samples import sample_analysis
from unspoken.academy.film import Film
from unspoken.academy.rendering import Studio, decoded
from unspoken.analysis import Analysis
from unspoken.context.consent import Consent
from unspoken.context.record import Context
from unspoken.media.writer import ClipWriter
from unspoken.timing import Interval

SECONDS, RATE_HZ, SIDE = 6.0, 30.0, 240
#: Where pictures say which one they are: squares of a row at the bottom, black or white.
BITS, SQUARE = 10, 24
AGREED = Consent("2026-03-02", covers="everyone", reference="form 17")
_TIMES = ("onset_s", "apex_s", "offset_s")
#: Reads the number of the picture a video shows.
READ = f"""(video) => {{
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  const context = canvas.getContext("2d", {{ willReadFrequently: true }});
  context.drawImage(video, 0, 0);
  let number = 0;
  for (let bit = 0; bit < {BITS}; bit += 1) {{
    const [x, y] = [{SQUARE} * bit + {SQUARE // 2}, video.videoHeight - {SQUARE // 2}];
    if (context.getImageData(x, y, 1, 1).data[0] > 127) number += 2 ** bit;
  }}
  return {{ number, time: video.currentTime }};
}}"""


def person() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Somebody who does not exist: at rest, and with lowered brows."""
    film: dict[str, Any] = {"size": SIDE, "seconds": 1.0}
    frown = {"movements": [{"units": {"AU4": 1.0}, "onset_s": 0.2, "offset_s": 0.8}]}
    film["faces"] = [{"identity": "m05", **frown}]
    with Studio() as studio:
        studio.load(Film.model_validate(film))
        return decoded(studio.picture(0.0)), decoded(studio.picture(0.5))


def record(path: Path, analysis: Analysis, look: tuple[NDArray[np.uint8], ...]) -> None:
    """Film the person of `look`, frowning at the events."""
    start_s = analysis.clock.start_s
    with ClipWriter(path, (SIDE, SIDE), time_base=Fraction(1, 30000), key_interval=15) as writer:
        for number in range(round(SECONDS * RATE_HZ)):
            time_s = start_s + number / RATE_HZ
            moving = any(e.onset_s <= time_s <= e.offset_s for e in analysis.events)
            picture = look[1 if moving else 0].copy()
            for bit in range(BITS):
                grey = 255 if number >> bit & 1 else 0
                picture[-SQUARE:, SQUARE * bit : SQUARE * (bit + 1)] = grey
            writer.add(picture, time_s)


def short_analysis(start_s: float = 0.0) -> Analysis:
    """Six seconds of the sample, on a clock that begins at `start_s`."""
    whole = sample_analysis(SECONDS, RATE_HZ)
    events = tuple(
        replace(
            e, **{name: getattr(e, name) + start_s for name in ("onset_s", "apex_s", "offset_s")}
        )
        for e in whole.events
        if e.offset_s < SECONDS
    )
    artefacts = tuple(
        replace(a, interval=Interval(a.interval.start_s + start_s, a.interval.end_s + start_s))
        for a in whole.artefacts
        if a.interval.end_s < SECONDS
    )
    faces = tuple(replace(f, first_s=start_s, last_s=start_s + SECONDS) for f in whole.faces)
    clock = replace(whole.clock, start_s=start_s, end_s=start_s + SECONDS)
    signals = whole.signals.with_columns(pl.col("time_s") + start_s)
    return replace(
        whole, events=events, artefacts=artefacts, faces=faces, clock=clock, _signals=signals
    )


def recorded_visit(
    folder: Path,
    look: tuple[NDArray[np.uint8], ...],
    *,
    consent: Consent = AGREED,
    start_s: float = 0.0,
    suffix: str = ".mp4",
) -> Analysis:
    """A result with its recording beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    film = folder / f"film{suffix}"
    analysis = short_analysis(start_s)
    record(film, analysis, look)
    container = "mov,mp4,m4a,3gp,3g2,mj2" if suffix == ".mp4" else "matroska,webm"
    size = film.stat().st_size
    source = replace(analysis.source, path=str(film), bytes=size, container=container)
    analysis = replace(analysis, source=source)
    analysis.save(folder)
    Context(consent=consent).save(folder)
    return analysis
