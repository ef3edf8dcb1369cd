"""Precision, recall and F1 of spotting, from counts pooled over all videos.

After the protocol of the spotting challenges (He, Wang, Li & Yap 2020, arXiv 1912.11985):
hits, false alarms and misses are added up over all videos, those without any expression included,
and the ratios are taken once at the end. An average of per-video F1 would leave out exactly the
videos in which false alarms happen and nothing else can.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from unspoken.bench.metrics.counts import Counts
from unspoken.bench.metrics.marks import Mark, frame_iou
from unspoken.bench.metrics.matching import Match, Overlap, match

__all__ = ["NO_KIND", "SpottingScore", "Video", "pair_videos", "score_spotting"]

#: In tables of kinds: a truth that was not found, an answer that was no truth.
NO_KIND = "none"


@dataclass(frozen=True, slots=True)
class Video:
    """What is in a video and what was found in it; either may be empty.

    Parameters
    ----------
    name : str
        Which video (and face, where there are several).
    truths, found : tuple of Mark
        In any order.
    """

    name: str
    truths: tuple[Mark, ...] = ()
    found: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class SpottingScore:
    """Pooled counts and the pairs they come from.

    Parameters
    ----------
    threshold : float
        Overlap a hit needs.
    videos : int
        Videos scored, empty ones included.
    by_kind : dict of str to Counts
        Each kind against its own kind: a micro answer on a macro truth is a false alarm here and
        a miss there.
    overall : Counts
        Sum of `by_kind`: the challenges' overall score.
    any_kind : Counts
        The same with kinds left aside: was the movement found at all.
    confusion : dict of (str, str) to int
        Truth's kind and answer's kind of the pairs behind `any_kind`, with :data:`NO_KIND` for
        what has no partner. Pairs that do not occur are left out.
    matches : dict of str to tuple of Match
        Pairs behind `by_kind` by video; for timing, action units and recognition.
    matches_any_kind : dict of str to tuple of Match
        Pairs behind `any_kind` by video.
    """

    threshold: float
    videos: int
    by_kind: dict[str, Counts]
    overall: Counts
    any_kind: Counts
    confusion: dict[tuple[str, str], int]
    matches: dict[str, tuple[Match, ...]]
    matches_any_kind: dict[str, tuple[Match, ...]]


def pair_videos(
    truths: Mapping[str, Sequence[Mark]], found: Mapping[str, Sequence[Mark]]
) -> tuple[Video, ...]:
    """Bring truths and answers of the same videos together.

    Every video must be named on both sides, with an empty list where there is nothing: a video
    that is left out silently takes its false alarms, or its misses, with it.

    Parameters
    ----------
    truths, found : mapping of str to sequence of Mark
        By name of video.

    Returns
    -------
    tuple of Video
        In order of name.

    Raises
    ------
    ValueError
        Naming the videos that only one side knows.
    """
    lonely = sorted(truths.keys() ^ found.keys())
    if lonely:
        raise ValueError(
            f"truths and answers must name the same videos; only one of them has: "
            f"{', '.join(lonely)}. Give an empty list where there is nothing."
        )
    return tuple(Video(name, tuple(truths[name]), tuple(found[name])) for name in sorted(truths))


def score_spotting(
    videos: Iterable[Video],
    threshold: float = 0.5,
    *,
    kinds: Sequence[str] = ("micro", "macro"),
    overlap: Overlap = frame_iou,
) -> SpottingScore:
    """Score all videos at once.

    Parameters
    ----------
    videos : iterable of Video
        All of them, those without truths or without answers too.
    threshold : float
        Least overlap of a hit.
    kinds : sequence of str
        Kinds that count; marks of other kinds (blinks) are left out on both sides.
    overlap : callable
        `frame_iou`, the challenges' measure, or `time_iou`.

    Returns
    -------
    SpottingScore
        All counts zero, ratios NaN, for no videos.

    Raises
    ------
    ValueError
        If a video comes twice, or the threshold is outside 0..1.
    """
    by_kind = dict.fromkeys(kinds, Counts())
    any_kind = Counts()
    confusion: Counter[tuple[str, str]] = Counter()
    apart: dict[str, tuple[Match, ...]] = {}
    together: dict[str, tuple[Match, ...]] = {}
    for video in videos:
        if video.name in apart:
            raise ValueError(f"video {video.name!r} comes twice; its counts would count twice")
        truths = [m for m in video.truths if m.kind in by_kind]
        found = [m for m in video.found if m.kind in by_kind]
        pairs: list[Match] = []
        for kind in by_kind:
            own = [m for m in truths if m.kind == kind]
            answers = [m for m in found if m.kind == kind]
            hits = match(own, answers, threshold, overlap)
            by_kind[kind] += _count(own, answers, hits)
            pairs += hits
        apart[video.name] = tuple(sorted(pairs, key=lambda pair: pair.truth.order()))
        together[video.name] = match(truths, found, threshold, overlap)
        any_kind += _count(truths, found, together[video.name])
        confusion += _kinds(truths, found, together[video.name])
    overall = Counts.total(by_kind.values())
    return SpottingScore(
        threshold, len(apart), by_kind, overall, any_kind, dict(confusion), apart, together
    )


def _count(truths: Sequence[Mark], found: Sequence[Mark], hits: Sequence[Match]) -> Counts:
    return Counts(len(hits), len(found) - len(hits), len(truths) - len(hits))


def _kinds(
    truths: Sequence[Mark], found: Sequence[Mark], hits: Sequence[Match]
) -> Counter[tuple[str, str]]:
    table = Counter((hit.truth.kind, hit.found.kind) for hit in hits)
    missed = Counter(m.kind for m in truths) - Counter(hit.truth.kind for hit in hits)
    false = Counter(m.kind for m in found) - Counter(hit.found.kind for hit in hits)
    table.update({(kind, NO_KIND): count for kind, count in missed.items()})
    table.update({(NO_KIND, kind): count for kind, count in false.items()})
    return table
