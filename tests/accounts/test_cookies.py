"""Browsers: cookies, the CSRF token, and access that renews itself."""

import jwt
import pytest

from pulse import create_app
from pulse.accounts import service
from pulse.accounts.models import Session
from pulse.core.context import settings
from pulse.extensions import db
from tests.accounts.conftest import Browser, at_once, fresh
from tests.conftest import PASSWORD

MINUTE = 60
LOGIN = {"username": "ann", "password": PASSWORD}


def set_cookies(answer) -> dict[str, str]:
    """The Set-Cookie headers by name."""
    return {line.partition("=")[0]: line for line in answer.headers.getlist("Set-Cookie")}


def read(token: str) -> dict:
    return jwt.decode(token, options={"verify_signature": False})


def test_cookies_are_bounded_and_hidden_from_scripts(client, create_user) -> None:
    create_user("ann")
    cookies = set_cookies(client.post("/api/login/", json=LOGIN))
    ages = {"access_token": 900, "id_token": 900, "refresh_token": 2592000}
    scripts = {"csrf_access_token": 2592000, "csrf_refresh_token": 2592000}
    assert set(cookies) == set(ages) | set(scripts)
    for name, age in {**ages, **scripts}.items():
        assert f"Max-Age={age};" in cookies[name] + ";"
        assert "SameSite=Lax" in cookies[name]
        assert "Path=/" in cookies[name]
        assert ("HttpOnly" in cookies[name]) == (name in ages)
        assert "Secure" not in cookies[name]


def test_behind_tls_cookies_are_secure(app, create_user) -> None:
    create_user("ann")
    secure = create_app(settings().model_copy(update={"public_url": "https://pulse.example.org"}))
    secure.test_client_class = Browser
    cookies = set_cookies(secure.test_client().post("/api/login/", json=LOGIN))
    assert len(cookies) == 5
    assert all("Secure" in line for line in cookies.values())


def test_what_the_tokens_say(browser) -> None:
    ann = browser("ann", full_name="Ann Example")
    access, refresh, identity = (read(ann.cookie(n)) for n in ("access_token", "refresh_token", "id_token"))
    assert (access["sub"], access["sid"], access["type"], access["role"]) == ("1", 1, "access", "user")
    assert access["exp"] - access["iat"] == 15 * MINUTE
    assert (refresh["sub"], refresh["sid"], refresh["type"]) == ("1", 1, "refresh")
    assert refresh["exp"] - refresh["iat"] == 30 * 24 * 60 * MINUTE
    assert identity["type"] == "id"
    assert identity["name"] == "Ann Example"
    assert identity["preferred_username"] == "ann"
    assert identity["email"] == "ann@example.org"


def test_reads_need_the_cookie_only(browser) -> None:
    assert browser("ann").get("/api/profile/").status_code == 200


