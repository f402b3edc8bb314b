"""Fixtures: a receiver, endpoints, and the desk's and the team's people."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select

from pulse.core.identity import Identity
from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.webhooks import service
from pulse.webhooks.models import Attempt, Delivery, Endpoint, WebhookEvent
from tests.conftest import Person
from tests.conversations.conftest import Team, team
from tests.webhooks.receivers import Receiver

Make = Callable[..., int]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def boss(person: Callable[..., Person]) -> Person:
    return person("boss", Role.ADMIN)


@pytest.fixture
def endpoint(receiver: Receiver) -> Make:
    """Make an endpoint of somebody at the receiver; returns its id."""

    def make(owner: Person, workspace_id: int | None = None, *events: str, **options: Any) -> int:
        url = options.pop("url", receiver.url)
        who = Identity(owner.id, owner.session_id, options.pop("role", Role.USER))
        return service.create(who, workspace_id, url, list(events) or ["*"], **options)

    return make


@pytest.fixture
def server_endpoint(endpoint: Make, boss: Person) -> Callable[..., int]:
    """Make an endpoint of the whole server, boss's."""
    return lambda *events, **options: endpoint(boss, None, *events, role=Role.ADMIN, **options)


def the_endpoint(endpoint_id: int) -> Endpoint:
    db.session.rollback()
    return db.session.get_one(Endpoint, endpoint_id, populate_existing=True)


def told(endpoint_id: int) -> list[WebhookEvent]:
    """What was written down for an endpoint, in order."""
    db.session.rollback()
    query = (
        select(WebhookEvent)
        .join(Delivery, Delivery.event_id == WebhookEvent.id)
        .where(Delivery.endpoint_id == endpoint_id)
    )
    return list(db.session.scalars(query.order_by(Delivery.id)))


def types(endpoint_id: int) -> list[str]:
    return [event.type for event in told(endpoint_id)]


def deliveries(endpoint_id: int) -> list[Delivery]:
    db.session.rollback()
    query = select(Delivery).where(Delivery.endpoint_id == endpoint_id).order_by(Delivery.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def attempts(endpoint_id: int) -> list[Attempt]:
    db.session.rollback()
    query = select(Attempt).join(Delivery, Delivery.id == Attempt.delivery_id)
    return list(db.session.scalars(query.where(Delivery.endpoint_id == endpoint_id).order_by(Attempt.id)))


__all__ = ["Team", "attempts", "deliveries", "team", "the_endpoint", "told", "types"]
