"""What people do with a ticket: change it, resolve, close and reopen it, note, snooze, rate."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from pulse.conversations.events import ConversationChanged
from pulse.conversations.models import Conversation
from pulse.core import clock
from pulse.core.errors import Conflict, InvalidInput
from pulse.core.events import publish, transaction
from pulse.core.identity import Identity
from pulse.extensions import db
from pulse.support import policy, queries
from pulse.support.events import NoteAdded, TranscriptAsked
from pulse.support.models import Ticket, TicketNote
from pulse.support.rules import Priority, TicketStatus
from pulse.support.service.assigning import check_open
from pulse.support.service.holding import hold, into_queue, leave_seat, note, seat, set_tags, take_seat
from pulse.support.service.opening import NAME
from pulse.support.service.targets import set_due


def change(who: Identity, room: str, fields: dict[str, Any]) -> None:
    """Change subject, priority or tags of a ticket (the desk). Raises NotFound, Forbidden, Conflict."""
    found = policy.check_works(who, room)
    with transaction():
        ticket = hold(found.conversation_id)
        check_open(ticket)
        for name, apply in _CHANGES.items():
            if name in fields:
                apply(ticket, who.user_id, fields[name])


def _set_subject(ticket: Ticket, actor_id: int, subject: str) -> None:
    if subject != ticket.subject:
        before, ticket.subject = ticket.subject, subject
        _conversation(ticket).name = subject[:NAME]
        publish(ConversationChanged(ticket.conversation_id, actor_id, ["name"]))
        note(ticket, actor_id, "subject", before, subject, f"changed the subject to {subject}")


def _set_priority(ticket: Ticket, actor_id: int, priority: Priority) -> None:
    if priority is not ticket.priority:
        before, ticket.rank = ticket.priority, priority.rank
        set_due(ticket)
        note(ticket, actor_id, "priority", before, priority, f"set the priority to {priority}")


def _set_tags(ticket: Ticket, actor_id: int, tags: list[str]) -> None:
    before = queries.tags([ticket.conversation_id]).get(ticket.conversation_id, [])
    if sorted(set(tags)) != before:
        set_tags(ticket.conversation_id, tags)
        text = ", ".join(sorted(set(tags)))
        line = f"set the tags to {text}" if tags else "removed the tags"
        note(ticket, actor_id, "tags", ", ".join(before), text, line)


_CHANGES: dict[str, Callable[[Ticket, int, Any], None]] = {
    "subject": _set_subject,
    "priority": _set_priority,
    "tags": _set_tags,
}


def resolve(who: Identity, room: str) -> None:
    """Say that a ticket is done: the desk, or its customer. Raises NotFound, Conflict (ticket_closed)."""
    found = policy.check_sees(who, room)
    with transaction():
        ticket = hold(found.conversation_id)
        check_open(ticket)
        if ticket.status != TicketStatus.RESOLVED:
            _end(ticket, TicketStatus.RESOLVED, who.user_id, "resolved this")


def close(who: Identity, room: str) -> None:
    """End a ticket for good: nobody writes in it until it is reopened. Raises NotFound."""
    found = policy.check_sees(who, room)
    with transaction():
        ticket = hold(found.conversation_id)
        if ticket.status != TicketStatus.CLOSED:
            _end(ticket, TicketStatus.CLOSED, who.user_id, "closed this")
            ticket.closed_at = clock.now()
            _archive(ticket, who.user_id, clock.now())


def _end(ticket: Ticket, status: TicketStatus, actor_id: int, line: str) -> None:
    before = ticket.status
    if before == TicketStatus.ACTIVE:
        leave_seat(ticket.assignee_id)
    ticket.status = status
    ticket.resolved_at = ticket.resolved_at or clock.now()
    ticket.awaits_since = ticket.snoozed_until = ticket.next_look_at = None
    note(ticket, actor_id, "status", before, status, line)


def reopen(who: Identity, room: str) -> None:
    """Take a ticket up again; its agent has it again if they are available and have room.

    Raises NotFound, Conflict (ticket_open).
    """
    found = policy.check_sees(who, room)
    with transaction():
        ticket = hold(found.conversation_id)
        if ticket.status not in (TicketStatus.RESOLVED, TicketStatus.CLOSED):
            raise Conflict("This ticket is open.", code="ticket_open")
        take_up(ticket, who.user_id, "reopened this")


def take_up(ticket: Ticket, actor_id: int, line: str) -> None:
    """Open a ticket again, inside a transaction that holds it."""
    before, now = ticket.status, clock.now()
    if before == TicketStatus.CLOSED:
        _archive(ticket, actor_id, None)
    ticket.resolved_at = ticket.closed_at = None
    ticket.queued_at = now
    ticket.awaits_since = ticket.awaits_since or now
    agent_id = ticket.assignee_id
    if agent_id is not None and queries.is_agent(agent_id) and take_seat(agent_id, only_if_free=True):
        seat(ticket, agent_id)
    else:
        into_queue(ticket)
    ticket.next_look_at = now
    note(ticket, actor_id, "status", before, ticket.status, line)


def snooze(who: Identity, room: str, until: datetime | None) -> None:
    """Put a ticket out of sight until a moment, or take it back (None). Raises NotFound, Forbidden,
    InvalidInput (in_the_past)."""
    found = policy.check_works(who, room)
    if until is not None and until <= clock.now():
        raise InvalidInput("This moment is past.", code="in_the_past", errors={"until": ["is past"]})
    with transaction():
        ticket = hold(found.conversation_id)
        check_open(ticket)
        before, ticket.snoozed_until = ticket.snoozed_until, until
        note(ticket, who.user_id, "snoozed", before, until)


def wake() -> int:
    """Bring back the tickets whose snooze is over; returns how many."""
    now = clock.now()
    over = [ticket.conversation_id for ticket in queries.snoozes_over(now)]
    for conversation_id in over:
        with transaction():
            ticket = hold(conversation_id)
            if ticket.snoozed_until is not None and ticket.snoozed_until <= now:
                ticket.snoozed_until = None
                note(ticket, None, "woken")
    return len(over)


def add_note(who: Identity, room: str, body: str) -> int:
    """Note something for the desk alone; returns the note's id. Raises NotFound, Forbidden."""
    found = policy.check_works(who, room)
    with transaction() as session:
        made = TicketNote(
            conversation_id=found.conversation_id, author_id=who.user_id, body=body, created_at=clock.now()
        )
        session.add(made)
        session.flush()
        publish(NoteAdded(found.conversation_id, made.id))
        return made.id


def rate(who: Identity, room: str, rating: int, comment: str) -> None:
    """Say how good it was, once it is done. Raises NotFound, Forbidden, Conflict (ticket_open)."""
    found = policy.check_is_customer(who, room)
    with transaction():
        ticket = hold(found.conversation_id)
        if ticket.status not in (TicketStatus.RESOLVED, TicketStatus.CLOSED):
            raise Conflict("Rate it once it is resolved.", code="ticket_open")
        before, ticket.rating = ticket.rating, rating
        ticket.rating_comment, ticket.rated_at = comment, clock.now()
        note(ticket, who.user_id, "rating", before, rating, f"rated this {rating} of 5")


def ask_transcript(who: Identity, room: str, email: str) -> None:
    """Have what was said mailed to an address. Raises NotFound."""
    found = policy.check_sees(who, room)
    with transaction():
        publish(TranscriptAsked(found.conversation_id, email))


def _archive(ticket: Ticket, actor_id: int, at: datetime | None) -> None:
    _conversation(ticket).archived_at = at
    publish(ConversationChanged(ticket.conversation_id, actor_id, ["is_archived"]))


def _conversation(ticket: Ticket) -> Conversation:
    return db.session.get_one(Conversation, ticket.conversation_id)
