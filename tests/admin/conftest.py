"""People who use the admin pages through a browser: with cookies, and forms that carry a CSRF token."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from pulse.accounts.models import User
from pulse.core.permissions import Role
from pulse.extensions import db
from tests.conftest import PASSWORD

Statements = list[tuple[str, Any]]
HTML = {"Accept": "text/html"}


@dataclass
class Browser:
    """A signed-in browser: cookies, no Authorization header. Each request has a context of its own."""

    client: FlaskClient
    user_id: int

    def get(self, path: str, **options: object) -> TestResponse:
        with self.client.application.app_context():
            return self.client.get(path, headers=HTML, **options)

    def post(self, path: str, form: dict[str, object], **options: object) -> TestResponse:
        with self.client.application.app_context():
            return self.client.post(path, data=form, headers=HTML, **options)

    def token(self, path: str) -> str:
        """The CSRF token in a page's form."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(path).text)
        assert found
        return found[1]

    def act(self, table: str, action: str, *ids: int, confirmed: bool = True) -> TestResponse:
        """Choose rows and an action; returns the page that follows."""
        path = f"/admin/{table}/"
        form: dict[str, object] = {
            "csrf_token": self.token(path),
            "action": action,
            "rowid": [str(id_) for id_ in ids],
        }
        if confirmed:
            form["confirmed"] = "yes"
        return self.post(f"{path}action/", form, follow_redirects=True)


@pytest.fixture
def browser(app: Flask, create_user: Callable[..., User]) -> Callable[..., Browser]:
    """Make a user and sign them in with a browser."""

    def make(username: str, role: Role = Role.USER) -> Browser:
        user = create_user(username, role)
        client = app.test_client()
        answer = client.post("/api/login/", json={"username": username, "password": PASSWORD})
        assert answer.status_code == 200, answer.json
        return Browser(client, user.id)

    return make


@pytest.fixture
def boss(browser: Callable[..., Browser]) -> Browser:
    return browser("boss", Role.ADMIN)


@pytest.fixture
def statements(app: Flask) -> Iterator[Statements]:
    """All SQL that runs during the test, with its parameters; clear it before the part that counts."""
    found: Statements = []

    def note(connection: object, cursor: object, statement: str, parameters: Any, *rest: object) -> None:
        found.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    yield found
    event.remove(db.engine, "before_cursor_execute", note)


def flashes(page: TestResponse) -> list[str]:
    """The messages on a page."""
    box = re.search(r'<div class="stack flashes".*?</div>', page.text, re.DOTALL)
    return [unescape(text) for text in re.findall(r"<p [^>]*>([^<]*)</p>", box[0])] if box else []
