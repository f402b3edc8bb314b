"""Transactions: what is published in one happens with it or not at all."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from structlog.testing import capture_logs

from pulse.accounts.models import ReservedUsername as Row
from pulse.core import clock
from pulse.core.context import context
from pulse.core.events import after_commit, publish, transaction
from pulse.core.outbox import Outbox
from pulse.core.wires import Wiring
from pulse.extensions import db, is_writing, store


@dataclass(frozen=True)
class Happened:
    what: str


@dataclass(frozen=True)
class Followed:
    what: str


@pytest.fixture
def wire(app: Flask) -> Iterator[Callable[..., None]]:
    """Set the event table of this test: `wire(in_transaction={...}, ...)`."""
    real = context().wiring

    def change(**tables: Any) -> None:
        context().wiring = Wiring(**tables)

    yield change
    context().wiring = real


def write(name: str) -> None:
    db.session().add(Row(username=name, reserved_at=clock.now()))


def names() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Row.username).order_by(Row.username)))


def test_a_change_and_what_reacts_in_it_are_one(wire: Callable[..., None]) -> None:
    wire(in_transaction={Happened: [lambda event: write(event.what)]})
    with transaction():
        write("cause")
        publish(Happened("effect"))
    assert names() == ["cause", "effect"]


def test_a_reaction_that_raises_in_the_transaction_undoes_it(wire: Callable[..., None]) -> None:
    later: list[object] = []

    def refuse(event: Happened) -> None:
        raise ValueError("no")

    wire(
        in_transaction={Happened: [refuse]},
        durable={Happened: [refuse]},
        after_commit={Happened: [later.append]},
    )

    def change() -> None:
        with transaction():
            write("cause")
            after_commit(lambda: later.append("action"))
            publish(Happened("x"))

    with pytest.raises(ValueError, match="no"):
        change()
    assert names() == []
    assert later == []
    assert db.session.scalars(select(Outbox)).all() == []
    assert not is_writing()


def test_an_error_in_the_body_undoes_it_too(app: Flask) -> None:
    def change() -> None:
        with transaction():
            write("cause")
            raise KeyError

    with pytest.raises(KeyError):
        change()
    assert names() == []


def test_reactions_may_publish(wire: Callable[..., None]) -> None:
    wire(
        in_transaction={
            Happened: [lambda event: publish(Followed(event.what))],
            Followed: [lambda event: write(event.what)],
        }
    )
    with transaction():
        publish(Happened("chain"))
    assert names() == ["chain"]


def test_after_the_commit_a_failure_is_logged_and_the_rest_goes_on(wire: Callable[..., None]) -> None:
    later: list[object] = []

    def break_down(event: Happened) -> None:
        db.session.execute(text("SELECT nothing FROM nowhere"))

    def read(event: Happened) -> None:
        later.append(db.session.scalar(select(Row.username)))

    wire(after_commit={Happened: [break_down, read]})
    with capture_logs() as logs, transaction():
        write("cause")
        after_commit(lambda: 1 / 0)  # type: ignore[arg-type,return-value]  # it raises
        after_commit(lambda: later.append("last"))
        publish(Happened("x"))
    assert later == ["cause", "last"]
    assert [(log["event"], log.get("reaction")) for log in logs] == [
        ("reaction failed", "break_down"),
        ("action after commit failed", None),
    ]


def test_what_comes_after_the_commit_sees_it_and_is_outside(wire: Callable[..., None]) -> None:
    seen: list[object] = []

    def look(event: Happened) -> None:
        seen.append((is_writing(), store.client.ping()))
        with transaction():
            write("another")

    wire(after_commit={Happened: [look]})
    with transaction():
        publish(Happened("x"))
    assert seen == [(False, True)]
    assert names() == ["another"]


def test_a_transaction_inside_another_joins_it(wire: Callable[..., None]) -> None:
    order: list[str] = []
    wire(after_commit={Happened: [lambda event: order.append(event.what)]})

    def change() -> None:
        with transaction():
            with transaction():
                write("inner")
                publish(Happened("inner"))
            assert order == []
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change()
    assert (names(), order) == ([], [])
    with transaction() as outer:
        with transaction() as inner:
            assert inner is outer
            publish(Happened("first"))
        order.append("body")
    assert order == ["body", "first"]


@pytest.mark.parametrize("use", [lambda: store.client.ping(), lambda: store.queue.count])
def test_no_redis_while_writing(app: Flask, use: Callable[[], object]) -> None:
    use()
    with pytest.raises(RuntimeError, match="Redis inside a transaction"), transaction():
        use()
    use()


def test_what_is_loaded_in_a_transaction_is_fresh(app: Flask) -> None:
    with transaction():
        write("a")
    mine = db.session.get_one(Row, "a")
    db.session.commit()
    with app.app_context(), transaction() as session:  # somebody else
        session.get_one(Row, "a").reserved_at = clock.from_milliseconds(0)
    with transaction() as session:
        assert session.get_one(Row, "a").reserved_at == clock.from_milliseconds(0)
    assert mine.reserved_at == clock.from_milliseconds(0)


def test_publishing_outside_a_transaction_is_a_fault(app: Flask) -> None:
    with pytest.raises(KeyError):
        publish(Happened("x"))
