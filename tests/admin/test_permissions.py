"""Only admins see the admin pages."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from pulse.core.permissions import Permission, Role
from tests.admin.conftest import HTML, Browser

PAGES = [
    "/admin/",
    "/admin/users/",
    "/admin/sessions/",
    "/admin/devices/",
    "/admin/history/",
    "/admin/audit/",
    "/admin/outbox/",
    "/admin/failed-jobs/",
    "/admin/workspaces/",
    "/admin/conversations/",
    "/admin/messages/",
    "/admin/notifications/",
    "/admin/tickets/",
    "/admin/agents/",
    "/admin/teams/",
    "/admin/widgets/",
    "/admin/canned-replies/",
    "/dashboard",
]


def admin_endpoints(app: Flask) -> list[str]:
    return [
        rule.endpoint for rule in app.url_map.iter_rules() if re.match(r"/(admin|dashboard)\b", rule.rule)
    ]


def test_every_admin_route_names_its_permission(app: Flask) -> None:
    endpoints = admin_endpoints(app)
    assert len(endpoints) >= len(PAGES)
    for endpoint in endpoints:
        permission = app.view_functions[endpoint].permission
        assert permission in (Permission.USERS_MANAGE, Permission.BOARD_READ), endpoint


@pytest.mark.parametrize("path", PAGES)
def test_strangers_are_sent_to_sign_in(app: Flask, path: str) -> None:
    answer = app.test_client().get(f"{path}?a=b", headers=HTML)
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in?next=%2F")


@pytest.mark.parametrize("role", [Role.USER, Role.AGENT])
def test_others_are_refused(browser: Callable[..., Browser], role: Role) -> None:
    somebody = browser("somebody", role)
    for path in PAGES:
        assert somebody.get(path).status_code == 403, path


def test_a_demoted_admin_is_refused_at_once(browser: Callable[..., Browser], boss: Browser) -> None:
    other = browser("other", Role.ADMIN)
    form = {"csrf_token": other.token("/admin/users/"), "action": "ban", "rowid": str(boss.user_id)}
    boss.act("users", "remove_admin", other.user_id)
    assert other.get("/admin/users/").status_code == 403
    refused = other.post("/admin/users/action/", form)
    assert refused.status_code == 403
    assert "Your role may not do this" in refused.text


def test_an_admin_sees_every_page(boss: Browser) -> None:
    for path in PAGES:
        answer = boss.get(path)
        assert answer.status_code == 200, path
        assert 'aria-current="page"' in answer.text
        assert answer.headers["Cache-Control"] == "no-store"


def test_nothing_can_be_edited_or_exported(app: Flask, boss: Browser) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    for word in ("new", "edit", "delete", "ajax", "export"):
        assert not [rule for rule in rules if rule.startswith("/admin/") and word in rule]
    assert boss.get(f"/admin/users/edit/?id={boss.user_id}").status_code == 404


def test_no_page_has_inline_scripts_or_styles(boss: Browser) -> None:
    for path in [*PAGES, f"/admin/users/details/?id={boss.user_id}"]:
        page = boss.get(path)
        assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]
        for tag in re.findall(r"<script[^>]*>", page.text):
            assert "src=" in tag
        assert not re.search(r"<[^>]+\s(style|on\w+)=|<style|javascript:", page.text), path
