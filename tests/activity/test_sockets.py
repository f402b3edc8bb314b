"""The /activity namespace of real web processes: lines as they come, for those who may see them."""

from typing import Any

import pytest
import socketio

from tests.conftest import Live
from tests.presence.test_sockets import sign_in
from tests.support.servers import wait_until


@pytest.fixture
def live(processes: Live, request: pytest.FixtureRequest) -> Live:
    return processes.apart(request.node.name)


class Follower:
    """A client of /activity that keeps what it hears."""

    def __init__(self, url: str, token: str) -> None:
        self.heard: list[dict[str, Any]] = []
        self.io = socketio.Client(reconnection=False)
        self.io.on("activity_update", lambda data: self.heard.append(data["activity"]), namespace="/activity")
        self.io.connect(
            url, namespaces=["/activity"], transports=["websocket"], auth={"token": token}, wait_timeout=10
        )

    def call(self, event: str, data: Any) -> dict[str, Any]:
        return dict(self.io.call(event, data, namespace="/activity", timeout=10))

    def says(self) -> list[str]:
        return [line["summary"] for line in self.heard]

    def wait_for(self, summary: str) -> dict[str, Any]:
        wait_until(lambda: summary in self.says())
        return next(line for line in self.heard if line["summary"] == summary)


class World:
    """A workspace of ann's, with bob in it and gus as a guest."""

    def __init__(self, live: Live, prefix: str) -> None:
        live.prefix = prefix
        self.live, self.prefix = live, prefix
        self.ids = {name: live.create_user(name) for name in ("ann", "bob", "gus", "eve")}
        self.tokens = {name: sign_in(live, name)[1] for name in self.ids}
        self.id = self.call("POST", "/api/workspaces/", {"name": "Engineering"})["id"]
        self.members = f"/api/workspaces/{self.id}/members/"
        for name, role in (("bob", "member"), ("gus", "guest")):
            self.call("POST", self.members, {"user_id": self.ids[name], "role": role})

    def call(self, method: str, path: str, body: object = None, who: str = "ann") -> Any:
        status, answer = self.live.webs[0].call(method, path, body, self.tokens[who])
        assert status < 300, answer
        return answer

    def channel(self, name: str, is_private: bool = False) -> int:
        body = {"workspace_id": self.id, "name": name, "is_private": is_private}
        return int(self.call("POST", "/api/channels/", body)["id"])

    def say(self, channel: int) -> None:
        self.call("POST", "/api/messages/", {"channel_id": channel, "body": "Hello"})

    def follow(self, name: str, web: int = 1) -> Follower:
        follower = Follower(self.live.webs[web].url, self.tokens[name])
        ack = follower.call("subscribe", {"workspace_id": self.id})
        assert ack == {"ok": True, "workspace_id": self.id}
        return follower


def test_lines_come_to_those_who_may_see_them(live: Live) -> None:
    world = World(live, "one-")
    ann, bob, gus = (world.follow(name) for name in ("ann", "bob", "gus"))
    open_, secret = world.channel("general"), world.channel("secret", is_private=True)
    line = bob.wait_for("one-ann created the channel #general")
    assert (line["type"], line["ref_id"], line["actor_email"]) == (
        "channel_created",
        open_,
        "one-ann@example.org",
    )
    world.say(open_)
    world.say(secret)
    ann.wait_for("one-ann sent a message in #secret")
    bob.wait_for("one-ann sent a message in #general")
    world.say(open_)
    grown = bob.wait_for("one-ann sent 2 messages in #general")
    assert grown["id"] == bob.wait_for("one-ann sent a message in #general")["id"]

    world.call("POST", f"/api/channels/{secret}/members/", {"user_ids": [world.ids["bob"]]})
    world.call("POST", f"/api/channels/{open_}/members/", {"user_ids": [world.ids["gus"]]})
    world.say(secret)
    world.say(open_)
    bob.wait_for("one-ann sent 2 messages in #secret")
    gus.wait_for("one-ann sent 3 messages in #general")
    assert not any("secret" in summary for summary in gus.says())
    assert "one-ann sent a message in #secret" not in bob.says()
    assert gus.says() == ["one-ann sent 3 messages in #general"]
    for one in (ann, bob, gus):
        one.io.disconnect()


def test_whoever_is_out_hears_no_more(live: Live) -> None:
    world = World(live, "two-")
    ann, bob, gus = world.follow("ann"), world.follow("bob"), world.follow("gus")
    world.call("DELETE", f"{world.members}{world.ids['bob']}/")
    ann.wait_for("two-ann removed somebody from the workspace")
    heard = len(bob.heard)
    world.channel("general")
    ann.wait_for("two-ann created the channel #general")
    world.call("PATCH", f"/api/workspaces/{world.id}/", {"name": "Builders"})
    gus.wait_for("two-ann renamed the workspace to Builders")
    assert bob.says()[heard:] in ([], ["two-ann removed somebody from the workspace"])
    assert bob.call("subscribe", {"workspace_id": world.id})["error"]["code"] == "not_found"
    for one in (ann, bob, gus):
        one.io.disconnect()


def test_whoever_becomes_a_guest_hears_less_and_may_hear_more_again(live: Live) -> None:
    world = World(live, "three-")
    ann, bob = world.follow("ann"), world.follow("bob")
    member = f"{world.members}{world.ids['bob']}/"
    world.call("PATCH", member, {"role": "guest"})
    world.channel("hidden")
    ann.wait_for("three-ann created the channel #hidden")
    world.call("PATCH", member, {"role": "admin"})
    world.channel("shown")
    bob.wait_for("three-ann created the channel #shown")
    assert bob.says() == ["three-ann created the channel #shown"]
    for one in (ann, bob):
        one.io.disconnect()


def test_unsubscribing_and_a_deleted_workspace(live: Live) -> None:
    world = World(live, "four-")
    ann, bob = world.follow("ann"), world.follow("bob")
    assert bob.call("unsubscribe", {"workspace_id": world.id})["ok"]
    world.channel("general")
    ann.wait_for("four-ann created the channel #general")
    assert bob.heard == []
    world.call("DELETE", f"/api/workspaces/{world.id}/")
    assert ann.call("subscribe", {"workspace_id": world.id})["error"]["code"] == "not_found"
    for one in (ann, bob):
        one.io.disconnect()


@pytest.mark.parametrize("data", [{}, {"workspace_id": "x"}, {"workspace_id": -1}, [], "x", None])
def test_bad_input_is_refused(live: Live, data: Any) -> None:
    live.prefix = f"bad-{abs(hash(str(data)))}-"
    live.create_user("ann")
    follower = Follower(live.webs[0].url, sign_in(live, "ann")[1])
    assert follower.call("subscribe", data)["error"]["code"] == "invalid_input"
    follower.io.disconnect()


def test_of_others_workspaces_nothing_is_heard(live: Live) -> None:
    world = World(live, "five-")
    eve = Follower(live.webs[0].url, world.tokens["eve"])
    refused = eve.call("subscribe", {"workspace_id": world.id})
    assert refused == eve.call("subscribe", {"workspace_id": 999_999})
    assert refused["error"]["code"] == "not_found"
    eve.io.disconnect()
