"""One's own profile."""

from collections.abc import Callable

import pytest

from pulse.accounts.events import ProfileChanged
from pulse.core.context import context
from tests.accounts.conftest import fresh
from tests.conftest import Person

CHANGES = {
    "full_name": "Ann Example",
    "first_name": "Ann",
    "last_name": "E.",
    "phone": "+49 (30) 123-4.5/6",
    "time_zone": "Europe/Berlin",
    "status_text": "<b>Gone</b> 🏖",
    "visibility": "everyone",
    "show_last_seen": False,
    "offline_after": 30,
}


@pytest.fixture
def ann(person: Callable[..., Person]) -> Person:
    return person("ann")


@pytest.fixture
def told(app, monkeypatch) -> list[ProfileChanged]:
    """The events about profiles that other domains hear of."""
    heard: list[ProfileChanged] = []
    table = context().wiring.in_transaction
    monkeypatch.setitem(table, ProfileChanged, [*table[ProfileChanged], heard.append])
    return heard


@pytest.mark.parametrize("path", ["/api/profile/", "/api/users/me"])
def test_read_and_change(ann, told, path) -> None:
    before = ann.get(path).json
    assert (before["id"], before["user_id"], before["username"], before["email"]) == (
        1,
        1,
        "ann",
        "ann@example.org",
    )
    assert (before["account_status"], before["role"], before["avatar_url"]) == ("active", "user", None)
    answer = ann.put(path, CHANGES)
    assert answer.status_code == 200
    assert answer.json == {**before, **CHANGES}
    assert ann.get(path).json == answer.json
    assert told == [ProfileChanged(1)]


def test_what_is_left_out_stays(ann, told) -> None:
    ann.put("/api/profile/", CHANGES)
    for name, value in (("status_text", ""), ("offline_after", None), ("visibility", "nobody")):
        ann.put("/api/profile/", {name: value})
    wanted = {**CHANGES, "status_text": "", "offline_after": None, "visibility": "nobody"}
    assert wanted.items() <= ann.get("/api/profile/").json.items()
    assert len(told) == 4


def test_nothing_new_is_no_news(ann, told) -> None:
    ann.put("/api/profile/", CHANGES)
    for body in (CHANGES, {}, {"unknown": 1}):
        assert ann.put("/api/profile/", body).status_code == 200
    assert len(told) == 1


def test_a_joined_name_follows_its_parts(ann) -> None:
    ann.put("/api/profile/", {"first_name": "Ann", "last_name": "Old"})
    assert ann.put("/api/profile/", {"last_name": "New"}).json["full_name"] == "Ann New"
    ann.put("/api/profile/", {"full_name": "Dr. New"})
    assert ann.put("/api/profile/", {"last_name": "Newer"}).json["full_name"] == "Dr. New"


def test_what_cannot_be_changed_here(ann) -> None:
    ann.put("/api/profile/", {"email": "x@example.org", "role": "admin", "account_status": "banned", "id": 9})
    user = fresh(1)
    assert (user.email, user.role, user.account_status) == ("ann@example.org", "user", "active")


def test_naming_somebody_else_is_refused(ann) -> None:
    assert ann.put("/api/profile/", {"username": "ANN"}).status_code == 200
    answer = ann.put("/api/profile/", {"username": "bob"})
    assert (answer.status_code, answer.json["code"]) == (403, "identity_mismatch")


def test_bad_input_is_named(ann) -> None:
    for name, value in (
        ("full_name", "x" * 201),
        ("full_name", None),
        ("first_name", 5),
        ("phone", "abc"),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../etc/passwd"),
        ("time_zone", ""),
        ("status_text", "x" * 201),
        ("visibility", "friends"),
        ("show_last_seen", "maybe"),
        ("offline_after", 29),
        ("offline_after", 3601),
        ("offline_after", 1.5),
        ("offline_after", True),
        ("offline_after", "soon"),
        ("offline_after", 2**63),
    ):
        answer = ann.put("/api/profile/", {name: value})
        assert (answer.status_code, list(answer.json["errors"])) == (422, [name]), (name, value)
    assert ann.put("/api/profile/", {"status_text": "a\0b"}).status_code == 422
    assert ann.put("/api/profile/", []).status_code == 422


def test_strangers(client) -> None:
    for method in ("GET", "PUT"):
        assert client.open("/api/profile/", method=method, json={}).json["code"] == "not_signed_in"
