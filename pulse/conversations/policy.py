"""Who may do what in a conversation. What one may not see does not exist."""

from pulse.conversations.kinds import KINDS, Kind, KindRules
from pulse.conversations.models import Conversation, Message
from pulse.conversations.queries import conversations as queries
from pulse.conversations.queries import messages
from pulse.conversations.queries.conversations import Place
from pulse.conversations.rules import MessageKind
from pulse.core.errors import Conflict, Forbidden, NotFound


def rules_of(conversation: Conversation) -> KindRules:
    """What the kind of a conversation allows."""
    return KINDS[Kind(conversation.kind)]


def may_post(place: Place) -> bool:
    """Whether messages may be written there now."""
    return place.conversation.archived_at is None and rules_of(place.conversation).may_post(place.standing)


def may_change(place: Place) -> bool:
    """Whether the topic may be changed and people added."""
    return rules_of(place.conversation).may_change(place.standing)


def may_manage(place: Place) -> bool:
    """Whether the conversation itself may be changed."""
    return rules_of(place.conversation).may_manage(place.standing)


def sees(conversation_id: int, user_id: int) -> bool:
    """Whether a conversation exists for the user."""
    place = queries.place(conversation_id, user_id)
    return place is not None and rules_of(place.conversation).may_see(place.standing)


def check_sees(conversation_id: int, user_id: int, kind: Kind | None = None) -> Place:
    """How the user stands to a conversation (of this kind) that they may see. Raises NotFound."""
    place = check_may_see(queries.place(conversation_id, user_id))
    if kind and place.conversation.kind != kind:
        raise NotFound("There is no such conversation.")
    return place


def check_may_see(place: Place | None) -> Place:
    """The same where it is known already how the user stands to the conversation. Raises NotFound."""
    if place is None or not rules_of(place.conversation).may_see(place.standing):
        raise NotFound("There is no such conversation.")
    return place


def check_member(conversation_id: int, user_id: int) -> Place:
    """The same for one that they are a member of. Raises NotFound, Forbidden (not_a_member)."""
    return _member(check_sees(conversation_id, user_id))


def _member(place: Place) -> Place:
    if place.member is None:
        raise Forbidden("Join this conversation first.", code="not_a_member")
    return place


def check_posts(conversation_id: int, user_id: int) -> Place:
    """The same for one that they may write in.

    Raises NotFound, Forbidden (not_a_member, blocked), Conflict (archived).
    """
    return check_may_post(queries.place(conversation_id, user_id))


def check_may_post(place: Place | None) -> Place:
    """The same where it is known already how the user stands to the conversation."""
    place = _member(check_may_see(place))
    if place.conversation.archived_at is not None:
        raise Conflict("This conversation is archived.", code="archived")
    if not may_post(place):
        raise Forbidden("You cannot write to this person.", code="blocked")
    return place


def check_changes(conversation_id: int, user_id: int, kind: Kind | None = None) -> Place:
    """The same for one whose topic and members they may change. Raises NotFound, Forbidden."""
    place = check_sees(conversation_id, user_id, kind)
    if not may_change(place):
        raise Forbidden("You may not change this conversation.")
    return place


def check_manages(conversation_id: int, user_id: int, kind: Kind | None = None) -> Place:
    """The same for one that they manage. Raises NotFound, Forbidden."""
    place = check_sees(conversation_id, user_id, kind)
    if not may_manage(place):
        raise Forbidden("Only those who manage this conversation do this.")
    return place


def check_sees_message(message_id: int, user_id: int) -> tuple[Message, Place]:
    """A message that the user may see, and where. Raises NotFound, as for one that does not exist."""
    message = messages.message(message_id)
    if message is None:
        raise NotFound("There is no such message.")
    try:
        return message, check_sees(message.conversation_id, user_id)
    except NotFound:
        raise NotFound("There is no such message.") from None


def check_edits(message: Message, place: Place) -> None:
    """Only text by oneself is edited. Raises Forbidden, Conflict (message_deleted, archived)."""
    check_alive(message, place)
    if message.sender_id != place.user_id or message.kind == MessageKind.EVENT:
        raise Forbidden("Only your own messages can be edited.")


def check_deletes(message: Message, place: Place) -> None:
    """One's own messages, or anybody's where one manages. Raises Forbidden."""
    if message.kind == MessageKind.EVENT or (message.sender_id != place.user_id and not may_manage(place)):
        raise Forbidden("Only your own messages can be deleted.")


def check_alive(message: Message, place: Place) -> None:
    """Raise Conflict (message_deleted, archived) or Forbidden if nothing can be done to a message now."""
    if message.deleted_at is not None:
        raise Conflict("This message is deleted.", code="message_deleted")
    if place.conversation.archived_at is not None:
        raise Conflict("This conversation is archived.", code="archived")
    if not may_post(place):
        raise Forbidden("You may not do this here.")
