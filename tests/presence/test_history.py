"""From decisions to history: each change once, in order, whoever dies when."""

import threading
from datetime import timedelta
from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import select

from pulse.accounts.models import User
from pulse.core import clock
from pulse.core.context import settings
from pulse.core.events import transaction
from pulse.core.permissions import Role
from pulse.extensions import db, store
from pulse.presence import live, service
from pulse.presence.models import StatusChange, UserPresence
from pulse.presence.service import recording
from tests.conftest import Person
from tests.presence.people import add, beat, history, renew, seen, told


@pytest.fixture
def ann(travel: Any, app: Flask) -> Person:
    return add("ann")


def live_through(travel: Any, person: Person) -> None:
    """online, away, online, offline; four changes in ten minutes."""
    renew(person)
    beat(person)
    for _ in range(4):
        travel.shift(100)
        beat(person, idle_ms=10**6)
    beat(person)
    travel.shift(200)
    renew(person)
    service.sweep()


def rows() -> list[tuple[str, str]]:
    db.session.rollback()
    found = db.session.scalars(select(StatusChange).order_by(StatusChange.epoch, StatusChange.version))
    return [(row.previous, row.status) for row in found]


STORY = [("offline", "online"), ("online", "away"), ("away", "online"), ("online", "offline")]


def test_each_change_is_there_once_in_order_and_chained(travel: Any, ann: Person) -> None:
    live_through(travel, ann)
    assert service.record() == 4
    assert service.record() == 0
    changes = history(ann, ann)
    assert [(change["previous"], change["status"]) for change in changes] == STORY
    assert [change["version"] for change in changes] == sorted({change["version"] for change in changes})
    assert [change["until"] for change in changes] == [change["at"] for change in changes[1:]] + [None]
    assert [change["device_type"] for change in changes] == ["web", "web", "web", None]
    assert live.changes() == []


def test_one_recording_does_a_part_of_very_much(
    travel: Any, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_through(travel, ann)
    monkeypatch.setattr(recording, "BATCH", 1)
    monkeypatch.setattr(recording, "BATCHES", 3)
    assert [service.record() for _ in range(3)] == [3, 1, 0]
    assert rows() == STORY


def test_what_is_recorded_is_what_was_told(travel: Any, ann: Person) -> None:
    live_through(travel, ann)
    service.record()
    keys = ("previous", "status", "device_type", "epoch", "version")
    expected = [{key: update[key] for key in keys} | {"at": update["since"]} for update in told(ann)]
    assert [{key: change[key] for key in (*keys, "at")} for change in history(ann, ann)] == expected


def test_the_last_known_presence_is_kept(travel: Any, ann: Person) -> None:
    beat(ann)
    travel.shift(50)
    beat(ann)
    travel.shift(130)
    service.sweep()
    service.record()
    row = db.session.get_one(UserPresence, ann.id)
    since = clock.from_milliseconds(1_790_000_170_000)
    assert (row.presence, row.since, row.last_seen) == ("offline", since, since - timedelta(seconds=120))
    assert row.version == history(ann, ann)[-1]["version"]


def test_a_recorder_killed_before_taking_off_the_stream(travel: Any, ann: Person) -> None:
    live_through(travel, ann)
    entries = live.changes()
    service.record()
    for _, text in entries:  # as if it had died between commit and XDEL
        store.client.xadd(live.CHANGES, {"m": text})
    assert service.record() == 0
    assert rows() == STORY
    assert live.changes() == []


def test_replay_after_newer_ones_moves_nothing(travel: Any, ann: Person) -> None:
    live_through(travel, ann)
    old = live.changes()[1][1]
    service.record()
    before = history(ann, ann)
    store.client.xadd(live.CHANGES, {"m": old})
    service.record()
    row = db.session.get_one(UserPresence, ann.id)
    assert history(ann, ann) == before
    assert row.presence == "offline"


def test_an_older_change_that_comes_late_does_not_take_the_last_known_presence_back(
    travel: Any, ann: Person
) -> None:
    live_through(travel, ann)
    entries = live.changes()
    live.forget_changes([entries[1][0]])
    service.record()
    store.client.xadd(live.CHANGES, {"m": entries[1][1]})
    assert service.record() == 1
    db.session.rollback()
    assert db.session.get_one(UserPresence, ann.id).presence == "offline"
    assert rows() == STORY


def test_two_recorders_at_once(travel: Any, app: Flask) -> None:
    people = [add(f"p{n}") for n in range(10)]
    for person in people:
        live_through(travel, person)
    barrier, failures = threading.Barrier(3), []
    written: list[int] = []

    def record() -> None:
        with app.app_context():
            barrier.wait()
            try:
                written.append(service.record())
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=record) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sum(written) == 40
    for person in people:
        renew(person)
        changes = history(person, person)
        assert [(change["previous"], change["status"]) for change in changes] == STORY
        assert [change["until"] for change in changes] == [change["at"] for change in changes[1:]] + [None]


