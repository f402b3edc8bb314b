"""The HTTP door: refusals, headers, origins, request ids, slashes, bodies."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from pulse.core.http import CONTENT_SECURITY_POLICY, JSON_BODY_LIMIT, is_own_origin
from pulse.extensions import store
from pulse.presence import live
from tests.conftest import Person
from tests.presence.people import add


@pytest.fixture
def ann(app: Flask) -> Person:
    return add("ann")


def raw(person: Person, path: str, body: bytes, method: str = "POST", **headers: str) -> Any:
    return person.client.open(
        path,
        method=method,
        data=body,
        headers={"Authorization": f"Bearer {person.token}", "Content-Type": "application/json", **headers},
    )


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing/", 404, "not_found"),
        ("DELETE", "/api/health/", 405, "method_not_allowed"),
        ("GET", "/api/profile/", 401, "not_signed_in"),
        ("GET", "/api/users/999999999999999999/presence/", 401, "not_signed_in"),
        ("GET", "/api/users/9999999999999999999/presence/", 404, "not_found"),
        ("GET", "/api/users/-1/presence/", 404, "not_found"),
    ],
)
def test_refusals_are_problem_details(
    client: FlaskClient, method: str, path: str, status: int, code: str
) -> None:
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.json["code"], answer.json["status"]) == (status, code, status)
    assert answer.content_type == "application/problem+json"
    assert {"type", "title", "detail"} <= answer.json.keys()
    if status == 405:
        assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b'{"device_id": "\\ud800"}',
        b'{"idle_ms": NaN}',
        b"[" * 100_000,
        b'{"device_id": ' + b'{"a": ' * 5000 + b"1" + b"}" * 5001,
        b'"text"',
        b'{"idle_ms": 1e400}',
        b'{"idle_ms": ' + b"9" * 5000 + b"}",
    ],
)
def test_bad_bodies_are_refused(ann: Person, body: bytes) -> None:
    answer = raw(ann, "/api/users/heartbeat/", body)
    assert answer.status_code in (400, 422), (answer.status_code, answer.json)
    assert answer.content_type == "application/problem+json"


def test_large_bodies_are_refused(ann: Person) -> None:
    answer = raw(ann, "/api/users/heartbeat/", b" " * (JSON_BODY_LIMIT + 1))
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


def test_no_body_is_an_empty_one(ann: Person) -> None:
    assert raw(ann, "/api/users/heartbeat/", b"").status_code == 200
    assert (
        ann.client.post("/api/users/heartbeat/", headers={"Authorization": f"Bearer {ann.token}"}).status_code
        == 200
    )


def test_slashes_at_the_end_do_not_matter(ann: Person) -> None:
    for path in ("/api/users", "/api/users/", f"/users/{ann.id}/presence", f"/users/{ann.id}/presence/"):
        assert ann.get(path).status_code == 200, path
    assert ann.post("/api/users/heartbeat").status_code == 200


def test_safe_headers_on_every_answer(client: FlaskClient) -> None:
    for path in ("/api/health/", "/api/nothing/", "/sign-in"):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert len(headers["X-Request-Id"]) == 16
    assert client.get("/api/health/").headers["Cache-Control"] == "no-store"
    for directive in ("'unsafe-inline'", "'unsafe-eval'", "*"):
        assert directive not in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize(
    ("sent", "is_kept"),
    [
        ("abc-123.DEF_9", True),
        ("short", False),
        ("x" * 65, False),
        ("a b c d e f", False),
        ("ünïcödé!!", False),
    ],
)
def test_request_ids(client: FlaskClient, sent: str, is_kept: bool) -> None:
    answer = client.get("/api/health/", headers={"X-Request-Id": sent})
    assert (answer.headers["X-Request-Id"] == sent) is is_kept


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 200),
        ("http://localhost", 200),
        ("http://evil.example", 403),
        ("null", 403),
        ("http://localhost.evil.example", 403),
        ("http://[", 403),
    ],
)
def test_unsafe_requests_of_foreign_pages_are_refused(ann: Person, origin: str | None, status: int) -> None:
    headers = {"Origin": origin} if origin else {}
    answer = raw(ann, "/api/users/heartbeat/", b"", **headers)
    assert answer.status_code == status, answer.json
    assert ann.client.get("/api/health/", headers=headers).status_code == 200


def test_own_origins(app: Flask) -> None:
    assert is_own_origin("https://pulse.example", "pulse.example")
    assert is_own_origin("http://127.0.0.1:5000", "elsewhere")  # PUBLIC_URL
    assert not is_own_origin("https://pulse.example.evil.example", "pulse.example")


def test_redis_down_is_said_and_can_be_tried_again(redis_server: Any, ann: Person) -> None:
    redis_server.stop()
    try:
        answer = ann.get("/api/users/")
        health = ann.client.get("/api/health/")
    finally:
        redis_server.start()
    assert (answer.status_code, answer.json["code"]) == (503, "redis_unavailable")
    assert answer.headers["Retry-After"] == "5"
    assert (health.status_code, health.json["status"]) == (200, "degraded")


def test_redis_that_takes_no_writes_can_be_tried_again(ann: Person) -> None:
    store.client.execute_command("REPLICAOF", "127.0.0.1", "1")
    try:
        answer = ann.post("/api/users/heartbeat/")
    finally:
        store.client.execute_command("REPLICAOF", "NO", "ONE")
    assert (answer.status_code, answer.json["code"]) == (503, "redis_unavailable")
    assert answer.headers["Retry-After"] == "5"


def test_an_error_in_a_script_is_a_fault_of_ours(ann: Person) -> None:
    store.client.set(f"{live.PREFIX}u:{ann.id}", "not a hash")
    with capture_logs() as logs:
        answer = ann.post("/api/users/heartbeat/")
    assert (answer.status_code, answer.json["code"]) == (500, "internal_error")
    [fault] = [entry for entry in logs if entry["log_level"] == "error"]
    assert (fault["event"], fault["exc_info"]) == ("unexpected error", True)


def test_what_fails_after_the_answer_is_logged_and_does_not_spoil_it(ann: Person) -> None:
    store.client.set(f"{live.PREFIX}u:{ann.id}", "not a hash")
    with capture_logs() as logs:
        assert ann.post("/api/workspaces/", {"name": "Team"}).status_code == 201
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == [
        "request not counted as input"
    ]


def test_a_fault_is_a_500_that_tells_nothing(ann: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("pulse.presence.queries.views", fail)
    answer = ann.get(f"/api/users/{ann.id}/presence/")
    assert (answer.status_code, answer.json["code"]) == (500, "internal_error")
    assert "secret" not in answer.text


def test_browsers_get_pages_and_programs_json(client: FlaskClient) -> None:
    as_browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    page = client.get("/nothing", headers=as_browser)
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert client.get("/nothing").content_type == "application/problem+json"
    assert client.get("/api/nothing", headers=as_browser).content_type == "application/problem+json"
    sent = client.get("/profile?tab=privacy", headers=as_browser)
    assert (sent.status_code, sent.headers["Location"]) == (302, "/sign-in?next=%2Fprofile%3Ftab%3Dprivacy")
    assert "Accept" in page.headers["Vary"]


def test_tokens_in_urls_sign_nobody_in(ann: Person) -> None:
    answer = ann.client.get(f"/api/profile/?token={ann.token}")
    assert answer.status_code == 401
    assert "URLs end up in logs" in answer.json["detail"]
