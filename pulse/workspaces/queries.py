"""Reads of workspaces; they never commit."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, Select, func, select, tuple_
from sqlalchemy.orm import aliased

from pulse.accounts.models import User
from pulse.core import clock
from pulse.core.database import LOCK
from pulse.extensions import db
from pulse.workspaces.models import Invitation, Membership, Workspace
from pulse.workspaces.rules import MemberRole


def role_of(workspace_id: int, user_id: int) -> MemberRole | None:
    """A user's role in a workspace; None if they are not in it or it does not exist."""
    role = db.session.scalar(
        select(Membership.role).where(Membership.workspace_id == workspace_id, Membership.user_id == user_id)
    )
    return MemberRole(role) if role else None


def workspaces_of(user_id: int, after: tuple[str, int] | None, limit: int) -> Sequence[Row[Any]]:
    """A user's workspaces by name: Workspace, the user's role, how many members, who created it."""
    return db.session.execute(_workspaces(user_id, after).limit(limit)).all()


def workspace(workspace_id: int, user_id: int) -> Row[Any] | None:
    """The same for one of them; None if the user is not in it."""
    return db.session.execute(_workspaces(user_id, None).where(Workspace.id == workspace_id)).one_or_none()


def _workspaces(user_id: int, after: tuple[str, int] | None) -> Any:
    count = (
        select(func.count())
        .where(Membership.workspace_id == Workspace.id)
        .correlate(Workspace)
        .scalar_subquery()
    )
    own = aliased(Membership)
    name = func.lower(Workspace.name)
    query = (
        select(Workspace, own.role, count.label("member_count"), User.email.label("created_by"))
        .join(own, (own.workspace_id == Workspace.id) & (own.user_id == user_id))
        .outerjoin(User, User.id == Workspace.created_by_id)
    )
    if after:  # in lower case as the database knows it, which is not as Python does
        query = query.where(tuple_(name, Workspace.id) > tuple_(func.lower(after[0]), after[1]))
    return query.order_by(name, Workspace.id)


def members(workspace_id: int, after: tuple[str, int] | None, limit: int) -> Sequence[Row[Any]]:
    """The members of a workspace by username, with the columns of `_members`."""
    name = func.lower(User.username)
    query = _members(workspace_id)
    if after:
        query = query.where(tuple_(name, User.id) > after)
    return db.session.execute(query.order_by(name, User.id).limit(limit)).all()


def member(workspace_id: int, user_id: int) -> Row[Any] | None:
    """One member of a workspace; None if they are not in it."""
    return db.session.execute(_members(workspace_id).where(User.id == user_id)).one_or_none()


def _members(workspace_id: int) -> Any:
    return (
        select(
            User.id,
            User.username,
            User.full_name,
            User.email,
            User.avatar,
            Membership.role,
            Membership.joined_at,
        )
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.workspace_id == workspace_id)
    )


def member_ids(workspace_id: int) -> set[int]:
    """The ids of all members."""
    return set(db.session.scalars(select(Membership.user_id).where(Membership.workspace_id == workspace_id)))


def hold_members(workspace_id: int, user_ids: Collection[int]) -> set[int]:
    """Those of the users who are in a workspace, and stay in it until the transaction ends."""
    query = select(Membership.user_id).where(
        Membership.workspace_id == workspace_id, Membership.user_id.in_(user_ids)
    )
    held = query.order_by(Membership.user_id).with_for_update(read=True, key_share=True)
    return set(db.session.scalars(held))


def sharers(user_id: int) -> Select[int]:
    """The ids of those who are in a workspace with a user, as a query; some come twice."""
    own = select(Membership.workspace_id).where(Membership.user_id == user_id)
    return select(Membership.user_id).where(Membership.workspace_id.in_(own))


def sharing(user_id: int, others: Collection[int]) -> set[int]:
    """Those of the others who share a workspace with a user."""
    return set(db.session.scalars(sharers(user_id).where(Membership.user_id.in_(others))))


def lock_owners(workspace_id: int) -> list[int]:
    """The ids of the owners, whose rows stay as they are until the transaction ends."""
    query = select(Membership.user_id).where(
        Membership.workspace_id == workspace_id, Membership.role == MemberRole.OWNER
    )
    return list(db.session.scalars(query.order_by(Membership.user_id).with_for_update(**LOCK)))


def open_invitations(workspace_id: int, before_id: int | None, limit: int) -> Sequence[Invitation]:
    """Invitations that can still be accepted, newest first."""
    query = select(Invitation).where(
        Invitation.workspace_id == workspace_id, Invitation.expires_at > clock.now()
    )
    if before_id is not None:
        query = query.where(Invitation.id < before_id)
    return db.session.scalars(query.order_by(Invitation.id.desc()).limit(limit)).all()


def count_open_invitations(workspace_id: int) -> int:
    """How many invitations of a workspace can still be accepted."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Invitation)
            .where(Invitation.workspace_id == workspace_id, Invitation.expires_at > clock.now())
        )
        or 0
    )
