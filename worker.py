"""The worker process: `python worker.py`. Runs jobs and enqueues the periodic ones; any number may run.

Jobs that wait for other people's servers run in threads of their own, so that nothing waits for them.
"""

import threading
import time

import structlog
from redis.exceptions import RedisError

from pulse import schedule
from pulse.app import create_app
from pulse.core import bus
from pulse.core.errors import REDIS_IS_AWAY
from pulse.core.jobs import AppWorker, ThreadWorker
from pulse.extensions import store

log = structlog.get_logger(__name__)
app = create_app()

SLOW_THREADS = 4


def tick_for_ever() -> None:
    """Enqueue each periodic job when its time has come; tell what jobs could not."""
    with app.app_context():
        while True:
            try:
                schedule.enqueue_due()
                bus.pay(store.client)
            except REDIS_IS_AWAY as error:
                log.warning("ticks not enqueued", error=str(error))
            except Exception:
                log.exception("ticks not enqueued")
            time.sleep(0.25)


def work(kind: type[AppWorker], is_slow: bool) -> None:
    """Work until stopped. While Redis is down, wait for it."""
    with app.app_context():
        while True:
            try:
                queue = store.slow_queue if is_slow else store.queue
                kind.on(app, queue).work(logging_level="WARNING")
                return
            except RedisError as error:
                log.warning(
                    "redis fails, the worker waits",
                    error=str(error),
                    exc_info=not isinstance(error, REDIS_IS_AWAY),
                )
            time.sleep(1)


def main() -> None:
    """Work until stopped: this thread on the jobs that are quick, the others on the slow ones."""
    threading.Thread(target=tick_for_ever, daemon=True, name="ticker").start()
    for number in range(SLOW_THREADS):
        threading.Thread(target=work, args=(ThreadWorker, True), daemon=True, name=f"slow-{number}").start()
    work(AppWorker, False)


if __name__ == "__main__":
    main()
