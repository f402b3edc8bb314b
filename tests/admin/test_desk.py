"""Tickets, agents, teams, widgets and canned replies in the admin tables."""

from collections.abc import Callable

from pulse.accounts.models import User
from pulse.core.permissions import Role
from pulse.support import queries, service
from pulse.support.rules import Priority
from tests.admin.conftest import Browser


def test_the_desk_in_tables(boss: Browser, create_user: Callable[..., User]) -> None:
    bob, ann = create_user("bob"), create_user("ann", Role.AGENT)
    bob_id, ann_id = bob.id, ann.id
    asked = service.Request("Broken <b>", "It is broken", Priority.URGENT, tags=["printer"])
    number = service.open_ticket(bob_id, asked)
    team = service.create_team("Sales <i>", "Europe/Berlin", [], ["2026-12-25"])
    service.create_widget("Website", ["https://example.org"], team)
    service.create_reply(ann_id, "refund", "The money <u> is back.")
    page = boss.get("/admin/tickets/").text
    assert "Broken &lt;b&gt;" in page
    assert "urgent" in page
    assert "bob" in page
    details = boss.get(f"/admin/tickets/details/?id={number}").text
    assert "It is broken" in details
    assert f"/admin/conversations/details/?id={number}" in details
    assert "ann" in boss.get("/admin/agents/").text
    assert "Sales &lt;i&gt;" in boss.get("/admin/teams/").text
    page = boss.get("/admin/widgets/").text
    assert "https://example.org" in page
    assert queries.widgets()[0].secret not in page
    assert "The money &lt;u&gt; is back." in boss.get("/admin/canned-replies/").text
    assert "Broken" not in boss.get("/admin/tickets/?search=ann").text
    assert "Broken" in boss.get("/admin/tickets/?search=bob").text
