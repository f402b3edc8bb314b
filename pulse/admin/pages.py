"""Admin pages that are no tables of the database: the first page, live devices, failed jobs."""

from typing import Any

from flask import request
from flask_admin.base import BaseView, expose
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer

from pulse.core import outbox
from pulse.core.errors import REDIS_IS_AWAY, InvalidInput
from pulse.core.pagination import cut, decode_cursor, encode_cursor
from pulse.extensions import store
from pulse.presence import queries
from pulse.presence.rules import Status

MOST_JOBS = 50
PEOPLE = 50


class FirstPage(BaseView):
    """Where the admin pages begin."""

    @expose("/")
    def index(self) -> Any:
        return self.render("admin/index.html", backlog=outbox.backlog(), failed=_failed_count())


class Devices(BaseView):
    """What people have open now."""

    about = "Live devices: what people have open now."

    @expose("/")
    def index(self) -> Any:
        status = request.args.get("status", "")
        status = status if status in list(Status) else Status.ONLINE
        search = request.args.get("search", "").replace("\0", "").strip()[:100]
        rows = queries.board(
            search=search,
            status=status,
            account_status=None,
            role=None,
            sort="username",
            descending=False,
            after=_after(request.args.get("cursor")),
            limit=PEOPLE + 1,
        )
        shown, last = cut(rows, PEOPLE)
        people = [view.full() for view in queries.views([row.id for row in shown]).values()]
        return self.render(
            "admin/devices.html",
            people=people,
            search=search,
            status=status,
            statuses=list(Status),
            next=encode_cursor(last.key, last.id) if last else None,
        )


class FailedJobs(BaseView):
    """Jobs that raised an error."""

    about = "Jobs that raised an error, newest first. They are kept for a week."

    @expose("/")
    def index(self) -> Any:
        registry = FailedJobRegistry(queue=store.queue)
        ids = registry.get_job_ids(0, MOST_JOBS - 1, desc=True)
        jobs = Job.fetch_many(ids, connection=store.queue.connection, serializer=JSONSerializer)
        return self.render("admin/failed_jobs.html", jobs=[_line(job) for job in jobs if job], most=MOST_JOBS)


def _after(cursor: str | None) -> tuple[Any, ...] | None:
    try:
        return decode_cursor(cursor, str, int)
    except InvalidInput:
        return None


def _line(job: Job) -> dict[str, Any]:
    result = job.latest_result()
    error = (result.exc_string if result else None) or ""
    return {
        "id": job.id,
        "function": job.func_name,
        "arguments": list(job.args),
        "ended_at": job.ended_at,
        "error": error.strip().rpartition("\n")[2],
        "trace": error,
    }


def _failed_count() -> int | None:
    try:
        return FailedJobRegistry(queue=store.queue).count
    except REDIS_IS_AWAY:
        return None
