"""Visitors of a widget: who they are, how they come back, what they may and may not."""

import hmac
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from pulse.accounts import service as accounts
from pulse.accounts.models import User
from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.support import rules, service
from pulse.support.models import Customer, Ticket, Widget
from tests.conftest import Person
from tests.desk.conftest import Desk

Visit = Callable[..., dict[str, Any]]


def make_widget(**fields: Any) -> Widget:
    widget_id = service.create_widget("Website", ["https://shop.example"], fields.get("team_id"))
    return db.session.get_one(Widget, widget_id)


def claim(widget: Widget, customer_id: str, **more: str) -> dict[str, str]:
    """What the page says, with the hash by its own server."""
    right = hmac.new(widget.secret.encode(), customer_id.encode(), sha256).hexdigest()
    return {"id": customer_id, "hash": right, **more}


@pytest.fixture
def widget(app: Flask) -> Widget:
    return make_widget()


@pytest.fixture
def visit(client: FlaskClient) -> Visit:
    """Come in through a widget; returns the answer."""

    def come(
        widget: Widget, token: str | None = None, customer: Any = None, status: int = 200
    ) -> dict[str, Any]:
        body = {"visitor_token": token, "customer": customer}
        answer = client.post(f"/api/widgets/{widget.key}/visit/", json=body)
        assert answer.status_code == status, answer.json
        return dict(answer.json)

    return come


def as_person(app: Flask, arrived: dict[str, Any]) -> Person:
    """A visitor with their access token."""
    return Person(arrived["user_id"], "", arrived["access_token"], 0, app.test_client())


