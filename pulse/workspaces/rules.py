"""Pure decisions about workspaces: who may do what to whom."""

from collections.abc import Collection
from datetime import timedelta
from enum import StrEnum

INVITATION_LIVES = timedelta(days=7)
INVITATIONS_OPEN = 200  # per workspace
MEMBERS_PER_REQUEST = 200


class MemberRole(StrEnum):
    """A member's role, the most powerful first."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"
    GUEST = "guest"


_RANK = {MemberRole.OWNER: 3, MemberRole.ADMIN: 2, MemberRole.MEMBER: 1, MemberRole.GUEST: 0}


def manages(role: MemberRole) -> bool:
    """Whether this role changes the workspace: its name, members and invitations."""
    return _RANK[role] >= _RANK[MemberRole.ADMIN]


def may_give(actor: MemberRole, role: MemberRole) -> bool:
    """Whether an actor may make somebody a `role`: nobody gives more than they have."""
    return manages(actor) and _RANK[role] <= _RANK[actor]


def may_change(actor: MemberRole, target: MemberRole) -> bool:
    """Whether an actor may change or remove a member of role `target`: none above them."""
    return manages(actor) and _RANK[target] <= _RANK[actor]


def leaves_no_owner(user_id: int, owners: Collection[int]) -> bool:
    """Whether nobody would own the workspace without this user."""
    return set(owners) == {user_id}
