"""What more pictures a second are worth, against what theory says.

``python -m unspoken.bench.frame_rates`` films one simulated person at several rates with the same
noise in every picture, plants the same faint movements, stores the clips once nearly without loss
and once as cameras do, analyses them and prints how small a movement could have been seen. Where
the noise of pictures is independent, averaging over a movement's length makes the smallest visible
one go with one over the root of the rate. A codec ties pictures to each other.
``--page docs/how-well.md`` puts the table into that page.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from unspoken.analysis import Analysis
from unspoken.bench.doc_page import check_place, show, told
from unspoken.bench.portrait import load_portrait
from unspoken.bench.profiles import PlantedEvent, Sway
from unspoken.bench.simulate import Camera, FaceSimulator, Script
from unspoken.media.writer import ClipWriter
from unspoken.pipeline import analyze
from unspoken.timing import iou

__all__ = ["Rated", "main", "markdown", "measure_rate", "script_of"]

SIZE, ICD_PX = (480, 360), 44.0
#: How clips are stored: nearly without loss, and as a good camera does.
CODINGS: dict[str, tuple[int, str]] = {
    "nearly lossless": (1, "ultrafast"),
    "H.264 crf 20": (20, "medium"),
}
#: Where the table goes in a page.
_MARK = "rates"
SECONDS, EVERY_S, LENGTH_S = 36.0, 2.5, 0.2
SWAY = Sway(seed=5, shift_icd=0.008, roll_deg=0.1, yaw_deg=0.2, pitch_deg=0.15, scale=0.001)
MIXES = (
    {"AU1L": 1.0, "AU1R": 1.0, "AU2L": 1.0, "AU2R": 1.0},
    {"AU4L": 1.0, "AU4R": 1.0},
    {"AU12L": 1.0, "AU12R": 1.0},
    {"AU9L": 1.0, "AU9R": 1.0},
)


@dataclass(frozen=True)
class Rated:
    """What one rate gave.

    Parameters
    ----------
    coding : str
        A key of `CODINGS`.
    rate_hz : float
        Pictures a second.
    smallest_icd : float
        Smallest movement of 0.2 s found half of the time, median over units, ICD.
    found, planted, false_alarms : int
        Counts.
    """

    coding: str
    rate_hz: float
    smallest_icd: float
    found: int
    planted: int
    false_alarms: int


def script_of(peak_icd: float, seconds: float = SECONDS) -> Script:
    """A still person with a faint movement every two and a half seconds."""
    starts = np.arange(3.0, seconds - 2.0, EVERY_S)
    events = tuple(
        PlantedEvent(MIXES[i % len(MIXES)], t, t + 0.45 * LENGTH_S, t + LENGTH_S, peak_icd)
        for i, t in enumerate(starts.tolist())
    )
    return Script(sway=SWAY, events=events)


def measure_rate(
    coding: str,
    rate_hz: float,
    peak_icd: float,
    folder: Path,
    seconds: float = SECONDS,
    seed: int = 31,
) -> Rated:
    """Film, analyse and count at one rate.

    Parameters
    ----------
    coding : str
        A key of `CODINGS`.
    rate_hz : float
        Pictures a second.
    peak_icd : float
        Size of the planted movements, ICD.
    folder : Path
        For the clip.
    seconds : float
        Length of the clip.
    seed : int
        Of the camera's noise.
    """
    portrait = load_portrait(SIZE, ICD_PX)
    face = FaceSimulator(portrait.picture, portrait.points, seed=seed, camera=Camera())
    script = script_of(peak_icd, seconds)
    path = folder / f"{rate_hz:g}.mp4"
    crf, preset = CODINGS[coding]
    clip = ClipWriter(path, SIZE, rate_hz, crf=crf, options={"preset": preset})
    for number in range(round(seconds * rate_hz)):
        clip.add(face.render(script, number / rate_hz))
    clip.close()
    analysis = analyze(path, role="customer", report=False)
    path.unlink()
    return _count(coding, rate_hz, script, analysis)


def _count(coding: str, rate_hz: float, script: Script, analysis: Analysis) -> Rated:
    events = [event for event in analysis.events if event.kind != "blink"]
    found = sum(
        any(iou(event.interval, planted.interval) >= 0.5 for event in events)
        for planted in script.events
    )
    near = [e for e in events if any(e.interval.overlap_s(p.interval) > 0.0 for p in script.events)]
    sizes = [s.displacement_icd for s in analysis.sensitivity if s.duration_s == LENGTH_S]
    smallest = float(np.median(sizes)) if sizes else math.nan
    return Rated(coding, rate_hz, smallest, found, len(script.events), len(events) - len(near))


def markdown(rows: Sequence[Rated], peak_icd: float) -> str:
    """The table; in each coding the first rate is what the others are compared with."""
    heads = (
        "stored | pictures a second | smallest movement of 0.2 s seen half of the time, ICD | "
        f"gain | theory | planted at {peak_icd:g} ICD, found | false alarms"
    )
    lines = [f"| {heads} |", "|" + " --- |" * 7]
    for row in rows:
        first = next(one for one in rows if one.coding == row.coding)
        gain = first.smallest_icd / row.smallest_icd
        theory = math.sqrt(row.rate_hz / first.rate_hz)
        lines.append(
            f"| {row.coding} | {row.rate_hz:g} | {row.smallest_icd:.4f} | {gain:.2f} | "
            f"{theory:.2f} | {row.found} of {row.planted} | {row.false_alarms} |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and put the table into a page if asked to."""
    parser = argparse.ArgumentParser(prog="python -m unspoken.bench.frame_rates")
    parser.add_argument("--rates", type=float, nargs="+", default=[30.0, 60.0, 200.0])
    parser.add_argument("--peak", type=float, default=0.012, help="ICD")
    parser.add_argument("--page", type=Path)
    asked = parser.parse_args(arguments)
    return told(lambda: _measure(asked.rates, asked.peak, asked.page))


def _measure(rates: Sequence[float], peak_icd: float, page: Path | None) -> None:
    if page is not None:
        check_place(page, _MARK)
    rows = []
    with tempfile.TemporaryDirectory(prefix="unspoken-rates-") as folder:
        for coding in CODINGS:
            for rate_hz in rates:
                rows.append(measure_rate(coding, rate_hz, peak_icd, Path(folder)))
    show(markdown(rows, peak_icd), page, _MARK)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
