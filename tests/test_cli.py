"""The operator commands, `flask pulse ...`."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from pulse.accounts.models import AuditEntry, Session, User
from pulse.config import ROOT
from pulse.core import clock
from pulse.core.context import settings
from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.presence.models import StatusChange, UserPresence
from tests.conftest import PASSWORD, Person

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    """Run `flask pulse` with arguments and standard input."""

    def call(*arguments: str, stdin: str = "") -> Result:
        result = app.test_cli_runner().invoke(args=["pulse", *arguments], input=stdin)
        db.session.rollback()
        return result

    return call


@pytest.fixture
def sign_ins(app: Flask) -> Path:
    """Where the demo's passwords are kept; nothing is there yet."""
    path = settings().instance_path / "demo-sign-ins.json"
    path.unlink(missing_ok=True)
    return path


def the_user(username: str) -> User:
    db.session.expire_all()
    return db.session.scalars(select(User).where(User.username == username)).one()


def test_create_admin(app: Flask, run: Run) -> None:
    result = run("create-admin", "root", "Root@Example.org", stdin=f"{PASSWORD}\nsomething else\n")
    assert (result.exit_code, result.output) == (0, "root is an admin now.\n")
    root = the_user("root")
    assert (root.role, root.account_status, root.email) == ("admin", "active", "root@example.org")
    signed_in = app.test_client().post("/api/login/", json={"username": "root", "password": PASSWORD})
    assert signed_in.json["is_admin_group"] is True
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.actor_id, entry.action, entry.target_id) == (None, "create_admin", root.id)


@pytest.mark.parametrize(
    ("username", "email", "password", "sentence"),
    [
        ("ann", "other@example.org", PASSWORD, "This username is taken."),
        ("ANN", "other@example.org", PASSWORD, "This username is taken."),
        ("other", "ann@example.org", PASSWORD, "This email address has an account."),
        ("other", "other@example.org", "short", "A password has 8 to 200 characters."),
        ("other", "other@example.org", "", "A password has 8 to 200 characters."),
        ("o", "other@example.org", PASSWORD, "A username has 3 to 50"),
        ("other", "no address", PASSWORD, ""),
    ],
)
def test_create_admin_refuses(
    run: Run, create_user: Callable[..., User], username: str, email: str, password: str, sentence: str
) -> None:
    create_user("ann")
    result = run("create-admin", username, email, stdin=f"{password}\n")
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert sentence in result.output
    assert db.session.scalar(select(func.count()).select_from(User)) == 1
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 0


def test_set_status(run: Run, person: Callable[..., Person]) -> None:
    ann = person("ann")
    assert run("set-status", "Ann", "suspended").output == "ann is suspended now.\n"
    assert ann.get("/api/profile/").json["code"] == "account_suspended"
    assert run("set-status", "ann", "active").output == "ann is active now.\n"
    details = db.session.scalars(select(AuditEntry.detail).order_by(AuditEntry.id)).all()
    assert details == ["active -> suspended", "suspended -> active"]
    assert run("set-status", "ann", "pending").exit_code == 2
    nobody = run("set-status", "nobody", "banned")
    assert (nobody.exit_code, nobody.output) == (1, "Error: There is no user nobody.\n")


def test_the_last_admin_stays(run: Run, create_user: Callable[..., User]) -> None:
    create_user("boss", Role.ADMIN)
    result = run("set-status", "boss", "banned")
    assert (result.exit_code, result.output) == (1, "Error: This is the last active admin.\n")
    assert the_user("boss").account_status == "active"


def test_end_sessions(run: Run, person: Callable[..., Person]) -> None:
    ann, bob = person("ann"), person("bob")
    assert run("end-sessions", "ann").output == "1 sessions of ann have ended.\n"
    assert ann.get("/api/profile/").status_code == 401
    assert bob.get("/api/profile/").status_code == 200
    live = db.session.scalars(select(Session.user_id).where(Session.ended_at.is_(None))).all()
    assert live == [bob.id]
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.target_id, entry.detail) == ("end_sessions", ann.id, "1 sessions")
    assert run("end-sessions", "nobody").exit_code == 1


def test_secrets_are_fresh_and_long_enough_for_production(run: Run) -> None:
    first, second = (dict(line.split("=", 1) for line in run("secrets").output.splitlines()) for _ in "12")
    assert set(first) == {"SECRET_KEY", "JWT_SECRET_KEY"}
    values = [*first.values(), *second.values()]
    assert len(set(values)) == 4
    assert min(map(len, values)) >= 32


