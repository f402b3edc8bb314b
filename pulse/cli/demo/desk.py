"""The demo's support desk: what customers asked for lately, what waits, and what agents have at hand."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

from pulse.cli.demo.talk import Ids
from pulse.conversations.kinds import KINDS, Kind
from pulse.conversations.models import Conversation, Member, Message
from pulse.conversations.rules import MessageKind
from pulse.core import clock
from pulse.extensions import db
from pulse.notifications.models import Progress
from pulse.support.models import Agent, AgentSkill, CannedReply, Reply, Ticket, TicketEvent, TicketTag
from pulse.support.rules import Priority, TicketStatus
from pulse.support.service import create_widget
from pulse.support.service.targets import set_due


class Said(NamedTuple):
    """Who said what, how many seconds after the words before."""

    who: str
    after: int
    says: str


class Asked(NamedTuple):
    """A ticket, opened so many minutes ago."""

    customer: str
    agent: str | None
    subject: str
    priority: Priority
    tags: tuple[str, ...]
    minutes_ago: int
    status: TicketStatus
    lines: tuple[Said, ...]
    rating: int | None = None


SKILLS = {"boris": ("api",), "agnes": ("billing",)}
REPLIES = {
    "hello": "Hello {{customer}}, thank you for writing. I am looking into it.",
    "invoice": "Your invoices are under **Profile → Invoices**. Shall I send you a copy?",
    "bye": "Glad to help. If anything else comes up, write here again.",
}
TICKETS = (
    Asked(
        *("carla", "agnes", "Invoice of October", Priority.MEDIUM, ("billing",), 4000, TicketStatus.RESOLVED),
        (
            Said("carla", 0, "Hello, I cannot find the invoice of October."),
            Said("agnes", 45, "Hello Carla, it is under **Profile → Invoices**. Shall I mail it to you?"),
            Said("carla", 60, "Yes, please."),
            Said("agnes", 70, "It is on its way."),
            Said("carla", 40, "Thank you, it is here."),
            Said("agnes", 30, "Glad to help."),
        ),
        5,
    ),
    Asked(
        *("jonas", "boris", "429 from the routes API", Priority.HIGH, ("api",), 2700, TicketStatus.RESOLVED),
        (
            Said("jonas", 0, "Since this morning `GET /routes` answers 429 far below our limit."),
            Said("boris", 240, "Thank you for telling us. Which key is that?"),
            Said("jonas", 90, "The one that ends in `7f3`."),
            Said("boris", 600, "A counter was stuck after last night's deployment. It is right again."),
        ),
        4,
    ),
    Asked(
        *("hiro", "agnes", "Change of address", Priority.LOW, (), 1300, TicketStatus.CLOSED),
        (
            Said("hiro", 0, "We have moved. Where do I change our address?"),
            Said("agnes", 110, "Under Profile, *Company*. I have changed it on the open invoices, too."),
        ),
    ),
    Asked(
        *("david", "agnes", "A second seat", Priority.MEDIUM, ("billing",), 25, TicketStatus.ACTIVE),
        (
            Said("david", 0, "How do I add a second seat in the middle of the month?"),
            Said("agnes", 55, "Under Profile, *Seats*; only the days that are left are charged."),
            Said("david", 300, "And can I take it back later?"),
        ),
    ),
    Asked(
        *("kavya", None, "The map stays grey", Priority.URGENT, (), 6, TicketStatus.WAITING),
        (Said("kavya", 0, "After the update the map stays grey on all our tablets."),),
    ),
    Asked(
        *("farid", None, "Export as GPX", Priority.LOW, (), 90, TicketStatus.WAITING),
        (Said("farid", 0, "Can I get all routes of a month as one GPX file?"),),
    ),
)


def set_up(user_ids: Ids) -> None:
    """Write it all, inside the transaction that makes the rest."""
    now = clock.now()
    for name, tags in SKILLS.items():
        db.session.add_all(AgentSkill(user_id=user_ids[name], tag=tag) for tag in tags)
    for name, body in REPLIES.items():
        maker = user_ids["agnes"]
        db.session.add(CannedReply(name=name, body=body, created_by_id=maker, created_at=now, updated_at=now))
    create_widget("Website", [])  # /demo is a page of this server, where every widget shows
    for asked in TICKETS:
        _write(asked, user_ids, now - timedelta(minutes=asked.minutes_ago))


def _write(asked: Asked, user_ids: Ids, opened: datetime) -> None:
    customer_id = user_ids[asked.customer]
    conversation = Conversation(
        kind=Kind.SUPPORT,
        name=asked.subject,
        is_private=True,
        created_by_id=customer_id,
        created_at=opened,
        updated_at=opened,
        last_seq=0,
        last_rev=0,
    )
    db.session.add(conversation)
    db.session.flush()
    number = conversation.id
    ticket = Ticket(
        conversation_id=number,
        room=str(uuid4()),
        customer_id=customer_id,
        assignee_id=user_ids[asked.agent] if asked.agent else None,
        subject=asked.subject,
        description=asked.lines[0].says,
        rank=asked.priority.rank,
        status=asked.status,
        created_at=opened,
        updated_at=opened,
        queued_at=opened,
        awaits_since=opened,
    )
    set_due(ticket)
    db.session.add(ticket)
    db.session.flush()
    db.session.add_all(TicketTag(conversation_id=number, tag=tag) for tag in asked.tags)
    _note(ticket, customer_id, "opened", asked.subject, opened)
    if ticket.assignee_id:
        ticket.assigned_at = opened + timedelta(seconds=2)
        _note(ticket, ticket.assignee_id, "assigned", str(ticket.assignee_id), ticket.assigned_at)
    at = opened
    for line in asked.lines:
        at += timedelta(seconds=line.after)
        _say(line, conversation, ticket, user_ids, at)
    _end(asked, ticket, at + timedelta(minutes=5))
    people = {customer_id, *((ticket.assignee_id,) if ticket.assignee_id else ())}
    for user_id in people:
        db.session.add(
            Member(
                conversation_id=number,
                user_id=user_id,
                joined_at=opened - timedelta(seconds=1),
                read_seq=conversation.last_seq,
                delivered_seq=conversation.last_seq,
                notify=KINDS[Kind.SUPPORT].default_notify,
            )
        )
    db.session.add(Progress(conversation_id=number, seq=conversation.last_seq))


def _say(line: Said, conversation: Conversation, ticket: Ticket, user_ids: Ids, at: datetime) -> None:
    sender_id = user_ids[line.who]
    conversation.last_seq += 1
    conversation.last_rev += 1
    conversation.updated_at = ticket.updated_at = at
    db.session.add(
        Message(
            conversation_id=conversation.id,
            seq=conversation.last_seq,
            rev=conversation.last_rev,
            sender_id=sender_id,
            kind=MessageKind.TEXT,
            body=line.says,
            mentions=[],
            created_at=at,
        )
    )
    if sender_id == ticket.customer_id:
        ticket.awaits_since = ticket.awaits_since or at
    elif ticket.awaits_since:
        db.session.add(
            Reply(
                conversation_id=ticket.conversation_id,
                agent_id=sender_id,
                asked_at=ticket.awaits_since,
                answered_at=at,
                seconds=(at - ticket.awaits_since).total_seconds(),
            )
        )
        ticket.first_response_at = ticket.first_response_at or at
        ticket.answered_at, ticket.awaits_since = at, None


def _end(asked: Asked, ticket: Ticket, at: datetime) -> None:
    if asked.status is TicketStatus.ACTIVE:
        db.session.get_one(Agent, ticket.assignee_id).load += 1
        return
    if asked.status is TicketStatus.WAITING:
        return
    ticket.resolved_at, ticket.awaits_since, ticket.next_look_at = at, None, None
    ticket.closed_at = at if asked.status is TicketStatus.CLOSED else None
    ticket.rating, ticket.rated_at = asked.rating, at if asked.rating else None
    _note(ticket, ticket.assignee_id, "status", asked.status, at)
    if asked.status is TicketStatus.CLOSED:
        db.session.get_one(Conversation, ticket.conversation_id).archived_at = at


def _note(ticket: Ticket, actor_id: int | None, change: str, after: str, at: datetime) -> None:
    db.session.add(
        TicketEvent(
            conversation_id=ticket.conversation_id, actor_id=actor_id, change=change, after=str(after), at=at
        )
    )
