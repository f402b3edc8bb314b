"""Who may sign in, and who may be changed into what."""

from collections.abc import Collection

from pulse.accounts.models import User
from pulse.accounts.rules import AccountStatus
from pulse.core.errors import Conflict, Forbidden, InvalidInput
from pulse.core.permissions import Role

_WHY = {
    AccountStatus.PENDING: "This account is not verified yet.",
    AccountStatus.SUSPENDED: "This account is suspended.",
    AccountStatus.BANNED: "This account is banned.",
}


def check_status(status: AccountStatus | str) -> None:
    """Raise Forbidden (account_pending, account_suspended, account_banned) unless the account is active."""
    status = AccountStatus(status)
    if status is not AccountStatus.ACTIVE:
        raise Forbidden(_WHY[status], code=f"account_{status}")


def check_is_self(user: User, *names: str | None) -> None:
    """Refuse what a caller says about itself (username or email address) where it names somebody else.

    Raises Forbidden (identity_mismatch). None and "" say nothing.
    """
    own = {user.username.lower(), (user.email or user.username).lower()}
    if any(name and name.lower() not in own for name in names):
        raise Forbidden("You are signed in as somebody else.", code="identity_mismatch")


def check_not_last_admin(user_id: int, admins: Collection[int]) -> None:
    """Raise Conflict (last_admin) if nobody would be left to administer. `admins`: ids of the active ones."""
    if set(admins) == {user_id}:
        raise Conflict("This is the last active admin.", code="last_admin")


def check_role_change(user: User, role: Role) -> None:
    """Visitors come through the widget: they never become anything else, and nobody becomes one."""
    if Role.VISITOR in (role, user.role) and role != user.role:
        raise InvalidInput("Visitors stay visitors.", errors={"role": ["not possible for a visitor"]})
