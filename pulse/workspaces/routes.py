"""REST for workspaces. To whoever is not in it, a workspace does not exist."""

from apiflask import APIBlueprint

from pulse.accounts.limits import per_user
from pulse.core.errors import NotFound
from pulse.core.http import identity, needs
from pulse.core.pagination import Page, cut, decode_cursor, encode_cursor
from pulse.core.permissions import Permission
from pulse.extensions import db
from pulse.workspaces import policy, queries, service
from pulse.workspaces import schemas as s
from pulse.workspaces.models import Invitation

bp = APIBlueprint("workspaces", __name__, tag="Workspaces")


@bp.get("/api/workspaces/")
@needs(Permission.WORKSPACES_USE)
@bp.input(s.ListQuery, location="query", arg_name="query")
@bp.output(Page[s.WorkspaceOut])
def list_workspaces(query: s.ListQuery) -> Page[s.WorkspaceOut]:
    """Your workspaces, by name"""
    after = decode_cursor(query.cursor, str, int)
    rows, last = cut(queries.workspaces_of(identity().user_id, after, query.limit + 1), query.limit)
    cursor = encode_cursor(last.Workspace.name, last.Workspace.id) if last else None
    return Page(data=[s.WorkspaceOut.of(row) for row in rows], next=cursor)


@bp.post("/api/workspaces/")
@needs(Permission.WORKSPACES_USE)
@bp.input(s.WorkspaceIn, arg_name="body")
@bp.output(s.WorkspaceOut, status_code=201)
def create_workspace(body: s.WorkspaceIn) -> s.WorkspaceOut:
    """Make a workspace that you own"""
    return _shown(service.create(identity().user_id, body.name, body.description))


@bp.get("/api/workspaces/<id:workspace_id>/")
@needs(Permission.WORKSPACES_USE)
@bp.output(s.WorkspaceOut)
def get_workspace(workspace_id: int) -> s.WorkspaceOut:
    """One of your workspaces"""
    return _shown(workspace_id)


@bp.patch("/api/workspaces/<id:workspace_id>/")
@needs(Permission.WORKSPACES_USE)
@bp.input(s.WorkspaceChangeIn, arg_name="body")
@bp.output(s.WorkspaceOut)
def change_workspace(workspace_id: int, body: s.WorkspaceChangeIn) -> s.WorkspaceOut:
    """Rename or describe it (its owners and admins)"""
    service.update(identity().user_id, workspace_id, body.model_dump(exclude_unset=True))
    return _shown(workspace_id)


@bp.delete("/api/workspaces/<id:workspace_id>/")
@needs(Permission.WORKSPACES_USE)
@bp.output({}, status_code=204)
def delete_workspace(workspace_id: int) -> str:
    """Delete it with all that is in it (its owners)"""
    service.delete(identity().user_id, workspace_id)
    return ""


@bp.get("/api/workspaces/<id:workspace_id>/members/")
@needs(Permission.WORKSPACES_USE)
@bp.input(s.ListQuery, location="query", arg_name="query")
@bp.output(Page[s.MemberOut])
def list_members(workspace_id: int, query: s.ListQuery) -> Page[s.MemberOut]:
    """Who is in it, by username"""
    policy.role_in(workspace_id, identity().user_id)
    after = decode_cursor(query.cursor, str, int)
    rows, last = cut(queries.members(workspace_id, after, query.limit + 1), query.limit)
    cursor = encode_cursor(last.username.lower(), last.id) if last else None
    return Page(data=[s.MemberOut.of(row) for row in rows], next=cursor)


@bp.post("/api/workspaces/<id:workspace_id>/members/")
@needs(Permission.WORKSPACES_USE)
@bp.input(s.MemberIn, arg_name="body")
@bp.output(s.MemberOut, status_code=201)
@bp.doc(responses={409: "They are in it already."})
def add_member(workspace_id: int, body: s.MemberIn) -> s.MemberOut:
    """Put somebody into it whom you may see (its owners and admins)"""
    service.add_member(identity(), workspace_id, body.user_id, body.role)
    return _member(workspace_id, body.user_id)


