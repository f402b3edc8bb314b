"""Reads of the feed; they never commit."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, or_, select, tuple_

from pulse.accounts.models import User
from pulse.activity.models import Activity
from pulse.conversations.models import Conversation, Member, Message
from pulse.conversations.rules import MessageKind
from pulse.extensions import db
from pulse.workspaces.models import Membership
from pulse.workspaces.rules import MemberRole


def feed(
    workspace_id: int, viewer_id: int, role: MemberRole, after: tuple[datetime, int] | None, limit: int
) -> Sequence[Row[Any]]:
    """What a member of this role may see of a workspace's feed, the latest first, with `_lines`' columns.

    Private channels are for their members; guests see of all channels only those that they are in.
    """
    is_member = select(Member.user_id).where(
        Member.conversation_id == Activity.conversation_id, Member.user_id == viewer_id
    )
    allowed = [Activity.conversation_id.is_(None), is_member.exists()]
    if role is not MemberRole.GUEST:
        allowed.append(Conversation.is_private.is_(False))
    query = _lines().where(Activity.workspace_id == workspace_id, or_(*allowed))
    if after:
        query = query.where(tuple_(Activity.created_at, Activity.id) < after)
    return db.session.execute(
        query.order_by(Activity.created_at.desc(), Activity.id.desc()).limit(limit)
    ).all()


def line(activity_id: int) -> Row[Any] | None:
    """One line, with `_lines`' columns."""
    query = _lines().where(Activity.id == activity_id)
    return db.session.execute(query.execution_options(populate_existing=True)).one_or_none()


def members_among(conversation_id: int, user_ids: Collection[int]) -> set[int]:
    """Those of the users who are in a conversation."""
    query = select(Member.user_id).where(
        Member.conversation_id == conversation_id, Member.user_id.in_(user_ids)
    )
    return set(db.session.scalars(query))


def roles(workspace_id: int, user_ids: Collection[int]) -> dict[int, MemberRole]:
    """The roles of those of the users who are in a workspace."""
    rows = db.session.execute(
        select(Membership.user_id, Membership.role).where(
            Membership.workspace_id == workspace_id, Membership.user_id.in_(user_ids)
        )
    )
    return {user_id: MemberRole(role) for user_id, role in rows}


def count_messages(activity_id: int) -> int:
    """For how many messages a line stands: those of its person from its first to its last one."""
    query = (
        select(func.count())
        .select_from(Message)
        .join(Activity, Activity.conversation_id == Message.conversation_id)
        .where(
            Activity.id == activity_id,
            Message.seq.between(Activity.first_seq, Activity.last_seq),
            Message.sender_id == Activity.actor_id,
            Message.kind != MessageKind.EVENT,
            Message.deleted_at.is_(None),
        )
    )
    return db.session.scalar(query) or 0


def _lines() -> Any:
    """A line, its channel's privacy, and who did it; the address of whoever is in the workspace still."""
    is_there = and_(Membership.workspace_id == Activity.workspace_id, Membership.user_id == Activity.actor_id)
    return (
        select(
            Activity,
            Conversation.is_private,
            User.username,
            User.full_name,
            User.email,
            Membership.role.label("actor_role"),
        )
        .outerjoin(Conversation, Conversation.id == Activity.conversation_id)
        .outerjoin(User, User.id == Activity.actor_id)
        .outerjoin(Membership, is_there)
    )
