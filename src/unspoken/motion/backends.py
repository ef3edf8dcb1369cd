"""The ways of measuring displacement there are, by name."""

from __future__ import annotations

from collections.abc import Callable

from unspoken.errors import UsageError
from unspoken.motion.backend import Backend, Template
from unspoken.motion.direct import DirectAlignment
from unspoken.motion.flow import FarnebackProjection, FlowProjection, PointProjection

__all__ = ["BACKENDS", "make_backend"]

#: Names of the back ends and how each is made for a template.
BACKENDS: dict[str, Callable[[Template], Backend]] = {
    "direct": DirectAlignment,
    "flow": FlowProjection,
    "farneback": FarnebackProjection,
    "points": PointProjection,
}


def make_backend(name: str, template: Template) -> Backend:
    """Make the back end of that name for a template.

    Raises
    ------
    UsageError
        If there is no such back end.
    """
    if name not in BACKENDS:
        known = ", ".join(sorted(BACKENDS))
        raise UsageError(f"There is no back end {name!r}.", f"Choose one of: {known}.")
    return BACKENDS[name](template)
