"""Periodic jobs of workspaces."""

from pulse.workspaces import service


def clean_up() -> None:
    """Delete invitations that have expired."""
    service.clean_up()
