"""Presence by local day: what is over is rolled up, and again when it turns out otherwise."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete

from pulse.accounts.models import User
from pulse.analytics import queries, rules
from pulse.analytics.models import PresenceDay, PresenceRollup
from pulse.core import clock
from pulse.core.context import settings
from pulse.core.database import LOCK
from pulse.core.events import transaction
from pulse.extensions import db
from pulse.presence.events import StatusChanged

AT_ONCE = 200  # users looked for in one statement


def roll_up() -> int:
    """Sum up every user's local days that are over; returns of how many users."""
    count, last_id = 0, 0
    while found := queries.due(last_id, AT_ONCE):
        for due in found:
            count += roll_up_user(due.user_id)
        last_id = found[-1].user_id
    return count


def roll_up_user(user_id: int) -> bool:
    """Sum up a user's local days that are over; whether there were any new ones."""
    with transaction() as session:
        user = session.get(User, user_id, with_for_update=LOCK)  # two jobs roll one user up in turn
        if user is None:
            return False
        zone = ZoneInfo(user.time_zone)
        end = rules.midnight((clock.now() - rules.SETTLES).astimezone(zone).date(), zone)
        rollup = session.get(PresenceRollup, user_id)
        if rollup is not None and rollup.time_zone != user.time_zone:
            session.execute(delete(PresenceDay).where(PresenceDay.user_id == user_id))
            session.delete(rollup)
            rollup = None
        start = rollup.rolled_until if rollup else queries.first_sign(user_id)
        if start is None or start >= end:
            return False
        for day, figures in queries.counted(user_id, start, end, zone).items():
            session.add(PresenceDay(user_id=user_id, day=day, **vars(figures)))
        if rollup is None:
            session.flush()  # the one of another time zone is gone before this one comes
            session.add(PresenceRollup(user_id=user_id, time_zone=zone.key, rolled_until=end))
        else:
            rollup.rolled_until = end
    return True


def reopen(event: StatusChanged) -> None:
    """In the transaction that records a change: days that were rolled up without it are counted again."""
    at = datetime.fromisoformat(event.at)
    if at > clock.now() - rules.SETTLES:
        return
    with transaction() as session:
        rollup = session.get(PresenceRollup, event.user_id, with_for_update=LOCK)
        if rollup is not None:
            zone = ZoneInfo(rollup.time_zone)
            _reopen(rollup, at.astimezone(zone).date(), zone)


def rebuild(user_id: int) -> None:
    """Count a user's days again from history. Older ones than it holds whole stay as they are."""
    with transaction() as session:
        rollup = session.get(PresenceRollup, user_id, with_for_update=LOCK)
        first = queries.first_sign(user_id)
        if rollup is None or first is None:
            return
        zone = ZoneInfo(rollup.time_zone)
        kept_since = clock.now() - timedelta(days=settings().history_retention_days - 1)
        _reopen(rollup, max(first, kept_since).astimezone(zone).date(), zone)
    roll_up_user(user_id)


def _reopen(rollup: PresenceRollup, day: date, zone: ZoneInfo) -> None:
    if rules.midnight(day, zone) < rollup.rolled_until:
        is_reopened = PresenceDay.user_id == rollup.user_id, PresenceDay.day >= day
        db.session.execute(delete(PresenceDay).where(*is_reopened))
        rollup.rolled_until = rules.midnight(day, zone)


def forget_old_days() -> None:
    """Delete days that are older than the history is kept."""
    before = clock.now() - timedelta(days=settings().history_retention_days)
    with transaction() as session:
        session.execute(delete(PresenceDay).where(PresenceDay.day < before.date()))
