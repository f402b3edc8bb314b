"""Writes of analytics."""

from pulse.analytics.service.presence import forget_old_days, rebuild, reopen, roll_up
from pulse.analytics.service.replies import forget_replies_of, learn_replies, relearn_replies
from pulse.analytics.service.requests import forget_old_lines, forget_user, note_request, write_requests
from pulse.analytics.service.system import count_day, forget_old_hours, note_peak

__all__ = [
    "count_day",
    "forget_old_days",
    "forget_old_hours",
    "forget_old_lines",
    "forget_replies_of",
    "forget_user",
    "learn_replies",
    "note_peak",
    "note_request",
    "rebuild",
    "relearn_replies",
    "reopen",
    "roll_up",
    "write_requests",
]
