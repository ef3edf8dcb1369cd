"""How well was spotted, timed, coded and recognised: counts first, ratios of pooled counts last.

Everything here takes and gives plain data classes, knows no pixels, and is checked against cases
worked by hand. Definitions and their sources: ``docs/metrics.md``.
"""

from unspoken.bench.metrics.counts import Counts
from unspoken.bench.metrics.instants import ApexScore, InstantErrors, apex_score, instant_errors
from unspoken.bench.metrics.intervals import (
    Estimate,
    Share,
    bootstrap_over_clips,
    false_alarm_rate,
    share,
    wilson_interval,
)
from unspoken.bench.metrics.marks import Mark, frame_iou, time_iou
from unspoken.bench.metrics.matching import Match, greedy_match, match
from unspoken.bench.metrics.recognition import (
    Fold,
    RecognitionScore,
    StrsScore,
    pooled_recognition,
    strs,
)
from unspoken.bench.metrics.reliability import (
    ProbabilityBin,
    RateStep,
    probability_reliability,
    rate_reliability,
)
from unspoken.bench.metrics.spotting import (
    NO_KIND,
    SpottingScore,
    Video,
    pair_videos,
    score_spotting,
)
from unspoken.bench.metrics.unit_sets import UnitScore, unit_score

__all__ = [
    "NO_KIND",
    "ApexScore",
    "Counts",
    "Estimate",
    "Fold",
    "InstantErrors",
    "Mark",
    "Match",
    "ProbabilityBin",
    "RateStep",
    "RecognitionScore",
    "Share",
    "SpottingScore",
    "StrsScore",
    "UnitScore",
    "Video",
    "apex_score",
    "bootstrap_over_clips",
    "false_alarm_rate",
    "frame_iou",
    "greedy_match",
    "instant_errors",
    "match",
    "pair_videos",
    "pooled_recognition",
    "probability_reliability",
    "rate_reliability",
    "score_spotting",
    "share",
    "strs",
    "time_iou",
    "unit_score",
    "wilson_interval",
]
