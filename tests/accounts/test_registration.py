"""Registration tells nobody which addresses have accounts."""

import pytest
from sqlalchemy import func, select

from pulse.accounts.models import ReservedUsername, User
from pulse.extensions import db
from tests.accounts.conftest import at_once, fresh, link_in, statements

ANN = {"username": "ann", "email": "ann@example.org", "password": "a long password"}


def count(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


@pytest.mark.parametrize("path", ["/api/register/", "/api/auth/register", "/api/signup/"])
def test_makes_a_pending_account_and_mails_a_link(client, mailed, path) -> None:
    more = {
        "first_name": "Ann",
        "last_name": "Example",
        "phone": "+49 30 1",
        "password_confirm": ANN["password"],
    }
    answer = client.post(path, json={**ANN, "email": "Ann@Example.ORG", **more})
    assert answer.status_code == 201
    assert answer.json["username"] == "ann"
    assert answer.json["email"] == "ann@example.org"
    assert answer.json["role"] == "user"
    assert answer.json["account_status"] == "pending"
    assert "successfully" in answer.json["message"]
    user = fresh(1)
    assert (user.full_name, user.phone, user.account_status) == ("Ann Example", "+49 30 1", "pending")
    assert user.password_hash.startswith("$argon2id$")
    (text,) = mailed()
    assert "http://127.0.0.1:5000" + link_in(text) in text


def test_a_known_address_gets_the_same_answer_and_its_owner_a_mail(client, create_user, mailed) -> None:
    new = client.post("/api/register/", json={**ANN, "username": "first"})
    mailed()
    known = client.post("/api/register/", json={**ANN, "username": "other"})
    assert (known.status_code, known.headers["Content-Length"]) == (201, new.headers["Content-Length"])
    assert known.data == new.data.replace(b"first", b"other")
    assert count(User) == 1
    (text,) = mailed()
    assert "Hello first" in text
    assert link_in(text)  # still unverified: the way in is offered again


def test_an_active_owner_gets_no_link(client, create_user, mailed) -> None:
    create_user("ann")
    mailed()
    client.post("/api/register/", json={**ANN, "username": "other"})
    (text,) = mailed()
    assert "/api/verify-email/" not in text
    assert "Hello ann" in text


def test_a_second_try_does_not_tell_whether_the_first_made_an_account(client, create_user) -> None:
    create_user("owner")
    for email in ("owner@example.org", "nobody@example.org"):
        name = email.partition("@")[0] + "-again"
        body = {**ANN, "username": name, "email": email}
        assert client.post("/api/register/", json=body).status_code == 201
        second = client.post("/api/register/", json={**body, "username": name.upper()})
        assert (second.status_code, second.json["code"]) == (409, "username_taken")
    assert count(ReservedUsername) == 1


def test_a_taken_username_is_refused_whatever_its_case(client, create_user) -> None:
    create_user("Ann")
    answer = client.post("/api/register/", json={**ANN, "username": "aNN", "email": "new@example.org"})
    assert (answer.status_code, answer.json["code"]) == (409, "username_taken")


def test_known_and_unknown_addresses_cost_the_same(client, create_user, hashings) -> None:
    create_user("owner")
    work = []
    for email in ("owner@example.org", "nobody@example.org"):
        hashings.clear()
        with statements() as seen:
            client.post("/api/register/", json={**ANN, "username": "by-" + email[:5], "email": email})
        work.append((list(hashings), len(seen)))
    assert work[0][0] == work[1][0] == ["hash"]
    assert abs(work[0][1] - work[1][1]) <= 1  # the new user's presence: microseconds beside the hash


def test_one_username_twenty_times_at_once(app) -> None:
    def register(number: int) -> int:
        body = {**ANN, "email": f"ann{number}@example.org"}
        return app.test_client().post("/api/register/", json=body).status_code

    answers = at_once(20, register)
    assert sorted(answers) == [201] + [409] * 19
    assert count(User) == 1


def test_one_address_twenty_times_at_once(app) -> None:
    def register(number: int) -> int:
        body = {**ANN, "username": f"ann{number}"}
        return app.test_client().post("/api/register/", json=body).status_code

    assert at_once(20, register) == [201] * 20
    assert (count(User), count(ReservedUsername)) == (1, 19)


BAD = [
    ("username", ""),
    ("username", "ab"),
    ("username", "a" * 51),
    ("username", "ann example"),
    ("username", "ann@example.org"),
    ("username", "änn"),
    ("username", "an\nn"),
    ("username", "ann😀"),
    ("username", "ann\0"),
    ("username", 7),
    ("username", None),
    ("username", ["ann"]),
    ("email", ""),
    ("email", "ann"),
    ("email", "ann@"),
    ("email", "a b@example.org"),
    ("email", "😀@example.org"),
    ("email", "ann@example.org\nBcc: all@example.org"),
    ("email", "a" * 65 + "@example.org"),
    ("email", "a@" + "b" * 300 + ".org"),
    ("email", {"a": 1}),
    ("password", ""),
    ("password", "1234567"),
    ("password", "x" * 201),
    ("password", "nul\0in the middle"),
    ("password", "ANN@example.org"),
    ("password", 12345678),
    ("password_confirm", "another password"),
    ("full_name", "x" * 201),
    ("full_name", "\0"),
    ("first_name", "x" * 101),
    ("last_name", 3),
    ("phone", "call me"),
    ("phone", "1" * 41),
]


def test_bad_input_is_named(client) -> None:
    for field, value in BAD:
        answer = client.post("/api/register/", json={**ANN, field: value})
        assert (answer.status_code, answer.json.get("code")) == (422, "invalid_input"), (field, value)
        assert set(answer.json["errors"]) in ({field}, {"_schema"}), (field, value)
    assert count(User) == 0


def test_bodies_that_are_no_object(client) -> None:
    for body in ("", "{", "[]", "null", '"text"', "7", '{"username": "\\ud800"}', "[" * 100_000, b"\xff\xfe"):
        answer = client.post("/api/register/", data=body, content_type="application/json")
        assert answer.status_code in (400, 422), body[:30]
        assert answer.content_type == "application/problem+json"


def test_a_huge_body(client) -> None:
    answer = client.post("/api/register/", json={**ANN, "full_name": "x" * 2_000_000})
    assert answer.json["code"] == "too_large"


def test_edges_of_what_is_allowed(client) -> None:
    body = {"username": "a.B_-" * 10, "email": "ann@localhost", "password": "  ä😀 " + "x" * 195}
    assert client.post("/api/register/", json=body).status_code == 201
    db.session.rollback()
    user = db.session.scalar(select(User))
    assert len(user.username) == 50
    code = client.post("/api/login/", json={"username": "x", "password": body["password"]}).status_code
    assert code == 401
