"""What users want to be notified of, and how."""

from typing import Any

from pulse.core import clock
from pulse.core.database import insert
from pulse.core.events import transaction
from pulse.notifications.models import Digest, Preferences


def set_preferences(user_id: int, changes: dict[str, Any]) -> None:
    """Set some of one's preferences; the others stay. When to mail is looked at anew."""
    if not changes:
        return
    due = {"due_at": clock.now()}
    with transaction() as session:
        for table, values in ((Preferences, changes), (Digest, due)):
            session.execute(
                insert(session, table)
                .values(user_id=user_id, **values)
                .on_conflict_do_update(index_elements=["user_id"], set_=values)
            )
