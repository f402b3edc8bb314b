"""Alembic's environment: the app's own engine, one transaction per migration, batch mode for SQLite."""

from alembic import context
from flask import current_app

migrate = current_app.extensions["migrate"]


def run() -> None:
    """Run migrations on the app's database, or print their SQL with --sql."""
    options = {"target_metadata": migrate.db.metadata, "transaction_per_migration": True}
    if context.is_offline_mode():
        context.configure(url=migrate.db.engine.url, literal_binds=True, **options)
        with context.begin_transaction():
            context.run_migrations()
        return
    with migrate.db.engine.connect() as connection:
        context.configure(connection=connection, **options, **migrate.configure_args)
        with context.begin_transaction():
            context.run_migrations()


run()
