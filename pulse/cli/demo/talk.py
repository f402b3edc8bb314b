"""Writes the demo's workspace: rows as the services leave them behind, of the days before today.

The services write only the present, and tell people of it. This is old news and told to nobody: nothing is
published, and notifications begin behind the last message.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pulse.cli.demo import company, directs, feed, product
from pulse.cli.demo.people import DAYS
from pulse.cli.demo.script import Line, Place
from pulse.conversations import rules
from pulse.conversations.kinds import KINDS, Kind
from pulse.conversations.models import Attachment, Conversation, Member, Message, Reaction, Revision
from pulse.conversations.rules import MessageKind
from pulse.core import clock
from pulse.extensions import db
from pulse.notifications.models import Progress
from pulse.workspaces.models import Membership, Workspace
from pulse.workspaces.rules import MemberRole

OWNER, ADMIN, GUEST = "admin", "carla", "jonas"
PAUSE = (30, 150)  # seconds between two lines of a thread, from and to
PLACES = (*company.PLACES, *product.PLACES, *directs.PLACES)
THREADS = (*company.THREADS, *product.THREADS, *directs.THREADS)

Ids = Mapping[str, int]  # username -> id


@dataclass(frozen=True)
class Saying:
    """A line at its moment; `thread` are the messages of its thread so far."""

    at: datetime
    place: str
    line: Line
    thread: list[Message] = field(default_factory=list)


def write(user_ids: Ids, picture_id: int) -> None:
    """Write everything, inside a transaction: the workspace, its people, channels, messages, and the feed."""
    now = clock.now()
    begun = (now - timedelta(days=DAYS + 2)).replace(hour=7, minute=30, second=0, microsecond=0)
    workspace = _workspace(user_ids, begun)
    places = {place.name: _conversation(place, user_ids, workspace.id, begun) for place in PLACES}
    members = {place.name: {name: user_ids[name] for name in place.members.split()} for place in PLACES}
    for saying in sorted(_sayings(now), key=lambda one: one.at):
        _say(saying, places[saying.place], members[saying.place], picture_id)
    for place in PLACES:
        _read(place, places[place.name], members[place.name], begun)
    feed.write(workspace, list(user_ids.values()), list(places.values()))


def _workspace(user_ids: Ids, begun: datetime) -> Workspace:
    workspace = Workspace(
        name="Northwind",
        description="Routes for cargo bicycles",
        created_by_id=user_ids[OWNER],
        created_at=begun,
    )
    db.session.add(workspace)
    db.session.flush()
    roles = {OWNER: MemberRole.OWNER, ADMIN: MemberRole.ADMIN, GUEST: MemberRole.GUEST}
    for name, user_id in user_ids.items():
        role = roles.get(name, MemberRole.MEMBER)
        db.session.add(Membership(workspace_id=workspace.id, user_id=user_id, role=role, joined_at=begun))
    return workspace


def _conversation(place: Place, user_ids: Ids, workspace_id: int, begun: datetime) -> Conversation:
    made = [user_ids[name] for name in place.members.split()]
    conversation = Conversation(
        kind=place.kind, topic=place.topic, created_by_id=made[0], created_at=begun, updated_at=begun
    )
    conversation.last_seq = conversation.last_rev = 0
    if place.kind is Kind.DIRECT:
        conversation.low_id, conversation.high_id = sorted(made)
        conversation.is_private, conversation.is_mutual = True, False
    else:
        conversation.workspace_id, conversation.name = workspace_id, place.name
        conversation.is_private = place.is_private
    db.session.add(conversation)
    db.session.flush()
    return conversation


def _sayings(now: datetime) -> list[Saying]:
    found: list[Saying] = []
    for number, thread in enumerate(THREADS):
        chance, at = random.Random(number), thread.begins(now)
        sent: list[Message] = []
        for line in thread.lines:
            found.append(Saying(at, thread.place, line, sent))
            at += timedelta(seconds=chance.uniform(*PAUSE))
    return found


def _say(saying: Saying, conversation: Conversation, members: Ids, picture_id: int) -> None:
    line, at = saying.line, saying.at
    sender_id = members[line.who]
    names, mentions_all = rules.mentions(line.says)
    conversation.last_seq += 1
    conversation.updated_at = at
    if conversation.kind == Kind.DIRECT and conversation.created_by_id != sender_id:
        conversation.is_mutual = True
    message = Message(
        conversation_id=conversation.id,
        seq=conversation.last_seq,
        rev=_next_rev(conversation),
        sender_id=sender_id,
        kind=MessageKind.IMAGE if line.has_picture else MessageKind.TEXT,
        body=line.says,
        mentions=sorted(members[name] for name in names & members.keys()),
        mentions_all=mentions_all,
        reply_to_id=None if line.answers is None else saying.thread[line.answers].id,
        created_at=at,
    )
    db.session.add(message)
    db.session.flush()
    saying.thread.append(message)
    if line.has_picture:
        db.session.get_one(Attachment, picture_id).message_id = message.id
    _change(message, line, conversation, members)


def _change(message: Message, line: Line, conversation: Conversation, members: Ids) -> None:
    at = message.created_at + timedelta(seconds=min(PAUSE) // 2)
    if line.was:
        db.session.add(Revision(message_id=message.id, body=line.was, written_at=message.created_at))
        message.edited_at, message.rev = at, _next_rev(conversation)
    for emoji, names in line.reactions.items():
        for name in names.split():
            db.session.add(Reaction(message_id=message.id, user_id=members[name], emoji=emoji, created_at=at))
            message.rev = _next_rev(conversation)
    if line.pinned_by:
        message.pinned_at, message.rev = at, _next_rev(conversation)


def _next_rev(conversation: Conversation) -> int:
    conversation.last_rev += 1
    return conversation.last_rev


def _read(place: Place, conversation: Conversation, members: Ids, begun: datetime) -> None:
    """How far each member has read: whoever wrote something has read it."""
    last = conversation.last_seq
    for name, user_id in members.items():
        read = last - place.unread.get(name, 0)
        db.session.add(
            Member(
                conversation_id=conversation.id,
                user_id=user_id,
                joined_at=begun,
                read_seq=read,
                delivered_seq=read,
                notify=KINDS[place.kind].default_notify,
            )
        )
    db.session.add(Progress(conversation_id=conversation.id, seq=last))
