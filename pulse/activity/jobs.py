"""Periodic jobs of the feed."""

from pulse.activity import service


def forget_old() -> None:
    """Delete lines that are older than the retention."""
    service.forget_old()
