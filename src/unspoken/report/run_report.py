"""The whole page of a result: a second pass over the source for key frames, then the text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unspoken.analysis import Analysis
from unspoken.errors import InputError
from unspoken.interaction import MomentsFile
from unspoken.media.frame import Frame
from unspoken.media.seeking import ONE_THREAD_PX, read_frames_at
from unspoken.pipeline import Run
from unspoken.places import load_places
from unspoken.report.extras import Extras, load_extras
from unspoken.report.html import MOST_STRIPS, report_pieces
from unspoken.report.loops import Loop, LoopPlan, LoopTaker, loop_events, plan_loops
from unspoken.report.moments import ShownMoments, shown
from unspoken.report.pictures import EventPictures, PictureTaker, choose_events, moments_of
from unspoken.report.plots import PlotRows
from unspoken.report.second_pass import look_again
from unspoken.report.timeline import FrameTimes
from unspoken.stages import ahead
from unspoken.summary import FacePlaces

__all__ = ["render_again", "render_run"]

#: Bytes of pictures that may wait to be cut: loops want many in a row, then none for a while.
_WAITING_BYTES = 32e6


def render_run(
    run: Run, folder: Path | None = None, moments: MomentsFile | None = None
) -> Iterator[bytes]:
    """Make the report of a run whose source is still there.

    Parameters
    ----------
    run : Run
        Analysis and the places of the measured faces.
    folder : Path, optional
        Where the page will lie; the video is linked relative to it, and judgements and context
        that lie there already are shown. None makes a page without a video.
    moments : MomentsFile, optional
        What was read from this very run.

    Yields
    ------
    bytes
        The page, see `unspoken.report.html.report_pieces`. Key frames that cannot be read a second
        time are left out.
    """
    extras = Extras()
    if folder is not None:
        # Moments that lie there belong to an earlier run.
        found = load_extras(run.analysis, folder, strict=False)
        extras = replace(found, moments=shown(moments) if moments else ShownMoments())
    source = Path(run.analysis.source.path)
    yield from _render(run.analysis, run.places, run.frame_times_s, source, extras)


def render_again(analysis: Analysis, extras: Extras, source: Path | None) -> Iterator[bytes]:
    """Make the report of a saved analysis once more.

    Parameters
    ----------
    analysis : Analysis
        With its folder.
    extras : Extras
        What else the page shows.
    source : Path or None
        The recording; None when it is not to be had, which leaves the pictures out.

    Yields
    ------
    bytes
        The page.

    Raises
    ------
    InputError
        When a file of the result is broken.
    """
    assert analysis.folder is not None
    places = load_places(analysis.folder) if source else {}
    times = _frame_times(analysis) if places else ()
    yield from _render(analysis, places, times, source, extras)


def _frame_times(analysis: Analysis) -> Sequence[float]:
    """Capture time of every frame; empty when some share theirs and cannot be told apart."""
    gathered = FrameTimes(analysis.clock.start_s)
    for part in analysis.sliced_signals():
        gathered.add(part)
    times = gathered.times_s()
    return times if len(times) == analysis.clock.frames else ()


def _render(
    analysis: Analysis,
    places: Mapping[int, FacePlaces],
    frame_times_s: Sequence[float],
    source: Path | None,
    extras: Extras,
) -> Iterator[bytes]:
    def to_picture(face_id: int, frame: int) -> NDArray[np.float64] | None:
        known = places.get(face_id)
        return None if known is None else known.at(frame)

    def frames(wanted: Sequence[tuple[int, float]]) -> Iterable[Frame]:
        if source is not None:
            yield from _read(source, analysis, wanted, frame_times_s)

    pictures: dict[str, EventPictures] = {}
    loops: dict[str, Loop] = {}
    if source is not None and places:
        rank = extras.rank()
        strips = choose_events(analysis.events, MOST_STRIPS, rank)
        crop_px = analysis.settings.crop_px
        stills = PictureTaker(moments_of(strips, to_picture), crop_px)
        moving = LoopTaker(_plans(analysis, rank, frame_times_s), to_picture, crop_px)
        look_again(frames, (stills, moving))
        pictures, loops = stills.pictures(), moving.loops()
    yield from report_pieces(analysis, pictures, replace(extras, loops=loops))


def _read(
    source: Path,
    analysis: Analysis,
    wanted: Sequence[tuple[int, float]],
    frame_times_s: Sequence[float],
) -> Iterator[Frame]:
    """The wanted frames, those of the first and of the second half by turns.

    Decoding lets go of the interpreter, so pictures are read while others are cut. One thread
    decodes a small picture; so two readers use both cores, each for its half.
    """
    pixels = analysis.source.width * analysis.source.height
    parts = 2 if pixels <= ONE_THREAD_PX else 1
    # There are twelve bits to a pixel.
    depth = int(min(32.0, max(3.0, _WAITING_BYTES / max(1.5 * pixels, 1.0)))) // parts
    with ExitStack() as open_readers:
        readers = []
        for part in np.array_split(np.arange(len(wanted)), parts):
            indices = [wanted[i][0] for i in part]
            times = [
                frame_times_s[i] if len(frame_times_s) else wanted[k][1]
                for i, k in zip(indices, part, strict=True)
            ]
            found = read_frames_at(source, indices, times, fps=analysis.settings.fps)
            readers.append(open_readers.enter_context(closing(ahead(found, max(1, depth)))))
        try:
            for together in zip_longest(*readers):
                yield from (frame for frame in together if frame is not None)
        except InputError:
            return  # the source is gone or changed meanwhile: a report without pictures


def _plans(
    analysis: Analysis, rank: Mapping[str, float], frame_times_s: Sequence[float]
) -> list[LoopPlan]:
    """Frames and measured movement of each loop; none where the frames' times are not known."""
    if not len(frame_times_s):
        return []
    rows = [PlotRows(event, every_unit=True) for event in loop_events(analysis.events, rank)]
    for part in analysis.sliced_signals() if rows else ():
        for one in rows:
            one.add(part)
    series = {one.event.event_id: one.series()[:2] for one in rows}
    return plan_loops([one.event for one in rows], series, frame_times_s)
