"""Fixtures: a workspace with people in it, and their channels."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from pulse.conversations import service as conversations
from pulse.core.events import transaction
from pulse.workspaces import service as workspaces
from pulse.workspaces.rules import MemberRole
from pulse.workspaces.service.members import join
from tests.conftest import Person, sign_in


@dataclass
class Team:
    """A workspace: ann owns it, bob is a member, gus a guest; eve is a stranger."""

    id: int
    ann: Person
    bob: Person
    gus: Person
    eve: Person
    app: Flask

    def channel(self, name: str = "general", *members: Person, is_private: bool = False) -> int:
        """A channel of ann's with these people in it; returns its id."""
        made = conversations.create(self.ann.id, self.id, name, is_private=is_private)
        if members:
            conversations.add(self.ann.id, made, [one.id for one in members])
        return made


@pytest.fixture
def team(app: Flask, person: Callable[..., Person]) -> Team:
    ann, bob, gus, eve = (person(name) for name in ("ann", "bob", "gus", "eve"))
    team_id = workspaces.create(ann.id, "Engineering")
    with transaction():
        join(team_id, bob.id, MemberRole.MEMBER)
        join(team_id, gus.id, MemberRole.GUEST)
    return Team(team_id, ann, bob, gus, eve, app)


def say(person: Person, conversation_id: int, body: str = "Hello", **more: Any) -> dict[str, Any]:
    """Send a message over REST; returns it."""
    answer = person.post("/api/messages/", {"conversation_id": conversation_id, "body": body, **more})
    assert answer.status_code == 201, answer.json
    return dict(answer.json)


__all__ = ["Team", "say", "sign_in", "team"]
