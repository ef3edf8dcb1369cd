"""Simulated studies on disk: folders of results as an analysis, its context and its reading leave.

No video and no signals are made; insight needs neither.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from unspoken import __version__
from unspoken.analysis import Analysis, FaceSummary, Quality
from unspoken.bench.insight_study import Plan, Visit, visits
from unspoken.context.record import Context
from unspoken.context.timeline import Segment, Timeline
from unspoken.insight.stored import Moment
from unspoken.media.facts import ClockFacts, SourceFacts
from unspoken.settings import Settings

__all__ = ["write_hours", "write_study", "write_visit"]

_HOUR_S = 3600.0
_RATE_HZ = 30.0
#: Of one hour in the speed measurement.
_STEPS, _BLINKS = 12, 700
_NAN = float("nan")


def write_study(folder: Path, plan: Plan, seed: int) -> list[Path]:
    """Write a simulated study.

    Parameters
    ----------
    folder : Path
        Each interaction gets a folder in it.
    plan : Plan
        What is simulated.
    seed : int
        Which one.

    Returns
    -------
    list of Path
        The folders.
    """
    return [write_visit(folder / visit.name, visit) for visit in visits(plan, seed)]


def write_visit(folder: Path, visit: Visit, source: str = "", size: int = 0) -> Path:
    """Write one simulated interaction.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    visit : Visit
        What happened.
    source : str
        Path of its recording; by default one that does not exist.
    size : int
        Bytes of that recording.
    """
    end = max(s.end_s for s in visit.segments)
    folder.mkdir(parents=True, exist_ok=True)
    document = _analysis(source or f"{visit.name}.mp4", visit.name, size, end)
    document["events"] = [_event(moment) for moment in visit.moments]
    _write(folder / "analysis.json", document)
    segments = tuple(
        Segment(f"s{i}", s.kind, s.label, s.start_s, s.end_s, s.tags)
        for i, s in enumerate(visit.segments)
    )
    context = Context(
        timeline=Timeline(segments),
        customer=visit.customer,
        tags=visit.tags,
        outcomes={"csat": visit.csat},
    )
    context.save(folder)
    _write(folder / "moments.json", _moments(visit.moments, visit.exposure))
    return folder


def _write(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, ensure_ascii=False, allow_nan=False), encoding="utf-8")


def _analysis(path: str, name: str, size: int, duration_s: float) -> dict[str, Any]:
    frames = round(duration_s * _RATE_HZ)
    source = SourceFacts(
        path=path,
        kind="file",
        sha256=name,
        bytes=size,
        container="mov,mp4,m4a,3gp,3g2,mj2",
        codec="h264",
        pixel_format="yuv420p",
        width=1280,
        height=720,
        rotation_deg=0,
        pixel_aspect=1.0,
        has_audio=True,
    )
    clock = ClockFacts(
        frames=frames,
        start_s=0.0,
        end_s=duration_s,
        median_rate_hz=_RATE_HZ,
        container_rate_hz=_RATE_HZ,
        jitter_s=0.0,
        longest_step_s=1.0 / _RATE_HZ,
        gaps=(),
        missing_frames=0,
        duplicate_frames=0,
        repeated_times=0,
        variable_rate=False,
        interlaced=False,
        truncated=False,
    )
    face = FaceSummary(1, "customer", 0.0, duration_s, duration_s, duration_s, 60.0, 3.0, 2.0)
    return Analysis(
        source=source,
        clock=clock,
        settings=Settings(),
        faces=(face,),
        events=(),
        artefacts=(),
        quality=Quality(icd_px=60.0, noise_grey=1.0, sharpness_px=1.0, blockiness=1.0),
        sensitivity=(),
        software={"unspoken": __version__},
        timings_s={},
        notes=("Simulated: there is no recording.",),
    ).to_json_dict()


def _event(moment: Moment) -> dict[str, Any]:
    times = {"onset": moment.start_s, "apex": moment.apex_s, "offset": moment.end_s}
    return {
        "face_id": moment.face_id,
        "kind": moment.kind,
        **{f"{name}_s": time for name, time in times.items()},
        **{f"{name}_frame": round(time * _RATE_HZ) for name, time in times.items()},
        "action_units": moment.action_units,
        "snr": 9.0,
        "false_alarms_per_min": 0.1,
        "flags": list(moment.flags),
        "event_id": moment.moment_id,
    }


def _moments(moments: Sequence[Moment], exposure: Sequence[tuple[float, float]]) -> dict[str, Any]:
    return {
        "schema": "unspoken.moments",
        "schema_version": 1,
        "moments": [
            {
                "moment_id": m.moment_id,
                "event_id": m.moment_id,
                "face_id": m.face_id,
                "kind": m.kind,
                "start_s": m.start_s,
                "apex_s": m.apex_s,
                "end_s": m.end_s,
                "action_units": m.action_units,
                "emotions": {"anger": 0.4, "happiness": 0.1, "other": 0.5},
                "reading": m.reading,
                "segments": [],
                "speaker": "",
                "said": m.said,
                "rarity": m.rarity,
                "signals": [
                    {
                        "kind": s.kind,
                        "strength": s.strength,
                        "rule": s.kind,
                        "evidence": ["planted"],
                        "response": s.response,
                    }
                    for s in m.signals
                ],
                "flags": list(m.flags),
            }
            for m in moments
        ],
        "exposure": {"1": [list(span) for span in exposure]},
        "playbook": {"name": "simulated", "version": "1", "sha256": ""},
    }


def write_hours(folder: Path, count: int, moments: int, seed: int) -> None:
    """Write interactions of one hour with many moments, for measuring speed.

    Parameters
    ----------
    folder : Path
        Each gets a folder in it.
    count : int
        How many; three of a customer on average.
    moments : int
        Moments in each.
    seed : int
        Which.
    """
    rng = np.random.default_rng([seed, 43])
    plan = Plan(missing=0.0, spread=50.0)
    pattern = next(visits(plan, seed))
    for number in range(count):
        edges = np.sort(rng.uniform(0.0, _HOUR_S, _STEPS - 1))
        bounds = [0.0, *edges.tolist(), _HOUR_S]
        steps = tuple(
            Segment(f"s{i}", "step", f"step {i + 1}", bounds[i], bounds[i + 1])
            for i in range(_STEPS)
        )
        times = np.sort(rng.uniform(1.0, _HOUR_S - 1.0, moments)).tolist()
        kinds = rng.integers(0, len(pattern.moments), moments)
        made = [
            _at(pattern.moments[k], t, i) for i, (k, t) in enumerate(zip(kinds, times, strict=True))
        ]
        place = folder / f"hour-{number:04d}"
        place.mkdir(parents=True, exist_ok=True)
        document = _analysis(f"{place.name}.mp4", place.name, 0, _HOUR_S)
        blinks = [
            {**_event(_at(pattern.moments[0], float(t), i)), "kind": "blink"}
            for i, t in enumerate(np.sort(rng.uniform(1.0, _HOUR_S - 1.0, _BLINKS)))
        ]
        document["events"] = [*map(_event, made), *blinks]
        _write(place / "analysis.json", document)
        Context(
            timeline=Timeline(steps),
            customer=f"K{int(rng.integers(0, max(5, count // 3))):04d}",
            tags={"product": ("basic", "plus", "pro")[number % 3]},
            outcomes={"csat": float(rng.integers(1, 6)), "bought": ("yes", "no")[number % 2]},
        ).save(place)
        _write(place / "moments.json", _moments(made, ((0.0, _HOUR_S),)))


def _at(moment: Moment, time_s: float, number: int) -> Moment:
    return Moment(
        moment_id=f"1-{number + 1}",
        face_id=1,
        kind="micro",
        start_s=time_s - 0.15,
        apex_s=time_s,
        end_s=time_s + 0.2,
        action_units=moment.action_units,
        reading="Brows drawn together; consistent with concentration or confusion.",
        said="and what does this cost per month?",
        rarity=0.5,
        signals=moment.signals,
    )
