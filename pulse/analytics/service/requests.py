"""The log of requests: noted in memory, written behind them, many at once."""

from collections import Counter, deque
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import delete, select, update

from pulse.analytics.models import RequestLine, SystemStats
from pulse.core import clock
from pulse.core.context import settings
from pulse.core.database import insert
from pulse.core.events import transaction
from pulse.extensions import db

log = structlog.get_logger(__name__)

MOST_WAITING = 100_000  # lines in memory, while the database is away
BATCH = 500  # a longer transaction would keep others on SQLite waiting
FORGOTTEN_AT_ONCE = 5_000
API = "/api/"


@dataclass(frozen=True, slots=True)
class Line:
    """One request. `path` is its route's, such as `/api/users/<id:user_id>/presence/`."""

    at: datetime
    method: str
    path: str
    status: int
    milliseconds: float
    user_id: int | None


_waiting: deque[Line] = deque()
_dropped = 0


def note_request(line: Line) -> None:
    """Have a line written soon. Never waits, never fails; beyond a bound the oldest lines are lost."""
    global _dropped
    if len(_waiting) >= MOST_WAITING:
        _waiting.popleft()
        _dropped += 1
    _waiting.append(line)


def write_requests() -> int:
    """Write the lines that wait; returns how many. What cannot be written now waits on."""
    global _dropped
    if _dropped:
        log.warning("lines of the request log are lost", count=_dropped)
        _dropped = 0
    written = 0
    for _ in range(len(_waiting) // BATCH + 1):
        lines = [_waiting.popleft() for _ in range(min(BATCH, len(_waiting)))]
        if not lines:
            break
        try:
            _write(lines)
        except BaseException:
            _waiting.extendleft(reversed(lines))
            raise
        written += len(lines)
    return written


def _write(lines: list[Line]) -> None:
    calls: Counter[date] = Counter()
    errors: Counter[date] = Counter()
    for line in lines:
        if line.path.startswith(API):
            calls[line.at.date()] += 1
            errors[line.at.date()] += line.status >= 500
    with transaction() as session:
        session.execute(RequestLine.__table__.insert(), [asdict(line) for line in lines])  # type: ignore[attr-defined]
        for day, count in calls.items():
            row = {"api_calls": count, "api_errors": errors[day]}
            add = {name: getattr(SystemStats, name) + number for name, number in row.items()}
            statement = insert(session, SystemStats).values(day=day, **row)
            session.execute(statement.on_conflict_do_update(index_elements=["day"], set_=add))


def forget_old_lines() -> None:
    """Delete lines that are older than their retention."""
    before = clock.now() - timedelta(days=settings().request_log_retention_days)
    is_old = select(RequestLine.id).where(RequestLine.at < before).limit(FORGOTTEN_AT_ONCE)
    while ids := db.session.scalars(is_old).all():
        with transaction() as session:
            session.execute(delete(RequestLine).where(RequestLine.id.in_(ids)))


def forget_user(user_id: int) -> None:
    """Take a user's name off the lines of the log."""
    with transaction() as session:
        session.execute(update(RequestLine).where(RequestLine.user_id == user_id).values(user_id=None))
