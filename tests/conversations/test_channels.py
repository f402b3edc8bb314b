"""Channels: public and private, who is in them, who manages them."""

import threading
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from pulse.conversations import service
from pulse.conversations.queries import conversations as queries
from pulse.core.errors import NotFound
from pulse.core.events import transaction
from pulse.workspaces import service as workspaces
from tests.conftest import Person
from tests.conversations.conftest import Team, say
from tests.support.servers import wait_until


def create(who: Person, team: Team, name: str, **more: Any) -> Any:
    return who.post("/api/channels/", {"workspace_id": team.id, "name": name, **more})


def names(who: Person, team: Team) -> list[str]:
    return [one["name"] for one in who.get(f"/api/channels/?workspace_id={team.id}").json["data"]]


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["code"]


def test_a_channel_is_made_with_its_maker_in_it(team: Team) -> None:
    made = create(team.bob, team, " #general ", topic="All  of us")
    assert made.status_code == 201, made.json
    expected = {"kind": "channel", "name": "general", "topic": "All of us", "is_private": False}
    assert {name: made.json[name] for name in expected} == expected
    assert (made.json["is_member"], made.json["may_manage"], made.json["member_count"]) == (True, True, 1)
    assert (made.json["unread_count"], made.json["notify"], made.json["last_message"]) == (
        0,
        "mentions",
        None,
    )


@pytest.mark.parametrize(
    "body",
    [{}, {"name": ""}, {"name": "   "}, {"name": "x" * 81}, {"name": ["x"]}, {"name": "a\0"}, {"name": None}],
)
def test_what_is_no_channel_is_refused(team: Team, body: dict[str, Any]) -> None:
    assert team.ann.post("/api/channels/", {"workspace_id": team.id, **body}).status_code == 422
    assert team.ann.post("/api/channels/", {"name": "x"}).status_code == 422
    assert team.ann.post("/api/channels/", {"name": "x", "workspace_id": 2**62}).status_code == 422


def test_only_members_of_the_workspace_make_channels(team: Team) -> None:
    missing = team.eve.post("/api/channels/", {"workspace_id": 999_999, "name": "x"})
    assert create(team.eve, team, "x").json == missing.json
    assert missing.status_code == 404
    assert create(team.gus, team, "x").status_code == 403


def test_public_names_are_taken_once_private_ones_say_nothing(team: Team) -> None:
    assert create(team.ann, team, "general").status_code == 201
    assert code(create(team.bob, team, "General")) == (409, "name_taken")
    assert create(team.ann, team, "general", is_private=True).status_code == 201
    assert create(team.bob, team, "general", is_private=True).status_code == 201
    hidden = create(team.ann, team, "secret", is_private=True).json["id"]
    assert create(team.bob, team, "secret").status_code == 201
    assert code(team.ann.call("PATCH", f"/api/channels/{hidden}/", {"is_private": False})) == (
        409,
        "name_taken",
    )


def test_who_sees_which_channels(team: Team) -> None:
    team.channel("open")
    team.channel("secret", is_private=True)
    team.channel("for guests", team.gus)
    assert names(team.ann, team) == ["for guests", "open", "secret"]
    assert names(team.bob, team) == ["for guests", "open"]
    assert names(team.gus, team) == ["for guests"]
    assert team.eve.get(f"/api/channels/?workspace_id={team.id}").status_code == 404


def test_the_list_of_channels_goes_on(team: Team) -> None:
    for number in range(5):
        team.channel(f"c{number}")
    page = team.bob.get(f"/api/channels/?workspace_id={team.id}&limit=3").json
    rest = team.bob.get(f"/api/channels/?workspace_id={team.id}&limit=3&cursor={page['next']}").json
    assert [one["name"] for one in page["data"] + rest["data"]] == [f"c{number}" for number in range(5)]
    assert rest["next"] is None


def test_joining_and_leaving(team: Team) -> None:
    channel = team.channel("open")
    say(team.ann, channel)
    joined = team.bob.post(f"/api/channels/{channel}/join/")
    assert (joined.status_code, joined.json["is_member"], joined.json["unread_count"]) == (200, True, 0)
    assert team.bob.post(f"/api/channels/{channel}/join/").status_code == 200
    assert team.bob.post(f"/api/channels/{channel}/leave/").status_code == 204
    assert code(team.bob.post(f"/api/channels/{channel}/leave/")) == (404, "not_found")
    assert team.gus.post(f"/api/channels/{channel}/join/").status_code == 404
    assert team.eve.post(f"/api/channels/{channel}/join/").status_code == 404


