"""Workspaces themselves."""

from pulse.core import clock
from pulse.core.errors import Forbidden
from pulse.core.events import publish, transaction
from pulse.workspaces import policy, queries
from pulse.workspaces.events import MemberJoined, WorkspaceCreated, WorkspaceDeleted, WorkspaceRenamed
from pulse.workspaces.models import Membership, Workspace
from pulse.workspaces.rules import MemberRole


def create(user_id: int, name: str, description: str = "") -> int:
    """Make a workspace that the user owns; returns its id."""
    now = clock.now()
    with transaction() as session:
        workspace = Workspace(name=name, description=description, created_by_id=user_id, created_at=now)
        session.add(workspace)
        session.flush()
        session.add(
            Membership(workspace_id=workspace.id, user_id=user_id, role=MemberRole.OWNER, joined_at=now)
        )
        publish(WorkspaceCreated(workspace.id, user_id))
        publish(MemberJoined(workspace.id, user_id))
        return workspace.id


def update(actor_id: int, workspace_id: int, changes: dict[str, str]) -> None:
    """Rename or describe a workspace. Raises NotFound, Forbidden."""
    with transaction() as session:
        policy.check_manages(workspace_id, actor_id)
        workspace = session.get_one(Workspace, workspace_id)
        if changes.get("name", workspace.name) != workspace.name:
            publish(WorkspaceRenamed(workspace_id, actor_id))
        for name, value in changes.items():
            setattr(workspace, name, value)


def delete(actor_id: int, workspace_id: int) -> None:
    """Delete a workspace with all that is in it. Owners only. Raises NotFound, Forbidden."""
    with transaction() as session:
        if policy.role_in(workspace_id, actor_id) is not MemberRole.OWNER:
            raise Forbidden("Only an owner deletes a workspace.")
        members = queries.member_ids(workspace_id)
        session.delete(session.get_one(Workspace, workspace_id))
        publish(WorkspaceDeleted(workspace_id, sorted(members)))
