"""Fixtures: real Pulse processes, a channel with people in it, and Node with our modules."""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from pulse.conversations import service as conversations
from pulse.conversations.models import Message
from pulse.core.events import transaction
from pulse.extensions import db
from pulse.workspaces import service as workspaces
from pulse.workspaces.rules import MemberRole
from pulse.workspaces.service.members import join
from tests.conftest import Live
from tests.support.crowd import Member, create_members
from tests.support.node import Node
from tests.support.processes import Web

COME = "({ come }, [name, options]) => { come(name, options); }"
OPEN = "async ({ open, bodies }, [name, id]) => { await open(name, id); }"
BODIES = "({ bodies }, [name, wanted]) => bodies(name, wanted)"


@dataclass
class Room:
    """A channel of a workspace; its people are all members, and the first one made it."""

    live: Live
    people: list[Member]
    workspace_id: int
    id: int
    storage: Path = field(default_factory=Path)

    def come(self, node: Node, name: str, which: int, web: Web | None = None, **options: Any) -> Member:
        """Somebody of the people comes to Node, under a name; not connected yet."""
        member = self.people[which]
        options = {"url": (web or member.web).url, "token": member.token, "userId": member.id, **options}
        node.evaluate(COME, [name, options])
        return member

    def open(self, node: Node, name: str, which: int, web: Web | None = None, **options: Any) -> Member:
        """The same, and they go live and open this channel."""
        member = self.come(node, name, which, web, **options)
        node.evaluate(OPEN, [name, self.id])
        return member

    def call(self, which: int, method: str, path: str, body: object = None) -> Any:
        """A REST call by somebody of the people."""
        status, answer = self.people[which].web.call(method, path, body, self.people[which].token)
        assert status < 300, answer
        return answer

    def say(self, which: int, body: str) -> Any:
        return self.call(which, "POST", "/api/messages/", {"conversation_id": self.id, "body": body})

    def messages(self) -> list[Message]:
        """What the database holds, by seq."""
        with self.live.app.app_context():
            query = select(Message).where(Message.conversation_id == self.id).order_by(Message.seq)
            return list(db.session.scalars(query))


def expect_bodies(node: Node, name: str, wanted: list[str]) -> None:
    """Exactly these messages are in somebody's timeline, or come into it."""
    assert node.evaluate(BODIES, [name, wanted]) == wanted


def make_room(live: Live, webs: list[Web], name: str) -> Room:
    """A channel with one person for each of `webs`, who is signed in there."""
    people = [create_members(live, web, 1, f"{name}{n}-")[0] for n, web in enumerate(webs)]
    with live.app.app_context():
        first, *others = (person.id for person in people)
        workspace_id = workspaces.create(first, name)
        with transaction():
            for user_id in others:
                join(workspace_id, user_id, MemberRole.MEMBER)
        channel = conversations.create(first, workspace_id, "general")
        for at in range(0, len(others), 200):
            conversations.add(first, channel, others[at : at + 200])
        db.session.rollback()
    return Room(live, people, workspace_id, channel)


@pytest.fixture
def room(processes: Live, request: pytest.FixtureRequest, tmp_path: Path) -> Room:
    """A channel with two people on the first web process and a third one on the second."""
    one, other = processes.webs
    made = make_room(processes, [one, one, other], f"t{zlib.crc32(request.node.name.encode())}")
    made.storage = tmp_path
    return made


@pytest.fixture
def node() -> Iterator[Node]:
    with Node() as found:
        yield found


@pytest.fixture
def nodes() -> Iterator[Callable[[], Node]]:
    """Start one Node after the other: a browser that is closed and opened again."""
    started: list[Node] = []

    def start() -> Node:
        started.append(Node().__enter__())
        return started[-1]

    yield start
    for one in started:
        one.kill()
