"""The feed over REST: what is in it, for whom, and that nothing is in it twice."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from pulse.activity import jobs, reactions
from pulse.activity.models import Activity
from pulse.conversations import service as conversations
from pulse.conversations.events import MessageSent
from pulse.conversations.models import Message
from pulse.core.events import transaction
from pulse.extensions import db
from pulse.workspaces import service as workspaces
from pulse.workspaces.rules import MemberRole
from tests.conftest import Person
from tests.conversations.conftest import Team, say
from tests.support.statements import noted

Work = Callable[[], None]


def feed(person: Person, team: Team, **query: Any) -> list[dict[str, Any]]:
    """A person's view of the feed, the latest first."""
    db.session.rollback()
    path = "".join(f"&{name}={value}" for name, value in query.items())
    answer = person.get(f"/api/activities/?workspace_id={team.id}{path}")
    assert answer.status_code == 200, answer.json
    return list(answer.json["data"])


def says(person: Person, team: Team) -> list[str]:
    return [line["summary"] for line in feed(person, team, limit=200)]


def sent(person: Person, team: Team) -> list[tuple[str, int]]:
    return [(line["summary"], line["count"]) for line in feed(person, team) if line["type"] == "message_sent"]


def test_a_message_is_a_line_with_the_seeds_fields(team: Team, work: Work) -> None:
    channel = team.channel("general", team.bob)
    message = say(team.bob, channel)
    work()
    line = feed(team.ann, team)[0]
    assert line | {"id": 0, "created_at": "", "updated_at": ""} == {
        "id": 0,
        "workspace_id": team.id,
        "conversation_id": channel,
        "actor_id": team.bob.id,
        "actor": "bob",
        "actor_email": "bob@example.org",
        "type": "message_sent",
        "ref_id": message["id"],
        "summary": "bob sent a message in #general",
        "count": 1,
        "created_at": "",
        "updated_at": "",
    }
    assert line["created_at"] == message["created_at"]


@pytest.fixture
def beginning(travel: Any) -> Any:
    """Time stands at the beginning of a window."""
    travel.shift(400)
    return travel


def test_what_one_person_sends_in_a_channel_within_ten_minutes_is_one_line(
    beginning: Any, team: Team, work: Work
) -> None:
    channel, other = team.channel("general", team.bob), team.channel("other", team.bob)
    ids = [say(team.bob, channel)["id"] for _ in range(3)]
    say(team.ann, channel)
    say(team.bob, other)
    work()
    assert feed(team.ann, team)[2]["ref_id"] == ids[-1]
    assert sent(team.ann, team) == [
        ("bob sent a message in #other", 1),
        ("ann sent a message in #general", 1),
        ("bob sent 3 messages in #general", 3),
    ]
    beginning.shift(599)
    say(team.bob, channel)
    work()
    assert sent(team.ann, team)[2] == ("bob sent 4 messages in #general", 4)
    beginning.shift(1)
    say(team.bob, channel)
    work()
    assert sent(team.ann, team)[0] == ("bob sent a message in #general", 1)


def test_messages_count_once_in_whichever_order_jobs_run_and_however_often(travel: Any, team: Team) -> None:
    channel = team.channel("general", team.bob)
    for body in "abcd":
        say(team.bob, channel, body)
        say(team.ann, channel, body)
    db.session.rollback()  # what was read before is older
    rows = db.session.scalars(select(Message).where(Message.sender_id == team.bob.id)).all()
    events = [
        MessageSent(channel, row.id, row.rev, team.bob.id, row.seq, row.kind, [], False) for row in rows
    ]
    for order in itertools.islice(itertools.permutations(events), 0, 24, 5):
        with transaction() as session:
            session.execute(delete(Activity))
        for event in (*order, *order):
            reactions.count_message(event)
        line = db.session.scalars(select(Activity)).one()
        assert (line.count, line.ref_id) == (4, rows[-1].id)
        assert (line.first_seq, line.last_seq) == (rows[0].seq, rows[-1].seq)


