"""Fixtures: the documents as the server gives them, and people of each role with tokens."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from pulse.accounts import service as accounts
from pulse.accounts import tokens
from pulse.accounts.models import User
from pulse.core.permissions import Role
from pulse.extensions import db
from tests.conftest import Person

Json = dict[str, Any]


@pytest.fixture
def openapi(client: FlaskClient) -> Json:
    return client.get("/api/schema/").get_json()


@pytest.fixture
def asyncapi(client: FlaskClient) -> Json:
    return client.get("/api/schema/events/").get_json()


@pytest.fixture
def member(app: Flask, create_user: Callable[..., User]) -> Callable[[str, Role], Person]:
    """Make an active user of a role, signed in without the password's round trip."""

    def make(username: str, role: Role) -> Person:
        user = create_user(username)
        db.session.execute(update(User).where(User.id == user.id).values(role=role))
        db.session.commit()
        return Person(user.id, username, token_for(user.id), 0, app.test_client())

    return make


def token_for(user_id: int) -> str:
    """An access token of a new session."""
    db.session.rollback()
    user = db.session.get_one(User, user_id)
    db.session.refresh(user)
    return tokens.issue_all(user, accounts.sign_in(user)).access


def operations(openapi: Json) -> dict[str, Json]:
    """Every operation by its name, such as `POST /api/login/`."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in openapi["paths"].items()
        for method, operation in methods.items()
    }
