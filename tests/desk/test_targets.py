"""Promised times: due within business hours, warned of before, told once when missed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from pulse.accounts.models import User
from pulse.analytics import service as analytics
from pulse.core import clock
from pulse.core.events import transaction
from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.support import queries, service
from pulse.support.models import Ticket
from pulse.support.rules import Priority
from tests.desk.conftest import Desk
from tests.support.statements import noted


def told(desk: Desk, room: str) -> list[str]:
    service.watch_targets()
    return list(desk.ticket(room).targets_told)


def test_the_first_response_is_warned_of_and_missed_once(desk: Desk, travel: Any) -> None:
    service.set_target_times(Priority.URGENT, 10, 60)
    room = desk.ask(desk.bob, priority="urgent")["id"]
    ticket = desk.ticket(room)
    assert ticket.response_due_at == clock.now() + timedelta(minutes=10)
    assert ticket.resolution_due_at == clock.now() + timedelta(minutes=60)
    assert told(desk, room) == []
    travel.shift(7 * 60 + 59)
    assert told(desk, room) == []
    travel.shift(1)
    assert told(desk, room) == ["first_response:warning"]
    travel.shift(119)
    assert told(desk, room) == ["first_response:warning"]
    travel.shift(1)
    assert told(desk, room) == ["first_response:warning", "first_response:breach"]
    history = desk.ann.get(f"/api/chat-rooms/{room}/history/").json["data"]
    missed = [one["after"] for one in history if one["change"] == "target"]
    assert missed == ["first_response:warning", "first_response:breach"]
    assert service.watch_targets() == 0  # the next look is due when something may have changed


def test_an_answer_in_time_is_told_of_no_more(desk: Desk, travel: Any) -> None:
    service.set_target_times(Priority.URGENT, 10, 12)
    room = desk.ask(desk.bob, priority="urgent")["id"]
    desk.act(desk.ann, room, "assign_agent", {"agent_id": desk.ann.id})
    desk.say(desk.ann, room)
    travel.shift(700)
    assert told(desk, room) == ["resolution:warning"]
    desk.act(desk.ann, room, "resolve")
    travel.shift(100)
    assert told(desk, room) == ["resolution:warning"]


def test_whoever_looks_late_tells_of_the_miss_alone(desk: Desk, travel: Any) -> None:
    service.set_target_times(Priority.URGENT, 10, 600)
    room = desk.ask(desk.bob, priority="urgent")["id"]
    travel.shift(800)
    told(desk, room)
    history = desk.ann.get(f"/api/chat-rooms/{room}/history/").json["data"]
    assert [one["after"] for one in history if one["change"] == "target"] == ["first_response:breach"]


def test_only_business_hours_count(desk: Desk) -> None:
    week = [[[540, 1020]]] * 5 + [[], []]
    body = {"name": "Sales", "time_zone": "Europe/Berlin", "week": week, "holidays": ["2026-09-22"]}
    made = desk.root.post("/api/teams/", body)
    assert made.status_code == 201, made.json
    assert made.json["is_open"] is True  # Monday, 16:13 in Berlin
    room = desk.ask(desk.bob, team_id=made.json["id"], priority="high")["id"]
    due = desk.ticket(room).response_due_at
    assert due is not None
    assert due.isoformat(timespec="minutes") == "2026-09-23T07:13+00:00"  # the holiday is left out
    shown = desk.room(desk.bob, room)
    assert (shown["is_open"], shown["opens_at"]) == (True, None)


def test_out_of_hours_customers_see_when_it_opens(desk: Desk) -> None:
    week = [[[0, 60]]] * 7
    team = desk.root.post("/api/teams/", {"name": "Early", "week": week}).json["id"]
    shown = desk.room(desk.bob, desk.ask(desk.bob, team_id=team)["id"])
    assert (shown["is_open"], shown["opens_at"]) == (False, "2026-09-22T00:00:00.000Z")


def test_another_priority_has_other_times(desk: Desk) -> None:
    room = desk.ask(desk.bob)["id"]
    before = desk.ticket(room).response_due_at
    desk.ann.call("PATCH", f"/api/chat-rooms/{room}/", {"priority": "urgent"})
    after = desk.ticket(room).response_due_at
    assert before
    assert after
    assert after < before


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "/api/desk/targets/urgent/", {"first_response": 5, "resolution": 50}, 200),
        ("PUT", "/api/desk/targets/urgent/", {"first_response": 0, "resolution": 50}, 422),
        ("PUT", "/api/desk/targets/urgent/", {"first_response": 5}, 422),
        ("PUT", "/api/desk/targets/extreme/", {"first_response": 5, "resolution": 50}, 404),
        ("POST", "/api/teams/", {"name": "X", "week": [[[0, 60]]]}, 422),
        ("POST", "/api/teams/", {"name": "X", "week": [[[60, 0]], [], [], [], [], [], []]}, 422),
        ("POST", "/api/teams/", {"name": "X", "week": [[[0, 60], [30, 90]], [], [], [], [], [], []]}, 422),
        ("POST", "/api/teams/", {"name": "X", "week": [[[0, 1441]], [], [], [], [], [], []]}, 422),
        ("POST", "/api/teams/", {"name": "X", "time_zone": "Mars/Olympus"}, 422),
        ("POST", "/api/teams/", {"name": "X", "time_zone": "../../etc/passwd"}, 422),
        ("POST", "/api/teams/", {"name": "X", "holidays": ["2026-02-30"]}, 422),
        ("POST", "/api/teams/", {"name": ""}, 422),
    ],
)
def test_settings_are_checked(desk: Desk, method: str, path: str, body: object, status: int) -> None:
    answer = desk.root.call(method, path, body)
    assert answer.status_code == status, answer.json
    assert desk.ann.call(method, path, body).status_code == 403


def test_teams_and_replies_have_names_of_their_own(desk: Desk) -> None:
    for path, body in (
        ("/api/teams/", {"name": "Sales"}),
        ("/api/canned-replies/", {"name": "refund", "body": "x"}),
    ):
        made = desk.root.post(path, body).json["id"]
        assert desk.root.post(path, body).json["code"] == "name_taken"
        other = desk.root.post(path, {**body, "name": "other"}).json["id"]
        assert desk.root.call("PATCH", f"{path}{other}/", {"name": body["name"]}).json["code"] == "name_taken"
        assert desk.root.call("PATCH", f"{path}{made}/", {"name": "new"}).json["name"] == "new"
        assert desk.root.call("PATCH", f"{path}{made}/", {"name": None}).status_code == 422
        assert desk.root.call("DELETE", f"{path}{made}/").status_code == 204
        assert desk.root.call("DELETE", f"{path}{made}/").status_code == 404
        assert desk.root.call("PATCH", f"{path}{made}/", {"name": "x"}).status_code == 404


def test_a_deleted_team_leaves_its_tickets_to_everybody(desk: Desk) -> None:
    team = desk.root.post("/api/teams/", {"name": "Nobody"}).json["id"]
    room = desk.ask(desk.bob, team_id=team)["id"]
    assert service.route() == 0
    desk.root.call("DELETE", f"/api/teams/{team}/")
    assert service.route() == 1
    assert desk.room(desk.bob, room)["status"] == "active"


def test_predictions_come_from_how_it_was(desk: Desk, travel: Any) -> None:
    room = desk.ask(desk.bob)["id"]
    assert desk.room(desk.bob, room)["predicted_response"] is None
    desk.act(desk.ann, room, "assign_agent", {"agent_id": desk.ann.id})
    for seconds in (10, 20, 30, 40, 50):
        desk.say(desk.bob, room, "?")
        desk.say(desk.bob, room, "??")  # one turn, however many messages
        travel.shift(seconds)
        desk.say(desk.ann, room, "!")
    travel.shift(10)  # until they have settled
    analytics.learn_replies()
    db.session.rollback()
    seen = desk.room(desk.bob, room)["predicted_response"]
    assert (seen["samples"], seen["source"]) == (5, "person")
    low, high = seen["half"]
    assert 5 < low < seen["median_seconds"] < high < 100
    of_ann = desk.root.get(f"/api/users/{desk.ann.id}/presence/").json["predicted_response"]
    assert (of_ann["samples"], of_ann["source"]) == (5, "person")  # who writes to nobody but customers
    other = desk.ask(desk.eve)["id"]
    desk.act(desk.abe, other, "assign_agent", {"agent_id": desk.abe.id})
    of_abe = desk.room(desk.eve, other)["predicted_response"]
    assert (of_abe["samples"], of_abe["source"]) == (5, "everyone")


def test_figures_of_the_desk(desk: Desk, travel: Any) -> None:
    for number, seconds in enumerate((10, 20, 30, 40, 50)):
        room = desk.ask(desk.bob, priority="high")["id"]
        desk.act(desk.ann, room, "assign_agent", {"agent_id": desk.ann.id})
        travel.shift(seconds)
        desk.say(desk.ann, room)
        desk.act(desk.ann, room, "resolve")
        if number < 2:
            desk.act(desk.bob, room, "rate", {"rating": 4 + number})
    desk.ask(desk.bob)
    travel.shift(7)
    found = desk.ann.get("/api/desk/figures/?days=7").json
    assert (found["waiting"], found["active"], found["opened"], found["resolved"]) == (1, 0, 6, 5)
    assert found["longest_wait_seconds"] == 7
    assert found["first_response"]["median_seconds"] == 30
    assert (found["rating"], found["ratings"], found["breached"]) == (4.5, 2, 0)
    ann = next(one for one in found["agents"] if one["username"] == "ann")
    assert (ann["resolved"], ann["load"], ann["rating"], ann["presence"]) == (5, 0, 4.5, "online")
    assert (ann["response"]["median_seconds"], ann["response"]["samples"]) == (30, 5)
    abe = next(one for one in found["agents"] if one["username"] == "abe")
    assert (abe["resolved"], abe["unanswered"], abe["rating"], abe["response"]) == (0, 0, None, None)
    assert queries.agent_figures(clock.now()) == {}
    assert desk.bob.get("/api/desk/figures/").status_code == 403


def test_the_work_of_the_desk_day_by_day(desk: Desk, travel: Any) -> None:
    rooms = []
    for seconds in (20, 60, 40):
        rooms.append(desk.ask(desk.bob)["id"])
        desk.act(desk.ann, rooms[-1], "assign_agent", {"agent_id": desk.ann.id})
        travel.shift(seconds)
        desk.say(desk.ann, rooms[-1])
    desk.act(desk.ann, rooms[0], "resolve")
    desk.act(desk.ann, rooms[2], "resolve")
    yesterday = clock.now() - timedelta(days=1)
    with transaction() as session:  # the first one came yesterday and was answered at once
        session.execute(
            update(Ticket)
            .where(Ticket.room == rooms[0])
            .values(created_at=yesterday, first_response_at=yesterday + timedelta(seconds=20))
        )
    found = desk.ann.get("/api/desk/figures/?days=2").json["by_day"]
    today = clock.now().date()
    days = [str(today - timedelta(days=ago)) for ago in (2, 1, 0)]
    assert [list(one.values()) for one in found] == [
        [days[0], 0, 0, None],
        [days[1], 1, 0, 20],
        [days[2], 2, 2, 50],
    ]
    assert desk.ann.get("/api/desk/figures/csv/?days=2").text.splitlines() == [
        "day,opened,resolved,first_response",
        f"{days[0]},0,0,",
        f"{days[1]},1,0,20.0",
        f"{days[2]},2,2,50.0",
    ]
    agents = desk.ann.get("/api/desk/figures/agents/csv/").text.splitlines()
    assert agents[0] == "username,load,capacity,unanswered,resolved,rating,ratings,median_response_seconds"
    assert "ann,1,5,0,2,,0," in agents
    assert desk.bob.get("/api/desk/figures/csv/").status_code == 403


def test_more_agents_cost_no_more_statements(desk: Desk, create_user: Callable[..., User]) -> None:
    with noted() as few:
        desk.ann.get("/api/desk/figures/")
    for number in range(5):
        create_user(f"agent{number}", Role.AGENT)
    desk.ann.get("/api/desk/figures/")  # presence learns of them
    with noted() as many:
        assert len(desk.ann.get("/api/desk/figures/").json["agents"]) == 7
    assert len(many) == len(few)
