"""The status board: filters, order, pages; ten thousand users cost no more statements than ten."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert

from pulse.accounts.models import User
from pulse.core import clock
from pulse.core.events import transaction
from pulse.core.pagination import encode_cursor
from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.presence import service
from pulse.presence.models import UserPresence
from tests.conftest import Person
from tests.presence.people import add, beat, count_round_trips
from tests.presence.test_heartbeat import count_sql

MANY = 10_000
SORTS = ["username", "status", "since", "last_seen", "created_at"]


@pytest.fixture
def admin(app: Flask) -> Person:
    return add("root", Role.ADMIN)


def board(admin: Person, **query: Any) -> dict[str, Any]:
    answer = admin.client.get(
        "/api/users/all-users/", query_string=query, headers={"Authorization": f"Bearer {admin.token}"}
    )
    assert answer.status_code == 200, answer.json
    return dict(answer.json)


def names(page: dict[str, Any]) -> list[str]:
    return [row["username"] for row in page["data"]]


def walk(admin: Person, **query: Any) -> list[str]:
    found, page = [], board(admin, **query)
    found += names(page)
    while page["next"]:
        page = board(admin, **query, cursor=page["next"])
        found += names(page)
    return found


def test_shows_devices_account_and_counts(admin: Person) -> None:
    ann, _ = add("ann", visibility="nobody"), add("bob", account_status="suspended")
    beat(ann, "phone", device_type="mobile")
    service.record()
    page = board(admin, q="ann")
    [row] = page["data"]
    assert (row["status"], row["account_status"], row["role"]) == ("online", "active", "user")
    assert [(d["device_id"], d["device_type"], d["is_alive"]) for d in row["devices"]] == [
        ("phone", "mobile", True)
    ]
    assert page["counts"] == {"online": 1, "away": 0, "busy": 0, "offline": 2, "total": 3}


def test_filters(admin: Person) -> None:
    ann, bob = add("ann", full_name="Ann Lee"), add("bob", Role.AGENT)
    add("cat", account_status="suspended")
    beat(ann)
    bob.put(f"/api/users/{bob.id}/presence/", {"choice": "busy"})
    service.record()
    assert names(board(admin, status="online")) == ["ann"]
    assert names(board(admin, status="busy")) == ["bob"]
    assert names(board(admin, account_status="suspended")) == ["cat"]
    assert names(board(admin, role="agent")) == ["bob"]
    assert names(board(admin, q="LEE")) == ["ann"]
    assert names(board(admin, q="cat@example")) == ["cat"]
    assert names(board(admin, q="%")) == []
    assert names(board(admin, q="a", status="offline", role="user")) == ["cat"]
    assert names(board(admin, status="", role="", account_status="")) == ["ann", "bob", "cat", "root"]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_every_order_has_everybody_once(travel: Any, admin: Person, sort: str, order: str) -> None:
    people = [add(name) for name in ("Dora", "ann", "Bob", "cat", "eve")]
    for person in people[:3]:
        beat(person)
        travel.shift(7)
    travel.shift(110)
    service.sweep()
    service.record()
    everybody = walk(admin, sort=sort, order=order, limit=2)
    assert sorted(everybody) == sorted([*(person.username for person in people), "root"])
    assert walk(admin, sort=sort, order="asc" if order == "desc" else "desc", limit=200) == everybody[::-1]
    if sort == "username":
        assert [name.lower() for name in everybody] == sorted(
            (name.lower() for name in everybody), reverse=order == "desc"
        )
    if sort == "last_seen":  # never seen counts as long ago
        assert [name for name in everybody if name in ("Dora", "ann")] == (
            ["Dora", "ann"] if order == "asc" else ["ann", "Dora"]
        )


@pytest.mark.parametrize(
    "query",
    [
        {"sort": "password_hash"},
        {"order": "up"},
        {"status": "dead"},
        {"role": "god"},
        {"limit": 0},
        {"limit": 201},
        {"q": "x" * 101},
        {"q": "a\0b"},
        {"cursor": "x"},
        {"cursor": encode_cursor("a", 1, 2)},
        {"cursor": encode_cursor("a\0b", 1)},
        {"cursor": encode_cursor("\ud800", 1)},
        {"cursor": encode_cursor("a", 2**63)},
        {"sort": "since", "cursor": encode_cursor("ann", 1)},
        {"sort": "since", "cursor": encode_cursor("0001-01-01T00:00:00+14:00", 1)},
        {"sort": "since", "cursor": encode_cursor("2026-01-01T00:00:00", 1)},
    ],
)
def test_bad_questions_are_refused(admin: Person, query: dict[str, Any]) -> None:
    answer = admin.client.get(
        "/api/users/all-users/", query_string=query, headers={"Authorization": f"Bearer {admin.token}"}
    )
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json"), answer.json


@pytest.mark.parametrize("cursor", [encode_cursor("\0", 1), encode_cursor("\0"), encode_cursor(10**6), "%"])
def test_bad_cursors_of_the_list_are_refused(admin: Person, cursor: str) -> None:
    answer = admin.client.get(
        "/api/users/", query_string={"cursor": cursor}, headers={"Authorization": f"Bearer {admin.token}"}
    )
    assert answer.status_code == 422, answer.json


@pytest.fixture
def crowd(app: Flask) -> None:
    now = clock.now()
    columns = {"account_status": "active", "visibility": "everyone", "created_at": now}
    with transaction() as session:
        session.execute(
            insert(User),
            [{"username": f"user{n:05}", "email": f"u{n}@example.org", **columns} for n in range(MANY)],
        )
        ids = session.scalars(db.select(User.id).where(User.username.startswith("user"))).all()
        session.execute(
            insert(UserPresence),
            [{"user_id": id, "presence": ("online", "away", "busy", "offline")[id % 4]} for id in ids],
        )


def test_ten_thousand_users_cost_as_much_as_ten(admin: Person, crowd: None) -> None:
    for path in ("/api/users/all-users/", "/api/users/"):
        costs = []
        for query in ("limit=10&q=root", "limit=10", "limit=200", "limit=200&q=user0"):
            admin.get(f"{path}?{query}")  # whom Redis did not know, it knows now
            statements: list[str] = []
            with count_sql(statements), count_round_trips() as trips:
                answer = admin.get(f"{path}?{query}")
            assert answer.status_code == 200
            costs.append((len(statements), len(trips)))
        assert len(set(costs)) == 1, (path, costs)
        statements_per_page, trips_per_page = costs[0]
        assert statements_per_page <= 4
        assert trips_per_page <= 2  # one asks whether Redis knows the script
    assert len(walk(admin, limit=200, status="busy", q="user00")) == 250
