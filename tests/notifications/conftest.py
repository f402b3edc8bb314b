"""The people of the conversations' tests, and a channel that nobody was put into by somebody else."""

from typing import Any

import pytest

from pulse.conversations.models import Conversation
from pulse.conversations.service.members import enter
from pulse.core.events import transaction
from pulse.extensions import db
from tests.conftest import Person
from tests.conversations.conftest import Team, team


def channel_of(team: Team, name: str, *people: Person) -> int:
    """A channel of ann's with these people in it, of which nobody is notified; returns its id."""
    made = team.channel(name)
    with transaction() as session:
        enter(session.get_one(Conversation, made), [one.id for one in people], None)
    return made


@pytest.fixture
def channel(team: Team) -> int:
    return channel_of(team, "general", team.bob, team.gus)


def inbox(person: Person, query: str = "") -> list[dict[str, Any]]:
    """A person's notifications, the latest first."""
    db.session.rollback()  # what was read before is older
    answer = person.get(f"/api/notifications/{query}")
    assert answer.status_code == 200, answer.json
    return list(answer.json["data"])


def titles(person: Person, query: str = "?unread=true") -> list[str]:
    """What their unread notifications say."""
    return [line["title"] for line in inbox(person, query)]


__all__ = ["channel_of", "inbox", "team", "titles"]