def test_deleted_messages_and_events_are_not_counted(team: Team, work: Work) -> None:
    channel = team.channel("general", team.bob)
    gone = say(team.bob, channel)
    team.bob.call("DELETE", f"/api/messages/{gone['id']}/")
    conversations.update(team.ann.id, channel, {"topic": "x"})  # says so in the channel
    work()
    assert sent(team.ann, team) == []
    for _ in range(2):
        say(team.bob, channel)
    say(team.bob, channel)
    work()
    assert [count for _, count in sent(team.ann, team)] == [3]


def test_direct_messages_are_nobody_elses_business(team: Team, work: Work) -> None:
    team.ann.post("/api/messages/", {"other_username": "bob", "body": "Hello"})
    work()
    kinds = set(db.session.scalars(select(Activity.type)))
    assert kinds == {"member_joined"}


def test_everything_that_matters_has_its_line(team: Team, work: Work) -> None:
    channel = team.channel("general", team.bob)
    conversations.update(team.ann.id, channel, {"name": "all", "topic": "x", "retention_days": 7})
    message = say(team.bob, channel)
    conversations.pin(team.bob.id, message["id"], True)
    conversations.pin(team.bob.id, message["id"], False)
    conversations.archive(team.ann.id, channel, True)
    conversations.archive(team.ann.id, channel, False)
    workspaces.update(team.ann.id, team.id, {"name": "Builders", "description": "x"})
    workspaces.update(team.ann.id, team.id, {"name": "Builders", "description": "y"})
    for address in ("x@example.org", "y@example.org", "y@example.org"):
        workspaces.invite(team.ann.id, team.id, address, MemberRole.MEMBER)
    workspaces.remove_member(team.ann.id, team.id, team.bob.id)
    workspaces.remove_member(team.gus.id, team.id, team.gus.id)
    assert says(team.ann, team) == [
        "gus left the workspace",
        "ann removed somebody from the workspace",
        "ann invited 3 people",
        "ann renamed the workspace to Builders",
        "ann opened the channel #all again",
        "ann archived the channel #all",
        "bob pinned a message in #all",
        "ann changed the topic of #all",
        "ann renamed a channel to #all",
        "ann created the channel #general",
        "gus joined the workspace",
        "bob joined the workspace",
        "ann joined the workspace",
    ]
    lines = {line["type"]: line for line in feed(team.ann, team, limit=200)}
    assert lines["message_pinned"]["ref_id"] == message["id"]
    assert lines["channel_renamed"]["ref_id"] == channel
    assert lines["member_removed"]["ref_id"] == team.bob.id
    assert lines["member_left"]["ref_id"] == team.gus.id
    assert lines["member_left"]["conversation_id"] is None
    assert lines["member_left"]["actor_email"] is None  # not among colleagues any more
    assert "example.org" not in lines["member_invited"]["summary"]
    work()
    assert len(says(team.ann, team)) == 14  # the message has come, nothing came again


def test_what_is_rolled_back_has_no_line(team: Team) -> None:
    before = says(team.ann, team)

    def fail() -> None:
        with transaction():
            workspaces.update(team.ann.id, team.id, {"name": "Builders"})
            team.channel("doomed")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert says(team.ann, team) == before


def test_private_channels_show_to_their_members_only(team: Team, work: Work) -> None:
    secret = team.channel("secret", is_private=True)
    say(team.ann, secret)
    work()
    assert sent(team.ann, team) == [("ann sent a message in #secret", 1)]
    assert not any("secret" in line for line in says(team.bob, team))
    conversations.add(team.ann.id, secret, [team.bob.id])
    assert sent(team.bob, team) == [("ann sent a message in #secret", 1)]
    conversations.remove_member(team.bob.id, secret, team.bob.id)
    assert not any("secret" in line for line in says(team.bob, team))


