"""Periodic jobs of presence."""

from pulse.presence import service


def sweep() -> None:
    """Tell and note what time alone has changed."""
    service.sweep()


def record() -> None:
    """Write decided changes into history."""
    service.record()


def forget_old_history() -> None:
    """Delete history beyond its retention."""
    service.forget_old_history()
