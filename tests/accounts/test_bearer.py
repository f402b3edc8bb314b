"""Programs: tokens in the Authorization header."""

import pytest

from pulse.accounts import auth, service
from pulse.core.errors import PulseError
from pulse.core.identity import Identity
from pulse.core.permissions import Role
from tests.accounts.conftest import statements
from tests.conftest import PASSWORD


@pytest.fixture
def tokens(app, create_user) -> dict:
    create_user("ann")
    return app.test_client().post("/api/login/", json={"username": "ann", "password": PASSWORD}).json


def call(client, header: str, path: str = "/api/profile/", method: str = "GET"):
    return client.open(path, method=method, json={}, headers={"Authorization": header})


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "Token", "token"])
def test_bearer_and_token_need_no_csrf_token(client, tokens, scheme) -> None:
    header = f"{scheme} {tokens['access_token']}"
    assert call(client, header).status_code == 200
    assert call(client, header, method="PUT").status_code == 200


def test_a_check_of_the_session_is_one_statement(client, tokens) -> None:
    header = f"Bearer {tokens['access_token']}"
    with statements() as seen:
        call(client, header)
    assert len(seen) == 2  # the session with its user, and the profile that was asked for
    with client.application.test_request_context(headers={"Authorization": header}), statements() as seen:
        assert auth.authenticate_request(False) == Identity(1, 1, Role.USER)
    assert seen == []


def test_other_tokens_open_nothing(client, tokens) -> None:
    for name in ("refresh_token", "id_token"):
        answer = call(client, f"Bearer {tokens[name]}")
        assert (answer.status_code, answer.json["code"]) == (401, "invalid_token")


def test_changed_and_foreign_tokens(client, tokens) -> None:
    good = tokens["access_token"]
    head, body, signature = good.split(".")
    none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0"
    bad = [
        "",
        "x",
        "x.y.z",
        good[:-4],
        f"{head}.{body}.",
        f"{none}.{body}.",
        f"{none}.{body}.{signature}",
        "ü",
        "x" * 9000,
    ]
    for token in bad:
        answer = call(client, f"Bearer {token}")
        assert (answer.status_code, answer.json["code"]) == (401, "invalid_token"), token[:50]


def test_an_expired_token(travel, app, client, create_user) -> None:
    create_user("ann")
    tokens = client.post("/api/login/", json={"username": "ann", "password": PASSWORD}).json
    travel.shift(15 * 60)
    answer = call(client, f"Bearer {tokens['access_token']}")  # though the cookies would renew it
    assert (answer.status_code, answer.json["code"]) == (401, "token_expired")


def test_a_token_in_the_url_is_refused(client, tokens) -> None:
    answer = client.get(f"/api/profile/?token={tokens['access_token']}")
    assert (answer.status_code, answer.json["code"]) == (401, "not_signed_in")
    assert "Authorization" in answer.json["detail"]


def test_without_anything(client) -> None:
    for header in ("", "Basic YTpi", "Bearer"):
        answer = call(client, header)
        assert answer.status_code == 401
        assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("status", ["suspended", "banned", "pending"])
def test_the_account_is_looked_at_each_time(client, tokens, status) -> None:
    service.set_account_status(None, 1, status)
    answer = call(client, f"Bearer {tokens['access_token']}")
    assert (answer.status_code, answer.json["code"]) == (403, f"account_{status}")


def test_the_role_is_that_of_now(client, tokens) -> None:
    header = f"Bearer {tokens['access_token']}"
    assert call(client, header, "/api/admin/users/1/", "PATCH").json["code"] == "forbidden"
    service.set_role(None, 1, "admin")
    assert call(client, header, "/api/admin/users/1/", "PATCH").status_code == 200


def test_sockets_sign_in_and_are_checked_again(app, tokens) -> None:
    who = auth.authenticate_token(tokens["access_token"])
    assert who == Identity(1, 1, Role.USER)
    service.set_role(None, 1, "agent")
    assert auth.recheck(who) == Identity(1, 1, Role.AGENT)
    with pytest.raises(PulseError) as refused:
        auth.recheck(Identity(2, 1, Role.USER))  # somebody else's session
    assert refused.value.code == "session_ended"
    service.end_sessions(1, "revoked")
    for check in (lambda: auth.recheck(who), lambda: auth.authenticate_token(tokens["access_token"])):
        with pytest.raises(PulseError) as refused:
            check()
        assert refused.value.code == "session_ended"
