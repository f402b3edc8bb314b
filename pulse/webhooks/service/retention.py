"""Forgetting what was told long ago."""

from sqlalchemy import delete, exists, select

from pulse.core import clock
from pulse.core.events import transaction
from pulse.webhooks.models import Delivery, WebhookEvent
from pulse.webhooks.rules import EVENTS_ARE_KEPT, DeliveryStatus

BATCH = 500  # a longer transaction would keep web processes on SQLite waiting
BATCHES = 200  # in one job; the next one goes on


def forget_old() -> int:
    """Delete events with their deliveries and attempts, once nothing of them is pending; returns how many."""
    before, deleted = clock.now() - EVENTS_ARE_KEPT, 0
    is_pending = exists().where(
        Delivery.event_id == WebhookEvent.id, Delivery.status == DeliveryStatus.PENDING
    )
    old = select(WebhookEvent.id).where(WebhookEvent.occurred_at < before, ~is_pending).limit(BATCH)
    for _ in range(BATCHES):
        with transaction() as session:
            ids = session.scalars(old).all()
            session.execute(delete(WebhookEvent).where(WebhookEvent.id.in_(ids)))
        deleted += len(ids)
        if len(ids) < BATCH:
            break
    return deleted
