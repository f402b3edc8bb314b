"""Periodic jobs of analytics."""

from datetime import timedelta

from pulse.analytics import service
from pulse.core import clock

LEARNS_FOR = 1.0  # seconds; other jobs wait meanwhile


def roll_up() -> None:
    """Job: sum up the days of presence that are over."""
    service.roll_up()


def count_days() -> None:
    """Job: count today's figures of the whole server, and yesterday's for the last time."""
    today = clock.now().date()
    service.count_day(today - timedelta(days=1))
    service.count_day(today)


def note_peak() -> None:
    """Job: note how many are here at once."""
    service.note_peak()


def learn_replies() -> None:
    """Job: learn from replies how long the next ones will take."""
    service.learn_replies(LEARNS_FOR)


def forget_old() -> None:
    """Job: delete what is older than its retention."""
    service.forget_old_days()
    service.forget_old_hours()
    service.forget_old_lines()
