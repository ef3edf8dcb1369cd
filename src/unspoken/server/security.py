"""Who may talk to the server, and what its pages may do.

The server belongs to one person on one machine. It listens on the loopback interface, and yet two
kinds of strangers can reach it: other users of the machine, and pages of other sites in the same
browser. Against the first there is a token in the address that is opened, kept in a cookie from
then on. Against the second: the cookie is never sent along from other sites (SameSite=Strict), the
Host header must be ours (an attacker's name that resolves to 127.0.0.1 is refused), and whatever
changes something must come from one of our own pages (Origin).
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Access", "Guard", "add_headers", "policy"]

_SAFE = {"GET", "HEAD", "OPTIONS"}
_TOKEN = "token"
#: Libraries, styles and faces hold nothing of the learner's; error pages need them.
_OPEN = ("/static/",)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": browsers would then hide our own forms' origin from us, too.
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    # No camera is ever used on learners; the browser itself sees to it.
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), display-capture=()",
}


@dataclass(frozen=True)
class Access:
    """The key to one running server.

    Parameters
    ----------
    port : int
        Where it listens; part of the cookie's name, because cookies do not know ports.
    token : str
        What the opened address carries; a new one for every run.
    names : tuple of str
        Host names under which the server may be asked.
    """

    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    names: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")

    @property
    def cookie(self) -> str:
        """Name of the cookie."""
        return f"unspoken_{self.port}"

    @property
    def hosts(self) -> frozenset[str]:
        """Allowed values of the Host header."""
        return frozenset(f"{name}:{self.port}" for name in self.names)

    @property
    def address(self) -> str:
        """What to open."""
        return f"http://{self.names[0]}:{self.port}/?{_TOKEN}={self.token}"

    def fits(self, candidate: str) -> bool:
        """Whether a token is the right one; takes as long for a wrong one."""
        return hmac.compare_digest(candidate.encode(), self.token.encode())


def policy(nonce: str) -> str:
    """The content security policy of a page: everything from here, no inline script or style.

    Only the import map carries the nonce, because browsers take no import map from a file.
    """
    rules = {
        "default-src": "'none'",
        "script-src": f"'self' 'nonce-{nonce}'",
        "style-src": "'self'",
        "img-src": "'self' data: blob:",
        "media-src": "'self' blob:",
        "font-src": "'self'",
        "connect-src": "'self' blob:",
        "worker-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


class Guard:
    """ASGI middleware around the whole application.

    Parameters
    ----------
    app : ASGIApp
    access : Access
    """

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse strangers; give what is let in a nonce, and every answer its headers."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_headers(MutableHeaders(scope=message), scope["path"], nonce)
            await send(message)

        refused = self._refusal(scope)
        if refused is None:
            await self._app(scope, receive, send_guarded)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refused(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> Response | None:
        """Why a request is not let in, or the answer that lets a first visit in for good."""
        headers = Headers(scope=scope)
        if headers.get("host", "").lower() not in self._access.hosts:
            return PlainTextResponse("This server is asked under a name that is not its own.", 421)
        method = scope.get("method", "GET")
        if (method not in _SAFE or scope["type"] == "websocket") and not self._is_ours(headers):
            return PlainTextResponse("Changes are taken from Unspoken's own pages only.", 403)
        if scope["path"].startswith(_OPEN) and method in _SAFE:
            return None
        if method == "GET" and scope["type"] == "http":
            request = Request(scope)
            given = request.query_params.get(_TOKEN)
            if given is not None and self._access.fits(given):
                return self._welcome(request)
        if self._access.fits(_cookie_of(headers.getlist("cookie"), self._access.cookie)):
            return None
        return PlainTextResponse(
            "This is somebody's own Unspoken. Open the whole address that `unspoken academy` "
            "printed, with the part after the question mark.\n",
            401,
        )

    def _is_ours(self, headers: Headers) -> bool:
        origin = headers.get("origin", "")
        site = headers.get("sec-fetch-site", "same-origin")
        return site == "same-origin" and origin in {f"http://{h}" for h in self._access.hosts}

    def _welcome(self, request: Request) -> Response:
        """Swap the token in the address for a cookie, so that it stays in no history."""
        rest = [(k, v) for k, v in parse_qsl(request.url.query) if k != _TOKEN]
        # One slash at the beginning: //host would be an address elsewhere.
        path = "/" + request.url.path.lstrip("/")
        answer = RedirectResponse(path + (f"?{urlencode(rest)}" if rest else ""), 303)
        answer.set_cookie(
            self._access.cookie, self._access.token, httponly=True, samesite="strict", path="/"
        )
        return answer


def _cookie_of(lines: Iterable[str], name: str) -> str:
    for line in lines:
        try:
            found = SimpleCookie(line).get(name)
        except CookieError:
            continue
        if found is not None:
            return found.value
    return ""


def add_headers(headers: MutableHeaders, path: str, nonce: str) -> None:
    """What every answer carries."""
    for name, value in _HEADERS.items():
        headers[name] = value
    headers["Content-Security-Policy"] = policy(nonce)
    # The files change with the program, and are asked for again by their digest.
    own = path.startswith(("/static/", "/faces/"))
    headers["Cache-Control"] = "no-cache" if own else "no-store"
