"""Writes of workspaces: teams, members, invitations."""

from pulse.workspaces.service.invitations import accept, clean_up, invite, withdraw
from pulse.workspaces.service.members import add_member, remove_member, set_role
from pulse.workspaces.service.teams import create, delete, update

__all__ = [
    "accept",
    "add_member",
    "clean_up",
    "create",
    "delete",
    "invite",
    "remove_member",
    "set_role",
    "update",
    "withdraw",
]
