"""Changing messages: edits, deletions, pins, reactions. Each change gets the conversation's next rev."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, func, select

from pulse.conversations import policy, rules
from pulse.conversations.events import MessageDeleted, MessageEdited, MessagePinned, ReactionChanged
from pulse.conversations.models import Attachment, Message, Reaction, Revision
from pulse.conversations.queries import conversations as queries
from pulse.conversations.queries import messages
from pulse.conversations.queries.conversations import Place
from pulse.conversations.service import attachments
from pulse.conversations.service.numbering import hold, number_change
from pulse.core import clock
from pulse.core.database import insert
from pulse.core.errors import Conflict, InvalidInput
from pulse.core.events import publish, transaction
from pulse.extensions import db

Check = Callable[[Message, Place], None]


def edit(user_id: int, message_id: int, body: str) -> Message:
    """Change what one has said; what it said before is kept.

    Raises NotFound, Forbidden, Conflict (message_deleted, archived), InvalidInput (empty_message).
    """
    with transaction() as session:
        message = _begin(user_id, message_id, policy.check_edits)
        if body == message.body:
            return message
        if not body and not session.scalar(select(Attachment.id).where(Attachment.message_id == message.id)):
            raise InvalidInput("Say something.", code="empty_message", errors={"body": ["is empty"]})
        written_at = message.edited_at or message.created_at
        session.add(Revision(message_id=message.id, body=message.body, written_at=written_at))
        names, mentions_all = rules.mentions(body)
        before = {*message.mentions}
        message.mentions = sorted(queries.mentioned(message.conversation_id, names).values())
        message.body, message.mentions_all, message.edited_at = body, mentions_all, clock.now()
        publish(MessageEdited(**change_of(message, user_id), mentions=sorted({*message.mentions} - before)))
    return message


def remove(user_id: int, message_id: int) -> Message:
    """Delete a message: its number stays, its content goes. Deleting it again changes nothing.

    Raises NotFound, Forbidden.
    """
    with transaction():
        message = _begin(user_id, message_id, policy.check_deletes)
        if message.deleted_at is None:
            empty(message, user_id)
    return message


def empty(message: Message, actor_id: int | None) -> None:
    """Take the content out of a message, inside a transaction. `actor_id` None: its time was over."""
    session = db.session()
    session.execute(delete(Revision).where(Revision.message_id == message.id))
    session.execute(delete(Reaction).where(Reaction.message_id == message.id))
    attachments.release(session, [message.id])
    message.body, message.mentions, message.mentions_all, message.pinned_at = "", [], False, None
    message.deleted_at = clock.now()
    publish(MessageDeleted(**change_of(message, actor_id)))


def pin(user_id: int, message_id: int, is_on: bool) -> Message:
    """Pin a message to its conversation, or take it off. Raises NotFound, Forbidden, Conflict."""
    with transaction():
        message = _begin(user_id, message_id, policy.check_alive)
        if (message.pinned_at is not None) != is_on:
            message.pinned_at = clock.now() if is_on else None
            publish(MessagePinned(**change_of(message, user_id), is_pinned=is_on))
    return message


def react(user_id: int, message_id: int, emoji: str, is_on: bool) -> Message:
    """Put an emoji on a message, or take one's own off.

    Raises NotFound, Forbidden, Conflict (message_deleted, archived, too_many_reactions).
    """
    with transaction() as session:
        message = _begin(user_id, message_id, policy.check_alive)
        place = (message.id, user_id, emoji)
        if (session.get(Reaction, place, populate_existing=True) is not None) == is_on:
            return message
        if is_on:
            _check_room(message.id, emoji)
            values = {"message_id": message.id, "user_id": user_id, "emoji": emoji, "created_at": clock.now()}
            session.execute(insert(session, Reaction).values(**values))
        else:
            session.delete(session.get_one(Reaction, place))
        publish(ReactionChanged(**change_of(message, user_id), emoji=emoji, is_on=is_on))
    return message


def _begin(user_id: int, message_id: int, check: Check) -> Message:
    """A message as it is, held until the commit, once it is certain that the user may do this."""
    message, _ = policy.check_sees_message(message_id, user_id)
    place = policy.check_member(message.conversation_id, user_id)
    hold(message.conversation_id)
    fresh = messages.message(message_id) or message
    check(fresh, place)
    return fresh


def _check_room(message_id: int, emoji: str) -> None:
    kinds = select(func.count(Reaction.emoji.distinct())).where(
        Reaction.message_id == message_id, Reaction.emoji != emoji
    )
    if (db.session.scalar(kinds) or 0) >= rules.REACTIONS_PER_MESSAGE:
        raise Conflict("There are enough different reactions.", code="too_many_reactions")


def change_of(message: Message, actor_id: int | None) -> dict[str, Any]:
    """Number the change of a message; the fields that all events of changes share."""
    message.rev = number_change(message.conversation_id)
    return {
        "conversation_id": message.conversation_id,
        "message_id": message.id,
        "rev": message.rev,
        "actor_id": actor_id,
    }
