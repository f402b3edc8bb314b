"""All conversations in one list; direct ones; how far one has read."""

from pulse.accounts import policy as accounts
from pulse.accounts.limits import per_user
from pulse.accounts.models import User
from pulse.conversations import answers, policy, service
from pulse.conversations.queries import conversations as queries
from pulse.conversations.queries import messages as message_queries
from pulse.conversations.routes.blueprint import bp
from pulse.conversations.schemas import conversations as s
from pulse.conversations.schemas.messages import MarkedOut, OwnMessageOut
from pulse.core.http import identity, needs
from pulse.core.pagination import Page, cut, decode_cursor, decode_moment, encode_cursor
from pulse.core.permissions import Permission
from pulse.extensions import db

USE = Permission.CONVERSATIONS_USE
READ = Permission.MESSAGES_USE


@bp.get("/api/conversations/")
@needs(READ)
@bp.input(s.ConversationsQuery, location="query", arg_name="query")
@bp.output(Page[s.ConversationOut])
def list_conversations(query: s.ConversationsQuery) -> Page[s.ConversationOut]:
    """Your conversations, the latest first

    Channels that you are in, and direct conversations with the other person's presence.
    """
    who = identity()
    accounts.check_is_self(db.session.get_one(User, who.user_id), query.username)
    found = queries.listed(
        who.user_id,
        kind=query.kind,
        workspace_id=query.workspace_id,
        is_unread=query.unread,
        after=decode_moment(query.cursor),
        limit=query.limit + 1,
    )
    rows, last = cut(found, query.limit)
    end = last.place.conversation if last else None
    cursor = encode_cursor(end.updated_at.isoformat(), end.id) if end else None
    return Page(data=answers.conversations(who, rows), next=cursor)


@bp.post("/api/conversations/")
@needs(USE)
@per_user("60/minute")
@bp.input(s.PersonIn, arg_name="body")
@bp.output(s.ConversationOut)
@bp.doc(responses={404: "There is nobody of this name."})
def open_conversation(body: s.PersonIn) -> s.ConversationOut:
    """Open the direct conversation with the person of exactly this name"""
    return answers.conversation(identity(), service.open_direct(identity().user_id, body.username))


@bp.get("/api/conversations/unread_count/")
@needs(USE)
@bp.output(s.UnreadOut)
def unread_total() -> s.UnreadOut:
    """How much is unread"""
    count, conversations = queries.unread_total(identity().user_id)
    return s.UnreadOut(unread_count=count, conversations=conversations)


@bp.get("/api/conversations/<id:conversation_id>/")
@needs(READ)
@bp.output(s.ConversationOut)
def get_conversation(conversation_id: int) -> s.ConversationOut:
    """One conversation"""
    return answers.conversation(identity(), conversation_id)


@bp.patch("/api/conversations/<id:conversation_id>/")
@needs(USE)
@bp.input(s.PreferenceIn, arg_name="body")
@bp.output(s.ConversationOut)
def set_preference(conversation_id: int, body: s.PreferenceIn) -> s.ConversationOut:
    """Choose what to be notified of"""
    who = identity()
    place = policy.check_member(conversation_id, who.user_id)
    default = policy.rules_of(place.conversation).default_notify
    service.set_notify(who.user_id, conversation_id, body.choice(default))
    return answers.conversation(who, conversation_id)


@bp.get("/api/conversations/<id:conversation_id>/members/")
@needs(USE)
@bp.input(s.ListQuery, location="query", arg_name="query")
@bp.output(Page[s.ConversationMemberOut])
def list_members(conversation_id: int, query: s.ListQuery) -> Page[s.ConversationMemberOut]:
    """Who is in it, by username"""
    policy.check_sees(conversation_id, identity().user_id)
    return answers.members(identity(), conversation_id, query)


@bp.get("/api/conversations/<id:conversation_id>/pins/")
@needs(USE)
@bp.input(s.ListQuery, location="query", arg_name="query")
@bp.output(Page[OwnMessageOut])
def list_pins(conversation_id: int, query: s.ListQuery) -> Page[OwnMessageOut]:
    """Pinned messages, the latest first"""
    place = policy.check_sees(conversation_id, identity().user_id)
    before = decode_cursor(query.cursor, int)
    found = message_queries.pinned(conversation_id, before[0] if before else None, query.limit + 1)
    rows, last = cut(found, query.limit)
    return Page(data=answers.messages(identity(), place, rows), next=encode_cursor(last.id) if last else None)


@bp.get("/api/conversations/<id:conversation_id>/files/")
@needs(USE)
@bp.input(s.ListQuery, location="query", arg_name="query")
@bp.output(Page[OwnMessageOut])
def list_files(conversation_id: int, query: s.ListQuery) -> Page[OwnMessageOut]:
    """Messages with files, the latest first"""
    place = policy.check_sees(conversation_id, identity().user_id)
    before = decode_cursor(query.cursor, int)
    found = message_queries.with_files(conversation_id, before[0] if before else None, query.limit + 1)
    rows, last = cut(found, query.limit)
    return Page(data=answers.messages(identity(), place, rows), next=encode_cursor(last.id) if last else None)


@bp.post("/api/conversations/<id:conversation_id>/mark_read/")
@needs(USE)
@bp.input(s.SeqIn, arg_name="body")
@bp.output(MarkedOut)
def mark_conversation_read(conversation_id: int, body: s.SeqIn) -> MarkedOut:
    """Everything up to a message is read"""
    marked = service.mark_read(identity().user_id, conversation_id, body.seq)
    return answers.marked(identity(), conversation_id, marked)


@bp.post("/api/conversations/<id:conversation_id>/mark_unread/")
@needs(USE)
@bp.input(s.UnreadIn, arg_name="body")
@bp.output(MarkedOut)
def mark_conversation_unread(conversation_id: int, body: s.UnreadIn) -> MarkedOut:
    """A message, and all behind it, are unread"""
    service.mark_unread(identity().user_id, conversation_id, body.seq)
    return answers.marked(identity(), conversation_id)
