"""Signing in with a mailed code."""

import json

import pytest
from sqlalchemy import select

from pulse import create_app
from pulse.accounts import service, signing
from pulse.accounts.models import LoginCode, Session
from pulse.core.context import settings
from pulse.core.outbox import Outbox, run
from pulse.core.permissions import Role
from pulse.extensions import db, store
from tests.accounts.conftest import Browser, at_once, code_in, fresh, statements

MINUTE = 60


def ask(client, email: str = "ann@example.org"):
    answer = client.post("/api/request-otp/", json={"email": email})
    assert answer.status_code == 200
    return answer


def enter(client, code: object, email: str = "ann@example.org", name: str = "otp"):
    return client.post("/api/verify-otp/", json={"email": email, name: code})


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


@pytest.fixture
def ann(create_user):
    return create_user("ann")


@pytest.fixture
def code(travel, client, ann, mailed) -> str:
    ask(client)
    (text,) = mailed()
    return code_in(text)


def test_a_code_signs_in_once(client, code) -> None:
    answer = enter(client, code)
    assert (answer.status_code, answer.json["username"]) == (200, "ann")
    assert client.cookie("access_token")
    assert client.get("/api/profile/").status_code == 200
    again = enter(client, code)
    assert (again.status_code, again.json["code"]) == (401, "invalid_code")


def test_numbers_spaces_and_the_name_code_are_taken_too(client, ann, mailed) -> None:
    for form, name in ((int, "otp"), (lambda c: f" {c[:3]} {c[3:]} ", "otp"), (str, "code")):
        ask(client)
        assert enter(client, form(code_in(mailed()[0])), "ANN@example.org", name).status_code == 200


def test_a_code_with_zeros_in_front_may_come_as_a_number(client, ann, mailed) -> None:
    ask(client)
    row = db.session.get_one(LoginCode, signing.email_digest("ann@example.org"))
    row.nonce = next(n for n in map(str, range(1000)) if signing.login_code("ann@example.org", n)[0] == "0")
    db.session.commit()
    code = code_in(mailed()[0])
    assert code.startswith("0")
    assert enter(client, int(code)).status_code == 200


def test_a_code_is_good_for_five_minutes(client, code, travel) -> None:
    travel.shift(5 * MINUTE)
    assert enter(client, code).json["code"] == "invalid_code"


def test_just_before_five_minutes(client, code, travel) -> None:
    travel.shift(5 * MINUTE - 1)
    assert enter(client, code).status_code == 200


def test_a_new_code_replaces_the_old_one(client, code, mailed) -> None:
    ask(client)
    new = code_in(mailed()[0])
    assert enter(client, code).status_code == 401
    assert enter(client, new).status_code == 200


def test_five_wrong_tries_lock_and_asking_again_does_not_help(client, code, travel, mailed) -> None:
    refused = [enter(client, wrong(code)) for _ in range(5)]
    locked = enter(client, code)
    assert {answer.data for answer in [*refused, locked]} == {refused[0].data}
    ask(client)
    new = code_in(mailed()[0])
    assert enter(client, new).status_code == 401
    travel.shift(15 * MINUTE - 1)
    ask(client)
    assert enter(client, code_in(mailed()[0])).status_code == 401
    travel.shift(1)
    ask(client)
    assert enter(client, code_in(mailed()[0])).status_code == 200


def test_a_right_code_resets_the_count(client, code, mailed) -> None:
    for _ in range(2):
        for _ in range(4):
            enter(client, wrong(code))
        assert enter(client, code).status_code == 200
        ask(client)
        code = code_in(mailed()[0])


def test_guessing_at_once_is_counted(app, code) -> None:
    guesses = [f"{(int(code) + 1 + n) % 10**6:06d}" for n in range(20)]
    at_once(20, lambda n: enter(app.test_client(), guesses[n]))
    db.session.rollback()
    assert db.session.scalar(select(LoginCode.tries)) == 5
    assert enter(app.test_client(), code).status_code == 401


def test_a_code_used_twenty_times_at_once_works_once(app, code) -> None:
    answers = at_once(20, lambda n: enter(app.test_client(), code).status_code)
    assert sorted(answers)[0] == 200
    assert sorted(answers)[1:] == [401] * 19
    assert len(db.session.scalars(select(Session)).all()) == 1


