"""The socket door: which failures are worth another try, and which are faults of ours."""

from collections.abc import Iterator

import pytest
from flask import Flask
from redis import exceptions as redis
from structlog.testing import capture_logs

from pulse.core import realtime
from pulse.core.identity import Identity
from pulse.core.permissions import Permission, Role
from pulse.core.schemas import Input
from pulse.core.sockets import BaseNamespace, Connection, Hello, client_event


class Door(BaseNamespace):
    """A namespace whose only event fails."""

    error: Exception

    @client_event(Input, Permission.ACCOUNT_SELF, check_session=False)
    def on_fail(self, connection: Connection, data: Input) -> None:
        """Fail"""
        raise self.error


@pytest.fixture
def door(app: Flask) -> Iterator[Door]:
    door = Door("/door")
    door.connections["ann"] = Connection("ann", Identity(1, 1, Role.USER), Hello())
    yield door
    realtime.NAMESPACES.discard("/door")


@pytest.mark.parametrize(
    "error",
    [
        redis.ConnectionError("refused"),
        redis.TimeoutError("silent"),
        redis.BusyLoadingError("loading"),
        redis.ReadOnlyError("a replica"),
        redis.OutOfMemoryError("full"),
    ],
)
def test_redis_that_is_away_is_worth_another_try(door: Door, error: Exception) -> None:
    door.error = error
    with capture_logs() as logs:
        ack = door._event("fail", "ann", {})
    assert (ack["ok"], ack["error"]["status"], ack["error"]["code"]) == (False, 503, "redis_unavailable")
    assert [entry["log_level"] for entry in logs] == ["warning"]


@pytest.mark.parametrize(
    "error", [redis.ResponseError("script"), redis.DataError("None"), redis.LockError("lost"), KeyError("n")]
)
def test_all_else_is_a_fault_of_ours(door: Door, error: Exception) -> None:
    door.error = error
    with capture_logs() as logs:
        ack = door._event("fail", "ann", {})
    assert (ack["ok"], ack["error"]["status"], ack["error"]["code"]) == (False, 500, "internal_error")
    assert [(entry["log_level"], entry["exc_info"]) for entry in logs] == [("error", True)]
