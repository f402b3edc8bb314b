"""Wire formats of analytics."""

import datetime
from typing import Annotated

from pydantic import Field

from pulse.accounts.rules import AccountStatus
from pulse.analytics.rules import TimeRange
from pulse.core.schemas import Input, Moment, Output


class AnalyticsQuery(Input):
    time_range: Annotated[
        TimeRange,
        Field(alias="timeRange", description="Today so far; the last 7 days; the last 30, today included."),
    ] = TimeRange.WEEK


class SecondsOut(Output):
    """Time in each status, in seconds."""

    online: Annotated[float, Field(examples=[14400.5])]
    away: Annotated[float, Field(examples=[3600])]
    busy: Annotated[float, Field(examples=[0])]


class DayOut(Output):
    """One local day."""

    day: datetime.date
    seconds: SecondsOut
    sessions: Annotated[int, Field(description="How often the user came.", examples=[3])]
    messages_sent: Annotated[int, Field(examples=[12])]
    engagement_score: Annotated[float, Field(description="0 to 100.", examples=[63.2])]


class SumOut(Output):
    """What the days of a range add up to."""

    seconds: SecondsOut
    sessions: int
    average_session_seconds: Annotated[float | None, Field(examples=[5400])]
    messages_sent: int
    replies: Annotated[int, Field(description="Answers to customers.", examples=[8])]
    average_response_seconds: Annotated[
        float | None, Field(description="How long customers waited for them.", examples=[94.5])
    ]
    engagement_score: Annotated[float, Field(description="0 to 100: the mean of the days.", examples=[58.1])]


class PeakOut(Output):
    """One hour of the week. Monday is 0."""

    weekday: int
    hour: int
    seconds: float


class AnalyticsOut(SumOut):
    """How a user was here within a range of local days, and within the one before it."""

    user_id: int
    time_range: TimeRange
    time_zone: Annotated[
        str,
        Field(description="The user's own; all days and hours are local ones.", examples=["Europe/Berlin"]),
    ]
    start: Moment
    end: Moment
    engagement_trend: Annotated[
        float, Field(description="The score less that of the range before.", examples=[4.2])
    ]
    peak_hours: Annotated[list[PeakOut], Field(description="The busiest hours of the week, at most three.")]
    hours: Annotated[
        list[list[float]], Field(description="Seconds online or busy, by weekday (Monday first) and hour.")
    ]
    days: list[DayOut]
    previous: Annotated[
        SumOut, Field(description="As many days before, the last of them up to the same time of day.")
    ]


class MessagesQuery(Input):
    workspace_id: Annotated[
        int | None, Field(ge=1, description="Its channels that you see. Without one: all (admins).")
    ] = None
    days: Annotated[int, Field(ge=1, le=366, description="UTC days, today the last of them.")] = 14


class ActiveQuery(Input):
    workspace_id: Annotated[
        int | None, Field(ge=1, description="Those in it whom you see. Without one: all (admins).")
    ] = None
    minutes: Annotated[int, Field(ge=1, le=43_200)] = 15


class DayCountOut(Output):
    day: datetime.date
    count: Annotated[int, Field(examples=[45])]


class DayCountsOut(Output):
    """One entry for each day, the oldest first."""

    data: list[DayCountOut]


class ActiveOut(Output):
    active_count: Annotated[int, Field(description="Here now, or within the minutes.", examples=[8])]


class DaysQuery(Input):
    days: Annotated[int, Field(ge=1, le=366, description="UTC days, today the last of them.")] = 14


class SystemDayOut(Output):
    """A UTC day of the whole server. Days before the first count are zero."""

    day: datetime.date
    users: Annotated[int, Field(description="Accounts at its end.", examples=[150])] = 0
    new_users: int = 0
    active_users: Annotated[int, Field(description="Who was here.")] = 0
    messages: int = 0
    tickets_opened: int = 0
    tickets_resolved: int = 0
    revenue: float = 0
    api_calls: int = 0
    api_errors: Annotated[int, Field(description="Answers of 5xx.")] = 0
    peak_online: Annotated[int, Field(description="Most people here at once.")] = 0


class SystemDaysOut(Output):
    """One entry for each day, the oldest first."""

    data: list[SystemDayOut]


class RecentUserOut(Output):
    id: int
    username: Annotated[str, Field(examples=["ann"])]
    email: Annotated[str | None, Field(examples=["ann@example.org"])]
    account_status: AccountStatus
    message_count: Annotated[int, Field(examples=[12])]
    created_at: Moment


class LogLineOut(Output):
    """One request. `path` is the route's, ids and tokens left out."""

    at: Moment
    method: Annotated[str, Field(examples=["GET"])]
    path: Annotated[str, Field(examples=["/api/users/<id:user_id>/presence/"])]
    status: Annotated[int, Field(examples=[200])]
    milliseconds: Annotated[float, Field(examples=[4.2])]
    username: Annotated[str | None, Field(examples=["ann"])]


class StatsOut(Output):
    """The whole server at a glance."""

    total_users: int
    total_messages: int
    total_conversations: int
    active_sessions: int
    api_calls_today: int
    revenue: Annotated[float, Field(description="Messages times `REVENUE_PER_MESSAGE`.")]
    user_growth: Annotated[list[int], Field(description="New accounts on each of the last 7 UTC days.")]
    api_usage: Annotated[list[int], Field(description="API calls on each of them.")]
    recent_users: list[RecentUserOut]
    recent_logs: list[LogLineOut]
