"""Operator commands: `flask pulse COMMAND`. They go through the same services as the pages."""

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError

from pulse.accounts import queries, service
from pulse.accounts.models import User
from pulse.analytics import queries as analytics_queries
from pulse.analytics import service as analytics
from pulse.cli import checks, demo
from pulse.cli.erasure import erase
from pulse.cli.export import export
from pulse.core.errors import PulseError
from pulse.core.events import transaction
from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.workspaces.models import Workspace

group = AppGroup("pulse", help="Run and look after Pulse.")


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(group)


@contextmanager
def refusals() -> Iterator[None]:
    """A refusal of a service, or of the database, ends the command with a sentence and exit code 1."""
    try:
        yield
    except PulseError as error:
        raise click.ClickException(error.detail) from error
    except DBAPIError as error:
        reason = str(error.orig).partition("\n")[0]
        raise click.ClickException(f"The database refuses (are its migrations applied?): {reason}") from error


def the_user(username: str) -> User:
    """The user of this name; without one the command ends."""
    user = queries.by_username(username)
    if user is None:
        raise click.ClickException(f"There is no user {username}.")
    return user


def ask_password() -> str:
    """A password typed twice at a terminal, or the first line of standard input."""
    if sys.stdin.isatty():
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    return sys.stdin.readline().rstrip("\r\n")


@group.command("create-admin")
@click.argument("username")
@click.argument("email")
def create_admin(username: str, email: str) -> None:
    """Make an admin; the password comes from standard input."""
    password = ask_password()
    with refusals(), transaction():
        user = service.create_user(username, email, password, role=Role.ADMIN)
        service.audit(None, "create_admin", user.id)
    click.echo(f"{user.username} is an admin now.")


@group.command("set-status")
@click.argument("username")
@click.argument("status", type=click.Choice(["active", "suspended", "banned"]))
def set_status(username: str, status: str) -> None:
    """Suspend, ban or reactivate an account."""
    with refusals():
        user = service.set_account_status(None, the_user(username).id, status)
    click.echo(f"{user.username} is {user.account_status} now.")


@group.command("end-sessions")
@click.argument("username")
def end_sessions(username: str) -> None:
    """Sign a user out everywhere."""
    with refusals(), transaction():
        user = the_user(username)
        name, user_id = user.username, user.id
        ended = service.end_sessions(user_id, "revoked")
        service.audit(None, "end_sessions", user_id, f"{len(ended)} sessions")
    click.echo(f"{len(ended)} sessions of {name} have ended.")


@group.command("secrets")
def make_secrets() -> None:
    """Print two fresh secrets for .env."""
    for name in ("SECRET_KEY", "JWT_SECRET_KEY"):
        click.echo(f"{name}={secrets.token_urlsafe(48)}")


@group.command("demo")
def load_demo() -> None:
    """Fill an empty database with people and their talk, and print how to sign in as each."""
    with refusals():
        sign_ins = demo.load()
    for one in sign_ins:
        click.echo(f"{one['username']:<10} {one['password']}  {one['role']}")


@group.command("erase-user")
@click.argument("username")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase_user(username: str, yes: bool) -> None:
    """Erase a person for good: profile, sessions, everything they wrote."""
    user = the_user(username)
    if not yes:
        click.confirm(f"Erase {user.username} and everything they wrote?", abort=True)
    with refusals():
        left = erase(user)
    click.echo(f"{username} is erased; what is left is called {left}.")


@group.command("export-workspace")
@click.argument("workspace_id", type=int)
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def export_workspace(workspace_id: int, file: Path) -> None:
    """Write a workspace into a zip file: people, channels (private ones too), messages, files."""
    workspace = db.session.get(Workspace, workspace_id)
    if workspace is None:
        raise click.ClickException(f"There is no workspace {workspace_id}.")
    counts = export(workspace, file)
    service.audit(None, "export_workspace", None, f"workspace {workspace_id}")
    click.echo(", ".join(f"{count} {name}" for name, count in counts.items()))


@group.command("rebuild-analytics")
@click.argument("username", required=False)
def rebuild_analytics(username: str | None) -> None:
    """Count the days of a user, or of all, again from the history of presence."""
    with refusals():
        ids = [the_user(username).id] if username else analytics_queries.rolled_up()
        for user_id in ids:
            analytics.rebuild(user_id)
    click.echo(f"Users counted again: {len(ids)}.")


@group.command("check")
def check() -> None:
    """Ask database, Redis and mail server whether they answer; exit code 1 if one does not."""
    problems = 0
    for name, problem in checks.run():
        click.echo(f"{name}: {problem or 'ok'}")
        problems += bool(problem)
    sys.exit(1 if problems else 0)
