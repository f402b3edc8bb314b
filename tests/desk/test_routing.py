"""The router, and taking tickets from agents who are gone or silent; assigning by hand."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.support import service, telling
from pulse.support.service import routing
from tests.conftest import Person
from tests.desk.conftest import Desk, beat
from tests.presence.people import bus


def agent_of(desk: Desk, room: str) -> str | None:
    db.session.rollback()
    agent = desk.room(desk.root, room)["agent"]
    return agent["username"] if agent else None


def set_agent(desk: Desk, who: Person, **changes: Any) -> None:
    answer = desk.root.call("PATCH", f"/api/agents/{who.id}/", changes)
    assert answer.status_code == 200, answer.json


def test_tickets_are_shared_out_and_wait_when_nobody_has_room(desk: Desk) -> None:
    for who in (desk.ann, desk.abe):
        set_agent(desk, who, capacity=2)
    rooms = [desk.ask(desk.bob, f"{number}")["id"] for number in range(5)]
    assert service.route() == 4
    assert [agent_of(desk, room) for room in rooms] == ["ann", "abe", "ann", "abe", None]
    assert (desk.load(desk.ann), desk.load(desk.abe)) == (2, 2)
    assert desk.room(desk.bob, rooms[4])["queue"]["place"] == 1
    desk.act(desk.abe, rooms[1], "resolve")
    assert service.route() == 1
    assert agent_of(desk, rooms[4]) == "abe"


def test_skills_and_teams_decide(desk: Desk) -> None:
    team = desk.root.post("/api/teams/", {"name": "Sales"}).json["id"]
    set_agent(desk, desk.abe, skills=["french"], team_ids=[team])
    french = desk.ask(desk.bob, tags=["french"])["id"]
    sales = desk.ask(desk.bob, team_id=team)["id"]
    plain = desk.ask(desk.bob, tags=["whatever"])["id"]
    assert service.route() == 3
    assert [agent_of(desk, room) for room in (french, sales, plain)] == ["abe", "abe", "ann"]


@pytest.mark.parametrize("why", ["unavailable", "busy", "offline", "suspended", "demoted"])
def test_who_is_not_free_gets_nothing(desk: Desk, why: str, travel: Any) -> None:
    for who in (desk.ann, desk.abe):
        if why == "unavailable":
            assert who.post(f"/api/agents/{who.id}/toggle_availability/").json["is_available"] is False
        elif why == "busy":
            who.post("/api/users/update_status/", {"status": "busy"})
        elif why == "suspended":
            desk.root.call("PATCH", f"/api/admin/users/{who.id}/", {"account_status": "suspended"})
        elif why == "demoted":
            desk.root.call("PATCH", f"/api/admin/users/{who.id}/", {"role": "user"})
    if why == "offline":
        travel.shift(300)
    room = desk.ask(desk.bob)["id"]
    assert service.route() == 0
    assert agent_of(desk, room) is None


def test_an_agent_who_goes_offline_gives_back_what_is_unanswered(desk: Desk, travel: Any) -> None:
    set_agent(desk, desk.abe, capacity=0)
    silent, answered = (desk.ask(desk.bob, name)["id"] for name in ("silent", "answered"))
    assert service.route() == 2
    desk.say(desk.ann, answered, "Hello")
    queued_at = desk.ticket(silent).queued_at
    travel.shift(130)  # ann's device is dead by now
    beat(desk.abe)
    assert service.look_after() == 1
    assert service.look_after() == 0
    assert desk.ticket(silent).queued_at == queued_at  # it keeps its place
    assert (agent_of(desk, silent), agent_of(desk, answered)) == (None, "ann")
    assert desk.load(desk.ann) == 1
    set_agent(desk, desk.abe, capacity=5)
    assert service.route() == 1
    assert agent_of(desk, silent) == "abe"
    assert desk.lines(desk.bob, silent) == [
        "(joined the conversation)",
        "(had to leave; the next free agent answers)",
        "(joined the conversation)",
    ]
    desk.say(desk.bob, answered, "And now?")
    assert service.look_after() == 1  # she is still away


def test_an_agent_who_says_nothing_loses_the_ticket_to_another(desk: Desk, travel: Any) -> None:
    room = desk.ask(desk.bob)["id"]
    service.route()
    first = agent_of(desk, room)
    for _ in range(4):
        travel.shift(50)
        beat(desk.ann)
        beat(desk.abe)
        if agent_of(desk, room) != first:
            break
        service.look_after()
        service.route()
    assert {first, agent_of(desk, room)} == {"ann", "abe"}


def test_a_ticket_of_somebody_who_is_no_agent_any_more_goes_back(desk: Desk) -> None:
    room = desk.ask(desk.bob)["id"]
    desk.act(desk.root, room, "assign_agent", {"agent_id": desk.ann.id})
    desk.say(desk.ann, room, "Hello")
    done = desk.ask(desk.eve)["id"]
    desk.act(desk.root, done, "assign_agent", {"agent_id": desk.ann.id})
    desk.act(desk.ann, done, "resolve")
    desk.root.call("PATCH", f"/api/admin/users/{desk.ann.id}/", {"role": "user"})
    for gone in (room, done):
        number = desk.ticket(gone).conversation_id
        assert desk.ann.get(f"/api/chat-rooms/{gone}/").status_code == 404
        assert desk.ann.get(f"/api/messages/?conversation_id={number}").status_code == 404
        assert desk.ann.get(f"/api/conversations/{number}/").status_code == 404
    assert service.route() == 1
    assert agent_of(desk, room) == "abe"


def test_a_suspended_agents_tickets_go_back(desk: Desk) -> None:
    room = desk.ask(desk.bob)["id"]
    desk.act(desk.root, room, "assign_agent", {"agent_id": desk.ann.id})
    desk.say(desk.ann, room, "Hello")
    desk.root.call("PATCH", f"/api/admin/users/{desk.ann.id}/", {"account_status": "suspended"})
    assert service.look_after() == 1
    assert service.route() == 1
    assert agent_of(desk, room) == "abe"


def test_assigning_by_hand(desk: Desk) -> None:
    room = desk.ask(desk.bob)["id"]
    assert desk.act(desk.ann, room, "assign_agent", {"agent_id": desk.abe.id}, status=403)
    desk.act(desk.ann, room, "assign_agent", {"agent_id": desk.ann.id})  # takes it
    desk.act(desk.ann, room, "assign_agent", {"agent_id": desk.abe.id})  # hands it on
    desk.say(desk.ann, room, "I am out", status=403)
    desk.act(desk.ann, room, "assign_agent", {"agent_id": desk.ann.id})  # takes over
    desk.act(desk.root, room, "assign_agent", {"agent_id": desk.root.id})  # admins answer, too
    assert agent_of(desk, room) == "root"
    assert [desk.load(who) for who in (desk.ann, desk.abe, desk.root)] == [0, 0, 1]
    desk.act(desk.root, room, "assign_agent", {"agent_id": desk.root.id})  # again
    assert desk.load(desk.root) == 1
    assert desk.lines(desk.bob, room) == [
        "(took over)",
        "(asked abe to answer)",
        "(took over)",
        "(took over)",
    ]
    for bad in ({"agent_id": desk.bob.id}, {"agent_id": 10**9}, {"team_id": 999}, {}, {"agent_id": None}):
        desk.act(desk.root, room, "assign_agent", bad, status=422)
    desk.act(desk.bob, room, "assign_agent", {"agent_id": desk.bob.id}, status=403)


def test_handing_on_to_a_team(desk: Desk) -> None:
    team = desk.root.post("/api/teams/", {"name": "Sales"}).json["id"]
    set_agent(desk, desk.abe, team_ids=[team])
    room = desk.ask(desk.bob)["id"]
    desk.act(desk.ann, room, "assign_agent", {"agent_id": desk.ann.id})
    desk.act(desk.ann, room, "assign_agent", {"team_id": team})
    assert (agent_of(desk, room), desk.load(desk.ann)) == (None, 0)
    assert service.route() == 1
    assert agent_of(desk, room) == "abe"
    desk.act(desk.abe, room, "assign_agent", {"team_id": None})
    assert desk.room(desk.root, room)["desk"]["team_id"] is None


def test_who_may_turn_availability(desk: Desk) -> None:
    path = f"/api/agents/{desk.ann.id}/toggle_availability/"
    assert desk.ann.post(path).json["is_available"] is False
    assert desk.ann.post(path).json["is_available"] is True
    assert desk.ann.post(path, {"is_available": True}).json["is_available"] is True
    assert desk.root.post(path, {"is_available": False}).json["is_available"] is False
    assert desk.abe.post(path).status_code == 403
    assert desk.bob.post(path).status_code == 403
    assert desk.root.post(f"/api/agents/{desk.bob.id}/toggle_availability/").status_code == 404
    assert [one["username"] for one in desk.abe.get("/api/agents/available/").json["data"]] == ["abe"]
    assert {one["username"] for one in desk.abe.get("/api/agents/").json["data"]} >= {"ann", "abe"}


def test_two_routers_give_each_ticket_once(desk: Desk, person: Callable[..., Person]) -> None:
    """Four routers at once, and people who assign beside them."""
    agents = [desk.ann, desk.abe, *(person(f"agent{number}", Role.AGENT) for number in range(4))]
    for who in agents:
        set_agent(desk, who, capacity=2)
        beat(who)
    rooms = [desk.ask(desk.bob, f"{number}")["id"] for number in range(20)]
    db.session.rollback()

    def run(_: int) -> int:
        with desk.app.app_context():
            return service.route()

    with ThreadPoolExecutor(4) as pool:
        given = list(pool.map(run, range(4)))
    assert sum(given) == 12
    names = [agent_of(desk, room) for room in rooms]
    assert names[12:] == [None] * 8  # the oldest ones were given
    assert sorted(names[:12]) == sorted(who.username for who in agents for _ in range(2))
    assert [desk.load(who) for who in agents] == [2] * 6


def test_whom_nobody_can_help_holds_up_nobody_however_many_they_are(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routing, "PAGE", 2)
    set_agent(desk, desk.root, skills=["french"])
    stuck = [desk.ask(desk.bob, tags=["french"], priority="urgent")["id"] for _ in range(5)]
    plain = [desk.ask(desk.bob)["id"] for _ in range(3)]
    assert service.route() == 3
    assert [agent_of(desk, room) for room in stuck] == [None] * 5
    assert None not in [agent_of(desk, room) for room in plain]
    desk.root.post(f"/api/agents/{desk.root.id}/toggle_availability/", {"is_available": True})
    beat(desk.root)
    assert service.route() == 5


def test_nobody_answers_what_they_asked_themselves(desk: Desk) -> None:
    room = desk.ask(desk.ann, "My own")["id"]
    desk.ann.post(f"/api/agents/{desk.ann.id}/toggle_availability/", {"is_available": True})
    desk.abe.post(f"/api/agents/{desk.abe.id}/toggle_availability/", {"is_available": False})
    assert service.route() == 0
    refused = desk.act(desk.ann, room, "assign_agent", {"agent_id": desk.ann.id}, status=422)
    assert refused["code"] == "own_ticket"
    desk.abe.post(f"/api/agents/{desk.abe.id}/toggle_availability/", {"is_available": True})
    assert service.route() == 1
    assert agent_of(desk, room) == "abe"


def test_every_new_place_is_told_if_not_at_once_then_with_the_next_look(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "PLACES_AT_ONCE", 2)
    numbers = [desk.room(desk.bob, desk.ask(desk.bob)["id"])["conversation_id"] for _ in range(5)]
    before = len(bus())
    for _ in range(4):
        telling.places()
    told = [entry["d"]["ticket"] for entry in bus()[before:] if entry.get("e") == "ticket_updated"]
    assert [(one["conversation_id"], one["queue"]["place"]) for one in told] == [
        (number, place) for place, number in enumerate(numbers, start=1)
    ]


def test_who_waits_is_told_when_agents_come_and_go(desk: Desk) -> None:
    desk.ask(desk.bob)
    telling.places()
    for is_available in (False, True):
        desk.abe.post(f"/api/agents/{desk.abe.id}/toggle_availability/", {"is_available": is_available})
        before = len(bus())
        db.session.rollback()  # others wrote
        telling.places()
        assert [entry["e"] for entry in bus()[before:]] == ["ticket_updated"]
