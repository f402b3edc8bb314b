"""Users and how they sign in."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from pulse.accounts.rules import AccountStatus, Visibility
from pulse.core.database import Model, UtcDateTime
from pulse.core.permissions import Role


class User(Model):
    """An account. Username and email are unique without regard to case; emails are kept in lower case."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(50))
    email: Mapped[str | None] = mapped_column(String(254), unique=True)  # visitors may have none
    password_hash: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(String(20), default=Role.USER, index=True)
    account_status: Mapped[AccountStatus] = mapped_column(
        String(20), default=AccountStatus.PENDING, index=True
    )
    full_name: Mapped[str] = mapped_column(String(200), default="")
    first_name: Mapped[str] = mapped_column(String(100), default="")
    last_name: Mapped[str] = mapped_column(String(100), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    avatar: Mapped[str | None] = mapped_column(String(80))  # file name under uploads/avatars
    time_zone: Mapped[str] = mapped_column(String(64), default="UTC")
    status_text: Mapped[str] = mapped_column(String(200), default="")
    visibility: Mapped[Visibility] = mapped_column(String(10), default=Visibility.SHARED)
    show_last_seen: Mapped[bool] = mapped_column(default=True)
    offline_after: Mapped[int | None] = mapped_column()  # seconds; None: the server's setting
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    email_verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("uq_users_username_lower", func.lower(username), unique=True),)


class Session(Model):
    """One sign-in: its family of refresh tokens, of which only the newest is good, and who holds it."""

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    refresh_jti: Mapped[str] = mapped_column(String(36))
    address: Mapped[str] = mapped_column(String(64), default="")
    client: Mapped[str] = mapped_column(String(300), default="")  # user agent
    device_id: Mapped[str | None] = mapped_column(String(64))
    device_type: Mapped[str] = mapped_column(String(10), default="api")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str | None] = mapped_column(String(20))


class LoginCode(Model):
    """The one-time code of an address, known to us or not: both leave the same trace.

    The code itself is nowhere: it is derived from `nonce` with the server's key. `tries` outlives a new code.
    """

    __tablename__ = "login_codes"

    email_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    nonce: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    first_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReservedUsername(Model):
    """A username that somebody tried to register with an address known already.

    Without it a second try would tell whether the first one made an account, and so whether the address
    is known.
    """

    __tablename__ = "reserved_usernames"

    username: Mapped[str] = mapped_column(String(50), primary_key=True)  # lower case
    reserved_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class AuditEntry(Model):
    """Who did what to whom, for ever."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    action: Mapped[str] = mapped_column(String(60), index=True)
    target_id: Mapped[int | None] = mapped_column(index=True)  # a user; no key, so that it outlives them
    detail: Mapped[str] = mapped_column(Text, default="")
