"""Sending messages, each once."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, update
from sqlalchemy.exc import IntegrityError

from pulse.conversations import policy, rules
from pulse.conversations.events import MessageSent
from pulse.conversations.models import Member, Message
from pulse.conversations.queries import conversations as queries
from pulse.conversations.queries import messages
from pulse.conversations.queries.conversations import Place
from pulse.conversations.rules import MessageKind
from pulse.conversations.service import attachments
from pulse.conversations.service.numbering import number_message
from pulse.core import clock
from pulse.core.errors import Conflict, Forbidden, InvalidInput
from pulse.core.events import publish, transaction
from pulse.extensions import db


@dataclass(frozen=True)
class Draft:
    """What somebody wants to say. `client_id` names it, so that a repeat is known as one."""

    body: str
    client_id: str | None = None
    attachment_ids: Sequence[int] = ()
    reply_to: int | None = None


_READ_OWN = (  # built once: building costs more than asking
    update(Member)
    .where(Member.conversation_id == bindparam("conversation"), Member.user_id == bindparam("sender"))
    .values(read_seq=bindparam("seq"), delivered_seq=bindparam("seq"))
    .execution_options(synchronize_session=False)
)


class _Repeated(Exception):
    """The message was sent before."""

    def __init__(self, message: Message) -> None:
        self.message = message


def send(sender_id: int, conversation_id: int, draft: Draft) -> Message:
    """Write a message, or find the one that was written when the same draft was sent before.

    Raises NotFound, Forbidden (not_a_member, blocked), Conflict (archived, client_id_used), InvalidInput
    (empty_message, unknown_message, unknown_attachment).
    """
    if not draft.body and not draft.attachment_ids:
        raise InvalidInput("Say something.", code="empty_message", errors={"body": ["is empty"]})
    try:
        with transaction():
            return _write(policy.check_posts(conversation_id, sender_id), draft)
    except _Repeated as repeat:
        message = repeat.message
    except IntegrityError:  # the same draft, at the same moment, to another conversation
        found = _sent_before(sender_id, draft)
        if found is None:
            raise
        message = found
    except (Conflict, Forbidden):  # archived or blocked since it was sent
        found = _sent_before(sender_id, draft)
        if found is None or found.conversation_id != conversation_id:
            raise
        return found
    if message.conversation_id != conversation_id:
        raise Conflict("This client_id names a message elsewhere.", code="client_id_used")
    return message


def _sent_before(sender_id: int, draft: Draft) -> Message | None:
    return messages.sent_as(sender_id, draft.client_id) if draft.client_id else None


def _write(place: Place, draft: Draft) -> Message:
    session, conversation_id = db.session(), place.conversation.id
    seq, rev = number_message(conversation_id, place.user_id)
    if found := _sent_before(place.user_id, draft):
        raise _Repeated(found)
    names, mentions_all = rules.mentions(draft.body)
    message = Message(
        conversation_id=conversation_id,
        seq=seq,
        rev=rev,
        sender_id=place.user_id,
        client_id=draft.client_id,
        kind=MessageKind.TEXT,
        body=draft.body,
        mentions=sorted(queries.mentioned(conversation_id, names).values()),
        mentions_all=mentions_all,
        reply_to_id=_quoted(conversation_id, draft.reply_to),
        created_at=clock.now(),
    )
    session.add(message)
    session.flush()
    if draft.attachment_ids:
        files = attachments.claim(session, place.user_id, message.id, draft.attachment_ids)
        are_images = all(file.media_type.startswith("image/") for file in files)
        message.kind = MessageKind.IMAGE if are_images else MessageKind.FILE
    session.execute(_READ_OWN, {"conversation": conversation_id, "sender": place.user_id, "seq": seq})
    publish(
        MessageSent(
            conversation_id=conversation_id,
            message_id=message.id,
            rev=rev,
            actor_id=place.user_id,
            seq=seq,
            kind=message.kind,
            mentions=message.mentions,
            mentions_all=mentions_all,
        )
    )
    return message


def say(conversation_id: int, actor_id: int, text: str) -> None:
    """Note inside a transaction what happened to a conversation, as a message of kind event by the actor."""
    seq, rev = number_message(conversation_id, actor_id)
    message = Message(
        conversation_id=conversation_id,
        seq=seq,
        rev=rev,
        sender_id=actor_id,
        kind=MessageKind.EVENT,
        body=text,
        mentions=[],
        created_at=clock.now(),
    )
    session = db.session()
    session.add(message)
    session.flush()
    session.execute(  # whoever had read all before still has
        update(Member)
        .where(
            Member.conversation_id == conversation_id,
            Member.user_id == actor_id,
            Member.read_seq == seq - 1,
        )
        .values(read_seq=seq)
        .execution_options(synchronize_session=False)
    )
    publish(
        MessageSent(
            conversation_id=conversation_id,
            message_id=message.id,
            rev=rev,
            actor_id=actor_id,
            seq=seq,
            kind=MessageKind.EVENT,
            mentions=[],
            mentions_all=False,
        )
    )


def _quoted(conversation_id: int, message_id: int | None) -> int | None:
    if message_id is None:
        return None
    message = messages.message(message_id)
    if message is None or message.conversation_id != conversation_id:
        raise InvalidInput(
            "There is no such message to reply to.",
            code="unknown_message",
            errors={"reply_to": ["is not a message of this conversation"]},
        )
    return message.id