@pytest.mark.parametrize("header", [None, "", "wrong", "ü" * 32])
def test_writes_need_the_csrf_token(browser, header) -> None:
    ann = browser("ann")
    headers = {} if header is None else {"X-CSRF-TOKEN": header}
    answer = ann.put("/api/profile/", json={"status_text": "x"}, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (403, "csrf_failed")
    assert ann.send("PUT", "/api/profile/", {"status_text": "x"}).status_code == 200


def test_the_csrf_token_of_another_session_is_none(browser) -> None:
    ann, bob = browser("ann"), browser("bob")
    headers = {"X-CSRF-TOKEN": bob.cookie("csrf_access_token")}
    assert ann.put("/api/profile/", json={}, headers=headers).json["code"] == "csrf_failed"


def test_a_foreign_page_may_not_write(browser) -> None:
    answer = browser("ann").send("PUT", "/api/profile/", {}, Origin="https://evil.example")
    assert (answer.status_code, answer.json["code"]) == (403, "origin_not_allowed")


@pytest.mark.parametrize("is_dropped", [True, False])
def test_access_renews_itself(travel, browser, is_dropped) -> None:
    ann = browser("ann")
    refresh, csrf = ann.cookie("refresh_token"), ann.cookie("csrf_access_token")
    travel.shift(15 * MINUTE + 1)
    old = ann.cookie("access_token")
    if is_dropped:
        ann.delete_cookie("access_token")
    answer = ann.get("/api/profile/")
    assert answer.status_code == 200
    assert set(set_cookies(answer)) == {"access_token", "id_token"}
    assert ann.cookie("access_token") != old
    assert (ann.cookie("refresh_token"), ann.cookie("csrf_access_token")) == (refresh, csrf)
    assert set_cookies(ann.get("/api/profile/")) == {}
    db.session.rollback()
    session = db.session.get_one(Session, 1)
    assert (session.last_used_at - session.created_at).total_seconds() == 15 * MINUTE + 1


@pytest.mark.parametrize("is_dropped", [True, False])
def test_a_write_renews_access_too_but_only_with_its_csrf_token(travel, browser, is_dropped) -> None:
    ann = browser("ann")
    travel.shift(15 * MINUTE + 1)
    if is_dropped:
        ann.delete_cookie("access_token")
    refused = ann.put("/api/profile/", json={})
    assert (refused.status_code, refused.json["code"]) == (403, "csrf_failed")
    assert set_cookies(refused) == {}
    answer = ann.send("PUT", "/api/profile/", {})
    assert (answer.status_code, set(set_cookies(answer))) == (200, {"access_token", "id_token"})


def test_parallel_requests_of_one_browser_all_renew(travel, app, browser) -> None:
    ann = browser("ann")
    travel.shift(15 * MINUTE + 1)

    def tab(number: int) -> int:
        other = app.test_client()
        other.set_cookie("refresh_token", ann.cookie("refresh_token"))
        other.set_cookie("csrf_access_token", ann.cookie("csrf_access_token"))
        return other.send("PUT" if number % 2 else "GET", "/api/profile/", {}).status_code

    assert at_once(10, tab) == [200] * 10
    assert ann.get("/api/profile/").status_code == 200


def test_a_rotated_refresh_token_renews_nothing_and_ends_nothing(travel, app, browser) -> None:
    ann = browser("ann")
    old = ann.cookie("refresh_token")
    assert ann.send("POST", "/api/refresh/").status_code == 204
    late = app.test_client()
    late.set_cookie("refresh_token", old)
    answer = late.get("/api/profile/")
    assert (answer.status_code, answer.json["code"]) == (401, "token_expired")
    assert ann.get("/api/profile/").status_code == 200


def test_an_ended_session_renews_nothing(travel, browser) -> None:
    ann = browser("ann")
    service.end_sessions(1, "revoked")
    ann.delete_cookie("access_token")
    answer = ann.get("/api/profile/")
    assert (answer.status_code, answer.json["code"]) == (401, "session_ended")


def test_after_thirty_days_without_a_refresh_one_signs_in_again(travel, browser) -> None:
    ann = browser("ann")
    travel.shift(30 * 24 * 60 * MINUTE + 1)
    answer = ann.get("/api/profile/")
    assert (answer.status_code, answer.json["code"]) == (401, "token_expired")


@pytest.mark.parametrize("name", ["access_token", "refresh_token", "id_token"])
def test_cookies_do_not_stand_in_for_each_other(app, browser, name) -> None:
    ann, thief = browser("ann"), app.test_client()
    thief.set_cookie("access_token", ann.cookie(name))
    assert thief.get("/api/profile/").status_code == (200 if name == "access_token" else 401)


def test_broken_cookies_are_no_cookies(client) -> None:
    for value in ("", "x", "a.b.c", "x" * 4000, "e30.e30.e30"):
        client.set_cookie("access_token", value)
        client.set_cookie("refresh_token", value)
        assert client.get("/api/profile/").status_code == 401, value[:20]


def test_a_suspended_user_is_told_why(browser) -> None:
    ann = browser("ann")
    service.set_account_status(None, 1, "suspended")
    for _ in range(2):
        answer = ann.get("/api/profile/")
        assert (answer.status_code, answer.json["code"]) == (403, "account_suspended")
        ann.delete_cookie("access_token")
    service.set_account_status(None, 1, "active")
    assert ann.get("/api/profile/").json["code"] == "session_ended"
    assert fresh(1).account_status == "active"