def test_a_channel_that_becomes_private_takes_its_lines_with_it(team: Team, work: Work) -> None:
    channel = team.channel("plans")
    assert "ann created the channel #plans" in says(team.bob, team)
    conversations.update(team.ann.id, channel, {"is_private": True})
    assert not any("plans" in line for line in says(team.bob, team))


def test_guests_see_of_channels_those_that_they_are_in(team: Team) -> None:
    team.channel("general")
    team.channel("lobby", team.gus)
    assert says(team.gus, team) == [
        "ann created the channel #lobby",
        "gus joined the workspace",
        "bob joined the workspace",
        "ann joined the workspace",
    ]


@pytest.mark.parametrize("how", ["GET", "POST"])
def test_of_others_workspaces_there_is_no_feed(team: Team, how: str) -> None:
    path = f"/api/activities/?workspace_id={team.id}"

    def ask(person: Person) -> Any:
        if how == "GET":
            return person.get(path)
        return person.post("/api/activities/", {"workspace_id": team.id})

    assert ask(team.bob).status_code == 200
    workspaces.remove_member(team.ann.id, team.id, team.bob.id)
    refused = ask(team.eve)
    missing = team.eve.get("/api/activities/?workspace_id=999999")
    assert (refused.status_code, refused.json) == (404, missing.json)
    assert ask(team.bob).status_code == 404


def test_the_seeds_request_and_pages(travel: Any, team: Team) -> None:
    for name in "abcde":
        team.channel(name)
        travel.shift(1)
    whole = feed(team.ann, team)
    assert team.ann.post("/api/activities/", {"workspace_id": team.id, "limit": 50}).json["data"] == whole
    found: list[dict[str, Any]] = []
    cursor = None
    while cursor or not found:
        body = {"workspace_id": team.id, "limit": 3, **({"cursor": cursor} if cursor else {})}
        page = team.ann.post("/api/activities/", body).json
        found, cursor = found + page["data"], page["next"]
        team.channel(f"new-{len(found)}")  # what comes meanwhile moves nothing
    assert found == whole


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "workspace_id"),
        ({"workspace_id": "x"}, "workspace_id"),
        ({"workspace_id": 0}, "workspace_id"),
        ({"workspace_id": 2**63}, "workspace_id"),
        ({"workspace_id": None}, "workspace_id"),
        ({"workspace_id": 1, "limit": 0}, "limit"),
        ({"workspace_id": 1, "limit": 201}, "limit"),
    ],
)
def test_bad_input_is_refused(team: Team, body: dict[str, Any], field: str) -> None:
    answer = team.ann.post("/api/activities/", body)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


@pytest.mark.parametrize("cursor", ["x", "WzFd", "WyJ4IiwxXQ", "WyIyMDI2LTAxLTAxIiwxXQ"])
def test_a_foreign_cursor_is_refused(team: Team, cursor: str) -> None:
    answer = team.ann.get(f"/api/activities/?workspace_id={team.id}&cursor={cursor}")
    assert answer.status_code == 422


def test_whose_account_is_gone_is_somebody(team: Team, work: Work) -> None:
    channel = team.channel("general", team.bob)
    say(team.bob, channel)
    work()
    with transaction() as session:
        session.execute(update(Activity).values(actor_id=None))
    line = feed(team.ann, team)[0]
    assert (line["summary"], line["actor"]) == ("Somebody sent a message in #general", None)


def test_lines_are_forgotten_after_their_time(travel: Any, team: Team) -> None:
    travel.shift(399 * 86400)
    team.channel("new")
    jobs.forget_old()
    assert db.session.query(Activity).count() == 4
    travel.shift(86400)
    travel.shift(1)
    jobs.forget_old()
    assert [line.subject for line in db.session.scalars(select(Activity))] == ["#new"]


def test_a_page_takes_the_same_number_of_statements_however_long(team: Team) -> None:
    for number in range(30):
        team.channel(f"channel-{number}")
    with noted() as few:
        feed(team.ann, team, limit=1)
    with noted() as many:
        feed(team.ann, team, limit=30)
    assert len(many) == len(few)
