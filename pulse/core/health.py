"""Is it well? For load balancers, people, and (with figures) for admins.

A process that cannot reach the database is no use to anybody: 503. Without Redis, a worker or the bus
listener it still signs people in and shows what is stored, and the next process would be no better off: it
answers 200 and says `degraded`.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from apiflask import APIBlueprint
from pydantic import Field
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from pulse.core import figures, ports, probes
from pulse.core.errors import PulseError
from pulse.core.http import needs
from pulse.core.permissions import Permission
from pulse.core.schemas import Output
from pulse.core.version import VERSION

bp = APIBlueprint(
    "health", __name__, tag={"name": "Health", "description": "Whether the server and its parts are well."}
)


class QueueHealth(Output):
    """Background jobs."""

    ok: Annotated[bool, Field(description="Some worker gave a sign of life in the last 30 seconds.")]
    workers: Annotated[int, Field(description="Registered workers.", examples=[1])]


class ListenerHealth(Output):
    """What brings events of other processes to the sockets of this one."""

    ok: Annotated[bool, Field(description="It could read from Redis in the last 5 seconds.")]


class HealthOut(Output):
    """How the server is. The last three fields are null unless an admin asks."""

    status: Literal["healthy", "degraded"]
    service: Annotated[str, Field(examples=["Pulse"])] = "Pulse"
    version: Annotated[str, Field(examples=[VERSION])] = VERSION
    database_connected: bool
    redis_connected: bool
    queue: QueueHealth
    listener: ListenerHealth
    admin_group_exists: Annotated[bool | None, Field(description="Whether an admin exists, if known.")] = None
    features: Annotated[dict[str, bool] | None, Field(examples=[{"signup": True, "presence": True}])] = None
    stats: Annotated[
        dict[str, int | Mapping[str, int] | None] | None,
        Field(
            description="Figures; null for one that could not be read in two seconds.",
            examples=[{"total_users": 12, "admin_users": 1, "queue_length": 0, "failed_jobs": 0}],
        ),
    ] = None


WITHOUT_DATABASE: Any = {
    503: {
        "description": "The database does not answer.",
        "content": {"application/json": {"schema": HealthOut}},
    }
}


@bp.get("/api/health/")
@needs(Permission.PUBLIC)
@bp.output(HealthOut)
@bp.doc(responses=WITHOUT_DATABASE)
def health() -> tuple[HealthOut, int]:
    """Health of the server

    200 also when only Redis, a worker or the bus listener is missing (`degraded`); 503 without a database.
    Admins also get figures.
    """
    database, redis = probes.database_answers(), probes.redis_answers()
    queue = probes.queue_state() if redis else probes.QueueState()
    listener = probes.listener()
    hears = listener is not None and not listener.is_deaf
    answer = HealthOut(
        status="healthy" if database and redis and queue.is_worked and hears else "degraded",
        database_connected=database,
        redis_connected=redis,
        queue=QueueHealth(ok=queue.is_worked, workers=queue.workers),
        listener=ListenerHealth(ok=hears),
    )
    if database and _is_admin():
        stats = figures.read_all()
        answer.stats = {**stats, "queue_length": queue.waiting, "failed_jobs": queue.failed}
        admins = stats.get("admin_users")
        answer.admin_group_exists = None if admins is None else bool(admins)
        answer.features = dict.fromkeys(figures.bound().features, True)
    return answer, 200 if database else 503


def _is_admin() -> bool:
    try:
        return ports.authenticate_request(True).may(Permission.SYSTEM_READ)
    except (PulseError, SQLAlchemyError, RedisError):
        return False
