"""What the speed bench measured, as plain data, and what is to be reached.

Light on purpose: see `unspoken.bench.clips` on a parent's memory.
"""

from __future__ import annotations

import os
import platform
import re
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

from unspoken import __version__
from unspoken.bench.peer import PeerRun

__all__ = ["Figures", "OurRun", "Target", "judge", "machine_facts"]

_LIBRARIES = ("av", "numpy", "opencv-python-headless", "ai-edge-litert", "scipy", "polars")


@dataclass(frozen=True, slots=True)
class OurRun:
    """One whole process ``unspoken analyze CLIP``.

    Parameters
    ----------
    clip : str
        Which clip.
    frames : int
        Pictures analysed.
    wall_s, cpu_s, peak_rss_mb, others
        See `unspoken.bench.processes.Usage`.
    stages_s : dict of str to float
        Stage timings from ``analysis.json``, seconds; stages run side by side, and a stage that
        waits for a core is counted as busy.
    """

    clip: str
    frames: int
    wall_s: float
    cpu_s: float
    peak_rss_mb: float
    others: float | None
    stages_s: dict[str, float]

    @property
    def frames_per_s(self) -> float:
        """Pictures a second from the start of the process to its end, report included."""
        return self.frames / self.wall_s


@dataclass(frozen=True, slots=True)
class Target:
    """Something measured beside what is wanted of it.

    Parameters
    ----------
    what : str
        In words.
    measured, wanted : float
        In `unit`.
    unit : str
        Unit of measurement.
    at_least : bool
        Whether more is better.
    """

    what: str
    measured: float
    wanted: float
    unit: str
    at_least: bool

    @property
    def met(self) -> bool:
        """Whether it was reached."""
        return self.measured >= self.wanted if self.at_least else self.measured <= self.wanted


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything one run of the bench found.

    Parameters
    ----------
    machine : dict
        See `machine_facts`.
    quick : bool
        Whether it was only a smoke test on short clips.
    small, large, long : list of OurRun
        640x480, 1080p, and 1080p for much longer.
    with_blendshapes, without_blendshapes : list of PeerRun
        Round by round beside `small`; empty without a peer.
    help_s, first_frame_s : list of float
        Wall-clock seconds of ``unspoken --help``, and from the start of a process until it had
        measured the first pictures, written that down and ended.
    parent_mb : float
        Memory of the bench itself: no peak can be told apart from less than this.
    """

    machine: dict[str, str]
    quick: bool
    small: list[OurRun]
    large: list[OurRun]
    long: list[OurRun]
    with_blendshapes: list[PeerRun] = field(default_factory=list)
    without_blendshapes: list[PeerRun] = field(default_factory=list)
    help_s: list[float] = field(default_factory=list)
    first_frame_s: list[float] = field(default_factory=list)
    parent_mb: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """For JSON; `from_dict` reads it back."""
        targets = [{**asdict(t), "met": t.met} for t in judge(self)]
        return {"schema": "unspoken.speed/1", **asdict(self), "targets": targets}

    @classmethod
    def from_dict(cls, document: Any) -> Figures:
        """Read what `to_dict` gave.

        Raises
        ------
        ValueError
            If the document is something else.
        """
        if not isinstance(document, dict) or document.get("schema") != "unspoken.speed/1":
            raise ValueError("these are not figures of `unspoken bench speed`")
        values = {k: v for k, v in document.items() if k not in {"schema", "targets"}}
        for name in ("small", "large", "long"):
            values[name] = [OurRun(**run) for run in values[name]]
        for name in ("with_blendshapes", "without_blendshapes"):
            values[name] = [PeerRun(**run) for run in values[name]]
        return cls(**values)


def ratios(ours: list[OurRun], peer: list[PeerRun]) -> list[float]:
    """How many times as fast as the peer, round by round: what a busy machine does to both."""
    return [a.frames_per_s / b.frames_per_s for a, b in zip(ours, peer, strict=True)]


def judge(figures: Figures) -> list[Target]:
    """Measured beside wanted, in a fixed order; what was not measured is left out."""
    small, large, long = figures.small, figures.large, figures.long
    out = [
        Target("640x480, start to report", _rate(small), 250.0, "frames/s", True),
        Target("1080p, start to report", _rate(large), 100.0, "frames/s", True),
    ]
    for name, peer in (("off", figures.without_blendshapes), ("on", figures.with_blendshapes)):
        if peer:
            what = f"640x480, times as fast as the peer's calls alone, its blendshapes {name}"
            out.append(Target(what, median(ratios(small, peer)), 3.0, "times", True))
    short_mb = median(r.peak_rss_mb for r in large)
    long_mb = max(r.peak_rss_mb for r in long)
    grown = long_mb - short_mb
    out += [
        Target(f"peak memory, {large[0].clip}", short_mb, 700.0, "MB", False),
        Target(f"peak memory, {long[0].clip}", long_mb, 700.0, "MB", False),
        Target("peak memory, long clip minus short", grown, 30.0, "MB", False),
    ]
    if figures.help_s:
        out.append(Target("unspoken --help", median(figures.help_s), 0.4, "s", False))
    if figures.first_frame_s:
        started = median(figures.first_frame_s)
        out.append(Target("start to first frame measured", started, 2.0, "s", False))
    return out


def _rate(runs: list[OurRun]) -> float:
    return median(run.frames_per_s for run in runs)


def machine_facts() -> dict[str, str]:
    """Date, processor, cores, load, and versions of what does the work."""
    facts = {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": _processor(),
        "cores": str(os.cpu_count() or "unknown"),
        "load before": " ".join(f"{v:.1f}" for v in os.getloadavg()),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "unspoken": __version__,
    }
    for name in _LIBRARIES:
        try:
            facts[name] = version(name)
        except PackageNotFoundError:
            facts[name] = "unknown"
    return facts


def _processor() -> str:
    """The processor's name, with the model numbers a virtual machine leaves when it hides it."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    found = {
        key: match.group(1)
        for key in ("model name", "cpu family", "model", "cpu MHz")
        if (match := re.search(rf"^{key}\s*: (.+)$", text, flags=re.MULTILINE))
    }
    name = found.get("model name", platform.machine())
    if "family" not in name and {"cpu family", "model"} <= found.keys():
        name += f" (family {found['cpu family']}, model {found['model']})"
    return name
