"""One interaction: an analysis, what was going on, and the moments read from both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from unspoken import __version__, records
from unspoken.analysis import Analysis
from unspoken.context.record import Context
from unspoken.errors import InputError
from unspoken.filing import Batch
from unspoken.reading.moments import Moment

__all__ = ["MOMENTS_NAME", "MOMENTS_VERSION", "MomentsFile", "PlaybookFacts"]

MOMENTS_NAME = "moments.json"
#: Grows when an older program could misread the file; added keys do not count.
MOMENTS_VERSION = 1
_SCHEMA = "unspoken.moments"
Spans = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class PlaybookFacts:
    """Which playbook the signals were read with.

    Parameters
    ----------
    name, version : str
        As the file says.
    sha256 : str
        Of its bytes.
    """

    name: str = ""
    version: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class MomentsFile:
    """What ``moments.json`` holds.

    Parameters
    ----------
    moments : tuple of Moment
        In order of apex.
    exposure : dict of str to tuple
        Face number to intervals with usable evidence, seconds.
    playbook : PlaybookFacts
        What the signals were read with.
    software : dict of str to str
        Versions of the program and of the emotion model.
    analysis_sha256 : str
        Of the ``analysis.json`` the moments were read from.
    notes : tuple of str
        Sentences on the whole.
    """

    moments: tuple[Moment, ...] = ()
    exposure: dict[str, Spans] = field(default_factory=dict)
    playbook: PlaybookFacts = field(default_factory=PlaybookFacts)
    software: dict[str, str] = field(default_factory=dict)
    analysis_sha256: str = ""
    notes: tuple[str, ...] = ()
