"""How values look in the admin tables. Jinja escapes them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup


def as_time(view: Any, value: datetime, name: str) -> Markup:
    """A moment, UTC, to the second."""
    moment = value.astimezone(UTC)
    return Markup('<time datetime="{}">{}</time>').format(
        moment.isoformat(timespec="milliseconds"), moment.strftime("%Y-%m-%d %H:%M:%S")
    )


def as_json(view: Any, value: object, name: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def as_person(view: Any, context: Any, row: Any, name: str) -> str:
    """A column that holds a user's number shows their username."""
    text: str = view.name_of(getattr(row, name))
    return text


FORMATS: dict[type, Callable[..., object]] = {
    datetime: as_time,
    bool: lambda view, value, name: "yes" if value else "no",
    dict: as_json,
    list: as_json,
    type(None): lambda view, value, name: "",
}
