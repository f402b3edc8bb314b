"""People see where they are signed in, and end it."""

from threading import Barrier

from argon2 import PasswordHasher

from pulse.accounts import queries, service
from tests.accounts.conftest import at_once
from tests.conftest import PASSWORD, sign_in


def test_the_list_shows_live_sessions_newest_first(app, person) -> None:
    ann = person("ann", User_Agent="Mozilla/5.0 Firefox/140.0", X_Device_Id="laptop")
    phone = sign_in(app, "ann", X_Device_Type="mobile")
    person("bob")
    rows = phone.get("/api/sessions/").json["data"]
    assert [row["id"] for row in rows] == [phone.session_id, ann.session_id]
    assert [row["is_current"] for row in rows] == [True, False]
    assert [row["device_type"] for row in rows] == ["mobile", "web"]
    assert (rows[1]["device_id"], rows[1]["client"], rows[1]["address"]) == (
        "laptop",
        "Mozilla/5.0 Firefox/140.0",
        "127.0.0.1",
    )
    assert rows[0]["created_at"].endswith("Z")
    assert rows[0]["last_used_at"].endswith("Z")


def test_pages(app, person) -> None:
    ann = person("ann")
    others = [sign_in(app, "ann").session_id for _ in range(4)]
    wanted = [*reversed(others), ann.session_id]
    seen, cursor = [], ""
    while cursor is not None:
        page = ann.get(f"/api/sessions/?limit=2&cursor={cursor}").json
        seen += [row["id"] for row in page["data"]]
        cursor = page["next"]
    assert seen == wanted
    for query in (
        "limit=0",
        "limit=201",
        "limit=x",
        "cursor=x",
        "cursor=WyJhIl0",
        "cursor=Wzk5OTk5OTk5OTk5OTk5OTk5OTk5OV0",
    ):
        assert ann.get(f"/api/sessions/?{query}").status_code == 422, query


def test_ending_one(app, person) -> None:
    ann, phone = person("ann"), sign_in(app, "ann")
    path = f"/api/sessions/{phone.session_id}/"
    assert ann.call("DELETE", path).status_code == 204
    assert phone.get("/api/profile/").json["code"] == "session_ended"
    assert ann.get("/api/profile/").status_code == 200
    assert ann.call("DELETE", path).status_code == 404
    assert [row["id"] for row in ann.get("/api/sessions/").json["data"]] == [ann.session_id]


def test_ending_ones_own_in_a_browser_clears_its_cookies(browser) -> None:
    ann = browser("ann")
    assert ann.send("DELETE", "/api/sessions/1/").status_code == 204
    assert not ann.cookie("refresh_token")


def test_those_of_others_do_not_exist(person) -> None:
    ann, bob = person("ann"), person("bob")
    for id_ in (bob.session_id, 0, 999, 10**17, 10**30, "x", -1):
        answer = ann.call("DELETE", f"/api/sessions/{id_}/")
        assert (answer.status_code, answer.json["code"]) == (404, "not_found"), id_
    assert bob.get("/api/profile/").status_code == 200


def test_ending_all_others(app, person) -> None:
    ann, bob = person("ann"), person("bob")
    others = [sign_in(app, "ann") for _ in range(3)]
    answer = ann.post("/api/sessions/end-others/")
    assert (answer.status_code, answer.json["ended"]) == (200, 3)
    assert {other.get("/api/profile/").status_code for other in others} == {401}
    assert {who.get("/api/profile/").status_code for who in (ann, bob)} == {200}
    assert ann.post("/api/sessions/end-others/").json["ended"] == 0


def test_a_new_password_ends_all_others(app, person) -> None:
    ann, phone = person("ann"), sign_in(app, "ann")
    body = {"current_password": PASSWORD, "new_password": "an even better one"}
    assert ann.put("/api/profile/password/", body).status_code == 200
    assert phone.get("/api/profile/").status_code == 401
    assert ann.get("/api/profile/").status_code == 200
    for password, status in ((PASSWORD, 401), ("an even better one", 200)):
        answer = app.test_client().post("/api/login/", json={"username": "ann", "password": password})
        assert answer.status_code == status


def test_of_two_new_passwords_at_once_one_is_set(app, person, monkeypatch) -> None:
    ann = person("ann")
    both, real = Barrier(2, timeout=10), PasswordHasher.verify

    def slow(self: PasswordHasher, *args: str) -> bool:
        is_right = real(self, *args)
        both.wait()
        return is_right

    def change(number: int) -> int:
        header = {"Authorization": f"Bearer {ann.token}"}
        body = {"current_password": PASSWORD, "new_password": f"a better password {number}"}
        return app.test_client().put("/api/profile/password/", json=body, headers=header).status_code

    monkeypatch.setattr(PasswordHasher, "verify", slow)
    assert sorted(at_once(2, change)) == [200, 422]


def test_a_password_that_may_not_be(person) -> None:
    ann = person("ann")
    for current, new, field in (
        ("wrong password", "an even better one", "current_password"),
        (PASSWORD, "short", "new_password"),
        (PASSWORD, "ann@example.org", "new_password"),
        (PASSWORD, "x" * 201, "new_password"),
        (PASSWORD, None, "new_password"),
        ("", "an even better one", "current_password"),
    ):
        answer = ann.put("/api/profile/password/", {"current_password": current, "new_password": new})
        assert (answer.status_code, list(answer.json["errors"])) == (422, [field]), (current, new)


def test_a_session_is_looked_at_as_it_is_now(app, person) -> None:
    """Not as it was when the same transaction looked first."""
    ann, bob = person("ann"), person("bob")
    with app.app_context():
        before = queries.session_state(ann.session_id)
        assert before is not None
        assert before.ended_at is None
        with app.app_context():  # another database session
            service.end_session(ann.id, ann.session_id)
        ended, alive, unknown = (
            queries.session_state(id_) for id_ in (ann.session_id, bob.session_id, 999_999)
        )
    assert ended is not None
    assert ended.ended_at is not None
    assert alive is not None
    assert (alive.user_id, alive.ended_at, unknown) == (bob.id, None, None)
