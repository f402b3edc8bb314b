"""Forgetting what a customer asked for, and customers who never asked."""

from sqlalchemy import delete, exists, select, update

from pulse.accounts.models import User
from pulse.conversations.models import Conversation
from pulse.core import clock
from pulse.core.events import transaction
from pulse.support import rules
from pulse.support.models import Customer, Ticket, TicketEvent

ERASED = "(erased)"
PERSONAL = ("opened", "subject")  # changes whose lines quote the customer
AT_ONCE = 1000  # deleted in one transaction


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


def forget_silent_visitors() -> int:
    """Delete visitors who never wrote, a while after their last visit; returns how many these were."""
    gone = clock.now() - rules.SILENT_VISITORS_ARE_KEPT
    silent = (Customer.seen_at < gone, ~exists().where(Ticket.customer_id == Customer.user_id))
    candidates = select(User.id).join(Customer, Customer.user_id == User.id).where(*silent).limit(AT_ONCE)
    still_silent = select(Customer.user_id).where(*silent)
    count = 0
    while True:
        with transaction() as session:
            # Held first and looked at again: a ticket may have been on its way.
            ids = session.scalars(candidates.with_for_update(of=User)).all()
            session.execute(delete(User).where(User.id.in_(ids), User.id.in_(still_silent)))
        count += len(ids)
        if len(ids) < AT_ONCE:
            return count
