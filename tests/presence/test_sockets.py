"""The /presence namespace of real web processes, with real clients."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import socketio
from socketio.exceptions import ConnectionError as SocketRefused

from pulse.core.permissions import Role
from pulse.extensions import store
from tests.conftest import PASSWORD, Live
from tests.support.processes import Web
from tests.support.servers import wait_until


@pytest.fixture
def live(processes: Live, request: pytest.FixtureRequest) -> Live:
    """The same processes for all tests here, with users of its own for each."""
    return processes.apart(request.node.name)


class Client:
    """A Socket.IO client that keeps what it hears."""

    def __init__(self, web: Web, token: str, **auth: str) -> None:
        self.heard: list[tuple[str, Any]] = []
        self.disconnected = threading.Event()
        self.io = socketio.Client(reconnection=False)
        self.io.on("*", self._hear, namespace="/presence")
        self.io.on("disconnect", lambda *args: self.disconnected.set(), namespace="/presence")
        self.io.connect(
            web.url,
            namespaces=["/presence"],
            transports=["websocket"],
            auth={"token": token, **auth},
            wait_timeout=10,
        )

    def _hear(self, event: str, data: Any = None) -> None:
        self.heard.append((event, data))

    def call(self, event: str, data: Any = None) -> Any:
        return self.io.call(event, data, namespace="/presence", timeout=10)

    def statuses(self, user_id: int) -> list[str]:
        """The changes since the snapshot; what is not newer than the news before is dropped."""
        newest, found = (0, 0), []
        for event, data in self.heard:
            users = data["users"] if event == "presence_snapshot" else [data]
            for user in users if event.startswith("presence_") else []:
                place = (user.get("epoch", 0), user.get("version", 0))
                if user["user_id"] == user_id and place > newest:
                    newest = place
                    if event == "presence_update":
                        found.append(user["status"])
        return found

    def wait_for(self, user_id: int, status: str, seconds: float = 10) -> None:
        wait_until(lambda: self.statuses(user_id)[-1:] == [status], seconds)


@contextmanager
def connected(web: Web, token: str, **auth: str) -> Iterator[Client]:
    client = Client(web, token, **auth)
    try:
        yield client
    finally:
        client.io.disconnect()


def sign_in(live: Live, username: str, web: int = 0) -> tuple[int, str]:
    body = live.webs[web].sign_in(live.prefix + username, PASSWORD)
    return body["user_id"], body["access_token"]


def test_a_life_seen_from_another_process(live: Live) -> None:
    """Sign-in, away, choice, page reload, goodbye: followed through the other web process."""
    ann = live.create_user("ann")
    live.create_user("bob")
    bob, bobs_token = sign_in(live, "bob", web=1)
    with connected(live.webs[1], bobs_token) as viewer:
        answer = viewer.call("subscribe", {"user_ids": [ann, bob, 999_999]})
        assert answer == {"ok": True, "subscribed": [ann, bob], "not_found": [999_999]}
        wait_until(lambda: any(event == "presence_snapshot" for event, _ in viewer.heard))
        snapshot = next(data for event, data in viewer.heard if event == "presence_snapshot")
        assert {u["user_id"]: u["status"] for u in snapshot["users"]} == {ann: "offline", bob: "online"}

        _, token = sign_in(live, "ann")
        viewer.wait_for(ann, "online")
        with connected(live.webs[0], token, device_id="laptop", device_type="web") as client:
            beat = client.call("heartbeat", {"idle_ms": 0})
            assert beat["ok"]
            assert beat["status"] == "online"
            assert client.call("set_status", {"choice": "busy", "status_text": "writing"})["choice"] == "busy"
            viewer.wait_for(ann, "busy")
            client.call("set_status", {"choice": "auto"})
            viewer.wait_for(ann, "online")
        # goodbye: the laptop is gone at once, the session's sign-in a little later
        viewer.wait_for(ann, "offline")
        updates = [data for event, data in viewer.heard if event == "presence_update"]
        told = [(data["epoch"], data["version"]) for data in updates if data["user_id"] == ann]
        assert told == sorted(set(told))
        assert viewer.statuses(ann) == ["online", "busy", "online", "offline"]


def test_a_reload_is_no_absence(live: Live) -> None:
    """The transport breaks and comes back within the grace: nobody sees anything."""
    ann = live.create_user("ann")
    live.create_user("bob")
    _, bobs_token = sign_in(live, "bob")
    with connected(live.webs[0], bobs_token) as viewer:
        _, token = sign_in(live, "ann")
        viewer.call("subscribe", {"user_ids": [ann]})
        for _ in range(10):
            client = Client(live.webs[0], token, device_id="laptop", device_type="web")
            assert client.call("heartbeat", {"idle_ms": 0})["ok"]
            client.io.eio.ws.sock.shutdown(socket.SHUT_RDWR)  # it breaks, no goodbye is said
            assert client.disconnected.wait(5)
        with connected(live.webs[0], token, device_id="laptop", device_type="web") as client:
            assert client.call("heartbeat", {"idle_ms": 0})["status"] == "online"
            assert viewer.statuses(ann) == []


def test_an_error_of_a_script_is_a_fault_of_ours(live: Live) -> None:
    """No reason to try again: it is logged with its traceback, at the door and behind it."""
    ann = live.create_user("ann")
    _, token = sign_in(live, "ann")
    with live.app.app_context(), connected(live.webs[0], token, device_id="laptop") as client:
        assert client.call("heartbeat")["ok"]
        store.client.set(f"pulse:p:u:{ann}", "not a hash")
        try:
            failed = client.call("heartbeat")
            with pytest.raises(SocketRefused):
                Client(live.webs[1], token, device_id="laptop")
        finally:
            store.client.delete(f"pulse:p:u:{ann}")
        assert (failed["error"]["status"], failed["error"]["code"]) == (500, "internal_error")
    for web, event in zip(live.webs, ("socket event failed", "socket connect failed"), strict=True):
        lines = [line for line in web.log.read_text().splitlines() if event in line]
        assert "Traceback" in lines[-1]
        assert "WRONGTYPE" in lines[-1]


def test_suspension_ends_sockets_on_both_processes_within_a_second(live: Live) -> None:
    ann = live.create_user("ann")
    live.create_user("root", Role.ADMIN)
    _, token = sign_in(live, "ann")
    _, admin = sign_in(live, "root")
    with (
        connected(live.webs[0], token, device_id="a") as one,
        connected(live.webs[1], token, device_id="b") as other,
        connected(live.webs[0], admin) as viewer,
    ):
        viewer.call("subscribe", {"user_ids": [ann]})
        body = {"account_status": "suspended"}
        assert live.webs[0].call("PATCH", f"/api/admin/users/{ann}/", body, admin)[0] == 200
        assert one.disconnected.wait(1)
        assert other.disconnected.wait(1)
        viewer.wait_for(ann, "offline", 1)
    for web in live.webs:
        status, problem = web.call("GET", "/api/profile/", token=token)
        assert (status, problem["code"]) == (403, "account_suspended")
        with pytest.raises(SocketRefused):
            Client(web, token)


def test_signing_out_ends_this_session_only(live: Live) -> None:
    live.create_user("ann")
    _, first = sign_in(live, "ann")
    _, second = sign_in(live, "ann", web=1)
    with connected(live.webs[1], first) as one, connected(live.webs[0], second) as other:
        assert live.webs[0].call("POST", "/api/logout/", token=first)[0] == 200
        assert one.disconnected.wait(1)
        assert other.call("heartbeat", {})["ok"]


def test_visibility_changes_reach_open_subscriptions(live: Live) -> None:
    ann = live.create_user("ann")
    live.create_user("bob")
    _, token = sign_in(live, "ann")
    _, bobs = sign_in(live, "bob")
    with connected(live.webs[1], bobs) as viewer:
        assert viewer.call("subscribe", {"user_ids": [ann]})["subscribed"] == [ann]
        assert live.webs[0].call("PUT", "/api/profile/", {"visibility": "nobody"}, token)[0] == 200
        wait_until(lambda: ("presence_hidden", {"user_id": ann}) in viewer.heard)
        before = len(viewer.heard)
        live.webs[0].call("POST", "/api/users/update_status/", {"status": "busy"}, token)
        assert viewer.call("subscribe", {"user_ids": [ann]})["not_found"] == [ann]
        assert not [e for e, _ in viewer.heard[before:] if e == "presence_update"]


def test_a_demoted_admin_stops_following_everybody(live: Live) -> None:
    live.create_user("root", Role.ADMIN)
    second = live.create_user("second", Role.ADMIN)
    live.create_user("ann")
    _, root = sign_in(live, "root")
    _, token = sign_in(live, "second")
    with connected(live.webs[1], token) as viewer:
        assert viewer.call("subscribe", {"all": True})["ok"]
        sign_in(live, "ann")
        wait_until(lambda: [e for e, _ in viewer.heard if e == "presence_update"])
        live.webs[0].call("PATCH", f"/api/admin/users/{second}/", {"role": "user"}, root)
        wait_until(lambda: ("resync", {}) in viewer.heard)
        assert viewer.call("subscribe", {"all": True})["error"]["code"] == "forbidden"


def test_watching_tells_once_and_again_until_acknowledged(live: Live) -> None:
    ann = live.create_user("ann")
    live.create_user("bob")
    _, bobs = sign_in(live, "bob")
    with connected(live.webs[1], bobs) as viewer:
        assert viewer.call("watch", {"user_id": ann})["watching"] is True
        sign_in(live, "ann")
        wait_until(lambda: [d for e, d in viewer.heard if e == "came_online"])
    with connected(live.webs[0], bobs) as viewer:
        wait_until(lambda: [d["user_id"] for e, d in viewer.heard if e == "came_online"] == [ann])
        viewer.call("unwatch", {"user_id": ann})
    with connected(live.webs[0], bobs) as viewer:
        viewer.call("heartbeat", {})
        assert not [e for e, _ in viewer.heard if e == "came_online"]


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "é" * 3000])
def test_bad_tokens_are_refused(live: Live, token: str) -> None:
    with pytest.raises(SocketRefused):
        Client(live.webs[0], token)


def test_bad_events_get_a_problem_and_harm_nothing(live: Live) -> None:
    live.create_user("ann")
    _, token = sign_in(live, "ann")
    bad: list[tuple[str, Any]] = [
        ("heartbeat", []),
        ("heartbeat", "online"),
        ("heartbeat", {"device_id": "a\0b"}),
        ("heartbeat", {"idle_ms": "soon"}),
        ("heartbeat", {"device_id": "x" * 100_000}),
        ("subscribe", {"user_ids": ["ann"]}),
        ("subscribe", {"user_ids": list(range(1, 2000))}),
        ("subscribe", {"user_ids": [2**70]}),
        ("subscribe", {"all": True}),
        ("set_status", {"choice": "sleeping"}),
        ("set_status", {"choice": "busy", "expires_in": -5}),
        ("set_status", {"choice": "busy", "expires_at": "2020-01-01T00:00:00Z"}),
        ("watch", {}),
        ("watch", {"user_id": 10**12}),
        ("no_such_event", {}),
        ("spec", {}),
        ("__class__", {}),
    ]
    with connected(live.webs[0], token) as client:
        for event, data in bad:
            answer = client.call(event, data)
            assert answer["ok"] is False, (event, data)
            assert answer["error"]["status"] in (403, 404, 422), answer
            assert answer["error"]["code"]
        assert client.call("heartbeat", {"idle_ms": 0})["ok"]


def test_too_many_events_are_refused_not_queued(live: Live) -> None:
    live.create_user("ann")
    _, token = sign_in(live, "ann")
    with connected(live.webs[0], token) as client:
        assert client.call("heartbeat", {})["ok"]
        for _ in range(2000):
            client.io.emit("no_such_event", namespace="/presence")
        assert client.call("heartbeat", {})["error"]["code"] == "too_many_requests"


def test_a_foreign_page_cannot_connect(live: Live) -> None:
    client = socketio.Client(reconnection=False)
    with pytest.raises(SocketRefused):
        client.connect(
            live.url,
            headers={"Origin": "https://evil.example"},
            namespaces=["/presence"],
            transports=["websocket"],
        )
