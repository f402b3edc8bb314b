"""Reads of webhooks; they never commit."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from pulse.accounts.models import User
from pulse.accounts.rules import AccountStatus
from pulse.conversations.models import Member
from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.webhooks.models import Attempt, Delivery, Endpoint, WebhookEvent
from pulse.webhooks.rules import DeliveryStatus
from pulse.workspaces.models import Membership
from pulse.workspaces.rules import MemberRole, manages

MANAGING = [role for role in MemberRole if manages(role)]


@dataclass(frozen=True, slots=True)
class Recipient:
    """An endpoint that is told of events, and who owns it."""

    endpoint_id: int
    workspace_id: int | None
    owner_id: int
    is_admin: bool
    events: list[str]


def is_anybody_there() -> bool:
    """Whether there is an endpoint that is on."""
    return bool(db.session.scalar(_ANYBODY))


_ANYBODY = select(exists().where(Endpoint.is_enabled))  # built once: every message asks it


def recipients(workspaces: ColumnElement[bool]) -> list[Recipient]:
    """The endpoints of the server, and those of some workspaces, whose owners have a right to them now.

    `workspaces`: a condition on `Endpoint.workspace_id`.
    """
    rows = db.session.execute(
        _entitled(Endpoint.id, Endpoint.workspace_id, Endpoint.owner_id, User.role, Endpoint.events)
        .where(Endpoint.is_enabled, or_(Endpoint.workspace_id.is_(None), workspaces))
        .order_by(Endpoint.id)
    )
    return [
        Recipient(id_, team, owner, role == Role.ADMIN, events) for id_, team, owner, role, events in rows
    ]


def is_entitled(endpoint_id: int) -> bool:
    """Whether an endpoint's owner has a right to it now: an admin, or one of its workspace."""
    return db.session.scalar(_entitled(Endpoint.id).where(Endpoint.id == endpoint_id)) is not None


def _entitled(*columns: Any) -> Select[Any]:
    is_its = and_(
        Membership.workspace_id == Endpoint.workspace_id,
        Membership.user_id == Endpoint.owner_id,
        Membership.role.in_(MANAGING),
    )
    is_admins = and_(Endpoint.workspace_id.is_(None), User.role == Role.ADMIN)
    return (
        select(*columns)
        .join(User, User.id == Endpoint.owner_id)
        .outerjoin(Membership, is_its)
        .where(
            User.account_status == AccountStatus.ACTIVE, or_(is_admins, Membership.workspace_id.is_not(None))
        )
    )


def is_told(uid: str) -> bool:
    """Whether an event of this name was written."""
    return db.session.scalar(select(WebhookEvent.id).where(WebhookEvent.uid == uid)) is not None


def members_among(conversation_id: int, user_ids: Collection[int]) -> set[int]:
    """Those of the users who are in a conversation."""
    query = select(Member.user_id).where(
        Member.conversation_id == conversation_id, Member.user_id.in_(user_ids)
    )
    return set(db.session.scalars(query))


def endpoint(endpoint_id: int) -> Endpoint | None:
    """An endpoint as it is now."""
    return db.session.get(Endpoint, endpoint_id, populate_existing=True)


def endpoints(user_id: int, is_admin: bool, before_id: int | None, limit: int) -> Sequence[Endpoint]:
    """Endpoints that a user may see, the newest first: their own, and those of what they manage."""
    managed = select(Membership.workspace_id).where(
        Membership.user_id == user_id, Membership.role.in_(MANAGING)
    )
    is_seen = or_(Endpoint.owner_id == user_id, Endpoint.workspace_id.in_(managed))
    if is_admin:
        is_seen = or_(is_seen, Endpoint.workspace_id.is_(None))
    query = select(Endpoint).where(is_seen)
    if before_id is not None:
        query = query.where(Endpoint.id < before_id)
    return db.session.scalars(query.order_by(Endpoint.id.desc()).limit(limit)).all()


def count_of(owner_id: int) -> int:
    """How many endpoints somebody owns."""
    return db.session.scalar(select(func.count()).where(Endpoint.owner_id == owner_id)) or 0


def deliveries(
    endpoint_id: int, status: DeliveryStatus | None, before_id: int | None, limit: int
) -> Sequence[tuple[Delivery, WebhookEvent]]:
    """What an endpoint was told, or is to be, the latest first."""
    query = (
        select(Delivery, WebhookEvent)
        .join(WebhookEvent, WebhookEvent.id == Delivery.event_id)
        .where(Delivery.endpoint_id == endpoint_id)
    )
    if status:
        query = query.where(Delivery.status == status)
    if before_id is not None:
        query = query.where(Delivery.id < before_id)
    return db.session.execute(query.order_by(Delivery.id.desc()).limit(limit)).tuples().all()


def delivery(endpoint_id: int, delivery_id: int) -> tuple[Delivery, WebhookEvent] | None:
    """One of them; None if it is none of this endpoint's."""
    found = deliveries(endpoint_id, None, delivery_id + 1, 1)
    return found[0] if found and found[0][0].id == delivery_id else None


def attempts(delivery_ids: Collection[int]) -> dict[int, list[Attempt]]:
    """Every try of some deliveries, in order."""
    found: dict[int, list[Attempt]] = {id_: [] for id_ in delivery_ids}
    query = select(Attempt).where(Attempt.delivery_id.in_(found)).order_by(Attempt.id)
    for attempt in db.session.scalars(query):
        found[attempt.delivery_id].append(attempt)
    return found


def due_endpoints(now: datetime, limit: int) -> Sequence[int]:
    """Endpoints for which something is due."""
    query = select(Endpoint.id).where(Endpoint.is_enabled, _is_due(now))
    return db.session.scalars(query.order_by(Endpoint.id).limit(limit)).all()


def is_due(endpoint_id: int, now: datetime) -> bool:
    """Whether something is due for this endpoint."""
    return bool(db.session.scalar(select(Endpoint.id).where(Endpoint.id == endpoint_id, _is_due(now))))


def _is_due(now: datetime) -> ColumnElement[bool]:
    """In order, only the oldest counts: while it waits, the others do."""
    pending = Delivery.status == DeliveryStatus.PENDING
    its = Delivery.endpoint_id == Endpoint.id
    oldest = select(func.min(Delivery.id)).where(its, pending).correlate(Endpoint).scalar_subquery()
    due = exists().where(its, pending, Delivery.next_at <= now).correlate(Endpoint)
    due_in_order = exists().where(Delivery.id == oldest, Delivery.next_at <= now).correlate(Endpoint)
    return or_(and_(~Endpoint.is_ordered, due), and_(Endpoint.is_ordered, due_in_order))


def next_delivery(endpoint: Endpoint, now: datetime) -> Delivery | None:
    """What to deliver next: in order the oldest, once it is due; else what has been due for longest."""
    query = select(Delivery).where(
        Delivery.endpoint_id == endpoint.id, Delivery.status == DeliveryStatus.PENDING
    )
    if endpoint.is_ordered:
        oldest = db.session.scalar(query.order_by(Delivery.id).limit(1))
        return oldest if oldest and oldest.next_at <= now else None
    due = query.where(Delivery.next_at <= now).order_by(Delivery.next_at, Delivery.id)
    return db.session.scalar(due.limit(1))


def backlog() -> int:
    """How many deliveries are pending."""
    return (
        db.session.scalar(
            select(func.count()).select_from(Delivery).where(Delivery.status == DeliveryStatus.PENDING)
        )
        or 0
    )
