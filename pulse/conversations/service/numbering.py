"""The numbers of messages and of their changes, given inside the transaction that writes them."""

from sqlalchemy import or_, select, update

from pulse.conversations.models import Conversation, Message
from pulse.core import clock
from pulse.core.database import LOCK
from pulse.core.errors import NotFound
from pulse.extensions import db


def number_message(conversation_id: int, sender_id: int | None) -> tuple[int, int]:
    """(seq, rev) of a new message. Holds the conversation's row until the commit, so no number is skipped."""
    begun_by_another = select(Message.id).where(
        Message.conversation_id == conversation_id,
        Message.seq == 1,
        Message.sender_id.is_distinct_from(sender_id),
    )
    return _raise(
        conversation_id,
        last_seq=Conversation.last_seq + 1,
        last_rev=Conversation.last_rev + 1,
        updated_at=clock.now(),
        is_mutual=or_(Conversation.is_mutual, begun_by_another.exists()),
    )


def hold(conversation_id: int) -> None:
    """From here to the commit nobody else changes or sends a message of this conversation."""
    db.session.execute(
        select(Conversation.id).where(Conversation.id == conversation_id).with_for_update(**LOCK)
    )


def number_change(conversation_id: int) -> int:
    """The rev of a change. Only for one that happens: a number that no message carries looks like a loss."""
    return _raise(conversation_id, last_rev=Conversation.last_rev + 1)[1]


def _raise(conversation_id: int, **values: object) -> tuple[int, int]:
    row = db.session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(**values)
        .returning(Conversation.last_seq, Conversation.last_rev)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such conversation.")
    return row[0], row[1]
