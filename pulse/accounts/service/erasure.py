"""Forgetting who an account belonged to."""

from pulse.accounts.events import ProfileChanged
from pulse.accounts.models import User
from pulse.accounts.rules import AccountStatus, Visibility
from pulse.accounts.service.administration import audit, set_account_status
from pulse.accounts.service.profile import set_avatar
from pulse.core.database import LOCK
from pulse.core.events import publish, transaction
from pulse.core.permissions import Role


def close(user_id: int) -> None:
    """Sign a user out everywhere, for good. Raises NotFound, Conflict (last_admin)."""
    set_account_status(None, user_id, AccountStatus.BANNED)


def forget(user_id: int) -> str:
    """Take everything personal out of a closed account; returns the name that is left of it."""
    set_avatar(user_id, None)
    with transaction() as session:
        user = session.get_one(User, user_id, with_for_update=LOCK)
        user.username, user.email, user.password_hash = f"deleted-{user_id}", None, None
        user.full_name = user.first_name = user.last_name = user.phone = user.status_text = ""
        user.role, user.visibility, user.time_zone = Role.USER, Visibility.NOBODY, "UTC"
        user.email_verified_at = None
        publish(ProfileChanged(user_id))
        audit(None, "erase_user", user_id)
        return user.username
