"""The list, the count, what is read, and what is kept."""

from collections.abc import Callable
from typing import Any

import pytest

from pulse.core.events import transaction
from pulse.extensions import db
from pulse.notifications import jobs, queries
from pulse.notifications.models import Notification
from pulse.notifications.rules import NoticeKind
from pulse.notifications.service.writing import write
from tests.conftest import Person
from tests.conversations.conftest import Team, say
from tests.notifications.conftest import inbox
from tests.support.statements import noted

Work = Callable[[], None]


def give(person: Person, *keys: str, **more: Any) -> None:
    """Notifications of nothing in particular."""
    with transaction():
        people = {one.user_id: one for one in queries.recipients([person.id])}
        kind = NoticeKind.CAME_ONLINE
        rows = [{"user_id": person.id, "kind": kind, "key": key, "actors": []} for key in keys]
        write([row | more for row in rows], people)


def count(person: Person) -> int:
    db.session.rollback()
    return int(person.get("/api/notifications/unread_count/").json["unread_count"])


def test_counting_and_marking(team: Team) -> None:
    give(team.bob, "a", "b", "c")
    give(team.ann, "a")
    assert (count(team.bob), count(team.ann), count(team.eve)) == (3, 1, 0)
    first = inbox(team.bob)[-1]
    answer = team.bob.post(f"/api/notifications/{first['id']}/mark_read/")
    assert (answer.status_code, answer.json) == (200, {**first, "is_read": True})
    assert team.bob.post(f"/api/notifications/{first['id']}/mark_read/").status_code == 200
    assert count(team.bob) == 2
    assert len(inbox(team.bob, "?unread=true")) == 2
    assert len(inbox(team.bob)) == 3
    assert team.bob.post("/api/notifications/mark_all_read/").json == {"unread_count": 0, "marked": 2}
    assert team.bob.post("/api/notifications/mark_all_read/").json == {"unread_count": 0, "marked": 0}
    assert (count(team.bob), count(team.ann)) == (0, 1)


def test_others_notifications_do_not_exist(team: Team) -> None:
    give(team.ann, "a")
    [line] = inbox(team.ann)
    refused = team.bob.post(f"/api/notifications/{line['id']}/mark_read/")
    missing = team.bob.post("/api/notifications/999999/mark_read/")
    assert (refused.status_code, refused.json) == (404, missing.json)
    assert count(team.ann) == 1


def test_pages_are_in_order_and_hold_each_once(travel: Any, team: Team) -> None:
    for number in range(7):
        give(team.bob, f"key{number}")
        travel.shift(number % 2)  # some at the same moment
    whole = inbox(team.bob)
    found: list[dict[str, Any]] = []
    query = "?limit=2"
    while query:
        page = team.bob.get(f"/api/notifications/{query}").json
        found += page["data"]
        query = f"?limit=2&cursor={page['next']}" if page["next"] else ""
    assert found == whole
    assert len(whole) == 7


def test_a_page_takes_the_same_number_of_statements_however_long(
    team: Team, channel: int, work: Work
) -> None:
    for number in range(5):
        other = team.channel(f"channel-{number}", team.bob)
        say(team.ann, other, "@bob")
    work()
    with noted() as few:
        inbox(team.bob, "?limit=1")
    with noted() as many:
        assert len(inbox(team.bob)) == 10
    assert len(many) == len(few)


@pytest.mark.parametrize(
    "query", ["?limit=0", "?limit=201", "?limit=x", "?unread=maybe", "?cursor=x", "?cursor=WzFd"]
)
def test_bad_queries_are_refused(team: Team, query: str) -> None:
    assert team.bob.get(f"/api/notifications/{query}").status_code == 422


@pytest.mark.parametrize("path", ["x", "-1", "1.5", "9" * 30])
def test_bad_numbers_name_nothing(team: Team, path: str) -> None:
    assert team.bob.post(f"/api/notifications/{path}/mark_read/").status_code == 404


def test_read_ones_are_forgotten_after_their_time_and_unread_ones_kept(travel: Any, team: Team) -> None:
    give(team.bob, "read", "unread")
    with transaction() as session:
        row = session.query(Notification).filter_by(key="read").one()
        number = row.id
    team.bob.post(f"/api/notifications/{number}/mark_read/")
    travel.shift(30 * 86400 - 1)
    jobs.forget_old()
    assert db.session.query(Notification).count() == 2
    travel.shift(2)
    jobs.forget_old()
    assert [row.key for row in db.session.query(Notification)] == ["unread"]


DEFAULTS = {"mentions_while_busy": False, "mail_when_away": True, "mail_after_minutes": 30}


def test_preferences(team: Team) -> None:
    path = "/api/notifications/preferences/"
    assert team.bob.get(path).json == DEFAULTS
    changed = {"mentions_while_busy": True, "mail_after_minutes": 60}
    assert team.bob.put(path, changed).json == DEFAULTS | changed
    assert team.bob.put(path, {"mail_when_away": False}).json == {
        **DEFAULTS,
        **changed,
        "mail_when_away": False,
    }
    assert team.bob.put(path, {}).json["mail_after_minutes"] == 60
    assert team.bob.get(path).json["mail_when_away"] is False
    assert team.ann.get(path).json == DEFAULTS


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"mail_after_minutes": 4}, "mail_after_minutes"),
        ({"mail_after_minutes": 7 * 24 * 60 + 1}, "mail_after_minutes"),
        ({"mail_after_minutes": 7.5}, "mail_after_minutes"),
        ({"mail_after_minutes": None}, "mail_after_minutes"),
        ({"mail_when_away": "perhaps"}, "mail_when_away"),
        ({"mentions_while_busy": []}, "mentions_while_busy"),
    ],
)
def test_bad_preferences_are_refused(team: Team, body: dict[str, Any], field: str) -> None:
    answer = team.bob.put("/api/notifications/preferences/", body)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])
    db.session.rollback()
    assert team.bob.get("/api/notifications/preferences/").json == DEFAULTS
