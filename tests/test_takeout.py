"""A person's own data as an archive: all of theirs, nothing of others', nothing that opens a door."""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import select

from pulse import create_app
from pulse.accounts.models import AuditEntry, Session, User
from pulse.conversations import service as conversations
from pulse.core import clock
from pulse.core.context import settings
from pulse.core.events import transaction
from pulse.extensions import db, limiter
from pulse.presence.models import Watch
from pulse.web import takeout
from tests.conftest import Person
from tests.conversations.conftest import Team, say, team

__all__ = ["team"]


def archive(who: Person) -> ZipFile:
    answer = who.get("/api/profile/export/")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip"), answer.json
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=pulse-")
    return ZipFile(BytesIO(answer.data))


def lines(found: ZipFile, name: str) -> list[Any]:
    return [json.loads(line) for line in found.read(f"{name}.jsonl").splitlines()]


def test_one_gets_what_one_wrote_and_uploaded(team: Team) -> None:
    channel = team.channel("general", team.bob)
    say(team.ann, channel, "Mine 🦓")
    say(team.bob, channel, "Of Bob")
    direct = conversations.open_direct(team.bob.id, "ann")
    say(team.bob, direct, "Only for Ann's eyes")
    picture = {"file": (BytesIO(b"my notes"), "notes.txt")}
    made = team.ann.client.post(
        "/api/attachments/", data=picture, headers={"Authorization": f"Bearer {team.ann.token}"}
    )
    assert made.status_code == 201, made.json
    found = archive(team.ann)
    assert [one["body"] for one in lines(found, "messages") if one["kind"] != "event"] == ["Mine 🦓"]
    assert {one["id"] for one in lines(found, "conversations")} == {channel, direct}
    assert [one["name"] for one in lines(found, "workspaces")]
    (profile,) = lines(found, "users")
    assert (profile["id"], profile["username"]) == (team.ann.id, "ann")
    (file,) = lines(found, "attachments")
    assert found.read(f"files/{file['id']}.txt") == b"my notes"
    assert b"Of Bob" not in b"".join(found.read(name) for name in found.namelist())


def test_a_file_that_is_gone_does_not_spoil_the_rest(team: Team) -> None:
    with transaction() as session:
        session.get_one(User, team.ann.id).avatar = "gone.webp"
    assert not [name for name in archive(team.ann).namelist() if name.startswith("files/")]


def test_nothing_in_it_opens_a_door(app: Flask, team: Team) -> None:
    hook = {"url": "https://192.0.43.8/hook", "events": ["presence.changed"], "workspace_id": team.id}
    assert team.ann.post("/api/webhooks/", hook).status_code == 201
    found = archive(team.ann)
    db.session.rollback()
    user = db.session.get_one(User, team.ann.id)
    session = db.session.scalars(select(Session).where(Session.user_id == team.ann.id)).first()
    whole = b"".join(found.read(name) for name in found.namelist()).decode()
    assert session
    assert user.password_hash
    for secret in (user.password_hash, session.refresh_jti, "whsec_", team.ann.token):
        assert secret not in whole
    assert lines(found, "webhook_endpoints")[0]["url"] == hook["url"]


def test_others_learn_nothing_of_who_blocks_or_awaits_them(team: Team) -> None:
    assert team.bob.post("/api/blocks/", {"username": "ann"}).status_code < 300
    with transaction() as session:
        session.add(Watch(watcher_id=team.bob.id, user_id=team.ann.id, created_at=clock.now()))
    found = archive(team.ann)
    for name in ("blocks", "presence_watches"):
        assert lines(found, name) == []


def test_whoever_is_not_signed_in_gets_nothing(app: Flask) -> None:
    assert app.test_client().get("/api/profile/export/").status_code == 401


def test_it_is_noted(app: Flask, person: Callable[..., Person]) -> None:
    ann = person("ann")
    archive(ann)
    db.session.rollback()
    last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert last
    assert (last.action, last.actor_id, last.target_id) == ("export_own_data", ann.id, ann.id)


def test_it_is_not_for_every_minute(app: Flask, person: Callable[..., Person]) -> None:
    token = {"Authorization": f"Bearer {person('ann').token}"}
    limited = create_app(settings().model_copy(update={"ratelimit_enabled": True}))
    limiter.enabled = True
    try:
        client = limited.test_client()
        found = [client.get("/api/profile/export/", headers=token).status_code for _ in range(6)]
    finally:
        limiter.enabled = False
    assert found == [200] * 5 + [429]


# Every column that names a user must be known here, so that nobody adds one without deciding whose it is.
@pytest.mark.parametrize("column", sorted(takeout.OF_OTHERS))
def test_what_is_left_out_exists(column: str) -> None:
    table, _, name = column.partition(".")
    assert takeout.names_a_user(db.metadata.tables[table].c[name])


def test_whatever_holds_the_id_of_a_user_is_decided_about() -> None:
    suspects = {
        "user_id",
        "owner_id",
        "sender_id",
        "author_id",
        "actor_id",
        "agent_id",
        "customer_id",
        "target_id",
    }
    for table in db.metadata.sorted_tables:
        for column in table.c:
            if column.name in suspects:
                assert takeout.names_a_user(column), str(column)
