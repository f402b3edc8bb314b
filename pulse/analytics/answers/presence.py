"""How a user was here, put together."""

from collections.abc import Sequence
from datetime import date, timedelta

from pulse.analytics import queries, rules
from pulse.analytics.queries import Answers
from pulse.analytics.rules import Day, TimeRange
from pulse.analytics.schemas import AnalyticsOut, DayOut, PeakOut, SecondsOut, SumOut
from pulse.core import clock
from pulse.presence.rules import Status


def analytics(user_id: int, time_range: TimeRange) -> AnalyticsOut:
    """How a user was here lately, in their own time zone."""
    zone, now = queries.time_zone(user_id), clock.now()
    today = now.astimezone(zone).date()
    first = today - timedelta(days=time_range.days - 1)
    start = rules.midnight(first, zone)
    before_first, before_last = first - timedelta(days=time_range.days), first - timedelta(days=1)
    before_end = min(rules.midnight(before_last, zone) + (now - rules.midnight(today, zone)), start)

    found = queries.days(user_id, first, today, now, zone)
    before = queries.days(user_id, before_first, before_last, before_end, zone)
    days = [(day, found.get(day, Day())) for day in rules.dates(first, time_range.days)]
    days_before = [before.get(day, Day()) for day in rules.dates(before_first, time_range.days)]
    total = _sum([day for _, day in days], queries.answers(user_id, start, now))
    previous = _sum(days_before, queries.answers(user_id, rules.midnight(before_first, zone), before_end))
    week = rules.week_of_hours(days)
    return AnalyticsOut(
        **dict(total),
        user_id=user_id,
        time_range=time_range,
        time_zone=zone.key,
        start=start,
        end=now,
        engagement_trend=round(total.engagement_score - previous.engagement_score, 1),
        peak_hours=_peaks(week),
        hours=[[ms / 1000 for ms in hours] for hours in week],
        days=[_day(day, figures) for day, figures in days],
        previous=previous,
    )


def _sum(days: Sequence[Day], answers: Answers) -> SumOut:
    seconds, sessions = _seconds(days), sum(day.sessions for day in days)
    present = seconds.online + seconds.away + seconds.busy
    return SumOut(
        seconds=seconds,
        sessions=sessions,
        average_session_seconds=round(present / sessions, 1) if sessions else None,
        messages_sent=sum(day.messages for day in days),
        replies=answers.count,
        average_response_seconds=answers.average,
        engagement_score=round(rules.engagement(days), 1),
    )


def _seconds(days: Sequence[Day]) -> SecondsOut:
    online, away, busy = (
        sum(day.milliseconds(status) for day in days) / 1000
        for status in (Status.ONLINE, Status.AWAY, Status.BUSY)
    )
    return SecondsOut(online=online, away=away, busy=busy)


def _day(day: date, figures: Day) -> DayOut:
    return DayOut(
        day=day,
        seconds=_seconds([figures]),
        sessions=figures.sessions,
        messages_sent=figures.messages,
        engagement_score=round(figures.score, 1),
    )


def _peaks(week: list[list[int]]) -> list[PeakOut]:
    hours = [(ms, weekday, hour) for weekday, row in enumerate(week) for hour, ms in enumerate(row) if ms]
    busiest = sorted(hours, key=lambda one: (-one[0], one[1], one[2]))[: rules.BUSIEST]
    return [PeakOut(weekday=weekday, hour=hour, seconds=ms / 1000) for ms, weekday, hour in busiest]
