"""Background jobs: JSON only, ticks once per period, and nothing that a failure blocks."""

import json
import threading
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from rq.job import Job
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer

from pulse import schedule
from pulse.core import jobs
from pulse.core.context import settings
from pulse.extensions import store

ran: list[Any] = []


def note(*args: Any) -> None:
    ran.append(args or settings().pulse_env)


def fail() -> None:
    ran.append("failed")
    raise RuntimeError("no")


@pytest.fixture(autouse=True)
def clean(app: Flask) -> None:
    ran.clear()


def test_a_job_runs_in_the_context_of_the_app(work: Callable[[], None]) -> None:
    jobs.enqueue(note)
    jobs.enqueue(note, 1, "a", [2], {"b": None})
    work()
    assert ran == ["testing", (1, "a", [2], {"b": None})]
    assert store.queue.count == 0


def test_jobs_travel_as_json(app: Flask) -> None:
    jobs.enqueue(note, "a", 1)
    [job_id] = store.queue.job_ids
    data = store.queue.connection.hget(f"rq:job:{job_id}", "data")
    assert json.loads(zlib.decompress(data)) == ["tests.core.test_jobs.note", None, ["a", 1], {}]
    with pytest.raises(TypeError):
        jobs.enqueue(note, object())


def test_a_tick_is_enqueued_once_per_period(travel: Any, app: Flask, work: Callable[[], None]) -> None:
    barrier = threading.Barrier(4)

    def tick() -> None:
        with app.app_context():
            barrier.wait()
            jobs.enqueue_tick(note, 5)

    threads = [threading.Thread(target=tick) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.queue.count == 1
    travel.shift(4)
    jobs.enqueue_tick(note, 5)
    assert store.queue.count == 1
    travel.shift(1)
    jobs.enqueue_tick(note, 5)
    assert store.queue.count == 2


def test_a_tick_that_fails_does_not_block_the_next(travel: Any, work: Callable[[], None]) -> None:
    jobs.enqueue_tick(fail, 5)
    work()
    travel.shift(5)
    jobs.enqueue_tick(fail, 5)
    work()
    assert ran == ["failed", "failed"]


def test_a_tick_whose_worker_was_killed_does_not_block_the_next(
    travel: Any, work: Callable[[], None]
) -> None:
    jobs.enqueue_tick(note, 5)
    store.queue.connection.lpop(store.queue.key)  # taken by a worker that died at once
    travel.shift(5)
    jobs.enqueue_tick(note, 5)
    work()
    assert ran == ["testing"]


def test_a_job_whose_worker_died_is_listed_as_failed(travel: Any, app: Flask) -> None:
    jobs.enqueue(note)
    [job_id] = store.queue.job_ids
    job = Job.fetch(job_id, connection=store.queue.connection, serializer=JSONSerializer)
    store.queue.connection.lrem(store.queue.key, 0, job_id)
    started = StartedJobRegistry(queue=store.queue)
    store.queue.connection.zadd(started.key, {f"{job.id}:1": 1})  # alive until 1970
    jobs.clean_registries()
    assert job_id in store.queue.failed_job_registry.get_job_ids()


def test_a_tick_that_waited_too_long_is_dropped(app: Flask, work: Callable[[], None]) -> None:
    jobs.enqueue_tick(note, 5)
    [job_id] = store.queue.job_ids
    assert 0 < store.client.ttl(f"rq:job:{job_id}") <= 10
    store.client.delete(f"rq:job:{job_id}")  # as its time to live does
    work()
    assert ran == []


def test_the_schedule_names_real_functions_and_enqueues_each_once(travel: Any, app: Flask) -> None:
    schedule.enqueue_due()
    schedule.enqueue_due()
    assert store.queue.count == len(schedule.table())
    assert all(seconds > 0 for seconds in schedule.table().values())


def test_a_whole_schedule_runs(app: Flask, work: Callable[[], None]) -> None:
    schedule.enqueue_due()
    work()
    assert store.queue.failed_job_registry.count == 0
