"""What the pages of agents ask for: counts, filters, tags, read marks, who looks at what."""

from collections.abc import Callable
from datetime import timedelta

import time_machine

from pulse.core import clock, outbox
from pulse.support import live
from tests.desk.conftest import Desk


def test_counts_leave_out_what_is_put_off(desk: Desk) -> None:
    asked = [desk.ask(desk.bob, f"Number {n}")["id"] for n in range(4)]
    for room in asked[:2]:
        desk.act(desk.ann, room, "assign_agent", {"agent_id": desk.ann.id})
    assert desk.ann.get("/api/desk/counts/").json == {"waiting": 2, "mine": 2, "open": 4}
    until = (clock.now() + timedelta(hours=1)).isoformat()
    for room in asked[1:3]:
        desk.act(desk.ann, room, "snooze", {"until": until})
    assert desk.ann.get("/api/desk/counts/").json == {"waiting": 1, "mine": 1, "open": 2}
    assert desk.abe.get("/api/desk/counts/").json == {"waiting": 1, "mine": 0, "open": 2}
    put_off = desk.ann.get("/api/chat-rooms/?is_snoozed=true").json["data"]
    assert {one["id"] for one in put_off} == set(asked[1:3])
    shown = desk.ann.get("/api/chat-rooms/?is_snoozed=false").json["data"]
    assert {one["id"] for one in shown} == {asked[0], asked[3]}
    assert desk.bob.get("/api/desk/counts/").status_code == 403


def test_a_ticket_is_found_by_its_conversation(desk: Desk) -> None:
    first, second = desk.ask(desk.bob), desk.ask(desk.eve)
    path = f"/api/chat-rooms/?conversation_id={second['conversation_id']}"
    assert [one["id"] for one in desk.ann.get(path).json["data"]] == [second["id"]]
    assert desk.bob.get(path).json["data"] == []
    assert first["id"] != second["id"]


def test_tags_in_use_come_by_use(desk: Desk) -> None:
    for tags in (["billing"], ["refund", "billing"], ["refund", "billing"], ["api"]):
        desk.ask(desk.bob, tags=tags)
    assert desk.ann.get("/api/desk/tags/").json == {"tags": ["billing", "refund", "api"]}


def test_the_other_of_a_ticket_is_the_customer_or_who_answers(desk: Desk) -> None:
    asked = desk.ask(desk.bob, description="Hello")
    room, path = asked["id"], f"/api/conversations/{asked['conversation_id']}/"
    assert desk.bob.get(path).json["other_user"] is None
    assert desk.abe.get(path).json["other_user"]["username"] == "bob"
    desk.act(desk.ann, room, "assign_agent", {"agent_id": desk.ann.id})
    assert desk.bob.get(path).json["other_user"]["username"] == "ann"
    said = desk.say(desk.ann, room, "I am here")
    assert desk.bob.post(f"/api/messages/{said['id']}/mark_read/").status_code == 200
    for agent in (desk.ann, desk.abe):
        other = agent.get(path).json["other_user"]
        assert (other["username"], other["read_seq"]) == ("bob", said["seq"])


def test_views_are_told_apart_and_end(desk: Desk) -> None:
    live.SCREENS.look(1, desk.ann.id, "one")
    live.SCREENS.look(1, desk.ann.id, "two")
    live.SCREENS.look(1, desk.abe.id, "three")
    live.SCREENS.look_away(1, desk.ann.id, "one")
    assert live.SCREENS.looking(1) == {desk.ann.id, desk.abe.id}
    live.SCREENS.look_away(1, desk.ann.id, "two")
    assert live.SCREENS.looking(1) == {desk.abe.id}
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        assert live.SCREENS.looking(1) == set()


def test_notifications_lead_agents_to_the_desk(desk: Desk, work: Callable[[], None]) -> None:
    asked = desk.ask(desk.bob)
    desk.act(desk.ann, asked["id"], "assign_agent", {"agent_id": desk.ann.id})
    for speaker, reader, page in ((desk.bob, desk.ann, "agent"), (desk.ann, desk.bob, "app")):
        desk.say(speaker, asked["id"], "Are you there?")
        outbox.relay_due()
        work()
        (news,) = reader.get("/api/notifications/").json["data"]
        assert news["url"] == f"/{page}/{asked['conversation_id']}"


def test_a_widget_may_go_back_to_everybody(desk: Desk) -> None:
    team = desk.root.post("/api/teams/", {"name": "Sales"}).json["id"]
    widget = desk.root.post("/api/widgets/", {"name": "Site", "team_id": team}).json
    path = f"/api/widgets/{widget['id']}/"
    assert desk.root.call("PATCH", path, {"name": None}).status_code == 422
    assert desk.root.call("PATCH", path, {"name": "Page"}).json["team_id"] == team
    assert desk.root.call("PATCH", path, {"team_id": None}).json["team_id"] is None
