""" "Tell me when this person comes online": once, whatever dies, and only while they may be seen."""

import threading
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from pulse.accounts.events import ProfileChanged
from pulse.accounts.models import User
from pulse.core.errors import Conflict, NotFound
from pulse.core.events import publish, transaction
from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.presence import service
from pulse.presence.models import Watch
from tests.conftest import Person
from tests.presence.people import add, beat, bus, identity


@pytest.fixture
def ann(travel: Any, app: Flask) -> Person:
    return add("ann")


@pytest.fixture
def bob(travel: Any, app: Flask) -> Person:
    return add("bob")


def watch(who: Person, user: Person) -> Any:
    return who.put(f"/api/users/{user.id}/watch/")


def is_watching(who: Person, user: Person) -> bool:
    return bool(who.get(f"/api/users/{user.id}/watch/").json["watching"])


def arrivals() -> list[tuple[str, list[str]]]:
    return [(entry["d"]["at"], entry["r"]) for entry in bus() if entry.get("e") == "came_online"]


def arrived(who: Person) -> list[tuple[int, str, datetime]]:
    """For whom `who` waited and has not acknowledged yet."""
    db.session.rollback()
    return service.arrivals(identity(who))


def come(person: Person) -> None:
    beat(person)
    service.record()


def leave(travel: Any) -> None:
    travel.shift(200)
    service.sweep()
    service.record()


def test_is_told_once_and_kept_until_acknowledged(travel: Any, ann: Person, bob: Person) -> None:
    assert watch(bob, ann).json == {"user_id": ann.id, "watching": True}
    travel.shift(10)
    come(ann)
    assert arrivals() == [("2026-09-21T14:13:30.000Z", [f"user:{bob.id}"])]
    leave(travel)
    come(ann)
    assert len(arrivals()) == 1  # bob knows
    assert [(id, name) for id, name, _ in arrived(bob)] == [(ann.id, "ann")]
    assert arrived(bob)[0][2].isoformat() == "2026-09-21T14:13:30+00:00"
    bob.call("DELETE", f"/api/users/{ann.id}/watch/")
    assert arrived(bob) == []
    assert not is_watching(bob, ann)


def test_can_be_asked_again(travel: Any, ann: Person, bob: Person) -> None:
    watch(bob, ann)
    come(ann)
    leave(travel)
    assert watch(bob, ann).status_code == 200
    assert arrived(bob) == []
    travel.shift(1)
    come(ann)
    assert len(arrivals()) == 2


def test_an_arrival_is_not_forgotten_if_the_recorder_dies_before_telling(
    ann: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch(bob, ann)
    beat(ann)
    with monkeypatch.context() as patch:
        patch.setattr(
            "pulse.core.events._react_after_commit", lambda *args: (_ for _ in ()).throw(SystemExit())
        )
        with pytest.raises(SystemExit):
            service.record()
    assert arrivals() == []
    assert len(arrived(bob)) == 1


def test_a_late_recorder_does_not_end_a_wait_that_began_after_the_arrival(
    travel: Any, ann: Person, bob: Person
) -> None:
    beat(ann)
    travel.shift(200)
    service.sweep()
    assert watch(bob, ann).status_code == 200
    service.record()
    assert arrivals() == []
    assert is_watching(bob, ann)


@pytest.mark.parametrize("how", ["online", "oneself", "hidden", "missing"])
def test_refusals(ann: Person, bob: Person, how: str) -> None:
    if how == "online":
        beat(ann)
        assert (watch(bob, ann).status_code, watch(bob, ann).json["code"]) == (409, "already_online")
    elif how == "oneself":
        assert watch(bob, bob).json["code"] == "watching_oneself"
    elif how == "hidden":
        assert watch(bob, add("hidden", visibility="nobody")).status_code == 404
    else:
        with pytest.raises(NotFound):
            service.watch(identity(bob), 10**9)
    assert db.session.query(Watch).count() == 0


def test_an_invisible_person_looks_absent_and_comes_when_visible(
    travel: Any, ann: Person, bob: Person
) -> None:
    beat(ann)
    ann.put(f"/api/users/{ann.id}/presence/", {"choice": "invisible"})
    travel.shift(1)
    assert watch(bob, ann).status_code == 200
    come(ann)
    assert arrivals() == []
    ann.put(f"/api/users/{ann.id}/presence/", {"choice": "auto"})
    service.record()
    assert len(arrivals()) == 1


def test_whoever_may_not_see_them_any_more_is_not_told(travel: Any, ann: Person, bob: Person) -> None:
    admin = add("root", Role.ADMIN)
    watch(bob, ann)
    watch(admin, ann)
    with transaction() as session:
        session.get_one(User, ann.id).visibility = "nobody"
        publish(ProfileChanged(ann.id))
    come(ann)
    assert [rooms for _, rooms in arrivals()] == [[f"user:{admin.id}"]]
    assert arrived(bob) == []


def test_unwatching_whom_one_does_not_watch_is_no_error(ann: Person, bob: Person) -> None:
    assert bob.call("DELETE", f"/api/users/{ann.id}/watch/").status_code == 200


def test_coming_between_the_look_and_the_watch_is_noticed(
    ann: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other comes exactly when the row is about to be written."""
    real = service.choices.transaction

    def late(*args: Any) -> Any:
        monkeypatch.setattr(service.choices, "transaction", real)
        beat(ann)
        return real()

    monkeypatch.setattr(service.choices, "transaction", late)
    with pytest.raises(Conflict):
        service.watch(identity(bob), ann.id)
    assert not is_watching(bob, ann)


def test_asking_twice_at_once_is_one_watch(app: Flask, ann: Person, bob: Person) -> None:
    barrier, failures = threading.Barrier(4), []

    def ask() -> None:
        with app.app_context():
            barrier.wait()
            try:
                service.watch(identity(bob), ann.id)
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert db.session.query(Watch).count() == 1
