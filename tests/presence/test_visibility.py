"""Who may see whose presence: everyone, people who share something, nobody; through every door that reads."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from pulse.accounts.events import AccountStatusChanged, ProfileChanged
from pulse.accounts.models import User
from pulse.core import ports, realtime
from pulse.core.events import publish, transaction
from pulse.core.pagination import encode_cursor
from pulse.core.permissions import Role
from pulse.presence import policy, queries, service
from pulse.presence.service.deciding import room
from tests.conftest import Person
from tests.presence.people import add, beat, bus, identity, seen, told
from tests.presence.test_heartbeat import count_sql


@pytest.fixture
def viewer(app: Flask) -> Person:
    return add("viewer")


@pytest.fixture
def friends() -> Iterator[set[tuple[int, int]]]:
    """Pairs who share something; (viewer, other)."""
    pairs: set[tuple[int, int]] = set()
    bound = ports.sharers._function
    ports.sharers.bind(
        lambda viewer: select(User.id).where(User.id.in_([other for one, other in pairs if one == viewer]))
    )
    yield pairs
    assert bound
    ports.sharers.bind(bound)


def can_read(viewer: Person, user: Person) -> bool:
    return bool(viewer.get(f"/api/users/{user.id}/presence/").status_code == 200)


def can_list(viewer: Person, user: Person) -> bool:
    return user.id in {row["user_id"] for row in viewer.get("/api/users/?limit=200").json["data"]}


def can_find(viewer: Person, user: Person) -> bool:
    return bool(viewer.get(f"/api/users/?q={user.username}").json["data"])


def can_watch(viewer: Person, user: Person) -> bool:
    status = viewer.put(f"/api/users/{user.id}/watch/").status_code
    assert status in (200, 404)
    assert viewer.get(f"/api/users/{user.id}/watch/").status_code == status
    viewer.call("DELETE", f"/api/users/{user.id}/watch/")
    return bool(status == 200)


DOORS = [can_read, can_list, can_find, can_watch]
every_door = pytest.mark.parametrize("door", DOORS)
Door = Callable[[Person, Person], bool]


@every_door
def test_everyone_is_for_everyone(viewer: Person, door: Door) -> None:
    assert door(viewer, add("ann", visibility="everyone"))


@every_door
def test_shared_is_for_who_shares_something(
    viewer: Person, friends: set[tuple[int, int]], door: Door
) -> None:
    ann = add("ann", visibility="shared")
    assert not door(viewer, ann)
    friends.add((viewer.id, ann.id))
    assert door(viewer, ann)


@every_door
def test_nobody_is_for_nobody(viewer: Person, friends: set[tuple[int, int]], door: Door) -> None:
    ann = add("ann", visibility="nobody")
    friends.add((viewer.id, ann.id))
    assert not door(viewer, ann)


@every_door
def test_admins_see_all(app: Flask, door: Door) -> None:
    admin = add("root", Role.ADMIN)
    assert all(door(admin, add(who, visibility=who)) for who in ("everyone", "shared", "nobody"))


@pytest.mark.parametrize("door", [can_read, can_list, can_find])
def test_everybody_sees_themselves(app: Flask, door: Door) -> None:
    ann = add("ann", visibility="nobody")
    assert door(ann, ann)


@every_door
def test_pending_people_do_not_exist(viewer: Person, door: Door) -> None:
    assert not door(viewer, add("ann", account_status="pending"))


def test_an_audience_is_who_may_see_and_costs_one_statement(
    viewer: Person, friends: set[tuple[int, int]]
) -> None:
    others = [add(f"o{n}", Role.ADMIN if n == 0 else Role.USER) for n in range(6)]
    viewers = [identity(viewer), *(identity(o, Role.ADMIN if o is others[0] else Role.USER) for o in others)]
    for name, status in [*((v, "active") for v in ("everyone", "shared", "nobody")), ("shared", "pending")]:
        user = add(f"{name}-{status}", visibility=name, account_status=status)
        friends.update((one, two) for one in (user.id,) for two in (viewer.id, others[1].id))
        friends.update((two, one) for one, two in list(friends))
        states = queries.states([user.id])
        expected = {who.user_id for who in viewers if policy.visible(who, states)}
        statements: list[str] = []
        with count_sql(statements):
            assert policy.audience(states[user.id], [*viewers, identity(user)]) == expected | {user.id}
        assert len(statements) <= 1
        assert others[0].id in expected
        assert (viewer.id in expected) == (status == "active" and name != "nobody")


def test_suspended_people_are_offline_and_not_listed(viewer: Person) -> None:
    ann = add("ann")
    beat(ann)
    with transaction() as session:
        session.get_one(User, ann.id).account_status = "suspended"
        publish(AccountStatusChanged(ann.id, "suspended", "active"))
    assert seen(viewer, ann)["status"] == "offline"
    assert not can_list(viewer, ann)


def test_what_is_hidden_answers_like_what_does_not_exist(viewer: Person) -> None:
    hidden = add("hidden", visibility="nobody")
    for path in ("presence/", "presence/history/", "presence/explanation/", "watch/"):
        answers = [viewer.get(f"/api/users/{id}/{path}") for id in (hidden.id, 10**17)]
        assert [answer.status_code for answer in answers] == [404, 404], path
        assert answers[0].json == answers[1].json
    assert viewer.get(f"/users/{hidden.id}/presence").status_code == 404


def test_history_devices_and_reasons_are_for_oneself_and_admins(app: Flask, viewer: Person) -> None:
    ann, admin = add("ann"), add("root", Role.ADMIN)
    beat(ann)
    assert viewer.get(f"/api/users/{ann.id}/presence/history/").status_code == 404
    assert viewer.get(f"/api/users/{ann.id}/presence/explanation/").status_code == 404
    assert viewer.get("/api/users/all-users/").status_code == 403
    inner = ("choice", "choice_expires_at", "account_status", "role", "reason", "devices", "user_email")
    assert [seen(viewer, ann)[name] for name in inner] == [None] * 7
    for insider in (ann, admin):
        shown = seen(insider, ann)
        assert (shown["choice"], shown["reason"], shown["user_email"]) == (
            "auto",
            "recent_input",
            "ann@example.org",
        )
        why = insider.get(f"/api/users/{ann.id}/presence/explanation/").json["explanation"]
        assert "A device was used within the idle time." in why


def test_pages_of_people_are_full_and_say_nothing_of_hidden_ones(
    viewer: Person, friends: set[tuple[int, int]]
) -> None:
    """Neither by an empty page, nor by a `next` that leads nowhere."""
    for n in range(6):
        add(f"p{n}", visibility="everyone" if n % 2 else "shared")
        add(f"q{n}", visibility="shared")
    for n in (2, 3):
        friends.add((viewer.id, add(f"r{n}", visibility="shared").id))
        friends.add((viewer.id, add(f"s{n}", visibility="nobody").id))
    found, cursor = [], None
    while not found or cursor:
        answer = viewer.get(f"/api/users/?limit=2&cursor={cursor or ''}").json
        found.append([row["username"] for row in answer["data"]])
        cursor = answer["next"]
    assert found == [["p1", "p3"], ["p5", "r2"], ["r3", "viewer"]]
    assert viewer.get("/api/users/?q=q").json == {"data": [], "next": None}


def test_a_cursor_tells_nothing_of_a_hidden_person(viewer: Person) -> None:
    """Whoever makes one up from an id does not learn where the name of its owner stands."""
    hidden = add("m", visibility="nobody")
    answer = viewer.get(f"/api/users/?cursor={encode_cursor(hidden.id)}")
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_input")


def test_search_finds_names_in_any_case_and_takes_signs_literally(viewer: Person) -> None:
    add("emil", full_name="Émile Zola")
    add("percent", full_name="100 % sure_")
    for text, expected in [
        ("ÉMILE zola", []),
        ("Émile Z", ["emil"]),
        ("émile", []),
        ("EMI", ["emil"]),
        ("0 % s", ["percent"]),
        ("e_", ["percent"]),
        ("%", ["percent"]),
    ]:
        rows = viewer.client.get(
            "/api/users/", query_string={"q": text}, headers={"Authorization": f"Bearer {viewer.token}"}
        ).json["data"]
        names = [row["username"] for row in rows]
        # SQLite folds the case of ASCII letters only
        assert names == expected or names == ["emil"] != expected == [], text


def test_last_seen_can_be_hidden(travel: Any, viewer: Person) -> None:
    ann, admin = add("ann", show_last_seen=False), add("root", Role.ADMIN)
    beat(ann)
    travel.shift(200)
    service.sweep()
    shown = [
        seen(viewer, ann),
        can_list(viewer, ann) and viewer.get("/api/users/?q=ann").json["data"][0],
        told(ann)[-1],
    ]
    for body in shown:
        assert (body["last_seen"], body["last_activity"], body["since"]) == (None, None, None)
    for body in [seen(admin, ann), seen(ann, ann), told(ann, "presence:full:")[-1]]:
        assert body["last_seen"] == body["last_activity"] == "2026-09-21T14:13:20.000Z"
        assert body["since"] == "2026-09-21T14:15:20.000Z"
    assert told(ann, "presence:full:")[-1]["user_email"] == "ann@example.org"
    assert told(ann)[-1]["user_email"] is None


def test_whoever_becomes_hidden_is_taken_from_followers_before_the_news_is_told(app: Flask) -> None:
    ann = add("ann")
    beat(ann)
    seen_then: list[str] = []
    assert ann.put("/api/profile/", {"visibility": "nobody", "status_text": "secret"}).status_code == 200
    for entry in bus():
        if entry.get("call") == "presence.recheck_audience":
            seen_then.append("recheck")
        elif entry.get("e") == "presence_update" and room(ann.id) in entry["r"]:
            seen_then.append(entry["d"]["status_text"])
    assert seen_then == ["", "recheck", "secret"]


def test_followers_are_checked_against_what_is_true_by_then(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = add("ann")
    beat(ann)
    known: list[str] = []
    real = realtime.call_everywhere

    def look(name: str, data: dict[str, Any]) -> None:
        known.append(queries.states([ann.id])[ann.id].fields["vis"])
        real(name, data)

    monkeypatch.setattr(realtime, "call_everywhere", look)
    ann.put("/api/profile/", {"visibility": "nobody"})
    assert known == ["nobody"]


def test_visitors_read_nobody(app: Flask) -> None:
    visitor, ann = add("visitor", Role.VISITOR), add("ann")
    assert visitor.get(f"/api/users/{ann.id}/presence/").status_code == 403
    assert visitor.get("/api/users/").status_code == 403
    assert visitor.put(f"/api/users/{ann.id}/watch/").status_code == 403
    assert beat(visitor) == "online"


def test_a_changed_profile_is_told(app: Flask) -> None:
    ann = add("ann")
    beat(ann)
    with transaction() as session:
        session.get_one(User, ann.id).full_name = "Ann Lee"
        publish(ProfileChanged(ann.id))
    assert [update["full_name"] for update in told(ann)] == ["", "Ann Lee"]
