"""Signing in with a password."""

import pytest
from argon2 import PasswordHasher
from flask import Flask

from pulse.accounts import service
from pulse.accounts.models import Session, User
from pulse.core.errors import NotSignedIn
from pulse.core.permissions import Role
from pulse.extensions import db
from tests.accounts.conftest import at_once, statements
from tests.conftest import PASSWORD


def login(client, username: str, password: object = PASSWORD, **more):
    return client.post("/api/login/", json={"username": username, "password": password, **more})


def test_by_username_or_address(client, create_user) -> None:
    create_user("ann")
    about = {
        "user_id": 1,
        "username": "ann",
        "email": "ann@example.org",
        "role": "user",
        "is_admin_group": False,
    }
    for path in ("/api/login/", "/api/auth/login"):
        for name in ({"username": "ANN"}, {"username": "Ann@Example.org"}, {"email": "ann@example.org"}):
            answer = client.post(path, json={**name, "password": PASSWORD})
            assert answer.status_code == 200
            assert about.items() <= answer.json.items()
            assert answer.json["expires_in"] == 900
            assert all(answer.json[key] for key in ("access_token", "refresh_token", "id_token", "message"))


def test_an_address_may_be_typed_as_people_write_it(client, create_user) -> None:
    service.create_user("ann", "ann@münchen.example", PASSWORD)
    for email in ("ann@münchen.example", "Ann@MÜNCHEN.example", "ann@xn--mnchen-3ya.example"):
        assert login(client, email).status_code == 200, email


def test_admins_are_told_so(client, create_user) -> None:
    create_user("root", Role.ADMIN)
    answer = login(client, "root").json
    assert (answer["role"], answer["is_admin_group"]) == ("admin", True)


def test_unknown_wrong_unverified_and_visitors_look_the_same(client, create_user, hashings) -> None:
    create_user("ann")
    create_user("new", active=False)
    create_user("guest", Role.VISITOR)
    seen = set()
    for name, password in (("nobody", PASSWORD), ("ann", "wrong"), ("new", PASSWORD), ("guest", PASSWORD)):
        hashings.clear()
        with statements() as sql:
            answer = login(client, name, password)
        seen.add((answer.status_code, answer.data, tuple(hashings), len(sql)))
    ((status, body, hashed, queries),) = seen
    assert (status, hashed, queries) == (401, ("verify",), 1)
    assert b"invalid_credentials" in body


@pytest.mark.parametrize("status", ["suspended", "banned"])
def test_closed_accounts_are_told_only_to_who_knows_the_password(client, create_user, status) -> None:
    create_user("ann")
    service.set_account_status(None, 1, status)
    answer = login(client, "ann")
    assert (answer.status_code, answer.json["code"]) == (403, f"account_{status}")
    assert login(client, "ann", "wrong password").json["code"] == "invalid_credentials"


def test_a_suspension_between_the_check_and_the_session(create_user) -> None:
    ann = create_user("ann")
    service.set_account_status(None, ann.id, "suspended")
    with pytest.raises(Exception, match="suspended"):
        service.sign_in(ann)


def test_a_password_changed_while_the_old_one_is_checked(client, create_user, monkeypatch) -> None:
    ann = create_user("ann")
    real = PasswordHasher.verify

    def slow(self: PasswordHasher, *args: str) -> bool:
        """As if somebody changed it before the hash is computed."""
        monkeypatch.setattr(PasswordHasher, "verify", real)
        at_once(1, lambda _: change_password(client.application, ann.id))
        return real(self, *args)

    monkeypatch.setattr(PasswordHasher, "verify", slow)
    answer = login(client, "ann")
    assert (answer.status_code, answer.json["code"]) == (401, "invalid_credentials")


def test_a_password_changed_between_the_check_and_the_session(app, create_user) -> None:
    create_user("ann")
    ann = service.check_password("ann", PASSWORD)
    at_once(1, lambda _: change_password(app, 1))
    with pytest.raises(NotSignedIn):
        service.sign_in(ann)


def change_password(app: Flask, user_id: int) -> None:
    with app.app_context():
        service.change_password(user_id, 0, PASSWORD, "a much better password")


def test_bad_input(client) -> None:
    for body in (
        {},
        {"username": "ann"},
        {"password": PASSWORD, "username": None},
        {"username": "ann", "password": ""},
        {"username": "ann", "password": "x" * 201},
        {"username": "ann", "password": 5},
        {"username": "a\0", "password": "x"},
        {"username": "x" * 300, "password": "x"},
        [],
    ):
        answer = client.post("/api/login/", json=body)
        assert (answer.status_code, answer.json["code"]) == (422, "invalid_input"), body


def test_odd_names_are_just_unknown(client, create_user) -> None:
    create_user("ann")
    for name in ("", "@", "ü@x", "😀", "a" * 254, "%", "ann' OR 1=1 --"):
        assert login(client, name).json["code"] == "invalid_credentials"


def test_passwords_keep_their_spaces_and_their_composition(client) -> None:
    service.create_user("ann", "ann@example.org", "  p\u00e4ssword ")
    assert login(client, "ann", "  pa\u0308ssword ").status_code == 200
    assert login(client, "ann", "p\u00e4ssword").status_code == 401


def test_the_wrong_method_is_named(client) -> None:
    answer = client.get("/api/login/")
    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
    assert "POST" in answer.headers["Allow"]


PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148"


DEVICES = [
    ({"User-Agent": PHONE}, None, "mobile"),
    ({"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}, None, "web"),
    ({"User-Agent": "Mozilla/5.0 Chrome/140 Electron/38"}, None, "desktop"),
    ({"User-Agent": "curl/8"}, None, "api"),
    (
        {"User-Agent": PHONE, "X-Device-Type": "desktop", "X-Device-Id": "my.lap-top_1"},
        "my.lap-top_1",
        "desktop",
    ),
    ({"User-Agent": "x" * 1000, "X-Device-Type": "fridge", "X-Device-Id": "a b"}, None, "api"),
    ({"User-Agent": "curl", "X-Device-Id": "x" * 65}, None, "api"),
]


def test_the_session_knows_its_device(client, create_user) -> None:
    create_user("ann")
    for number, (headers, device_id, device_type) in enumerate(DEVICES, 1):
        body = {"username": "ann", "password": PASSWORD}
        assert client.post("/api/login/", json=body, headers=headers).status_code == 200
        db.session.rollback()
        session = db.session.get_one(Session, number)
        assert (session.device_id, session.device_type) == (device_id, device_type), headers
        assert (session.address, session.client) == ("127.0.0.1", headers["User-Agent"][:300])


def test_the_hash_of_a_user_without_password_fits_nothing(client, create_user) -> None:
    create_user("ann")
    db.session.get_one(User, 1).password_hash = None
    db.session.commit()
    assert login(client, "ann").status_code == 401
