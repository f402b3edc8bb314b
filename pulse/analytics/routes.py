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


DAYS = (
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
    return csv_file(f"analytics-{user_id}.csv", DAYS, rows)
