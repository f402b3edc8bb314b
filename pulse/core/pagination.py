"""Cursor pagination: `{"data": [...], "next": cursor or null}`. No page costs more than the first."""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, Field

from pulse.core.errors import InvalidInput
from pulse.core.schemas import check_text, in_utc

T = TypeVar("T")


class PageQuery(BaseModel):
    """The query parameters of every list."""

    limit: Annotated[int, Field(ge=1, le=200, description="How many at most.")] = 20
    cursor: Annotated[str | None, Field(max_length=500, description="`next` of the page before.")] = None


NextCursor = Annotated[
    str | None, Field(description="Cursor of the next page; null on the last one.", examples=["WzQyXQ"])
]


class Page(BaseModel, Generic[T]):
    """One page of a list."""

    data: list[T]
    next: NextCursor = None


def encode_cursor(*key: str | int | float) -> str:
    """An opaque cursor from the sort key of a page's last row."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, *types: type) -> tuple[Any, ...] | None:
    """The sort key of a cursor, or None for the first page. Raises InvalidInput on anything foreign."""
    if not cursor:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        check_text(key)
    except (ValueError, binascii.Error, RecursionError):
        key = None
    if (
        not isinstance(key, list)
        or len(key) != len(types)
        or any(type(part) is not kind for part, kind in zip(key, types, strict=True))
        or any(type(part) is int and abs(part) >= 2**63 for part in key)
    ):
        raise InvalidInput("The cursor is not one of ours.", errors={"cursor": ["not one of ours"]})
    return tuple(key)


def decode_moment(cursor: str | None) -> tuple[datetime, int] | None:
    """(moment, id) of a cursor made from `moment.isoformat()` and an id. Raises InvalidInput as above."""
    key = decode_cursor(cursor, str, int)
    return as_moment(key) if key else None


def as_moment(key: Sequence[Any]) -> tuple[datetime, int]:
    """The same from the (text, id) of a decoded cursor. Raises InvalidInput."""
    try:
        return in_utc(datetime.fromisoformat(key[0])), key[1]
    except ValueError:
        raise InvalidInput("The cursor is not one of ours.", errors={"cursor": ["not one of ours"]}) from None


def cut(rows: Sequence[T], limit: int) -> tuple[Sequence[T], T | None]:
    """From `limit + 1` rows read: the page, and its last row if another page follows."""
    return (rows[:limit], rows[limit - 1]) if len(rows) > limit else (rows, None)
