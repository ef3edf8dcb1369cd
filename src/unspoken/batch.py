"""Several sources, one folder of results each; one bad source does not stop the others."""

from __future__ import annotations

import contextlib
import json
import os
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from unspoken.analysis import Analysis
from unspoken.context.record import Context
from unspoken.errors import InputError, OutputError
from unspoken.filing import Batch, part_path, writing
from unspoken.interaction import (
    MOMENTS_NAME,
    Interaction,
    MomentsFile,
    analysis_digest,
    moments_text,
)
from unspoken.pipeline import Progress, Run, run
from unspoken.places import PLACES_NAME, places_bytes
from unspoken.settings import Settings
from unspoken.signals import SignalsWriter
from unspoken.stopping import StopRequest

__all__ = [
    "RESULT_FILES",
    "Job",
    "analyze_to_folder",
    "cleared_on_failure",
    "plan_jobs",
    "result_name",
]

_REPORT_NAME = "report.html"
_SIGNALS_NAME = "signals.parquet"
#: What a folder of results holds.
RESULT_FILES = (
    "analysis.json",
    "events.csv",
    _SIGNALS_NAME,
    PLACES_NAME,
    _REPORT_NAME,
    MOMENTS_NAME,
)
#: Longer names are cut, so that additions to them still fit; file systems allow 255 bytes.
_LONGEST_NAME = 220


@dataclass(frozen=True, slots=True)
class Job:
    """One source and where its results go."""

    source: str
    folder: Path


def plan_jobs(sources: Sequence[str | PathLike[str]], out: Path) -> list[Job]:
    """Give every source a folder of its own below `out`.

    The folder bears the source's file name without its suffix. Where that name is taken, by
    another source of the batch, by earlier results of another source or by the source itself,
    "-2", "-3" ... is added, so that nothing is overwritten but earlier results of the very same
    source. A source that is named twice gets one job.

    Parameters
    ----------
    sources : sequence of str or path-like
        As the user named them.
    out : Path
        Folder for all results.

    Returns
    -------
    list of Job
        In the order of the sources.
    """
    jobs: dict[Path, Job] = {}
    taken: set[str] = set()
    for source in sources:
        path = Path(source)
        place = path.resolve()
        if place in jobs:
            continue
        stem, number = result_name(path), 1
        folder = out / stem
        while _same_name(folder) in taken or not _may_use(folder, place):
            number += 1
            folder = out / f"{stem}-{number}"
        taken.add(_same_name(folder))
        jobs[place] = Job(fspath(source), folder)
    return list(jobs.values())


def result_name(path: Path) -> str:
    """Name of a source without its suffix, for its results; at most 220 bytes long."""
    name = path.name if path.is_dir() else path.stem
    if name in ("", ".."):
        name = path.resolve().name or "video"
    # Bytes that are no text become a mark; half a letter at the end of a cut is left out.
    encoded = os.fsencode(name).decode("utf-8", "replace").encode()
    return encoded[:_LONGEST_NAME].decode("utf-8", "ignore")


def _same_name(folder: Path) -> str:
    """Equal for names that some file systems take for the same."""
    return unicodedata.normalize("NFC", str(folder)).casefold()


def _may_use(folder: Path, place: Path) -> bool:
    """Whether results of a source may be written to a folder: nobody else's are there."""
    if folder.resolve() == place:
        return False
    if not any((folder / name).exists() for name in RESULT_FILES):
        return True
    before = _document(folder).get("source")
    return isinstance(before, dict) and Path(str(before.get("path"))).resolve() == place


