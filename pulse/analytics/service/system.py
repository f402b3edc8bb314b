"""The daily figures of the whole server."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import false, func, or_, select

from pulse.accounts.models import User
from pulse.analytics.models import SystemStats
from pulse.analytics.queries.system import count_between, totals
from pulse.conversations.models import Message
from pulse.conversations.rules import MessageKind
from pulse.core import clock
from pulse.core.context import settings
from pulse.core.database import insert
from pulse.core.events import transaction
from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.presence.models import UserPresence
from pulse.presence.rules import Status
from pulse.support.models import Ticket


def count_day(day: date) -> None:
    """Count the figures of a UTC day, again if need be. What there is in all is only known today."""
    start = datetime.combine(day, time(), UTC)
    end = start + timedelta(days=1)
    is_person = User.role != Role.VISITOR
    messages = count_between(Message.created_at, start, end, Message.kind != MessageKind.EVENT)
    row = {
        "new_users": count_between(User.created_at, start, end, is_person),
        "messages": messages,
        "tickets_opened": count_between(Ticket.created_at, start, end),
        "tickets_resolved": count_between(Ticket.resolved_at, start, end),
        "revenue": round(messages * settings().revenue_per_message, 4),
    }
    if day == clock.now().date():  # what is only known while it lasts
        row |= {"users": totals().users, "active_users": _count_here(since=start)}
    with transaction() as session:
        statement = insert(session, SystemStats).values(day=day, **row)
        session.execute(statement.on_conflict_do_update(index_elements=["day"], set_=row))


def note_peak() -> None:
    """Note how many are here now, if that is more than before today."""
    count = _count_here()
    with transaction() as session:
        statement = insert(session, SystemStats).values(day=clock.now().date(), peak_online=count)
        higher = {"peak_online": count}
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["day"], set_=higher, where=SystemStats.peak_online < count
            )
        )


def _count_here(since: datetime | None = None) -> int:
    """How many are here, or were since a moment."""
    here = UserPresence.presence != Status.OFFLINE
    was_here = UserPresence.last_seen >= since if since else false()
    query = select(func.count()).select_from(UserPresence).where(or_(here, was_here))
    return db.session.scalar(query) or 0
