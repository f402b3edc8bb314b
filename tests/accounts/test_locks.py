"""Locks on PostgreSQL: changing an account does not stand in the way of its history."""

from collections.abc import Callable

import pytest
from sqlalchemy import insert, text

from pulse.accounts import queries
from pulse.accounts.models import User
from pulse.core import clock
from pulse.core.events import transaction
from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.presence.models import StatusChange


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_locked_account_still_gets_history(create_user: Callable[..., User]) -> None:
    admin = create_user("root", Role.ADMIN)
    row = {"user_id": admin.id, "status": "online", "previous": "offline", "at": clock.now(), "epoch": 1}
    with transaction():
        assert queries.lock_active_admins() == [admin.id]
        with db.engine.begin() as recorder:
            recorder.execute(text("SET LOCAL lock_timeout = '1s'"))
            recorder.execute(insert(StatusChange).values(version=1, **row))
