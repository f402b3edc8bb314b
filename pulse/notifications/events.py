"""What happens to notifications."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Notified:
    """Notifications are new, or have grown: one of the second list for each of the first."""

    user_ids: list[int]
    notification_ids: list[int]


@dataclass(frozen=True)
class NotificationsGone:
    """Some of these users' notifications are read, or exist no more."""

    user_ids: list[int]


@dataclass(frozen=True)
class DigestDue:
    """These notifications of a user are to be mailed, those that are still unread."""

    user_id: int
    notification_ids: list[int]
