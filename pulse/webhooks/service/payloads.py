"""What events say. Their fields are those of the REST API, without what only a page needs."""

from typing import Any

from pulse.accounts.models import User
from pulse.conversations.models import Conversation, Message
from pulse.conversations.queries import messages
from pulse.conversations.schemas.messages import MessageOut
from pulse.core.schemas import rfc3339
from pulse.support import queries as support
from pulse.support.models import Ticket
from pulse.workspaces import queries as workspaces

Data = dict[str, Any]

# The same twice, made for pages, or other people's words.
LEFT_OUT = {"html", "content", "message_type", "is_deleted", "is_pinned", "reply_to", "sender_avatar_url"}


def user(one: User) -> Data:
    """An account, for admins."""
    return {
        "user_id": one.id,
        "username": one.username,
        "full_name": one.full_name,
        "email": one.email,
        "role": str(one.role),
        "account_status": str(one.account_status),
        "status_text": one.status_text,
        "created_at": rfc3339(one.created_at),
    }


def member(workspace_id: int, one: User | None, user_id: int) -> Data:
    """Somebody in a workspace, or not any more (`role` null)."""
    return {
        "workspace_id": workspace_id,
        "user_id": user_id,
        "username": one.username if one else None,
        "role": workspaces.role_of(workspace_id, user_id),
    }


def conversation(one: Conversation) -> Data:
    return {
        "conversation_id": one.id,
        "kind": str(one.kind),
        "workspace_id": one.workspace_id,
        "name": one.name,
        "is_private": one.is_private,
        "created_by_id": one.created_by_id,
    }


def message(one: Message, place: Conversation) -> Data:
    """A message as everybody sees it who may see its conversation."""
    shown = MessageOut.of(messages.views([one])[0]).model_dump(mode="json", exclude=LEFT_OUT)
    return {
        "conversation_kind": str(place.kind),
        "workspace_id": place.workspace_id,
        "reply_to_id": one.reply_to_id,
        **shown,
    }


def deleted(one: Message, place: Conversation) -> Data:
    """A message that is gone: no words, no names, so that this may be told after its writer is erased."""
    return {
        "conversation_kind": str(place.kind),
        "workspace_id": place.workspace_id,
        "conversation_id": place.id,
        "id": one.id,
        "seq": one.seq,
        "rev": one.rev,
        "sender_id": one.sender_id,
        "deleted_at": rfc3339(one.deleted_at) if one.deleted_at else None,
    }


def ticket(one: Ticket) -> Data:
    moments = ("created_at", "updated_at", "first_response_at", "resolved_at", "closed_at", "snoozed_until")
    due = ("response_due_at", "resolution_due_at")
    return {
        "id": one.room,
        "conversation_id": one.conversation_id,
        "subject": one.subject,
        "description": one.description,
        "status": str(one.status),
        "priority": str(one.priority),
        "tags": support.tags([one.conversation_id]).get(one.conversation_id, []),
        "customer_id": one.customer_id,
        "assignee_id": one.assignee_id,
        "team_id": one.team_id,
        "rating": one.rating,
        "rating_comment": one.rating_comment,
        **{name: rfc3339(at) if (at := getattr(one, name)) else None for name in (*moments, *due)},
    }
