"""From the stream of decided changes into history: each once, in order of version, whoever dies when."""

from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import bindparam, delete, func, select, tuple_, update
from sqlalchemy.orm import Session

from pulse.accounts.models import User
from pulse.core import clock
from pulse.core.context import settings
from pulse.core.database import UtcDateTime, insert
from pulse.core.events import publish, transaction
from pulse.core.schemas import rfc3339
from pulse.extensions import db
from pulse.presence import live
from pulse.presence.events import StatusChanged
from pulse.presence.models import StatusChange, UserPresence

BATCH = 200  # a longer transaction would keep web processes on SQLite waiting
BATCHES = 200  # in one job; the next one goes on
FORGOTTEN_AT_ONCE = 500_000  # rows in one job, likewise

# Run for each new row, oldest first. The open row before it ends where it begins.
_CLOSE_THE_ONE_BEFORE = (
    update(StatusChange)
    .where(
        StatusChange.user_id == bindparam("new_user_id"),
        StatusChange.until.is_(None),
        tuple_(StatusChange.epoch, StatusChange.version)
        < tuple_(bindparam("new_epoch"), bindparam("new_version")),
    )
    .values(until=bindparam("new_at"))
)
# The user's last known presence, unless a newer one is known.
_NOTE_LAST = (
    update(UserPresence)
    .where(
        UserPresence.user_id == bindparam("new_user_id"),
        tuple_(UserPresence.epoch, UserPresence.version)
        < tuple_(bindparam("new_epoch"), bindparam("new_version")),
    )
    .values(
        presence=bindparam("new_status"),
        since=bindparam("new_at"),
        last_seen=func.coalesce(bindparam("new_seen", type_=UtcDateTime), UserPresence.last_seen),
        epoch=bindparam("new_epoch"),
        version=bindparam("new_version"),
    )
)


def record() -> int:
    """Write what was decided into history; returns how many changes were new.

    Reads the stream from its beginning and takes off what is committed. A change that was recorded
    before (its recorder died in between, or two ran at once) is recognised by user, epoch and version.
    """
    written = 0
    for _ in range(BATCHES):
        entries = live.changes(BATCH)
        if not entries:
            break
        with transaction() as session:
            written += _write(session, [orjson.loads(text) for _, text in entries])
        live.forget_changes([id_ for id_, _ in entries])
    return written


def forget_old_history() -> int:
    """Delete closed history older than the retention; returns how many rows.

    Open rows stay, however old: they are why this looks only once for what to delete.
    """
    before = clock.now() - timedelta(days=settings().history_retention_days)
    is_old = StatusChange.at < before, StatusChange.until < before  # `at` has an index
    ids = db.session.scalars(select(StatusChange.id).where(*is_old).limit(FORGOTTEN_AT_ONCE)).all()
    for start in range(0, len(ids), BATCH):
        with transaction() as session:
            session.execute(delete(StatusChange).where(StatusChange.id.in_(ids[start : start + BATCH])))
    return len(ids)


def _write(session: Session, changes: list[dict[str, Any]]) -> int:
    existing = set(session.scalars(select(User.id).where(User.id.in_({c["user_id"] for c in changes}))))
    changes = [change for change in changes if change["user_id"] in existing]
    if not changes:
        return 0
    rows = [
        {
            "user_id": change["user_id"],
            "status": change["status"],
            "previous": change["previous"],
            "device_type": change["device_type"],
            "at": clock.from_milliseconds(change["at"]),
            "epoch": change["epoch"],
            "version": change["version"],
        }
        for change in changes
    ]
    statement = (
        insert(session, StatusChange)
        .on_conflict_do_nothing()
        .returning(StatusChange.user_id, StatusChange.epoch, StatusChange.version)
    )
    written = {tuple(row) for row in session.execute(statement, rows)}
    new = []
    for row, change in zip(rows, changes, strict=True):
        if (row["user_id"], row["epoch"], row["version"]) in written:
            seen = clock.from_milliseconds(change["seen"]) if change["seen"] else None
            new.append({f"new_{name}": value for name, value in row.items()} | {"new_seen": seen})
            publish(
                StatusChanged(
                    user_id=row["user_id"],
                    status=row["status"],
                    previous=row["previous"],
                    device_type=row["device_type"],
                    at=rfc3339(row["at"]),
                    epoch=row["epoch"],
                    version=row["version"],
                )
            )
    if new:
        session.connection().execute(_CLOSE_THE_ONE_BEFORE, new)
        session.connection().execute(_NOTE_LAST, new)
    return len(new)
