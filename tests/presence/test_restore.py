"""Redis lost everything: who was here is brought back in steps, whatever stops the sweep in between."""

import threading
from collections.abc import Callable, Collection
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from pulse.core import clock
from pulse.core.events import transaction
from pulse.extensions import db, store
from pulse.presence import live, queries, service
from pulse.presence.models import UserPresence
from pulse.presence.rules import Status
from pulse.presence.service import sweeping
from pulse.presence.state import Copy, State
from pulse.presence.view import View
from tests.presence.people import add, add_many, beat

GoOn = Callable[[], None]


@pytest.fixture
def people(travel: Any, app: Flask) -> list[int]:
    """Seven users who were online when Redis lost everything, and one who was not."""
    ids = sorted(user.id for user in add_many([f"p{n}" for n in range(8)]))
    with transaction() as session:
        online = update(UserPresence).where(UserPresence.user_id.in_(ids[:7]))
        session.execute(online.values(presence=Status.ONLINE, epoch=1, version=1))
    return ids[:7]


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "BATCH", 2)


def instead_of_load(monkeypatch: pytest.MonkeyPatch, what: Callable[[list[int], GoOn], None]) -> None:
    """Run `what(ids, load)` wherever users are loaded into Redis."""
    real = live.load

    def load(copies: Collection[Copy], ghosts_last: int) -> list[State]:
        states: list[State] = []
        what([copy.user_id for copy in copies], lambda: states.extend(real(copies, ghosts_last)))
        return states

    monkeypatch.setattr(live, "load", load)


def known() -> list[int]:
    """Whom Redis knows."""
    return sorted(int(key.rpartition(":")[2]) for key in store.client.keys(f"{live.PREFIX}u:*"))


def statuses(ids: list[int]) -> set[Status]:
    return {View.of(state).verdict.status for state in queries.states(ids).values()}


@pytest.mark.usefixtures("small_steps")
def test_brings_back_who_was_here_and_nobody_else(people: list[int]) -> None:
    service.sweep()
    assert known() == people
    assert live.restored()[1] == live.ALL


@pytest.mark.usefixtures("small_steps")
def test_a_killed_sweep_is_taken_up_where_it_stopped(
    people: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[list[int]] = []

    def die_at_the_third(ids: list[int], load: GoOn) -> None:
        if len(loaded) == 2:
            raise SystemExit
        loaded.append(ids)
        load()

    with monkeypatch.context() as patch:
        instead_of_load(patch, die_at_the_third)
        with pytest.raises(SystemExit):
            service.sweep()
    assert (loaded, known()) == ([people[:2], people[2:4]], people[:4])

    def note(ids: list[int], load: GoOn) -> None:
        loaded.append(ids)
        load()

    with monkeypatch.context() as patch:
        instead_of_load(patch, note)
        service.sweep()
    assert loaded[2:] == [people[4:6], people[6:]]
    assert known() == people


@pytest.mark.usefixtures("small_steps")
def test_one_sweep_does_a_part_and_readers_do_not_notice(
    travel: Any, people: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "BATCHES", 2)
    service.sweep()
    assert known() == people[:4]
    assert statuses(people[:6]) == {Status.ONLINE}
    travel.shift(33)  # nobody beats
    assert statuses(people) == {Status.OFFLINE}
    service.sweep()
    assert known() == people
    travel.shift(10)
    service.sweep()
    service.record()
    assert queries.counts()["online"] == 0
    assert store.client.zcard(live.DUE) == 0
    left = {db.session.get_one(UserPresence, id_).since for id_ in people}
    assert left == {clock.from_milliseconds(1_790_000_032_000)}  # whenever it was found


@pytest.mark.usefixtures("small_steps")
def test_two_sweeps_at_once_do_no_harm(app: Flask, people: list[int]) -> None:
    barrier, failures = threading.Barrier(3), []

    def sweep() -> None:
        with app.app_context():
            barrier.wait()
            try:
                service.sweep()
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=sweep) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert (known(), live.restored()[1]) == (people, live.ALL)
    assert statuses(people) == {Status.ONLINE}


@pytest.mark.usefixtures("small_steps")
def test_progress_is_not_carried_over_into_a_redis_that_was_lost_again(
    travel: Any, people: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    losses: list[int] = []

    def lose_it(ids: list[int], load: GoOn) -> None:
        load()
        if ids == people[4:6] and not losses:
            losses.append(1)
            store.client.flushall()
            travel.shift(0.01)

    with monkeypatch.context() as patch:
        instead_of_load(patch, lose_it)
        service.sweep()
    service.sweep()
    assert losses
    assert known() == people


def test_a_beat_while_they_are_brought_back_counts(travel: Any, app: Flask) -> None:
    ann = add("ann")
    beat(ann)
    service.record()
    store.client.flushall()
    travel.shift(1)
    beat(ann)
    travel.shift(40)
    service.sweep()
    assert statuses([ann.id]) == {Status.ONLINE}
