"""The sweep finds what time alone has changed: exactly that, told once, at the time when it happened."""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from pulse.accounts.models import Session, User
from pulse.core import clock
from pulse.core.events import transaction
from pulse.extensions import db, store
from pulse.presence import live, queries, service
from pulse.presence.models import UserPresence
from pulse.presence.service import sweeping
from pulse.presence.state import Copy
from tests.conftest import Person
from tests.presence.people import add, beat, count_round_trips, history, identity, renew, seen, told

START = 1_790_000_000_000


@pytest.fixture
def ann(travel: Any, app: Flask) -> Person:
    return add("ann")


def open_socket(person: Person, process: str, device: str = "laptop") -> None:
    service.socket_opened(identity(person), device, "web", process)


def test_finds_exactly_who_is_due(travel: Any, app: Flask) -> None:
    people = [add(f"p{n}") for n in range(12)]
    for person in people:
        beat(person)
        travel.shift(10)
    assert service.sweep() == 1  # the first one died at this moment
    travel.shift(25)
    assert service.sweep() == 2
    assert service.sweep() == 0
    assert [person.username for person in people if told(person)[-1]["status"] == "offline"] == [
        "p0",
        "p1",
        "p2",
    ]


def test_costs_what_is_due_not_what_exists(travel: Any, app: Flask) -> None:
    ann, bob = add("ann"), add("bob")
    service.sweep()
    beat(ann)
    travel.shift(120)
    with count_round_trips() as few:
        assert service.sweep() == 1
    copy = queries.copies(User.id == bob.id)[0]
    fake = [
        Copy(**{name: getattr(copy, name) for name in copy.__slots__} | {"user_id": 1000 + n})
        for n in range(300)
    ]
    live.load(fake)
    for one in fake:
        live.beat(one.user_id, bob.session_id, "laptop", "web", None, is_counted=False)
    renew(ann)
    travel.shift(1)
    beat(ann)
    travel.shift(119)
    for one in fake:
        live.beat(one.user_id, bob.session_id, "laptop", "web", None, is_counted=False)
    travel.shift(1)
    with count_round_trips() as many:
        assert service.sweep() == 1
    assert len(many) == len(few)