def test_demo_fills_an_empty_database_with_people_who_can_sign_in(
    app: Flask, run: Run, sign_ins: Path
) -> None:
    result = run("demo")
    assert result.exit_code == 0, result.output
    kept = json.loads(sign_ins.read_text())
    assert sign_ins.stat().st_mode & 0o777 == 0o600
    assert len(kept) == 12
    assert {one["role"] for one in kept} == {"admin", "agent", "user"}
    assert len({one["password"] for one in kept}) == 12
    for one in kept:
        assert f"{one['username']:<10} {one['password']}  {one['role']}" in result.output
    for one in (kept[0], kept[-1]):
        body = {"username": one["username"], "password": one["password"]}
        assert app.test_client().post("/api/login/", json=body).status_code == 200
    assert set(db.session.scalars(select(User.visibility))) == {"everyone"}
    again = run("demo")
    assert again.output == result.output
    assert db.session.scalar(select(func.count()).select_from(User)) == 12


def test_demo_has_two_weeks_of_whole_history(run: Run, sign_ins: Path) -> None:
    run("demo")
    now = clock.now()
    for user_id in db.session.scalars(select(User.id)).all():
        rows = db.session.scalars(
            select(StatusChange).where(StatusChange.user_id == user_id).order_by(StatusChange.version)
        ).all()
        assert len(rows) > 20
        assert now - timedelta(days=16) < rows[0].at < rows[-1].at < now
        assert rows[0].previous == rows[-1].status == "offline"
        for row, after in pairwise(rows):
            assert (row.until, row.status) == (after.at, after.previous)
            assert row.status != after.status
        presence = db.session.get_one(UserPresence, user_id)
        assert rows[-1].until is None
        assert (presence.presence, presence.since, presence.version) == ("offline", rows[-1].at, len(rows))


def test_demo_leaves_a_database_with_people_alone(
    run: Run, create_user: Callable[..., User], sign_ins: Path
) -> None:
    create_user("ann")
    result = run("demo")
    assert (result.exit_code, result.output) == (0, "")
    assert not sign_ins.exists()
    sign_ins.write_text(
        json.dumps([{"username": "admin", "password": "of another database", "role": "admin"}])
    )
    assert run("demo").output == ""


def test_check(app: Flask, run: Run) -> None:
    result = run("check")
    assert (result.exit_code, result.output) == (0, "database: ok\nredis: ok\nmail: ok\n")


@pytest.mark.parametrize("part", ["redis", "mail", "no mail"])
def test_check_names_what_does_not_answer(
    app: Flask, run: Run, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    with socket.socket() as closed:  # bound but not listening: connections are refused
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        changes = {
            "redis": {"redis_url": f"redis://127.0.0.1:{port}/0"},
            "mail": {"mail_port": port},
            "no mail": {"mail_server": ""},
        }[part]
        context = app.extensions["pulse"]
        changed = replace(context, settings=context.settings.model_copy(update=changes))
        monkeypatch.setitem(app.extensions, "pulse", changed)
        result = run("check")
    assert result.exit_code == 1
    problems = [line for line in result.output.splitlines() if not line.endswith(": ok")]
    assert len(problems) == 1
    assert problems[0].startswith(part.split()[-1])


def test_commands_have_help(run: Run) -> None:
    text = run("--help").output
    for name in ("create-admin", "demo", "set-status", "end-sessions", "secrets", "check"):
        assert name in text


def a_process(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`flask ARGUMENTS` as an operator types it, for an instance of its own without any server."""
    names = ("DATABASE_URL", "REDIS_URL", "FLASK_APP")
    environment = {name: value for name, value in os.environ.items() if name not in names}
    return subprocess.run(
        [sys.executable, "-m", "flask", *arguments],
        cwd=ROOT,
        env={**environment, "INSTANCE_PATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_flask_finds_the_app_by_itself_and_not_the_web_process(tmp_path: Path) -> None:
    result = a_process(tmp_path, "pulse", "secrets")
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("command", ["set-status ann suspended", "end-sessions ann", "demo"])
def test_a_database_without_tables_is_one_sentence(tmp_path: Path, command: str) -> None:
    result = a_process(tmp_path, "--app", "pulse", "pulse", *command.split())
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: The database refuses")
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "demo-sign-ins.json").exists()
