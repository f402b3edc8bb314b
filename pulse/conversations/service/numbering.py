"""The numbers of messages and of their changes, given inside the transaction that writes them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, or_, select, update

from pulse.conversations.models import Conversation, Message
from pulse.core import clock
from pulse.core.database import LOCK
from pulse.core.errors import NotFound
from pulse.extensions import db


def number_message(conversation_id: int, sender_id: int | None) -> tuple[int, int]:
    """(seq, rev) of a new message. Holds the conversation's row until the commit, so no number is skipped."""
    return _raise(_NEW_MESSAGE, conversation_id, sender=sender_id, moment=clock.now())


def set_numbers(messages: Iterable[Message]) -> None:
    """Move conversations that one holds on to the numbers of messages that were just written in them.

    Of each sender in each conversation the latest one, the highest last.
    """
    db.session().connection().execute(
        _NUMBERED,
        [
            {
                "conversation": message.conversation_id,
                "sender": message.sender_id,
                "moment": message.created_at,
                "seq": message.seq,
                "rev": message.rev,
            }
            for message in messages
        ],
    )


def hold(conversation_id: int) -> None:
    """From here to the commit nobody else changes or sends a message of this conversation."""
    db.session.execute(
        select(Conversation.id).where(Conversation.id == conversation_id).with_for_update(**LOCK)
    )


def number_change(conversation_id: int) -> int:
    """The rev of a change. Only for one that happens: a number that no message carries looks like a loss."""
    return _raise(_CHANGE, conversation_id)[1]


# Built once: building costs more than asking.
_CHANGE = (
    update(Conversation)
    .where(Conversation.id == bindparam("conversation"))
    .values(last_rev=Conversation.last_rev + 1)
    .returning(Conversation.last_seq, Conversation.last_rev)
    .execution_options(synchronize_session=False)
)
_BEGUN_BY_ANOTHER = select(Message.id).where(
    Message.conversation_id == Conversation.id,
    Message.seq == 1,
    Message.sender_id.is_distinct_from(bindparam("sender")),
)
_NEW_MESSAGE = _CHANGE.values(
    last_seq=Conversation.last_seq + 1,
    updated_at=bindparam("moment"),
    is_mutual=or_(Conversation.is_mutual, _BEGUN_BY_ANOTHER.exists()),
)

_NUMBERED = (
    update(Conversation)
    .where(Conversation.id == bindparam("conversation"))
    .values(
        last_seq=bindparam("seq"),
        last_rev=bindparam("rev"),
        updated_at=bindparam("moment"),
        is_mutual=or_(Conversation.is_mutual, _BEGUN_BY_ANOTHER.exists()),
    )
)


def _raise(statement: Any, conversation_id: int, **values: object) -> tuple[int, int]:
    row = db.session.execute(statement, {"conversation": conversation_id, **values}).one_or_none()
    if row is None:
        raise NotFound("There is no such conversation.")
    return row[0], row[1]
