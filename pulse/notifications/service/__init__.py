"""Writes of notifications: what comes, what is read, what users want, what is mailed."""

from pulse.notifications.service.digests import mail_due_digests
from pulse.notifications.service.messages import notify_members, notify_mentioned
from pulse.notifications.service.notices import Notice, notify
from pulse.notifications.service.preferences import set_preferences
from pulse.notifications.service.reading import (
    forget_member,
    forget_message,
    forget_old,
    mark_all_read,
    mark_read,
    read_along,
    read_arrival,
    read_by_writing,
)

__all__ = [
    "Notice",
    "forget_member",
    "forget_message",
    "forget_old",
    "mail_due_digests",
    "mark_all_read",
    "mark_read",
    "notify",
    "notify_members",
    "notify_mentioned",
    "read_along",
    "read_arrival",
    "read_by_writing",
    "set_preferences",
]
