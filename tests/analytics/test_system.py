"""Figures of the whole server, and the log of requests behind them."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from pulse.analytics import jobs, request_log, service
from pulse.analytics.models import RequestLine, SystemStats
from pulse.analytics.service import requests
from pulse.analytics.service.requests import Line
from pulse.core import clock
from pulse.core.permissions import Role
from pulse.extensions import db
from tests.conftest import Person, sign_in

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_waits() -> Iterator[None]:
    requests._waiting.clear()
    yield
    requests._waiting.clear()


def lines() -> list[RequestLine]:
    service.write_requests()
    db.session.rollback()
    return list(db.session.scalars(select(RequestLine).order_by(RequestLine.id)))


def line(status: int = 200, path: str = "/api/health/") -> Line:
    return Line(clock.now(), "GET", path, status, 1.5, None)


def test_a_request_leaves_its_route_and_who_asked(
    app: Flask, client: FlaskClient, person: Callable[..., Person]
) -> None:
    """Not its address, body or token."""
    ann = person("ann")
    lines()
    ann.get(f"/api/users/{ann.id}/presence/?x=secret")
    ann.post("/api/workspaces/", {"name": ""})
    client.get("/api/verify-email/some-token/")
    client.get("/no/such/secret/page")
    client.get("/static/css/base.css")
    told = [(one.method, one.path, one.status, one.user_id) for one in lines()[-4:]]
    assert told == [
        ("GET", "/api/users/<id:user_id>/presence/", 200, ann.id),
        ("POST", "/api/workspaces/", 422, ann.id),
        ("GET", "/api/verify-email/<token>/", told[2][2], None),
        ("GET", "", 404, None),
    ]
    assert all(0 < one.milliseconds < 60_000 for one in lines())


def test_lines_are_written_in_batches_and_count_api_calls(app: Flask, travel: Any) -> None:
    travel.move_to(NOON, tick=False)
    for number in range(requests.BATCH + 7):
        service.note_request(line(500 if number < 3 else 200))
    service.note_request(line(path="/people"))
    assert service.write_requests() == requests.BATCH + 8
    assert service.write_requests() == 0
    service.note_request(line())
    service.write_requests()
    db.session.rollback()
    row = db.session.get_one(SystemStats, NOON.date())
    assert (row.api_calls, row.api_errors) == (requests.BATCH + 8, 3)
    assert db.session.scalar(select(func.count()).select_from(RequestLine)) == requests.BATCH + 9


def test_what_cannot_be_written_waits(app: Flask) -> None:
    for _ in range(3):
        service.note_request(line())
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE request_log RENAME TO gone"))
    try:
        request_log.write(app)  # says so in the log, and goes on
        assert len(requests._waiting) == 3
    finally:
        with db.engine.begin() as connection:
            connection.execute(text("ALTER TABLE gone RENAME TO request_log"))
    request_log.write(app)
    assert len(lines()) == 3


def test_beyond_the_bound_the_oldest_lines_are_lost(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "MOST_WAITING", 5)
    for number in range(8):
        service.note_request(line(200 + number))
    assert [one.status for one in lines()] == [203, 204, 205, 206, 207]


def test_old_lines_go(app: Flask, travel: Any) -> None:
    travel.move_to(NOON, tick=False)
    service.note_request(line())
    travel.shift(30 * 86_400)
    service.note_request(line())
    assert len(lines()) == 2
    jobs.forget_old()
    assert len(lines()) == 2
    travel.shift(1)
    jobs.forget_old()
    assert len(lines()) == 1


def test_an_erased_user_has_no_name_in_the_log(app: Flask, person: Callable[..., Person]) -> None:
    ann, bob = person("ann"), person("bob")
    ann.get("/api/profile/")
    bob.get("/api/profile/")
    service.write_requests()
    service.forget_user(ann.id)
    assert {one.user_id for one in lines()} == {None, bob.id}


def test_the_server_at_a_glance(app: Flask, person: Callable[..., Person], travel: Any) -> None:
    travel.move_to(NOON - timedelta(days=1), tick=False)
    person("ann"), person("bob")
    travel.move_to(NOON, tick=False)
    ann, root = sign_in(app, "ann"), person("root", Role.ADMIN)
    talk = ann.post("/api/conversations/", {"username": "bob"}).json["id"]
    for _ in range(3):
        ann.post("/api/messages/", {"conversation_id": talk, "body": "Hi"})
    requests._waiting.clear()
    ann.get("/api/profile/")
    service.write_requests()
    jobs.count_days()
    found = root.get("/api/admin/stats/").json
    assert (found["total_users"], found["total_messages"], found["total_conversations"]) == (3, 3, 1)
    assert (found["active_sessions"], found["api_calls_today"], found["revenue"]) == (4, 1, 0)
    assert found["user_growth"] == [0, 0, 0, 0, 0, 2, 1]
    assert found["api_usage"] == [0, 0, 0, 0, 0, 0, 1]
    assert [(one["username"], one["message_count"]) for one in found["recent_users"]] == [
        ("root", 0),
        ("bob", 0),
        ("ann", 3),
    ]
    assert (found["recent_logs"][0]["path"], found["recent_logs"][0]["username"]) == ("/api/profile/", "ann")
    days = root.get("/api/admin/stats/days/?days=2").json["data"]
    assert (days[1]["messages"], days[1]["users"], days[1]["new_users"]) == (3, 3, 1)
    rows = list(csv.DictReader(io.StringIO(root.get("/api/admin/stats/csv/?days=2").text)))
    assert [(row["day"], row["messages"], row["api_calls"]) for row in rows] == [
        ("2026-11-22", "0", "0"),
        ("2026-11-23", "3", "1"),
    ]
    for path in ("", "days/", "csv/"):
        assert ann.get(f"/api/admin/stats/{path}").status_code == 403


def test_the_most_at_once_are_kept(app: Flask, travel: Any) -> None:
    travel.move_to(NOON, tick=False)
    with db.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO system_stats VALUES (:day, 1, 2, 3, 4, 5, 6, 7.5, 8, 9, 10)"),
            {"day": NOON.date()},
        )
    service.note_peak()
    db.session.rollback()
    row = db.session.get_one(SystemStats, NOON.date())
    assert (row.peak_online, row.api_calls, row.revenue) == (10, 8, 7.5)
    travel.shift(86_400)
    service.note_peak()
    db.session.rollback()
    assert db.session.get_one(SystemStats, NOON.date() + timedelta(days=1)).peak_online == 0
