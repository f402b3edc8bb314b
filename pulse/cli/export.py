"""A workspace as a zip file: JSON Lines of what it holds, and its files."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import Table, select

from pulse.accounts.models import User
from pulse.conversations.files import storage
from pulse.conversations.models import Attachment, Conversation, Member, Message, Reaction, Revision
from pulse.core.archive import rows, write_lines
from pulse.core.database import Model
from pulse.extensions import db
from pulse.workspaces.models import Membership, Workspace

PERSON = ("id", "username", "full_name", "email")


def export(workspace: Workspace, target: Path) -> dict[str, int]:
    """Write everything of a workspace into a zip file; returns how many lines each part has."""
    channels = select(Conversation.id).where(Conversation.workspace_id == workspace.id)
    sent = select(Message.id).where(Message.conversation_id.in_(channels))
    people = select(Membership.user_id).where(Membership.workspace_id == workspace.id)
    wrote = select(Message.sender_id).where(Message.conversation_id.in_(channels))
    parts: dict[str, Any] = {
        "workspace": _rows(Workspace, Workspace.id == workspace.id),
        "people": _rows(User, User.id.in_(people) | User.id.in_(wrote), PERSON),
        "memberships": _rows(Membership, Membership.workspace_id == workspace.id),
        "channels": _rows(Conversation, Conversation.workspace_id == workspace.id),
        "members": _rows(Member, Member.conversation_id.in_(channels)),
        "messages": _rows(Message, Message.conversation_id.in_(channels)),
        "revisions": _rows(Revision, Revision.message_id.in_(sent)),
        "reactions": _rows(Reaction, Reaction.message_id.in_(sent)),
        "attachments": _rows(Attachment, Attachment.message_id.in_(sent)),
    }
    counts = {}
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, lines in parts.items():
            counts[name] = write_lines(archive, f"{name}.jsonl", lines)
        for file in db.session.scalars(select(Attachment).where(Attachment.message_id.in_(sent))):
            archive.writestr(f"files/{file.id}", storage().read(file.stored_name))
    return counts


def _rows(model: type[Model], condition: Any, columns: Iterable[str] = ()) -> Iterator[dict[str, Any]]:
    table: Table = model.__table__  # type: ignore[assignment]
    return rows(table, condition, [table.c[name] for name in columns])
