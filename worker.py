"""The worker process: `python worker.py`. Runs jobs and enqueues the periodic ones; any number may run."""

import threading
import time

import structlog
from redis.exceptions import RedisError

from pulse import schedule
from pulse.app import create_app
from pulse.core import bus
from pulse.core.errors import REDIS_IS_AWAY
from pulse.core.jobs import AppWorker
from pulse.extensions import store

log = structlog.get_logger(__name__)
app = create_app()


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


def main() -> None:
    """Work until stopped. While Redis is down, wait for it."""
    threading.Thread(target=tick_for_ever, daemon=True, name="ticker").start()
    with app.app_context():
        while True:
            try:
                AppWorker.on(app, store.queue).work(logging_level="WARNING")
                return
            except RedisError as error:
                log.warning(
                    "redis fails, the worker waits",
                    error=str(error),
                    exc_info=not isinstance(error, REDIS_IS_AWAY),
                )
            time.sleep(1)


if __name__ == "__main__":
    main()
