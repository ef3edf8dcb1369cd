"""How far onset, apex and offset lie from the truth, for movements that were found.

A movement that was missed has no error; read these next to the recall.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from unspoken.bench.metrics.intervals import Share, share
from unspoken.bench.metrics.marks import Mark
from unspoken.bench.metrics.matching import Match

__all__ = ["ApexScore", "InstantErrors", "Point", "apex_score", "instant_errors"]

Point = Literal["onset", "apex", "offset"]


@dataclass(frozen=True, slots=True)
class InstantErrors:
    """Answer minus truth over many pairs; all NaN without pairs.

    Parameters
    ----------
    count : int
        Pairs in which truth and answer have this instant.
    mean_abs_frames, median_abs_frames : float
        Mean and median absolute error, frames.
    mean_abs_ms, median_abs_ms : float
        The same in milliseconds, from the recording's own clock.
    bias_ms : float
        Median signed error, milliseconds; positive when answers come late.
    """

    count: int
    mean_abs_frames: float
    median_abs_frames: float
    mean_abs_ms: float
    median_abs_ms: float
    bias_ms: float


@dataclass(frozen=True, slots=True)
class ApexScore:
    """Errors of the apex, and how often it falls inside the true movement.

    Parameters
    ----------
    errors : InstantErrors
        Over the pairs whose truth has an apex.
    inside : Share
        Answers whose apex lies in the truth's onset to offset, both included, among all pairs
        whose answer has an apex.
    """

    errors: InstantErrors
    inside: Share


def instant_errors(matches: Iterable[Match], point: Point) -> InstantErrors:
    """Errors of one instant over pairs of truth and answer.

    Parameters
    ----------
    matches : iterable of Match
        Pairs, of any number of videos.
    point : {"onset", "apex", "offset"}
        Which instant. Pairs in which either side has no apex are left out.

    Returns
    -------
    InstantErrors
        Errors in frames need both frame numbers, errors in milliseconds both times; an apex is
        taken as known only where both are.
    """
    frames: list[int] = []
    seconds: list[float] = []
    for pair in matches:
        (truth_frame, truth_s), (found_frame, found_s) = (
            _instant(mark, point) for mark in (pair.truth, pair.found)
        )
        if truth_frame is None or found_frame is None or math.isnan(truth_s + found_s):
            continue
        frames.append(found_frame - truth_frame)
        seconds.append(found_s - truth_s)
    if not frames:
        return InstantErrors(0, *[math.nan] * 5)
    by_frame, by_time = np.abs(frames), 1000.0 * np.abs(seconds)
    return InstantErrors(
        len(frames),
        float(by_frame.mean()),
        float(np.median(by_frame)),
        float(by_time.mean()),
        float(np.median(by_time)),
        1000.0 * float(np.median(seconds)),
    )


def _instant(mark: Mark, point: Point) -> tuple[int | None, float]:
    """Frame and second of one instant of a mark."""
    if point == "onset":
        return mark.onset_frame, mark.onset_s
    if point == "offset":
        return mark.offset_frame, mark.offset_s
    return mark.apex_frame, mark.apex_s


def apex_score(matches: Sequence[Match]) -> ApexScore:
    """Apex errors and the share of apexes inside the true movement.

    Parameters
    ----------
    matches : sequence of Match
        Pairs, of any number of videos.
    """
    given = [pair for pair in matches if pair.found.apex_frame is not None]
    inside = sum(
        pair.truth.onset_frame <= pair.found.apex_frame <= pair.truth.offset_frame
        for pair in given
        if pair.found.apex_frame is not None
    )
    return ApexScore(instant_errors(matches, "apex"), share(inside, len(given)))
