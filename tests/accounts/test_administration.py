"""What admins do to accounts, and that one admin is always left."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from pulse.accounts import service
from pulse.accounts.models import AuditEntry, Session
from pulse.core import bus
from pulse.core.errors import Conflict, InvalidInput, NotFound
from pulse.core.permissions import Role
from pulse.extensions import db, store
from tests.accounts.conftest import at_once, fresh
from tests.conftest import Person, sign_in


@pytest.fixture
def root(person: Callable[..., Person]) -> Person:
    return person("root", Role.ADMIN)


@pytest.fixture
def ann(root: Person, person: Callable[..., Person]) -> Person:
    return person("ann")


def patch(who: Person, user_id: object, **body: object):
    return who.call("PATCH", f"/api/admin/users/{user_id}/", body)


def audit() -> list[tuple]:
    db.session.rollback()
    rows = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    return [(row.actor_id, row.action, row.target_id, row.detail) for row in rows]


def test_suspending_signs_out_everywhere(app, root, ann) -> None:
    phone = sign_in(app, "ann")
    answer = patch(root, ann.id, account_status="suspended")
    assert (answer.status_code, answer.json["account_status"]) == (200, "suspended")
    for who in (ann, phone):
        answer = who.get("/api/profile/")
        assert (answer.status_code, answer.json["code"]) == (403, "account_suspended")
    rows = db.session.scalars(select(Session).where(Session.user_id == ann.id)).all()
    assert {(row.end_reason, row.ended_at is not None) for row in rows} == {("suspended", True)}
    cuts = {entry["m"] for _, entry in store.client.xrange(bus.BUS) if "cut" in entry["m"]}
    assert {f'{{"cut":"session:{row.id}"}}' for row in rows} <= cuts


def test_reactivating(app, root, ann) -> None:
    for status in ("banned", "active"):
        patch(root, ann.id, account_status=status)
    assert ann.get("/api/profile/").json["code"] == "session_ended"
    assert sign_in(app, "ann").get("/api/profile/").status_code == 200


def test_everything_is_in_the_audit_log_once(root, ann) -> None:
    for _ in range(2):
        patch(root, ann.id, account_status="suspended")
        patch(root, ann.id, role="agent")
    root.post("/api/make-admin/", {"target_username": "ann"})
    root.post("/api/remove-admin/", {"target_username": "ann"})
    assert audit() == [
        (root.id, "account_status", ann.id, "active -> suspended"),
        (root.id, "role", ann.id, "user -> agent"),
        (root.id, "role", ann.id, "agent -> admin"),
        (root.id, "role", ann.id, "admin -> user"),
    ]


def test_both_or_neither(root, ann) -> None:
    answer = patch(root, ann.id, account_status="suspended", role="agent")
    assert (answer.json["role"], answer.json["account_status"]) == ("agent", "suspended")
    answer = patch(root, root.id, role="admin", account_status="banned")
    assert answer.json["code"] == "last_admin"
    answer = patch(root, ann.id, account_status="active", role="visitor")
    assert answer.status_code == 422
    user = fresh(ann.id)
    assert (user.role, user.account_status) == ("agent", "suspended")


@pytest.mark.parametrize(
    "change",
    [{"account_status": "suspended"}, {"account_status": "pending"}, {"role": "user"}, {"role": "agent"}],
)
def test_the_last_active_admin_stays(root, create_user, change) -> None:
    other = create_user("other", Role.ADMIN)
    service.set_account_status(None, other.id, "suspended")  # does not count
    answer = patch(root, root.id, **change)
    assert (answer.status_code, answer.json["code"]) == (409, "last_admin")
    assert root.post("/api/remove-admin/", {"target_username": "root"}).json["code"] == "last_admin"
    service.set_account_status(None, other.id, "active")
    assert patch(root, root.id, **change).status_code == 200


def test_admins_who_remove_each_other_at_once(app, create_user) -> None:
    ids = [create_user(f"admin{n}", Role.ADMIN).id for n in range(6)]

    def remove(number: int) -> bool:
        with app.app_context():
            try:
                if number % 2:
                    service.set_role(None, ids[number], Role.USER)
                else:
                    service.set_account_status(None, ids[number], "suspended")
            except Conflict:
                return False
            return True

    assert sorted(at_once(6, remove)) == [False] + [True] * 5


def test_make_and_remove_admin(root, ann) -> None:
    body = {"target_username": "ANN", "admin_username": "root", "admin_password": "not read"}
    answer = root.post("/api/make-admin/", body)
    assert answer.status_code == 200
    assert answer.json == {
        "message": "ann is an admin now.",
        "username": "ann",
        "role": "admin",
        "is_admin_group": True,
    }
    assert ann.post("/api/remove-admin/", {"target_username": "root"}).status_code == 200
    assert root.post("/api/make-admin/", {"target_username": "root"}).json["code"] == "forbidden"


def test_removing_what_one_is_not(root, ann) -> None:
    patch(root, ann.id, role="agent")
    answer = root.post("/api/remove-admin/", {"target_username": "ann"})
    assert (answer.status_code, answer.json["role"]) == (200, "agent")


@pytest.mark.parametrize("field", ["admin_username", "sender", "username"])
def test_naming_another_admin_is_refused(root, ann, create_user, field) -> None:
    create_user("boss", Role.ADMIN)
    for path in ("/api/make-admin/", "/api/remove-admin/"):
        answer = root.post(path, {"target_username": "ann", field: "boss"})
        assert (answer.status_code, answer.json["code"]) == (403, "identity_mismatch")
        assert root.post(path, {"target_username": "ann", field: "root@example.org"}).status_code == 200


def test_only_admins(ann, client) -> None:
    for answer in (
        patch(ann, ann.id, role="admin"),
        ann.post(
            "/api/make-admin/", {"target_username": "ann", "admin_username": "root", "admin_password": "x"}
        ),
        ann.post("/api/remove-admin/", {"target_username": "root"}),
    ):
        assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
    assert client.post("/api/make-admin/", json={"target_username": "ann"}).status_code == 401


def test_bad_input(root) -> None:
    for body in ({"role": "king"}, {"account_status": "asleep"}, {"role": 5}, {"role": ["admin"]}):
        assert patch(root, root.id, **body).status_code == 422, body
    for id_ in (0, 999, 10**18 - 1, 10**30, "x"):
        assert patch(root, id_, role="agent").status_code == 404, id_
        assert patch(root, id_).status_code == 404, id_
    for target in ("", None, 5, "x" * 51, "a\0"):
        assert root.post("/api/make-admin/", {"target_username": target}).status_code == 422, target
    assert root.post("/api/make-admin/", {"target_username": "nobody"}).status_code == 404


def test_visitors_stay_visitors(root, create_user) -> None:
    guest = create_user("guest", Role.VISITOR)
    for change in ({"role": "admin"}, {"role": "user"}):
        assert patch(root, guest.id, **change).status_code == 422
    assert patch(root, root.id, role="visitor").status_code == 422


def test_an_admin_may_open_a_pending_account(root, create_user) -> None:
    new = create_user("new", active=False)
    assert patch(root, new.id, account_status="active").json["email_verified_at"]


def test_accounts_from_operators(create_user) -> None:
    user = create_user("ann", full_name="Ann")
    assert (user.account_status, user.full_name, user.email_verified_at is not None) == (
        "active",
        "Ann",
        True,
    )
    for username, email, password, error in (
        ("ANN", "x@example.org", "long enough", Conflict),
        ("bob", "ANN@example.org", "long enough", Conflict),
        ("b b", "x@example.org", "long enough", InvalidInput),
        ("bob", "x", "long enough", InvalidInput),
        ("bob", "x@example.org", "short", InvalidInput),
        ("bobby.tables", "x@example.org", "Bobby.Tables", InvalidInput),
    ):
        with pytest.raises(error):
            service.create_user(username, email, password)
    with pytest.raises(NotFound):
        service.set_role(None, 99, "admin")
    with pytest.raises(NotFound):
        service.set_account_status(None, 99, "banned")
