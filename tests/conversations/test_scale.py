"""What grows with members and conversations does not grow the number of statements."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event, insert

from pulse.accounts.models import User
from pulse.conversations.models import Conversation, Member, Message
from pulse.core import clock
from pulse.extensions import db
from pulse.workspaces.models import Membership
from tests.conversations.conftest import Team, say


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL that runs inside the block."""
    found: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def fill(team: Team, channel: int, count: int) -> None:
    """Put `count` more people into the workspace and the channel."""
    db.session.rollback()
    now = clock.now()
    common = {"account_status": "active", "role": "user", "created_at": now}
    people = [{"username": f"extra{n}", "email": f"extra{n}@example.org", **common} for n in range(count)]
    ids = db.session.scalars(insert(User).returning(User.id), people).all()
    there = {"role": "member", "joined_at": now}
    db.session.execute(insert(Membership), [{"workspace_id": team.id, "user_id": i, **there} for i in ids])
    here = {"conversation_id": channel, "joined_at": now, "notify": "mentions"}
    db.session.execute(
        insert(Member), [{"user_id": i, "read_seq": 0, "delivered_seq": 0, **here} for i in ids]
    )
    db.session.commit()


def test_a_message_to_two_thousand_costs_no_more_than_to_two(team: Team) -> None:
    channel = team.channel("general", team.bob)
    say(team.ann, channel, "warm up")
    with statements() as few:
        say(team.ann, channel, "to two")
    fill(team, channel, 2000)
    with statements() as many:
        say(team.ann, channel, "to two thousand @bob @channel")
    extra = [one for one in many if "lower(users.username)" in one]  # to know who bob is
    assert len(many) - len(extra) == len(few)
    assert len(few) < 25, few


def test_five_hundred_conversations_are_listed_in_as_many_statements_as_five(team: Team) -> None:
    def list_all() -> list[str]:
        with statements() as found:
            answer = team.ann.get("/api/conversations/?limit=200")
            assert answer.status_code == 200
        return found

    team.channel("first")
    say(team.ann, team.ann.post("/api/conversations/", {"username": "bob"}).json["id"])
    few = len(list_all())
    db.session.rollback()
    now = clock.now()
    start = {"created_at": now, "updated_at": now, "last_seq": 1, "last_rev": 1, "is_private": True}
    channels = [
        {"kind": "channel", "workspace_id": team.id, "name": f"c{n}", "created_by_id": team.bob.id, **start}
        for n in range(500)
    ]
    ids = db.session.scalars(insert(Conversation).returning(Conversation.id), channels).all()
    here = {"user_id": team.ann.id, "joined_at": now, "notify": "all", "read_seq": 0, "delivered_seq": 0}
    db.session.execute(insert(Member), [{"conversation_id": i, **here} for i in ids])
    said = {"seq": 1, "rev": 1, "sender_id": team.bob.id, "kind": "text", "body": "x", "mentions": []}
    db.session.execute(
        insert(Message),
        [{"conversation_id": i, "created_at": now, "mentions_all": False, **said} for i in ids],
    )
    db.session.commit()
    assert len(list_all()) <= few
    page = team.ann.get("/api/conversations/?limit=200").json
    assert len(page["data"]) == 200
    assert page["data"][-1]["last_message"]["body"] == "x"
