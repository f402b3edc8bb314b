"""A password forgotten: a mailed code and a new one. And whose password an unverified account has."""

import pytest
from sqlalchemy import select

from pulse.accounts import service, signing
from pulse.accounts.models import LoginCode, Session, User
from pulse.core.permissions import Role
from pulse.extensions import db
from tests.accounts.conftest import at_once, code_in, fresh, link_in, statements
from tests.conftest import PASSWORD

NEW = "an even better password"


def ask(client, email: str = "ann@example.org") -> None:
    assert client.post("/api/request-otp/", json={"email": email}).status_code == 200


def reset(client, code: object, email: str = "ann@example.org", new: object = NEW, name: str = "otp"):
    return client.post("/api/reset-password/", json={"email": email, name: code, "new_password": new})


def login(client, password: str, username: str = "ann") -> int:
    return client.post("/api/login/", json={"username": username, "password": password}).status_code


def register(client, username: str, password: str, email: str = "ann@example.org") -> None:
    body = {"username": username, "email": email, "password": password}
    assert client.post("/api/register/", json=body).status_code == 201


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


@pytest.fixture
def code(client, create_user, mailed) -> str:
    create_user("ann")
    ask(client)
    (text,) = mailed()
    return code_in(text)


def test_sets_the_password_signs_in_and_ends_all_sessions(app, client, code, browser) -> None:
    thief = browser("ann", new=False)
    answer = reset(client, code, "ANN@example.org")
    assert (answer.status_code, answer.json["username"]) == (200, "ann")
    assert client.get("/api/profile/").status_code == 200
    assert thief.get("/api/profile/").json["code"] == "session_ended"
    assert login(app.test_client(), PASSWORD) == 401
    assert login(app.test_client(), NEW) == 200


def test_a_code_is_good_once_for_either_use(client, code) -> None:
    assert reset(client, code, name="code").status_code == 200
    for answer in (
        reset(client, code),
        client.post("/api/verify-otp/", json={"email": "ann@example.org", "otp": code}),
    ):
        assert (answer.status_code, answer.json["code"]) == (401, "invalid_code")


def test_used_twenty_times_at_once_it_works_once(app, code) -> None:
    answers = at_once(20, lambda n: reset(app.test_client(), code, new=f"a better password {n}"))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 19
    number = next(n for n, answer in enumerate(answers) if answer.status_code == 200)
    assert login(app.test_client(), f"a better password {number}") == 200
    assert len(db.session.scalars(select(Session).where(Session.ended_at.is_(None))).all()) == 2


def test_wrong_codes_lock_as_they_do_for_signing_in(client, code) -> None:
    for _ in range(3):
        assert reset(client, wrong(code)).status_code == 401
    for _ in range(2):
        client.post("/api/verify-otp/", json={"email": "ann@example.org", "otp": wrong(code)})
    assert reset(client, code).json["code"] == "invalid_code"
    assert login(client, PASSWORD) == 200


def test_known_and_unknown_addresses_look_the_same(client, create_user, mailed, hashings) -> None:
    create_user("ann")
    create_user("guest", Role.VISITOR)
    create_user("gone")
    service.set_account_status(None, 3, "banned")
    seen = set()
    for name in ("ann", "guest", "gone", "nobody"):
        email = f"{name}@example.org"
        ask(client, email)
        db.session.rollback()
        row = db.session.get_one(LoginCode, signing.email_digest(email))
        guess = wrong(signing.login_code(email, row.nonce))
        hashings.clear()
        with statements() as sql:
            answer = reset(client, guess, email)
        seen.add((answer.status_code, answer.data, tuple(hashings), len(sql)))
    assert len(seen) == 1


@pytest.mark.parametrize("new", ["ann@example.org", "short", "", None, 5, "x" * 201, "\0" * 10])
def test_a_password_that_may_not_be_leaves_the_code_good(client, code, new) -> None:
    answer = reset(client, code, new=new)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_input")
    assert set(answer.json["errors"]) <= {"new_password", "_schema"}
    assert login(client, PASSWORD) == 200
    assert reset(client, code).status_code == 200


def test_the_username_is_refused_only_to_who_knows_the_code(client, create_user, mailed) -> None:
    service.create_user("annabelle", "ann@example.org", PASSWORD)
    ask(client)
    code = code_in(mailed()[0])
    assert reset(client, wrong(code), new="annabelle").status_code == 401
    answer = reset(client, code, new="Annabelle")
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["new_password"])
    assert reset(client, code).status_code == 200


@pytest.mark.parametrize("status", ["suspended", "banned"])
def test_a_closed_account_stays_closed(client, code, status) -> None:
    service.set_account_status(None, 1, status)
    answer = reset(client, code)
    assert (answer.status_code, answer.json["code"]) == (403, f"account_{status}")
    service.set_account_status(None, 1, "active")
    assert login(client, PASSWORD) == 200


def test_bad_input(client) -> None:
    for body in ({}, [], {"email": "x", "otp": "1", "new_password": "x"}, {"email": [], "otp": {}}):
        answer = client.post("/api/reset-password/", json=body)
        assert (answer.status_code, answer.json["code"]) == (422, "invalid_input"), body


# Whoever registers an address need not be who reads its mail, until the address is verified by its link.


def test_a_code_drops_the_password_of_whoever_registered_the_address(app, client, mailed) -> None:
    register(client, "mallory", "the password of mallory")
    ask(client)
    code = code_in(mailed()[-1])
    answer = client.post("/api/verify-otp/", json={"email": "ann@example.org", "otp": code})
    assert answer.status_code == 200
    assert client.get("/api/profile/").json["has_password"] is False
    assert login(app.test_client(), "the password of mallory", "mallory") == 401
    assert fresh(1).account_status == "active"


def test_registering_again_drops_it_too(app, client, mailed) -> None:
    register(client, "mallory", "the password of mallory")
    register(client, "ann", PASSWORD)
    first, second = mailed()
    assert "mallory" in second
    for text in (first, second):
        assert client.get(link_in(text)).status_code == 200
    assert login(app.test_client(), "the password of mallory", "mallory") == 401
    assert "/sign-in/password" in second
    ask(client)
    assert reset(client, code_in(mailed()[0])).status_code == 200
    assert client.get("/api/profile/").json["has_password"] is True
    assert login(app.test_client(), NEW, "mallory") == 200


def test_the_link_alone_keeps_it(client, mailed) -> None:
    register(client, "ann", PASSWORD)
    assert client.get(link_in(mailed()[0])).status_code == 200
    register(client, "mallory", "the password of mallory")  # too late: the address is verified
    assert login(client, PASSWORD) == 200


def test_a_code_keeps_the_password_of_a_verified_account(client, code) -> None:
    assert client.post("/api/verify-otp/", json={"email": "ann@example.org", "otp": code}).status_code == 200
    assert db.session.get_one(User, 1).password_hash
    assert login(client, PASSWORD) == 200
