"""The application factory: one FastAPI application from a database, a cast of faces and a key."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from unspoken import __version__
from unspoken.academy.desk import Desk
from unspoken.academy.library import Library
from unspoken.academy.showings import Showings
from unspoken.server import (
    academy_api,
    academy_pages,
    course_pages,
    display_pages,
    faces,
    lesson_pages,
    observe_api,
    observe_pages,
)
from unspoken.server.faults import add_error_pages
from unspoken.server.pages import STATIC
from unspoken.server.security import Access, Guard

__all__ = ["create_app"]


def create_app(
    desk: Desk, access: Access, library: Library | None = None, showings: Showings | None = None
) -> FastAPI:
    """Everything the browser sees.

    Parameters
    ----------
    desk : Desk
        The academy of the one learner.
    access : Access
        Port and token.
    library : Library, optional
        The lessons; those that come with the package where left out.
    showings : Showings, optional
        What can be watched; the shipped scripts and the courses' interactions where left out.

    Returns
    -------
    FastAPI
        Its interactive documentation is off: it loads scripts from elsewhere.
    """
    app = FastAPI(
        title="Unspoken", version=__version__, docs_url=None, redoc_url=None, openapi_url=None
    )
    app.state.desk = desk
    app.state.library = library = library or Library()
    app.state.showings = showings or Showings(also=library.interactions)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    parts = (faces, academy_pages, academy_api, lesson_pages, course_pages)
    for part in (*parts, observe_pages, observe_api, display_pages):
        app.include_router(part.router)
    app.add_api_route("/", _front, methods=["GET"], include_in_schema=False)
    add_error_pages(app)
    app.add_middleware(Guard, access=access)
    return app


def _front() -> Response:
    return RedirectResponse("/academy", 303)
