"""Rolled-up figures, and the log of requests."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, Float, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from pulse.core.database import Model, UtcDateTime

BigId: Any = BigInteger().with_variant(Integer, "sqlite")


class PresenceDay(Model):
    """One local day of one user that is over; days without presence and messages have no row."""

    __tablename__ = "presence_days"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    hours: Mapped[dict[str, Any]] = mapped_column(JSON)  # status -> milliseconds in each of 24 local hours
    sessions: Mapped[int] = mapped_column()
    messages: Mapped[int] = mapped_column()


class PresenceRollup(Model):
    """How far a user's days are rolled up: up to a local midnight of `time_zone`."""

    __tablename__ = "presence_rollups"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    time_zone: Mapped[str] = mapped_column(String(64))
    rolled_until: Mapped[datetime] = mapped_column(UtcDateTime)


class RequestLine(Model):
    """One HTTP request: which route, not which address, since addresses may hold what is secret. `user_id`
    is no foreign key: a line is written a second later, and who asked may be gone by then."""

    __tablename__ = "request_log"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    method: Mapped[str] = mapped_column(String(10))
    path: Mapped[str] = mapped_column(String(200))
    status: Mapped[int] = mapped_column()
    milliseconds: Mapped[float] = mapped_column(Float)
    user_id: Mapped[int | None] = mapped_column()


class SystemStats(Model):
    """One UTC day of the whole server. `api_calls`, `api_errors` and `peak_online` grow while the day lasts;
    the others are counted again, for the last time when it is over."""

    __tablename__ = "system_stats"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    users: Mapped[int] = mapped_column(default=0)
    new_users: Mapped[int] = mapped_column(default=0)
    active_users: Mapped[int] = mapped_column(default=0)
    messages: Mapped[int] = mapped_column(default=0)
    tickets_opened: Mapped[int] = mapped_column(default=0)
    tickets_resolved: Mapped[int] = mapped_column(default=0)
    revenue: Mapped[float] = mapped_column(Float, default=0)
    api_calls: Mapped[int] = mapped_column(default=0)
    api_errors: Mapped[int] = mapped_column(default=0)
    peak_online: Mapped[int] = mapped_column(default=0)
