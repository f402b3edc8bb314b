"""Messages: read, sent, changed."""

from pulse.accounts import policy as accounts
from pulse.accounts.limits import per_user
from pulse.accounts.models import User
from pulse.conversations import answers, policy, service
from pulse.conversations.models import Message
from pulse.conversations.queries import messages as queries
from pulse.conversations.routes.blueprint import bp
from pulse.conversations.schemas import messages as s
from pulse.conversations.schemas.conversations import ListQuery
from pulse.core.errors import InvalidInput, NotFound
from pulse.core.http import identity, needs
from pulse.core.pagination import Page, cut, decode_cursor, encode_cursor
from pulse.core.permissions import Permission
from pulse.extensions import db

USE = Permission.MESSAGES_USE


@bp.get("/api/messages/")
@needs(USE)
@bp.input(s.MessagesQuery, location="query", arg_name="query")
@bp.output(Page[s.OwnMessageOut])
@bp.doc(responses={404: "There is no such conversation."})
def list_messages(query: s.MessagesQuery) -> Page[s.OwnMessageOut]:
    """Messages of one conversation, the newest page first, ascending within a page

    `next` leads to older ones. With `after_seq` come the oldest ones behind that message, with `around_seq`
    a window around it.
    """
    who = identity()
    accounts.check_is_self(db.session.get_one(User, who.user_id), query.username)
    conversation_id = answers.target(who, query, opens=False)
    if conversation_id is None:
        return Page(data=[])
    place = policy.check_sees(conversation_id, who.user_id)
    if sum(given is not None for given in (query.cursor, query.after_seq, query.around_seq)) > 1:
        raise InvalidInput("Give one of cursor, after_seq and around_seq.")
    if query.after_seq is not None:
        found = list(queries.after(conversation_id, query.after_seq, query.limit))
        return Page(data=answers.messages(who, place, found), next=_older(found))
    if query.around_seq is not None:
        older = queries.before(conversation_id, query.around_seq, query.limit // 2)
        newer = queries.after(conversation_id, query.around_seq - 1, query.limit - len(older))
        found = [*older, *newer]
    else:
        before = decode_cursor(query.cursor, int)
        found = queries.before(conversation_id, before[0] if before else None, query.limit)
    return Page(data=answers.messages(who, place, found), next=_older(found))


def _older(page: list[Message]) -> str | None:
    """The cursor of the page before; messages are numbered from 1 without a gap."""
    seq = page[0].seq if page else 0
    return encode_cursor(seq) if seq > 1 else None


@bp.post("/api/messages/")
@bp.post("/api/send-message/")
@needs(USE)
@per_user("600/minute")
@bp.input(s.SendIn, arg_name="body")
@bp.output(s.OwnMessageOut, status_code=201)
@bp.doc(
    responses={
        404: "There is no such conversation.",
        409: "The conversation is archived, or `client_id` names a message elsewhere.",
    }
)
def send_message(body: s.SendIn) -> s.OwnMessageOut:
    """Send a message

    With a `client_id` a repeat is harmless: it gets the message that was sent first.
    """
    who = identity()
    accounts.check_is_self(db.session.get_one(User, who.user_id), body.sender)
    conversation_id = answers.target(who, body, opens=True)
    if conversation_id is None:
        raise NotFound("There is no such conversation.")
    return answers.sent(who, service.send(who.user_id, conversation_id, body.draft))


@bp.post("/api/mark-as-read/")
@needs(USE)
@bp.input(s.MarkReadIn, arg_name="body")
@bp.output(s.MarkedOut)
@bp.doc(responses={404: "There is no such conversation."})
def mark_as_read(body: s.MarkReadIn) -> s.MarkedOut:
    """Everything in a conversation, or up to a message, is read"""
    who = identity()
    accounts.check_is_self(db.session.get_one(User, who.user_id), body.username)
    marked = service.mark_read(who.user_id, body.conversation_id, body.seq)
    return answers.marked(who, body.conversation_id, marked)


@bp.get("/api/messages/<id:message_id>/")
@needs(USE)
@bp.output(s.OwnMessageOut)
def get_message(message_id: int) -> s.OwnMessageOut:
    """One message"""
    message, place = policy.check_sees_message(message_id, identity().user_id)
    return answers.messages(identity(), place, [message])[0]


@bp.put("/api/messages/<id:message_id>/edit/")
@needs(USE)
@bp.input(s.EditIn, arg_name="body")
@bp.output(s.OwnMessageOut)
@bp.doc(responses={409: "It is deleted, or the conversation is archived."})
def edit_message(message_id: int, body: s.EditIn) -> s.OwnMessageOut:
    """Change what you said"""
    return answers.message(identity(), service.edit(identity().user_id, message_id, body.body))


@bp.delete("/api/messages/<id:message_id>/")
@needs(USE)
@bp.output({}, status_code=204)
def delete_message(message_id: int) -> str:
    """Delete a message: its number stays, its content goes"""
    service.remove(identity().user_id, message_id)
    return ""


@bp.get("/api/messages/<id:message_id>/revisions/")
@needs(USE)
@bp.input(ListQuery, location="query", arg_name="query")
@bp.output(Page[s.RevisionOut])
def list_revisions(message_id: int, query: ListQuery) -> Page[s.RevisionOut]:
    """What it said before, the latest first"""
    policy.check_sees_message(message_id, identity().user_id)
    before = decode_cursor(query.cursor, int)
    found = queries.revisions(message_id, before[0] if before else None, query.limit + 1)
    rows, last = cut(found, query.limit)
    return Page(data=[s.RevisionOut.of(one) for one in rows], next=encode_cursor(last.id) if last else None)


@bp.get("/api/messages/<id:message_id>/reactions/")
@needs(USE)
@bp.output(s.ReactionsOut)
def list_reactions(message_id: int) -> s.ReactionsOut:
    """Who reacted how"""
    message, _ = policy.check_sees_message(message_id, identity().user_id)
    return s.ReactionsOut(data=s.reactions_of(queries.views([message])[0]))


@bp.post("/api/messages/<id:message_id>/reactions/")
@needs(USE)
@bp.input(s.ReactIn, arg_name="body")
@bp.output(s.OwnMessageOut)
@bp.doc(responses={409: "It is deleted, the conversation is archived, or there are enough reactions."})
def react(message_id: int, body: s.ReactIn) -> s.OwnMessageOut:
    """Put an emoji on it, or take yours off"""
    return answers.message(identity(), service.react(identity().user_id, message_id, body.emoji, body.on))


@bp.post("/api/messages/<id:message_id>/pin/")
@needs(USE)
@bp.input(s.PinIn, arg_name="body")
@bp.output(s.OwnMessageOut)
@bp.doc(responses={409: "It is deleted, or the conversation is archived."})
def pin(message_id: int, body: s.PinIn) -> s.OwnMessageOut:
    """Pin it, or take it off"""
    return answers.message(identity(), service.pin(identity().user_id, message_id, body.on))


@bp.post("/api/messages/<id:message_id>/mark_read/")
@needs(USE)
@bp.output(s.MarkedOut)
def mark_message_read(message_id: int) -> s.MarkedOut:
    """This message, and all before it, are read"""
    message, _ = policy.check_sees_message(message_id, identity().user_id)
    conversation_id = message.conversation_id
    marked = service.mark_read(identity().user_id, conversation_id, message.seq)
    return answers.marked(identity(), conversation_id, marked)


@bp.post("/api/messages/<id:message_id>/mark_unread/")
@needs(USE)
@bp.output(s.MarkedOut)
def mark_message_unread(message_id: int) -> s.MarkedOut:
    """This message, and all behind it, are unread"""
    message, _ = policy.check_sees_message(message_id, identity().user_id)
    conversation_id = message.conversation_id
    service.mark_unread(identity().user_id, conversation_id, message.seq)
    return answers.marked(identity(), conversation_id)
