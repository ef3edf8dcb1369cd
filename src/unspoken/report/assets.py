"""Style and script of the page: small files in the package, put together when a page is made."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from importlib import resources

__all__ = ["content_policy", "package_text", "script", "style"]

#: The script's parts; they share one scope, and each uses only names of those before it when run.
_PARTS = (
    "base",
    "view",
    "rows",
    "lanes",
    "timeline",
    "now",
    "player",
    "judgements",
    "moments",
    "keys",
    "table",
    "main",
)


def package_text(name: str) -> str:
    """A text file of this package."""
    return resources.files("unspoken.report").joinpath(name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def style() -> str:
    """The page's style sheet."""
    return package_text("static/report.css") + package_text("static/watch.css")


@lru_cache(maxsize=1)
def script() -> str:
    """The page's script: all parts in one function, so that nothing leaks out."""
    parts = "".join(package_text(f"static/js/{part}.js") for part in _PARTS)
    return f'"use strict";\n(() => {{\n{parts}}})();\n'


def content_policy() -> str:
    """The page's content security policy: no request at all.

    Style and script are allowed by their digests, pictures inside the page, and media from the
    disk the page lies on or from a file its reader chose.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "img-src data:",
            "media-src 'self' file: blob:",
            f"style-src {_digest(style())}",
            f"script-src {_digest(script())}",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _digest(text: str) -> str:
    raw = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(raw).decode('ascii')}'"
