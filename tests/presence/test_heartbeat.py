"""Heartbeats and requests keep people online; silence takes them off."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from flask import Flask
from redis.connection import AbstractConnection
from sqlalchemy import event

from pulse.core.permissions import Role
from pulse.extensions import db, store
from pulse.presence import live, service
from tests.conftest import Person, sign_in


def seen(viewer: Person, user: Person) -> str:
    answer = viewer.get(f"/api/users/{user.id}/presence/")
    assert answer.status_code == 200, answer.json
    return answer.json["status"]


@pytest.fixture
def ann(person: Callable[..., Person]) -> Person:
    return person("ann")


@pytest.fixture
def admin(person: Callable[..., Person]) -> Person:
    return person("root", Role.ADMIN)


def test_signing_in_makes_online_at_once(ann: Person, admin: Person) -> None:
    assert seen(admin, ann) == "online"


def test_silence_makes_offline_after_two_minutes_without_any_sweep(
    travel, ann: Person, admin: Person
) -> None:
    travel.shift(119)
    assert seen(admin, ann) == "online"
    travel.shift(1)
    assert seen(admin, ann) == "offline"


def test_plain_heartbeats_keep_online(travel, ann: Person, admin: Person) -> None:
    for _ in range(20):
        travel.shift(30)
        answer = ann.post("/api/users/heartbeat/")
        assert answer.status_code == 200
    assert answer.json["status"] == "online"
    assert answer.json["heartbeat_seconds"] == 30
    assert seen(admin, ann) == "online"


@pytest.mark.parametrize("body", [{"idle_ms": 400_000}, {"status": "idle"}, {"status": "away"}])
def test_heartbeats_without_input_make_away(travel, ann: Person, admin: Person, body: dict) -> None:
    travel.shift(5)
    for _ in range(11):
        ann.post("/api/users/heartbeat/", {"device_id": "laptop", "device_type": "web", **body})
        travel.shift(30)
    assert seen(admin, ann) == "away"


def test_reads_are_no_input_and_no_life(travel, ann: Person, admin: Person) -> None:
    for _ in range(3):
        travel.shift(50)
        ann.get("/api/profile/")
    assert seen(admin, ann) == "offline"


def test_unsafe_requests_are_input(travel, ann: Person, admin: Person) -> None:
    for _ in range(3):
        travel.shift(100)
        assert ann.put("/api/profile/", {"status_text": "hi"}).status_code == 200
    assert seen(admin, ann) == "online"


def test_a_sleeping_phone_does_not_hide_the_laptop_in_use(travel, ann: Person, admin: Person) -> None:
    for _ in range(25):
        ann.post("/api/users/heartbeat/", {"device_id": "phone", "device_type": "mobile", "idle_ms": 10**9})
        ann.post("/api/users/heartbeat/", {"device_id": "laptop", "device_type": "desktop", "idle_ms": 1000})
        travel.shift(30)
    answer = admin.get(f"/api/users/{ann.id}/presence/").json
    assert (answer["status"], answer["device_type"]) == ("online", "desktop")
    alive = {device["device_id"] for device in answer["devices"] if device["is_alive"]}
    assert alive == {"phone", "laptop"}


def test_a_request_counts_for_the_device_it_names(ann: Person, admin: Person) -> None:
    ann.put("/api/profile/", {"status_text": "x"}, X_Device_Id="tablet")
    devices = {d["device_id"] for d in admin.get(f"/api/users/{ann.id}/presence/").json["devices"]}
    assert "tablet" in devices


def test_sign_out_makes_offline_at_once(app: Flask, ann: Person, admin: Person) -> None:
    assert ann.post("/api/logout/").status_code == 200
    assert seen(admin, ann) == "offline"


def test_signing_out_on_one_device_leaves_the_other(app: Flask, ann: Person, admin: Person) -> None:
    phone = sign_in(app, "ann", X_Device_Id="phone")
    ann.post("/api/users/heartbeat/", {"device_id": "laptop"})
    ann.post("/api/logout/")
    answer = admin.get(f"/api/users/{ann.id}/presence/").json
    assert answer["status"] == "online"
    assert [device["device_id"] for device in answer["devices"]] == ["phone"]
    assert phone.post("/api/users/heartbeat/").status_code == 200


def test_an_ended_session_cannot_beat(ann: Person) -> None:
    ann.post("/api/logout/")
    answer = ann.post("/api/users/heartbeat/", {"device_id": "zombie"})
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"


def test_a_suspended_account_cannot_beat(ann: Person, admin: Person) -> None:
    assert (
        admin.call("PATCH", f"/api/admin/users/{ann.id}/", {"account_status": "suspended"}).status_code == 200
    )
    answer = ann.post("/api/users/heartbeat/")
    assert (answer.status_code, answer.json["code"]) == (403, "account_suspended")
    assert seen(admin, ann) == "offline"


def test_heartbeats_are_limited(app: Flask, ann: Person) -> None:
    answers = [ann.post("/api/users/heartbeat/").status_code for _ in range(61)]
    assert answers[:60] == [200] * 60
    assert answers[60] == 429


def test_devices_are_limited(ann: Person) -> None:
    answers = [ann.post("/api/users/heartbeat/", {"device_id": f"d{n}"}).status_code for n in range(55)]
    assert answers[0] == 200
    assert answers[-1] == 409


@pytest.mark.parametrize(
    "body",
    [
        {"device_id": "a b"},
        {"device_id": "x" * 65},
        {"device_id": ""},
        {"device_id": "a\0b"},
        {"device_id": 7},
        {"idle_ms": -1},
        {"idle_ms": "soon"},
        {"idle_ms": 10**15},
        {"device_type": "toaster"},
        [],
        "online",
    ],
)
def test_bad_heartbeats_are_refused(ann: Person, body: object) -> None:
    assert ann.post("/api/users/heartbeat/", body).status_code == 422


def test_an_unchanged_heartbeat_is_one_round_trip_and_no_sql(
    app: Flask, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"device_id": "laptop", "device_type": "web", "idle_ms": 0}
    ann.post("/api/users/heartbeat/", body)
    statements: list[str] = []
    trips: list[object] = []
    send = AbstractConnection.send_packed_command

    def counted(connection: AbstractConnection, command: object, **options: object) -> None:
        trips.append(command)
        send(connection, command, **options)

    monkeypatch.setattr(AbstractConnection, "send_packed_command", counted)
    with count_sql(statements):
        assert ann.post("/api/users/heartbeat/", body).status_code == 200
    assert len(trips) == 1
    assert statements == []


@contextmanager
def count_sql(statements: list[str]) -> Iterator[None]:
    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield
    event.remove(db.engine, "before_cursor_execute", note)


def test_heartbeats_with_redis_down_say_so_and_work_again(app: Flask, redis_server, ann: Person) -> None:
    redis_server.stop()
    try:
        answer = ann.post("/api/users/heartbeat/")
        assert (answer.status_code, answer.json["code"]) == (503, "redis_unavailable")
        assert ann.get("/api/profile/").status_code == 200
        assert ann.put("/api/profile/", {"status_text": "still here"}).status_code == 200
    finally:
        redis_server.start()
    assert ann.post("/api/users/heartbeat/").status_code == 200


def test_redis_emptied_is_right_again_with_the_next_beat(
    travel, app: Flask, ann: Person, admin: Person
) -> None:
    ann.post("/api/users/heartbeat/", {"device_id": "laptop"})
    service.record()
    travel.shift(10)
    store.client.flushall()
    assert seen(admin, ann) == "online"  # until her client had the time to beat
    ann.post("/api/users/heartbeat/", {"device_id": "laptop"})
    travel.shift(40)
    assert seen(admin, ann) == "online"
    travel.shift(100)
    assert seen(admin, ann) == "offline"


def test_redis_emptied_ends_whoever_does_not_come_back(
    travel, app: Flask, ann: Person, admin: Person
) -> None:
    service.record()
    store.client.flushall()
    service.sweep()
    travel.shift(33)
    service.sweep()
    service.record()
    history = admin.get(f"/api/users/{ann.id}/presence/history/").json["data"]
    assert [change["status"] for change in history] == ["offline", "online"]
    assert history[0]["epoch"] > history[1]["epoch"]


def test_signing_in_works_with_too_many_devices(app: Flask, ann: Person) -> None:
    for n in range(55):
        ann.post("/api/users/heartbeat/", {"device_id": f"d{n}"})
    assert sign_in(app, "ann").id == ann.id


def test_beats_that_go_together_get_each_their_own_answer(app: Flask, person: Callable[..., Person]) -> None:
    """While Redis is paused they gather: one of each kind of answer among them."""
    people = [person(f"user{number}") for number in range(8)]
    gone = people[3]
    sessions = {one.id: one.session_id for one in people} | {gone.id: 10**9}

    def beat(user_id: int) -> str:
        with app.app_context():
            try:
                state = live.beat(user_id, sessions[user_id], f"of-{user_id}", "web", None, is_counted=False)
            except live.Unknown:
                return "unknown"
            return f"{state.user_id} {[one.id for one in state.devices if one.id.startswith('of-')]}"

    store.client.config_resetstat()
    store.client.client_pause(1000)
    with ThreadPoolExecutor(len(people)) as pool:
        answers = list(pool.map(beat, sessions))
    expected = {user_id: f"{user_id} ['of-{user_id}']" for user_id in sessions} | {gone.id: "unknown"}
    assert answers == list(expected.values())
    batches = store.client.info("commandstats")["cmdstat_script|exists"]["calls"]
    assert 1 <= batches < len(people) - 1
