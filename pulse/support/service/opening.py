"""How tickets begin."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from pulse.accounts.models import User
from pulse.conversations import service as conversations
from pulse.conversations.events import ConversationCreated
from pulse.conversations.kinds import Kind
from pulse.conversations.models import Conversation
from pulse.conversations.service import Draft
from pulse.core import clock
from pulse.core.database import LOCK
from pulse.core.events import publish, transaction
from pulse.support import policy, queries
from pulse.support.events import QueueMoved
from pulse.support.models import Customer, Ticket, Widget
from pulse.support.rules import Priority
from pulse.support.service.holding import note, set_tags
from pulse.support.service.targets import set_due

NAME = 80  # characters of the subject that name the conversation


@dataclass(frozen=True)
class Request:
    """What a customer asks for."""

    subject: str
    description: str = ""
    priority: Priority = Priority.MEDIUM
    tags: Sequence[str] = ()
    team_id: int | None = None
    attachment_ids: tuple[int, ...] = ()
    client_id: str | None = None  # of the description as a message, so that a repeat is known as one


def open_ticket(customer_id: int, asked: Request) -> int:
    """Open a ticket, with its description as the first message; returns its conversation's id.

    A repeat with the same `client_id` finds the ticket that is there. Raises InvalidInput (unknown_team).
    """
    now = clock.now()
    with transaction() as session:
        session.get(User, customer_id, with_for_update=LOCK)  # the same request twice waits here
        if asked.client_id and (found := queries.opened_as(customer_id, asked.client_id)):
            return found
        customer = session.get(Customer, customer_id)
        widget = session.get(Widget, customer.widget_id) if customer and customer.widget_id else None
        team_id = asked.team_id or (widget.team_id if widget else None)
        policy.check_team(asked.team_id)
        conversation = Conversation(
            kind=Kind.SUPPORT,
            name=asked.subject[:NAME],
            is_private=True,
            created_by_id=customer_id,
            created_at=now,
            updated_at=now,
        )
        session.add(conversation)
        session.flush()
        ticket = Ticket(
            conversation_id=conversation.id,
            room=str(uuid4()),
            customer_id=customer_id,
            widget_id=widget.id if widget else None,
            team_id=team_id,
            subject=asked.subject,
            description=asked.description,
            rank=asked.priority.rank,
            created_at=now,
            updated_at=now,
            queued_at=now,
            awaits_since=now,
        )
        set_due(ticket)
        session.add(ticket)
        session.flush()
        set_tags(conversation.id, asked.tags)
        publish(ConversationCreated(conversation.id, customer_id))
        conversations.enter(conversation, [customer_id], customer_id)
        note(ticket, customer_id, "opened", after=asked.subject)
        if asked.description or asked.attachment_ids:
            draft = Draft(asked.description, asked.client_id, asked.attachment_ids)
            conversations.send(customer_id, conversation.id, draft)
        publish(QueueMoved())
        return conversation.id
