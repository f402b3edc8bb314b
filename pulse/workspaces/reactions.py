"""What workspaces do when something happened to them."""

from pulse.accounts import mails
from pulse.accounts.models import User
from pulse.core import clock
from pulse.core.context import settings
from pulse.extensions import db
from pulse.workspaces import signing
from pulse.workspaces.events import MemberInvited
from pulse.workspaces.models import Invitation, Workspace


def send_invitation(event: MemberInvited) -> None:
    """Mail the link of an invitation, if it is still open."""
    invitation = db.session.get(Invitation, event.invitation_id)
    if invitation is None or invitation.expires_at <= clock.now():
        return
    workspace = db.session.get_one(Workspace, invitation.workspace_id)
    inviter = db.session.get(User, invitation.invited_by_id) if invitation.invited_by_id else None
    token = signing.invitation_token(invitation.id, invitation.email)
    mails.send(
        invitation.email,
        f"Join {' '.join(workspace.name.split())} on Pulse",
        "invitation",
        workspace=workspace.name,
        inviter=(inviter.full_name or inviter.username) if inviter else "Somebody",
        link=f"{settings().site}/invitations/{token}",
    )
