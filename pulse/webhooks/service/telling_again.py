"""Having something sent by hand: a test, one delivery again, all of a time range again."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update

from pulse.core import clock
from pulse.core.errors import Conflict, InvalidInput, NotFound
from pulse.core.events import publish, transaction
from pulse.core.identity import Identity
from pulse.extensions import db
from pulse.webhooks import policy, rules
from pulse.webhooks.events import DeliveriesQueued
from pulse.webhooks.models import Delivery, Endpoint, WebhookEvent
from pulse.webhooks.rules import EVENTS, LEASE, REPLAYED_AT_ONCE, TEST, DeliveryStatus
from pulse.webhooks.service.happenings import Happening
from pulse.webhooks.service.storing import write


def send_test(who: Identity, endpoint_id: int) -> int:
    """Tell an endpoint that it is tested; returns the delivery's id.

    Raises NotFound, Forbidden, Conflict (webhook_disabled).
    """
    with transaction() as session:
        _check(who, endpoint_id)
        data = {"endpoint_id": endpoint_id, "user_id": who.user_id}
        event_id = write(Happening(TEST, data, who.user_id), [endpoint_id])
        its = Delivery.event_id == event_id, Delivery.endpoint_id == endpoint_id
        return session.scalars(select(Delivery.id).where(*its)).one()


def retry(who: Identity, endpoint_id: int, delivery_id: int) -> None:
    """Send something again now. Raises NotFound, Forbidden, Conflict (webhook_disabled)."""
    with transaction() as session:
        _check(who, endpoint_id)
        delivery = session.get(Delivery, delivery_id, with_for_update=True, populate_existing=True)
        if delivery is None or delivery.endpoint_id != endpoint_id:
            raise NotFound("There is no such delivery.")
        is_under_way = delivery.next_at <= clock.now() + LEASE  # somebody may be sending it just now
        if delivery.status != DeliveryStatus.PENDING or not is_under_way:
            _queue(Delivery.id == delivery_id)
            publish(DeliveriesQueued([endpoint_id]))


def replay(who: Identity, endpoint_id: int, since: datetime, until: datetime) -> int:
    """Send again what an endpoint was told of a time range, as far as it is subscribed to it now; the same
    events with the same ids. Returns how many.

    Raises NotFound, Forbidden, Conflict (webhook_disabled), InvalidInput (range_too_large).
    """
    with transaction() as session:
        endpoint = _check(who, endpoint_id)
        wanted = [name for name in EVENTS if name == TEST or rules.matches(endpoint.events, name)]
        events = select(WebhookEvent.id).where(
            WebhookEvent.occurred_at >= since, WebhookEvent.occurred_at < until, WebhookEvent.type.in_(wanted)
        )
        its = (
            Delivery.endpoint_id == endpoint_id,
            Delivery.status != DeliveryStatus.PENDING,
            Delivery.event_id.in_(events),
        )
        count = session.scalar(select(func.count()).select_from(Delivery).where(*its)) or 0
        if count > REPLAYED_AT_ONCE:
            raise InvalidInput(
                f"These are {count} events; {REPLAYED_AT_ONCE} are the most. Choose a shorter time.",
                code="range_too_large",
                errors={"since": ["too long ago for one replay"]},
            )
        if count:
            _queue(*its)
            publish(DeliveriesQueued([endpoint_id]))
        return count


def _check(who: Identity, endpoint_id: int) -> Endpoint:
    endpoint = policy.check_uses(who, endpoint_id)
    if not endpoint.is_enabled:
        raise Conflict("This webhook is switched off.", code="webhook_disabled")
    return endpoint


def _queue(*conditions: ColumnElement[bool]) -> None:
    now = clock.now()
    db.session.execute(
        update(Delivery)
        .where(*conditions)
        .values(status=DeliveryStatus.PENDING, attempts=0, queued_at=now, next_at=now, finished_at=None)
        .execution_options(synchronize_session=False)
    )
