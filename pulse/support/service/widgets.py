"""Widgets, and the visitors who come through them."""

import secrets
from dataclasses import dataclass
from typing import Any

from pulse.accounts import service as accounts
from pulse.accounts.models import Session, User
from pulse.core import clock
from pulse.core.database import LOCK
from pulse.core.errors import Forbidden, NotFound
from pulse.core.events import publish, transaction
from pulse.extensions import db
from pulse.support import policy, queries, signing
from pulse.support.events import TicketChanged
from pulse.support.models import Customer, Widget


def create_widget(name: str, origins: list[str], team_id: int | None = None) -> int:
    """Make a widget; returns its id. Raises InvalidInput (unknown_team)."""
    with transaction() as session:
        policy.check_team(team_id)
        widget = Widget(
            key=secrets.token_urlsafe(16),
            secret=secrets.token_urlsafe(32),
            name=name,
            origins=origins,
            team_id=team_id,
            created_at=clock.now(),
        )
        session.add(widget)
        session.flush()
        return widget.id


def update_widget(widget_id: int, changes: dict[str, Any]) -> None:
    """Change name, origins, team, is_enabled. Raises NotFound, InvalidInput (unknown_team)."""
    with transaction() as session:
        widget = session.get(Widget, widget_id)
        if widget is None:
            raise NotFound("There is no such widget.")
        policy.check_team(changes.get("team_id"))
        for name, value in changes.items():
            setattr(widget, name, value)


@dataclass(frozen=True)
class Claimed:
    """Who a page says its visitor is; `hash` proves that the page's own server says so."""

    external_id: str
    hash: str
    name: str = ""
    email: str = ""


@dataclass(frozen=True)
class Arrival:
    """A visitor who has come in."""

    user: User
    session: Session
    visitor_token: str


def arrive(
    widget: Widget, visitor_token: str | None, claimed: Claimed | None, *, address: str, client: str
) -> Arrival:
    """Let a visitor in: whom the token names, or whom the page vouches for, or somebody new.

    A visitor who was anonymous so far becomes the page's customer, unless that one is known already. Raises
    Forbidden (bad_hash) if the hash is not right.
    """
    known = signing.read_visitor(visitor_token) if visitor_token else None
    if claimed and not signing.is_vouched(widget.secret, claimed.external_id, claimed.hash):
        raise Forbidden("The hash does not fit the customer.", code="bad_hash")
    with transaction() as session:
        session.get(Widget, widget.id, with_for_update=LOCK)  # one customer is made once
        user = _known(widget, known.user_id if known else None, claimed) or accounts.create_visitor()
        customer = session.get(Customer, user.id) or Customer(user_id=user.id)
        customer.widget_id, customer.seen_at = widget.id, clock.now()
        if claimed:
            customer.external_id = claimed.external_id
            customer.email = claimed.email or customer.email
            user.full_name = claimed.name or user.full_name
        session.add(customer)
        session.flush()
        held = session.get(Session, known.session_id) if known and known.user_id == user.id else None
        if held is None or held.ended_at is not None or held.expires_at <= clock.now():
            held = accounts.sign_in(user, address=address, client=client, device_type="web")
    return Arrival(user, held, signing.visitor_token(user.id, held.id))


def _known(widget: Widget, user_id: int | None, claimed: Claimed | None) -> User | None:
    session = db.session()
    if claimed and (found := queries.customer_of(widget.id, claimed.external_id)):
        return session.get(User, found.user_id)
    customer = session.get(Customer, user_id) if user_id is not None else None
    if customer is None or customer.widget_id != widget.id:
        return None
    if claimed and customer.external_id:  # the page knows by now that somebody else is here
        return None
    return session.get(User, customer.user_id)


def describe(user_id: int, *, name: str | None, email: str | None) -> None:
    """What a visitor says about themselves."""
    with transaction() as session:
        customer = session.get(Customer, user_id)
        if customer is None:
            raise NotFound("There is no such visitor.")
        if email is not None:
            customer.email = email
        if name is not None:
            session.get_one(User, user_id).full_name = name
        _tell(user_id)


def note_page(user_id: int, url: str, title: str) -> None:
    """Where a visitor is just now, for the agents to see."""
    with transaction() as session:
        customer = session.get(Customer, user_id)
        if customer is not None:
            customer.page_url, customer.page_title, customer.seen_at = url, title, clock.now()
            _tell(user_id)


def _tell(user_id: int) -> None:
    """The desk sees at once what is new about a customer whose tickets are not done."""
    for conversation_id in queries.under_way(customer_id=user_id):
        publish(TicketChanged(conversation_id, user_id, ["customer"]))
