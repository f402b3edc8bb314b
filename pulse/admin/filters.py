"""Filters of the admin tables. Each is one field of the filter form; an empty field filters nothing."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_admin.contrib.sqla.filters import BaseSQLAFilter, FilterEqual
from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlalchemy.orm import Query

from pulse.accounts.models import Session, User
from pulse.core import clock

LARGEST_ID = 2**63 - 1


def one_of(column: Any, name: str, values: Iterable[str]) -> FilterEqual:
    """A choice among a column's values."""
    return FilterEqual(column, name, options=[(str(value), str(value)) for value in values])


class From(BaseSQLAFilter):
    """Everything since the beginning of a day, UTC."""

    def __init__(self, column: Any) -> None:
        super().__init__(column, "From", data_type="date")

    def clean(self, value: str) -> datetime:
        return datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC)

    def apply(self, query: Query[Any], value: datetime, alias: Any = None) -> Query[Any]:
        return query.filter(self.column >= value)

    def operation(self) -> str:
        return "day"


class Until(From):
    """Everything up to the end of a day, UTC."""

    def __init__(self, column: Any) -> None:
        super().__init__(column)
        self.name = "Until"

    def clean(self, value: str) -> datetime:
        try:
            return super().clean(value) + timedelta(days=1)
        except OverflowError as error:
            raise ValueError("no such day") from error

    def apply(self, query: Query[Any], value: datetime, alias: Any = None) -> Query[Any]:
        return query.filter(self.column < value)


class Number(BaseSQLAFilter):
    """Rows that belong to the row of this number."""

    def clean(self, value: str) -> int:
        if not (value.isascii() and value.isdigit() and int(value) <= LARGEST_ID):
            raise ValueError("no number of a row")
        return int(value)

    def apply(self, query: Query[Any], value: int, alias: Any = None) -> Query[Any]:
        return query.filter(self.column == value)

    def operation(self) -> str:
        return "number"


class SessionState(BaseSQLAFilter):
    """Sessions that still live, or those that do not."""

    def __init__(self) -> None:
        super().__init__(Session.id, "State", options=[("live", "live"), ("ended", "ended")])

    def apply(self, query: Query[Any], value: str, alias: Any = None) -> Query[Any]:
        is_live = and_(Session.ended_at.is_(None), Session.expires_at > clock.now())
        return query.filter(is_live if value == "live" else not_(is_live))

    def operation(self) -> str:
        return "is"


def people_named(text: str) -> Select[Any]:
    """Ids of the users with exactly this username, e-mail address or number; each is one index lookup."""
    names: list[ColumnElement[bool]] = [
        func.lower(User.username) == text.lower(),
        User.email == text.lower(),
    ]
    if text.isascii() and text.isdigit() and int(text) <= LARGEST_ID:
        names.append(User.id == int(text))
    return select(User.id).where(or_(*names))
