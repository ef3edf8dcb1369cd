"""The report of a fresh run: key frames from a second pass over the source, then the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing

import numpy as np
from numpy.typing import NDArray

from unspoken.errors import InputError
from unspoken.media.frame import Frame
from unspoken.media.seeking import read_frames_at
from unspoken.pipeline import Run
from unspoken.report.html import MOST_STRIPS, report_pieces
from unspoken.report.pictures import choose_events, moments_of, take_pictures
from unspoken.stages import ahead

__all__ = ["render_run"]

#: Pictures that may wait to be cut; bounds memory.
_AHEAD = 3


def render_run(run: Run) -> Iterator[bytes]:
    """Make the report of a run whose source is still there.

    Parameters
    ----------
    run : Run
        Analysis and the places of the measured faces.

    Yields
    ------
    bytes
        The page, see `unspoken.report.html.report_pieces`. Key frames that cannot be read a second
        time are left out.
    """
    analysis = run.analysis

    def to_picture(face_id: int, frame: int) -> NDArray[np.float64] | None:
        places = run.places.get(face_id)
        return None if places is None else places.at(frame)

    def frames(wanted: Sequence[tuple[int, float]]) -> Iterable[Frame]:
        indices = [index for index, _ in wanted]
        times = [run.frame_times_s[index] for index in indices]
        try:
            found = read_frames_at(analysis.source.path, indices, times, fps=analysis.settings.fps)
            # Decoding lets go of the interpreter, so the next picture is read while one is cut.
            with closing(ahead(found, _AHEAD)) as pictures:
                yield from pictures
        except InputError:
            return  # the source is gone or changed meanwhile: a report without pictures

    strips = choose_events(analysis.events, MOST_STRIPS)
    pictures = take_pictures(moments_of(strips, to_picture), frames, analysis.settings.crop_px)
    yield from report_pieces(analysis, pictures)
