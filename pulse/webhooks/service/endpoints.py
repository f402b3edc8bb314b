"""Endpoints: made, changed, switched off."""

from typing import Any

from sqlalchemy import update as update_rows

from pulse.accounts import service as accounts
from pulse.accounts.models import User
from pulse.core import clock
from pulse.core.context import settings
from pulse.core.database import LOCK
from pulse.core.errors import InvalidInput, NotFound
from pulse.core.events import publish, transaction
from pulse.core.identity import Identity
from pulse.core.schemas import rfc3339
from pulse.extensions import db
from pulse.webhooks import addresses, policy, signing
from pulse.webhooks.events import EndpointDisabled
from pulse.webhooks.models import Delivery, Endpoint
from pulse.webhooks.rules import ROTATION_OVERLAP, DeliveryStatus, DisabledReason


def create(
    who: Identity,
    workspace_id: int | None,
    url: str,
    events: list[str],
    *,
    description: str = "",
    is_ordered: bool = False,
) -> int:
    """Make an endpoint; returns its id.

    Raises NotFound, Forbidden, Conflict (too_many_webhooks), InvalidInput (bad_address).
    """
    now = clock.now()
    with transaction() as session:
        policy.check_may_own(who, workspace_id)
        session.get(User, who.user_id, with_for_update=LOCK)  # whoever makes two at once has them counted
        policy.check_has_room(who.user_id)
        endpoint = Endpoint(
            owner_id=who.user_id,
            workspace_id=workspace_id,
            url=_checked(url),
            events=events,
            description=description,
            is_ordered=is_ordered,
            secret=signing.new_secret(),
            created_at=now,
            updated_at=now,
        )
        session.add(endpoint)
        session.flush()
        return endpoint.id


def update(who: Identity, endpoint_id: int, changes: dict[str, Any]) -> None:
    """Change url, events, description, is_ordered, is_enabled.

    Whoever manages what it is told of may switch it off; all else is its owner's, since it is told what they
    may see. Raises NotFound, Forbidden (not_the_owner), InvalidInput (bad_address).
    """
    with transaction():
        if changes == {"is_enabled": False}:
            endpoint = policy.check_sees(who, endpoint_id)
        else:
            endpoint = policy.check_uses(who, endpoint_id)
        endpoint = _hold(endpoint.id)
        if "url" in changes:
            _checked(changes["url"])
        for name, value in changes.items():
            setattr(endpoint, name, value)
        if changes.get("is_enabled"):
            endpoint.disabled_reason = endpoint.failing_since = None
        elif "is_enabled" in changes:
            _let_go(endpoint_id)
        endpoint.updated_at = clock.now()


def delete(who: Identity, endpoint_id: int) -> None:
    """Delete an endpoint with its log. Raises NotFound."""
    with transaction() as session:
        session.delete(policy.check_sees(who, endpoint_id))


def rotate(who: Identity, endpoint_id: int) -> None:
    """Give an endpoint a new secret; the old one signs beside it for a day. Raises NotFound, Forbidden."""
    with transaction():
        policy.check_owns(who, endpoint_id)
        endpoint = _hold(endpoint_id)
        endpoint.previous_secret, endpoint.secret = endpoint.secret, signing.new_secret()
        endpoint.previous_secret_until = clock.now() + ROTATION_OVERLAP
        endpoint.updated_at = clock.now()


def switch_off(endpoint_id: int, reason: DisabledReason, actor_id: int | None = None) -> None:
    """Switch an endpoint off inside a transaction, for another reason than its owner's wish."""
    endpoint = _hold(endpoint_id)
    if not endpoint.is_enabled:
        return
    now = clock.now()
    endpoint.is_enabled, endpoint.disabled_reason, endpoint.updated_at = False, reason, now
    _let_go(endpoint_id)
    publish(EndpointDisabled(endpoint_id, endpoint.owner_id, reason, rfc3339(now), actor_id))


def switch_off_by_admin(actor_id: int, endpoint_id: int) -> None:
    """The same for an admin, who is noted. Raises NotFound."""
    with transaction():
        endpoint = _hold(endpoint_id)
        switch_off(endpoint_id, DisabledReason.ADMIN, actor_id)
        accounts.audit(
            actor_id, "switch_off_webhook", endpoint.owner_id, f"webhook {endpoint_id}: {endpoint.url}"
        )


def _hold(endpoint_id: int) -> Endpoint:
    """An endpoint that nobody else changes until the commit. Raises NotFound."""
    endpoint = db.session.get(Endpoint, endpoint_id, with_for_update=LOCK, populate_existing=True)
    if endpoint is None:
        raise NotFound("There is no such webhook.")
    return endpoint


def _let_go(endpoint_id: int) -> None:
    """What is pending is given up; its owner may have it sent again later."""
    db.session.execute(
        update_rows(Delivery)
        .where(Delivery.endpoint_id == endpoint_id, Delivery.status == DeliveryStatus.PENDING)
        .values(status=DeliveryStatus.FAILED, finished_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def _checked(url: str) -> str:
    needs_tls = settings().pulse_env == "production"
    try:
        return addresses.check_url(url, settings().webhook_networks, needs_tls=needs_tls)
    except ValueError as error:
        raise InvalidInput(str(error), code="bad_address", errors={"url": [str(error)]}) from None
