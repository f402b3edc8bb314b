"""The transactional outbox: durable reactions survive whatever dies after the commit.

One row per event, written with the change. A job runs each pending reaction and takes it off the row; the
row goes when none is left. Rows left behind are enqueued again by schedule, less and less often. A reaction
may run twice if a worker dies right behind it: it is idempotent on (event, reaction).
"""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import structlog
from sqlalchemy import JSON, BigInteger, Integer, String, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from pulse.core import clock, jobs
from pulse.core.context import context
from pulse.core.database import Model, UtcDateTime
from pulse.core.errors import REDIS_IS_AWAY
from pulse.core.wires import Table, reaction_name
from pulse.extensions import db

log = structlog.get_logger(__name__)

FIRST_RETRY = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
ROWS_IN_A_JOB = 20


class Outbox(Model):
    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    event_type: Mapped[str] = mapped_column(String(200))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    pending: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    tries: Mapped[int] = mapped_column(default=0)


def store(session: Session, events: Iterable[object], durable: Table) -> list[int]:
    """Write a row for each event that somebody reacts to durably; returns their ids."""
    now = clock.now()
    rows = [
        {
            "event_type": f"{type(event).__module__}:{type(event).__qualname__}",
            "payload": _payload(event),
            "pending": [reaction_name(reaction) for reaction in durable[type(event)]],
            "created_at": now,
            "next_try_at": now + FIRST_RETRY,
        }
        for event in events
        if durable.get(type(event))
    ]
    return sorted(session.connection().scalars(_STORE, rows)) if rows else []


_STORE = insert(Outbox).returning(Outbox.id)


def relay(ids: Sequence[int]) -> None:
    """Enqueue jobs for some rows. What goes wrong here is only logged: the schedule comes by later."""
    try:
        for start in range(0, len(ids), ROWS_IN_A_JOB):
            jobs.enqueue(run_all, list(ids[start : start + ROWS_IN_A_JOB]))
    except REDIS_IS_AWAY as error:
        log.warning("outbox not relayed, the schedule will", error=str(error), rows=len(ids))
    except Exception:
        log.exception("outbox not relayed, the schedule will", rows=len(ids))


def relay_due(limit: int = 500) -> int:
    """Enqueue the rows whose time has come again; returns how many. Called by schedule."""
    now = clock.now()
    session = db.session()
    rows = session.scalars(
        select(Outbox).where(Outbox.next_try_at <= now).order_by(Outbox.id).limit(limit)
    ).all()
    ids = [row.id for row in rows]
    waits = {row.id: min(FIRST_RETRY * 2 ** min(row.tries + 1, 10), LONGEST_WAIT) for row in rows}
    session.rollback()
    for id_, wait in waits.items():
        session.execute(
            update(Outbox).where(Outbox.id == id_).values(tries=Outbox.tries + 1, next_try_at=now + wait)
        )
        session.commit()
    relay(ids)
    return len(ids)


def run_all(ids: Sequence[int]) -> None:
    """Job: run what is pending on some rows."""
    for id_ in ids:
        run(id_)


def run(id_: int) -> None:
    """Run what is pending on one row. A reaction that fails stays for the next try."""
    row = db.session.get(Outbox, id_)
    if row is None:
        return
    known = {reaction_name(r): r for rs in context().wiring.durable.values() for r in rs}
    event, pending = _event_of(row), list(row.pending)
    db.session.rollback()
    failed: list[str] = []
    for name in pending:
        try:
            if name in known:
                known[name](event)
            else:
                log.error("durable reaction is gone from the wiring", reaction=name, outbox_id=id_)
        except Exception:
            failed.append(name)
            log.exception("durable reaction failed", reaction=name, outbox_id=id_)
        finally:
            db.session.rollback()  # what one read or broke is nothing to the next, nor to our write below
    if failed:
        db.session.execute(update(Outbox).where(Outbox.id == id_).values(pending=failed))
    else:
        db.session.execute(Outbox.__table__.delete().where(Outbox.id == id_))  # type: ignore[attr-defined]
    db.session.commit()


def backlog() -> int:
    """How many events still have reactions pending."""
    return db.session.scalar(select(func.count()).select_from(Outbox)) or 0


def _payload(event: Any) -> dict[str, Any]:
    """The fields of an event, but for those that are marked `transient`."""
    return {one.name: getattr(event, one.name) for one in fields(event) if not one.metadata.get("transient")}


def _event_of(row: Outbox) -> object:
    module, _, name = row.event_type.partition(":")
    return getattr(import_module(module), name)(**row.payload)
