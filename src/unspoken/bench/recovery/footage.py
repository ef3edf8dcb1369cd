"""Which class of footage every moment belongs to: still, listening, talking, lively or small.

Said by the user; or small, where the face is smaller than the engine asks for; or read off the
untouched clip's own signals by four rules over windows of two seconds (`classify_signals`):

* lively: the head turns faster than 12 degrees a second (root mean square);
* talking: the opening of the mouth, without what is slower than 0.7 s, has a root mean square of at
  least 0.012, is off its middle by more than 0.006 for 40 % of the time, and swings at least 1.4
  times a second;
* still: the head turns slower than 1.2 degrees a second and the mouth does not move;
* listening: all the rest.

The rules are rough on purpose: they sort time, they judge nobody. Strong expressions alone do not
make footage lively, because what is planted must not change its class.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, uniform_filter1d

from unspoken.errors import UsageError
from unspoken.timing import Interval, median_step

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "CLASSES",
    "SMALL_ICD_PX",
    "ClassSpans",
    "FootageClass",
    "as_class",
    "classify_signals",
    "known_classes",
    "read_class_table",
]

FootageClass = Literal["still", "listening", "talking", "lively", "small"]
CLASSES: tuple[FootageClass, ...] = ("still", "listening", "talking", "lively", "small")
#: Below this distance between the inner eye corners (pixels of the picture, which are what limits
#: the engine) a whole clip is of the class small.
SMALL_ICD_PX = 40.0

Floats = NDArray[np.float64]
_WINDOW_S = 2.0
#: Head pose is smoothed by this much (standard deviation) before its speed is taken, seconds.
_POSE_SMOOTH_S = 0.15
_LIVELY_DEG_S, _STILL_DEG_S = 12.0, 1.2
_MOUTH_SMOOTH_S, _SLOW_S = 0.03, 0.7
_TALK_OPENING, _TALK_CYCLES_HZ = 0.012, 1.4
_OFF_MIDDLE, _TALK_BUSY = 0.006, 0.4
_STILL_OPENING = 0.004


@dataclass(frozen=True)
class ClassSpans:
    """Footage classes over time.

    Parameters
    ----------
    spans : tuple of (float, float, FootageClass)
        Start, end (seconds) and class, in order of time; later ones win where they overlap.
    rest : FootageClass
        Class of every other moment.
    """

    spans: tuple[tuple[float, float, FootageClass], ...] = ()
    rest: FootageClass = "listening"

    def at(self, time_s: float) -> FootageClass:
        """Class of one instant."""
        hits = [name for start, end, name in self.spans if start <= time_s < end]
        return hits[-1] if hits else self.rest

    def of(self, interval: Interval) -> FootageClass:
        """Class of an interval: that of its middle."""
        return self.at(0.5 * (interval.start_s + interval.end_s))


def classify_signals(signals: pl.DataFrame) -> ClassSpans:
    """Read footage classes off the signals of an untouched clip.

    Parameters
    ----------
    signals : polars.DataFrame
        Rows of the measured face, in order of time (`unspoken.tables.SIGNAL_COLUMNS`).

    Returns
    -------
    ClassSpans
        No spans for fewer than three rows.
    """
    kept = signals.drop_nulls(["yaw_deg", "pitch_deg", "roll_deg", "mouth_opening"])
    times = kept["time_s"].to_numpy().astype(np.float64)
    if times.size < 3:
        return ClassSpans()
    step = median_step(times)
    window = max(3, round(_WINDOW_S / step))
    pose = np.column_stack([kept[c].to_numpy() for c in ("yaw_deg", "pitch_deg", "roll_deg")])
    names = _classes(
        _head_speed(pose.astype(np.float64), times, step, window),
        *_mouth_rhythm(kept["mouth_opening"].to_numpy().astype(np.float64), step, window),
    )
    return ClassSpans(_joined(times, names, step))


def _head_speed(pose: Floats, times: Floats, step: float, window: int) -> Floats:
    """Root mean square of the turning speed over the window, degrees a second."""
    smooth = gaussian_filter1d(pose, _POSE_SMOOTH_S / step, axis=0, mode="nearest")
    speed = np.gradient(smooth, times, axis=0)
    return np.asarray(np.sqrt(uniform_filter1d((speed**2).sum(axis=1), window, mode="nearest")))


def _mouth_rhythm(opening: Floats, step: float, window: int) -> tuple[Floats, Floats, Floats]:
    """Root mean square of the opening's quick changes, share of time with any, cycles a second."""
    smooth = gaussian_filter1d(opening, _MOUTH_SMOOTH_S / step, mode="nearest")
    fast = smooth - uniform_filter1d(opening, max(3, round(_SLOW_S / step)), mode="nearest")
    strength = np.sqrt(uniform_filter1d(fast**2, window, mode="nearest"))
    crossing = np.zeros(len(fast))
    crossing[1:] = np.signbit(fast[1:]) != np.signbit(fast[:-1])
    busy = uniform_filter1d((np.abs(fast) > _OFF_MIDDLE).astype(np.float64), window, mode="nearest")
    return strength, busy, uniform_filter1d(crossing, window, mode="nearest") / (2.0 * step)


