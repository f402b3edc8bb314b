"""`flask pulse demo`: what its people talk about is as the services would have left it."""

import zlib
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from pulse.accounts.models import User
from pulse.activity import queries as activities
from pulse.activity.models import Activity
from pulse.analytics import service as analytics
from pulse.cli import demo
from pulse.cli.demo import picture
from pulse.conversations import rules
from pulse.conversations.kinds import Kind
from pulse.conversations.models import Attachment, Conversation, Member, Message, Reaction, Revision
from pulse.core import clock, ports
from pulse.core.context import settings
from pulse.core.outbox import Outbox
from pulse.extensions import db
from pulse.notifications.models import Digest, Notification, Progress
from pulse.support import service
from pulse.support.models import Agent, Ticket, Widget
from pulse.workspaces.models import Membership
from tests.conftest import Browser

MONDAY_AT_NIGHT = datetime(2026, 11, 23, 0, 20, tzinfo=UTC)


@pytest.fixture
def sign_ins(app: Flask) -> list[dict[str, str]]:
    (settings().instance_path / "demo-sign-ins.json").unlink(missing_ok=True)
    made = demo.load()
    db.session.rollback()
    return made


def rows(model: Any, *order: Any) -> list[Any]:
    return list(db.session.scalars(select(model).order_by(*order)))


def of_the_company() -> list[Message]:
    """What was said in workspace and directly, not at the desk."""
    at_the_desk = {one.conversation_id for one in rows(Ticket, Ticket.conversation_id)}
    return [one for one in rows(Message, Message.id) if one.conversation_id not in at_the_desk]


def test_messages_are_numbered_as_if_they_had_been_sent(sign_ins: list[dict[str, str]]) -> None:
    messages = rows(Message, Message.id)
    now = clock.now()
    times = [one.created_at for one in of_the_company()]
    assert times == sorted(times)
    assert now - timedelta(days=17) < times[0] < max(one.created_at for one in messages) < now
    changes = Counter(
        row.message_id for model in (Reaction, Revision) for row in rows(model, model.message_id)
    )
    changes.update(one.id for one in messages if one.pinned_at)
    for place in rows(Conversation, Conversation.id):
        said = [one for one in messages if one.conversation_id == place.id]
        assert [one.seq for one in said] == [*range(1, place.last_seq + 1)]
        rev = 0
        for one in said:
            rev += 1 + changes[one.id]
            assert one.rev == rev
        assert (place.last_rev, place.updated_at) == (rev, said[-1].created_at)
        assert place.is_mutual == (place.kind == Kind.DIRECT and len({one.sender_id for one in said}) == 2)


def test_everybody_has_read_what_they_wrote_and_wrote_where_they_are(sign_ins: list[dict[str, str]]) -> None:
    names = {user.id: user.username for user in rows(User, User.id)}
    members = rows(Member, Member.conversation_id)
    places = {place.id: place for place in rows(Conversation, Conversation.id)}
    cursors = {(one.conversation_id, one.user_id): one for one in members}
    for message in rows(Message, Message.id):
        cursor = cursors[message.conversation_id, message.sender_id]
        assert cursor.read_seq >= message.seq
        assert cursor.joined_at < message.created_at
        mentioned, mentions_all = rules.mentions(message.body)
        assert ({names[id_] for id_ in message.mentions}, message.mentions_all) == (mentioned, mentions_all)
        quoted = db.session.get_one(Message, message.reply_to_id) if message.reply_to_id else None
        assert quoted is None or quoted.conversation_id == message.conversation_id
    for one in rows(Reaction, Reaction.message_id):
        message = db.session.get_one(Message, one.message_id)
        assert (message.conversation_id, one.user_id) in cursors
    unread = Counter[str]()
    for one in members:
        last = places[one.conversation_id].last_seq
        assert 0 < one.read_seq == one.delivered_seq <= last
        unread[names[one.user_id]] += last - one.read_seq
    assert min(unread["carla"], unread["admin"]) > 3


