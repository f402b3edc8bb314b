"""What happens to workspaces."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WorkspaceCreated:
    workspace_id: int
    user_id: int


@dataclass(frozen=True)
class WorkspaceDeleted:
    """`user_ids` were its members."""

    workspace_id: int
    user_ids: list[int]


@dataclass(frozen=True)
class MemberJoined:
    workspace_id: int
    user_id: int


@dataclass(frozen=True)
class MemberLeft:
    """Left, or was removed by the actor."""

    workspace_id: int
    user_id: int
    actor_id: int


@dataclass(frozen=True)
class MemberRoleChanged:
    workspace_id: int
    user_id: int


@dataclass(frozen=True)
class WorkspaceRenamed:
    workspace_id: int
    actor_id: int


@dataclass(frozen=True)
class MemberInvited:
    invitation_id: int