@bp.patch("/api/workspaces/<id:workspace_id>/members/<id:user_id>/")
@needs(Permission.WORKSPACES_USE)
@bp.input(s.RoleIn, arg_name="body")
@bp.output(s.MemberOut)
@bp.doc(responses={409: "It is the last owner."})
def change_member(workspace_id: int, user_id: int, body: s.RoleIn) -> s.MemberOut:
    """Change a member's role (its owners and admins)"""
    service.set_role(identity().user_id, workspace_id, user_id, body.role)
    return _member(workspace_id, user_id)


@bp.delete("/api/workspaces/<id:workspace_id>/members/<id:user_id>/")
@needs(Permission.WORKSPACES_USE)
@bp.output({}, status_code=204)
@bp.doc(responses={409: "It is the last owner."})
def remove_member(workspace_id: int, user_id: int) -> str:
    """Leave it, or take somebody out of it"""
    service.remove_member(identity().user_id, workspace_id, user_id)
    return ""


@bp.get("/api/workspaces/<id:workspace_id>/invitations/")
@needs(Permission.WORKSPACES_USE)
@bp.input(s.ListQuery, location="query", arg_name="query")
@bp.output(Page[s.InvitationOut])
def list_invitations(workspace_id: int, query: s.ListQuery) -> Page[s.InvitationOut]:
    """Open invitations, newest first (its owners and admins)"""
    policy.check_manages(workspace_id, identity().user_id)
    before = decode_cursor(query.cursor, int)
    rows, last = cut(
        queries.open_invitations(workspace_id, before[0] if before else None, query.limit + 1), query.limit
    )
    data = [s.InvitationOut.model_validate(row) for row in rows]
    return Page(data=data, next=encode_cursor(last.id) if last else None)


@bp.post("/api/workspaces/<id:workspace_id>/invitations/")
@needs(Permission.WORKSPACES_USE)
@per_user("100/hour")
@bp.input(s.InvitationIn, arg_name="body")
@bp.output(s.InvitationOut, status_code=201)
@bp.doc(responses={409: "Too many invitations are open."})
def invite(workspace_id: int, body: s.InvitationIn) -> s.InvitationOut:
    """Mail somebody a link into it (its owners and admins)"""
    invitation_id = service.invite(identity().user_id, workspace_id, body.email, body.role)
    invitation = db.session.get_one(Invitation, invitation_id, populate_existing=True)
    return s.InvitationOut.model_validate(invitation)


@bp.delete("/api/workspaces/<id:workspace_id>/invitations/<id:invitation_id>/")
@needs(Permission.WORKSPACES_USE)
@bp.output({}, status_code=204)
def withdraw_invitation(workspace_id: int, invitation_id: int) -> str:
    """Take an invitation back (its owners and admins)"""
    service.withdraw(identity().user_id, workspace_id, invitation_id)
    return ""


@bp.post("/api/invitations/accept/")
@needs(Permission.WORKSPACES_USE)
@bp.input(s.AcceptIn, arg_name="body")
@bp.output(s.WorkspaceOut)
@bp.doc(responses={403: "The invitation is for another address."})
def accept_invitation(body: s.AcceptIn) -> s.WorkspaceOut:
    """Join by a mailed link, with the account of its address"""
    return _shown(service.accept(identity().user_id, body.token))


def _shown(workspace_id: int) -> s.WorkspaceOut:
    row = queries.workspace(workspace_id, identity().user_id)
    if row is None:
        raise NotFound("There is no such workspace.")
    return s.WorkspaceOut.of(row)


def _member(workspace_id: int, user_id: int) -> s.MemberOut:
    row = queries.member(workspace_id, user_id)
    if row is None:
        raise NotFound("There is no such member.")
    return s.MemberOut.of(row)
