"""Writes of analytics."""

from pulse.analytics.service.presence import forget_old_days, rebuild, reopen, roll_up
from pulse.analytics.service.requests import forget_old_lines, forget_user, note_request, write_requests
from pulse.analytics.service.system import count_day, note_peak

__all__ = [
    "count_day",
    "forget_old_days",
    "forget_old_lines",
    "forget_user",
    "note_peak",
    "note_request",
    "rebuild",
    "reopen",
    "roll_up",
    "write_requests",
]