def test_there_is_one_of_everything(app: Flask, sign_ins: list[dict[str, str]]) -> None:
    channels = rows(Conversation, Conversation.id)[:5]
    assert {one.name for one in channels} == {"general", "support", "release", "random", "hiring"}
    assert [one.name for one in channels if one.is_private] == ["hiring"]
    roles = Counter(one.role for one in rows(Membership, Membership.user_id))
    assert roles == {"owner": 1, "admin": 1, "guest": 1, "member": 9}
    bodies = [one.body for one in rows(Message, Message.id)]
    assert len(bodies) == len(set(bodies)) > 100
    for part in ("```", "https://", "**", "> ", "~~", "1. "):
        assert any(part in body for body in bodies), part
    assert len(rows(Revision, Revision.id)) == 1
    file = db.session.scalars(select(Attachment)).one()
    assert db.session.get_one(Message, file.message_id).kind == "image"
    assert (file.media_type, file.width, file.height) == ("image/png", *picture.SIZE)
    carla = Browser(app)
    body = {
        "username": "carla",
        "password": next(s["password"] for s in sign_ins if s["username"] == "carla"),
    }
    token = carla.post("/api/login/", json=body).get_json()["access_token"]
    answer = carla.get(f"/api/attachments/{file.id}/", headers={"Authorization": f"Bearer {token}"})
    assert answer.data == picture.draw()


def test_nobody_is_told_of_what_is_old(sign_ins: list[dict[str, str]]) -> None:
    told = {event.rpartition(":")[2] for event in db.session.scalars(select(Outbox.event_type))}
    assert told == {"UserRegistered", "ProfileChanged", "AttachmentUploaded"}
    assert db.session.scalar(select(func.count()).select_from(Notification)) == 0
    assert db.session.scalar(select(func.count()).select_from(Digest)) == 0
    ends = {place.id: place.last_seq for place in rows(Conversation, Conversation.id)}
    assert {one.conversation_id: one.seq for one in rows(Progress, Progress.conversation_id)} == ends


def test_the_feed_counts_what_was_sent(sign_ins: list[dict[str, str]]) -> None:
    lines = rows(Activity, Activity.id)
    assert Counter(line.type for line in lines if line.key is None) == {
        "member_joined": 12,
        "channel_created": 5,
        "message_pinned": 2,
    }
    sent = [line for line in lines if line.key]
    assert any(line.count > 1 for line in sent)
    assert all(line.count == activities.count_messages(line.id) for line in sent)
    in_channels = select(func.sum(Conversation.last_seq)).where(Conversation.kind == Kind.CHANNEL)
    assert sum(line.count for line in sent) == db.session.scalar(in_channels)


def test_the_desk_is_as_if_it_had_been_worked(sign_ins: list[dict[str, str]]) -> None:
    tickets = rows(Ticket, Ticket.conversation_id)
    assert Counter(one.status for one in tickets) == {"resolved": 2, "closed": 1, "active": 1, "waiting": 2}
    active = Counter(one.assignee_id for one in tickets if one.status == "active")
    assert {one.user_id: one.load for one in rows(Agent, Agent.user_id) if one.load} == active
    said = rows(Message, Message.id)
    for one in tickets:
        last = [message for message in said if message.conversation_id == one.conversation_id][-1]
        is_under_way = one.status in ("active", "waiting")
        assert (one.awaits_since is not None) == (is_under_way and last.sender_id == one.customer_id)
        assert one.created_at < clock.now()
    analytics.learn_replies()
    assert ports.predict_answer(None, None) is not None  # enough to predict from
    assert service.route() == 0  # nobody is here yet


def test_its_widget_shows_on_the_demo_page(app: Flask, sign_ins: list[dict[str, str]]) -> None:
    (widget,) = rows(Widget, Widget.id)
    assert (widget.name, widget.origins) == ("Website", [])
    assert f'data-key="{widget.key}"' in Browser(app).get("/demo").text


def test_a_second_load_makes_nothing(sign_ins: list[dict[str, str]]) -> None:
    def picture_of_it() -> int:
        return zlib.crc32(repr([(one.id, one.body, one.rev) for one in rows(Message, Message.id)]).encode())

    before = picture_of_it()
    assert demo.load() == sign_ins
    db.session.rollback()
    assert picture_of_it() == before


def test_it_is_the_same_each_time_and_before_now_even_at_night(app: Flask) -> None:
    with time_machine.travel(MONDAY_AT_NIGHT, tick=False):
        (settings().instance_path / "demo-sign-ins.json").unlink(missing_ok=True)
        demo.load()
        messages = of_the_company()
    assert messages[-1].created_at < MONDAY_AT_NIGHT
    assert (messages[0].created_at, messages[0].body[:12]) == (
        datetime(2026, 11, 9, 8, 5, tzinfo=UTC),
        "Good morning",
    )
    assert {one.created_at.weekday() for one in messages if one.created_at.hour < 19} <= {0, 1, 2, 3, 4}
