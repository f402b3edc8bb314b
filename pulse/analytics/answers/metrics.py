"""What goes on, put together."""

from datetime import UTC, datetime, time, timedelta

from pulse.analytics import policy, queries, rules
from pulse.analytics.models import OnlineHour
from pulse.analytics.schemas import (
    ActiveOut,
    ActiveQuery,
    DayCountOut,
    DayCountsOut,
    MessagesQuery,
    OnlineHourOut,
    OnlineHoursOut,
)
from pulse.core import clock
from pulse.core.identity import Identity


def messages_per_day(viewer: Identity, wanted: MessagesQuery) -> DayCountsOut:
    """Days without messages are included. Raises NotFound, Forbidden."""
    policy.check_reads(viewer, wanted.workspace_id)
    now = clock.now()
    first = now.date() - timedelta(days=wanted.days - 1)
    start = datetime.combine(first, time(), UTC)
    found = queries.messages_by_day(start, now, workspace_id=wanted.workspace_id, viewer_id=viewer.user_id)
    days = rules.dates(first, wanted.days)
    return DayCountsOut(data=[DayCountOut(day=day, count=found.get(day, 0)) for day in days])


def online_hours(hours: int) -> OnlineHoursOut:
    """Most people here at once, hour by hour, the current hour last."""
    first = clock.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=hours - 1)
    found = {row.hour: row for row in queries.online_hours(first)}
    all_hours = [first + timedelta(hours=number) for number in range(hours)]
    data = [_online_hour(hour, found.get(hour)) for hour in all_hours]
    counted = [one for one in data if one.online is not None]
    return OnlineHoursOut(data=data, peak=max(counted, key=lambda one: one.online or 0, default=None))


def _online_hour(hour: datetime, row: OnlineHour | None) -> OnlineHourOut:
    return OnlineHourOut(hour=hour, online=row.online if row else None, at=row.at if row else None)


def active_users(viewer: Identity, wanted: ActiveQuery) -> ActiveOut:
    """Raises NotFound, Forbidden."""
    policy.check_reads(viewer, wanted.workspace_id)
    return ActiveOut(active_count=queries.active_count(viewer, wanted.workspace_id, wanted.minutes))
