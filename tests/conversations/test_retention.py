"""Messages go when their conversation keeps them no longer, as deletions that clients see."""

from datetime import timedelta

from sqlalchemy import insert, text, update

from pulse.conversations import service
from pulse.conversations.jobs import delete_old
from pulse.conversations.models import Conversation, Message
from pulse.conversations.service import retention
from pulse.core import clock
from pulse.extensions import db
from tests.conversations.conftest import Team, say


def age(channel: int, days: float, seqs: range) -> None:
    """Make messages look as old as that."""
    db.session.rollback()
    db.session.execute(
        update(Message)
        .where(Message.conversation_id == channel, Message.seq.in_(seqs))
        .values(created_at=clock.now() - timedelta(days=days))
    )
    db.session.commit()


def bodies(channel: int) -> list[str]:
    db.session.rollback()
    rows = db.session.query(Message.body).filter_by(conversation_id=channel).order_by(Message.seq)
    return [body for (body,) in rows]


def keep(team: Team, channel: int, days: int) -> None:
    answer = team.ann.call("PATCH", f"/api/channels/{channel}/", {"retention_days": days})
    assert answer.status_code == 200, answer.json


def test_old_messages_are_deleted_and_young_ones_stay(team: Team) -> None:
    channel, other = team.channel("general", team.bob), team.channel("for ever")
    for number in range(1, 6):
        say(team.ann, channel, str(number))
        say(team.ann, other, str(number))
    for where in (channel, other):
        age(where, 8, range(1, 4))
    keep(team, channel, 7)
    delete_old()
    assert bodies(channel) == ["", "", "", "4", "5"]
    assert bodies(other) == ["1", "2", "3", "4", "5"]
    gone = team.bob.get(f"/api/messages/?conversation_id={channel}").json["data"][:3]
    assert all(one["is_deleted"] for one in gone)
    assert [one["rev"] for one in gone] == [6, 7, 8]
    assert db.session.get_one(Conversation, channel, populate_existing=True).last_rev == 8
    delete_old()  # nothing more
    db.session.rollback()
    assert db.session.get_one(Conversation, channel, populate_existing=True).last_rev == 8


def test_what_happened_stays(team: Team) -> None:
    channel = team.channel("general")
    team.ann.call("PATCH", f"/api/channels/{channel}/", {"topic": "old"})
    age(channel, 100, range(1, 2))
    keep(team, channel, 7)
    delete_old()
    assert bodies(channel) == ["set the topic to old"]


def test_a_run_is_bounded_and_the_next_goes_on(team: Team) -> None:
    channel = team.channel("general")
    for number in range(7):
        say(team.ann, channel, str(number))
    age(channel, 9, range(1, 8))
    keep(team, channel, 7)
    assert service.delete_old(5) == 5
    assert service.delete_old(5) == 2
    assert service.delete_old(5) == 0
    assert bodies(channel) == [""] * 7


def test_what_somebody_wrote_can_be_deleted_everywhere(team: Team) -> None:
    channel = team.channel("general", team.bob)
    direct = team.bob.post("/api/conversations/", {"username": "eve"}).json["id"]
    for number in range(3):
        say(team.bob, channel, f"by bob {number}")
        say(team.ann, channel, f"by ann {number}")
        say(team.bob, direct, f"to eve {number}")
    db.session.rollback()
    assert service.delete_of(team.bob.id) == 6
    assert bodies(channel) == ["", "by ann 0", "", "by ann 1", "", "by ann 2"]
    assert bodies(direct) == ["", "", ""]


def test_the_index_is_used(team: Team) -> None:
    """However many messages were deleted before, they are not looked at again."""
    channel, other = team.channel("general"), team.channel("other")
    long_ago = clock.now() - timedelta(days=100)
    rows = [
        {
            "conversation_id": where,
            "seq": number,
            "rev": number,
            "kind": "text",
            "body": "",
            "mentions": [],
            "created_at": long_ago,
            "deleted_at": deleted_at,
        }
        for where, deleted_at in ((channel, long_ago), (other, None))
        for number in range(1, 2000)
    ]
    db.session.execute(insert(Message), rows)
    db.session.commit()
    query = retention.old_messages(channel, clock.now())
    compiled = query.compile(db.engine, compile_kwargs={"literal_binds": True})
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("ANALYZE messages"))
        plan = db.session.execute(text(f"EXPLAIN {compiled}")).scalars().all()
    else:
        plan = [row[3] for row in db.session.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))]
    assert any("ix_messages_content" in line for line in plan), plan
