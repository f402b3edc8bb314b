"""Writes of conversations: channels, members, messages, how far they are read."""

from pulse.conversations.service.changing import edit, empty, pin, react, remove
from pulse.conversations.service.channels import archive, create, update
from pulse.conversations.service.direct import block, open_direct, person, unblock
from pulse.conversations.service.members import add, enter, join, leave_workspace, set_notify, take_out
from pulse.conversations.service.members import remove as remove_member
from pulse.conversations.service.numbering import hold
from pulse.conversations.service.reading import mark_delivered, mark_read, mark_unread
from pulse.conversations.service.retention import delete_of, delete_old, retract_reactions_of
from pulse.conversations.service.sending import Draft, say, send

__all__ = [
    "Draft",
    "add",
    "archive",
    "block",
    "create",
    "delete_of",
    "delete_old",
    "edit",
    "empty",
    "enter",
    "hold",
    "join",
    "leave_workspace",
    "mark_delivered",
    "mark_read",
    "mark_unread",
    "open_direct",
    "person",
    "pin",
    "react",
    "remove",
    "remove_member",
    "retract_reactions_of",
    "say",
    "send",
    "set_notify",
    "take_out",
    "unblock",
    "update",
]
