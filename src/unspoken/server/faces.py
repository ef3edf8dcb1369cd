"""The face pack and the face lab over HTTP."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse, HTMLResponse
from jinja2 import Environment, PackageLoader, select_autoescape

from unspoken.academy.lab import lab_data

__all__ = ["router"]

router = APIRouter()
_PACK = Path(str(files("unspoken.academy") / "faces"))
_KINDS = {
    ".json": "application/json",
    ".bin": "application/octet-stream",
    ".webp": "image/webp",
}


@cache
def _served() -> frozenset[str]:
    """Names of the pack's files; nothing else is given out."""
    listed = json.loads((_PACK / "pack.json").read_text(encoding="utf-8"))["files"]
    return frozenset(listed) | {"pack.json"}


@router.get("/faces/{name}")
def face_file(name: str) -> FileResponse:
    """One file of the face pack."""
    if name not in _served():
        raise HTTPException(404, f"The face pack has no {name}.")
    path = _PACK / name
    return FileResponse(path, media_type=_KINDS[path.suffix])


@router.get("/academy/faces", response_class=HTMLResponse)
def face_lab() -> HTMLResponse:
    """The face lab."""
    environment = Environment(
        loader=PackageLoader("unspoken.server"), autoescape=select_autoescape()
    )
    return HTMLResponse(environment.get_template("face_lab.html").render(lab=lab_data()))
