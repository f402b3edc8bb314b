"""Transactions and events: check everything, then change and publish in one transaction.

    with transaction() as session:
        user.account_status = "suspended"
        publish(AccountStatusChanged(user.id, ...))

`pulse/wiring.py` names who reacts. Reactions *in the transaction* may raise and roll the change back.
*Durable* ones are written into the outbox with the change and run as jobs, whatever dies. Those *after the
commit* may be lost, since what they tell can be asked for again: a failure is logged, no more.

Inside a transaction there is no Redis, no emit, no HTTP, no mail: under eventlet each of them yields, and a
greenlet that yields while it holds SQLite's write lock stops the whole process.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from sqlalchemy.orm import Session

from pulse.core import outbox
from pulse.core.context import context
from pulse.core.database import WRITE
from pulse.core.wires import calls
from pulse.extensions import WRITING, db

log = structlog.get_logger(__name__)

_LATER = "pulse.later"


@contextmanager
def transaction() -> Iterator[Session]:
    """One write transaction; inside another one it joins that. Commits at the end, rolls back on an error.

    Objects read before the transaction may be stale inside it: load by id what you change.
    """
    session = db.session()
    if WRITING in session.info:
        yield session
        return
    session.rollback()  # ends the read transaction, whose snapshot a writer must not inherit
    session.expire_all()
    events: list[Any] = []
    later: list[Callable[[], None]] = []
    session.info[WRITING], session.info[_LATER] = events, later
    try:
        session.connection(execution_options={WRITE: True})
        yield session
        _react_in_transaction(events)
        outbox_ids = outbox.store(session, events, context().wiring.durable)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        del session.info[WRITING], session.info[_LATER]
    _react_after_commit(events, later)
    outbox.relay(outbox_ids)


def publish(event: object) -> None:
    """Say, inside a transaction, that something happened."""
    db.session().info[WRITING].append(event)


def after_commit(action: Callable[[], None]) -> None:
    """Run `action` once the current transaction is committed; never if it is not."""
    db.session().info[_LATER].append(action)


def _react_in_transaction(events: list[Any]) -> None:
    for react in calls(context().wiring.in_transaction, events):  # which grow while reactions publish
        react()


def _react_after_commit(events: list[Any], later: list[Callable[[], None]]) -> None:
    for react in calls(context().wiring.after_commit, events):
        try:
            react()
        except Exception:
            db.session.rollback()
            log.exception("reaction failed", reaction=react.func.__name__)
    for action in later:
        try:
            action()
        except Exception:
            db.session.rollback()
            log.exception("action after commit failed")
