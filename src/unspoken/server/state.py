"""What the application was made with, for the pages."""

from __future__ import annotations

from fastapi import Request

from unspoken.academy.desk import Desk
from unspoken.academy.library import Library
from unspoken.academy.showings import Showings

__all__ = ["desk_of", "library_of", "showings_of"]


def desk_of(request: Request) -> Desk:
    """The learner's desk."""
    desk = request.app.state.desk
    assert isinstance(desk, Desk)
    return desk


def library_of(request: Request) -> Library:
    """Lessons and courses."""
    library = request.app.state.library
    assert isinstance(library, Library)
    return library


def showings_of(request: Request) -> Showings:
    """What can be watched."""
    showings = request.app.state.showings
    assert isinstance(showings, Showings)
    return showings
