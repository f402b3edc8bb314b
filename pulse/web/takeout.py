"""What is kept about a person, as a zip file for themselves: JSON Lines, and the files they uploaded."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import PurePath
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from apiflask import APIBlueprint
from apiflask.schemas import FileSchema
from flask import Response, send_file
from sqlalchemy import Column, ColumnElement, Table, or_, select

from pulse.accounts import service as accounts
from pulse.accounts.limits import per_user
from pulse.accounts.models import User
from pulse.accounts.service.profile import avatars
from pulse.conversations.files import storage
from pulse.conversations.models import Attachment, Member, Message
from pulse.core import clock
from pulse.core.archive import rows, write_lines
from pulse.core.http import identity, needs
from pulse.core.permissions import Permission
from pulse.extensions import db, socketio
from pulse.workspaces.models import Membership

bp = APIBlueprint("takeout", __name__, tag="Accounts")

IN_MEMORY = 1_000_000  # bytes; a larger archive is written to the disk

# Columns that name a person in rows that are not theirs, and whose they are.
OF_OTHERS = {
    "blocks.blocked_id": "who blocks them",
    "presence_watches.user_id": "who waits for them",
    "notifications.actor_id": "what others were notified of",
    "tickets.assignee_id": "the customer's",
    "ticket_notes.author_id": "about the customer",
    "webhook_events.user_id": "told to the owners of webhooks, who have it",
}
# Rows that name a person without a foreign key.
BY_ID = ("request_log.user_id", "agent_skills.user_id", "team_agents.user_id", "audit_log.target_id")
# What opens doors, or says where a file lies.
SECRET = {
    "users": {"password_hash"},
    "sessions": {"refresh_jti"},
    "webhook_endpoints": {"secret", "previous_secret", "previous_secret_until"},
    "attachments": {"stored_name", "thumbnail_name"},
}
# Of what they are in: its name and what it is for, not what others did with it.
NAMES = {
    "conversations": ("id", "kind", "workspace_id", "name", "topic", "created_at"),
    "workspaces": ("id", "name", "created_at"),
}


@bp.get("/api/profile/export/")
@needs(Permission.ACCOUNT_SELF)
@per_user("5/hour")
@bp.output(FileSchema(), content_type="application/zip", description="JSON Lines by table, and files.")
def export() -> Response:
    """All that is kept about you, as a zip file

    What you wrote, where you are in, when you were here, what you uploaded; no password, no token, nothing
    that others wrote.
    """
    user = db.session.get_one(User, identity().user_id)
    file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115, since the answer is sent from it
    write(user, file)
    accounts.audit(user.id, "export_own_data", user.id)
    file.seek(0)
    name = f"pulse-{clock.now().date()}.zip"
    return send_file(file, mimetype="application/zip", as_attachment=True, download_name=name)


def write(user: User, target: IO[bytes]) -> None:
    """Write what is kept about a user into a zip file."""
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for table in db.metadata.sorted_tables:
            condition = _theirs(table, user.id)
            if condition is not None:
                write_lines(archive, f"{table.name}.jsonl", rows(table, condition, _columns(table)))
        for name, read in _files(user):
            with suppress(FileNotFoundError):  # deleted meanwhile
                archive.writestr(f"files/{name}", read(), ZIP_STORED)  # most are compressed already
            socketio.sleep(0)


def _files(user: User) -> Iterator[tuple[str, Callable[[], bytes]]]:
    if user.avatar:
        yield user.avatar, (avatars() / user.avatar).read_bytes
    for file in db.session.scalars(select(Attachment).where(Attachment.uploader_id == user.id)):
        yield _name(file), partial(storage().read, file.stored_name)


def _name(file: Attachment) -> str:
    ending = PurePath(file.name).suffix
    return f"{file.id}{ending if ending[1:].isalnum() else ''}"


def _theirs(table: Table, user_id: int) -> ColumnElement[bool] | None:
    """Which rows of a table are a user's; None if it holds none of anybody's."""
    if table.name == "users":
        return table.c.id == user_id
    if table.name == "conversations":
        return table.c.id.in_(select(Member.conversation_id).where(Member.user_id == user_id))
    if table.name == "workspaces":
        return table.c.id.in_(select(Membership.workspace_id).where(Membership.user_id == user_id))
    if table.name == "revisions":
        return table.c.message_id.in_(select(Message.id).where(Message.sender_id == user_id))
    if table.name == "reply_models":
        return (table.c.scope == "person") & (table.c.key == user_id)
    columns = [column for column in table.c if names_a_user(column) and str(column) not in OF_OTHERS]
    return or_(*(column == user_id for column in columns)) if columns else None


def names_a_user(column: Column[Any]) -> bool:
    """Whether a column holds the id of a user."""
    return str(column) in BY_ID or any(key.column.table.name == "users" for key in column.foreign_keys)


def _columns(table: Table) -> list[Column[Any]]:
    if table.name in NAMES:
        return [table.c[name] for name in NAMES[table.name]]
    return [column for column in table.c if column.name not in SECRET.get(table.name, ())]
