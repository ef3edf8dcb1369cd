"""Errors as pages or JSON: what happened and what to do, and never a traceback."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from unspoken.errors import UnspokenError, UsageError
from unspoken.server.pages import render, wants_json
from unspoken.server.security import add_headers

__all__ = ["add_error_pages"]

_LOG = logging.getLogger("unspoken.server")
_TITLES = {404: "There is no such page", 405: "That is not possible here", 409: "Not now"}


def add_error_pages(app: FastAPI) -> None:
    """Register the handlers on an application."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(UnspokenError, _deliberate)
    app.add_exception_handler(Exception, _unforeseen)


def _answer(request: Request, status: int, title: str, message: str, hint: str = "") -> Response:
    content = {"error": title, "message": message, "hint": hint}
    if wants_json(request):
        return JSONResponse(content, status)
    return render(request, "error.html", content, status)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    title = _TITLES.get(error.status_code, "This did not work")
    said = str(error.detail) if error.status_code not in {404, 405} else ""
    if error.status_code == 404 and error.detail == "Not Found":
        said = f"Nothing is at {request.url.path}."
    return _answer(request, error.status_code, title, said or str(error.detail))


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    parts = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:5]]
    return _answer(request, 422, "This cannot be understood", "; ".join(parts) + ".")


async def _deliberate(request: Request, error: Exception) -> Response:
    assert isinstance(error, UnspokenError)
    status = 409 if isinstance(error, UsageError) else 400 if error.exit_code == 2 else 500
    return _answer(request, status, _TITLES.get(status, "This did not work"), error.message,
                   error.hint)  # fmt: skip


async def _unforeseen(request: Request, error: Exception) -> Response:
    _LOG.error("internal fault at %s", request.url.path, exc_info=error)
    answer = _answer(
        request,
        500,
        "Something went wrong inside Unspoken",
        f"{type(error).__name__}. This is a mistake in Unspoken; your results are kept.",
        "Go back and try again; if it happens again, report it.",
    )
    # This answer is given outside of all middleware, the guard included.
    add_headers(answer.headers, request.url.path, request.scope.get("state", {}).get("nonce", ""))
    return answer
