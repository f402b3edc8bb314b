"""Invitations by mail."""

from sqlalchemy import delete

from pulse.accounts.models import User
from pulse.core import clock
from pulse.core.database import insert
from pulse.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from pulse.core.events import publish, transaction
from pulse.extensions import db
from pulse.workspaces import policy, queries, signing
from pulse.workspaces.events import MemberInvited
from pulse.workspaces.models import Invitation
from pulse.workspaces.rules import INVITATION_LIVES, INVITATIONS_OPEN, MemberRole
from pulse.workspaces.service.members import join


def invite(actor_id: int, workspace_id: int, email: str, role: MemberRole) -> int:
    """Mail somebody a link into a workspace; an open invitation of the same address starts anew.

    Says nothing about whether the address has an account. Returns the invitation's id. Raises NotFound,
    Forbidden, Conflict (too_many_invitations).
    """
    now = clock.now()
    with transaction() as session:
        policy.check_may_give(policy.check_manages(workspace_id, actor_id), role)
        if queries.count_open_invitations(workspace_id) >= INVITATIONS_OPEN:
            raise Conflict("Too many invitations are open.", code="too_many_invitations")
        fresh = {
            "role": role,
            "invited_by_id": actor_id,
            "created_at": now,
            "expires_at": now + INVITATION_LIVES,
        }
        invitation_id: int = session.execute(
            insert(session, Invitation)
            .values(workspace_id=workspace_id, email=email, **fresh)
            .on_conflict_do_update(index_elements=["workspace_id", "email"], set_=fresh)
            .returning(Invitation.id)
        ).scalar_one()
        publish(MemberInvited(invitation_id))
        return invitation_id


def withdraw(actor_id: int, workspace_id: int, invitation_id: int) -> None:
    """Take an invitation back. Raises NotFound, Forbidden."""
    with transaction() as session:
        policy.check_manages(workspace_id, actor_id)
        invitation = session.get(Invitation, invitation_id)
        if invitation is None or invitation.workspace_id != workspace_id:
            raise NotFound("There is no such invitation.")
        session.delete(invitation)


def accept(user_id: int, token: str) -> int:
    """Join by a mailed link, with the account of its address; returns the workspace's id.

    Raises InvalidInput (invalid_token: not ours, expired, withdrawn or used), Forbidden
    (invitation_for_another).
    """
    known = signing.read_invitation_token(token)
    with transaction() as session:
        invitation = session.get(Invitation, known[0], with_for_update=True) if known else None
        if (
            known is None
            or invitation is None
            or invitation.email != known[1]
            or invitation.expires_at <= clock.now()
        ):
            raise InvalidInput("This invitation is not good any more.", code="invalid_token")
        if session.get_one(User, user_id).email != invitation.email:
            raise Forbidden("This invitation is for another address.", code="invitation_for_another")
        join(invitation.workspace_id, user_id, MemberRole(invitation.role))
        session.delete(invitation)
        return invitation.workspace_id


def clean_up() -> None:
    """Delete invitations that nobody can accept any more."""
    with transaction():
        db.session.execute(delete(Invitation).where(Invitation.expires_at <= clock.now()))
