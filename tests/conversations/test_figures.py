"""Figures of conversations in the health check."""

from collections.abc import Callable

from sqlalchemy import func, select

from pulse.conversations import service as conversations
from pulse.conversations.models import Message
from pulse.conversations.queries import figures
from pulse.core.permissions import Role
from pulse.extensions import db
from tests.conftest import Person
from tests.conversations.conftest import Team, say
from tests.support.statements import noted


def test_admins_see_how_many_there_are(team: Team, person: Callable[..., Person]) -> None:
    general, other = team.channel("general", team.bob), team.channel("other")
    first = say(team.bob, general)
    for _ in range(3):
        say(team.ann, other)
    conversations.remove(team.bob.id, first["id"])
    team.ann.post("/api/send-message/", {"receiver": "eve", "content": "Hello"})
    health = person("root", Role.ADMIN).get("/api/health/").json
    assert (health["stats"]["total_conversations"], health["stats"]["total_messages"]) == (3, 5)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Message)) == 5
    assert health["features"]["user_to_user_chat"] is health["features"]["team_chat"] is True


def test_they_do_not_look_at_messages(team: Team) -> None:
    say(team.ann, team.channel())
    db.session.rollback()
    with noted() as found:
        assert (figures.count_conversations(), figures.count_messages()) == (1, 1)
    assert len(found) == 2
    assert not [one for one in found if "messages" in one]
