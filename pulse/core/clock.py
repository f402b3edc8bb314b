"""The only source of time; tests travel with time-machine."""

import time
from datetime import UTC, datetime


def timestamp() -> float:
    """Seconds since 1970, UTC."""
    return time.time()


def milliseconds() -> int:
    """Milliseconds since 1970, UTC: the unit of all times in Redis."""
    return int(time.time() * 1000)


def now() -> datetime:
    """The present moment, aware, UTC."""
    return datetime.now(UTC)


def from_milliseconds(value: int | float) -> datetime:
    """A moment kept in Redis as an aware datetime, UTC."""
    return datetime.fromtimestamp(value / 1000, UTC)


def to_milliseconds(moment: datetime) -> int:
    """A moment as Redis keeps it."""
    return int(moment.timestamp() * 1000)
