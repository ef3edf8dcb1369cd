"""The report: one offline HTML file with everything a person needs to read an analysis."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from unspoken.analysis import Analysis
from unspoken.filing import Batch
from unspoken.report.pictures import EventPictures, choose_events
from unspoken.report.sections import page_values
from unspoken.report.timeline import pack_tracks
from unspoken.report.timeline_data import timeline_data

__all__ = ["MOST_STRIPS", "render_report", "write_report"]

REPORT_NAME = "report.html"
#: Strips of key frames in a report; each adds about 50 kB.
MOST_STRIPS = 60
#: Strips that are unfolded at once; the rest are one click away.
_OPEN_STRIPS = 12


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


def _inert_json(value: Any) -> Markup:
    """JSON that cannot end its script element early."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028"))


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
    signals = analysis.signals
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
    tracks = pack_tracks(signals, analysis.clock.start_s)
    strips = choose_events(analysis.events, MOST_STRIPS)
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            **page_values(analysis, signals, strips, pictures),
            policy=Markup(policy),
            css=Markup(css),
            js=Markup(js),
            tracks=[track.as_dict() for track in tracks],
            many_tracks=len(tracks) > 1,
            cards_open=_OPEN_STRIPS,
            data=_inert_json(timeline_data(analysis, tracks)),
        )
    )


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
    text = render_report(analysis, pictures or {})
    with Batch(folder) as batch:
        batch.add_bytes(REPORT_NAME, text.encode("utf-8"))
    return folder / REPORT_NAME
