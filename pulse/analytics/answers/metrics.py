"""What goes on, put together."""

from datetime import UTC, datetime, time, timedelta

from pulse.analytics import policy, queries, rules
from pulse.analytics.schemas import ActiveOut, ActiveQuery, DayCountOut, DayCountsOut, MessagesQuery
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


def active_users(viewer: Identity, wanted: ActiveQuery) -> ActiveOut:
    """Raises NotFound, Forbidden."""
    policy.check_reads(viewer, wanted.workspace_id)
    return ActiveOut(active_count=queries.active_count(viewer, wanted.workspace_id, wanted.minutes))
