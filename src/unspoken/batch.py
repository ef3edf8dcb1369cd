"""Several sources, one folder of results each; one bad source does not stop the others."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from os import PathLike, fspath
from pathlib import Path

from unspoken.analysis import Analysis
from unspoken.errors import OutputError
from unspoken.filing import writing
from unspoken.pipeline import Progress, Run, run
from unspoken.settings import Settings
from unspoken.signals import SignalsWriter

__all__ = ["Job", "analyze_to_folder", "plan_jobs"]


@dataclass(frozen=True, slots=True)
class Job:
    """One source and where its results go."""

    source: str
    folder: Path


def plan_jobs(sources: Sequence[str | PathLike[str]], out: Path) -> list[Job]:
    """Give every source a folder of its own below `out`.

    The folder bears the source's file name without its suffix. Where that name is taken, by
    another source of the batch or by earlier results of another source, "-2", "-3" ... is added,
    so that nothing is overwritten but earlier results of the very same source.
    """
    jobs: list[Job] = []
    taken: set[Path] = set()
    for source in sources:
        path = Path(source)
        stem = (path.name if path.is_dir() else path.stem) or path.resolve().name or "video"
        folder, number = out / stem, 1
        while folder in taken or _belongs_to_other(folder, path):
            number += 1
            folder = out / f"{stem}-{number}"
        taken.add(folder)
        jobs.append(Job(fspath(source), folder))
    return jobs


def _belongs_to_other(folder: Path, source: Path) -> bool:
    """Whether a folder holds results of another source."""
    try:
        document = json.loads((folder / "analysis.json").read_text(encoding="utf-8"))
        before = Path(document["source"]["path"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return before.resolve() != source.resolve()


def analyze_to_folder(job: Job, settings: Settings, progress: Progress | None = None) -> Analysis:
    """Analyse one source and write its results.

    Everything is written under temporary names and appears together at the end; on failure
    earlier results stay as they were.

    Parameters
    ----------
    job : Job
        Source and folder.
    settings : Settings
        Every setting.
    progress : callable, optional
        See `unspoken.pipeline.Progress`.

    Returns
    -------
    Analysis
        Saved and tied to its folder.

    Raises
    ------
    InputError, UsageError, OutputError
        When the source cannot be used or the folder cannot be written to.
    """
    is_new = not job.folder.exists()
    if job.folder.exists() and not job.folder.is_dir():
        raise OutputError(
            f"{job.folder} is a file; a folder for results was expected there.",
            "Choose another --out, or move the file away.",
        )
    try:
        with writing(job.folder):
            writer = SignalsWriter(job.folder / "signals.parquet")
        try:
            done = run(job.source, settings, writer, progress)
            part = writer.finish(done.analysis.partial)
        except BaseException:
            writer.abort()
            raise
        return _save(done, part, job.folder, settings)
    except BaseException:
        if is_new:
            with contextlib.suppress(OSError):
                job.folder.rmdir()
        raise


def _save(done: Run, signals: Path, folder: Path, settings: Settings) -> Analysis:
    try:
        analysis = replace(done.analysis, signals_file=signals).save(folder)
    except BaseException:
        signals.unlink(missing_ok=True)
        raise
    if settings.report:
        from unspoken.report.run_report import report_run

        report_run(replace(done, analysis=analysis), folder)
    return analysis
