"""Reads of analytics; they never commit."""

from pulse.analytics.queries.metrics import active_count, messages_by_day
from pulse.analytics.queries.presence import (
    Answers,
    answers,
    counted,
    days,
    due,
    first_sign,
    rolled_up,
    time_zone,
)
from pulse.analytics.queries.system import Totals, daily, recent_lines, recent_users, totals

__all__ = [
    "Answers",
    "Totals",
    "active_count",
    "answers",
    "counted",
    "daily",
    "days",
    "due",
    "first_sign",
    "messages_by_day",
    "recent_lines",
    "recent_users",
    "rolled_up",
    "time_zone",
    "totals",
]
