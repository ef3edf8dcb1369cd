"""Strangers are refused: other users, sites and names; and pages may do only their part."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from unspoken.academy.desk import Desk
from unspoken.server.app import create_app
from unspoken.server.security import Access

PAGES = [
    "/academy", "/academy/identify", "/academy/spot", "/academy/tests", "/academy/results",
    "/academy/data", "/academy/certificate", "/academy/drill",
]  # fmt: skip


def test_without_the_token_nothing_is_told(stranger: TestClient) -> None:
    for path in [*PAGES, "/academy/data/export", "/api/academy/blocks", "/academy.json"]:
        answer = stranger.get(path)
        assert answer.status_code == 401, path
        assert "unspoken academy" in answer.text


def test_a_wrong_token_is_refused(stranger: TestClient, access: Access) -> None:
    assert stranger.get("/", params={"token": access.token[:-1] + "x"}).status_code == 401
    stranger.cookies.set(access.cookie, "wrong")
    assert stranger.get("/academy").status_code == 401


def test_the_first_visit_trades_the_token_for_a_strict_cookie(
    stranger: TestClient, access: Access
) -> None:
    answer = stranger.get("/academy/tests", params={"token": access.token, "x": "1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/academy/tests?x=1")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie
    assert access.token not in answer.headers["location"]
    assert stranger.get("/academy/tests").status_code == 200


def test_the_welcome_leads_to_no_other_site(stranger: TestClient, access: Access) -> None:
    answer = stranger.get(f"http://127.0.0.1:{access.port}//evil.test/?token={access.token}")
    assert not answer.headers["location"].startswith("//")


@pytest.mark.parametrize(
    "host", ["evil.test:8737", "127.0.0.1", "127.0.0.1:1", "localhost.evil:8737"]
)
def test_a_name_that_is_not_ours_is_refused_even_with_the_cookie(
    learner: TestClient, host: str
) -> None:
    assert learner.get("/academy", headers={"Host": host}).status_code == 421
    assert learner.get("/static/css/base.css", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("origin", ["http://evil.test", "null", "", "http://127.0.0.1:1"])
def test_changes_from_elsewhere_are_refused(learner: TestClient, origin: str) -> None:
    answer = learner.post("/academy/data/delete", headers={"Origin": origin})
    assert answer.status_code == 403
    wanted = {"task": "identify", "purpose": "drill", "level": "plain", "refresh_hz": 60}
    sent = learner.post("/api/academy/blocks", json=wanted, headers={"Origin": origin})
    assert sent.status_code == 403


def test_a_browser_that_says_cross_site_is_believed(learner: TestClient) -> None:
    answer = learner.post("/academy/data/delete", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", [*PAGES, "/academy/nowhere"])
def test_pages_allow_no_inline_script_style_or_camera(learner: TestClient, path: str) -> None:
    answer = learner.get(path, headers={"Accept": "text/html"})
    rules = answer.headers["content-security-policy"]
    assert "unsafe" not in rules and "default-src 'none'" in rules
    assert answer.headers["permissions-policy"].startswith("camera=()")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", answer.text)
    inline = re.findall(r"<script(?![^>]*\ssrc=)([^>]*)>", answer.text)
    nonce = re.search(r"'nonce-([^']+)'", rules)
    assert nonce is not None
    allowed = (f'type="importmap" nonce="{nonce.group(1)}"', 'type="application/json"')
    assert all(any(part in tag for part in allowed) for tag in inline)
    assert "http:" not in answer.text and "https:" not in answer.text


def test_an_answer_to_a_fault_inside_carries_every_header_too(desk: Desk, access: Access) -> None:
    app = create_app(desk, access)

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("on purpose")

    base = f"http://127.0.0.1:{access.port}"
    html = {"Accept": "text/html"}
    with TestClient(app, base_url=base, raise_server_exceptions=False) as client:
        client.get("/", params={"token": access.token})
        sound, broken_one = (
            client.get("/academy", headers=html),
            client.get("/broken", headers=html),
        )
    assert broken_one.status_code == 500 and "on purpose" not in broken_one.text
    assert set(sound.headers) <= set(broken_one.headers)
    for name in set(sound.headers) - {"content-length", "content-security-policy"}:
        assert broken_one.headers[name] == sound.headers[name], name
    nonce = re.search(r"'nonce-([^']+)'", broken_one.headers["content-security-policy"])
    assert nonce is not None and f'nonce="{nonce.group(1)}"' in broken_one.text


def test_every_answer_has_another_nonce(learner: TestClient) -> None:
    rules = {learner.get("/academy").headers["content-security-policy"] for _ in range(3)}
    assert len(rules) == 3


def test_the_token_is_not_shown_by_accident(access: Access) -> None:
    assert access.token not in repr(access)
    assert Access(8737).token != access.token
