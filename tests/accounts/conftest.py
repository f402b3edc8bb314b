"""Browsers that hold cookies, and counting of what the server does."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import event
from werkzeug.test import TestResponse

from pulse.accounts.models import User
from pulse.extensions import db
from tests.conftest import PASSWORD
from tests.conftest import Browser as OwnContext
from tests.support.mail import SmtpServer


class Browser(OwnContext):
    """A client that does what a page does: it reads the CSRF token from its cookie."""

    def cookie(self, name: str) -> str:
        found = self.get_cookie(name)
        return found.value if found else ""

    def send(self, method: str, path: str, body: object = None, **headers: str) -> TestResponse:
        """A request of a page: with the CSRF token that it reads from its cookie."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.open(
            path,
            method=method,
            json=body,
            headers={"X-CSRF-TOKEN": self.cookie("csrf_access_token"), **named},
        )


@pytest.fixture(autouse=True)
def own_contexts(shared_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_app, "test_client_class", Browser)


@pytest.fixture
def browser(app: Flask, create_user: Callable[..., User]) -> Callable[..., Browser]:
    """A browser in which a user (made if need be) is signed in."""

    def make(username: str, *, new: bool = True, **options: Any) -> Browser:
        if new:
            create_user(username, **options)
        client = app.test_client()
        assert isinstance(client, Browser)
        answer = client.post("/api/login/", json={"username": username, "password": PASSWORD})
        assert answer.status_code == 200, answer.json
        return client

    return make


@pytest.fixture
def mailed(smtp: SmtpServer, work: Callable[[], None]) -> Callable[[], list[str]]:
    """Run the jobs; the plain texts of all mails sent since the last call."""

    def collect() -> list[str]:
        work()
        texts = [message.get_body(("plain",)).get_content().replace("\r", "") for message in smtp.messages]
        smtp.messages.clear()
        return texts

    return collect


def link_in(text: str) -> str:
    """The path of the link that verifies an address."""
    return re.search(r"/api/verify-email/\S+", text)[0]


def code_in(text: str) -> str:
    """The six digits in a mail."""
    return re.search(r"^\d{6}$", text, re.MULTILINE)[0]


def fresh(user_id: int) -> User:
    """A user as the database has them now."""
    db.session.rollback()
    return db.session.get_one(User, user_id)


def at_once(count: int, action: Callable[[int], Any]) -> list[Any]:
    """What `action(0)` to `action(count - 1)` give, all called at the same time."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(action, range(count)))


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL statements that run meanwhile, without the marks of transactions."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture
def hashings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every use of argon2, which takes longer than all the rest together."""
    seen: list[str] = []
    for name in ("hash", "verify"):
        real = getattr(PasswordHasher, name)

        def spy(self: PasswordHasher, *args: Any, name: str = name, real: Any = real) -> Any:
            seen.append(name)
            return real(self, *args)

        monkeypatch.setattr(PasswordHasher, name, spy)
    return seen
