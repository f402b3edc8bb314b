"""Rolled-up figures. All of them can be counted again from what they sum up."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from pulse.core.database import Model, UtcDateTime


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
