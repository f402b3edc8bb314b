"""Invitations by mail: for one address, once, for a week."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from pulse import create_app
from pulse.core.context import settings
from pulse.extensions import limiter
from pulse.workspaces import service
from tests.conftest import Person, sign_in
from tests.support.mail import SmtpServer
from tests.workspaces.test_workspaces import create


@pytest.fixture
def ann(person: Callable[..., Person]) -> Person:
    return person("ann")


@pytest.fixture
def bob(person: Callable[..., Person]) -> Person:
    return person("bob")


def invite(actor: Person, workspace: int, email: str, role: str = "member") -> dict:
    answer = actor.post(f"/api/workspaces/{workspace}/invitations/", {"email": email, "role": role})
    assert answer.status_code == 201, answer.json
    return answer.json


def token_in(smtp: SmtpServer) -> str:
    text = smtp.messages[-1].get_body(("plain",)).get_content()
    return re.search(r"/invitations/(\S+)", text)[1]


def accept(person: Person, token: str):
    return person.post("/api/invitations/accept/", {"token": token})


def test_an_invitation_is_mailed_and_accepted_once(ann: Person, bob: Person, smtp: SmtpServer, work) -> None:
    workspace = create(ann)
    invite(ann, workspace, "Bob@example.org", "admin")
    work()
    mail = smtp.messages[-1]
    assert mail["To"] == "bob@example.org"
    assert "Engineering" in mail["Subject"]
    token = token_in(smtp)
    answer = accept(bob, token)
    assert (answer.status_code, answer.json["role"]) == (200, "admin")
    assert accept(bob, token).json["code"] == "invalid_token"
    assert ann.get(f"/api/workspaces/{workspace}/invitations/").json["data"] == []


def test_it_is_for_its_address_only(ann: Person, bob: Person, smtp: SmtpServer, work) -> None:
    workspace = create(ann)
    invite(ann, workspace, "carl@example.org")
    work()
    answer = accept(bob, token_in(smtp))
    assert (answer.status_code, answer.json["code"]) == (403, "invitation_for_another")
    assert bob.get(f"/api/workspaces/{workspace}/").status_code == 404


@pytest.mark.parametrize(("days", "status"), [(6, 200), (8, 422)])
def test_it_is_good_for_a_week(
    travel, app: Flask, ann: Person, bob: Person, smtp: SmtpServer, work, days: int, status: int
) -> None:
    invite(ann, create(ann), "bob@example.org")
    work()
    travel.shift(days * 86400)
    later = sign_in(app, "bob")
    service.clean_up()
    assert accept(later, token_in(smtp)).status_code == status


def test_withdrawn_ones_are_no_good(ann: Person, bob: Person, smtp: SmtpServer, work) -> None:
    workspace = create(ann)
    invitation = invite(ann, workspace, "bob@example.org")
    work()
    path = f"/api/workspaces/{workspace}/invitations/{invitation['id']}/"
    assert ann.call("DELETE", path).status_code == 204
    assert ann.call("DELETE", path).status_code == 404
    assert accept(bob, token_in(smtp)).json["code"] == "invalid_token"


def test_inviting_again_renews_instead_of_doubling(ann: Person, smtp: SmtpServer, work) -> None:
    workspace = create(ann)
    first = invite(ann, workspace, "bob@example.org", "guest")
    second = invite(ann, workspace, "bob@example.org", "member")
    assert (second["id"], second["role"]) == (first["id"], "member")
    assert len(ann.get(f"/api/workspaces/{workspace}/invitations/").json["data"]) == 1


def test_inviting_tells_nothing_of_accounts(ann: Person, bob: Person) -> None:
    workspace = create(ann)
    known, unknown = invite(ann, workspace, "bob@example.org"), invite(ann, workspace, "nobody@example.org")
    assert known.keys() == unknown.keys()


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é" * 400, "x" * 1001, "a\0b"])
def test_foreign_tokens_are_refused(ann: Person, token: str) -> None:
    assert accept(ann, token).status_code == 422


@pytest.mark.parametrize("body", [{}, {"email": "x"}, {"email": "a@b.example", "role": "king"}, {"email": 7}])
def test_bad_invitations_are_refused(ann: Person, body: object) -> None:
    assert ann.post(f"/api/workspaces/{create(ann)}/invitations/", body).status_code == 422


def test_nobody_mails_without_end(app: Flask, ann: Person, smtp: SmtpServer) -> None:
    workspace = create(ann)
    limited = create_app(settings().model_copy(update={"ratelimit_enabled": True}))
    limiter.enabled = True
    path, token = f"/api/workspaces/{workspace}/invitations/", {"Authorization": f"Bearer {ann.token}"}
    body = {"email": "victim@example.org"}
    try:
        client = limited.test_client()
        found = [client.post(path, json=body, headers=token).status_code for _ in range(101)]
    finally:
        limiter.enabled = False
    assert found == [201] * 100 + [429]
