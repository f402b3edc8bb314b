"""Background jobs on RQ. Arguments are JSON; a job calls the same functions as a route does."""

from collections.abc import Callable
from typing import Any, Self

from flask import Flask
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.registry import clean_registries as rq_clean_registries
from rq.serializers import JSONSerializer
from rq.timeouts import TimerDeathPenalty

from pulse.core import clock
from pulse.extensions import store

FAILED_JOBS_ARE_KEPT = 7 * 24 * 3600  # seconds; RQ's own default is a year
FAILED_TICKS_ARE_KEPT = 3600  # the next one tries again anyway


def enqueue(
    function: Callable[..., Any],
    *args: object,
    ttl: int | None = None,
    failure_ttl: int = FAILED_JOBS_ARE_KEPT,
    is_slow: bool = False,
) -> None:
    """Run `function(*args)` soon in a worker, unless it has waited for more than `ttl` seconds.

    One that fails can be looked at for `failure_ttl` seconds. `is_slow`: it waits for other people's servers,
    and runs where nothing else waits for it. Raises redis.RedisError when Redis is down.
    """
    queue = store.slow_queue if is_slow else store.queue
    queue.enqueue_call(function, args=args, ttl=ttl, result_ttl=0, failure_ttl=failure_ttl, timeout=300)


def enqueue_tick(function: Callable[[], Any], seconds: float) -> None:
    """Enqueue a periodic job once per period, however many tickers run and whoever restarts.

    Periods that nobody worked through are not made up for. Raises redis.RedisError when Redis is down.
    """
    name = f"{function.__module__}.{function.__qualname__}"
    bucket = int(clock.timestamp() // seconds)
    if store.client.set(f"pulse:tick:{name}:{bucket}", 1, nx=True, px=max(1000, int(seconds * 2000))):
        enqueue(function, ttl=max(2, int(seconds * 2)), failure_ttl=FAILED_TICKS_ARE_KEPT)


class AppWorker(SimpleWorker):
    """An RQ worker that runs each job in its own context of the app, without forking."""

    app: Flask
    max_connection_wait_time = 1.0  # seconds between looks for a Redis that is away

    @classmethod
    def on(cls, app: Flask, *queues: Queue) -> Self:
        """A worker of `app` for some queues, the first one first."""
        worker = cls(list(queues), connection=queues[0].connection, serializer=JSONSerializer)
        worker.app = app
        return worker

    def subscribe(self) -> None:
        """Take no commands over pub/sub, only signals: ending the thread for them takes up to a second."""

    def perform_job(self, job: Job, queue: Queue) -> bool:
        with self.app.app_context():
            done: bool = super().perform_job(job, queue)
            return done


class ThreadWorker(AppWorker):
    """The same in a thread beside others: no signals, and a timer ends what never ends."""

    death_penalty_class = TimerDeathPenalty

    def _install_signal_handlers(self) -> None:
        """Only the main thread may; this one ends with the process."""


def clean_registries() -> None:
    """Job: count jobs whose worker was killed among the failed ones soon, not in ten minutes."""
    rq_clean_registries(store.queue)
    rq_clean_registries(store.slow_queue)
