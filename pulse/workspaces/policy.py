"""Who may see and manage a workspace. What one is not in does not exist."""

from pulse.core.errors import Forbidden, NotFound
from pulse.workspaces import queries, rules
from pulse.workspaces.rules import MemberRole


def role_in(workspace_id: int, user_id: int) -> MemberRole:
    """The user's role. Raises NotFound if they are not in the workspace, the same as if it did not exist."""
    role = queries.role_of(workspace_id, user_id)
    if role is None:
        raise NotFound("There is no such workspace.")
    return role


def check_manages(workspace_id: int, user_id: int) -> MemberRole:
    """The user's role, if it manages the workspace. Raises NotFound, Forbidden."""
    role = role_in(workspace_id, user_id)
    if not rules.manages(role):
        raise Forbidden("Only owners and admins of the workspace do this.")
    return role


def check_may_give(actor: MemberRole, role: MemberRole) -> None:
    """Raise Forbidden if the actor may not make somebody a `role`."""
    if not rules.may_give(actor, role):
        raise Forbidden("You cannot give more than you have.", code="role_too_high")


def check_may_change(actor: MemberRole, target: MemberRole) -> None:
    """Raise Forbidden if the actor may not change or remove a member of this role."""
    if not rules.may_change(actor, target):
        raise Forbidden("This member has more to say than you.", code="role_too_high")
