"""Periodic jobs of notifications."""

from pulse.notifications import service


def mail_due_digests() -> None:
    """Order the mails to those who are away for long."""
    service.mail_due_digests()


def forget_old() -> None:
    """Delete what was read long ago."""
    service.forget_old()
