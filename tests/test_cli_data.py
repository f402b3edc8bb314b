"""`flask pulse erase-user` and `export-workspace`: what goes, what stays, what comes out."""

import json
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import select, text

from pulse.accounts.models import AuditEntry, User
from pulse.conversations.models import Message, Reaction
from pulse.extensions import db
from tests.conftest import PASSWORD
from tests.conversations.conftest import Team, say, team
from tests.test_cli import Run, run

__all__ = ["run", "team"]


def test_an_erased_person_leaves_numbers_and_others_words(team: Team, run: Run) -> None:
    channel = team.channel("general", team.bob)
    direct = team.bob.post("/api/conversations/", {"username": "eve"}).json["id"]
    team.bob.put("/api/profile/", {"full_name": "Bob Builder", "phone": "+49 30 1"})
    anns = say(team.ann, channel, "hello bob")
    say(team.bob, channel, "my secret")
    say(team.bob, direct, "my other secret")
    say(team.eve, direct, "eve's own words")
    team.bob.post(f"/api/messages/{anns['id']}/reactions/", {"emoji": "👍"})
    result = run("erase-user", "bob", "--yes")
    assert (result.exit_code, result.output) == (
        0,
        f"bob is erased; what is left is called deleted-{team.bob.id}.\n",
    )
    assert [m.body for m in db.session.scalars(select(Message).order_by(Message.id))] == [
        "hello bob",
        "",
        "",
        "eve's own words",
    ]
    assert db.session.scalars(select(Reaction)).all() == []
    user = db.session.get_one(User, team.bob.id, populate_existing=True)
    personal = (user.email, user.password_hash, user.full_name, user.phone, user.avatar)
    assert personal == (None, None, "", "", None)
    answer = team.app.test_client().post("/api/login/", json={"username": "bob", "password": PASSWORD})
    assert answer.status_code == 401
    assert team.bob.get("/api/profile/").status_code in (401, 403)
    members = team.ann.get(f"/api/channels/{channel}/members/").json["data"]
    assert [one["username"] for one in members] == ["ann"]
    shown = team.eve.get("/api/conversations/?kind=direct").json["data"][0]
    assert shown["other_user"]["username"] == f"deleted-{team.bob.id}"
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.target_id == team.bob.id)).all()
    assert "erase_user" in actions
    assert run("erase-user", "bob", "--yes").exit_code == 1


def test_an_erased_customer_leaves_nothing_of_what_they_asked_for(team: Team, run: Run) -> None:
    body = {"subject": "My illness", "description": "It is bad"}
    room = team.bob.post("/api/chat-rooms/", body).json["id"]
    team.bob.post(f"/api/chat-rooms/{room}/resolve/")
    team.bob.post(f"/api/chat-rooms/{room}/rate/", {"rating": 2, "comment": "I am still ill"})
    db.session.rollback()
    assert run("erase-user", "bob", "--yes").exit_code == 0
    db.session.rollback()
    for table in ("tickets", "conversations", "ticket_events", "messages", "activities"):
        rows = db.session.execute(text(f"SELECT * FROM {table}")).all()
        assert " ill" not in str(rows), table
        assert "bad" not in str(rows), table
    assert db.session.scalars(text("SELECT rating FROM tickets")).all() == [2]


def test_the_last_owner_is_not_erased(team: Team, run: Run) -> None:
    result = run("erase-user", "ann", "--yes")
    assert result.exit_code == 1
    assert "needs an owner" in result.output
    assert team.ann.get("/api/profile/").status_code == 200


def test_erasing_is_asked_for(team: Team, run: Run) -> None:
    assert run("erase-user", "bob", stdin="n\n").exit_code == 1
    assert team.bob.get("/api/profile/").status_code == 200


def lines(archive: ZipFile, name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in archive.read(f"{name}.jsonl").splitlines()]


def test_a_workspace_is_exported_whole_and_alone(team: Team, run: Run, tmp_path: Path) -> None:
    channel, private = team.channel("general", team.bob), team.channel("secret", is_private=True)
    sent = say(team.ann, channel, "öffentlich 👍")
    team.ann.put(f"/api/messages/{sent['id']}/edit/", {"body": "edited"})
    team.bob.post(f"/api/messages/{sent['id']}/reactions/", {"emoji": "🎉"})
    say(team.ann, private, "private")
    other = team.eve.post("/api/workspaces/", {"name": "Other"}).json["id"]
    elsewhere = team.eve.post("/api/channels/", {"workspace_id": other, "name": "x"}).json["id"]
    say(team.eve, elsewhere, "not yours")
    say(team.ann, team.ann.post("/api/conversations/", {"username": "bob"}).json["id"], "direct")
    db.session.rollback()
    target = tmp_path / "team.zip"
    result = run("export-workspace", str(team.id), str(target))
    assert result.exit_code == 0, result.output
    with ZipFile(target) as archive:
        assert [one["name"] for one in lines(archive, "workspace")] == ["Engineering"]
        assert sorted(str(one["username"]) for one in lines(archive, "people")) == ["ann", "bob", "gus"]
        assert [one["body"] for one in lines(archive, "messages")] == ["edited", "private"]
        assert [one["body"] for one in lines(archive, "revisions")] == ["öffentlich 👍"]
        assert [one["emoji"] for one in lines(archive, "reactions")] == ["🎉"]
        assert "password" not in archive.read("people.jsonl").decode()
    assert db.session.scalars(select(AuditEntry.action)).all()[-1] == "export_workspace"


@pytest.mark.parametrize("arguments", [("999999", "x.zip"), ("x", "x.zip"), ("1",)])
def test_bad_arguments_are_refused(app: Flask, run: Run, arguments: tuple[str, ...]) -> None:
    assert run("export-workspace", *arguments).exit_code != 0
