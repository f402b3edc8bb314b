"""Fixtures: real databases, a real Redis, a real mail server, time that a test can move."""

import os
import shutil
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import text
from werkzeug.test import TestResponse

from pulse import create_app
from pulse.accounts import passwords
from pulse.accounts import service as accounts
from pulse.accounts.models import User
from pulse.config import load
from pulse.core.jobs import AppWorker
from pulse.core.permissions import Role
from pulse.extensions import db, limiter, store
from tests.support.mail import SmtpServer
from tests.support.processes import Process, Web, running
from tests.support.servers import RedisServer, create_database, start_postgres

PASSWORD = "correct horse battery"
DATABASES = ("sqlite", "postgresql")
TEST_SECRETS = {"secret_key": "test-secret-" * 4, "jwt_secret_key": "test-jwt-secret-" * 4}


@pytest.fixture(scope="session", autouse=True)
def light_hashes() -> None:
    """Argon2 with the least work, in this process: its strength is its authors' to test."""
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    passwords._NOBODYS = passwords._hasher.hash("nobody's")


class Browser(FlaskClient):
    """A client whose every request has an app context of its own, as it has on a server."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        with self.application.app_context():
            return super().open(*args, **kwargs)


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="pulse-test-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def redis_server(folder: Path) -> Iterator[RedisServer]:
    server = RedisServer(folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    server, _ = start_postgres()
    yield server
    server.cleanup()
    shutil.rmtree(server.pgdata.parent, ignore_errors=True)


@pytest.fixture(scope="session")
def smtp_server() -> Iterator[SmtpServer]:
    server = SmtpServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session", params=DATABASES)
def database(request: pytest.FixtureRequest, folder: Path) -> str:
    """The URL of an empty database, once SQLite and once PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{folder / 'app.db'}"
    return create_database(request.getfixturevalue("postgres"), "app")


@pytest.fixture(scope="session")
def shared_app(database: str, redis_server: RedisServer, smtp_server: SmtpServer, folder: Path) -> Flask:
    settings = load(
        **TEST_SECRETS,
        pulse_env="testing",
        database_url=database,
        redis_url=redis_server.url,
        instance_path=folder / "instance",
        mail_server="127.0.0.1",
        mail_port=smtp_server.port,
        ratelimit_enabled=False,
        webhook_allowed_networks="127.0.0.0/8",
    )
    app = create_app(settings)
    app.test_client_class = Browser
    with app.app_context():
        upgrade()
    return app


@pytest.fixture
def app(shared_app: Flask) -> Iterator[Flask]:
    """The app on an empty database and an empty Redis, its context pushed."""
    with shared_app.app_context():
        _empty()
        limiter.enabled = False
        yield shared_app
        db.session.rollback()


def _empty() -> None:
    statements = [f"DELETE FROM {table.name}" for table in reversed(db.metadata.sorted_tables)]
    if db.engine.dialect.name == "postgresql":  # quicker than TRUNCATE where there is little; one round trip
        statements.append("SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'")
        statements = ["; ".join(statements)]
    for statement in statements:
        db.session.execute(text(statement))
    db.session.commit()
    store.client.flushall()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def smtp(smtp_server: SmtpServer) -> SmtpServer:
    smtp_server.messages.clear()
    smtp_server.is_refusing = False
    return smtp_server


@pytest.fixture
def work(app: Flask) -> Callable[[], None]:
    """Run all queued jobs here and now, through a real RQ worker."""
    queues = store.queue, store.slow_queue
    return lambda: AppWorker.on(app, *queues).work(burst=True, logging_level="ERROR") and None


@pytest.fixture
def travel() -> Iterator[time_machine.Traveller]:
    """Time stands still, until `travel.shift(seconds)`."""
    with time_machine.travel(1_790_000_000, tick=False) as traveller:
        yield traveller


