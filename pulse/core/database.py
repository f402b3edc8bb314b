"""Tables and engines: base class, column types, and what SQLite needs to behave like a server."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import DateTime, Dialect, Engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from pulse.extensions import db

if TYPE_CHECKING:

    class Model(DeclarativeBase):
        """What mypy knows of a table; at run time it is Flask-SQLAlchemy's model."""
else:
    Model = db.Model


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime on every database (SQLite itself knows no time zones)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


WRITE = "pulse_write"

# `with_for_update=LOCK` on a row that others refer to: those may still be inserted meanwhile. (PostgreSQL
# takes a key-share lock on what a foreign key points to, and two such writers would wait for each other.)
LOCK: Any = {"key_share": True}


def insert(session: Session, table: type[Model]) -> Any:
    """An INSERT that takes `on_conflict_...`, for the session's database."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def prepare_engine(engine: Engine) -> None:
    """Set up an engine once: write-ahead log, foreign keys, and write locks taken at the start.

    A deferred SQLite transaction that reads and then writes can fail with "database is locked" however
    long it waits; one that begins as a writer (`WRITE` in the execution options) waits its turn.
    """
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, below
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            "busy_timeout=10000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        is_write = connection.get_execution_options().get(WRITE)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")
