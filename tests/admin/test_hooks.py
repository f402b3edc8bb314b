"""Webhooks in the admin tables: read, switched off, and what nobody is shown."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from pulse.accounts.models import AuditEntry, User
from pulse.core.identity import Identity
from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.webhooks import service
from pulse.webhooks.models import Delivery, Endpoint
from tests.admin.conftest import Browser, flashes
from tests.admin.test_tables import BAD


@pytest.fixture
def hook(boss: Browser) -> int:
    who = Identity(boss.user_id, 0, Role.ADMIN)
    made = service.create(who, None, "https://example.org/hook?a&b", ["user.*"], description="Ours <i>")
    service.send_test(who, made)
    return made


def test_webhooks_and_deliveries_in_tables(boss: Browser, hook: int) -> None:
    page = boss.get("/admin/webhooks/").text
    assert "example.org/hook?a&amp;b" in page
    assert "user.*" in page
    details = boss.get(f"/admin/webhooks/details/?id={hook}").text
    assert "Ours &lt;i&gt;" in details
    assert f"/admin/deliveries/?flt0_webhook_number={hook}" in details
    secret = db.session.scalars(select(Endpoint.secret)).one()
    assert secret not in page + details
    number = db.session.scalars(select(Delivery.id)).one()
    listed = boss.get(f"/admin/deliveries/?flt0_webhook_number={hook}").text
    assert f"/admin/deliveries/details/?id={number}" in listed
    assert "pending" in listed
    assert "Nothing here that fits" in boss.get(f"/admin/deliveries/?flt0_webhook_number={hook + 1}").text


def test_switching_off_is_noted_and_told(
    boss: Browser, hook: int, create_user: Callable[..., User], work: Callable[[], None]
) -> None:
    page = boss.act("webhooks", "switch_off", hook)
    assert flashes(page) == [f"Switched off: Webhook {hook} of boss."]
    db.session.rollback()
    endpoint = db.session.get_one(Endpoint, hook, populate_existing=True)
    assert (endpoint.is_enabled, endpoint.disabled_reason) == (False, "admin")
    assert db.session.scalars(select(Delivery.status)).all() == ["failed"]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "switch_off_webhook")).one()
    assert (entry.actor_id, entry.target_id) == (boss.user_id, boss.user_id)
    assert f"webhook {hook}" in entry.detail
    again = boss.act("webhooks", "switch_off", hook)
    assert "switched off already" in flashes(again)[0]


@pytest.mark.parametrize("table", ["webhooks", "deliveries"])
def test_bad_questions_are_no_errors(boss: Browser, table: str) -> None:
    for name in ("page", "sort", "search", "flt0_webhook_number", "flt1_status_equals"):
        for value in BAD:
            assert boss.get(f"/admin/{table}/?{name}={value}").status_code == 200, (name, value)
