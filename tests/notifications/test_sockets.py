"""The /notifications namespace of real web processes: all devices of a user agree."""

import zlib
from collections.abc import Iterator
from typing import Any

import pytest
import socketio

from tests.conftest import Live
from tests.presence.test_sockets import sign_in
from tests.support.servers import wait_until

NAMESPACES = ["/notifications", "/chat"]


class Device:
    """A client of /notifications (and /chat, for looking) that keeps what it hears."""

    def __init__(self, url: str, token: str) -> None:
        self.told: list[dict[str, Any]] = []
        self.counts: list[int] = []
        self.io = socketio.Client(reconnection=False)
        self.io.on("notification", self.told.append, namespace="/notifications")
        self.io.on(
            "unread_count",
            lambda data: self.counts.append(data["unread_count"]),
            namespace="/notifications",
        )
        self.io.connect(
            url, namespaces=NAMESPACES, transports=["websocket"], auth={"token": token}, wait_timeout=10
        )

    def call(self, event: str, data: Any = None, namespace: str = "/notifications") -> dict[str, Any]:
        return dict(self.io.call(event, data, namespace=namespace, timeout=10))

    def count(self) -> int | None:
        return self.counts[-1] if self.counts else None


class World:
    """ann and bob, a channel with both in it, and a device of bob's on each web process."""

    def __init__(self, live: Live, name: str) -> None:
        live.prefix = f"{zlib.crc32(name.encode())}-"
        self.live, self.prefix = live, live.prefix
        self.ids = {name: live.create_user(name) for name in ("ann", "bob")}
        self.tokens = {name: sign_in(live, name)[1] for name in self.ids}
        workspace = self.call("POST", "/api/workspaces/", {"name": "Engineering"})["id"]
        self.call("POST", f"/api/workspaces/{workspace}/members/", {"user_id": self.ids["bob"]})
        body = {"workspace_id": workspace, "name": "general"}
        self.channel = int(self.call("POST", "/api/channels/", body)["id"])
        self.call("POST", f"/api/channels/{self.channel}/join/", who="bob")
        self.devices = [Device(web.url, self.tokens["bob"]) for web in live.webs]

    def call(self, method: str, path: str, body: object = None, who: str = "ann") -> Any:
        status, answer = self.live.webs[0].call(method, path, body, self.tokens[who])
        assert status < 300, answer
        return answer

    def say(self, body: str) -> dict[str, Any]:
        text = body.replace("@bob", f"@{self.prefix}bob")
        sent = self.call("POST", "/api/messages/", {"channel_id": self.channel, "body": text})
        return dict(sent)


@pytest.fixture
def world(processes: Live, request: pytest.FixtureRequest) -> Iterator[World]:
    world = World(processes, request.node.name)
    yield world
    for device in world.devices:
        device.io.disconnect()


def test_both_devices_hear_of_it_and_of_its_end(world: World) -> None:
    one, other = world.devices
    for device in (one, other):
        assert device.call("subscribe") == {"ok": True, "unread_count": 0}
    message = world.say("@bob look")
    for device in (one, other):
        wait_until(lambda device=device: device.count() == 1)
        told = device.told[-1]
        assert told["message"].endswith(f"ann mentioned you in #general: @{world.prefix}bob look")
        assert told["notification"]["message_id"] == message["id"]
        assert told["notification"]["is_read"] is False
    world.say("@bob look again")
    wait_until(lambda: all(len(device.told) == 2 for device in (one, other)))
    assert one.told[1]["notification"]["count"] == 2
    assert one.count() == 1
    world.call("POST", f"/api/notifications/{told['notification']['id']}/mark_read/", who="bob")
    for device in (one, other):
        wait_until(lambda device=device: device.count() == 0)


def test_reading_the_conversation_clears_the_badge_everywhere(world: World) -> None:
    one, other = world.devices
    other.call("subscribe")
    message = world.say("@bob look")
    wait_until(lambda: other.count() == 1)
    assert one.call("subscribe")["unread_count"] == 1
    seen = {"conversation_id": world.channel, "seq": message["seq"]}
    assert one.call("mark_read", seen, "/chat")["ok"]
    wait_until(lambda: (one.count(), other.count()) == (0, 0))
    assert one.told == []


def test_nothing_comes_for_what_one_looks_at_nor_before_subscribing(world: World) -> None:
    one, other = world.devices
    one.call("subscribe")
    assert other.call("look", {"conversation_id": world.channel}, "/chat")["ok"]
    world.say("@bob seen")
    world.call("POST", "/api/messages/", {"other_username": f"{world.prefix}bob", "body": "hello"})
    wait_until(lambda: one.told != [])
    assert [told["notification"]["kind"] for told in one.told] == ["direct_message"]
    assert other.told == []


def test_unsubscribing_and_other_peoples_notifications(world: World) -> None:
    one, other = world.devices
    ann = Device(world.live.webs[0].url, world.tokens["ann"])
    for device in (one, other, ann):
        device.call("subscribe")
    assert one.call("unsubscribe")["ok"]
    world.say("@bob look")
    wait_until(lambda: other.count() == 1)
    assert (one.told, one.counts, ann.told, ann.counts) == ([], [], [], [])
    ann.io.disconnect()


def test_a_socket_of_an_ended_session_hears_no_more(world: World) -> None:
    one, other = world.devices
    one.call("subscribe")
    world.call("POST", "/api/logout/", {}, who="bob")
    wait_until(lambda: not one.io.connected and not other.io.connected)
    world.say("@bob look")
    assert one.told == []


@pytest.mark.parametrize("data", [[], "x", 7, {"\0": "\0"}])
def test_bad_input_is_refused(world: World, data: Any) -> None:
    assert world.devices[0].call("subscribe", data)["error"]["code"] == "invalid_input"
