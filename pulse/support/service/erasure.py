"""Forgetting what a customer asked for."""

from sqlalchemy import select, update

from pulse.conversations.models import Conversation
from pulse.core.events import transaction
from pulse.support.models import Ticket, TicketEvent

ERASED = "(erased)"
PERSONAL = ("opened", "subject")  # changes whose lines quote the customer


def forget_customer(user_id: int) -> int:
    """Take what a customer wrote out of their tickets; returns how many these are. Messages go elsewhere."""
    with transaction() as session:
        ids = session.scalars(select(Ticket.conversation_id).where(Ticket.customer_id == user_id)).all()
        erased = {"subject": ERASED, "description": "", "rating_comment": ""}
        session.execute(update(Ticket).where(Ticket.conversation_id.in_(ids)).values(erased))
        session.execute(update(Conversation).where(Conversation.id.in_(ids)).values(name=ERASED))
        session.execute(
            update(TicketEvent)
            .where(TicketEvent.conversation_id.in_(ids), TicketEvent.change.in_(PERSONAL))
            .values(before="", after="")
        )
    return len(ids)
