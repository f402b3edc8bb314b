"""The /chat namespace of two real web processes, with real clients."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from pulse.conversations import live, service
from tests.conftest import PASSWORD, Live
from tests.conversations.clients import Client, connected
from tests.support.servers import wait_until


@dataclass
class Team:
    """ann owns a workspace with bob in it, and a channel that both are in; eve is a stranger."""

    live: Live
    ids: dict[str, int]
    tokens: dict[str, str]
    workspace: int
    channel: int

    def call(self, who: str, method: str, path: str, body: Any = None, status: int | None = None) -> Any:
        found, answer = self.live.webs[0].call(method, path, body, self.tokens[who])
        assert found == status if status else found < 300, answer
        return answer

    def name(self, who: str) -> str:
        return self.live.prefix + who


@pytest.fixture
def team(processes: Live, request: pytest.FixtureRequest) -> Team:
    processes.apart(request.node.name)
    names = ("ann", "bob", "eve")
    ids = {name: processes.create_user(name) for name in names}
    web = processes.webs[0]
    tokens = {name: web.sign_in(processes.prefix + name, PASSWORD)["access_token"] for name in names}
    team = Team(processes, ids, tokens, 0, 0)
    team.workspace = team.call("ann", "POST", "/api/workspaces/", {"name": "Team"})["id"]
    members = f"/api/workspaces/{team.workspace}/members/"
    team.call("ann", "POST", members, {"user_id": ids["bob"]})
    channel = {"workspace_id": team.workspace, "name": "general"}
    team.channel = team.call("ann", "POST", "/api/channels/", channel)["id"]
    team.call("ann", "POST", f"/api/channels/{team.channel}/members/", {"user_id": ids["bob"]})
    return team


@pytest.fixture
def ann(team: Team) -> Iterator[Client]:
    with connected(team.live.webs[0], team.tokens["ann"]) as client:
        yield client


@pytest.fixture
def bob(team: Team) -> Iterator[Client]:
    """On the other process."""
    with connected(team.live.webs[1], team.tokens["bob"]) as client:
        yield client


@pytest.fixture
def eve(team: Team) -> Iterator[Client]:
    with connected(team.live.webs[1], team.tokens["eve"]) as client:
        yield client


def test_members_hear_messages_on_all_processes(team: Team, ann: Client, bob: Client, eve: Client) -> None:
    sent = ann.call("send_message", channel_id=team.channel, body="Hello *bob*", client_id="1")["message"]
    told = bob.wait("new_message")
    assert told["conversation_id"] == told["channel_id"] == team.channel
    assert told["rev"] == 1
    assert told["message"]["sender_email"] == f"{team.name('ann')}@example.org"
    assert {name: told["message"][name] for name in ("id", "seq", "body", "html")} == {
        name: sent[name] for name in ("id", "seq", "body", "html")
    }
    assert "is_mine" not in told["message"]
    assert ann.wait("new_message")["message"]["client_id"] == "1"
    assert eve.heard == []


def test_every_change_is_told_with_its_number(team: Team, ann: Client, bob: Client) -> None:
    message = ann.call("send_message", conversation_id=team.channel, body="one")["message"]["id"]
    ann.call("edit_message", message_id=message, body="two")
    bob.call("react", message_id=message, emoji="👍")
    bob.call("pin", message_id=message, on=True)
    ann.call("delete_message", message_id=message)
    deleted = bob.wait("message_deleted")
    assert deleted["message"]["is_deleted"]
    assert deleted["message"]["body"] == deleted["message"]["html"] == ""
    reaction = bob.all("reaction")[0]
    assert (reaction["user_id"], reaction["emoji"], reaction["on"]) == (team.ids["bob"], "👍", True)
    names = ("new_message", "message_edited", "reaction", "message_pinned", "message_deleted")
    told = [(name, data["rev"]) for name, data in bob.heard if name in names]
    assert told == list(zip(names, range(1, 6), strict=True))


def test_joining_catches_up_with_what_changed(team: Team, ann: Client, bob: Client) -> None:
    ids = [
        ann.call("send_message", conversation_id=team.channel, body=str(n))["message"]["id"] for n in range(4)
    ]
    opened = bob.call("join_channel", channel_id=team.channel)
    assert [one["body"] for one in opened["messages"]] == ["0", "1", "2", "3"]
    assert opened["last_rev"] == 4
    assert opened["conversation"]["unread_count"] == 4
    ann.call("edit_message", message_id=ids[1], body="one")
    ann.call("delete_message", message_id=ids[0])
    ann.call("send_message", conversation_id=team.channel, body="4")
    missed = bob.call("join", conversation_id=team.channel, after_rev=4)
    assert [(one["seq"], one["body"], one["rev"]) for one in missed["messages"]] == [
        (2, "one", 5),
        (1, "", 6),
        (5, "4", 7),
    ]
    assert (missed["last_rev"], missed["has_more"]) == (7, False)
    assert bob.call("join", conversation_id=team.channel, after_rev=7)["messages"] == []


def test_a_long_absence_comes_in_pages(team: Team, ann: Client, bob: Client) -> None:
    with team.live.app.app_context():
        for number in range(210):
            service.send(team.ids["ann"], team.channel, service.Draft(str(number)))
    first = bob.call("join", conversation_id=team.channel, after_rev=0)
    assert (len(first["messages"]), first["has_more"], first["last_rev"]) == (200, True, 200)
    rest = bob.call("join", conversation_id=team.channel, after_rev=200)
    assert ([one["seq"] for one in rest["messages"]], rest["has_more"]) == ([*range(201, 211)], False)


def test_what_one_may_not_see_does_not_exist(team: Team, eve: Client, ann: Client) -> None:
    message = ann.call("send_message", conversation_id=team.channel, body="secret")["message"]["id"]
    for event, data in (
        ("join", {"conversation_id": team.channel}),
        ("join_channel", {"channel_id": team.channel}),
        ("send_message", {"conversation_id": team.channel, "body": "x"}),
        ("edit_message", {"message_id": message, "body": "x"}),
        ("delete_message", {"message_id": message}),
        ("react", {"message_id": message, "emoji": "👍"}),
        ("pin", {"message_id": message}),
        ("mark_read", {"conversation_id": team.channel, "seq": 1}),
        ("mark_unread", {"conversation_id": team.channel, "seq": 1}),
        ("delivered", {"conversation_id": team.channel, "seq": 1}),
        ("typing", {"conversation_id": team.channel}),
    ):
        assert eve.refused(event, **data) == (404, "not_found"), event


def test_removal_ends_delivery_at_once(team: Team, ann: Client, bob: Client) -> None:
    ann.call("send_message", conversation_id=team.channel, body="before")
    bob.wait("new_message")
    team.call("ann", "DELETE", f"/api/channels/{team.channel}/members/{team.ids['bob']}/")
    left = bob.wait("conversation_updated")
    assert (left["change"], left["user_id"]) == ("left", team.ids["bob"])
    ann.call("send_message", conversation_id=team.channel, body="after")
    direct = ann.call("send_message", other_username=team.name("bob"), body="you are out")
    wait_until(lambda: bob.bodies(direct["message"]["conversation_id"]) == ["you are out"])
    assert bob.bodies(team.channel) == ["before"]


def test_leaving_the_workspace_leaves_its_channels(team: Team, ann: Client, bob: Client) -> None:
    team.call("bob", "DELETE", f"/api/workspaces/{team.workspace}/members/{team.ids['bob']}/")
    assert bob.wait("conversation_updated")["change"] == "left"
    ann.call("send_message", conversation_id=team.channel, body="after")
    ann.call("send_message", other_username=team.name("bob"), body="hello")
    bob.wait("new_message")
    assert bob.bodies(team.channel) == []
    assert bob.refused("join", conversation_id=team.channel) == (404, "not_found")


def test_a_deleted_workspace_asks_clients_to_look_again(team: Team, ann: Client, bob: Client) -> None:
    team.call("ann", "DELETE", f"/api/workspaces/{team.workspace}/")
    bob.wait("resync")
    assert bob.refused("join", conversation_id=team.channel) == (404, "not_found")


def test_whoever_is_added_hears_from_then_on(team: Team, ann: Client, bob: Client) -> None:
    private = {"workspace_id": team.workspace, "name": "secret", "is_private": True}
    channel = team.call("ann", "POST", "/api/channels/", private)["id"]
    ann.call("send_message", conversation_id=channel, body="before")
    team.call("ann", "POST", f"/api/channels/{channel}/members/", {"user_ids": [team.ids["bob"]]})
    wait_until(lambda: any(one["conversation_id"] == channel for one in bob.all("conversation_updated")))
    ann.call("send_message", conversation_id=channel, body="after")
    wait_until(lambda: bob.bodies(channel) == ["after"])


def test_a_first_direct_message_reaches_the_other(team: Team, ann: Client, eve: Client) -> None:
    sent = ann.call("send_message", other_username=team.name("eve"), body="hi")["message"]
    told = eve.wait("new_message")
    assert told["conversation_id"] == sent["conversation_id"]
    assert told["message"]["sender_email"] is None


def test_reading_on_one_device_clears_the_others(team: Team, ann: Client, bob: Client) -> None:
    with connected(team.live.webs[0], team.tokens["bob"]) as phone:
        for number in range(3):
            ann.call("send_message", conversation_id=team.channel, body=str(number))
        marked = bob.call("mark_read", conversation_id=team.channel, seq=2)
        assert (marked["read_seq"], marked["unread_count"], marked["marked_read"]) == (2, 1, 2)
        told = phone.wait("read")
        assert (told["user_id"], told["seq"], told["unread_count"]) == (team.ids["bob"], 2, 1)
        bob.call("mark_unread", conversation_id=team.channel, seq=1)
        assert phone.wait("read", 2)["unread_count"] == 3
    assert ann.all("read") == []  # in a channel that is nobody else's business


def test_receipts_show_in_direct_conversations(team: Team, ann: Client, bob: Client) -> None:
    sent = ann.call("send_message", other_username=team.name("bob"), body="hi")["message"]
    bob.wait("new_message")
    bob.call("delivered", conversation_id=sent["conversation_id"], seq=1)
    assert ann.wait("delivered")["user_id"] == team.ids["bob"]
    bob.call("mark_read", conversation_id=sent["conversation_id"], seq=1)
    read = ann.wait("read")
    assert (read["user_id"], read["seq"], read["unread_count"]) == (team.ids["bob"], 1, None)
    listed = team.call("ann", "GET", "/api/conversations/?kind=direct")["data"][0]
    assert (listed["other_user"]["read_seq"], listed["other_user"]["delivered_seq"]) == (1, 1)


def test_typing_is_told(team: Team, ann: Client, bob: Client) -> None:
    ann.call("typing", conversation_id=team.channel)
    told = bob.wait("typing")
    assert (told["user_id"], told["username"], told["is_typing"], told["expires_in"]) == (
        team.ids["ann"],
        team.name("ann"),
        True,
        5,
    )


def test_who_looks_is_known_until_they_look_away(team: Team, ann: Client) -> None:
    def looking() -> set[int]:
        with team.live.app.app_context():
            return live.SCREENS.looking(team.channel)

    ann.call("look", conversation_id=team.channel)
    assert looking() == {team.ids["ann"]}
    ann.call("look", conversation_id=None)
    assert looking() == set()
    with connected(team.live.webs[1], team.tokens["ann"]) as other:
        other.call("look", conversation_id=team.channel)
        assert looking() == {team.ids["ann"]}
    wait_until(lambda: looking() == set())


def test_leave_is_for_this_socket_until_it_joins_again(team: Team, ann: Client, bob: Client) -> None:
    bob.call("leave", conversation_id=team.channel)
    ann.call("send_message", conversation_id=team.channel, body="one")
    direct = ann.call("send_message", other_username=team.name("bob"), body="x")["message"]
    wait_until(lambda: bob.bodies(direct["conversation_id"]) == ["x"])
    assert bob.bodies(team.channel) == []
    bob.call("join", conversation_id=team.channel)
    ann.call("send_message", conversation_id=team.channel, body="two")
    wait_until(lambda: bob.bodies(team.channel) == ["two"])


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("join", {}),
        ("join", {"conversation_id": 1, "channel_id": 1}),
        ("join", {"conversation_id": "x"}),
        ("join", {"conversation_id": 2**60}),
        ("join", {"conversation_id": 1, "after_rev": -1}),
        ("send_message", {"conversation_id": 1, "body": "x" * 9000}),
        ("send_message", {"conversation_id": 1, "body": "a\0b"}),
        ("send_message", {"conversation_id": 1, "body": {"a": 1}}),
        ("react", {"message_id": 1, "emoji": "ok"}),
        ("react", {"message_id": 1, "emoji": "<b>"}),
        ("edit_message", {"message_id": 1}),
        ("mark_read", {"conversation_id": 1}),
        ("typing", {"conversation_id": None}),
    ],
)
def test_bad_input_is_refused(team: Team, ann: Client, event: str, data: dict[str, Any]) -> None:
    assert ann.refused(event, **data)[0] == 422


def test_looking_into_a_public_channel_lasts_as_long_as_one_may_see_it(
    team: Team, ann: Client, bob: Client
) -> None:
    channel = {"workspace_id": team.workspace, "name": "open"}
    opened = team.call("ann", "POST", "/api/channels/", channel)["id"]
    assert not bob.call("join", conversation_id=opened)["conversation"]["is_member"]
    ann.call("send_message", conversation_id=opened, body="one")
    wait_until(lambda: bob.bodies(opened) == ["one"])
    team.call("ann", "DELETE", f"/api/channels/{team.channel}/members/{team.ids['bob']}/")
    ann.call("send_message", conversation_id=opened, body="two")
    wait_until(lambda: bob.bodies(opened) == ["one", "two"])
    team.call("ann", "PATCH", f"/api/channels/{opened}/", {"is_private": True})
    ann.call("send_message", conversation_id=opened, body="three")
    ann.call("send_message", other_username=team.name("bob"), body="private now")
    wait_until(lambda: any(one["message"]["body"] == "private now" for one in bob.all("new_message")))
    assert "three" not in bob.bodies(opened)
