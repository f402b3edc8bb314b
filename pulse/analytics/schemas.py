"""Wire formats of analytics."""

import datetime
from typing import Annotated

from pydantic import Field

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
    time_zone: Annotated[str, Field(description="The user's own; all days and hours are local ones.")]
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
