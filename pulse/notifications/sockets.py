"""The Socket.IO namespace /notifications."""

from typing import Any

from pydantic import BaseModel

from pulse.core import realtime
from pulse.core.permissions import Permission
from pulse.core.sockets import BaseNamespace, Connection, client_event
from pulse.notifications import queries
from pulse.notifications import schemas as s
from pulse.notifications.reactions import TELL


class NotificationsNamespace(BaseNamespace):
    """One's notifications as they come, and how many are unread, the same on all devices."""

    needs = Permission.NOTIFICATIONS_SELF
    server_events: dict[str, type[BaseModel]] = {
        "notification": s.NotificationEvent,
        "unread_count": s.UnreadCount,
        "resync": s.Resync,
    }

    def __init__(self, namespace: str) -> None:
        super().__init__(namespace)
        realtime.handler(TELL)(self._tell)

    @client_event(s.SubscribeIn, Permission.NOTIFICATIONS_SELF, answer=s.UnreadOut)
    def on_subscribe(self, connection: Connection, data: s.SubscribeIn) -> s.UnreadOut:
        """Hear of one's notifications from now on"""
        user_id = connection.identity.user_id
        self.enter_room(connection.sid, _room(user_id))  # before counting, so that none falls between
        return s.UnreadOut(unread_count=queries.unread_count(user_id))

    @client_event(s.SubscribeIn, Permission.NOTIFICATIONS_SELF)
    def on_unsubscribe(self, connection: Connection, data: s.SubscribeIn) -> None:
        """Hear of them no longer"""
        self.leave_room(connection.sid, _room(connection.identity.user_id))

    def _tell(self, data: dict[str, Any]) -> None:
        """Tell those who listen here of their notifications, as they are now, and how many are unread."""
        here = {
            user_id for user_id in data["user_ids"] if realtime.members_here(self.namespace, _room(user_id))
        }
        if not here:
            return
        ids = [notification_id for user_id, notification_id in data["pairs"] if user_id in here]
        for view in reversed(queries.views(ids) if ids else []):
            if view.notification.read_at is None:
                told = s.NotificationEvent.of(view).model_dump(mode="json")
                self._emit("notification", told, view.notification.user_id)
        counts = queries.unread_counts(here)
        for user_id in sorted(here):
            self._emit("unread_count", {"unread_count": counts.get(user_id, 0)}, user_id)

    def _emit(self, event: str, data: dict[str, Any], user_id: int) -> None:
        realtime.emit_here(event, data, namespace=self.namespace, rooms=[_room(user_id)])


def _room(user_id: int) -> str:
    """The sockets of a user that have subscribed."""
    return f"notifications:{user_id}"
