"""The report: one offline HTML file with everything a person needs to read an analysis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from unspoken.analysis import Analysis
from unspoken.filing import Batch
from unspoken.report.assets import content_policy, package_text, script, style
from unspoken.report.extras import Extras
from unspoken.report.pictures import EventPictures, choose_events
from unspoken.report.plots import PlotRows
from unspoken.report.sections import page_values
from unspoken.report.timeline import FrameTimes, PackedTimes, Track, TrackPacker
from unspoken.report.timeline_data import data_block

__all__ = ["MOST_STRIPS", "render_report", "report_pieces", "write_report"]

REPORT_NAME = "report.html"
#: Strips of key frames in a report; each adds about 50 kB.
MOST_STRIPS = 60
#: Strips that are unfolded at once; the rest are one click away.
_OPEN_STRIPS = 12
#: Least bytes in a piece of the page.
_PIECE = 1 << 16


@lru_cache(maxsize=1)
def _environment() -> Environment:
    loader = FunctionLoader(lambda name: package_text(f"templates/{name}"))
    return Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render_report(
    analysis: Analysis, pictures: Mapping[str, EventPictures], extras: Extras | None = None
) -> str:
    """Make the report's text.

    Parameters
    ----------
    analysis : Analysis
        What to show.
    pictures : mapping of str to EventPictures
        Strips by event, from `unspoken.report.pictures.PictureTaker`; may be empty.
    extras : Extras, optional
        Context, moments, video, loops and judgements.

    Returns
    -------
    str
        A complete HTML page. Its content security policy forbids every request; style and script
        are allowed by their digests alone.
    """
    return b"".join(report_pieces(analysis, pictures, extras)).decode("utf-8")


def report_pieces(
    analysis: Analysis, pictures: Mapping[str, EventPictures], extras: Extras | None = None
) -> Iterator[bytes]:
    """Make the report piece by piece, so that the page is never held twice.

    Parameters
    ----------
    analysis, pictures, extras
        See :func:`render_report`.

    Yields
    ------
    bytes
        UTF-8, to be put together. Characters that are no text, from file names, become a mark.
    """
    extras = extras or Extras()
    rank = extras.rank()
    strips = [PlotRows(event) for event in choose_events(analysis.events, MOST_STRIPS, rank)]
    tracks, frames = _read_signals(analysis, strips)
    video = extras.shown_video(analysis)
    chunks = (
        _environment()
        .get_template("report.html.j2")
        .generate(
            **page_values(analysis, strips, pictures, extras),
            policy=Markup(content_policy()),
            css=Markup(style()),
            js=Markup(script()),
            tracks=tracks,
            cards_open=_OPEN_STRIPS,
            video=video,
            video_data=map(Markup, video.data()),
            data=map(Markup, data_block(analysis, tracks, frames, extras)),
        )
    )
    return _encoded(chunks)


def _read_signals(
    analysis: Analysis, strips: Sequence[PlotRows]
) -> tuple[list[Track], PackedTimes]:
    """Go through the signals once, for the timeline and for the plots."""
    signals = analysis.sliced_signals()
    packer = TrackPacker(signals.rows_by_face(), analysis.clock.start_s)
    frames = FrameTimes(analysis.clock.start_s)
    for part in signals:
        packer.add(part)
        frames.add(part)
        for rows in strips:
            rows.add(part)
    return packer.tracks(), frames.packed()


def _encoded(chunks: Iterable[str]) -> Iterator[bytes]:
    """The template's many chunks as fewer pieces."""
    piece = bytearray()
    for chunk in chunks:
        piece += chunk.encode("utf-8", "replace")
        if len(piece) >= _PIECE:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)


def write_report(
    analysis: Analysis,
    folder: str | Path,
    pictures: Mapping[str, EventPictures] | None = None,
    extras: Extras | None = None,
) -> Path:
    """Write ``report.html``.

    Parameters
    ----------
    analysis : Analysis
        What to show.
    folder : str or Path
        Made if it is not there.
    pictures : mapping of str to EventPictures, optional
        Strips by event.
    extras : Extras, optional
        Context, moments, video, loops and judgements.

    Returns
    -------
    Path
        The file. It stands alone: no network, and no other file but a video that is linked.

    Raises
    ------
    OutputError
        When it cannot be written; a report that was there before stays as it was.
    """
    folder = Path(folder)
    with Batch(folder) as batch:
        batch.add_pieces(REPORT_NAME, report_pieces(analysis, pictures or {}, extras))
    return folder / REPORT_NAME
