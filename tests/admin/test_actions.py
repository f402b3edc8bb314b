"""What admins do to accounts and sessions: through the services, confirmed, and noted in the audit log."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from pulse.accounts.models import AuditEntry, Session, User
from pulse.core.permissions import Role
from pulse.extensions import db
from tests.admin.conftest import Browser, flashes


def the_user(user_id: int) -> User:
    db.session.rollback()
    return db.session.get_one(User, user_id)


def audit() -> list[tuple[int | None, str, int | None, str]]:
    db.session.rollback()
    rows = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    return [(row.actor_id, row.action, row.target_id, row.detail) for row in rows]


@pytest.mark.parametrize(
    ("action", "column", "value", "word"),
    [
        ("suspend", "account_status", "suspended", "Suspended"),
        ("ban", "account_status", "banned", "Banned"),
        ("make_admin", "role", "admin", "Made admin"),
    ],
)
def test_actions_change_users_and_are_noted(
    boss: Browser, browser: Callable[..., Browser], action: str, column: str, value: str, word: str
) -> None:
    ann, bob = browser("ann"), browser("bob")
    page = boss.act("users", action, ann.user_id, bob.user_id)
    assert flashes(page) == [f"{word}: ann, bob."]
    for one in (ann, bob):
        assert getattr(the_user(one.user_id), column) == value
    assert [(actor, target) for actor, _, target, _ in audit()] == [
        (boss.user_id, ann.user_id),
        (boss.user_id, bob.user_id),
    ]
    assert all(detail.endswith(f"-> {value}") for *_, detail in audit())


def test_suspending_ends_sessions_and_reactivating_opens_the_door_again(
    boss: Browser, browser: Callable[..., Browser]
) -> None:
    ann = browser("ann")
    boss.act("users", "suspend", ann.user_id)
    assert ann.get("/api/profile/").json["code"] == "account_suspended"
    assert flashes(boss.act("users", "reactivate", ann.user_id)) == ["Reactivated: ann."]
    assert the_user(ann.user_id).account_status == "active"
    assert [detail for *_, detail in audit()] == ["active -> suspended", "suspended -> active"]


def test_removing_an_admin(boss: Browser, browser: Callable[..., Browser]) -> None:
    other, ann = browser("other", Role.ADMIN), browser("ann", Role.AGENT)
    page = boss.act("users", "remove_admin", other.user_id, ann.user_id)
    assert flashes(page) == ["ann: is no admin.", "No longer admin: other."]
    assert the_user(other.user_id).role == Role.USER
    assert the_user(ann.user_id).role == Role.AGENT
    assert audit() == [(boss.user_id, "role", other.user_id, "admin -> user")]


@pytest.mark.parametrize("action", ["suspend", "ban", "remove_admin"])
def test_the_last_admin_stays(boss: Browser, browser: Callable[..., Browser], action: str) -> None:
    ann = browser("ann")
    page = boss.act("users", action, boss.user_id, *([ann.user_id] if action != "remove_admin" else []))
    assert "boss: This is the last active admin." in flashes(page)
    assert the_user(boss.user_id).role == Role.ADMIN
    assert the_user(boss.user_id).account_status == "active"
    if action != "remove_admin":  # one refusal does not stop the rest
        assert the_user(ann.user_id).account_status != "active"


def test_nothing_happens_before_it_is_confirmed(boss: Browser, browser: Callable[..., Browser]) -> None:
    ann = browser("ann")
    page = boss.act("users", "suspend", ann.user_id, confirmed=False)
    assert "Suspend?" in page.text
    assert "ann" in page.text
    assert the_user(ann.user_id).account_status == "active"
    assert audit() == []


@pytest.mark.parametrize("token", ["", "wrong", None])
def test_a_form_of_another_site_is_refused(
    boss: Browser, browser: Callable[..., Browser], token: str | None
) -> None:
    ann = browser("ann")
    form = {"action": "ban", "rowid": str(ann.user_id), "confirmed": "yes"}
    if token is not None:
        form["csrf_token"] = token
    refused = boss.post("/admin/users/action/", form)
    assert refused.status_code == 403
    assert "CSRF" in refused.text
    assert the_user(ann.user_id).account_status == "active"


def test_a_token_of_another_browser_is_refused(boss: Browser, browser: Callable[..., Browser]) -> None:
    other = browser("other", Role.ADMIN)
    form = {"action": "ban", "rowid": str(other.user_id), "confirmed": "yes"}
    form["csrf_token"] = other.token("/admin/users/")
    assert boss.post("/admin/users/action/", form).status_code == 403


def test_ending_a_session(boss: Browser, browser: Callable[..., Browser]) -> None:
    ann = browser("ann")
    session = db.session.scalars(select(Session).where(Session.user_id == ann.user_id)).one()
    assert ann.get("/api/profile/").status_code == 200
    assert flashes(boss.act("sessions", "end", session.id))[0].startswith("Ended: ann from 127.0.0.1")
    assert ann.get("/api/profile/").status_code == 401
    assert audit() == [(boss.user_id, "end_session", ann.user_id, f"session {session.id}")]
    again = flashes(boss.act("sessions", "end", session.id))
    assert again[0].endswith("has ended already.")
    assert len(audit()) == 1


@pytest.mark.parametrize(
    ("action", "ids"),
    [("no_such", ["1"]), ("suspend", []), ("suspend", ["x", "-1", "9" * 30, "\0", ""]), ("delete", ["1"])],
)
def test_bad_input_changes_nothing(boss: Browser, action: str, ids: list[str]) -> None:
    form = {"csrf_token": boss.token("/admin/users/"), "action": action, "rowid": ids, "confirmed": "yes"}
    page = boss.post("/admin/users/action/", form, follow_redirects=True)
    assert page.status_code == 200
    assert flashes(page) == ["Choose at least one row and an action."]
    assert audit() == []


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_actions_lead_back_to_this_site_only(boss: Browser, url: str) -> None:
    form = {"csrf_token": boss.token("/admin/users/"), "action": "none", "url": url}
    answer = boss.post("/admin/users/action/", form)
    assert answer.status_code == 302
    assert answer.location == "/admin/users/"
