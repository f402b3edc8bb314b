"""Migrations: up from nothing, down to nothing, up again; and they say what the models say."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Index, inspect, text

from pulse import create_app
from pulse.config import load
from pulse.extensions import db
from tests.conftest import DATABASES, TEST_SECRETS
from tests.support.servers import create_database


@pytest.fixture(params=DATABASES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An app on a database without tables."""
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    if request.param == "postgresql":
        url = create_database(request.getfixturevalue("postgres"), f"migrations_{tmp_path.name.lower()[:40]}")
    app = create_app(load(**TEST_SECRETS, pulse_env="testing", database_url=url, instance_path=tmp_path))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def tables() -> set[str]:
    """The tables, without those in which SQLite's full-text search keeps its index."""
    return {name for name in inspect(db.engine).get_table_names() if not name.startswith("message_search")}


def is_gin(index: Index) -> bool:
    """Whether an index exists on PostgreSQL only."""
    return bool(index.dialect_options["postgresql"]["using"])


def differences() -> list[Any]:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, db.metadata)
    return [
        one for one in found if not (one[0] == "remove_table" and one[1].name.startswith("message_search"))
    ]


def test_up_down_and_up_again(empty: Flask) -> None:
    upgrade()
    assert tables() == {*db.metadata.tables, "alembic_version"}
    downgrade(revision="base")
    assert tables() == {"alembic_version"}
    if db.engine.dialect.name == "postgresql":
        kinds = db.session.scalars(text("SELECT typname FROM pg_type WHERE typtype = 'e'")).all()
        assert kinds == []  # a type that outlives its table stops the next upgrade
        db.session.rollback()
    upgrade()
    assert differences() == []


def test_models_and_migrations_agree(empty: Flask) -> None:
    upgrade()
    assert differences() == []
    is_sqlite = db.engine.dialect.name == "sqlite"
    names = "name FROM sqlite_master WHERE type = 'index'" if is_sqlite else "indexname FROM pg_indexes"
    indexes = set(db.session.scalars(text(f"SELECT {names}")))
    found = inspect(db.engine)
    for table in db.metadata.sorted_tables:
        wanted = {index.name for index in table.indexes if not is_sqlite or not is_gin(index)}
        assert indexes >= wanted, table.name
        keys = {tuple(key["constrained_columns"]) for key in found.get_foreign_keys(table.name)}
        assert keys == {tuple(c.name for c in key.columns) for key in table.foreign_key_constraints}
        rules = {key["options"].get("ondelete") for key in found.get_foreign_keys(table.name)}
        assert rules == {key.ondelete for key in table.foreign_key_constraints}, table.name


def test_a_second_upgrade_changes_nothing(empty: Flask) -> None:
    upgrade()
    before = tables()
    upgrade()
    assert tables() == before
