"""Reads of widgets and their customers; they never commit."""

from collections.abc import Sequence

from sqlalchemy import select

from pulse.extensions import db
from pulse.support.models import (
    Customer,
    Widget,
)


def widget(key: str) -> Widget | None:
    """The enabled widget of a public key."""
    return db.session.scalar(select(Widget).where(Widget.key == key, Widget.is_enabled))


def widgets() -> Sequence[Widget]:
    return db.session.scalars(select(Widget).order_by(Widget.id)).all()


def customer_of(widget_id: int, external_id: str) -> Customer | None:
    return db.session.scalar(
        select(Customer).where(Customer.widget_id == widget_id, Customer.external_id == external_id)
    )
