"""Deleting what a conversation keeps no longer, or what somebody wrote."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, select, text

from pulse.conversations.events import ReactionChanged
from pulse.conversations.models import HAS_CONTENT, Conversation, Message, Reaction
from pulse.conversations.queries import messages as queries
from pulse.conversations.service.changing import change_of, empty
from pulse.conversations.service.numbering import hold
from pulse.core import clock
from pulse.core.events import publish, transaction
from pulse.extensions import db

Found = Select[int, int]
BATCH = 100  # messages in one transaction; a longer one would keep others waiting
MOST = 5000  # messages in one run of the job; the next run goes on


def delete_old(most: int = MOST) -> int:
    """Delete, as its people would, the messages that are older than their conversation keeps them.

    Returns how many; at most `most`, so that one run ends soon.
    """
    now, done = clock.now(), 0
    kept = db.session.execute(
        select(Conversation.id, Conversation.retention_days)
        .where(Conversation.retention_days.is_not(None))
        .order_by(Conversation.id)
    ).all()
    for conversation_id, days in kept:
        done += _delete(old_messages(conversation_id, now - timedelta(days=days or 0)), most - done)
    return done


def delete_of(user_id: int) -> int:
    """Delete everything that a user wrote, wherever it is; returns how many messages."""
    done = 0
    while count := _delete(_with_content(Message.sender_id == user_id), MOST):
        done += count
    return done


def old_messages(conversation_id: int, before: datetime) -> Found:
    """(conversation, id) of the messages written before a moment that still say something."""
    return _with_content(Message.conversation_id == conversation_id, Message.created_at < before)


def _with_content(*conditions: ColumnElement[bool]) -> Found:
    query = select(Message.conversation_id, Message.id).where(*conditions, text(HAS_CONTENT))
    return query.order_by(Message.created_at, Message.id)


def _delete(found: Found, most: int) -> int:
    done = 0
    while done < most and (rows := db.session.execute(found.limit(min(BATCH, most - done))).all()):
        for conversation_id in sorted({place for place, _ in rows}):
            with transaction():
                hold(conversation_id)
                for message_id in (number for place, number in rows if place == conversation_id):
                    message = queries.message(message_id)
                    if message and message.deleted_at is None:
                        empty(message, None)
        done += len(rows)
    return done


def retract_reactions_of(user_id: int) -> None:
    """Take all emoji of a user off, wherever they are."""
    placed = (
        select(Message.conversation_id, Reaction.message_id, Reaction.emoji)
        .join(Message, Message.id == Reaction.message_id)
        .where(Reaction.user_id == user_id)
        .limit(BATCH)
    )
    while rows := db.session.execute(placed).all():
        for conversation_id, message_id, emoji in rows:
            with transaction() as session:
                hold(conversation_id)
                reaction = session.get(Reaction, (message_id, user_id, emoji), populate_existing=True)
                message = queries.message(message_id)
                if reaction and message:
                    session.delete(reaction)
                    publish(ReactionChanged(**change_of(message, user_id), emoji=emoji, is_on=False))
