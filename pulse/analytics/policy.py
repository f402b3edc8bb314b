"""Who may see whose figures."""

from pulse.accounts.models import User
from pulse.core.errors import NotFound
from pulse.core.identity import Identity
from pulse.extensions import db
from pulse.presence import policy as presence


def check_sees(viewer: Identity, user_id: int) -> None:
    """Raise NotFound for figures that a viewer may not see: one's own are one's own, and admins'."""
    if not presence.may_see_all_of(viewer, user_id) or db.session.get(User, user_id) is None:
        raise NotFound("There is no such user.")
