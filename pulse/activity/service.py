"""Writes of the feed."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import case, delete, select, update

from pulse.activity import queries, rules
from pulse.activity.events import ActivityRecorded
from pulse.activity.models import Activity
from pulse.activity.rules import ActivityType
from pulse.conversations.models import Conversation, Message
from pulse.core import clock
from pulse.core.context import settings
from pulse.core.database import insert
from pulse.core.events import publish, transaction
from pulse.extensions import db

BATCH = 500  # a longer transaction would keep web processes on SQLite waiting


@dataclass(frozen=True)
class Line:
    """What is to be noted; lines with the same `key` are one, which counts them."""

    workspace_id: int
    type: ActivityType
    ref_id: int
    actor_id: int | None
    conversation_id: int | None = None
    subject: str = ""
    key: str | None = None


def note(line: Line) -> None:
    """Note a line, inside the transaction in which it happens: so it is noted exactly once."""
    row = _row(line)
    _write(row, {"count": Activity.count + 1, "ref_id": line.ref_id, "updated_at": row["updated_at"]})


def count_message(message: Message, channel: Conversation) -> None:
    """Note that a message was sent, however often this is called and in whichever order for several.

    The line keeps from which message to which it goes, and counts by looking at the messages.
    """
    key = rules.message_key(channel.id, message.sender_id, message.created_at)
    workspace_id, sender_id, seq = channel.workspace_id or 0, message.sender_id, message.seq
    line = Line(
        workspace_id, ActivityType.MESSAGE_SENT, message.id, sender_id, channel.id, f"#{channel.name}", key
    )
    row = _row(line) | {"first_seq": seq, "last_seq": seq, "created_at": message.created_at}
    growth = {
        "first_seq": case((Activity.first_seq > seq, seq), else_=Activity.first_seq),
        "ref_id": case((Activity.last_seq < seq, message.id), else_=Activity.ref_id),
        "last_seq": case((Activity.last_seq < seq, seq), else_=Activity.last_seq),
        "updated_at": row["updated_at"],
    }
    with transaction() as session:
        id_ = _write(row, growth)
        # In a statement of its own: it sees what was committed before we got hold of the line.
        count = queries.count_messages(id_)
        session.execute(
            update(Activity)
            .where(Activity.id == id_)
            .values(count=max(1, count))
            .execution_options(synchronize_session=False)
        )


def forget_old() -> int:
    """Delete lines older than the retention; returns how many."""
    before = clock.now() - timedelta(days=settings().activity_retention_days)
    deleted = 0
    while True:
        with transaction() as session:
            ids = session.scalars(select(Activity.id).where(Activity.created_at < before).limit(BATCH)).all()
            session.execute(delete(Activity).where(Activity.id.in_(ids)))
        deleted += len(ids)
        if len(ids) < BATCH:
            return deleted


def _row(line: Line) -> dict[str, Any]:
    now = clock.now()
    return {
        "workspace_id": line.workspace_id,
        "conversation_id": line.conversation_id,
        "actor_id": line.actor_id,
        "type": line.type,
        "ref_id": line.ref_id,
        "subject": line.subject[: rules.SUBJECT_MAX],
        "key": line.key,
        "count": 1,
        "created_at": now,
        "updated_at": now,
    }


def _write(row: dict[str, Any], growth: dict[str, Any]) -> int:
    session = db.session()
    id_: int = session.execute(
        insert(session, Activity)
        .values(row)
        .on_conflict_do_update(index_elements=["key"], set_=growth)
        .returning(Activity.id)
    ).scalar_one()
    publish(ActivityRecorded(id_))
    return id_
