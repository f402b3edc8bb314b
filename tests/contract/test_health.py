"""`/api/health/`: what it says when parts are missing, and to whom."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pulse import create_app
from pulse.accounts.models import User
from pulse.config import load
from pulse.core import figures
from pulse.core.figures import Figure
from pulse.core.jobs import AppWorker
from pulse.core.permissions import Role
from pulse.core.realtime import Listener
from pulse.core.version import VERSION
from pulse.extensions import store
from tests.conftest import TEST_SECRETS, Person
from tests.support.servers import RedisServer, free_port, wait_until

PUBLIC = {
    "status",
    "service",
    "version",
    "database_connected",
    "redis_connected",
    "queue",
    "listener",
}


@pytest.fixture
def listener(app: Flask) -> Iterator[Listener]:
    """A bus listener that has just read."""
    listener = Listener(app)
    listener.listen_once(block_ms=1)
    app.extensions["pulse.listener"] = listener
    yield listener
    del app.extensions["pulse.listener"]


@pytest.fixture
def worker(app: Flask) -> Iterator[AppWorker]:
    """A registered worker that has given a sign of life."""
    worker = AppWorker.on(app, store.queue)
    worker.register_birth()
    worker.heartbeat()
    yield worker
    worker.register_death()


def test_all_well(client: FlaskClient, listener: Listener, worker: AppWorker) -> None:
    answer = client.get("/api/health/")
    assert answer.status_code == 200
    assert answer.get_json() == {
        "status": "healthy",
        "service": "Pulse",
        "version": VERSION,
        "database_connected": True,
        "redis_connected": True,
        "queue": {"ok": True, "workers": 1},
        "listener": {"ok": True},
        "admin_group_exists": None,
        "features": None,
        "stats": None,
    }


def test_without_worker(client: FlaskClient, listener: Listener) -> None:
    answer = client.get("/api/health/")
    assert answer.status_code == 200  # another process would be no better off
    assert answer.get_json()["status"] == "degraded"
    assert answer.get_json()["queue"] == {"ok": False, "workers": 0}


def test_worker_that_fell_silent(client: FlaskClient, listener: Listener, worker: AppWorker) -> None:
    store.client.hset(worker.key, "last_heartbeat", "2026-01-01T00:00:00.000000Z")
    assert client.get("/api/health/").get_json()["queue"] == {"ok": False, "workers": 1}


def test_deaf_listener(client: FlaskClient, listener: Listener, worker: AppWorker) -> None:
    listener.last_success -= 60
    answer = client.get("/api/health/").get_json()
    assert (answer["status"], answer["listener"]) == ("degraded", {"ok": False})


def test_without_redis(folder: Path) -> None:
    settings = load(
        **TEST_SECRETS,
        pulse_env="testing",
        instance_path=folder / "no-redis",
        database_url="",
        redis_url=f"redis://127.0.0.1:{free_port()}/0",
    )
    answer = create_app(settings).test_client().get("/api/health/")
    assert answer.status_code == 200
    assert answer.get_json()["status"] == "degraded"
    assert answer.get_json()["redis_connected"] is False


def test_redis_that_hangs(folder: Path) -> None:
    """A stopped Redis takes connections and never answers: the probe gives up by itself."""
    place = folder / "hanging"
    place.mkdir()
    redis = RedisServer(place)
    redis.start()
    settings = load(
        **TEST_SECRETS, pulse_env="testing", instance_path=place, database_url="", redis_url=redis.url
    )
    client = create_app(settings).test_client()
    assert client.get("/api/health/").get_json()["redis_connected"] is True
    assert redis.process
    redis.process.send_signal(signal.SIGSTOP)
    try:
        started = time.monotonic()
        answer = client.get("/api/health/")
        assert (answer.status_code, answer.get_json()["redis_connected"]) == (200, False)
        assert time.monotonic() - started < 5
    finally:
        redis.process.send_signal(signal.SIGCONT)
        redis.stop()


def test_without_database(folder: Path, redis_server: RedisServer) -> None:
    settings = load(
        **TEST_SECRETS,
        pulse_env="testing",
        instance_path=folder / "no-database",
        database_url=f"postgresql://pulse@127.0.0.1:{free_port()}/pulse",
        redis_url=redis_server.url,
    )
    answer = create_app(settings).test_client().get("/api/health/", headers={"Authorization": "Bearer x"})
    assert answer.status_code == 503
    assert answer.get_json()["database_connected"] is False
    assert answer.content_type == "application/json"


@pytest.mark.parametrize("role", [Role.USER, Role.AGENT])
def test_others_get_no_figures(member: Callable[..., Person], role: Role) -> None:
    answer = member("ann", role).get("/api/health/").get_json()
    assert {name for name, value in answer.items() if value is not None} == PUBLIC


@pytest.mark.parametrize("header", ["Bearer x", "Bearer", "Token " + "x" * 9000, "Basic YTpi"])
def test_a_bad_token_is_a_strangers(client: FlaskClient, header: str) -> None:
    answer = client.get("/api/health/", headers={"Authorization": header})
    assert (answer.status_code, answer.get_json()["stats"]) == (200, None)


def test_admins_get_figures(member: Callable[..., Person], create_user: Callable[..., User]) -> None:
    create_user("bob")
    answer = member("root", Role.ADMIN).get("/api/health/").get_json()
    stats = answer["stats"]
    assert answer["admin_group_exists"] is True
    assert answer["features"]["signup"] is True
    assert (stats["total_users"], stats["admin_users"]) == (2, 1)
    assert sum(stats["users"].values()) == 2
    assert {"online", "away", "busy", "offline"} == set(stats["users"])
    assert {"queue_length", "failed_jobs", "outbox_backlog"} <= set(stats)
    assert all(isinstance(stats[name], int) for name in ("queue_length", "failed_jobs", "outbox_backlog"))


def test_a_figure_that_fails_is_null(app: Flask, member: Callable[..., Person]) -> None:
    before = app.extensions["pulse.figures"]
    figures.bind(app, [Figure("admin_users", "", lambda: 1 // 0), Figure("fine", "", lambda: 7)], ())
    try:
        answer = member("root", Role.ADMIN).get("/api/health/").get_json()
    finally:
        app.extensions["pulse.figures"] = before
    assert (answer["stats"]["admin_users"], answer["stats"]["fine"]) == (None, 7)
    assert answer["admin_group_exists"] is None  # not known, which is not "no"


def test_many_at_once(app: Flask) -> None:
    statuses: list[int] = []

    def ask() -> None:
        statuses.append(app.test_client().get("/api/health/").status_code)

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(statuses) == 20)
    assert set(statuses) == {200}
