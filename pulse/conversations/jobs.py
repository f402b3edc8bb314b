"""Periodic jobs of conversations."""

from pulse.conversations import service
from pulse.conversations.service import attachments


def clean_up() -> None:
    """Delete files whose messages are gone, and those that were never sent."""
    attachments.clean_up()


def delete_old() -> None:
    """Delete messages that their conversations keep no longer."""
    service.delete_old()