def _classes(speed: Floats, opening: Floats, busy: Floats, cycles: Floats) -> list[FootageClass]:
    names = np.full(len(speed), "listening", dtype=object)
    names[(speed < _STILL_DEG_S) & (opening < _STILL_OPENING)] = "still"
    rhythm = (busy >= _TALK_BUSY) & (cycles >= _TALK_CYCLES_HZ)
    names[(opening >= _TALK_OPENING) & rhythm] = "talking"
    names[speed >= _LIVELY_DEG_S] = "lively"
    return cast("list[FootageClass]", names.tolist())


def _joined(
    times: Floats, names: Sequence[FootageClass], step: float
) -> tuple[tuple[float, float, FootageClass], ...]:
    spans: list[tuple[float, float, FootageClass]] = []
    for time_s, name in zip(times.tolist(), names, strict=True):
        end = round(time_s + step, 4)
        if spans and spans[-1][2] == name and time_s - spans[-1][1] < 2.0 * step:
            spans[-1] = (spans[-1][0], end, name)
        else:
            spans.append((round(time_s, 4), end, name))
    return tuple(spans)


def as_class(name: str, place: str) -> FootageClass:
    """A footage class by its name.

    Raises
    ------
    UsageError
        Naming the place it was given and the known ones.
    """
    if name not in CLASSES:
        known = ", ".join(CLASSES)
        raise UsageError(f"{place}: expected a class of footage ({known}), found {name!r}.")
    return name


def known_classes(name: str, icd_px: float, given: Mapping[str, ClassSpans]) -> ClassSpans | None:
    """Classes that are known without looking at a clip's signals.

    Parameters
    ----------
    name : str
        File name of the clip.
    icd_px : float
        Median distance between the inner eye corners, pixels.
    given : mapping of str to ClassSpans
        What the user said, by file name with or without its ending; "*" for all clips.

    Returns
    -------
    ClassSpans or None
        What the user said; all small for a small face; None where the signals are to tell.
    """
    for key in (name, Path(name).stem, "*"):
        if key in given:
            return given[key]
    return ClassSpans(rest="small") if icd_px < SMALL_ICD_PX else None


def read_class_table(path: Path) -> dict[str, ClassSpans]:
    """Read footage classes from a table.

    Parameters
    ----------
    path : Path
        CSV with the columns clip, start_s, end_s, class; clip is a file name with or without its
        suffix. Moments no row names are "listening".

    Returns
    -------
    dict of str to ClassSpans
        By file name as in the table.

    Raises
    ------
    UsageError
        Naming the line that cannot be understood.
    """
    found: dict[str, list[tuple[float, float, FootageClass]]] = {}
    try:
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                span = (float(row["start_s"]), float(row["end_s"]))
                name = as_class((row["class"] or "").strip(), str(path))
                found.setdefault(row["clip"].strip(), []).append((*span, name))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: the table of classes cannot be read ({error}).") from error
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{path}: expected the columns clip, start_s, end_s, class with times in seconds "
            f"({error})."
        ) from error
    return {clip: ClassSpans(tuple(sorted(spans))) for clip, spans in found.items()}