def test_a_private_channel_does_not_exist_for_others(team: Team) -> None:
    private = team.channel("secret", is_private=True)
    for who in (team.bob, team.gus, team.eve):
        for method, door, body in (
            ("GET", "", None),
            ("PATCH", "", {"topic": "x"}),
            ("POST", "join/", None),
            ("POST", "leave/", None),
            ("POST", "archive/", None),
            ("POST", "unarchive/", None),
            ("GET", "members/", None),
            ("POST", "members/", {"user_id": who.id}),
            ("DELETE", f"members/{team.ann.id}/", None),
        ):
            answer = who.call(method, f"/api/channels/{private}/{door}", body)
            missing = who.call(method, f"/api/channels/999999/{door}", body)
            assert (answer.status_code, answer.json) == (404, missing.json), (method, door)
        assert who.get(f"/api/conversations/{private}/").status_code == 404
        assert who.get(f"/api/messages/?conversation_id={private}").status_code == 404
    added = team.ann.post(f"/api/channels/{private}/members/", {"user_ids": [team.bob.id]})
    assert added.json == {"added": [team.bob.id]}
    assert team.bob.get(f"/api/channels/{private}/").json["is_member"]


def test_only_people_of_the_workspace_are_added(team: Team) -> None:
    channel = team.channel("open")
    path = f"/api/channels/{channel}/members/"
    missing = team.ann.post(path, {"user_id": 999_999})
    assert (missing.status_code, team.ann.post(path, {"user_id": team.eve.id}).json) == (404, missing.json)
    assert team.bob.post(path, {"user_id": team.gus.id}).status_code == 403  # not in it himself
    assert team.ann.post(path, {"user_ids": [team.bob.id, team.bob.id, team.gus.id]}).json == {
        "added": [team.bob.id, team.gus.id]
    }
    assert team.bob.post(path, {"user_id": team.gus.id}).json == {"added": []}
    assert team.gus.post(path, {"user_id": team.ann.id}).status_code == 403  # guests add nobody
    for body in ({}, {"user_ids": []}, {"user_ids": list(range(1, 300))}, {"user_id": "x"}, {"user_id": 0}):
        assert team.ann.post(path, body).status_code == 422, body


def test_members_are_listed(team: Team) -> None:
    channel = team.channel("open", team.bob, team.gus)
    page = team.bob.get(f"/api/channels/{channel}/members/?limit=2").json
    rest = team.bob.get(f"/api/channels/{channel}/members/?cursor={page['next']}").json
    assert [one["username"] for one in page["data"] + rest["data"]] == ["ann", "bob", "gus"]
    assert page["data"][0]["status"] == "online"


def test_who_manages_a_channel(team: Team) -> None:
    channel = create(team.bob, team, "bobs").json["id"]
    team.ann.post(f"/api/channels/{channel}/join/")
    team.bob.post(f"/api/channels/{channel}/members/", {"user_id": team.gus.id})
    path = f"/api/channels/{channel}/"
    assert team.gus.call("PATCH", path, {"topic": "x"}).status_code == 403
    assert team.bob.call("PATCH", path, {"name": "renamed"}).json["name"] == "renamed"
    assert (
        team.ann.call("PATCH", path, {"topic": "by ann", "retention_days": 30}).json["retention_days"] == 30
    )
    assert team.gus.call("DELETE", f"{path}members/{team.bob.id}/").status_code == 403
    assert team.ann.call("DELETE", f"{path}members/{team.bob.id}/").status_code == 204
    assert team.bob.call("PATCH", path, {"name": "mine"}).status_code == 403  # no member any more
    lines = [one["body"] for one in team.ann.get(f"/api/messages/?channel_id={channel}").json["data"]]
    assert lines == ["renamed the channel to renamed", "set the topic to by ann"]


def test_members_set_the_topic_only(team: Team) -> None:
    path = f"/api/channels/{team.channel('open', team.bob)}/"
    assert team.bob.call("PATCH", path, {"topic": "by bob"}).json["topic"] == "by bob"
    for changes in ({"name": "x"}, {"is_private": True}, {"retention_days": 1}, {"topic": "x", "name": "y"}):
        assert team.bob.call("PATCH", path, changes).status_code == 403
    assert team.bob.post(f"{path}archive/").status_code == 403
    assert team.ann.call("PATCH", path, {"topic": None}).status_code == 422
    assert team.ann.call("PATCH", path, {"retention_days": 0}).status_code == 422