def test_asking_twenty_times_at_once(app, client, ann, mailed) -> None:
    at_once(20, lambda n: ask(app.test_client()))
    assert enter(client, code_in(mailed()[-1])).status_code == 200


def test_known_and_unknown_addresses_look_the_same(client, ann, create_user, mailed) -> None:
    create_user("gone")
    service.set_account_status(None, 2, "banned")
    create_user("guest", Role.VISITOR)
    answers, costs, refusals = [], [], []
    for name in ("ann", "gone", "guest", "nobody"):
        email = f"{name}@example.org"
        with statements() as asked:
            answers.append(ask(client, email))
        db.session.rollback()
        guess = wrong(
            signing.login_code(email, db.session.get_one(LoginCode, signing.email_digest(email)).nonce)
        )
        with statements() as guessed:
            refusals.append(enter(client, guess, email))
        costs.append((len(asked), len(guessed)))
    assert len({answer.data for answer in answers}) == 1
    assert len({answer.data for answer in refusals}) == 1
    assert len(set(costs)) == 1
    assert len(mailed()) == 1


def test_a_code_verifies_a_pending_account(client, mailed) -> None:
    body = {"username": "new", "email": "new@example.org", "password": "a long password"}
    client.post("/api/register/", json=body)
    mailed()
    ask(client, "new@example.org")
    assert enter(client, code_in(mailed()[0]), "new@example.org").status_code == 200
    user = fresh(1)
    assert (user.account_status, user.email_verified_at is not None) == ("active", True)


@pytest.mark.parametrize("status", ["suspended", "banned"])
def test_an_account_closed_since_the_code_came(client, code, status) -> None:
    service.set_account_status(None, 1, status)
    answer = enter(client, code)
    assert (answer.status_code, answer.json["code"]) == (403, f"account_{status}")


def test_the_right_code_of_an_unknown_address(client) -> None:
    ask(client, "nobody@example.org")
    row = db.session.get_one(LoginCode, signing.email_digest("nobody@example.org"))
    code = signing.login_code("nobody@example.org", row.nonce)
    assert enter(client, code, "nobody@example.org").json["code"] == "invalid_code"


def test_a_code_survives_a_restart(app, client, code) -> None:
    new = create_app(settings())
    new.test_client_class = Browser
    assert enter(new.test_client(), code).status_code == 200


def test_nothing_stored_shows_the_code(client, ann, mailed, smtp) -> None:
    ask(client)
    row = db.session.get_one(LoginCode, signing.email_digest("ann@example.org"))
    code = signing.login_code("ann@example.org", row.nonce)
    kept = json.dumps([r.payload for r in db.session.scalars(select(Outbox))])
    kept += repr(
        [
            (key, store.client.dump(key))
            for key in store.client.scan_iter()
            if store.client.type(key) == "hash"
        ]
    )
    kept += "".join(str(value) for value in vars(row).values())
    assert code not in kept
    assert "ann@example.org" not in row.email_digest
    assert code in mailed()[0]


def test_while_the_mail_server_is_down_nothing_is_lost(client, ann, smtp, work, travel) -> None:
    smtp.is_refusing = True
    ask(client)
    work()
    assert smtp.messages == []
    smtp.is_refusing = False
    (row,) = db.session.scalars(select(Outbox))
    run(row.id)
    assert len(smtp.messages) == 1
    assert db.session.scalars(select(Outbox)).all() == []


def test_a_code_that_is_too_late_is_not_mailed(client, ann, mailed, travel) -> None:
    ask(client)
    travel.shift(5 * MINUTE)
    assert mailed() == []


def test_bad_input(client) -> None:
    for body in (
        {},
        {"email": ""},
        {"email": "x"},
        {"email": None},
        {"email": 5},
        {"email": "a\0@example.org"},
        {"email": "a@" + "x" * 10_000},
    ):
        assert client.post("/api/request-otp/", json=body).status_code == 422, body
    for code in (
        None,
        "",
        "12345",
        "1234567",
        "abcdef",
        "\uff11" * 6,  # digits, but not ours
        -1,
        1234567,
        2**63,
        True,
        1.5,
        [],
        "12345\0",
    ):
        answer = enter(client, code)
        assert (answer.status_code, answer.json["code"]) == (422, "invalid_input"), code
    assert enter(client, "123456").json["code"] == "invalid_code"
