"""``unspoken bench speed``: frames per second and peak memory of whole processes, beside a peer.

What is measured is what a user does: ``unspoken analyze CLIP --out FOLDER --quiet``, from the start
of the process to its end, report included, on clips made on the spot. Ours and the peer's runs
alternate, and ratios are taken round by round, because machines are noisy.

This module stays light: see `unspoken.bench.clips`.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from unspoken.bench.clips import (
    FULL,
    QUICK,
    BenchClip,
    ClipSet,
    clip_folder,
    ensure_clip,
    ensure_short_clip,
)
from unspoken.bench.peer import PeerRun, check_peer, run_peer
from unspoken.bench.processes import measure_process, own_peak_mb
from unspoken.bench.speed_figures import Figures, OurRun, machine_facts
from unspoken.bench.speed_page import print_sections
from unspoken.filing import Batch

__all__ = ["analyze_once", "measure_speed", "speed_command"]

_PROGRAM = (sys.executable, "-m", "unspoken")
#: Pictures of the clip that start-up is measured on; fewer than two are not a video.
_FIRST_FRAMES = 3


def speed_command(out: Path | None, peer: Path | None, *, quick: bool) -> int:
    """Measure, print tables, write figures.

    Parameters
    ----------
    out : Path or None
        JSON file for the figures.
    peer : Path or None
        Python of an environment with mediapipe.
    quick : bool
        Short clips and one run each: tells that the bench works, not how fast things are.

    Returns
    -------
    int
        0, also when a target is missed: measuring is not judging.

    Raises
    ------
    UsageError
        If a process that is measured fails.
    OutputError
        If clips or figures cannot be written.
    """
    console = Console(stderr=True)
    figures = measure_speed(QUICK if quick else FULL, peer, clip_folder(), console)
    print_sections(figures, Console())
    if out is not None:
        with Batch(out.parent) as batch:
            text = json.dumps(figures.to_dict(), indent=1, ensure_ascii=False) + "\n"
            batch.add_bytes(out.name, text.encode())
        console.print(f"Figures: {out}", markup=False, highlight=False, soft_wrap=True)
    return 0


def measure_speed(clips: ClipSet, peer: Path | None, folder: Path, console: Console) -> Figures:
    """Run everything once.

    Parameters
    ----------
    clips : ClipSet
        What to run on.
    peer : Path or None
        Python of an environment with mediapipe.
    folder : Path
        Where clips are kept.
    console : Console
        Told what is going on.

    Returns
    -------
    Figures
    """
    machine = machine_facts()
    if peer is not None:
        check_peer(peer)
    paths = {}
    for clip in (clips.small, clips.large, clips.long):
        console.print(f"Clip: {clip.label}")
        paths[clip] = ensure_clip(clip, folder)
    first = ensure_short_clip(paths[clips.small], _FIRST_FRAMES)
    with tempfile.TemporaryDirectory(prefix="unspoken-bench-") as results:
        out = Path(results)
        console.print("Start-up")
        help_s = _repeat([*_PROGRAM, "--help"])
        first_frame_s = _repeat([*_analyze(first, out / "first"), "--quiet", "--no-report"])
        small, off, on = _rounds_with_peer(clips, paths[clips.small], peer, out, console)
        large = []
        for number in range(clips.rounds):
            console.print(f"{clips.large.label}, run {number + 1} of {clips.rounds}")
            large.append(analyze_once(clips.large, paths[clips.large], out))
        console.print(f"{clips.long.label}: one run")
        long = analyze_once(clips.long, paths[clips.long], out)
    return Figures(
        machine=machine,
        quick=clips is QUICK,
        small=small,
        large=large,
        long=[long],
        with_blendshapes=on,
        without_blendshapes=off,
        help_s=help_s,
        first_frame_s=first_frame_s,
        parent_mb=own_peak_mb(),
    )


def analyze_once(clip: BenchClip, path: Path, out: Path) -> OurRun:
    """Measure one ``unspoken analyze`` from the start of its process to its end.

    Parameters
    ----------
    clip : BenchClip
        What the file is.
    path : Path
        The file.
    out : Path
        Folder for results; earlier ones of the same clip are replaced.

    Returns
    -------
    OurRun

    Raises
    ------
    UsageError
        If the analysis fails.
    """
    used = measure_process([*_analyze(path, out), "--quiet"])
    document = json.loads((out / path.stem / "analysis.json").read_text(encoding="utf-8"))
    return OurRun(
        clip=clip.label,
        frames=document["clock"]["frames"],
        wall_s=used.wall_s,
        cpu_s=used.cpu_s,
        peak_rss_mb=used.peak_rss_mb,
        others=used.others,
        stages_s=document["timings_s"],
    )


def _analyze(path: Path, out: Path) -> list[str]:
    # With the role said, a pattern once taken for a second face cannot stop the bench.
    return [*_PROGRAM, "analyze", str(path), "--out", str(out), "--role", "1=customer"]


def _rounds_with_peer(
    clips: ClipSet, path: Path, peer: Path | None, out: Path, console: Console
) -> tuple[list[OurRun], list[PeerRun], list[PeerRun]]:
    """Ours, the peer without and the peer with blendshapes, in turns."""
    ours: list[OurRun] = []
    off: list[PeerRun] = []
    on: list[PeerRun] = []
    for number in range(clips.rounds):
        console.print(f"{clips.small.label}, round {number + 1} of {clips.rounds}")
        ours.append(analyze_once(clips.small, path, out))
        if peer is not None:
            off.append(run_peer(peer, path, blendshapes=False))
            on.append(run_peer(peer, path, blendshapes=True))
    return ours, off, on


def _repeat(command: list[str], times: int = 5) -> list[float]:
    """Wall-clock seconds of each of several runs; one more before them, to fill the caches."""
    measure_process(command)
    return [measure_process(command).wall_s for _ in range(times)]
