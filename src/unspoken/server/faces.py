"""The face pack and the face lab over HTTP."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse

from unspoken.academy.lab import lab_data
from unspoken.server.pages import page

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


@page(router, "/academy/faces", "face_lab.html")
def face_lab(request: Request) -> dict[str, Any]:
    """The face lab."""
    return {"lab": lab_data()}
