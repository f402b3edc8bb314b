"""Tickets: opened, answered, changed, done, rated; what customers see, and what the desk."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from pulse.conversations import service as conversations
from pulse.conversations.models import Conversation
from pulse.extensions import db
from pulse.notifications import service as notifications
from pulse.support import service
from tests.conftest import Person
from tests.desk.conftest import Desk
from tests.support.statements import noted


def test_a_ticket_waits_until_the_router_gives_it_away(desk: Desk) -> None:
    asked = desk.ask(
        desk.bob, "Technical Support", description="Need help", priority="high", tags=["Billing "]
    )
    assert (asked["status"], asked["priority"], asked["tags"]) == ("waiting", "high", ["billing"])
    assert (asked["queue"]["place"], asked["agent"], asked["desk"]) == (1, None, None)
    assert service.route() == 1
    seen = desk.room(desk.bob, asked["id"])
    assert (seen["status"], seen["queue"]) == ("active", None)
    assert seen["agent"]["username"] in ("ann", "abe")
    assert seen["agent"]["presence"] == "online"
    assert desk.lines(desk.bob, asked["id"]) == ["Need help", "(joined the conversation)"]
    assert desk.load(desk.ann) + desk.load(desk.abe) == 1


def test_a_request_sent_twice_is_one_ticket(desk: Desk) -> None:
    one = desk.ask(desk.bob, description="Hello", client_id="a-1")
    assert desk.ask(desk.bob, description="Hello", client_id="a-1")["id"] == one["id"]
    assert desk.ask(desk.eve, description="Hello", client_id="a-1")["id"] != one["id"]
    assert len(desk.bob.get("/api/chat-rooms/").json["data"]) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "subject"),
        ({"subject": ""}, "subject"),
        ({"subject": "   "}, "subject"),
        ({"subject": "x" * 201}, "subject"),
        ({"subject": "x", "description": "x" * 8001}, "description"),
        ({"subject": "x", "priority": "extreme"}, "priority"),
        ({"subject": "x", "tags": ["x"] * 21}, "tags"),
        ({"subject": "x", "tags": ["x" * 41]}, "tags"),
        ({"subject": "x", "tags": "x"}, "tags"),
        ({"subject": "x", "team_id": 999}, "team_id"),
        ({"subject": 7}, "subject"),
    ],
)
def test_a_request_that_is_none(desk: Desk, body: dict[str, Any], field: str) -> None:
    answer = desk.bob.post("/api/chat-rooms/", body)
    assert answer.status_code == 422, answer.json
    assert any(key.startswith(field) for key in answer.json["errors"]), answer.json


def test_answers_are_counted_until_the_ticket_is_done(desk: Desk, travel: Any) -> None:
    room = desk.ask(desk.bob, description="Help!")["id"]
    service.route()
    agent = desk.ann if desk.load(desk.ann) else desk.abe
    travel.shift(90)
    desk.say(agent, room, "What is it?")
    ticket = desk.ticket(room)
    assert ticket.awaits_since is None
    assert ticket.first_response_at == ticket.answered_at
    desk.say(desk.bob, room, "This")
    travel.shift(30)
    desk.say(desk.bob, room, "and that")
    awaits = desk.ticket(room).awaits_since
    assert awaits is not None
    desk.act(agent, room, "resolve")
    seen = desk.room(desk.bob, room)
    assert (seen["status"], seen["queue"], desk.load(agent)) == ("resolved", None, 0)
    assert desk.ticket(room).awaits_since is None
    assert desk.act(desk.bob, room, "rate", {"rating": 5, "comment": "Kind"})["rating"] == 5
    assert desk.room(agent, room)["desk"]["rating_comment"] == "Kind"
    assert desk.lines(desk.bob, room)[-2:] == ["(resolved this)", "(rated this 5 of 5)"]
    history = agent.get(f"/api/chat-rooms/{room}/history/").json["data"]
    assert [(one["actor"], one["change"], one["after"]) for one in history] == [
        ("bob", "opened", "Help"),
        (agent.username, "assigned", str(agent.id)),
        (agent.username, "status", "resolved"),
        ("bob", "rating", "5"),
    ]


def test_writing_again_takes_it_up_with_the_same_agent(desk: Desk) -> None:
    room = desk.ask(desk.bob)["id"]
    service.route()
    agent = desk.ann if desk.load(desk.ann) else desk.abe
    desk.act(agent, room, "resolve")
    desk.say(desk.bob, room, "One more thing")
    seen = desk.room(desk.bob, room)
    assert (seen["status"], seen["agent"]["username"], desk.load(agent)) == ("active", agent.username, 1)


def test_writing_again_waits_for_another_if_the_agent_has_no_room(desk: Desk) -> None:
    room = desk.ask(desk.bob)["id"]
    service.route()
    agent, other = (desk.ann, desk.abe) if desk.load(desk.ann) else (desk.abe, desk.ann)
    desk.act(agent, room, "resolve")
    agent.post(f"/api/agents/{agent.id}/toggle_availability/")
    desk.say(desk.bob, room, "One more thing")
    assert desk.room(desk.bob, room)["status"] == "waiting"
    assert service.route() == 1
    assert desk.room(desk.bob, room)["agent"]["username"] == other.username
    desk.say(agent, room, "I am out", status=403)


def test_a_closed_ticket_takes_nothing_until_it_is_reopened(desk: Desk) -> None:
    room = desk.ask(desk.bob)["id"]
    desk.act(desk.bob, room, "close")
    desk.say(desk.bob, room, "Hello?", status=409)
    for action, body in (("resolve", None), ("assign_agent", {"agent_id": desk.ann.id}), ("snooze", {})):
        assert desk.act(desk.root, room, action, body, status=409)["code"] == "ticket_closed"
    desk.act(desk.bob, room, "reopen")
    assert desk.act(desk.bob, room, "reopen", status=409)["code"] == "ticket_open"
    desk.say(desk.bob, room, "Hello?")
    assert desk.room(desk.bob, room)["status"] == "waiting"


def test_rating_is_for_the_customer_and_for_what_is_done(desk: Desk) -> None:
    room = desk.ask(desk.bob)["id"]
    assert desk.act(desk.bob, room, "rate", {"rating": 5}, status=409)["code"] == "ticket_open"
    desk.act(desk.bob, room, "resolve")
    desk.act(desk.ann, room, "rate", {"rating": 5}, status=403)
    for bad in ({"rating": 0}, {"rating": 6}, {"rating": "x"}, {}, {"rating": 5, "comment": "x" * 2001}):
        desk.act(desk.bob, room, "rate", bad, status=422)


def test_the_desk_changes_what_a_ticket_is_about(desk: Desk) -> None:
    room = desk.ask(desk.bob, tags=["a"])["id"]
    body = {"subject": "Invoice of May", "priority": "urgent", "tags": ["billing", "a"]}
    answer = desk.ann.call("PATCH", f"/api/chat-rooms/{room}/", body)
    assert answer.status_code == 200, answer.json
    seen = desk.room(desk.bob, room)
    assert (seen["subject"], seen["priority"], seen["tags"]) == ("Invoice of May", "urgent", ["a", "billing"])
    assert desk.lines(desk.bob, room) == [
        "(changed the subject to Invoice of May)",
        "(set the priority to urgent)",
        "(set the tags to a, billing)",
    ]
    desk.ann.call("PATCH", f"/api/chat-rooms/{room}/", body)
    assert len(desk.lines(desk.bob, room)) == 3  # nothing changed
    assert desk.bob.call("PATCH", f"/api/chat-rooms/{room}/", {"priority": "low"}).status_code == 403


def test_notes_are_for_the_desk_alone(desk: Desk) -> None:
    room = desk.ask(desk.bob)["id"]
    made = desk.act(desk.ann, room, "notes", {"body": "A <b>difficult</b> one"}, status=201)
    assert (made["author"]["username"], made["body"]) == ("ann", "A <b>difficult</b> one")
    assert desk.abe.get(f"/api/chat-rooms/{room}/notes/").json["data"] == [made]
    assert desk.bob.get(f"/api/chat-rooms/{room}/notes/").status_code == 403
    assert desk.bob.get(f"/api/chat-rooms/{room}/history/").status_code == 403
    assert desk.eve.get(f"/api/chat-rooms/{room}/notes/").status_code in (403, 404)
    assert "difficult" not in str(desk.lines(desk.bob, room))


def test_nobody_sees_the_ticket_of_somebody_else(desk: Desk) -> None:
    room = desk.ask(desk.bob, description="Secret")["id"]
    number = desk.room(desk.bob, room)["conversation_id"]
    tries = [
        ("GET", f"/api/chat-rooms/{room}/", None),
        ("GET", f"/api/chat-rooms/{room}/messages/", None),
        ("POST", f"/api/chat-rooms/{room}/resolve/", None),
        ("POST", f"/api/chat-rooms/{room}/close/", None),
        ("POST", f"/api/chat-rooms/{room}/reopen/", None),
        ("POST", f"/api/chat-rooms/{room}/rate/", {"rating": 1}),
        ("POST", f"/api/chat-rooms/{room}/transcript/", {"email": "eve@example.org"}),
        ("POST", "/api/messages/", {"chat_room_id": room, "body": "x"}),
        ("POST", "/api/messages/", {"conversation_id": number, "body": "x"}),
        ("GET", f"/api/messages/?chat_room_id={room}", None),
        ("GET", f"/api/messages/?conversation_id={number}", None),
        ("GET", f"/api/conversations/{number}/", None),
        ("GET", f"/api/conversations/{number}/members/", None),
    ]
    for method, path, body in tries:
        answer = desk.eve.call(method, path, body)
        assert answer.status_code == 404, (path, answer.json)
        assert "Secret" not in answer.text
    assert desk.eve.get("/api/chat-rooms/?view=all").json["data"] == []
    assert desk.eve.get(f"/api/chat-rooms/?customer_id={desk.bob.id}").json["data"] == []
    assert desk.ann.get(f"/api/chat-rooms/{room}/messages/").status_code == 200  # the desk does


def test_agents_see_the_desk_and_not_private_channels(desk: Desk) -> None:
    room = desk.ask(desk.bob)["id"]
    assert desk.ann.get(f"/api/chat-rooms/{room}/").status_code == 200
    workspace = desk.bob.post("/api/workspaces/", {"name": "Bob's"}).json["id"]
    body = {"workspace_id": workspace, "name": "secret", "is_private": True}
    channel = desk.bob.post("/api/channels/", body).json["id"]
    assert desk.ann.get(f"/api/conversations/{channel}/").status_code == 404
    assert desk.ann.get(f"/api/messages/?conversation_id={channel}").status_code == 404


def test_lists_and_their_filters(desk: Desk, travel: Any) -> None:
    rooms = {}
    for name, who, more in (
        ("one", desk.bob, {"priority": "low", "tags": ["a"]}),
        ("two", desk.eve, {"priority": "urgent"}),
        ("three%", desk.bob, {"tags": ["a", "b"]}),
    ):
        rooms[name] = desk.ask(who, name, **more)["id"]
        travel.shift(10)

    def subjects(who: Person, query: str = "") -> list[str]:
        answer = who.get(f"/api/chat-rooms/{query}")
        assert answer.status_code == 200, answer.json
        return [one["subject"] for one in answer.json["data"]]

    assert subjects(desk.bob) == ["three%", "one"]
    assert subjects(desk.ann) == ["three%", "two", "one"]
    assert subjects(desk.ann, "?order=waiting") == ["one", "two", "three%"]
    assert subjects(desk.ann, "?view=queue") == ["three%", "two", "one"]
    assert subjects(desk.ann, "?view=mine") == []
    assert subjects(desk.ann, "?priority=urgent") == ["two"]
    assert subjects(desk.ann, "?tag=a") == ["three%", "one"]
    assert subjects(desk.ann, f"?customer_id={desk.eve.id}") == ["two"]
    assert subjects(desk.ann, "?search=EE%25") == ["three%"]
    assert subjects(desk.ann, "?search=eve") == ["two"]
    desk.act(desk.ann, rooms["one"], "assign_agent", {"agent_id": desk.ann.id})
    assert subjects(desk.ann, "?view=mine") == ["one"]
    assert subjects(desk.abe, "?view=mine") == []
    desk.act(desk.ann, rooms["one"], "resolve")
    assert subjects(desk.ann, "?view=open") == ["three%", "two"]
    assert desk.ann.get("/api/chat-rooms/?view=nonsense").status_code == 422


@pytest.mark.parametrize("order", ["latest", "waiting"])
def test_long_lists_come_in_pages(desk: Desk, travel: Any, order: str) -> None:
    for number in range(7):
        room = desk.ask(desk.bob, f"number {number}")["id"]
        if number % 2:
            desk.act(desk.bob, room, "resolve")
        travel.shift(number % 3)  # some at the same moment
    whole = [one["subject"] for one in desk.ann.get(f"/api/chat-rooms/?order={order}").json["data"]]
    found, cursor = [], ""
    while cursor is not None:
        page = desk.ann.get(f"/api/chat-rooms/?order={order}&limit=2&cursor={cursor}").json
        found += [one["subject"] for one in page["data"]]
        cursor = page["next"]
    assert found == whole
    assert len(whole) == 7
    assert desk.ann.get(f"/api/chat-rooms/?order={order}&cursor=nonsense").status_code == 422


def test_a_snoozed_ticket_comes_back_by_itself_or_with_the_customers_word(desk: Desk, travel: Any) -> None:
    room = desk.ask(desk.bob)["id"]
    assert desk.act(desk.ann, room, "snooze", {"until": "2020-01-01T00:00:00Z"}, status=422)
    until = "2026-09-21T14:20:00Z"
    seen = desk.act(desk.ann, room, "snooze", {"until": until})
    assert seen["desk"]["snoozed_until"].startswith("2026-09-21T14:20:00")
    assert service.wake() == 0
    travel.shift(600)
    assert service.wake() == 1
    assert desk.ticket(room).snoozed_until is None
    desk.act(desk.ann, room, "snooze", {"until": "2026-09-22T16:00:00Z"})
    desk.say(desk.bob, room, "Are you there?")
    assert desk.ticket(room).snoozed_until is None


def test_a_transcript_comes_by_mail(desk: Desk, smtp: Any, work: Any) -> None:
    room = desk.ask(desk.bob, "Invoice", description="Where is it?")["id"]
    desk.act(desk.ann, room, "assign_agent", {"agent_id": desk.ann.id})
    desk.say(desk.ann, room, "Here <it> is")
    desk.act(desk.bob, room, "transcript", {"email": "bob@example.org"}, status=204)
    work()
    (mail,) = [one for one in smtp.messages if "Transcript" in str(one["Subject"])]
    text = mail.get_body(("plain",)).get_content()
    assert "Where is it?" in text
    assert "Here <it> is" in text
    assert "Here &lt;it&gt; is" in mail.get_body(("html",)).get_content()


def test_a_list_costs_the_same_however_long(desk: Desk) -> None:
    team = desk.root.post("/api/teams/", {"name": "Sales"}).json["id"]
    desk.ask(desk.bob, tags=["a"], team_id=team)
    with noted() as few:
        desk.ann.get("/api/chat-rooms/?limit=50")
    for number in range(12):
        other = desk.root.post("/api/teams/", {"name": f"Team {number}"}).json["id"]
        desk.ask((desk.bob, desk.eve)[number % 2], tags=["a", "b"], team_id=other)
    with noted() as many:
        desk.ann.get("/api/chat-rooms/?limit=50")
    assert len(many) == len(few)


def test_messages_and_their_notifications_wait_for_each_other_in_one_order(desk: Desk) -> None:
    """Both hold the conversation and the places of its members: on PostgreSQL neither may be given up."""
    room = desk.ask(desk.bob)["id"]
    desk.act(desk.ann, room, "assign_agent", {"agent_id": desk.ann.id})
    number = desk.ticket(room).conversation_id
    db.session.rollback()

    def send(who: Person) -> None:
        with desk.app.app_context():
            for _ in range(40):
                conversations.send(who.id, number, conversations.Draft("x"))

    def notify(_: Person) -> None:
        with desk.app.app_context():
            for _ in range(60):
                db.session.rollback()
                last = db.session.scalar(select(Conversation.last_seq).where(Conversation.id == number))
                notifications.notify_members(number, last or 0)

    tasks = [(send, desk.bob), (send, desk.ann), (notify, desk.bob), (notify, desk.ann)]
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(task, who) for task, who in tasks]:
            done.result()
    assert len(desk.lines(desk.bob, room)) == 81