def count(model: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_stranger_becomes_a_visitor(app: Flask, widget: Widget, visit: Visit) -> None:
    arrived = visit(widget)
    assert (arrived["name"], arrived["email"], arrived["rooms"]) == ("", "", [])
    assert arrived["desk"] == {
        "is_open": True,
        "opens_at": None,
        "is_somebody_here": False,
        "predicted_response": None,
    }
    db.session.rollback()  # look at what is there now
    user = db.session.get_one(User, arrived["user_id"])
    assert (user.role, user.email) == (Role.VISITOR, None)
    assert as_person(app, arrived).get("/api/chat-rooms/").json == {"data": [], "next": None}


def test_the_token_brings_the_same_visitor_back(app: Flask, widget: Widget, visit: Visit) -> None:
    first = visit(widget)
    room = as_person(app, first).post("/api/chat-rooms/", {"subject": "Help"}).json
    again = visit(widget, first["visitor_token"])
    assert (again["user_id"], again["visitor_token"]) == (first["user_id"], first["visitor_token"])
    assert [one["id"] for one in again["rooms"]] == [room["id"]]
    assert count(Customer) == 1


@pytest.mark.parametrize("token", ["", "nonsense", "WzEsMV0.forged", "x" * 500])
def test_a_token_that_is_not_ours_is_nobody_s(widget: Widget, visit: Visit, token: str) -> None:
    known = visit(widget)
    assert visit(widget, token)["user_id"] != known["user_id"]


def test_a_token_of_another_widget_is_nobody_s(widget: Widget, visit: Visit) -> None:
    known = visit(widget)
    other = visit(make_widget(), known["visitor_token"])
    assert other["user_id"] != known["user_id"]
    assert visit(widget, known["visitor_token"])["user_id"] == known["user_id"]


def test_an_access_token_is_no_visitor_token(widget: Widget, visit: Visit) -> None:
    known = visit(widget)
    assert visit(widget, known["access_token"])["user_id"] != known["user_id"]


def test_the_token_of_a_session_that_ended_begins_another(app: Flask, widget: Widget, visit: Visit) -> None:
    known = visit(widget)
    accounts.end_sessions(known["user_id"], "revoked")
    db.session.commit()
    assert as_person(app, known).get("/api/chat-rooms/").status_code == 401
    again = visit(widget, known["visitor_token"])
    assert again["user_id"] == known["user_id"]
    assert again["visitor_token"] != known["visitor_token"]
    assert as_person(app, again).get("/api/chat-rooms/").status_code == 200


def test_a_customer_is_who_the_page_s_server_says(app: Flask, widget: Widget, visit: Visit) -> None:
    said = claim(widget, "c-17", name="Bob Example", email="bob@example.org")
    first = visit(widget, customer=said)
    assert (first["name"], first["email"]) == ("Bob Example", "bob@example.org")
    room = as_person(app, first).post("/api/chat-rooms/", {"subject": "Help"}).json
    elsewhere = visit(widget, customer=claim(widget, "c-17"))  # another browser, without a token
    assert elsewhere["user_id"] == first["user_id"]
    assert [one["id"] for one in elsewhere["rooms"]] == [room["id"]]
    assert elsewhere["name"] == "Bob Example"
    assert visit(make_widget(), customer=None)["user_id"] != first["user_id"]


@pytest.mark.parametrize("wrong", ["", "0" * 64, "of another"])
def test_a_wrong_hash_lets_nobody_in(widget: Widget, visit: Visit, wrong: str) -> None:
    visit(widget, customer=claim(widget, "c-17"))
    given = claim(widget, "c-18")["hash"] if wrong == "of another" else wrong
    refused = visit(widget, customer={"id": "c-17", "hash": given}, status=403)
    assert refused["code"] == "bad_hash"
    assert count(Customer) == 1


def test_the_secret_of_another_widget_vouches_for_nobody(widget: Widget, visit: Visit) -> None:
    assert visit(widget, customer=claim(make_widget(), "c-17"), status=403)["code"] == "bad_hash"


def test_who_was_anonymous_becomes_known_with_what_they_wrote(
    app: Flask, widget: Widget, visit: Visit
) -> None:
    stranger = visit(widget)
    room = as_person(app, stranger).post("/api/chat-rooms/", {"subject": "Before signing in"}).json
    known = visit(widget, stranger["visitor_token"], claim(widget, "c-17", name="Bob"))
    assert (known["user_id"], known["name"]) == (stranger["user_id"], "Bob")
    assert [one["id"] for one in known["rooms"]] == [room["id"]]


def test_who_is_known_elsewhere_stays_one_person(app: Flask, widget: Widget, visit: Visit) -> None:
    known = visit(widget, customer=claim(widget, "c-17"))
    stranger = visit(widget)
    as_person(app, stranger).post("/api/chat-rooms/", {"subject": "Somebody's"})
    back = visit(widget, stranger["visitor_token"], claim(widget, "c-17"))
    assert (back["user_id"], back["rooms"]) == (known["user_id"], [])


def test_the_next_customer_at_the_same_browser_is_another(widget: Widget, visit: Visit) -> None:
    bob = visit(widget, customer=claim(widget, "bob"))
    eve = visit(widget, bob["visitor_token"], claim(widget, "eve"))
    assert eve["user_id"] != bob["user_id"]
    assert visit(widget, eve["visitor_token"], claim(widget, "bob"))["user_id"] == bob["user_id"]


def test_two_at_once_are_one_customer(app: Flask, widget: Widget) -> None:
    said = {"customer": claim(widget, "c-17")}
    path = f"/api/widgets/{widget.key}/visit/"

    def come(_: int) -> tuple[int, int]:
        answer = app.test_client().post(path, json=said)
        return answer.status_code, answer.json["user_id"]

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(come, range(16)))
    assert len(found) == 1
    assert {status for status, _ in found} == {200}
    assert count(Customer) == 1


def test_a_widget_that_is_off_lets_nobody_in(widget: Widget, visit: Visit) -> None:
    known = visit(widget)
    service.update_widget(widget.id, {"is_enabled": False})
    assert visit(widget, known["visitor_token"], status=404)["code"] == "not_found"
    service.update_widget(widget.id, {"is_enabled": True})
    assert visit(widget, known["visitor_token"])["user_id"] == known["user_id"]


def test_a_banned_visitor_is_not_let_in(widget: Widget, visit: Visit) -> None:
    known = visit(widget)
    accounts.set_account_status(None, known["user_id"], "banned")
    visit(widget, known["visitor_token"], status=403)


def test_the_desk_sees_page_and_words_of_a_visitor(desk: Desk, widget: Widget, visit: Visit) -> None:
    me = as_person(desk.app, visit(widget))
    room = me.post("/api/chat-rooms/", {"subject": "Help"}).json["id"]
    assert me.put("/api/visitor/", {"name": "Bob", "email": "bob@example.org"}).status_code == 204
    page = {"url": "https://shop.example/pricing", "title": "Pricing"}
    assert me.put("/api/visitor/page/", page).status_code == 204
    customer = desk.room(desk.ann, room)["desk"]["customer"]
    assert (customer["full_name"], customer["email"], customer["is_vouched"]) == (
        "Bob",
        "bob@example.org",
        False,
    )
    assert (customer["page_url"], customer["page_title"]) == (page["url"], page["title"])
    assert desk.bob.put("/api/visitor/", {"name": "x"}).status_code == 404  # no visitor


