"""Who may see whose figures."""

from pulse.accounts.models import User
from pulse.core.errors import Forbidden, NotFound
from pulse.core.identity import Identity
from pulse.extensions import db
from pulse.presence import policy as presence
from pulse.workspaces import policy as workspaces


def check_sees(viewer: Identity, user_id: int) -> None:
    """Raise NotFound for figures that a viewer may not see: one's own are one's own, and admins'."""
    if not presence.may_see_all_of(viewer, user_id) or db.session.get(User, user_id) is None:
        raise NotFound("There is no such user.")


def check_reads(viewer: Identity, workspace_id: int | None) -> None:
    """Whether somebody may read the figures of a workspace, or without one those of the whole server.

    Raises NotFound for a workspace that they are not in, Forbidden.
    """
    if workspace_id is not None:
        workspaces.role_in(workspace_id, viewer.user_id)
    elif not viewer.is_admin:
        raise Forbidden("Name one of your workspaces: `workspace_id`.")
