"""A running academy for tests: a desk in a temporary folder, with and without a socket."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from starlette.testclient import TestClient

from tests.academy.people import cast
from unspoken.academy.desk import Desk
from unspoken.academy.simulated import Clock
from unspoken.server.app import create_app
from unspoken.server.security import Access
from unspoken.store.database import Database

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    database = Database(tmp_path)
    yield Desk(database, cast(), clock)
    database.close()


@pytest.fixture
def access() -> Access:
    return Access(8737)


@pytest.fixture
def stranger(desk: Desk, access: Access) -> Iterator[TestClient]:
    """Somebody without the token."""
    app = create_app(desk, access)
    base = f"http://127.0.0.1:{access.port}"
    with TestClient(app, base_url=base, follow_redirects=False) as client:
        yield client


@pytest.fixture
def learner(stranger: TestClient, access: Access) -> TestClient:
    """The learner's own browser, after the first visit; sends our origin as browsers do."""
    stranger.get("/", params={"token": access.token})
    stranger.headers["Origin"] = f"http://127.0.0.1:{access.port}"
    return stranger


@dataclass
class Running:
    """A server on a real socket."""

    desk: Desk
    access: Access

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.access.port}"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """On a free port of the loopback interface, in a thread; stopped at the end."""
    listening = socket.create_server(("127.0.0.1", 0))
    access = Access(listening.getsockname()[1])
    database = Database(tmp_path / "data")
    desk = Desk(database, cast())
    config = uvicorn.Config(create_app(desk, access), log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield Running(desk, access)
    server.should_exit = True
    thread.join(timeout=20)
    listening.close()
    database.close()