def _document(folder: Path) -> dict[str, Any]:
    """What ``analysis.json`` in a folder says; empty where it says nothing."""
    try:
        document = json.loads((folder / "analysis.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


@contextmanager
def cleared_on_failure(folder: Path) -> Iterator[None]:
    """Remove a folder, and those above it, that were made in vain.

    On an error every folder that was not there before and is still empty is removed.
    """
    new = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        yield
    except BaseException:
        for place in new:
            with contextlib.suppress(OSError):
                place.rmdir()
        raise


def analyze_to_folder(
    job: Job,
    settings: Settings,
    progress: Progress | None = None,
    stop: StopRequest | None = None,
) -> Analysis:
    """Analyse one source and write its results.

    Everything is written under temporary names and appears together at the end; on failure
    earlier results stay as they were. If only the report fails, the tables are written all the
    same. A run that was stopped leaves earlier complete results alone too: its own go to a folder
    with "-partial" behind its name.

    Parameters
    ----------
    job : Job
        Source and folder.
    settings : Settings
        Every setting.
    progress : callable, optional
        See `unspoken.pipeline.Progress`.
    stop : StopRequest, optional
        See `unspoken.pipeline.run`.

    Returns
    -------
    Analysis
        Saved and tied to its folder.

    Raises
    ------
    InputError, UsageError, OutputError
        When the source cannot be used or the folder cannot be written to.
    """
    if job.folder.exists() and not job.folder.is_dir():
        raise OutputError(
            f"{job.folder} is a file; a folder for results was expected there.",
            "Choose another --out, or move the file away.",
        )
    if settings.report:
        # What the report lacks must be known before the work, not after the last frame.
        import unspoken.report.run_report  # noqa: F401
    path = job.folder / _SIGNALS_NAME
    writer: SignalsWriter | None = None
    with cleared_on_failure(job.folder):
        try:
            with writing(job.folder):
                writer = SignalsWriter(path)
            done = run(job.source, settings, writer, progress, stop)
            signals = writer.finish(done.analysis.partial)
            return _save(replace(done.analysis, signals_file=signals), done, job, stop)
        except BaseException:
            if writer is not None:
                writer.abort()
            with contextlib.suppress(OSError):
                part_path(path).unlink(missing_ok=True)
            raise


def _save(analysis: Analysis, done: Run, job: Job, stop: StopRequest | None) -> Analysis:
    """Write report and tables so that they appear together; the tables alone if need be."""
    folder = _folder_for(analysis, job)
    assert analysis.signals_file is not None
    moments = _moments(analysis, folder)
    page, failure = _report(replace(done, analysis=analysis), stop, folder, moments)
    with Batch(folder) as batch:
        if page is not None:
            batch.add_pieces(_REPORT_NAME, page)
        batch.add_bytes(PLACES_NAME, places_bytes(done.places))
        saved = analysis.save(folder)
        moments = replace(moments, analysis_sha256=analysis_digest(saved.folder))
        batch.add_bytes(MOMENTS_NAME, moments_text(moments))
    if page is None:
        with writing(folder / _REPORT_NAME):
            # An earlier report would tell of other results than those beside it.
            (folder / _REPORT_NAME).unlink(missing_ok=True)
    if folder != job.folder:
        analysis.signals_file.unlink(missing_ok=True)
    if failure is not None:
        raise failure
    return saved


def _moments(analysis: Analysis, folder: Path) -> MomentsFile:
    """Moments of a fresh analysis; context that was put into the folder before is used."""
    notes: tuple[str, ...] = ()
    context = Context()
    try:
        context = Context.load(folder)
    except InputError as error:
        notes = (f"Read without context. {error}",)
    file = Interaction(analysis, context).read().moments_file
    assert file is not None
    return replace(file, notes=(*file.notes, *notes))


def _report(
    done: Run, stop: StopRequest | None, folder: Path, moments: MomentsFile
) -> tuple[list[bytes] | None, Exception | None]:
    """The page, or why there is none: the tables are what cannot be made again."""
    if not done.analysis.settings.report:
        return None, None
    from unspoken.report.run_report import render_run

    try:
        return list(render_run(done, folder, moments)), None
    except KeyboardInterrupt:
        # Asked once more while the report was made.
        if stop is not None:
            stop.asked = True
        return None, None
    except Exception as error:  # whatever it is, it is raised when the tables are safe
        return None, error


def _folder_for(analysis: Analysis, job: Job) -> Path:
    """Where results go: beside earlier complete ones if these are not."""
    if not analysis.partial or _document(job.folder).get("partial") is not False:
        return job.folder
    place = Path(job.source).resolve()
    folder, number = job.folder.with_name(f"{job.folder.name}-partial"), 1
    while not _may_use(folder, place) or _document(folder).get("partial") is False:
        number += 1
        folder = job.folder.with_name(f"{job.folder.name}-partial-{number}")
    return folder
