"""Reads of what goes on in a workspace, or on the whole server."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from pulse.conversations.kinds import Kind
from pulse.conversations.models import Conversation, Member, Message
from pulse.conversations.rules import MessageKind
from pulse.core import clock
from pulse.core.identity import Identity
from pulse.extensions import db
from pulse.presence import policy as presence_policy
from pulse.presence import queries as presence
from pulse.presence.models import UserPresence
from pulse.presence.rules import Status
from pulse.presence.view import View
from pulse.workspaces import queries as workspaces
from pulse.workspaces.models import Membership
from pulse.workspaces.rules import MemberRole


def messages_by_day(
    start: datetime, end: datetime, *, workspace_id: int | None = None, viewer_id: int = 0
) -> dict[date, int]:
    """How many messages people sent on each UTC day between two moments; days without any are missing.

    In a workspace: in its channels that the viewer sees.
    """
    day = _utc_day(Message.created_at)
    query = (
        select(day, func.count())
        .where(Message.created_at >= start, Message.created_at < end, Message.kind != MessageKind.EVENT)
        .group_by(day)
    )
    if workspace_id is not None:
        query = query.where(Message.conversation_id.in_(_channels(workspace_id, viewer_id)))
    return {_date(key): count for key, count in db.session.execute(query)}


def active_count(viewer: Identity, workspace_id: int | None, minutes: int) -> int:
    """How many are here or were within the minutes: of a workspace those whom the viewer sees, else all."""
    since = clock.now() - timedelta(minutes=minutes)
    if workspace_id is None:
        here = or_(UserPresence.presence != Status.OFFLINE, UserPresence.last_seen >= since)
        return db.session.scalar(select(func.count()).select_from(UserPresence).where(here)) or 0
    views = presence.views(workspaces.member_ids(workspace_id))
    seen = presence_policy.visible(viewer, {user_id: view.state for user_id, view in views.items()})
    return sum(_is_active(views[user_id], clock.to_milliseconds(since)) for user_id in seen)


def _is_active(view: View, since: int) -> bool:
    shows_last_seen = view.state.fields["seen_ok"] == "1"
    return view.verdict.status != Status.OFFLINE or (shows_last_seen and view.last_seen >= since)


def _channels(workspace_id: int, viewer_id: int) -> Any:
    """The ids of a workspace's channels that somebody in it sees."""
    sees_public = (
        select(Membership.user_id)
        .where(
            Membership.workspace_id == workspace_id,
            Membership.user_id == viewer_id,
            Membership.role != MemberRole.GUEST,
        )
        .exists()
    )
    is_in = and_(Member.conversation_id == Conversation.id, Member.user_id == viewer_id)
    return (
        select(Conversation.id)
        .outerjoin(Member, is_in)
        .where(
            Conversation.workspace_id == workspace_id,
            Conversation.kind == Kind.CHANNEL,
            or_(Member.user_id.is_not(None), and_(~Conversation.is_private, sees_public)),
        )
    )


def _utc_day(moment: Any) -> ColumnElement[Any]:
    if db.engine.dialect.name == "postgresql":
        moment = func.timezone("UTC", moment)
    return func.date(moment)


def _date(key: date | str) -> date:
    return date.fromisoformat(key) if isinstance(key, str) else key
