"""What both doors, REST and sockets, do alike: find the conversation that is meant, put answers together."""

from collections.abc import Sequence
from dataclasses import replace

from pulse.accounts.models import User
from pulse.conversations import policy, rules, service
from pulse.conversations.kinds import Kind
from pulse.conversations.models import Conversation, Message
from pulse.conversations.queries import conversations as queries
from pulse.conversations.queries import messages as message_queries
from pulse.conversations.queries import presence
from pulse.conversations.queries.conversations import Listed, Place
from pulse.conversations.queries.messages import MessageView
from pulse.conversations.schemas.conversations import ConversationMemberOut, ConversationOut, ListQuery
from pulse.conversations.schemas.events import JoinOut
from pulse.conversations.schemas.messages import MarkedOut, OwnMessageOut, TargetIn, Viewer
from pulse.core import ports
from pulse.core.errors import Forbidden, InvalidInput, NotFound
from pulse.core.identity import Identity
from pulse.core.pagination import Page, cut, decode_cursor, encode_cursor
from pulse.core.permissions import Permission
from pulse.extensions import db

PAGE = 50  # messages that come with joining
CHANGES = 200  # changed messages in one answer
TARGETS = ("conversation_id", "channel_id", "chat_room_id", "other_username")


def target(who: Identity, named: TargetIn, *, opens: bool) -> int | None:
    """The id of the conversation that is named; a direct one that is not there is made if `opens`, else None.

    Raises NotFound, InvalidInput unless exactly one is named.
    """
    given = [name for name in TARGETS if getattr(named, name) is not None]
    if len(given) != 1:
        raise InvalidInput(
            f"Name exactly one of {', '.join(TARGETS)}.", errors={"conversation_id": ["name exactly one"]}
        )
    if named.channel_id is not None:
        return policy.check_sees(named.channel_id, who.user_id, Kind.CHANNEL).conversation.id
    if named.other_username is not None:
        if not who.may(Permission.CONVERSATIONS_USE):
            raise Forbidden("Your role may not do this.")
        if opens:
            return service.open_direct(who.user_id, named.other_username)
        found = queries.direct(who.user_id, service.person(who.user_id, named.other_username).id)
        return found.id if found else None
    if named.chat_room_id is not None:
        found_id = ports.room_conversation(named.chat_room_id)
        if found_id is None:
            raise NotFound("There is no such conversation.")
        return found_id
    return named.conversation_id


def conversations(who: Identity, rows: Sequence[Listed]) -> list[ConversationOut]:
    """Conversations in a list, with the other person's presence."""
    pairs = queries.others([row.place.conversation for row in rows], who.user_id)
    seen = presence.seen_by(who, {pair.user.id for pair in pairs.values()})
    found = []
    for row in rows:
        pair = pairs.get(row.place.conversation.id)
        found.append(ConversationOut.of(row, pair, seen.get(pair.user.id) if pair else None))
    return found


def conversation(who: Identity, conversation_id: int) -> ConversationOut:
    """One conversation that the caller may see, with the number of its members. Raises NotFound."""
    return _with_place(who, conversation_id)[0]


def _with_place(who: Identity, conversation_id: int) -> tuple[ConversationOut, Place]:
    row = queries.one_listed(conversation_id, who.user_id)
    if row is None:
        raise NotFound("There is no such conversation.")
    place = policy.check_may_see(row.place)
    found = conversations(who, [row])[0]
    return found.model_copy(update={"member_count": queries.member_count(conversation_id)}), place


def messages(who: Identity, place: Place, found: Sequence[Message]) -> list[OwnMessageOut]:
    """Messages of one conversation as the caller sees them."""
    viewer = _viewer(who, place.conversation, place.member.read_seq if place.member else 0)
    return [OwnMessageOut.seen_by(view, viewer) for view in message_queries.views(found)]


def sent(who: Identity, view: MessageView) -> OwnMessageOut:
    """A message that the caller has just sent, as they see it."""
    return OwnMessageOut.seen_by(view, _viewer(who, view.conversation, view.message.seq))


def _viewer(who: Identity, conversation: Conversation, read_seq: int) -> Viewer:
    viewer = Viewer(who.user_id, read_seq)
    pair = queries.others([conversation], who.user_id).get(conversation.id)
    if pair is None:
        return viewer
    own_name = db.session.get_one(User, who.user_id).username
    theirs = pair.member.read_seq if pair.member else 0
    return replace(viewer, own_name=own_name, other=pair.user.username, other_read_seq=theirs)


def message(who: Identity, one: Message) -> OwnMessageOut:
    """One message as the caller sees it. Raises NotFound."""
    return messages(who, policy.check_sees(one.conversation_id, who.user_id), [one])[0]


def opened(who: Identity, conversation_id: int, after_rev: int | None) -> JoinOut:
    """The newest messages of a conversation, or with `after_rev` what has changed since. Raises NotFound.

    The number of the last change is read first: what changes meanwhile comes again, and is dropped then.
    """
    shown, place = _with_place(who, conversation_id)
    if after_rev is None:
        found = message_queries.before(conversation_id, None, PAGE + 1)
        older, page = found[:-PAGE], found[-PAGE:]
        return JoinOut(
            conversation=shown,
            messages=messages(who, place, page),
            last_rev=shown.last_rev,
            has_more=False,
            next=encode_cursor(page[0].seq) if older else None,
        )
    changed = message_queries.changed(conversation_id, after_rev, CHANGES + 1)
    page, has_more = list(changed[:CHANGES]), len(changed) > CHANGES
    return JoinOut(
        conversation=shown,
        messages=messages(who, place, page),
        last_rev=page[-1].rev if has_more else max([shown.last_rev, *(m.rev for m in page)]),
        has_more=has_more,
    )


def members(who: Identity, conversation_id: int, query: ListQuery) -> Page[ConversationMemberOut]:
    """A page of the members by username, with presence where the caller may see it."""
    after = decode_cursor(query.cursor, str, int)
    rows, last = cut(queries.members(conversation_id, after, query.limit + 1), query.limit)
    seen = presence.seen_by(who, {user.id for user, _ in rows})
    return Page(
        data=[ConversationMemberOut.of(user, member, seen.get(user.id)) for user, member in rows],
        next=encode_cursor(last[0].username.lower(), last[0].id) if last else None,
    )


def marked(who: Identity, conversation_id: int, count: int = 0) -> MarkedOut:
    """How far the caller has read, of whose messages `count` became read just now. Raises NotFound."""
    place = policy.check_member(conversation_id, who.user_id)
    read_seq = place.member.read_seq if place.member else 0
    return MarkedOut(
        conversation_id=conversation_id,
        read_seq=read_seq,
        unread_count=rules.unread(place.conversation.last_seq, read_seq),
        marked_read=count,
    )
