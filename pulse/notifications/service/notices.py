"""Notices that are not about messages: each once, whoever runs the job twice."""

from collections.abc import Collection
from dataclasses import dataclass

from pulse.core.events import transaction
from pulse.notifications import queries
from pulse.notifications.models import Notification
from pulse.notifications.rules import NoticeKind
from pulse.notifications.service.writing import write


@dataclass(frozen=True)
class Notice:
    """What happened. `key` names this once among all that the user ever gets."""

    kind: NoticeKind
    key: str
    actor_id: int | None
    conversation_id: int | None = None
    invitation_id: int | None = None
    even_if_busy: bool = False


def notify(notice: Notice, user_ids: Collection[int]) -> None:
    """Notify users, except those who are busy, have blocked the actor, or know already."""
    with transaction():
        found = queries.recipients(user_ids)
        people = {one.user_id: one for one in found if notice.even_if_busy or not one.is_busy}
        blocks = queries.blocks_of([notice.actor_id]) if notice.actor_id else {}
        wanted = people.keys() - blocks.keys() - {notice.actor_id}
        wanted -= queries.known(wanted, Notification.key == notice.key)
        row = {
            "kind": notice.kind,
            "key": notice.key,
            "actors": [notice.actor_id] if notice.actor_id else [],
            "conversation_id": notice.conversation_id,
            "invitation_id": notice.invitation_id,
        }
        write([{"user_id": user_id, **row} for user_id in sorted(wanted)], people)
