"""What a message means for its ticket, in the transaction that sends it."""

from pulse.conversations.events import MessageSent
from pulse.conversations.kinds import Kind
from pulse.conversations.models import Conversation
from pulse.conversations.rules import MessageKind
from pulse.core import clock
from pulse.core.events import publish
from pulse.extensions import db
from pulse.support import hours, queries
from pulse.support.events import MESSAGE, TicketChanged
from pulse.support.models import Reply, Ticket
from pulse.support.rules import TicketStatus
from pulse.support.service.changing import take_up
from pulse.support.service.holding import hold


def note_message(event: MessageSent) -> None:
    """A customer waits from their first unanswered message on; an agent's word answers it."""
    if event.kind == MessageKind.EVENT or event.actor_id is None:
        return
    shown = event.shown
    conversation = shown.conversation if shown else db.session.get_one(Conversation, event.conversation_id)
    if conversation.kind != Kind.SUPPORT:
        return
    ticket = hold(event.conversation_id)
    ticket.updated_at = clock.now()
    if event.actor_id == ticket.customer_id:
        _note_question(ticket, event.actor_id)
    else:
        _note_answer(ticket, event.actor_id)
    publish(TicketChanged(ticket.conversation_id, event.actor_id, [MESSAGE]))


def _note_question(ticket: Ticket, customer_id: int) -> None:
    ticket.awaits_since = ticket.awaits_since or clock.now()
    ticket.snoozed_until = None
    if ticket.status == TicketStatus.RESOLVED:
        take_up(ticket, customer_id, "wrote again")


def _note_answer(ticket: Ticket, agent_id: int) -> None:
    now = clock.now()
    if ticket.awaits_since is not None:
        took = hours.passed(queries.hours_of(ticket.team_id), ticket.awaits_since, now)
        db.session.add(
            Reply(
                conversation_id=ticket.conversation_id,
                agent_id=agent_id,
                team_id=ticket.team_id,
                asked_at=ticket.awaits_since,
                answered_at=now,
                seconds=took.total_seconds(),
            )
        )
    ticket.first_response_at = ticket.first_response_at or now
    ticket.awaits_since = None
    if agent_id == ticket.assignee_id:
        ticket.answered_at = now
