"""A Pulse to measure: a folder, a Redis and a SQLite database of its own, filled with users."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import String, cast, insert, literal, select

from pulse import create_app
from pulse.accounts import tokens
from pulse.accounts.models import Session, User
from pulse.accounts.rules import REFRESH_LIVES, AccountStatus
from pulse.config import load
from pulse.core import clock
from pulse.core.database import UtcDateTime
from pulse.core.events import transaction
from pulse.extensions import db
from pulse.presence.models import UserPresence
from tests.support.servers import RedisServer


@dataclass(frozen=True)
class World:
    """Where everything is. `environment` makes a process of Pulse part of it."""

    folder: Path
    redis: RedisServer
    environment: dict[str, str]
    app: Flask


@contextmanager
def new_world(**settings: str) -> Iterator[World]:
    """A new Pulse as in production, on SQLite (WAL, NORMAL). Everything is gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="pulse-bench-"))
    redis = RedisServer(folder)
    try:
        redis.start()
        environment = {
            "PULSE_ENV": "production",
            "PUBLIC_URL": "http://127.0.0.1",
            "DATABASE_URL": f"sqlite:///{folder / 'pulse.db'}",
            "REDIS_URL": redis.url,
            "INSTANCE_PATH": str(folder),
            "SECRET_KEY": secrets.token_urlsafe(48),
            "JWT_SECRET_KEY": secrets.token_urlsafe(48),
            "LOG_FORMAT": "json",
            **settings,
        }
        app = app_of(environment)
        with app.app_context():
            upgrade()
        yield World(folder, redis, environment, app)
    finally:
        redis.stop(9)
        shutil.rmtree(folder, ignore_errors=True)


def app_of(environment: dict[str, str]) -> Flask:
    """An app with these settings."""
    return create_app(load(**{name.lower(): value for name, value in environment.items()}))


def add_users(count: int) -> None:
    """Fill empty tables with active users 1 to `count`, each with a session of the same number."""
    numbers = select(literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < count))
    n, now = numbers.c.n, clock.now()
    name = literal("user") + cast(n, String)
    began, ends = literal(now, UtcDateTime), literal(now + REFRESH_LIVES, UtcDateTime)
    active = literal(AccountStatus.ACTIVE.value)
    with transaction() as session:
        for table, values in (
            (User, {"id": n, "username": name, "account_status": active, "created_at": began}),
            (UserPresence, {"user_id": n}),
            (
                Session,
                {
                    "id": n,
                    "user_id": n,
                    "refresh_jti": name,
                    "created_at": began,
                    "last_used_at": began,
                    "expires_at": ends,
                },
            ),
        ):
            session.execute(insert(table).from_select(list(values), select(*values.values())))


def access_tokens(numbers: range) -> list[str]:
    """Access tokens of these users, good for 15 minutes."""
    is_asked = User.id.between(numbers[0], numbers[-1])
    users = db.session.scalars(select(User).where(is_asked).order_by(User.id))
    return [tokens.issue(user, session_id=user.id).access for user in users]