def test_changes_of_users_who_are_gone_do_not_stop_the_rest(travel: Any, ann: Person) -> None:
    gone = add("gone")
    beat(gone)
    beat(ann)
    with transaction() as session:
        session.delete(session.get_one(UserPresence, gone.id))
        session.flush()
        session.delete(session.get_one(User, gone.id))
    assert service.record() == 1
    assert live.changes() == []


def test_the_epoch_grows_when_redis_was_emptied(travel: Any, ann: Person) -> None:
    live_through(travel, ann)
    service.record()
    travel.shift(10)
    store.client.flushall()
    renew(ann)
    beat(ann)
    service.record()
    changes = history(ann, ann)
    assert changes[-1]["epoch"] > changes[-2]["epoch"]
    assert [(change["previous"], change["status"]) for change in changes] == [*STORY, ("offline", "online")]
    assert changes[-2]["until"] == changes[-1]["at"]


def test_a_clock_that_went_back_does_not_take_the_epoch_back(travel: Any, ann: Person) -> None:
    beat(ann)
    service.record()
    first = db.session.get_one(UserPresence, ann.id).epoch
    db.session.rollback()
    travel.shift(-3600)
    renew(ann)
    store.client.flushall()
    assert seen(ann, ann)["epoch"] == first + 1


def test_a_redis_that_lost_its_last_second_gives_no_version_twice(travel: Any, ann: Person) -> None:
    beat(ann)
    key = f"{live.PREFIX}u:{ann.id}"
    before = store.client.hgetall(key)
    travel.shift(1)
    ann.put(f"/api/users/{ann.id}/presence/", {"choice": "busy"})
    service.record()
    store.client.delete(key)
    store.client.hset(key, mapping=before)  # what was written in that second is gone
    travel.shift(1)
    ann.put(f"/api/users/{ann.id}/presence/", {"choice": "away"})
    service.record()
    versions = [update["version"] for update in told(ann)]
    assert versions == sorted(set(versions))
    assert [status for _, status in rows()] == ["online", "busy", "away"]


def test_pages_and_times(travel: Any, ann: Person) -> None:
    live_through(travel, ann)
    service.record()
    everything = history(ann, ann)
    found, cursor = [], ""
    while True:
        page = ann.get(f"/api/users/{ann.id}/presence/history/?limit=1&cursor={cursor}").json
        found += page["data"]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == everything[::-1]
    assert history(ann, ann, **{"from": everything[1]["until"]}) == everything[2:]
    assert history(ann, ann, to=everything[1]["at"]) == everything[:1]
    assert history(ann, ann, **{"from": everything[0]["at"], "to": everything[2]["at"]}) == everything[:2]
    assert history(ann, ann, **{"from": "2026-09-21T16:13:20+02:00"}) == everything


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday",
        "from=2026-01-01T00:00:00",
        "from=0001-01-01T00:00:00%2B14:00",
        "to=9999-12-31T23:59:59-14:00",
        "limit=0",
        "limit=201",
        "limit=x",
        "cursor=x",
        "cursor=WzFd",
        "cursor=WyJhIiwxXQ",
        "cursor=WzFlOTksMV0",
        "cursor=%F0%9F%98%80",
    ],
)
def test_bad_questions_are_refused(ann: Person, query: str) -> None:
    answer = ann.get(f"/api/users/{ann.id}/presence/history/?{query}")
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json"), answer.json


def test_admins_read_everybodys_history(travel: Any, ann: Person) -> None:
    live_through(travel, ann)
    service.record()
    assert len(history(add("root", Role.ADMIN), ann)) == 4


def test_old_history_is_forgotten_and_the_open_row_stays(travel: Any, ann: Person) -> None:
    live_through(travel, ann)
    service.record()
    assert service.forget_old_history() == 0
    travel.shift(settings().history_retention_days * 86400 + 600)
    assert service.forget_old_history() == 3
    assert rows() == [("online", "offline")]


def test_what_is_decided_is_on_the_stream_until_it_is_recorded(ann: Person) -> None:
    beat(ann)
    [(_, text)] = live.changes()
    assert orjson.loads(text)["status"] == "online"
    assert rows() == []
    service.record()
    assert live.changes() == []
