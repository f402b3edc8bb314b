"""What every change of a ticket begins and ends with, inside its transaction."""

from collections.abc import Iterable

from sqlalchemy import case, delete, select, update

from pulse.conversations import service as conversations
from pulse.core import clock
from pulse.core.database import LOCK, insert
from pulse.core.errors import NotFound
from pulse.core.events import publish
from pulse.extensions import db
from pulse.support import queries
from pulse.support.events import QueueMoved, TicketChanged
from pulse.support.models import Agent, Ticket, TicketEvent, TicketTag
from pulse.support.rules import TicketStatus


def hold(conversation_id: int) -> Ticket:
    """A ticket that nobody else changes until the commit. Raises NotFound.

    Whoever sends a message holds the conversation first, then the ticket; so does everybody else.
    """
    conversations.hold(conversation_id)
    query = select(Ticket).where(Ticket.conversation_id == conversation_id).with_for_update(**LOCK)
    ticket = db.session.scalar(query.execution_options(populate_existing=True))
    if ticket is None:
        raise NotFound("There is no such ticket.")
    return ticket


def hold_agents(user_ids: Iterable[int | None]) -> None:
    """Nobody else counts these agents' tickets until the commit; in the order of their numbers, so that two
    who hold several never wait for each other."""
    wanted = [user_id for user_id in user_ids if user_id is not None]
    query = select(Agent.user_id).where(Agent.user_id.in_(wanted)).order_by(Agent.user_id)
    db.session.execute(query.with_for_update(**LOCK))


def note(
    ticket: Ticket, actor_id: int | None, change: str, before: object = "", after: object = "", line: str = ""
) -> None:
    """Write a change into the history and, with a `line`, into the conversation; tell the desk."""
    now = clock.now()
    ticket.updated_at = now
    db.session.add(
        TicketEvent(
            conversation_id=ticket.conversation_id,
            actor_id=actor_id,
            change=change,
            before=str(before if before is not None else ""),
            after=str(after if after is not None else ""),
            at=now,
        )
    )
    db.session.flush()
    publish(TicketChanged(ticket.conversation_id, actor_id, [change]))
    if line and actor_id is not None:
        conversations.say(ticket.conversation_id, actor_id, line)


def set_tags(conversation_id: int, tags: Iterable[str]) -> None:
    """Give a ticket these tags instead of those that it has."""
    session = db.session()
    session.execute(delete(TicketTag).where(TicketTag.conversation_id == conversation_id))
    rows = [{"conversation_id": conversation_id, "tag": tag} for tag in sorted(set(tags))]
    if rows:
        session.execute(insert(session, TicketTag).values(rows))


def take_seat(user_id: int, *, only_if_free: bool) -> bool:
    """Count one more active ticket of an agent; with `only_if_free` only if they are available and have room.

    One statement decides and counts, so two routers never give an agent one too many.
    """
    seat = update(Agent).where(Agent.user_id == user_id)
    if only_if_free:
        seat = seat.where(Agent.is_available, Agent.load < Agent.capacity)
    taken = seat.values(load=Agent.load + 1, last_assigned_at=clock.now()).returning(Agent.user_id)
    return db.session.scalar(taken.execution_options(synchronize_session=False)) is not None


def leave_seat(user_id: int | None) -> None:
    """Count one active ticket less; there is room for another one then."""
    if user_id is None:
        return
    db.session.execute(
        update(Agent)
        .where(Agent.user_id == user_id)
        .values(load=case((Agent.load > 0, Agent.load - 1), else_=0))
        .execution_options(synchronize_session=False)
    )
    publish(QueueMoved())


def into_queue(ticket: Ticket, *, given_back_by: int | None = None) -> None:
    """Put a ticket back among those that wait; its agent has left the conversation."""
    if ticket.status == TicketStatus.ACTIVE:
        leave_seat(ticket.assignee_id)
    if ticket.assignee_id is not None:
        conversations.take_out(ticket.conversation_id, ticket.assignee_id, None)
    ticket.status, ticket.assignee_id = TicketStatus.WAITING, None
    ticket.assigned_at = ticket.answered_at = ticket.snoozed_until = None
    ticket.given_back_by_id = given_back_by
    ticket.awaits_since = ticket.awaits_since or clock.now()
    db.session.flush()
    publish(QueueMoved())


def seat(ticket: Ticket, agent_id: int) -> None:
    """Make a ticket that agent's, whose seat is counted; they are in the conversation from now on."""
    conversation = queries.conversation(ticket.conversation_id)
    if ticket.assignee_id is not None and ticket.assignee_id != agent_id:
        conversations.take_out(ticket.conversation_id, ticket.assignee_id, None)
    was_active, before = ticket.status == TicketStatus.ACTIVE, ticket.assignee_id
    ticket.status, ticket.assignee_id = TicketStatus.ACTIVE, agent_id
    ticket.assigned_at, ticket.answered_at, ticket.snoozed_until = clock.now(), None, None
    db.session.flush()
    conversations.enter(conversation, [agent_id], agent_id)
    if was_active:
        leave_seat(before)
    publish(QueueMoved())
