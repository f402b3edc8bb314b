"""Durable reactions run, later, whatever dies; one that fails is run again, and only that one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from structlog.testing import capture_logs

from pulse.core import outbox
from pulse.core.context import context
from pulse.core.events import publish, transaction
from pulse.core.outbox import Outbox
from pulse.core.wires import Wiring
from pulse.extensions import db, store

ran: list[tuple[str, str]] = []
broken: set[str] = set()


@dataclass(frozen=True)
class Happened:
    what: str
    ids: list[int]


def first(event: Happened) -> None:
    ran.append(("first", event.what))
    if "first" in broken:
        db.session.execute(text("SELECT nothing FROM nowhere"))


def second(event: Happened) -> None:
    ran.append(("second", event.what))
    db.session.execute(text("SELECT 1"))
    if "second" in broken:
        raise RuntimeError("no")


@pytest.fixture(autouse=True)
def wired(app: Flask) -> Iterator[None]:
    real = context().wiring
    context().wiring = Wiring(durable={Happened: [first, second]})
    ran.clear()
    broken.clear()
    yield
    context().wiring = real


def happen(what: str = "x") -> None:
    with transaction():
        publish(Happened(what, [1, 2]))


def rows() -> list[tuple[list[str], int]]:
    db.session.rollback()
    return [(row.pending, row.tries) for row in db.session.scalars(select(Outbox).order_by(Outbox.id))]


def test_runs_soon_in_a_worker_and_leaves_nothing(work: Callable[[], None]) -> None:
    happen()
    assert ran == []
    assert outbox.backlog() == 1
    work()
    assert ran == [("first", "x"), ("second", "x")]
    assert rows() == []


@pytest.mark.parametrize("which", ["first", "second"])
def test_one_that_fails_is_run_again_and_only_that_one(
    travel: Any, work: Callable[[], None], which: str
) -> None:
    broken.add(which)
    happen()
    work()
    assert ran == [("first", "x"), ("second", "x")]
    assert rows() == [([f"tests.core.test_outbox:{which}"], 0)]
    travel.shift(29)
    assert outbox.relay_due() == 0
    travel.shift(1)
    assert outbox.relay_due() == 1
    work()
    assert ran[2:] == [(which, "x")]
    broken.clear()
    travel.shift(59)
    assert outbox.relay_due() == 0
    travel.shift(1)
    assert outbox.relay_due() == 1
    work()
    assert ran[3:] == [(which, "x")]
    assert rows() == []


def test_waits_grow_to_an_hour(travel: Any) -> None:
    happen()
    waits = []
    for _ in range(12):
        travel.shift(3600)
        assert outbox.relay_due() == 1
        db.session.rollback()
        row = db.session.scalars(select(Outbox)).one()
        waits.append((row.next_try_at - row.created_at).total_seconds() - 3600 * len([*waits, 0]))
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (60, 3600)


def test_an_event_published_while_redis_is_down_is_not_lost(
    travel: Any, redis_server: Any, work: Callable[[], None]
) -> None:
    redis_server.stop()
    try:
        happen()
    finally:
        redis_server.start()
    work()
    assert ran == []
    travel.shift(30)
    outbox.relay_due()
    work()
    assert ran == [("first", "x"), ("second", "x")]


def test_an_event_whose_job_was_lost_with_redis_is_run_by_schedule(
    travel: Any, work: Callable[[], None]
) -> None:
    happen()
    store.client.flushall()
    travel.shift(30)
    outbox.relay_due()
    work()
    assert ran == [("first", "x"), ("second", "x")]


def test_a_job_for_a_row_that_is_done_does_nothing(work: Callable[[], None]) -> None:
    happen()
    outbox.run(db.session.scalars(select(Outbox.id)).one())
    work()
    assert ran == [("first", "x"), ("second", "x")]


def test_a_reaction_that_is_gone_from_the_wiring_is_logged_not_kept() -> None:
    happen()
    context().wiring = Wiring(durable={Happened: [second]})
    with capture_logs() as logs:
        outbox.run(db.session.scalars(select(Outbox.id)).one())
    assert ran == [("second", "x")]
    assert rows() == []
    assert [log["event"] for log in logs] == ["durable reaction is gone from the wiring"]


def test_an_event_without_durable_reactions_has_no_row(app: Flask) -> None:
    context().wiring = Wiring()
    happen()
    assert rows() == []
