"""Signing out ends the session, whatever is left of its tokens."""

import pytest

from pulse.accounts.models import Session
from pulse.core import bus
from pulse.extensions import db, store
from tests.conftest import PASSWORD


def reason() -> str | None:
    db.session.rollback()
    return db.session.get_one(Session, 1).end_reason


@pytest.mark.parametrize("path", ["/api/logout/", "/api/auth/logout"])
def test_a_browser(browser, path) -> None:
    ann = browser("ann")
    refused = ann.post(path)
    assert (refused.status_code, refused.json["code"], reason()) == (403, "csrf_failed", None)
    answer = ann.send("POST", path)
    assert (answer.status_code, answer.json) == (200, {"message": "Logged out"})
    assert not any(ann.cookie(n) for n in ("access_token", "refresh_token", "id_token", "csrf_access_token"))
    assert reason() == "sign_out"
    assert ann.send("POST", path).status_code == 200
    assert ann.get("/api/profile/").status_code == 401


@pytest.mark.parametrize("is_dropped", [True, False])
def test_a_browser_whose_access_has_expired(travel, browser, is_dropped) -> None:
    ann = browser("ann")
    travel.shift(3600)
    if is_dropped:
        ann.delete_cookie("access_token")
    assert ann.post("/api/logout/").status_code == 403
    assert ann.send("POST", "/api/logout/").status_code == 200
    assert reason() == "sign_out"


def test_a_program_even_with_an_old_token(travel, client, create_user) -> None:
    create_user("ann")
    tokens = client.post("/api/login/", json={"username": "ann", "password": PASSWORD}).json
    travel.shift(3600)
    header = {"Authorization": f"Bearer {tokens['access_token']}"}
    for _ in range(2):
        assert client.post("/api/logout/", headers=header).status_code == 200
    assert reason() == "sign_out"
    assert client.post("/api/refresh/", json=tokens).json["code"] == "session_ended"


def test_without_or_with_foreign_tokens_it_is_done_already(client) -> None:
    assert client.post("/api/logout/").status_code == 200
    assert client.post("/api/logout/", headers={"Authorization": "Bearer x"}).status_code == 200
    client.set_cookie("access_token", "x")
    assert client.post("/api/logout/").status_code == 200


def test_it_cuts_the_sockets_at_once_and_again_by_job(browser, work) -> None:
    def cuts() -> int:
        return sum("session:1" in entry["m"] for _, entry in store.client.xrange(bus.BUS))

    browser("ann").send("POST", "/api/logout/")
    assert cuts() == 1
    work()
    assert cuts() == 2
