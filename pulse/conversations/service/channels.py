"""Channels themselves."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from pulse.conversations import policy
from pulse.conversations.events import ConversationChanged, ConversationCreated
from pulse.conversations.kinds import Kind
from pulse.conversations.models import Conversation
from pulse.conversations.service.members import check_open, enter
from pulse.conversations.service.sending import say
from pulse.core import clock
from pulse.core.errors import Conflict, Forbidden
from pulse.core.events import publish, transaction
from pulse.extensions import db
from pulse.workspaces import policy as workspaces
from pulse.workspaces import queries
from pulse.workspaces.rules import MemberRole


def create(user_id: int, workspace_id: int, name: str, topic: str = "", *, is_private: bool = False) -> int:
    """Make a channel of a workspace, with its maker in it; returns its id.

    Raises NotFound, Forbidden (guests), Conflict (name_taken).
    """
    now = clock.now()
    try:
        with transaction() as session:
            queries.hold_members(workspace_id, [user_id])  # before looking whether they are one
            if workspaces.role_in(workspace_id, user_id) is MemberRole.GUEST:
                raise Forbidden("Guests do not make channels.")
            _check_name(workspace_id, name, is_private)
            channel = Conversation(
                kind=Kind.CHANNEL,
                workspace_id=workspace_id,
                name=name,
                topic=topic,
                is_private=is_private,
                created_by_id=user_id,
                created_at=now,
                updated_at=now,
            )
            session.add(channel)
            session.flush()
            publish(ConversationCreated(channel.id, user_id))
            enter(channel, [user_id], user_id)
            return channel.id
    except IntegrityError:
        raise _taken() from None


def update(user_id: int, channel_id: int, changes: dict[str, Any]) -> None:
    """Change a channel: topic by its members; name, is_private, retention_days by those who manage it.

    Raises NotFound, Forbidden, Conflict (name_taken, archived: name and topic stay as they are).
    """
    try:
        with transaction():
            place = policy.check_changes(channel_id, user_id, Kind.CHANNEL)
            if changes.keys() - {"topic"}:
                place = policy.check_manages(channel_id, user_id, Kind.CHANNEL)
            if changes.keys() & {"topic", "name"}:
                check_open(place.conversation)
            _change(place.conversation, user_id, changes)
    except IntegrityError:
        raise _taken() from None


def _change(channel: Conversation, user_id: int, changes: dict[str, Any]) -> None:
    fresh = {name: value for name, value in changes.items() if getattr(channel, name) != value}
    if {"name", "is_private"} & fresh.keys():
        is_private, name = fresh.get("is_private", channel.is_private), fresh.get("name", channel.name)
        _check_name(channel.workspace_id, name, is_private, channel.id)
    for name, value in fresh.items():
        setattr(channel, name, value)
    db.session.flush()
    if fresh:  # before the lines below, which are not for whoever may not see it any more
        publish(ConversationChanged(channel.id, user_id, sorted(fresh)))
    if "name" in fresh:
        say(channel.id, user_id, f"renamed the channel to {channel.name}")
    if "topic" in fresh:
        say(
            channel.id, user_id, f"set the topic to {channel.topic}" if channel.topic else "removed the topic"
        )
    if "is_private" in fresh:
        say(channel.id, user_id, f"made the channel {'private' if channel.is_private else 'public'}")


def archive(user_id: int, channel_id: int, is_archived: bool) -> None:
    """Close a channel for writing, or open it again. Raises NotFound, Forbidden."""
    with transaction():
        channel = policy.check_manages(channel_id, user_id, Kind.CHANNEL).conversation
        if (channel.archived_at is not None) == is_archived:
            return
        channel.archived_at = clock.now() if is_archived else None
        say(channel.id, user_id, "archived the channel" if is_archived else "opened the channel again")
        publish(ConversationChanged(channel.id, user_id, ["is_archived"]))


def _check_name(workspace_id: int | None, name: str, is_private: bool, channel_id: int = 0) -> None:
    if is_private:
        return
    taken = select(Conversation.id).where(
        Conversation.workspace_id == workspace_id,
        Conversation.kind == Kind.CHANNEL,
        ~Conversation.is_private,
        func.lower(Conversation.name) == func.lower(name),
        Conversation.id != channel_id,
    )
    if db.session.scalar(taken.limit(1)) is not None:
        raise _taken()


def _taken() -> Conflict:
    return Conflict(
        "There is a public channel of this name already.", code="name_taken", errors={"name": ["is taken"]}
    )
