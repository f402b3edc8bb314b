"""Notifications, what users want of them, and how far they are worked off."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from pulse.core.database import Model, UtcDateTime
from pulse.notifications.rules import MAIL_AFTER_DEFAULT, NoticeKind

BigId: Any = BigInteger().with_variant(Integer, "sqlite")
IS_UNREAD = text("read_at IS NULL")


class Notification(Model):
    """A line addressed to one user. What happens again before it is read makes it grow.

    Of one user and `key` one is unread at most. `actors` did it, the latest first; `count` says how often.
    What it says is made when it is read: messages are edited and deleted, people change their names.
    """

    __tablename__ = "notifications"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[NoticeKind] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(80))
    conversation_id: Mapped[int | None] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    # No key to a message: those that go leave their number, which no other one gets.
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    invitation_id: Mapped[int | None] = mapped_column(
        ForeignKey("invitations.id", ondelete="CASCADE"), index=True
    )
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    actors: Mapped[list[int]] = mapped_column(JSON)
    count: Mapped[int] = mapped_column(default=1)
    last_seq: Mapped[int] = mapped_column(default=0)  # of the messages that it is about
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index(
            "uq_notifications_unread",
            "user_id",
            "key",
            unique=True,
            sqlite_where=IS_UNREAD,
            postgresql_where=IS_UNREAD,
        ),
        Index("ix_notifications_user_id_key", "user_id", "key"),
        Index("ix_notifications_user_id_updated_at", "user_id", "updated_at", "id"),
    )


class Progress(Model):
    """Up to which message of a conversation its members are notified."""

    __tablename__ = "notification_progress"

    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(default=0)


class Preferences(Model):
    """What a user wants; who has no row wants the defaults."""

    __tablename__ = "notification_preferences"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    mentions_while_busy: Mapped[bool] = mapped_column(default=False)
    mail_when_away: Mapped[bool] = mapped_column(default=True)
    mail_after_minutes: Mapped[int] = mapped_column(default=MAIL_AFTER_DEFAULT)


class Digest(Model):
    """When to look whether a user is to be mailed (`due_at` None: nothing waits), and the last mail."""

    __tablename__ = "notification_digests"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
