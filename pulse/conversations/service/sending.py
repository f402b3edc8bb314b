"""Sending messages, each once: those that come together are written together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import structlog
from sqlalchemy import bindparam, insert, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from pulse.accounts.models import User
from pulse.conversations import policy, rules
from pulse.conversations.events import MessageSent
from pulse.conversations.models import Attachment, Member, Message
from pulse.conversations.queries import conversations as queries
from pulse.conversations.queries import messages
from pulse.conversations.queries.conversations import Writer
from pulse.conversations.queries.messages import MessageView
from pulse.conversations.rules import MessageKind
from pulse.conversations.service import attachments, numbering
from pulse.conversations.service.numbering import number_message
from pulse.core import clock
from pulse.core.batching import batched
from pulse.core.errors import Conflict, InvalidInput, PulseError
from pulse.core.events import publish, transaction
from pulse.extensions import db, is_writing

log = structlog.get_logger(__name__)

AT_ONCE = 64  # messages in a transaction, in which nobody else writes to SQLite


@dataclass(frozen=True)
class Draft:
    """What somebody wants to say. `client_id` names it, so that a repeat is known as one."""

    body: str
    client_id: str | None = None
    attachment_ids: Sequence[int] = ()
    reply_to: int | None = None


class Sending(NamedTuple):
    """A draft on its way."""

    sender_id: int
    conversation_id: int
    draft: Draft


Outcome = MessageView | Exception


def send(sender_id: int, conversation_id: int, draft: Draft) -> MessageView:
    """Write a message, or find the one that was written when the same draft was sent before.

    Raises NotFound, Forbidden (not_a_member, blocked), Conflict (archived, client_id_used), InvalidInput
    (empty_message, unknown_message, unknown_attachment).
    """
    if not draft.body and not draft.attachment_ids:
        raise InvalidInput("Say something.", code="empty_message", errors={"body": ["is empty"]})
    sending = Sending(sender_id, conversation_id, draft)
    if is_writing():  # and must not wait for somebody who waits to write
        outcome = _write([sending])[0]
    else:
        db.session.rollback()  # nor must whoever waits hold a connection, of which others need one to go on
        outcome = _send(sending)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


@batched(AT_ONCE)
def _send(sendings: Sequence[Sending]) -> list[Outcome]:
    if len(sendings) > 1:
        try:
            return _commit(sendings)
        except Exception as error:  # of one, which is to keep none of the others from being sent
            if isinstance(error, DBAPIError) and error.connection_invalidated:
                raise  # they may be there
            log.info("messages are sent one by one", count=len(sendings), error=str(error))
    return [_send_alone(one) for one in sendings]


def _send_alone(sending: Sending) -> Outcome:
    try:
        return _commit([sending])[0]
    except IntegrityError as error:  # the same draft, at the same moment, to another conversation
        return _used_elsewhere() if messages.sent_as(_names([sending])) else error
    except Exception as error:
        return error


def _commit(sendings: Sequence[Sending]) -> list[Outcome]:
    with transaction() as session:
        outcomes = _write(sendings)
        session.expunge_all()  # each sender looks at their own, whatever becomes of this session
    return outcomes


def _write(sendings: Sequence[Sending]) -> list[Outcome]:
    """Write messages inside a transaction; those that may not be are left out, and have their errors."""
    writers = queries.writers({(one.conversation_id, one.sender_id) for one in sendings})
    known = messages.views(messages.sent_as(_names(sendings)))
    sent = {(view.message.sender_id or 0, view.message.client_id): view for view in known}
    outcomes: list[Outcome] = []
    fresh: list[MessageView] = []
    for one in sendings:
        writer, name = writers.get((one.conversation_id, one.sender_id)), (one.sender_id, one.draft.client_id)
        try:
            if name not in sent:
                view = _compose(writer, one.draft)
                fresh.append(view)
                if one.draft.client_id:
                    sent[name] = view
                outcomes.append(view)
            else:
                outcomes.append(_repeated(sent[name], writer, one.conversation_id))
        except PulseError as error:
            outcomes.append(error)
    if fresh:
        _store(fresh)
    return outcomes


def _names(sendings: Sequence[Sending]) -> set[tuple[int, str]]:
    """What repeats of these are known by."""
    return {(one.sender_id, one.draft.client_id) for one in sendings if one.draft.client_id}


def _used_elsewhere() -> Conflict:
    return Conflict("This client_id names a message elsewhere.", code="client_id_used")


def _repeated(view: MessageView, writer: Writer | None, conversation_id: int) -> MessageView:
    """The message that was sent before, also where it may not be sent any more."""
    place = writer.place if writer else None
    if view.conversation.id != conversation_id:
        policy.check_may_post(place)
        raise _used_elsewhere()
    policy.check_may_see(place)
    return view


def _compose(writer: Writer | None, draft: Draft) -> MessageView:
    """A message that has no number yet, nor an id."""
    place = policy.check_may_post(writer.place if writer else None)
    conversation_id = place.conversation.id
    names, mentions_all = rules.mentions(draft.body)
    quoted = _quoted(conversation_id, draft.reply_to)
    files = attachments.unsent(place.user_id, draft.attachment_ids)
    message = Message(
        conversation_id=conversation_id,
        sender_id=place.user_id,
        client_id=draft.client_id,
        kind=_kind(files),
        body=draft.body,
        mentions=sorted(queries.mentioned(conversation_id, names).values()),
        mentions_all=mentions_all,
        reply_to_id=quoted.id if quoted else None,
        created_at=clock.now(),
    )
    return MessageView(
        message=message,
        conversation=place.conversation,
        sender=writer.user if writer else None,
        reply_to=quoted,
        reply_sender=db.session.get(User, quoted.sender_id) if quoted and quoted.sender_id else None,
        attachments=files,
    )


def _kind(files: Sequence[Attachment]) -> MessageKind:
    if not files:
        return MessageKind.TEXT
    are_images = all(file.media_type.startswith("image/") for file in files)
    return MessageKind.IMAGE if are_images else MessageKind.FILE


def _store(views: Sequence[MessageView]) -> None:
    """Number new messages and write them, in a handful of statements for all."""
    connection = db.session().connection()
    last: dict[int, tuple[int, int]] = {}  # conversation -> seq, rev
    for view in views:
        place, message = view.conversation, view.message
        seq, rev = last.get(place.id, (place.last_seq, place.last_rev))
        message.seq, message.rev = last[place.id] = seq + 1, rev + 1
    rows = [{name: getattr(view.message, name) for name in _COLUMNS} for view in views]
    ids = {(place_id, seq): id_ for id_, place_id, seq in connection.execute(_INSERT, rows)}
    for view in views:
        message = view.message
        message.id = ids[message.conversation_id, message.seq]
        attachments.claim(message.id, view.attachments)
        publish(
            MessageSent(
                conversation_id=message.conversation_id,
                message_id=message.id,
                rev=message.rev,
                actor_id=message.sender_id,
                seq=message.seq,
                kind=message.kind,
                mentions=message.mentions,
                mentions_all=message.mentions_all,
                shown=view,
            )
        )
    latest: dict[tuple[int, int | None], Message] = {}  # of each sender in each conversation
    for view in views:
        key = view.message.conversation_id, view.message.sender_id
        latest.pop(key, None)  # so that the highest numbers come last
        latest[key] = view.message
    numbering.set_numbers(latest.values())
    connection.execute(
        _READ_OWN,
        [
            {"conversation": conversation_id, "sender": sender_id, "seq": message.seq}
            for (conversation_id, sender_id), message in latest.items()
        ],
    )


# Core statements, built once: the unit of work costs several times as much.
_COLUMNS = (
    *("conversation_id", "seq", "rev", "sender_id", "client_id", "kind", "body", "mentions", "mentions_all"),
    *("reply_to_id", "created_at"),
)
_INSERT = insert(Message).returning(Message.id, Message.conversation_id, Message.seq)
_READ_OWN = (
    update(Member)
    .where(Member.conversation_id == bindparam("conversation"), Member.user_id == bindparam("sender"))
    .values(read_seq=bindparam("seq"), delivered_seq=bindparam("seq"))
)


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


def _quoted(conversation_id: int, message_id: int | None) -> Message | None:
    if message_id is None:
        return None
    message = messages.message(message_id)
    if message is None or message.conversation_id != conversation_id:
        raise InvalidInput(
            "There is no such message to reply to.",
            code="unknown_message",
            errors={"reply_to": ["is not a message of this conversation"]},
        )
    return message
