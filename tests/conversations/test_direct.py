"""Direct conversations: one per pair, by exact username, not with whoever is blocked."""

import threading
from typing import Any

import pytest

from pulse.conversations import service
from pulse.conversations.models import Conversation
from pulse.core.permissions import Role
from pulse.extensions import db
from tests.conftest import Person
from tests.conversations.conftest import Team, say


def open_with(who: Person, username: str) -> Any:
    return who.post("/api/conversations/", {"username": username})


def listed(who: Person, query: str = "") -> list[dict[str, Any]]:
    return list(who.get(f"/api/conversations/{query}").json["data"])


def test_there_is_one_per_pair(team: Team) -> None:
    first = open_with(team.ann, "Bob")
    assert first.status_code == 200, first.json
    assert open_with(team.bob, "ann").json["id"] == first.json["id"]
    assert first.json["other_user"]["username"] == "bob"
    assert first.json["notify"] == "all"


def test_a_pair_that_opens_at_once_still_has_one(team: Team) -> None:
    found: list[int] = []

    def open_direct(user_id: int, other: str) -> None:
        with team.app.app_context():
            found.append(service.open_direct(user_id, other))

    jobs = [(team.ann.id, "eve"), (team.eve.id, "ann")] * 10
    threads = [threading.Thread(target=open_direct, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 20
    assert len(set(found)) == 1
    db.session.rollback()
    assert db.session.query(Conversation).count() == 1


def test_who_can_be_written_to(team: Team, create_user: Any) -> None:
    create_user("vera", Role.VISITOR)
    missing = open_with(team.ann, "nobody")
    assert missing.status_code == 404
    assert open_with(team.ann, "vera").json == missing.json
    assert open_with(team.ann, "ann").status_code == 422
    for username in ("", "x" * 51, None, 5, "a\0b"):
        assert open_with(team.ann, username).status_code == 422  # type: ignore[arg-type]


def test_it_shows_to_the_other_with_the_first_message(team: Team) -> None:
    opened = open_with(team.ann, "eve").json["id"]
    assert [one["id"] for one in listed(team.ann)] == [opened]
    assert listed(team.eve) == []
    say(team.ann, opened, "hi eve")
    (shown,) = listed(team.eve)
    assert shown["unread_count"] == 1
    assert shown["last_message"]["content"] == "hi eve"
    assert shown["last_message"]["sender"] == "ann"
    assert shown["other_user"]["username"] == "ann"


def test_the_message_flow_of_two_people(team: Team) -> None:
    """Sent by name, listed, read, marked: as in the system for chat between users."""
    sent = team.ann.post("/api/send-message/", {"sender": "ann", "receiver": "bob", "content": "Hello!"})
    assert sent.status_code == 201, sent.json
    team.bob.post("/api/send-message/", {"receiver": "ann", "content": "Hey, how are you?"})
    page = team.ann.get("/api/messages/?username=ann&other_username=bob").json["data"]
    told = [(m["sender"], m["receiver"], m["content"], m["is_mine"], m["is_read"]) for m in page]
    assert told == [("ann", "bob", "Hello!", True, True), ("bob", "ann", "Hey, how are you?", False, False)]
    (shown,) = listed(team.ann, "?username=ann")
    assert (shown["unread_count"], shown["other_user"]["username"]) == (1, "bob")
    marked = team.ann.post("/api/mark-as-read/", {"username": "ann", "conversation_id": shown["id"]})
    assert marked.json["marked_read"] == 1
    assert listed(team.ann)[0]["unread_count"] == 0
    assert team.ann.get("/api/messages/?username=bob&other_username=bob").status_code == 403
    assert team.ann.get("/api/conversations/?username=bob").status_code == 403


def test_messages_of_a_pair_that_never_talked_are_none(team: Team) -> None:
    assert team.ann.get("/api/messages/?other_username=eve").json == {"data": [], "next": None}
    assert team.ann.get("/api/messages/?other_username=nobody").status_code == 404


def test_nobody_else_sees_it(team: Team) -> None:
    direct = open_with(team.ann, "bob").json["id"]
    message = say(team.ann, direct)["id"]
    for path in (
        f"/api/conversations/{direct}/",
        f"/api/conversations/{direct}/members/",
        f"/api/conversations/{direct}/pins/",
        f"/api/messages/?conversation_id={direct}",
        f"/api/messages/{message}/",
    ):
        assert team.eve.get(path).status_code == 404, path
    # and it is no channel: nothing that channels have applies to it
    for door in ("join/", "leave/", "archive/"):
        assert team.ann.post(f"/api/channels/{direct}/{door}").status_code == 404
    assert team.ann.post(f"/api/channels/{direct}/members/", {"user_id": team.eve.id}).status_code == 404


def test_whoever_is_blocked_cannot_write(team: Team) -> None:
    direct = open_with(team.ann, "bob").json["id"]
    say(team.bob, direct)
    blocked = team.ann.post("/api/blocks/", {"username": "bob"})
    assert (blocked.status_code, blocked.json["username"]) == (200, "bob")
    for who in (team.ann, team.bob):
        answer = who.post("/api/messages/", {"conversation_id": direct, "body": "x"})
        assert (answer.status_code, answer.json["code"]) == (403, "blocked")
    assert not team.bob.get(f"/api/conversations/{direct}/").json["may_post"]
    assert [one["username"] for one in team.ann.get("/api/blocks/").json["data"]] == ["bob"]
    assert team.bob.get("/api/blocks/").json["data"] == []
    assert team.ann.call("DELETE", f"/api/blocks/{team.bob.id}/").status_code == 204
    assert team.ann.call("DELETE", f"/api/blocks/{team.bob.id}/").status_code == 404
    say(team.bob, direct, "again")


def test_for_whoever_is_blocked_a_new_conversation_cannot_be_opened(team: Team) -> None:
    team.ann.post("/api/blocks/", {"username": "eve"})
    assert open_with(team.eve, "ann").json == open_with(team.eve, "nobody").json
    answer = team.eve.post("/api/messages/", {"other_username": "ann", "body": "x"})
    assert answer.status_code == 404


@pytest.mark.parametrize("username", ["nobody", "eve"])
def test_blocks_of_nobody_and_oneself(team: Team, username: str) -> None:
    expected = 404 if username == "nobody" else 422
    assert team.eve.post("/api/blocks/", {"username": username}).status_code == expected


def test_presence_shows_once_both_have_written(team: Team) -> None:
    """Writing to somebody must not be a way to watch them."""

    def status_of(who: Person) -> Any:
        return who.get("/api/conversations/?kind=direct").json["data"][0]["other_user"]["status"]

    direct = open_with(team.ann, "eve").json["id"]
    say(team.ann, direct)
    assert status_of(team.ann) is None
    assert team.ann.get(f"/api/users/{team.eve.id}/presence/").status_code == 404
    say(team.eve, direct, "hello")
    assert status_of(team.ann) == status_of(team.eve) == "online"
    assert team.ann.get(f"/api/users/{team.eve.id}/presence/").json["status"] == "online"
    team.eve.post("/api/blocks/", {"username": "ann"})
    assert status_of(team.ann) is None
    assert team.ann.get(f"/api/users/{team.eve.id}/presence/").status_code == 404


def test_opening_is_not_writing(team: Team) -> None:
    direct = open_with(team.eve, "ann").json["id"]
    say(team.ann, direct)
    assert team.ann.get(f"/api/users/{team.eve.id}/presence/").status_code == 404
    assert team.eve.get(f"/api/users/{team.ann.id}/presence/").status_code == 404
