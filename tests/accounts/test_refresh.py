"""Refresh tokens rotate, and one that is used twice ends its session."""

import pytest
from sqlalchemy import select

from pulse.accounts import service
from pulse.accounts.models import Session
from pulse.core import bus
from pulse.extensions import db, store
from tests.accounts.conftest import at_once
from tests.conftest import PASSWORD


@pytest.fixture
def tokens(app, create_user) -> dict:
    create_user("ann")
    return app.test_client().post("/api/login/", json={"username": "ann", "password": PASSWORD}).json


def refresh(client, token: str):
    return client.post("/api/refresh/", json={"refresh_token": token})


def profile(client, token: str):
    return client.get("/api/profile/", headers={"Authorization": f"Bearer {token}"})


def session() -> Session:
    db.session.rollback()
    return db.session.scalars(select(Session)).one()


def test_in_the_body_or_in_the_header(client, tokens) -> None:
    first = refresh(client, tokens["refresh_token"])
    assert first.status_code == 200
    assert "Set-Cookie" not in first.headers
    header = {"Authorization": f"Bearer {first.json['refresh_token']}"}
    second = client.post("/api/refresh/", headers=header)
    assert second.status_code == 200
    seen = {tokens["refresh_token"], first.json["refresh_token"], second.json["refresh_token"]}
    assert len(seen) == 3
    assert profile(client, second.json["access_token"]).json["username"] == "ann"


def test_in_the_cookie(browser) -> None:
    ann = browser("ann")
    old = ann.cookie("refresh_token")
    answer = ann.post("/api/refresh/")
    assert (answer.status_code, answer.json["code"]) == (403, "csrf_failed")
    answer = ann.open(
        "/api/refresh", method="POST", headers={"X-CSRF-TOKEN": ann.cookie("csrf_refresh_token")}
    )
    assert (answer.status_code, answer.data) == (204, b"")
    assert len(answer.headers.getlist("Set-Cookie")) == 5
    assert ann.cookie("refresh_token") != old
    assert ann.get("/api/profile/").status_code == 200
    assert ann.send("POST", "/api/refresh/").status_code == 204


def test_it_moves_the_end_of_the_session(travel, client, create_user) -> None:
    create_user("ann")
    tokens = client.post("/api/login/", json={"username": "ann", "password": PASSWORD}).json
    for _ in range(3):
        travel.shift(29 * 24 * 3600)
        tokens = refresh(client, tokens["refresh_token"]).json
    assert profile(client, tokens["access_token"]).status_code == 200
    travel.shift(30 * 24 * 3600)
    answer = refresh(client, tokens["refresh_token"])
    assert (answer.status_code, answer.json["code"]) == (401, "token_expired")


def test_a_reused_token_ends_the_session(client, tokens, work) -> None:
    new = refresh(client, tokens["refresh_token"]).json
    answer = refresh(client, tokens["refresh_token"])
    assert (answer.status_code, answer.json["code"]) == (401, "refresh_reused")
    assert (session().end_reason, session().ended_at is not None) == ("reuse", True)
    assert refresh(client, new["refresh_token"]).json["code"] == "session_ended"
    assert profile(client, new["access_token"]).json["code"] == "session_ended"
    assert any(b'"cut":"session:1"' in m[1]["m"].encode() for m in store.client.xrange(bus.BUS))


def test_a_reused_cookie_ends_the_session_and_goes_away(app, browser) -> None:
    ann = browser("ann")
    late = app.test_client()
    for name in ("refresh_token", "csrf_access_token"):
        late.set_cookie(name, ann.cookie(name))
    assert ann.send("POST", "/api/refresh/").status_code == 204
    answer = late.send("POST", "/api/refresh/")
    assert answer.json["code"] == "refresh_reused"
    assert not late.cookie("refresh_token")
    assert ann.get("/api/profile/").json["code"] == "session_ended"


def test_the_other_sessions_stay(client, tokens) -> None:
    other = client.post("/api/login/", json={"username": "ann", "password": PASSWORD}).json
    for _ in range(2):
        refresh(client, tokens["refresh_token"])
    assert profile(client, other["access_token"]).status_code == 200


def test_twenty_at_once_give_one_new_token(app, tokens) -> None:
    answers = at_once(20, lambda n: refresh(app.test_client(), tokens["refresh_token"]))
    codes = sorted(answer.json.get("code", "") for answer in answers)
    assert codes[:2] == ["", "refresh_reused"]
    assert set(codes[2:]) == {"session_ended"}
    assert session().end_reason == "reuse"


@pytest.mark.parametrize("status", ["suspended", "banned"])
def test_closed_accounts_get_nothing(client, tokens, status) -> None:
    service.set_account_status(None, 1, status)
    answer = refresh(client, tokens["refresh_token"])
    assert (answer.status_code, answer.json["code"]) == (403, f"account_{status}")


def test_other_tokens_and_no_token(client, tokens) -> None:
    for body in (
        {},
        {"refresh_token": ""},
        {"refresh_token": "x"},
        {"refresh_token": tokens["access_token"]},
        {"refresh_token": tokens["id_token"]},
    ):
        answer = client.post("/api/refresh/", json=body)
        assert (answer.status_code, answer.json["code"]) == (401, "invalid_token"), body
    for body in ({"refresh_token": 5}, {"refresh_token": "x" * 5000}, []):
        assert client.post("/api/refresh/", json=body).status_code == 422, body
    assert refresh(client, tokens["refresh_token"]).status_code == 200
