"""What outlives Redis: each user's choice and last known presence, every change, and who waits for whom."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from pulse.core.database import Model, UtcDateTime
from pulse.presence.rules import Choice, Status

BigId = BigInteger().with_variant(Integer, "sqlite")


class UserPresence(Model):
    """One row per user, made with the account.

    `rev` grows with everything that the live state is made of (choice, privacy, names, account status,
    sessions), so that an older copy never overwrites a newer one in Redis. `presence` to `version` are the
    last recorded change.
    """

    __tablename__ = "user_presence"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    rev: Mapped[int] = mapped_column(default=1)
    choice: Mapped[Choice] = mapped_column(String(10), default=Choice.AUTO)
    choice_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    presence: Mapped[Status] = mapped_column(String(10), default=Status.OFFLINE, index=True)
    since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_seen: Mapped[datetime | None] = mapped_column(UtcDateTime)
    epoch: Mapped[int] = mapped_column(BigInteger, default=0)
    version: Mapped[int] = mapped_column(BigInteger, default=0)


class StatusChange(Model):
    """One change of what others see. `until` is when the next one came; the newest is open."""

    __tablename__ = "status_changes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    status: Mapped[Status] = mapped_column(String(10))
    previous: Mapped[Status] = mapped_column(String(10))
    device_type: Mapped[str | None] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    epoch: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        UniqueConstraint("user_id", "epoch", "version"),
        Index("ix_status_changes_user_at", "user_id", "at"),
        Index(
            "ix_status_changes_open",
            "user_id",
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
    )


class Watch(Model):
    """`watcher_id` wants to be told, once, when `user_id` comes online.

    Once that has happened the row waits until the watcher's client says that it knows.
    """

    __tablename__ = "presence_watches"

    watcher_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    came_online_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
