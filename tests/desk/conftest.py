"""Fixtures: a desk with agents, and customers who ask for help."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.support import queries
from pulse.support.models import Agent, Ticket
from tests.conftest import Person


@dataclass
class Desk:
    """ann and abe are agents, root is an admin; bob and eve are customers."""

    app: Flask
    ann: Person
    abe: Person
    root: Person
    bob: Person
    eve: Person

    def ask(self, who: Person, subject: str = "Help", **more: Any) -> dict[str, Any]:
        """Open a ticket over REST; returns it as the customer sees it."""
        answer = who.post("/api/chat-rooms/", {"subject": subject, **more})
        assert answer.status_code == 201, answer.json
        return dict(answer.json)

    def room(self, who: Person, room: str) -> dict[str, Any]:
        answer = who.get(f"/api/chat-rooms/{room}/")
        assert answer.status_code == 200, answer.json
        return dict(answer.json)

    def act(self, who: Person, room: str, action: str, body: object = None, status: int = 200) -> Any:
        """POST to a ticket."""
        answer = who.post(f"/api/chat-rooms/{room}/{action}/", body)
        assert answer.status_code == status, answer.text
        return answer.json if answer.data else None

    def say(self, who: Person, room: str, body: str = "Hello", status: int = 201) -> Any:
        answer = who.post("/api/messages/", {"chat_room_id": room, "body": body})
        assert answer.status_code == status, answer.json
        return answer.json

    def ticket(self, room: str) -> Ticket:
        db.session.rollback()
        found = queries.by_room(room)
        assert found is not None
        return found

    def load(self, who: Person) -> int:
        db.session.rollback()
        agent = db.session.get(Agent, who.id)
        return agent.load if agent else 0

    def lines(self, who: Person, room: str) -> list[str]:
        """What the conversation says, its event lines in brackets."""
        answer = who.get(f"/api/chat-rooms/{room}/messages/?limit=200")
        assert answer.status_code == 200, answer.json
        return [f"({one['body']})" if one["kind"] == "event" else one["body"] for one in answer.json["data"]]


def beat(person: Person) -> None:
    """They are here, with input just now."""
    body = {"device_id": "desk", "device_type": "web", "idle_ms": 0}
    assert person.post("/api/users/heartbeat/", body).status_code == 200


@pytest.fixture
def desk(travel: Any, app: Flask, person: Callable[..., Person]) -> Desk:
    """Both agents are here, and available. Time stands still until `travel.shift`."""
    found = Desk(
        app,
        person("ann", Role.AGENT),
        person("abe", Role.AGENT),
        person("root", Role.ADMIN),
        person("bob"),
        person("eve"),
    )
    for agent in (found.ann, found.abe):
        beat(agent)
    return found
