"""Quick users for tests of presence: no password is hashed, and nobody is online from the start."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import orjson
import pytest
from flask import current_app
from redis.connection import AbstractConnection

from pulse.accounts import tokens
from pulse.accounts.models import Session, User
from pulse.accounts.rules import AccountStatus, Visibility
from pulse.core import clock
from pulse.core.bus import BUS
from pulse.core.events import transaction
from pulse.core.identity import Identity
from pulse.core.permissions import Role
from pulse.extensions import db, store
from pulse.presence.models import UserPresence
from tests.conftest import Person


def add(
    username: str, role: Role = Role.USER, visibility: str = Visibility.EVERYONE, **columns: Any
) -> Person:
    """An active user with a session."""
    [user] = add_many([username], role=role, visibility=visibility, **columns)
    with transaction() as session:
        now = clock.now()
        begun = Session(
            user_id=user.id,
            refresh_jti="x",
            created_at=now,
            last_used_at=now,
            expires_at=now + timedelta(days=30),
        )
        session.add(begun)
    person = Person(user.id, username, "", begun.id, current_app.test_client())  # type: ignore[attr-defined]
    renew(person)
    return person


def add_many(usernames: Sequence[str], **columns: Any) -> list[User]:
    """Users without sessions."""
    options = {"account_status": AccountStatus.ACTIVE, "created_at": clock.now(), **columns}
    with transaction() as session:
        users = [User(username=name, email=f"{name}@example.org", **options) for name in usernames]
        session.add_all(users)
        session.flush()
        session.add_all([UserPresence(user_id=user.id) for user in users])
    return users


def renew(person: Person) -> None:
    """Give a person an access token that is good from now on."""
    person.token = tokens.issue(db.session.get_one(User, person.id), person.session_id).access


def identity(person: Person, role: Role = Role.USER) -> Identity:
    return Identity(person.id, person.session_id, role)


def beat(person: Person, device_id: str = "laptop", **body: Any) -> str:
    """One heartbeat over REST; returns the own status."""
    answer = person.post("/api/users/heartbeat/", {"device_id": device_id, "device_type": "web", **body})
    assert answer.status_code == 200, answer.json
    return str(answer.json["status"])


def seen(viewer: Person, user: Person) -> dict[str, Any]:
    """What a viewer is shown of a user."""
    answer = viewer.get(f"/api/users/{user.id}/presence/")
    assert answer.status_code == 200, answer.json
    return dict(answer.json)


def told(user: Person, room: str = "presence:user:") -> list[dict[str, Any]]:
    """What followers of a user were told, in order."""
    return [
        entry["d"]
        for entry in bus()
        if entry.get("e") == "presence_update" and f"{room}{user.id}" in entry["r"]
    ]


def bus() -> list[dict[str, Any]]:
    return [orjson.loads(fields["m"]) for _, fields in store.client.xrange(BUS)]


def history(viewer: Person, user: Person, **query: Any) -> list[dict[str, Any]]:
    """A user's recorded changes, oldest first."""
    db.session.rollback()  # the client shares our session, whose snapshot may be older than the changes
    answer = viewer.client.get(
        f"/api/users/{user.id}/presence/history/",
        query_string={"limit": 200, **query},
        headers={"Authorization": f"Bearer {viewer.token}"},
    )
    assert answer.status_code == 200, answer.json
    return list(reversed(answer.json["data"]))


@contextmanager
def count_round_trips() -> Iterator[list[object]]:
    """Everything that is sent to Redis meanwhile; a pipeline is one."""
    trips: list[object] = []
    send = AbstractConnection.send_packed_command

    def counted(connection: AbstractConnection, command: object, **options: object) -> None:
        trips.append(command)
        send(connection, command, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AbstractConnection, "send_packed_command", counted)
        yield trips
