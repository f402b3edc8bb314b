"""Reads of analytics; they never commit."""

from pulse.analytics.queries.metrics import active_count, messages_by_day
from pulse.analytics.queries.presence import (
    Answers,
    answers,
    counted,
    days,
    due,
    engagement,
    first_sign,
    rolled_up,
    time_zone,
)
from pulse.analytics.queries.replies import (
    EVERYONE,
    chat_replies,
    desk_replies,
    learned,
    predict_answer,
    predict_reply,
    predictor,
)
from pulse.analytics.queries.system import Totals, daily, online_hours, recent_lines, recent_users, totals

__all__ = [
    "EVERYONE",
    "Answers",
    "Totals",
    "active_count",
    "answers",
    "chat_replies",
    "counted",
    "daily",
    "days",
    "desk_replies",
    "due",
    "engagement",
    "first_sign",
    "learned",
    "messages_by_day",
    "online_hours",
    "predict_answer",
    "predict_reply",
    "predictor",
    "recent_lines",
    "recent_users",
    "rolled_up",
    "time_zone",
    "totals",
]
