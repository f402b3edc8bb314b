"""REST for analytics."""

from apiflask import APIBlueprint
from apiflask.schemas import FileSchema
from flask import Response

from pulse.analytics import answers, policy
from pulse.analytics import schemas as s
from pulse.core.http import identity, needs
from pulse.core.permissions import Permission
from pulse.core.tables import csv_file

bp = APIBlueprint("analytics", __name__, tag="Analytics")

NOT_THERE = {404: "You are not in this workspace."}
PRESENCE_DAYS = (
    *("day", "online_seconds", "away_seconds", "busy_seconds"),
    *("sessions", "messages_sent", "engagement_score"),
)


@bp.get("/api/users/<id:user_id>/analytics/")
@bp.get("/users/<id:user_id>/analytics/")
@needs(Permission.PRESENCE_SELF)
@bp.input(s.AnalyticsQuery, location="query", arg_name="query")
@bp.output(s.AnalyticsOut)
def get_analytics(user_id: int, query: s.AnalyticsQuery) -> s.AnalyticsOut:
    """How a user was here lately (your own; admins: anybody's)

    In the user's time zone. What others saw counts: time as invisible is time offline.
    """
    policy.check_sees(identity(), user_id)
    return answers.analytics(user_id, query.time_range)


@bp.get("/api/users/<id:user_id>/analytics/csv/")
@needs(Permission.PRESENCE_SELF)
@bp.input(s.AnalyticsQuery, location="query", arg_name="query")
@bp.output(FileSchema(), content_type="text/csv", description="A line for each local day.")
def get_analytics_csv(user_id: int, query: s.AnalyticsQuery) -> Response:
    """The days of these figures as a table"""
    policy.check_sees(identity(), user_id)
    days = answers.analytics(user_id, query.time_range).days
    rows = ([day.day, *vars(day.seconds).values(), *list(vars(day).values())[2:]] for day in days)
    return csv_file(f"analytics-{user_id}.csv", PRESENCE_DAYS, rows)


@bp.get("/api/metrics/messages-per-day/")
@needs(Permission.ACTIVITY_READ)
@bp.input(s.MessagesQuery, location="query", arg_name="query")
@bp.output(s.DayCountsOut)
@bp.doc(responses=NOT_THERE)
def messages_per_day(query: s.MessagesQuery) -> s.DayCountsOut:
    """How many messages people sent on each day"""
    return answers.messages_per_day(identity(), query)


@bp.post("/api/metrics/messages-per-day/")
@needs(Permission.ACTIVITY_READ)
@bp.input(s.MessagesQuery, arg_name="body")
@bp.output(s.DayCountsOut)
@bp.doc(responses=NOT_THERE)
def read_messages_per_day(body: s.MessagesQuery) -> s.DayCountsOut:
    """The same, asked for with a body"""
    return answers.messages_per_day(identity(), body)


@bp.get("/api/metrics/messages-per-day/csv/")
@needs(Permission.ACTIVITY_READ)
@bp.input(s.MessagesQuery, location="query", arg_name="query")
@bp.output(FileSchema(), content_type="text/csv", description="A line for each day.")
@bp.doc(responses=NOT_THERE)
def messages_per_day_csv(query: s.MessagesQuery) -> Response:
    """The same as a table"""
    days = answers.messages_per_day(identity(), query).data
    return csv_file("messages-per-day.csv", ("day", "count"), ((one.day, one.count) for one in days))


@bp.get("/api/metrics/active-users/")
@needs(Permission.ACTIVITY_READ)
@bp.input(s.ActiveQuery, location="query", arg_name="query")
@bp.output(s.ActiveOut)
@bp.doc(responses=NOT_THERE)
def active_users(query: s.ActiveQuery) -> s.ActiveOut:
    """How many people are here, or were just now"""
    return answers.active_users(identity(), query)


@bp.post("/api/metrics/active-users/")
@needs(Permission.ACTIVITY_READ)
@bp.input(s.ActiveQuery, arg_name="body")
@bp.output(s.ActiveOut)
@bp.doc(responses=NOT_THERE)
def read_active_users(body: s.ActiveQuery) -> s.ActiveOut:
    """The same, asked for with a body"""
    return answers.active_users(identity(), body)


@bp.get("/api/admin/stats/")
@needs(Permission.SYSTEM_READ)
@bp.output(s.StatsOut)
def stats() -> s.StatsOut:
    """The whole server at a glance"""
    return answers.stats()


@bp.get("/api/admin/stats/days/")
@needs(Permission.SYSTEM_READ)
@bp.input(s.DaysQuery, location="query", arg_name="query")
@bp.output(s.SystemDaysOut)
def stats_by_day(query: s.DaysQuery) -> s.SystemDaysOut:
    """The whole server, day by day"""
    return answers.system_days(query.days)


@bp.get("/api/admin/stats/csv/")
@needs(Permission.SYSTEM_READ)
@bp.input(s.DaysQuery, location="query", arg_name="query")
@bp.output(FileSchema(), content_type="text/csv", description="A line for each day.")
def stats_csv(query: s.DaysQuery) -> Response:
    """The same as a table"""
    days = answers.system_days(query.days).data
    return csv_file(
        "stats.csv", list(s.SystemDayOut.model_fields), (list(vars(day).values()) for day in days)
    )
