"""Erasing a person: what they wrote, where they were, who they were. Numbers and others' words stay."""

from sqlalchemy import Table, delete, select

from pulse.accounts import service as accounts
from pulse.accounts.models import User
from pulse.analytics import service as analytics
from pulse.conversations import service as conversations
from pulse.core.events import transaction
from pulse.extensions import db
from pulse.support import service as support
from pulse.workspaces import service as workspaces
from pulse.workspaces.models import Membership

# A direct conversation stays the other one's too; the presence of somebody who is gone is "offline".
KEPT = frozenset({"members", "user_presence"})


def erase(user: User) -> str:
    """Erase a user step by step; returns the name that is left. Begun again, it goes on where it stopped.

    Raises Conflict (last_admin, last_owner), before anything is erased.
    """
    user_id = user.id
    teams = db.session.scalars(select(Membership.workspace_id).where(Membership.user_id == user_id)).all()
    for workspace_id in teams:
        workspaces.remove_member(user_id, workspace_id, user_id)
    accounts.close(user_id)
    conversations.delete_of(user_id)
    conversations.retract_reactions_of(user_id)
    support.forget_customer(user_id)
    analytics.forget_user(user_id)
    accounts.set_avatar(user_id, None)  # webhooks are told, with the name; what they are told goes below
    with transaction():
        for table in db.metadata.sorted_tables:
            _empty(table, user_id)
    return accounts.forget(user_id)


def _empty(table: Table, user_id: int) -> None:
    """Delete the rows that are about a user, as the database would if the user went."""
    for column in table.columns if table.name not in KEPT else ():
        if any(key.column.table.name == "users" and key.ondelete == "CASCADE" for key in column.foreign_keys):
            db.session.execute(delete(table).where(column == user_id))
