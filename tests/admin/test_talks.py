"""Workspaces, conversations and messages: what is said in private is read with a reason, which is noted."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from pulse.accounts.models import AuditEntry, User
from pulse.conversations import service as conversations
from pulse.conversations.models import Message
from pulse.extensions import db
from pulse.notifications import service as notifications
from pulse.notifications.models import Notification
from pulse.notifications.rules import NoticeKind
from pulse.workspaces import service as workspaces
from tests.admin.conftest import Browser, flashes


@pytest.fixture
def talks(create_user: Callable[..., User]) -> dict[str, int]:
    """A public and a private channel, and a direct conversation, each with a message."""
    ann, bob = create_user("ann"), create_user("bob")
    team = workspaces.create(ann.id, "Engineering <b>")
    found = {
        "public": conversations.create(ann.id, team, "general"),
        "private": conversations.create(ann.id, team, "secret", is_private=True),
        "direct": conversations.open_direct(ann.id, bob.username),
    }
    for name, conversation_id in found.items():
        conversations.send(ann.id, conversation_id, conversations.Draft(f"said in {name} <i>"))
    return found


def notes() -> list[str]:
    db.session.rollback()
    rows = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    return [row.detail for row in rows if row.action == "read_conversation"]


def read(boss: Browser, conversation_id: object, reason: str, before: str = "") -> str:
    details = f"/admin/conversations/details/?id={conversation_id}"
    form = {"id": conversation_id, "reason": reason, "before": before, "csrf_token": boss.token(details)}
    return boss.post("/admin/conversations/read/", form, follow_redirects=True).text


def test_lists_show_what_is_public_only(boss: Browser, talks: dict[str, int]) -> None:
    assert "Engineering &lt;b&gt;" in boss.get("/admin/workspaces/").text
    page = boss.get("/admin/conversations/").text
    assert "general" in page
    assert "secret" in page
    page = boss.get("/admin/messages/").text
    assert "said in public &lt;i&gt;" in page
    assert page.count("(private)") == 2
    assert "&lt;i&gt;" not in page.replace("said in public &lt;i&gt;", "")
    ids = dict(db.session.execute(select(Message.conversation_id, Message.id)).tuples().all())
    for name, conversation_id in talks.items():
        details = boss.get(f"/admin/messages/details/?id={ids[conversation_id]}").text
        assert ("&lt;i&gt;" in details) == (name == "public")
        assert ("(private)" in details) == (name != "public")
    assert notes() == []


@pytest.mark.parametrize("where", ["private", "direct"])
def test_reading_in_private_is_noted(boss: Browser, talks: dict[str, int], where: str) -> None:
    page = read(boss, talks[where], "complaint  12\n<b>")
    assert f"said in {where} &lt;i&gt;" in page
    assert notes() == [f"conversation {talks[where]}: complaint 12 <b>"]


def test_without_a_reason_nothing_is_read(boss: Browser, talks: dict[str, int]) -> None:
    page = read(boss, talks["private"], "  ")
    assert "Say why you read it." in page
    assert "said in private" not in page
    assert notes() == []


def test_reading_needs_the_form_and_the_role(
    boss: Browser, browser: Callable[..., Browser], talks: dict[str, int]
) -> None:
    form = {"id": talks["private"], "reason": "x"}
    assert boss.post("/admin/conversations/read/", form).status_code == 403
    assert boss.get("/admin/conversations/read/").status_code in (302, 405)
    eve = browser("eve")
    assert eve.post("/admin/conversations/read/", form).status_code == 403
    assert notes() == []


@pytest.mark.parametrize("number", ["999999", "x", "-1", "99999999999999999999", ""])
def test_there_is_nothing_to_read_elsewhere(boss: Browser, talks: dict[str, int], number: str) -> None:
    details = f"/admin/conversations/details/?id={talks['public']}"
    form = {"id": number, "reason": "x", "csrf_token": boss.token(details)}
    page = boss.post("/admin/conversations/read/", form, follow_redirects=True)
    assert flashes(page) == ["There is no such conversation."]
    assert notes() == []


def test_notifications_show_whom_they_are_for_and_not_what_they_say(
    boss: Browser, talks: dict[str, int]
) -> None:
    ids = dict(db.session.execute(select(User.username, User.id)).tuples().all())
    ann, bob = ids["ann"], ids["bob"]
    notifications.notify(notifications.Notice(NoticeKind.CAME_ONLINE, f"came_online:{ann}", ann), [bob])
    page = boss.get("/admin/notifications/").text
    assert all(word in page for word in ("ann", "bob", "came_online"))
    number = db.session.scalars(select(Notification.id)).one()
    details = boss.get(f"/admin/notifications/details/?id={number}").text
    assert "bob" in details
    assert "Mailed at" in details


def test_long_conversations_are_read_in_pages(boss: Browser, talks: dict[str, int]) -> None:
    ann = db.session.scalar(select(User.id).where(User.username == "ann"))
    for number in range(60):
        conversations.send(ann, talks["direct"], conversations.Draft(f"line {number}."))
    page = read(boss, talks["direct"], "complaint")
    assert "line 59." in page
    assert "line 9." not in page
    older = read(boss, talks["direct"], "complaint", "12")
    assert "line 9." in older
    assert "line 59." not in older
    assert len(notes()) == 2