@dataclass
class Person:
    """A user with an account and a signed-in test client."""

    id: int
    username: str
    token: str
    session_id: int
    client: FlaskClient

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """A REST call with this person's token. Headers as `X_Device_Id="phone"`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.open(
            path, method=method, json=body, headers={"Authorization": f"Bearer {self.token}", **named}
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: object = None, **headers: str) -> Any:
        return self.call("POST", path, body, **headers)

    def put(self, path: str, body: object = None, **headers: str) -> Any:
        return self.call("PUT", path, body, **headers)


@pytest.fixture
def create_user(app: Flask) -> Callable[..., User]:
    """Make an active user with the password PASSWORD."""

    def create(username: str, role: Role = Role.USER, **options: Any) -> User:
        return accounts.create_user(username, f"{username}@example.org", PASSWORD, role=role, **options)

    return create


@pytest.fixture
def person(app: Flask, create_user: Callable[..., User]) -> Callable[..., Person]:
    """Make an active user and sign them in by password."""

    def make(username: str, role: Role = Role.USER, **headers: str) -> Person:
        create_user(username, role)
        return sign_in(app, username, **headers)

    return make


def sign_in(app: Flask, username: str, **headers: str) -> Person:
    """Sign an existing user in by password, as one more session."""
    client = app.test_client()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = client.post("/api/login/", json={"username": username, "password": PASSWORD}, headers=named)
    assert answer.status_code == 200, answer.json
    client.delete_cookie("access_token")
    client.delete_cookie("refresh_token")
    sessions = client.get(
        "/api/sessions/", headers={"Authorization": f"Bearer {answer.json['access_token']}"}
    )
    current = next(s["id"] for s in sessions.json["data"] if s["is_current"])
    return Person(answer.json["user_id"], username, answer.json["access_token"], current, client)


@dataclass
class Live:
    """Pulse running as processes: two web processes and a worker, with short presence timeouts."""

    webs: list[Web]
    worker: Process
    environment: dict[str, str]
    app: Flask
    redis: RedisServer
    prefix: str = ""  # of usernames, where several tests share the processes

    @property
    def url(self) -> str:
        return self.webs[0].url

    def apart(self, test: str) -> "Live":
        """The same processes, with users of its own for a test of this name."""
        self.prefix = f"{zlib.crc32(test.encode())}-"
        return self

    def create_user(self, username: str, role: Role = Role.USER, **options: Any) -> int:
        """Make an active user with the password PASSWORD who shows presence to everyone; returns the id."""
        username = self.prefix + username
        with self.app.app_context():
            user = accounts.create_user(username, f"{username}@example.org", PASSWORD, role=role, **options)
            db.session.execute(
                text("UPDATE users SET visibility = 'everyone' WHERE id = :id"), {"id": user.id}
            )
            db.session.commit()
            return user.id


SHORT = {
    "PRESENCE_HEARTBEAT_SECONDS": "1",
    "PRESENCE_OFFLINE_AFTER": "4",
    "PRESENCE_DISCONNECT_GRACE": "2",
    "PRESENCE_IDLE_AFTER": "6",
    "PRESENCE_SWEEP_SECONDS": "0.5",
    "PRESENCE_LEASE_SECONDS": "2",
    "ADMIN_REFRESH_SECONDS": "2",
    "RATELIMIT_ENABLED": "false",
    "LOG_FORMAT": "json",
}


@contextmanager
def pulse_processes(smtp_port: int, database_url: str = "", **more: str) -> Iterator[Live]:
    """Run two web processes and a worker on a Redis of their own, and on SQLite without a `database_url`.

    `more` are further environment variables of the processes.
    """
    path = Path(tempfile.mkdtemp(prefix="pulse-live-"))
    redis = RedisServer(path)
    redis.start()
    url = database_url or f"sqlite:///{path / 'pulse.db'}"
    environment = {
        **SHORT,
        "PULSE_ENV": "testing",
        "DATABASE_URL": url,
        "REDIS_URL": redis.url,
        "INSTANCE_PATH": str(path / "instance"),
        "SECRET_KEY": TEST_SECRETS["secret_key"],
        "JWT_SECRET_KEY": TEST_SECRETS["jwt_secret_key"],
        "MAIL_SERVER": "127.0.0.1",
        "MAIL_PORT": str(smtp_port),
        **more,
    }
    app = create_app(
        load(
            **TEST_SECRETS,
            pulse_env="testing",
            database_url=url,
            redis_url=redis.url,
            instance_path=path / "instance",
            webhook_allowed_networks=more.get("WEBHOOK_ALLOWED_NETWORKS", ""),
        )
    )
    with app.app_context():
        upgrade()
    webs = [Web(environment, path / f"web{n}.log") for n in (1, 2)]
    worker = Process("worker.py", {**environment, "PUBLIC_URL": webs[0].url}, path / "worker.log")
    with running(worker, *webs):
        yield Live(webs, worker, environment, app, redis)
    redis.stop(9)
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def processes(smtp_server: SmtpServer) -> Iterator[Live]:
    """Two web processes and a worker that tests share which end nothing; see `Live.apart`."""
    with pulse_processes(smtp_server.port) as found:
        yield found


@pytest.fixture(params=["sqlite"])
def live(request: pytest.FixtureRequest, smtp_server: SmtpServer) -> Iterator[Live]:
    """Two web processes and a worker on a new database and a Redis of their own.

    `@pytest.mark.settings(NAME="value")` changes their environment.
    """
    url = ""
    marker = request.node.get_closest_marker("settings")
    if request.param != "sqlite":
        url = create_database(request.getfixturevalue("postgres"), f"live_{os.urandom(4).hex()}")
    with pulse_processes(smtp_server.port, url, **(marker.kwargs if marker else {})) as found:
        yield found


_RAN: Counter[str] = Counter()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" and report.passed:
        name = report.nodeid.rpartition("[")[2]
        kind = next((kind for kind in DATABASES if kind in name), "no database of its own")
        _RAN[kind] += 1


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many tests ran on each database."""
    if _RAN:
        counts = ", ".join(f"{count} on {kind}" for kind, count in sorted(_RAN.items()))
        terminalreporter.write_line(f"Tests by database: {counts}")
