"""Every door names the permission that it needs, and keeps to it."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule, UUIDConverter

from pulse.core.openapi.events import client_events
from pulse.core.permissions import HOLDS, Permission, Role
from pulse.core.sockets import BaseNamespace
from pulse.extensions import socketio
from tests.conftest import Person

WITHOUT_PERMISSION = {"static"}  # Flask's own: the files of the pages
ADMINS_ONLY = re.compile(
    r"\w+ (/admin/.*|/dashboard|/api/(admin/.*|make-admin/|remove-admin/|users/all-users/|widgets/(<id.*)?))"
    r"|GET /api/metrics/peak-concurrency/.*"
    r"|PATCH /api/agents/.*|(POST|PATCH|DELETE) /api/teams/.*|PUT /api/desk/targets/.*"
)
FOR_EVERYBODY = re.compile(
    r"/(register|sign-in|sign-in/code|sign-in/password|mailbox|metrics/|widget.js|widget/<key>/|demo)?"
    r"|/api/(health/|schema/.*|avatars/<name>|register/|signup/|login/|logout/|auth/.*|request-otp/|verify-otp/|reset-password/|verify-email/.*|refresh/|widgets/<key>/visit/)"
)


def doors(app: Flask) -> Iterator[tuple[Rule, str, Permission]]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in WITHOUT_PERMISSION:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method, app.view_functions[rule.endpoint].permission


def path_to(app: Flask, rule: Rule) -> str:
    uuid = "0b6f3f0e-5d3c-4c52-9d0e-9a5c5d3e1f11"
    values = {
        name: uuid if isinstance(rule._converters[name], UUIDConverter) else 1 for name in rule.arguments
    }
    _, path = rule.build(values) or pytest.fail(f"no path to {rule}")
    return str(path)


def test_every_route_names_its_permission(app: Flask) -> None:
    silent = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in WITHOUT_PERMISSION
        and not isinstance(getattr(app.view_functions[rule.endpoint], "permission", None), Permission)
    ]
    assert silent == []


def test_who_may_is_as_listed_here(app: Flask) -> None:
    """A door that opens wider by a slip of the pen is noticed."""
    for rule, method, permission in doors(app):
        is_admins = all(permission not in HOLDS[role] for role in HOLDS if role is not Role.ADMIN)
        assert is_admins == bool(ADMINS_ONLY.fullmatch(f"{method} {rule.rule}")), (method, rule.rule)
        is_public = permission is Permission.PUBLIC
        assert is_public == bool(FOR_EVERYBODY.fullmatch(rule.rule)), (method, rule.rule)


def test_strangers_pass_public_doors_only(app: Flask, client: FlaskClient) -> None:
    wrong = []
    for rule, method, permission in doors(app):
        if permission is Permission.PUBLIC:
            continue
        answer = client.open(path_to(app, rule), method=method)
        to_sign_in = answer.headers.get("Location", "").startswith("/sign-in?next=")
        no_csrf_token = answer.status_code == 403 and rule.rule.startswith("/admin/")
        if answer.status_code != 401 and not to_sign_in and not no_csrf_token:
            wrong.append((method, rule.rule, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("role", [Role.VISITOR, Role.USER, Role.AGENT])
def test_roles_pass_their_doors_only(app: Flask, member: Callable[..., Person], role: Role) -> None:
    me = member("ann", role)
    wrong = []
    for rule, method, permission in doors(app):
        if permission in HOLDS[role]:
            continue
        answer = me.call(method, path_to(app, rule), {})
        if answer.status_code != 403:
            wrong.append((method, rule.rule, answer.status_code))
    assert wrong == []


def test_every_socket_event_names_its_permission() -> None:
    namespaces = socketio.server.namespace_handlers
    assert set(namespaces) == {"/presence", "/chat", "/support", "/activity", "/notifications"}
    for namespace in namespaces.values():
        assert isinstance(namespace, BaseNamespace)
        assert namespace.needs is not Permission.PUBLIC
        handlers = {name[3:] for name in dir(namespace) if name.startswith("on_")} - {"connect", "disconnect"}
        events = client_events(namespace)
        assert handlers == set(events)
        assert all(spec.permission is not Permission.PUBLIC for spec in events.values())
