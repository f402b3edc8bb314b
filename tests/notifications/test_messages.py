"""Notifications of messages: who gets them, that they grow, and that none comes twice."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from pulse.accounts.models import User
from pulse.conversations import live
from pulse.conversations import service as conversations
from pulse.conversations.kinds import Notify
from pulse.conversations.models import Member, Message
from pulse.core.events import transaction
from pulse.extensions import db
from pulse.notifications import service
from pulse.notifications.models import Notification, Progress
from pulse.presence import service as presence
from tests.conftest import Person
from tests.conversations.conftest import Team, say
from tests.notifications.conftest import channel_of, inbox, titles
from tests.presence.people import add_many, beat
from tests.support.statements import noted

Work = Callable[[], None]


def read(person: Person, conversation_id: int, seq: int) -> None:
    answer = person.post(f"/api/conversations/{conversation_id}/mark_read/", {"seq": seq})
    assert answer.status_code == 200, answer.json


def test_a_mention_has_all_fields(team: Team, channel: int, work: Work) -> None:
    message = say(team.ann, channel, "@bob *look*  at\nthis")
    work()
    [line] = inbox(team.bob)
    assert line | {"id": 0, "created_at": "", "updated_at": ""} == {
        "id": 0,
        "kind": "mention",
        "title": "ann mentioned you in #general",
        "message": "@bob *look* at this",
        "conversation_id": channel,
        "message_id": message["id"],
        "workspace_id": team.id,
        "actor_id": team.ann.id,
        "actor": "ann",
        "count": 1,
        "is_read": False,
        "created_at": "",
        "updated_at": "",
        "url": f"/app/{channel}",
    }
    assert inbox(team.ann) == []


def test_a_direct_message(team: Team, work: Work) -> None:
    sent = team.ann.post("/api/messages/", {"other_username": "bob", "body": "Hello @bob"}).json
    work()
    [line] = inbox(team.bob)
    assert (line["kind"], line["title"], line["message"]) == (
        "direct_message",
        "Message from ann",
        "Hello @bob",
    )
    assert (line["conversation_id"], line["workspace_id"]) == (sent["conversation_id"], None)


def test_a_reply_and_a_message_to_somebody_who_wants_all(team: Team, channel: int, work: Work) -> None:
    mine = say(team.bob, channel, "what?")
    say(team.ann, channel, "this", reply_to=mine["id"])
    work()
    assert titles(team.bob) == ["ann replied to you in #general"]
    conversations.set_notify(team.bob.id, channel, Notify.ALL)
    say(team.ann, channel, "and that")
    work()
    assert titles(team.bob) == ["ann wrote in #general", "ann replied to you in #general"]


def test_channel_concerns_everybody_and_a_muted_channel_nobody(team: Team, channel: int, work: Work) -> None:
    conversations.set_notify(team.gus.id, channel, Notify.NONE)
    say(team.ann, channel, "@channel lunch")
    say(team.ann, channel, "@gus lunch")
    work()
    assert titles(team.bob)[0] == "ann mentioned you in #general"
    assert titles(team.gus) == []


def test_what_one_looks_at_needs_no_notification(travel: Any, team: Team, channel: int, work: Work) -> None:
    live.SCREENS.look(channel, team.bob.id, "socket")
    say(team.ann, channel, "@bob")
    work()
    assert titles(team.bob) == []
    travel.shift(91)  # the look has run out
    say(team.ann, channel, "@bob again")
    work()
    assert [line["count"] for line in inbox(team.bob)] == [1]


def test_what_is_read_already_needs_none(team: Team, channel: int, work: Work) -> None:
    message = say(team.ann, channel, "@bob")
    read(team.bob, channel, message["seq"])
    work()
    assert titles(team.bob) == []


@pytest.mark.parametrize("wants_mentions", [False, True])
def test_whoever_is_busy_is_left_alone_except_for_mentions_if_they_want(
    team: Team, channel: int, work: Work, wants_mentions: bool
) -> None:
    conversations.set_notify(team.bob.id, channel, Notify.ALL)
    team.bob.put("/api/notifications/preferences/", {"mentions_while_busy": wants_mentions})
    beat(team.bob)
    presence.record()
    assert team.bob.put(f"/api/users/{team.bob.id}/presence/", {"choice": "busy"}).status_code == 200
    say(team.ann, channel, "hello")
    say(team.ann, channel, "@bob hello")
    team.ann.post("/api/messages/", {"other_username": "bob", "body": "hello"})
    work()
    assert titles(team.bob) == (["ann mentioned you in #general"] if wants_mentions else [])
    team.bob.put(f"/api/users/{team.bob.id}/presence/", {"choice": "auto"})
    say(team.ann, channel, "@bob hello")
    work()
    assert len(titles(team.bob)) == 1


def test_a_choice_of_busy_that_is_over_or_of_somebody_absent_counts_no_more(
    travel: Any, team: Team, channel: int, work: Work
) -> None:
    beat(team.bob)
    presence.record()
    team.bob.put(f"/api/users/{team.bob.id}/presence/", {"choice": "busy", "expires_in": 60})
    travel.shift(61)
    say(team.ann, channel, "@bob one")
    work()
    assert len(titles(team.bob)) == 1
    service.mark_all_read(team.bob.id)
    team.bob.put(f"/api/users/{team.bob.id}/presence/", {"choice": "busy"})
    travel.shift(300)
    presence.sweep()
    presence.record()
    say(team.ann, channel, "@bob two")
    work()
    assert len(titles(team.bob)) == 1


def test_blocked_people_notify_nobody_and_suspended_ones_get_nothing(
    team: Team, channel: int, work: Work
) -> None:
    conversations.block(team.bob.id, "ann")
    with transaction() as session:
        session.execute(update(User).where(User.id == team.gus.id).values(account_status="suspended"))
    say(team.ann, channel, "@bob @gus @channel")
    work()
    db.session.rollback()
    unread = select(Notification.user_id).where(
        Notification.read_at.is_(None), Notification.kind == "mention"
    )
    assert db.session.scalars(unread).all() == []


def test_deleted_messages_and_events_notify_nobody(team: Team, channel: int, work: Work) -> None:
    conversations.set_notify(team.bob.id, channel, Notify.ALL)
    message = say(team.ann, channel, "@bob")
    team.ann.call("DELETE", f"/api/messages/{message['id']}/")
    conversations.update(team.ann.id, channel, {"topic": "@bob"})
    work()
    assert titles(team.bob) == []


def test_it_grows_until_it_is_read(travel: Any, team: Team, channel: int, work: Work) -> None:
    say(team.ann, channel, "@bob 1")
    work()
    [first] = inbox(team.bob)
    travel.shift(60)
    say(team.gus, channel, "@bob 2")
    last = say(team.ann, channel, "@bob 3")
    work()
    [grown] = inbox(team.bob)
    assert grown["title"] == "ann and gus mentioned you in #general"
    assert (grown["id"], grown["count"], grown["message"]) == (first["id"], 3, "@bob 3")
    assert (grown["message_id"], grown["created_at"]) == (last["id"], first["created_at"])
    assert grown["updated_at"] > first["updated_at"]
    team.bob.post(f"/api/notifications/{grown['id']}/mark_read/")
    say(team.ann, channel, "@bob 4")
    work()
    assert [(line["count"], line["is_read"]) for line in inbox(team.bob)] == [(1, False), (3, True)]


def test_no_job_counts_anything_twice(team: Team, channel: int, work: Work) -> None:
    for number in range(5):
        say(team.ann, channel, f"@bob {number}")
    work()
    for seq in (5, 1, 3, 5):
        service.notify_members(channel, seq)
    [line] = inbox(team.bob)
    assert line["count"] == 5
    service.mark_all_read(team.bob.id)
    service.notify_members(channel, 5)
    assert titles(team.bob) == []


def test_a_job_that_dies_has_done_nothing_and_the_next_one_does_all(
    team: Team, channel: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        say(team.ann, channel, f"@bob {number}")
    with monkeypatch.context() as patch:
        patch.setattr(service.messages, "_note_progress", lambda *args: (_ for _ in ()).throw(SystemExit()))
        with pytest.raises(SystemExit):
            service.notify_members(channel, 1)
    assert inbox(team.bob) == []
    service.notify_members(channel, 1)
    assert [line["count"] for line in inbox(team.bob)] == [3]


def test_a_long_backlog_is_worked_off_in_pieces(
    team: Team, channel: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.messages, "BATCH", 3)
    for number in range(10):
        say(team.ann, channel, f"@bob {number}")
    service.notify_members(channel, 10)
    assert [line["count"] for line in inbox(team.bob)] == [10]
    db.session.rollback()
    assert db.session.scalars(select(Progress.seq)).all() == [10]


def test_messages_that_are_gone_stop_nothing(team: Team, channel: int) -> None:
    say(team.ann, channel, "@bob")
    with transaction() as session:
        session.execute(Message.__table__.delete())
    service.notify_members(channel, 1)
    assert inbox(team.bob) == []
    service.notify_members(999_999, 1)  # nor does a conversation that is


def test_an_edit_notifies_whom_it_mentions_once(team: Team, channel: int, work: Work) -> None:
    message = say(team.ann, channel, "look")
    work()
    assert titles(team.bob) == []
    conversations.edit(team.ann.id, message["id"], "@bob look")
    work()
    assert titles(team.bob) == ["ann mentioned you in #general"]
    service.notify_mentioned(message["id"], [team.bob.id])
    conversations.edit(team.ann.id, message["id"], "look")
    conversations.edit(team.ann.id, message["id"], "@bob look again")
    work()
    assert [(line["count"], line["message"]) for line in inbox(team.bob)] == [(1, "@bob look again")]


def test_an_edit_before_anybody_was_notified_is_no_second_mention(
    team: Team, channel: int, work: Work
) -> None:
    message = say(team.ann, channel, "look")
    conversations.edit(team.ann.id, message["id"], "@bob look")
    service.notify_mentioned(message["id"], [team.bob.id])  # this job comes first
    work()
    assert [line["count"] for line in inbox(team.bob)] == [1]


def test_an_edit_of_what_is_read_mentions_nobody(team: Team, channel: int, work: Work) -> None:
    message = say(team.ann, channel, "look")
    read(team.bob, channel, message["seq"])
    conversations.edit(team.ann.id, message["id"], "@bob look")
    work()
    assert titles(team.bob) == []


def test_reading_the_conversation_reads_its_notifications(team: Team, channel: int, work: Work) -> None:
    other = channel_of(team, "other", team.bob)
    first = say(team.ann, channel, "@bob 1")
    say(team.ann, other, "@bob")
    work()
    read(team.bob, channel, first["seq"])
    assert titles(team.bob) == ["ann mentioned you in #other"]
    say(team.ann, channel, "@bob 2")
    say(team.ann, channel, "@bob 3")
    work()
    read(team.bob, channel, first["seq"] + 1)  # not all of it
    assert [line["count"] for line in inbox(team.bob, "?unread=true")] == [2, 1]
    say(team.bob, channel, "yes?")  # writing is reading
    work()
    assert titles(team.bob) == ["ann mentioned you in #other"]


def test_a_deleted_message_takes_its_notification_with_it(team: Team, channel: int, work: Work) -> None:
    say(team.ann, channel, "@bob 1")
    last = say(team.ann, channel, "@bob 2")
    work()
    conversations.remove(team.ann.id, last["id"])
    [line] = inbox(team.bob)
    assert (line["count"], line["message"]) == (2, line["title"])  # its text is gone
    read(team.bob, channel, last["seq"])
    third = say(team.ann, channel, "@bob 3")
    work()
    conversations.remove(team.ann.id, third["id"])
    assert titles(team.bob) == []


def test_whoever_is_out_of_a_channel_keeps_nothing_of_it(team: Team, channel: int, work: Work) -> None:
    say(team.ann, channel, "@bob secret")
    work()
    conversations.remove_member(team.ann.id, channel, team.bob.id)
    assert inbox(team.bob) == []
    service.notify_members(channel, 1)
    assert inbox(team.bob) == []


def test_pictures_and_files_say_so(team: Team, channel: int, work: Work) -> None:
    conversations.set_notify(team.bob.id, channel, Notify.ALL)
    message = say(team.ann, channel, "x")
    work()
    for kind, says in (("image", "Sent a picture."), ("file", "Sent a file.")):
        with transaction() as session:
            session.execute(update(Message).where(Message.id == message["id"]).values(body="", kind=kind))
        assert inbox(team.bob)[0]["message"] == says


@pytest.mark.parametrize("text", ["hello", "@channel hello", "@user7 hello"])
def test_a_message_to_2000_members_costs_no_statement_per_member(team: Team, text: str) -> None:
    channel = channel_of(team, "general", team.bob)
    users = add_many([f"user{number}" for number in range(2000)])
    with transaction() as session:
        rows = [
            {
                "conversation_id": channel,
                "user_id": user.id,
                "joined_at": user.created_at,
                "notify": Notify.ALL if number % 2 else Notify.MENTIONS,
            }
            for number, user in enumerate(users)
        ]
        session.execute(Member.__table__.insert(), rows)
    counts = []
    for seq in (1, 2):  # new ones, and ones that grow
        say(team.ann, channel, text)
        with noted() as statements:
            service.notify_members(channel, seq)
        counts.append(len(statements))
    told = db.session.query(Notification).count()
    assert told == {"hello": 1000, "@channel hello": 2001, "@user7 hello": 1000}[text]
    assert {*db.session.scalars(select(Notification.count))} == {2}
    assert max(counts) <= 25, counts
