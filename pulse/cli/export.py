"""A workspace as a zip file: JSON Lines of what it holds, and its files."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import Table, select

from pulse.accounts.models import User
from pulse.conversations.files import storage
from pulse.conversations.models import Attachment, Conversation, Member, Message, Reaction, Revision
from pulse.core.database import Model
from pulse.core.schemas import rfc3339
from pulse.extensions import db
from pulse.workspaces.models import Membership, Workspace

BATCH = 1000  # rows read at once
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
        for name, rows in parts.items():
            counts[name] = _write(archive, f"{name}.jsonl", rows)
        for file in db.session.scalars(select(Attachment).where(Attachment.message_id.in_(sent))):
            archive.writestr(f"files/{file.id}", storage().read(file.stored_name))
    return counts


def _rows(model: type[Model], condition: Any, columns: Iterable[str] = ()) -> Iterator[dict[str, Any]]:
    table: Table = model.__table__  # type: ignore[assignment]
    wanted = [table.c[name] for name in columns] or list(table.c)
    query = select(*wanted).where(condition).order_by(*table.primary_key.columns)
    for row in db.session.execute(query.execution_options(yield_per=BATCH)):
        yield dict(row._mapping)


def _write(archive: ZipFile, name: str, rows: Iterator[dict[str, Any]]) -> int:
    count = 0
    with archive.open(name, "w", force_zip64=True) as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False, default=_plain).encode() + b"\n")
            count += 1
    return count


def _plain(value: object) -> str:
    return rfc3339(value) if isinstance(value, datetime) else str(value)
