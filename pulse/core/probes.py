"""How the parts are on which Pulse leans. Every question has a time limit, and none of them raises."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

import structlog
from flask import current_app
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy import Engine

from pulse.core import clock
from pulse.core.context import settings
from pulse.core.offload import offload
from pulse.core.realtime import Listener
from pulse.extensions import db, store

log = structlog.get_logger(__name__)

SECONDS = 2
SILENCE = timedelta(seconds=30)  # a worker takes up a job every second, since the schedule never rests

_LIMITS: dict[str, dict[str, Any]] = {
    "sqlite": {"timeout": SECONDS},
    "postgresql": {
        "connect_timeout": SECONDS,
        "tcp_user_timeout": SECONDS * 1000,
        "options": f"-c statement_timeout={SECONDS * 1000}",
    },
}


@dataclass(frozen=True)
class QueueState:
    """The job queue. `is_worked`: some worker gave a sign of life lately."""

    workers: int = 0
    is_worked: bool = False
    waiting: int | None = None
    failed: int | None = None


def database_answers() -> bool:
    """Whether the database takes a new connection and answers.

    Not asked through the pool, where one would wait behind others, and not on the event loop.
    """
    try:
        offload(_ask_database, db.engine)
    except Exception as error:  # each driver has its own
        log.warning("database does not answer", error=str(error).strip())
        return False
    return True


def _ask_database(engine: Engine) -> None:
    arguments, options = engine.dialect.create_connect_args(engine.url)
    connection = engine.dialect.loaded_dbapi.connect(*arguments, **options, **_LIMITS[engine.dialect.name])
    try:
        connection.cursor().execute("SELECT 1")
    finally:
        connection.close()


def redis_answers() -> bool:
    """Whether Redis answers."""
    try:
        return bool(_redis(settings().redis_url).ping())
    except RedisError as error:
        log.warning("redis does not answer", error=str(error))
        return False


def queue_state() -> QueueState:
    """The job queue; without Redis an empty answer."""
    try:
        client = _redis(settings().redis_url)
        queue = Queue(store.queue.name, connection=client, serializer=JSONSerializer)
        beats = [worker.last_heartbeat for worker in SimpleWorker.all(queue=queue)]
        return QueueState(
            workers=len(beats),
            is_worked=any(beat and clock.now() - beat < SILENCE for beat in beats),
            waiting=queue.count,
            failed=queue.failed_job_registry.get_job_count(cleanup=False),
        )
    except RedisError as error:
        log.warning("queue state not at hand", error=str(error))
        return QueueState()


def listener() -> Listener | None:
    """The bus listener of this process; None where none was started."""
    found: Listener | None = current_app.extensions.get("pulse.listener")
    return found


@cache
def _redis(url: str) -> Redis:
    """A client that gives up early; the app's own waits longer."""
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_connect_timeout=SECONDS,
        socket_timeout=SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
