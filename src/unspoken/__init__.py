"""Unspoken: micro-expressions in recorded video, coded in FACS.

::

    import unspoken

    analysis = unspoken.analyze("interview.mp4")
    for event in analysis.events:
        print(event.kind, event.onset_s, event.action_units)

The names below are loaded on first use, so that ``import unspoken`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unspoken.analysis import Analysis
    from unspoken.engine import Engine
    from unspoken.pipeline import analyze
    from unspoken.settings import Settings

__all__ = ["Analysis", "Engine", "Settings", "__version__", "analyze"]

__version__ = "0.1.0"

_HOMES = {
    "Analysis": "unspoken.analysis",
    "Engine": "unspoken.engine",
    "Settings": "unspoken.settings",
    "analyze": "unspoken.pipeline",
}


def __getattr__(name: str) -> Any:
    """Load a public name from its module on first use (PEP 562)."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
