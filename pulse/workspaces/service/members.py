"""Who is in a workspace."""

from pulse.accounts.models import User
from pulse.accounts.rules import AccountStatus, Visibility
from pulse.core import clock
from pulse.core.database import LOCK, insert
from pulse.core.errors import Conflict, NotFound
from pulse.core.events import publish, transaction
from pulse.core.identity import Identity
from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.workspaces import policy, queries, rules
from pulse.workspaces.events import MemberJoined, MemberLeft, MemberRoleChanged
from pulse.workspaces.models import Membership
from pulse.workspaces.rules import MemberRole


def add_member(who: Identity, workspace_id: int, user_id: int, role: MemberRole) -> None:
    """Put somebody into a workspace whom one may see already; all others are invited by mail.

    Raises NotFound, Forbidden, Conflict (already_member).
    """
    with transaction():
        policy.check_may_give(policy.check_manages(workspace_id, who.user_id), role)
        if not _is_visible(who, db.session.get(User, user_id)):
            raise NotFound("There is no such user.")
        if not join(workspace_id, user_id, role):
            raise Conflict("They are in this workspace already.", code="already_member")


def join(workspace_id: int, user_id: int, role: MemberRole) -> bool:
    """Note a new member inside a transaction; False if they are one already."""
    session = db.session()
    added = session.execute(
        insert(session, Membership)
        .values(workspace_id=workspace_id, user_id=user_id, role=role, joined_at=clock.now())
        .on_conflict_do_nothing()
        .returning(Membership.user_id)
    ).all()
    if added:
        publish(MemberJoined(workspace_id, user_id))
    return bool(added)


def set_role(actor_id: int, workspace_id: int, user_id: int, role: MemberRole) -> None:
    """Change a member's role. Raises NotFound, Forbidden, Conflict (last_owner)."""
    with transaction():
        actor = policy.check_manages(workspace_id, actor_id)
        owners = queries.lock_owners(workspace_id)
        member = _member(workspace_id, user_id)
        policy.check_may_change(actor, MemberRole(member.role))
        policy.check_may_give(actor, role)
        if role is not MemberRole.OWNER:
            _check_not_last_owner(user_id, owners)
        if member.role != role:
            member.role = role
            publish(MemberRoleChanged(workspace_id, user_id))


def remove_member(actor_id: int, workspace_id: int, user_id: int) -> None:
    """Leave a workspace, or take somebody out of it. Raises NotFound, Forbidden, Conflict (last_owner)."""
    with transaction() as session:
        if actor_id == user_id:
            policy.role_in(workspace_id, actor_id)
        else:
            actor = policy.check_manages(workspace_id, actor_id)
        owners = queries.lock_owners(workspace_id)
        member = _member(workspace_id, user_id)
        if actor_id != user_id:
            policy.check_may_change(actor, MemberRole(member.role))
        _check_not_last_owner(user_id, owners)
        session.delete(member)
        publish(MemberLeft(workspace_id, user_id, actor_id))


def _member(workspace_id: int, user_id: int) -> Membership:
    member = db.session.get(Membership, (workspace_id, user_id), with_for_update=LOCK)
    if member is None:
        raise NotFound("There is no such member.")
    return member


def _check_not_last_owner(user_id: int, owners: list[int]) -> None:
    if rules.leaves_no_owner(user_id, owners):
        raise Conflict("A workspace needs an owner. Make somebody else one first.", code="last_owner")


def _is_visible(who: Identity, user: User | None) -> bool:
    """Adding people by number must not be a way to see whom one may not see."""
    if user is None or user.account_status != AccountStatus.ACTIVE or user.role == Role.VISITOR:
        return False
    if who.is_admin or user.visibility == Visibility.EVERYONE:
        return True
    return user.visibility == Visibility.SHARED and bool(queries.sharing(who.user_id, [user.id]))
