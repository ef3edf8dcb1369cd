"""The report: one offline HTML file with everything a person needs to read an analysis."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from unspoken.analysis import Analysis
from unspoken.filing import Batch
from unspoken.report.pictures import EventPictures, choose_events
from unspoken.report.plots import PlotRows
from unspoken.report.sections import page_values
from unspoken.report.timeline import Track, TrackPacker
from unspoken.report.timeline_data import data_block

__all__ = ["MOST_STRIPS", "render_report", "report_pieces", "write_report"]

REPORT_NAME = "report.html"
#: Strips of key frames in a report; each adds about 50 kB.
MOST_STRIPS = 60
#: Strips that are unfolded at once; the rest are one click away.
_OPEN_STRIPS = 12
#: Least bytes in a piece of the page.
_PIECE = 1 << 16


def _package_text(name: str) -> str:
    return resources.files("unspoken.report").joinpath(name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    loader = FunctionLoader(lambda name: _package_text(f"templates/{name}"))
    return Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _digest(text: str) -> str:
    raw = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(raw).decode('ascii')}'"


def render_report(analysis: Analysis, pictures: Mapping[str, EventPictures]) -> str:
    """Make the report's text.

    Parameters
    ----------
    analysis : Analysis
        What to show.
    pictures : mapping of str to EventPictures
        Strips by event, from `unspoken.report.pictures.take_pictures`; may be empty.

    Returns
    -------
    str
        A complete HTML page. Its content security policy forbids every request; style and script
        are allowed by their digests alone.
    """
    return b"".join(report_pieces(analysis, pictures)).decode("utf-8")


def report_pieces(analysis: Analysis, pictures: Mapping[str, EventPictures]) -> Iterator[bytes]:
    """Make the report piece by piece, so that the page is never held twice.

    Parameters
    ----------
    analysis, pictures
        See :func:`render_report`.

    Yields
    ------
    bytes
        UTF-8, to be put together. Characters that are no text, from file names, become a mark.
    """
    css = _package_text("static/report.css")
    js = _package_text("static/report.js")
    policy = "; ".join(
        (
            "default-src 'none'",
            "img-src data:",
            f"style-src {_digest(css)}",
            f"script-src {_digest(js)}",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    strips = [PlotRows(event) for event in choose_events(analysis.events, MOST_STRIPS)]
    tracks = _read_signals(analysis, strips)
    chunks = (
        _environment()
        .get_template("report.html.j2")
        .generate(
            **page_values(analysis, strips, pictures),
            policy=Markup(policy),
            css=Markup(css),
            js=Markup(js),
            tracks=tracks,
            cards_open=_OPEN_STRIPS,
            data=map(Markup, data_block(analysis, tracks)),
        )
    )
    return _encoded(chunks)


def _read_signals(analysis: Analysis, strips: Sequence[PlotRows]) -> list[Track]:
    """Go through the signals once, for the timeline and for the plots."""
    signals = analysis.sliced_signals()
    packer = TrackPacker(signals.rows_by_face(), analysis.clock.start_s)
    for part in signals:
        packer.add(part)
        for rows in strips:
            rows.add(part)
    return packer.tracks()


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
    analysis: Analysis, folder: str | Path, pictures: Mapping[str, EventPictures] | None = None
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

    Returns
    -------
    Path
        The file. It stands alone: no other file, no network.

    Raises
    ------
    OutputError
        When it cannot be written; a report that was there before stays as it was.
    """
    folder = Path(folder)
    with Batch(folder) as batch:
        batch.add_pieces(REPORT_NAME, report_pieces(analysis, pictures or {}))
    return folder / REPORT_NAME
