"""Periodic jobs of analytics."""

from pulse.analytics import service


def roll_up() -> None:
    """Job: sum up the days that are over."""
    service.roll_up()


def forget_old() -> None:
    """Job: delete figures that are older than the retention of history."""
    service.forget_old()
