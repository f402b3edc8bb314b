"""Delivering: claim one, send it without a transaction, note how it went. At least once, whatever dies.

Who has claimed a delivery has it for a lease that is longer than sending takes. If they die, it is due again
when the lease ends, with the same id.
"""

import random
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import orjson
import structlog
from sqlalchemy import update

from pulse.core import clock, jobs
from pulse.core.context import settings
from pulse.core.database import LOCK
from pulse.core.events import transaction
from pulse.extensions import db
from pulse.webhooks import live, queries, rules, sending, signing
from pulse.webhooks.models import Attempt, Delivery, Endpoint, WebhookEvent
from pulse.webhooks.rules import LEASE, DeliveryStatus, DisabledReason
from pulse.webhooks.sending import Outcome, Way
from pulse.webhooks.service.endpoints import switch_off

log = structlog.get_logger(__name__)

ENDPOINTS_AT_ONCE = 5000


@dataclass(frozen=True)
class Claim:
    """What is to be sent, and until when nobody else sends it."""

    delivery_id: int
    endpoint_id: int
    uid: str
    body: bytes
    url: str
    secrets: list[str]
    until: datetime


def call(endpoint_ids: Iterable[int]) -> None:
    """Enqueue a job for each endpoint that has none. Raises RedisError when Redis is down."""
    for endpoint_id in endpoint_ids:
        if live.ask_turn(endpoint_id):
            jobs.enqueue(work, endpoint_id, ttl=live.TURN_LASTS, is_slow=True)


def call_due() -> None:
    """The same for all for which something is due."""
    ids = queries.due_endpoints(clock.now(), ENDPOINTS_AT_ONCE)
    db.session.rollback()
    call(ids)


def work(endpoint_id: int) -> None:
    """Job: deliver for a while what is due to one endpoint; what is left then gets a job of its own."""
    rest = 0.0
    try:
        rest = deliver(endpoint_id)
    finally:
        live.end_turn(endpoint_id, rest)
    if queries.is_due(endpoint_id, clock.now()):
        db.session.rollback()
        call([endpoint_id])


def deliver(endpoint_id: int) -> float:
    """Deliver what is due, up to the first failure; returns for how long to leave the endpoint alone."""
    began = time.monotonic()
    for _ in range(rules.DELIVERIES_PER_JOB):
        live.keep_turn(endpoint_id)
        claim = _claim(endpoint_id)
        if claim is None:
            break
        outcome = _send(claim)
        _note(claim, outcome)
        if not outcome.is_success:
            return rules.rest(outcome.milliseconds / 1000)
        if time.monotonic() - began > rules.JOB_LASTS:
            break
    return 0


def _claim(endpoint_id: int) -> Claim | None:
    """The next delivery, for us alone; None if there is none. One statement decides between two workers."""
    with transaction() as session:
        endpoint = queries.endpoint(endpoint_id)
        if endpoint is None or not endpoint.is_enabled:
            return None
        if not queries.is_entitled(endpoint_id):
            switch_off(endpoint_id, DisabledReason.OWNER)
            return None
        now = clock.now()
        found = queries.next_delivery(endpoint, now)
        if found is None:
            return None
        until = now + LEASE
        claimed = session.scalar(
            update(Delivery)
            .where(
                Delivery.id == found.id, Delivery.status == DeliveryStatus.PENDING, Delivery.next_at <= now
            )
            .values(next_at=until, attempts=Delivery.attempts + 1)
            .returning(Delivery.event_id)
            .execution_options(synchronize_session=False)
        )
        if claimed is None:
            return None
        event = session.get_one(WebhookEvent, claimed)
        body = orjson.dumps(event.payload)
        return Claim(found.id, endpoint.id, event.uid, body, endpoint.url, _secrets(endpoint, now), until)


def _secrets(endpoint: Endpoint, now: datetime) -> list[str]:
    until = endpoint.previous_secret_until
    is_both = endpoint.previous_secret is not None and until is not None and now < until
    return [endpoint.secret, endpoint.previous_secret or ""] if is_both else [endpoint.secret]


def _send(claim: Claim) -> Outcome:
    headers = {
        "content-type": "application/json",
        "user-agent": "Pulse-Webhooks",
        **signing.headers(claim.uid, clock.now(), claim.body, claim.secrets),
    }
    way = Way(settings().webhook_networks, needs_tls=settings().pulse_env == "production")
    outcome = sending.post(claim.url, headers, claim.body, way)
    log.info(
        "webhook sent",
        **{"endpoint_id": claim.endpoint_id, "delivery_id": claim.delivery_id, "uid": claim.uid},
        **{"status": outcome.status_code, "error": outcome.error, "ms": outcome.milliseconds},
    )
    return outcome


def _note(claim: Claim, outcome: Outcome) -> None:
    """Write down how it went. An endpoint or a delivery may be gone by now."""
    now = clock.now()
    with transaction() as session:
        endpoint = session.get(Endpoint, claim.endpoint_id, with_for_update=LOCK, populate_existing=True)
        delivery = session.get(Delivery, claim.delivery_id, with_for_update=LOCK, populate_existing=True)
        if endpoint is None or delivery is None:
            return
        session.add(
            Attempt(
                delivery_id=delivery.id,
                at=now,
                milliseconds=outcome.milliseconds,
                status_code=outcome.status_code,
                answer=outcome.answer,
                error=outcome.error,
            )
        )
        if outcome.is_success:
            delivery.status, delivery.finished_at = DeliveryStatus.DELIVERED, now
            endpoint.failing_since = None
            return
        if delivery.status == DeliveryStatus.PENDING and delivery.next_at == claim.until:  # still ours
            _put_off(delivery, now)
        endpoint.failing_since = endpoint.failing_since or now
        if outcome.is_gone:
            switch_off(endpoint.id, DisabledReason.GONE)
        elif rules.is_lasting(endpoint.failing_since, now):
            switch_off(endpoint.id, DisabledReason.FAILING)


def _put_off(delivery: Delivery, now: datetime) -> None:
    moment = rules.next_try(delivery.queued_at, delivery.attempts, now, random.random())
    if moment is None:
        delivery.status, delivery.finished_at = DeliveryStatus.FAILED, now
    else:
        delivery.next_at = moment