def test_one_sweep_does_a_part_of_very_much(travel: Any, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [add(f"p{n}") for n in range(5)]
    for person in people:
        beat(person)
    travel.shift(121)
    monkeypatch.setattr(sweeping, "BATCHES", 2)
    monkeypatch.setattr(live, "due", partial(live.due, limit=2))
    assert [service.sweep() for _ in range(3)] == [4, 1, 0]
    assert {told(person)[-1]["status"] for person in people} == {"offline"}


@pytest.mark.parametrize("late", [1, 7, 250])
def test_a_late_sweep_tells_the_true_time(travel: Any, ann: Person, late: int) -> None:
    beat(ann)
    travel.shift(120 + late)
    service.sweep()
    service.record()
    assert history(ann, ann)[-1]["at"] == "2026-09-21T14:15:20.000Z"
    assert told(ann)[-1]["since"] == "2026-09-21T14:15:20.000Z"
    assert told(ann)[-1]["last_seen"] == "2026-09-21T14:13:20.000Z"


def test_idle_is_told_at_its_time(travel: Any, ann: Person) -> None:
    beat(ann, idle_ms=0)
    for _ in range(3):
        travel.shift(99)
        beat(ann, idle_ms=10**7)
    travel.shift(5)
    assert service.sweep() == 1
    assert (told(ann)[-1]["status"], told(ann)[-1]["since"]) == ("away", "2026-09-21T14:18:20.000Z")


def test_sockets_of_a_dead_process_close_when_its_lease_lapsed(travel: Any, ann: Person) -> None:
    bob = add("bob")
    live.take_lease("web-1", START + 5_000)
    live.take_lease("web-2", START + 60_000)
    open_socket(ann, "web-1")
    open_socket(bob, "web-1", "phone")
    open_socket(bob, "web-2", "laptop")
    beat(ann)
    beat(bob)
    travel.shift(29.9)
    assert seen(bob, ann)["status"] == "online"  # reloads have 25 s
    travel.shift(0.1)
    assert seen(bob, ann)["status"] == "offline"  # before any sweep
    travel.shift(10)
    service.sweep()
    assert (told(ann)[-1]["status"], told(ann)[-1]["since"]) == ("offline", "2026-09-21T14:13:50.000Z")
    assert seen(bob, bob)["status"] == "online"
    assert live.lapsed_leases(clock.milliseconds()) == {}
    assert store.client.keys(f"{live.PREFIX}proc:web-1") == []
    assert store.client.hkeys(f"{live.PREFIX}u:{ann.id}").count("k:laptop:web-1") == 0


def test_a_client_that_found_another_process_is_not_taken_off(travel: Any, ann: Person) -> None:
    live.take_lease("web-1", START + 5_000)
    live.take_lease("web-2", START + 600_000)
    open_socket(ann, "web-1")
    beat(ann)
    travel.shift(15)
    open_socket(ann, "web-2")
    travel.shift(20)
    service.sweep()
    assert len(told(ann)) == 1
    travel.shift(84.9)
    assert seen(ann, ann)["status"] == "online"
    travel.shift(0.1)
    assert seen(ann, ann)["status"] == "offline"


def test_a_death_noticed_late_does_not_move_a_later_close(travel: Any, ann: Person) -> None:
    live.take_lease("web-1", START + 5_000)
    live.take_lease("web-2", START + 600_000)
    open_socket(ann, "web-1")
    open_socket(ann, "web-2")
    beat(ann)
    travel.shift(20)
    service.socket_closed(ann.id, "laptop", "web-2", said_goodbye=False)
    service.sweep()
    travel.shift(24.9)
    assert seen(ann, ann)["status"] == "online"
    travel.shift(0.1)
    assert seen(ann, ann)["status"] == "offline"


@pytest.mark.parametrize("is_swept", [True, False])
@pytest.mark.parametrize("end", ["silence", "close", "killed process"])
def test_a_socket_brings_no_dead_device_back_only_a_beat_does(
    travel: Any, ann: Person, is_swept: bool, end: str
) -> None:
    live.take_lease("web-1", START + (5_000 if end == "killed process" else 10**6))
    live.take_lease("web-2", START + 10**6)
    open_socket(ann, "web-1")
    beat(ann)
    if end == "close":
        service.socket_closed(ann.id, "laptop", "web-1", said_goodbye=False)
    travel.shift(120 if end == "silence" else 31)
    if is_swept:
        service.sweep()
    open_socket(ann, "web-2")
    assert seen(ann, ann)["status"] == "offline"
    service.sweep()
    assert [update["status"] for update in told(ann)] == ["online", "offline"]
    died = {"silence": "14:15:20", "close": "14:13:45", "killed process": "14:13:50"}[end]
    assert told(ann)[-1]["since"] == f"2026-09-21T{died}.000Z"
    assert beat(ann) == "online"


def test_a_socket_opened_on_a_buried_process_holds_nothing_for_ever(travel: Any, ann: Person) -> None:
    """A process that slept through its own burial finds its clients, and takes a new name."""
    live.take_lease("web-1", START + 5_000)
    travel.shift(10)
    service.sweep()
    open_socket(ann, "web-1")
    assert not live.renew_lease("web-1", clock.milliseconds() + 5_000)
    live.take_lease("web-2", clock.milliseconds() + 60_000)
    open_socket(ann, "web-2")
    beat(ann)
    service.socket_closed(ann.id, "laptop", "web-2", said_goodbye=True)
    assert seen(ann, ann)["status"] == "offline"
    assert seen(ann, ann)["devices"] == []
    service.sweep()
    assert store.client.keys(f"{live.PREFIX}proc:web-1") == []
    assert live.lapsed_leases(clock.milliseconds()) == {}


def test_dead_devices_are_forgotten(travel: Any, ann: Person) -> None:
    for n in range(6):
        beat(ann, f"d{n}")
        travel.shift(50)
        service.sweep()
    names = {device["device_id"] for device in seen(ann, ann)["devices"]}
    assert names == {"d4", "d5"}
    live.take_lease("web-1", clock.milliseconds() + 10**6)
    open_socket(ann, "web-1", "silent")
    beat(ann, "silent")
    travel.shift(300)
    service.sweep()
    service.socket_closed(ann.id, "silent", "web-1", said_goodbye=False)
    service.sweep()
    renew(ann)
    assert seen(ann, ann)["devices"] == []
    assert store.client.zcard(live.DUE) == 0


def test_redis_emptied_ends_whoever_stays_away_even_if_somebody_else_beats_before_the_sweep(
    travel: Any, ann: Person
) -> None:
    bob = add("bob")
    beat(ann)
    beat(bob)
    service.record()
    store.client.flushall()
    beat(bob)
    service.sweep()
    travel.shift(33)
    service.sweep()
    service.record()
    assert [change["status"] for change in history(ann, ann)] == ["online", "offline"]
    assert [change["status"] for change in history(bob, bob)] == ["online"]


def test_a_restore_that_was_cut_short_is_made_up_for(
    travel: Any, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    beat(ann)
    service.record()
    store.client.flushall()
    with monkeypatch.context() as patch:
        patch.setattr(live, "load", lambda *args: (_ for _ in ()).throw(SystemExit()))
        with pytest.raises(SystemExit):
            service.sweep()
    service.sweep()
    travel.shift(33)
    service.sweep()
    assert told(ann)[-1]["status"] == "offline"


def test_a_stand_in_cannot_be_borrowed_by_a_client(ann: Person) -> None:
    """A device of that name goes with its session like any other."""
    beat(ann, "restored")
    ann.post("/api/logout/")
    [state] = queries.states([ann.id]).values()
    assert state.devices == []
    assert told(ann)[-1]["status"] == "offline"


def test_timers_of_users_who_are_gone_are_dropped(travel: Any, ann: Person) -> None:
    beat(ann)
    store.client.delete(f"{live.PREFIX}u:{ann.id}")
    with transaction() as session:
        session.delete(session.get_one(UserPresence, ann.id))
        session.flush()
        session.delete(session.get_one(User, ann.id))
    travel.shift(200)
    service.sweep()
    assert store.client.zcard(live.DUE) == 0


def test_loading_does_not_lose_a_death_that_nobody_has_told(travel: Any, ann: Person) -> None:
    beat(ann)
    travel.shift(130)
    service.take_over([ann.id])
    assert service.sweep() == 1
    assert told(ann)[-1]["status"] == "offline"


def test_loading_does_not_lose_the_end_of_a_choice_that_nobody_has_told(travel: Any, ann: Person) -> None:
    beat(ann)
    ann.put(f"/api/users/{ann.id}/presence/", {"choice": "busy", "expires_in": 20})
    travel.shift(25)
    service.take_over([ann.id])
    assert service.sweep() == 1
    assert told(ann)[-1]["status"] == "online"


def test_many_who_see_the_same_change_tell_it_once(travel: Any, app: Flask, ann: Person) -> None:
    beat(ann)
    travel.shift(121)
    barrier, failures = threading.Barrier(4), []

    def look(action: Callable[[], object]) -> None:
        with app.app_context():
            barrier.wait()
            try:
                action()
            except Exception as error:
                failures.append(error)

    stale = queries.states([ann.id]).values()
    actions = [service.sweep, service.sweep, lambda: service.reload([ann.id]), lambda: service.settle(stale)]
    threads = [threading.Thread(target=look, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    service.record()
    assert failures == []
    assert [update["status"] for update in told(ann)] == ["online", "offline"]
    assert [change["status"] for change in history(ann, ann)] == ["online", "offline"]


def test_a_decision_from_old_facts_is_made_again(travel: Any, ann: Person) -> None:
    beat(ann)
    travel.shift(121)
    old = queries.states([ann.id]).values()
    renew(ann)
    beat(ann)
    assert service.settle(old)[ann.id].verdict.status == "online"
    assert len(told(ann)) == 1


def test_a_session_that_was_prolonged_may_go_on_beating(travel: Any, ann: Person) -> None:
    beat(ann)
    with transaction() as session:  # a refresh moves the expiry, and tells nobody
        later = clock.now() + timedelta(days=60)
        session.execute(update(Session).where(Session.id == ann.session_id).values(expires_at=later))
    travel.shift(31 * 86400)
    renew(ann)
    assert beat(ann) == "online"


def test_an_expired_session_may_not(travel: Any, ann: Person) -> None:
    beat(ann)
    travel.shift(31 * 86400)
    renew(ann)
    answer = ann.post("/api/users/heartbeat/")
    assert (answer.status_code, answer.json["code"]) == (401, "session_ended")


def test_an_older_copy_never_overwrites_a_newer_one(ann: Person) -> None:
    beat(ann)
    [old] = queries.copies(User.id == ann.id)
    ann.put(f"/api/users/{ann.id}/presence/", {"choice": "busy"})
    live.load([old])
    assert seen(ann, ann)["status"] == "busy"
    db.session.rollback()
