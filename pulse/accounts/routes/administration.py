"""What admins do to accounts."""

from pulse.accounts import policy, queries, service
from pulse.accounts.models import User
from pulse.accounts.routes.blueprint import bp
from pulse.accounts.schemas import AccountIn, AdminIn, AdminOut, ProfileOut
from pulse.core.errors import NotFound
from pulse.core.events import transaction
from pulse.core.http import identity, needs
from pulse.core.permissions import Permission, Role
from pulse.extensions import db


@bp.patch("/api/admin/users/<id:user_id>/")
@needs(Permission.USERS_MANAGE)
@bp.input(AccountIn, arg_name="body")
@bp.output(ProfileOut)
@bp.doc(responses={409: "It is the last active admin."})
def change_account(user_id: int, body: AccountIn) -> ProfileOut:
    """Suspend, ban or reactivate an account, or change its role; both or neither.

    Whoever is not active is signed out everywhere, at once.
    """
    me = identity().user_id
    with transaction():
        if body.role is not None:
            service.set_role(me, user_id, body.role)
        if body.account_status is not None:
            service.set_account_status(me, user_id, body.account_status)
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound("There is no such user.")
    return ProfileOut.of(user)


@bp.post("/api/make-admin/")
@needs(Permission.USERS_MANAGE)
@bp.input(AdminIn, arg_name="body")
@bp.output(AdminOut)
@bp.doc(responses={404: "There is no such user."})
def make_admin(body: AdminIn) -> AdminOut:
    """Make a user an admin."""
    return _set_role(body, Role.ADMIN, "is an admin now")


@bp.post("/api/remove-admin/")
@needs(Permission.USERS_MANAGE)
@bp.input(AdminIn, arg_name="body")
@bp.output(AdminOut)
@bp.doc(responses={404: "There is no such user.", 409: "It is the last active admin."})
def remove_admin(body: AdminIn) -> AdminOut:
    """Make an admin a user."""
    return _set_role(body, Role.USER, "is no admin any more")


def _set_role(body: AdminIn, role: Role, news: str) -> AdminOut:
    me = db.session.get_one(User, identity().user_id)
    policy.check_is_self(me, body.admin_username, body.sender, body.username)
    target = queries.by_username(body.target_username)
    if target is None:
        raise NotFound("There is no such user.")
    if role is Role.ADMIN or target.role == Role.ADMIN:
        target = service.set_role(me.id, target.id, role)
    return AdminOut(
        message=f"{target.username} {news}.",
        username=target.username,
        role=Role(target.role),
        is_admin_group=target.role == Role.ADMIN,
    )
