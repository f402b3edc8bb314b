"""`/metrics`: for operators only, and its numbers are true."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from pulse.core.permissions import Role
from pulse.extensions import socketio
from tests.conftest import Person

ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}


@pytest.fixture
def token(app: Flask) -> Iterator[str]:
    """The app with METRICS_TOKEN set."""
    context = app.extensions["pulse"]
    settings = context.settings.model_copy(update={"metrics_token": "s3cret"})
    app.extensions["pulse"] = dataclasses.replace(context, settings=settings)
    yield "s3cret"
    app.extensions["pulse"] = context


def samples(client: FlaskClient) -> dict[tuple[str, ...], float]:
    """Every sample by name and label values."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.get_data(as_text=True))
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


def test_from_this_machine(client: FlaskClient) -> None:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain")


@pytest.mark.parametrize(
    "how",
    [
        {"environ_base": ELSEWHERE},
        {"headers": {"X-Forwarded-For": "127.0.0.1"}},
        {"headers": {"Forwarded": "for=127.0.0.1"}},
        {"headers": {"X-Real-Ip": "127.0.0.1"}},
        {"headers": {"Via": "1.1 proxy"}},
        {"headers": {"Host": "rebound.example.org"}},
        {"headers": {"Authorization": "Bearer "}, "environ_base": ELSEWHERE},
        {"headers": {"Authorization": "Bearer wrong"}, "environ_base": ELSEWHERE},
    ],
)
def test_for_others_there_is_nothing(client: FlaskClient, how: dict[str, Any]) -> None:
    answer = client.get("/metrics", **how)
    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")


def test_by_token(client: FlaskClient, token: str) -> None:
    def status(header: str) -> int:
        headers = {"Authorization": header, "X-Forwarded-For": "192.0.2.7"}
        return client.get("/metrics", headers=headers, environ_base=ELSEWHERE).status_code

    assert status(f"Bearer {token}") == 200
    assert status(f"Bearer {token}x") == 404
    assert status("Bearer \xfc") == 404
    assert status(token) == 404


def test_requests_are_counted_by_route(client: FlaskClient, member: Callable[..., Person]) -> None:
    me = member("ann", Role.USER)
    before = samples(client)
    me.get(f"/api/users/{me.id}/presence/")
    me.get("/api/users/999/presence")
    client.open("/nowhere/1", method="BREW")
    client.get("/nowhere/2")
    after = samples(client)

    def added(name: str, *labels: str) -> float:
        key = (name, *sorted(labels))
        return after[key] - before.get(key, 0)

    route = "/api/users/<id:user_id>/presence/"
    assert added("pulse_http_requests_total", "GET", route, "200") == 1
    assert added("pulse_http_requests_total", "GET", route, "404") == 1
    assert added("pulse_http_requests_total", "GET", "none", "404") == 1
    assert added("pulse_http_requests_total", "OTHER", "none", "404") == 1
    assert added("pulse_http_request_seconds_count", "GET", route) == 2
    assert not any("999" in label or "BREW" in label for key in after for label in key)


def test_sockets_and_their_events(app: Flask, client: FlaskClient, member: Callable[..., Person]) -> None:
    me = member("ann", Role.USER)
    before = samples(client)
    socket = socketio.test_client(app, namespace="/presence", auth={"token": me.token})
    for event in ("heartbeat", "no_such_event", "other_unknown_event"):
        socket.emit(event, {}, namespace="/presence", callback=True)
    during = samples(client)
    socket.disconnect("/presence")
    after = samples(client)
    assert during[("pulse_sockets", "/presence")] == 1
    assert after[("pulse_sockets", "/presence")] == 0

    def added(*labels: str) -> float:
        key = ("pulse_socket_events_total", *sorted(("/presence", *labels)))
        return after[key] - before.get(key, 0)

    assert added("heartbeat", "ok") == 1
    assert added("unknown", "refused") == 2
    assert not any("no_such_event" in label for key in after for label in key)


def test_state_of_the_parts(client: FlaskClient, member: Callable[..., Person]) -> None:
    member("ann", Role.USER)
    found = samples(client)
    assert found[("pulse_database_up",)] == 1
    assert found[("pulse_redis_up",)] == 1
    assert found[("pulse_worker_up",)] == 0
    assert found[("pulse_total_users",)] == 1
    assert found[("pulse_users", "offline")] + found[("pulse_users", "online")] == 1
    assert ("pulse_queue_length",) in found
    assert ("pulse_failed_jobs",) in found
    assert ("pulse_outbox_backlog",) in found