def test_a_visitor_sees_their_own_talk_only(desk: Desk, widget: Widget, visit: Visit) -> None:
    me, other = (as_person(desk.app, visit(widget)) for _ in range(2))
    mine = me.post("/api/chat-rooms/", {"subject": "Mine", "description": "Hello"}).json
    theirs = other.post("/api/chat-rooms/", {"subject": "Theirs", "description": "Secret"}).json
    listed = me.get("/api/conversations/").json["data"]
    assert [one["id"] for one in listed] == [mine["conversation_id"]]
    assert me.get(f"/api/conversations/{mine['conversation_id']}/").json["unread_count"] == 0
    everything = (
        f"/api/conversations/{theirs['conversation_id']}/",
        f"/api/messages/?conversation_id={theirs['conversation_id']}",
        f"/api/messages/?chat_room_id={theirs['id']}",
        f"/api/chat-rooms/{theirs['id']}/",
        f"/api/chat-rooms/{theirs['id']}/messages/",
    )
    for path in everything:
        assert me.get(path).status_code == 404, path
    body = {"chat_room_id": theirs["id"], "body": "Let me in"}
    assert me.post("/api/messages/", body).status_code == 404
    assert me.get("/api/users/").status_code == 403
    assert me.post("/api/conversations/", {"username": "ann"}).status_code == 403
    seen = me.get("/api/chat-rooms/?customer_id=" + str(other.id)).json["data"]
    assert [one["id"] for one in seen] == [mine["id"]]


def test_files_open_a_ticket_once(desk: Desk, widget: Widget, visit: Visit) -> None:
    me = as_person(desk.app, visit(widget))
    file = me.client.post(
        "/api/attachments/",
        data={"file": (BytesIO(b"one"), "plan.txt")},
        headers={"Authorization": f"Bearer {me.token}"},
    ).json
    asked = {"subject": "A file", "attachment_ids": [file["id"]], "client_id": "c-1"}
    rooms = [me.post("/api/chat-rooms/", asked) for _ in range(2)]
    assert [answer.status_code for answer in rooms] == [201, 201]
    assert rooms[0].json["id"] == rooms[1].json["id"]
    assert count(Ticket) == 1
    (message,) = me.get(f"/api/chat-rooms/{rooms[0].json['id']}/messages/").json["data"]
    assert (message["body"], [one["name"] for one in message["attachments"]]) == ("", ["plan.txt"])


def test_somebody_else_s_file_opens_nothing(desk: Desk, widget: Widget, visit: Visit) -> None:
    me = as_person(desk.app, visit(widget))
    file = desk.eve.client.post(
        "/api/attachments/",
        data={"file": (BytesIO(b"one"), "plan.txt")},
        headers={"Authorization": f"Bearer {desk.eve.token}"},
    ).json
    asked = {"subject": "A file", "attachment_ids": [file["id"]]}
    assert me.post("/api/chat-rooms/", asked).status_code == 422
    assert count(Ticket) == 0


def test_visitors_who_never_wrote_are_forgotten(
    travel: Any, app: Flask, widget: Widget, visit: Visit, person: Callable[..., Person]
) -> None:
    """Not those who wrote, those who came back, nor people with an account."""
    person("ann")
    silent, back, writer = visit(widget), visit(widget), visit(widget)
    assert as_person(app, writer).post("/api/chat-rooms/", {"subject": "Help"}).status_code == 201
    travel.shift(rules.SILENT_VISITORS_ARE_KEPT.total_seconds())
    assert service.forget_silent_visitors() == 0
    visit(widget, back["visitor_token"])
    travel.shift(1)
    assert service.forget_silent_visitors() == 1
    db.session.rollback()
    left = set(db.session.scalars(select(Customer.user_id)))
    assert left == {back["user_id"], writer["user_id"]}
    assert db.session.get(User, silent["user_id"]) is None
    assert count(User) == 3
    assert visit(widget, silent["visitor_token"])["user_id"] not in {silent["user_id"], *left}
