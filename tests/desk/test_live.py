"""The desk live: what agents and customers hear, and what happens when an agent's web process dies."""

import asyncio
from typing import Any

import pytest

from pulse.accounts import service as accounts
from pulse.core.permissions import Role
from pulse.support import service
from tests.conftest import PASSWORD, Live
from tests.conversations.clients import Client, connected
from tests.support.crowd import Member, wait_until
from tests.support.processes import Web
from tests.support.servers import wait_until as wait_here


class Staff:
    """Two agents and a customer, signed in; the second agent on the second process."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.ids = {name: live.create_user(name, Role.AGENT) for name in ("ann", "abe")}
        self.ids["bob"] = live.create_user("bob")
        self.tokens = {
            name: live.webs[0].sign_in(live.prefix + name, PASSWORD)["access_token"] for name in self.ids
        }

    def web(self, name: str) -> Web:
        return self.live.webs[0 if name == "ann" else 1]

    def call(self, who: str, method: str, path: str, body: Any = None) -> Any:
        status, answer = self.web(who).call(method, path, body, self.tokens[who])
        assert status < 300, answer
        return answer

    def member(self, name: str) -> Member:
        return Member(self.ids[name], self.tokens[name], self.web(name), beat_seconds=1)

    def capacity(self, name: str, capacity: int) -> None:
        with self.live.app.app_context():
            service.set_agent(self.ids[name], {"capacity": capacity})

    def agent_of(self, room: str) -> str | None:
        agent = self.call("bob", "GET", f"/api/chat-rooms/{room}/")["agent"]
        return agent["username"] if agent else None


def test_the_desk_and_the_customer_hear_of_everything(live: Live) -> None:
    staff = Staff(live)
    for name in ("ann", "abe"):
        staff.capacity(name, 0)
    with (
        connected(live.webs[0], staff.tokens["ann"], "/support") as ann,
        connected(live.webs[1], staff.tokens["abe"], "/support") as abe,
        connected(live.webs[1], staff.tokens["bob"]) as bob,
        connected(live.webs[1], staff.tokens["ann"]) as anns,
    ):
        for agent in (ann, abe):
            agent.call("subscribe")
        asked = {"subject": "Help", "description": "Please", "client_id": "q1"}
        room = staff.call("bob", "POST", "/api/chat-rooms/", asked)
        told = abe.wait("ticket_updated")["ticket"]
        assert (told["id"], told["status"]) == (room["id"], "waiting")
        assert told["desk"]["customer"]["username"] == "bob"
        number = room["conversation_id"]

        staff.call("ann", "POST", f"/api/chat-rooms/{room['id']}/notes/", {"body": "Difficult"})
        assert abe.wait("note_added")["note"]["body"] == "Difficult"
        ann.call("view", conversation_id=number)
        assert [one["username"] for one in abe.wait("viewers")["viewers"]] == ["ann"]
        assert ann.refused("view", conversation_id=10**9) == (404, "not_found")

        staff.call(
            "ann", "POST", f"/api/chat-rooms/{room['id']}/assign_agent/", {"agent_id": staff.ids["ann"]}
        )
        seen = [one["ticket"] for one in _after(bob, "ticket_updated", lambda one: one["ticket"]["agent"])]
        assert seen[-1]["agent"]["username"] == "ann"
        assert all(one["desk"] is None for one in seen)
        _after(
            anns,
            "conversation_updated",
            lambda one: (one["conversation_id"], one["change"]) == (number, "joined"),
        )
        staff.call("ann", "POST", f"/api/chat-rooms/{room['id']}/close/")
        for hears in (anns, bob):
            _after(
                hears, "conversation_updated", lambda one: one["change"] == "changed" and one["is_archived"]
            )
        staff.call("ann", "POST", f"/api/agents/{staff.ids['ann']}/toggle_availability/")
        assert abe.wait("agent_updated")["agent"]["username"] == "ann"
        ann.io.disconnect()
        _after(abe, "viewers", lambda one: not one["viewers"])
        assert "Difficult" not in str(bob.heard)
    with pytest.raises(Exception, match="connect"), connected(live.webs[0], staff.tokens["bob"], "/support"):
        pass


def test_whoever_is_no_agent_any_more_hears_nothing_more(
    processes: Live, request: pytest.FixtureRequest
) -> None:
    live = processes.apart(request.node.name)
    staff = Staff(live)
    asked = {"subject": "Help", "description": "Please"}
    room = staff.call("bob", "POST", "/api/chat-rooms/", asked)
    with (
        connected(live.webs[0], staff.tokens["ann"], "/support") as desk,
        connected(live.webs[0], staff.tokens["ann"]) as ann,
        connected(live.webs[1], staff.tokens["bob"]) as bob,
    ):
        desk.call("subscribe")
        ann.call("join", conversation_id=room["conversation_id"])
        staff.call("bob", "POST", "/api/messages/", {"chat_room_id": room["id"], "body": "heard"})
        ann.wait("new_message")
        with live.app.app_context():
            accounts.set_role(None, staff.ids["ann"], Role.USER)
        assert (
            ann.io.call("join", {"conversation_id": room["conversation_id"]}, namespace="/chat")["ok"]
            is False
        )
        wait_here(lambda: desk.disconnected.is_set(), 5)
        before = len(bob.all("new_message"))
        staff.call("bob", "POST", "/api/messages/", {"chat_room_id": room["id"], "body": "secret"})
        bob.wait("new_message", before + 1)
        ann.call("look", conversation_id=None)  # whatever was sent before is here by now
        assert "secret" not in str(ann.heard)


def _after(client: Client, event: str, is_so: Any) -> list[Any]:
    """What was heard of an event, once one of them is so."""
    wait_here(lambda: any(is_so(one) for one in client.all(event)))
    return client.all(event)


@pytest.mark.parametrize("live", ["postgresql"], indirect=True)
def test_a_killed_web_process_of_an_agent_leaves_no_customer_alone(live: Live) -> None:
    """Within lease, grace and sweep what is unanswered is with another agent; no message is lost."""
    staff = Staff(live)
    lease, grace, sweep = (
        float(live.environment[f"PRESENCE_{name}"])
        for name in ("LEASE_SECONDS", "DISCONNECT_GRACE", "SWEEP_SECONDS")
    )
    staff.capacity("abe", 0)

    async def run() -> None:
        ann, abe = staff.member("ann"), staff.member("abe")
        for agent in (ann, abe):
            await agent.connect()
        rooms = []
        for number in range(3):
            asked = {"subject": f"{number}", "description": f"question {number}"}
            rooms.append(
                (await asyncio.to_thread(staff.call, "bob", "POST", "/api/chat-rooms/", asked))["id"]
            )

        async def all_with(name: str, seconds: float) -> None:
            await wait_until(lambda: all(staff.agent_of(room) == name for room in rooms), seconds)

        await all_with("ann", 15)
        staff.capacity("abe", 5)
        live.webs[0].kill()
        for room in rooms:
            body = {"chat_room_id": room, "body": "Are you there?"}
            await asyncio.to_thread(staff.call, "bob", "POST", "/api/messages/", body)
        await all_with("abe", lease + grace + sweep + 5)
        for number, room in enumerate(rooms):
            lines = staff.call("bob", "GET", f"/api/chat-rooms/{room}/messages/")["data"]
            said = [one["body"] for one in lines if one["kind"] != "event"]
            assert said == [f"question {number}", "Are you there?"]
            assert [one["seq"] for one in lines] == list(range(1, len(lines) + 1))
        await abe.close()

    asyncio.run(run())
