"""Periodic jobs of webhooks."""

from pulse.webhooks import service


def deliver_due() -> None:
    """Have everything delivered whose time has come."""
    service.call_due()


def forget_old() -> None:
    """Delete what was told long ago."""
    service.forget_old()
