"""What people pick: away, busy, invisible, for a while or for good; a status text."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.presence import service
from pulse.presence.models import StatusChange, UserPresence
from tests.conftest import Person
from tests.presence.people import add, beat, history, renew, seen, told


@pytest.fixture
def ann(travel: Any, app: Flask) -> Person:
    return add("ann")


@pytest.fixture
def bob(travel: Any, app: Flask) -> Person:
    return add("bob")


def choose(person: Person, **body: Any) -> dict[str, Any]:
    answer = person.put(f"/api/users/{person.id}/presence/", body)
    assert answer.status_code == 200, answer.json
    return dict(answer.json)


def test_busy_for_an_hour_ends_by_itself(travel: Any, ann: Person, bob: Person) -> None:
    beat(ann)
    mine = choose(ann, choice="busy", expires_in=600)
    assert (mine["status"], mine["choice"]) == ("busy", "busy")
    assert mine["choice_expires_at"] == "2026-09-21T14:23:20.000Z"
    for _ in range(5):
        travel.shift(100)
        beat(ann)
    travel.shift(99)
    assert beat(ann) == "busy"
    travel.shift(1)
    assert seen(bob, ann)["status"] == "online"  # before any sweep
    travel.shift(4)
    assert service.sweep() == 1
    service.record()
    assert [update["status"] for update in told(ann)] == ["online", "busy", "online"]
    last = history(ann, ann)[-1]
    assert (last["status"], last["previous"], last["at"]) == ("online", "busy", "2026-09-21T14:23:20.000Z")
    assert service.sweep() == 0
    mine = seen(ann, ann)
    assert (mine["choice"], mine["choice_expires_at"]) == ("auto", None)


def test_heartbeats_do_not_clear_a_choice(travel: Any, ann: Person) -> None:
    choose(ann, choice="away")
    for _ in range(3):
        travel.shift(30)
        assert beat(ann, idle_ms=0) == "away"
    assert choose(ann, choice="auto")["status"] == "online"


def test_a_choice_outlives_being_offline(travel: Any, ann: Person, bob: Person) -> None:
    beat(ann)
    choose(ann, choice="busy")
    travel.shift(200)
    assert seen(bob, ann)["status"] == "offline"
    assert beat(ann) == "busy"


def test_invisible_people_are_offline_to_others_and_their_last_seen_stands_still(
    travel: Any, ann: Person, bob: Person
) -> None:
    beat(ann)
    travel.shift(20)
    beat(ann)
    travel.shift(10)
    choose(ann, choice="invisible")
    gone = told(ann)[-1]
    first = seen(bob, ann)
    assert (first["status"], first["is_online"], first["device_type"]) == ("offline", False, None)
    assert first["last_seen"] == gone["last_seen"] is not None
    for _ in range(10):
        travel.shift(30)
        assert beat(ann) == "offline"
        service.sweep()
    assert seen(bob, ann) == first
    assert told(ann)[-1] == gone
    assert seen(ann, ann)["choice"] == "invisible"
    service.record()
    assert (
        db.session.get_one(UserPresence, ann.id).last_seen.isoformat() == first["last_seen"][:-5] + "+00:00"
    )


def test_leaving_while_invisible_tells_nobody(travel: Any, ann: Person, bob: Person) -> None:
    beat(ann)
    choose(ann, choice="invisible")
    before, number = seen(bob, ann), len(told(ann))
    travel.shift(30)
    beat(ann)
    ann.post("/api/logout/")
    travel.shift(500)
    service.sweep()
    assert (seen(bob, ann), len(told(ann))) == (before, number)


def test_invisible_for_a_while_comes_back(travel: Any, ann: Person, bob: Person) -> None:
    beat(ann)
    choose(ann, choice="invisible", expires_in=60)
    travel.shift(40)
    beat(ann)
    travel.shift(30)
    service.sweep()
    service.record()
    assert seen(bob, ann)["status"] == "online"
    assert history(ann, ann)[-1]["at"] == "2026-09-21T14:14:20.000Z"


def test_a_text_is_told_once_and_makes_no_history(ann: Person) -> None:
    beat(ann)
    choose(ann, status_text="in the workshop")
    choose(ann, status_text="in the workshop")
    service.record()
    service.sweep()
    texts = [(update["status_text"], update["status"], update["previous"]) for update in told(ann)]
    assert texts == [("", "online", "offline"), ("in the workshop", "online", "online")]
    assert len(history(ann, ann)) == 1
    versions = [update["version"] for update in told(ann)]
    assert versions == sorted(set(versions))


@pytest.mark.parametrize(
    ("word", "choice", "shown"),
    [
        ("online", "auto", "online"),
        ("idle", "away", "away"),
        ("away", "away", "away"),
        ("busy", "busy", "busy"),
        ("offline", "invisible", "offline"),
    ],
)
def test_the_words_of_older_clients(ann: Person, bob: Person, word: str, choice: str, shown: str) -> None:
    beat(ann)
    answer = ann.post("/api/users/update_status/", {"status": word})
    assert (answer.status_code, answer.json["choice"]) == (200, choice)
    assert seen(bob, ann)["status"] == shown


def test_a_body_may_name_the_device(ann: Person, bob: Person) -> None:
    choose(ann, choice="auto", device_id="phone", device_type="mobile")
    shown = seen(bob, ann)
    assert (shown["status"], shown["device_type"]) == ("online", "mobile")
    assert [device["device_id"] for device in seen(ann, ann)["devices"]] == ["phone"]


@pytest.mark.parametrize(
    "body",
    [
        {"choice": "sleeping"},
        {"status": "dead"},
        {"choice": "busy", "expires_in": 0},
        {"choice": "busy", "expires_in": -5},
        {"choice": "busy", "expires_in": 10**12},
        {"choice": "busy", "expires_at": "2020-01-01T00:00:00Z"},
        {"choice": "busy", "expires_at": "2030-01-01T00:00:00"},
        {"choice": "busy", "expires_at": "9999-12-31T23:59:59-14:00"},
        {"choice": "busy", "expires_at": "soon"},
        {"status_text": "x" * 201},
        {"status_text": "a\0b"},
        {"device_id": "../etc"},
        [],
    ],
)
def test_bad_input_is_refused_and_changes_nothing(ann: Person, body: Any) -> None:
    answer = ann.put(f"/api/users/{ann.id}/presence/", body)
    assert answer.status_code == 422, answer.json
    assert answer.content_type == "application/problem+json"
    assert db.session.get_one(UserPresence, ann.id).choice == "auto"


def test_the_end_of_the_calendar_is_a_time(ann: Person) -> None:
    assert choose(ann, choice="busy", expires_at="9999-12-31T23:59:59Z")["choice"] == "busy"


def test_nobody_sets_somebody_elses_presence(ann: Person, bob: Person) -> None:
    hidden = add("hidden", visibility="nobody")
    assert ann.put(f"/api/users/{bob.id}/presence/", {"choice": "busy"}).status_code == 403
    assert ann.put(f"/api/users/{hidden.id}/presence/", {"choice": "busy"}).status_code == 404
    assert ann.put("/api/users/999999/presence/", {"choice": "busy"}).status_code == 404
    admin = add("root", Role.ADMIN)
    assert admin.put(f"/api/users/{bob.id}/presence/", {"choice": "busy"}).status_code == 403
    assert seen(bob, bob)["choice"] == "auto"


def test_own_timeouts_count(travel: Any, ann: Person, bob: Person) -> None:
    beat(ann)
    assert ann.put("/api/profile/", {"offline_after": 600}).status_code == 200
    travel.shift(599)
    service.sweep()
    assert seen(bob, ann)["status"] != "offline"
    travel.shift(1)
    assert seen(bob, ann)["status"] == "offline"
    renew(ann)
    beat(ann)
    ann.put("/api/profile/", {"offline_after": 30})
    travel.shift(30)
    assert service.sweep() == 1
    assert told(ann)[-1]["status"] == "offline"


def test_a_choice_is_kept_when_redis_is_down(redis_server: Any, ann: Person, bob: Person) -> None:
    beat(ann)
    redis_server.stop()
    try:
        assert ann.put(f"/api/users/{ann.id}/presence/", {"choice": "busy"}).status_code == 503
    finally:
        redis_server.start()
    assert db.session.scalar(select(UserPresence.choice).where(UserPresence.user_id == ann.id)) == "busy"
    service.reload([ann.id])
    assert seen(bob, ann)["status"] == "busy"
    assert db.session.scalars(select(StatusChange)).all() == []