def test_an_archived_channel_is_read_only(team: Team) -> None:
    channel = team.channel("old", team.bob)
    message = say(team.bob, channel)["id"]
    assert team.ann.post(f"/api/channels/{channel}/archive/").json["is_archived"]
    assert team.ann.post(f"/api/channels/{channel}/archive/").json["last_seq"] == 2
    answers = (
        team.bob.post("/api/messages/", {"channel_id": channel, "body": "x"}),
        team.bob.put(f"/api/messages/{message}/edit/", {"body": "x"}),
        team.bob.post(f"/api/messages/{message}/reactions/", {"emoji": "👍"}),
        team.ann.post(f"/api/channels/{channel}/members/", {"user_id": team.gus.id}),
    )
    assert [code(answer) for answer in answers] == [(409, "archived")] * 4
    assert len(team.bob.get(f"/api/messages/?channel_id={channel}").json["data"]) == 2
    assert not team.ann.post(f"/api/channels/{channel}/unarchive/").json["is_archived"]
    say(team.bob, channel)


def test_an_archived_channel_keeps_its_topic_and_name(team: Team) -> None:
    path = f"/api/channels/{team.channel('old', team.bob)}/"
    team.ann.post(f"{path}archive/")
    for who, changes in ((team.bob, {"topic": "x"}), (team.ann, {"name": "x"})):
        assert code(who.call("PATCH", path, changes)) == (409, "archived")
    assert team.ann.get(path).json["last_seq"] == 1


def test_names_of_all_alphabets_page(team: Team) -> None:
    given = ["Äpfel", "Общий", "Маркетинг", "ärger", "zebra", "Zoo", "İzmir", "ОТДЫХ"]
    for name in given:
        team.channel(name)
    found, cursor = [], ""
    while cursor is not None:
        page = team.ann.get(f"/api/channels/?workspace_id={team.id}&limit=1{cursor}").json
        found += [one["name"] for one in page["data"]]
        cursor = page["next"] and f"&cursor={page['next']}"
    assert sorted(found) == sorted(given)


def test_nobody_stays_in_a_channel_who_is_added_while_they_leave_the_workspace(team: Team) -> None:
    channel = team.channel()
    refused: list[int] = []

    def add() -> None:
        with team.app.app_context():
            try:
                service.add(team.ann.id, channel, [team.bob.id])
            except NotFound as error:
                refused.append(error.status)

    thread = threading.Thread(target=add)
    with transaction() as session:
        workspaces.remove_member(team.bob.id, team.id, team.bob.id)
        session.flush()
        thread.start()
        wait_until(lambda: not thread.is_alive() or _is_waited_for(session))
    thread.join()
    assert refused == [404]
    assert queries.member_ids(channel) == [team.ann.id]


def _is_waited_for(session: Session) -> bool:
    """Whether somebody waits for a lock (on SQLite: whoever writes waits, since we write)."""
    if session.get_bind().dialect.name == "sqlite":
        return True
    return bool(session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def test_leaving_the_workspace_leaves_its_channels(team: Team) -> None:
    channel = team.channel("open", team.bob)
    assert team.bob.call("DELETE", f"/api/workspaces/{team.id}/members/{team.bob.id}/").status_code == 204
    assert team.bob.get("/api/conversations/").json["data"] == []
    assert team.bob.get(f"/api/channels/{channel}/").status_code == 404
    members = team.ann.get(f"/api/channels/{channel}/members/").json["data"]
    assert [one["username"] for one in members] == ["ann"]


def test_a_deleted_workspace_takes_its_channels_along(team: Team) -> None:
    channel = team.channel("open", team.bob)
    say(team.ann, channel)
    assert team.ann.call("DELETE", f"/api/workspaces/{team.id}/").status_code == 204
    assert team.bob.get(f"/api/messages/?conversation_id={channel}").status_code == 404
    fresh = team.ann.post("/api/workspaces/", {"name": "Next"}).json["id"]
    again = team.ann.post("/api/channels/", {"workspace_id": fresh, "name": "open"}).json["id"]
    assert again > channel  # an id never comes back: sockets may still be in its room
