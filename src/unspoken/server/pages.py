"""Pages and their JSON twins: one function makes the content, and both are made of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse, Response

from unspoken.server import words

__all__ = ["IMPORTS", "STATIC", "from_template", "page", "render", "wants_json"]

STATIC = Path(__file__).parent / "static"
#: Bare names that modules import, and where they are.
IMPORTS: dict[str, str] = {
    "three": "/static/vendor/three/three.module.js",
    "htmx.org": "/static/vendor/htmx/htmx.esm.min.js",
    "jspsych": "/static/js/jspsych.js",
}
Content = dict[str, Any]


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("unspoken.server"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(words.FILTERS)
    return made


_ENVIRONMENT = _environment()


def from_template(template: str, content: Content) -> str:
    """A template filled in, for pages that are written to a file."""
    return _ENVIRONMENT.get_template(template).render(**content)


def render(request: Request, template: str, content: Content, status: int = 200) -> Response:
    """A page from a template; the template sees `content` by name, and where it is."""
    html = _ENVIRONMENT.get_template(template).render(
        **content,
        path=request.url.path,
        nonce=request.scope.get("state", {}).get("nonce", ""),
        imports={"imports": IMPORTS},
    )
    return HTMLResponse(html, status)


def page(
    router: APIRouter, path: str, template: str
) -> Callable[[Callable[[Request], Content]], Callable[[Request], Content]]:
    """Decorator: serve what a function makes as a page at `path` and as JSON at ``path.json``."""

    def serve(view: Callable[[Request], Content]) -> Callable[[Request], Content]:
        def html(request: Request) -> Response:
            return render(request, template, view(request))

        def twin(request: Request) -> Response:
            return JSONResponse(view(request))

        name = view.__name__
        # The twin first: a path that ends in a parameter would take ".json" for a part of it.
        router.add_api_route(f"{path}.json", twin, methods=["GET"], name=f"{name}_json")
        router.add_api_route(path, html, methods=["GET"], name=name, include_in_schema=False)
        return view

    return serve


def wants_json(request: Request) -> bool:
    """Whether an answer should be JSON: asked for by name, by header, or by a program."""
    path = request.url.path
    accepts = request.headers.get("accept", "")
    return path.endswith(".json") or path.startswith("/api/") or "text/html" not in accepts
