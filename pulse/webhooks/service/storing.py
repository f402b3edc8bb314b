"""Writing down what is to be told, in the transaction in which it happens."""

import secrets
from collections.abc import Collection, Sequence
from hashlib import sha256
from typing import Any

from pulse.core import clock
from pulse.core.database import insert
from pulse.core.events import publish
from pulse.core.schemas import rfc3339
from pulse.extensions import db
from pulse.webhooks import policy, queries, rules
from pulse.webhooks.events import DeliveriesQueued
from pulse.webhooks.models import Delivery, WebhookEvent
from pulse.webhooks.rules import DeliveryStatus
from pulse.webhooks.service.happenings import SOURCES, Happening


def store(events: Sequence[object]) -> None:
    """Write events with a delivery for each endpoint that is to know. Where none is, this is one query."""
    if queries.is_anybody_there():
        for event in events:
            _store(event)


def _store(event: object) -> None:
    source = SOURCES[type(event)]
    names = source.names(event)
    if not names:
        return
    found = queries.recipients(source.workspaces(event))
    found = [one for one in found if any(rules.matches(one.events, name) for name in names)]
    happening = source.tell(event) if found else None
    if happening is None:
        return
    found = [one for one in found if rules.matches(one.events, happening.type)]
    told = policy.audience(happening.about, found)
    if told and not (happening.once and queries.is_told(_uid(happening))):
        write(happening, [one.endpoint_id for one in told])


def write(happening: Happening, endpoint_ids: Collection[int]) -> int:
    """Write an event for these endpoints, inside a transaction; returns its id."""
    now, session = clock.now(), db.session()
    payload: dict[str, Any] = {"type": happening.type, "timestamp": rfc3339(now), "data": happening.data}
    event = WebhookEvent(
        uid=_uid(happening),
        type=happening.type,
        payload=payload,
        workspace_id=happening.workspace_id,
        user_id=happening.user_id,
        occurred_at=now,
    )
    session.add(event)
    session.flush()
    rows = [
        {
            "endpoint_id": endpoint_id,
            "event_id": event.id,
            "status": DeliveryStatus.PENDING,
            "attempts": 0,
            "queued_at": now,
            "next_at": now,
        }
        for endpoint_id in endpoint_ids
    ]
    session.execute(insert(session, Delivery), rows)
    publish(DeliveriesQueued(list(endpoint_ids)))
    return event.id


def _uid(happening: Happening) -> str:
    """What a receiver knows repeats by."""
    once = happening.once
    return f"msg_{sha256(once.encode()).hexdigest()[:32] if once else secrets.token_hex(16)}"
