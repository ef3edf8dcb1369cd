"""A Chromium without a window, driven over two pipes by the DevTools protocol.

Why not Playwright: the product needs three calls of the protocol, and they need neither Node nor
a 40 MB package. Why pipes: nothing listens on a port. Pages and their files come through the same
pipe: every request the page makes is answered here from the package's own files or refused, so a
page cannot reach the network.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from unspoken.errors import AssetError, UsageError

__all__ = ["Browser", "find_chromium"]

#: Every page's address begins so; no such host exists (RFC 2606).
ORIGIN = "http://unspoken.invalid"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_FLAGS = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--mute-audio",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--ignore-gpu-blocklist",
    "--enable-unsafe-swiftshader",
)
_PATIENCE_S = 120.0
Reader = Callable[[str], tuple[bytes, str] | None]
Listener = Callable[[str, dict[str, Any]], None]


def find_chromium() -> str:
    """The program to start: ``UNSPOKEN_CHROMIUM``, or the first known name on the path.

    Raises
    ------
    UsageError
        If there is none.
    """
    named = os.environ.get("UNSPOKEN_CHROMIUM")
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, _NAMES)), None)
    if not found:
        looked = named or ", ".join(_NAMES)
        raise UsageError(
            f"Faces are drawn by Chromium or Chrome, and none was found (looked for {looked}).",
            "Install one (Debian, Ubuntu: apt-get install chromium), or let UNSPOKEN_CHROMIUM name "
            "its program.",
        )
    return found


class Browser:
    """One page in a Chromium of its own.

    Parameters
    ----------
    read : callable, optional
        Gives content and media type for a path of the page's address, None for what is not there.
        Left out, the browser asks the network as any browser does.
    heard : callable, optional
        Gets every event of the protocol as (method, parameters).

    Raises
    ------
    UsageError
        If there is no Chromium.
    AssetError
        If it does not start.
    """

    def __init__(
        self, read: Reader | None = None, heard: Listener = lambda _method, _parameters: None
    ) -> None:
        program = find_chromium()
        self._read, self._heard = read, heard
        self._next = 0
        self._answers: dict[int, dict[str, Any]] = {}
        self._buffer = b""
        self._profile = tempfile.mkdtemp(prefix="unspoken-chromium-")
        # Chromium reads from 3 and writes to 4; high numbers, so that neither end is in the way.
        theirs_in, ours_out = _pipe()
        ours_in, theirs_out = _pipe()
        null = os.open(os.devnull, os.O_RDWR)
        root = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
        try:
            self._pid = os.posix_spawn(
                program,
                [program, *_FLAGS, *root, f"--user-data-dir={self._profile}", "about:blank"],
                os.environ,
                file_actions=[
                    *((os.POSIX_SPAWN_DUP2, null, n) for n in (0, 1, 2)),
                    (os.POSIX_SPAWN_DUP2, theirs_in, 3),
                    (os.POSIX_SPAWN_DUP2, theirs_out, 4),
                ],
                setpgroup=0,
            )
        except OSError as error:
            shutil.rmtree(self._profile, ignore_errors=True)
            raise AssetError(f"{program}: cannot be started ({error.strerror}).") from error
        finally:
            for number in (theirs_in, theirs_out, null):
                os.close(number)
        self._out, self._in = ours_out, ours_in
        self._session = ""
        try:
            target = self.call("Target.createTarget", url="about:blank")["targetId"]
            attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
            self._session = attached["sessionId"]
            if read is not None:
                self.call("Fetch.enable", patterns=[{"urlPattern": "*"}])
            self.call("Page.enable")
        except BaseException:
            self.close()
            raise

    def open(self, path: str) -> None:
        """Open a page of `read`, or an address of the network."""
        self.call("Page.navigate", url=ORIGIN + path if path.startswith("/") else path)

    def run(self, code: str) -> Any:
        """Value of a JavaScript expression; promises are waited for.

        Raises
        ------
        AssetError
            If the code throws; with its words.
        """
        answer = self.call(
            "Runtime.evaluate", expression=code, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            said = details.get("exception", {}).get("description", details.get("text", ""))
            raise AssetError(f"The page could not draw: {said.splitlines()[0]}")
        return answer["result"].get("value")

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """One command of the protocol and its result; requests of the page are served meanwhile."""
        number = self._send(method, parameters)
        until = time.monotonic() + _PATIENCE_S
        while number not in self._answers:
            self._handle(self._message(until))
        answer = self._answers.pop(number)
        if "error" in answer:
            raise AssetError(f"Chromium refused {method}: {answer['error'].get('message')}")
        result: dict[str, Any] = answer.get("result", {})
        return result

    def _send(self, method: str, parameters: Mapping[str, object]) -> int:
        self._next += 1
        message: dict[str, object] = {"id": self._next, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        data = memoryview(json.dumps(message).encode() + b"\0")
        try:
            while data:
                data = data[os.write(self._out, data) :]
        except OSError as error:
            raise AssetError("Chromium has gone.") from error
        return self._next

    def _message(self, until: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._in], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                raise AssetError(f"Chromium did not answer within {_PATIENCE_S:.0f} s.")
            piece = os.read(self._in, 1 << 20)
            if not piece:
                raise AssetError(
                    "Chromium ended by itself.", "Try to start it by hand to see what it says."
                )
            self._buffer += piece
        text, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        return message

    def _handle(self, message: dict[str, Any]) -> None:
        if "id" in message:
            self._answers[message["id"]] = message
        elif message.get("method") == "Fetch.requestPaused":
            self._serve(message["params"])
        else:
            self._heard(str(message.get("method")), message.get("params", {}))

    def _serve(self, paused: dict[str, Any]) -> None:
        address = str(paused["request"]["url"])
        ours = address.startswith(ORIGIN)
        found = self._read(address.removeprefix(ORIGIN)) if self._read and ours else None
        if found is None:
            failure = {"requestId": paused["requestId"], "errorReason": "AddressUnreachable"}
            self._send("Fetch.failRequest", failure)
            return
        content, kind = found
        answer = {
            "requestId": paused["requestId"],
            "responseCode": 200,
            "responseHeaders": [{"name": "Content-Type", "value": kind}],
            "body": base64.b64encode(content).decode(),
        }
        self._send("Fetch.fulfillRequest", answer)

    def close(self) -> None:
        """End Chromium and remove what it left."""
        for number in (self._out, self._in):
            with suppress(OSError):
                os.close(number)
        with suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)
        shutil.rmtree(Path(self._profile), ignore_errors=True)

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _pipe() -> tuple[int, int]:
    """Read and write end, numbered above what a child gets by number."""
    ends = os.pipe()
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 20) for end in ends]
    for end in ends:
        os.close(end)
    return high[0], high[1]
