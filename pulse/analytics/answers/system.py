"""The whole server, put together."""

from datetime import timedelta

from pulse.analytics import queries, rules
from pulse.analytics.schemas import LogLineOut, RecentUserOut, StatsOut, SystemDayOut, SystemDaysOut
from pulse.core import clock
from pulse.core.context import settings

DAYS = 7


def stats() -> StatsOut:
    """What there is, what happened lately, who came last."""
    totals, days = queries.totals(), system_days(DAYS).data
    return StatsOut(
        total_users=totals.users,
        total_messages=totals.messages,
        total_conversations=totals.conversations,
        active_sessions=totals.active_sessions,
        api_calls_today=days[-1].api_calls,
        revenue=round(totals.messages * settings().revenue_per_message, 2),
        user_growth=[day.new_users for day in days],
        api_usage=[day.api_calls for day in days],
        recent_users=[
            RecentUserOut(
                id=user.id,
                username=user.username,
                email=user.email,
                account_status=user.account_status,
                message_count=messages,
                created_at=user.created_at,
            )
            for user, messages in queries.recent_users()
        ],
        recent_logs=[
            LogLineOut(
                at=line.at,
                method=line.method,
                path=line.path,
                status=line.status,
                milliseconds=line.milliseconds,
                username=username,
            )
            for line, username in queries.recent_lines()
        ],
    )


def system_days(count: int) -> SystemDaysOut:
    """Figures by UTC day, today the last one."""
    today = clock.now().date()
    first = today - timedelta(days=count - 1)
    found = queries.daily(first, today)
    rows = [
        SystemDayOut.model_validate(found[day]) if day in found else SystemDayOut(day=day)
        for day in rules.dates(first, count)
    ]
    return SystemDaysOut(data=rows)
