"""Calls that share a round trip."""

import signal
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from pulse.core.batching import Batcher
from tests.support.servers import wait_until


class Trips:
    """What the batcher runs: notes the batches, and waits in each until it may go on."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.began = threading.Semaphore(0)
        self.go_on = threading.Semaphore(0)

    def __call__(self, arguments: Sequence[int]) -> list[int]:
        self.batches.append(list(arguments))
        self.began.release()
        assert self.go_on.acquire(timeout=10)
        if 13 in arguments:
            raise ValueError("unlucky")
        return [number * 2 for number in arguments]


@pytest.fixture
def trips() -> Trips:
    return Trips()


class Caller(threading.Thread):
    def __init__(self, call: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self.call = call
        self.result: Any = None
        self.start()

    def run(self) -> None:
        try:
            self.result = self.call()
        except BaseException as error:
            self.result = error

    def end(self) -> Any:
        self.join(10)
        assert not self.is_alive()
        return self.result


def callers(batcher: Batcher[int, int], trips: Trips, numbers: Sequence[int]) -> list[Caller]:
    """One under way and the others waiting behind it, in this order."""
    found = [Caller(lambda: batcher(numbers[0]))]
    assert trips.began.acquire(timeout=10)
    for count, number in enumerate(numbers[1:], start=1):
        found.append(Caller(lambda number=number: batcher(number)))  # type: ignore[misc]
        until_waiting(batcher, count)
    return found


def until_waiting(batcher: Batcher[int, int], count: int) -> None:
    wait_until(lambda: len(batcher._waiting) == count, 10)


def test_what_comes_meanwhile_goes_together_next(trips: Trips) -> None:
    batcher = Batcher(trips, most=3)
    found = callers(batcher, trips, [1, 2, 3, 4, 5])
    for _ in range(3):
        trips.go_on.release()
    assert [one.end() for one in found] == [2, 4, 6, 8, 10]
    assert trips.batches == [[1], [2, 3, 4], [5]]
    trips.go_on.release()
    assert batcher(6) == 12  # idle again: alone and at once


def test_a_failure_is_that_of_its_batch(trips: Trips) -> None:
    found = callers(Batcher(trips, most=2), trips, [1, 13, 3, 4])
    for _ in range(3):
        trips.go_on.release()
    results = [one.end() for one in found]
    assert (results[0], results[3]) == (2, 8)
    assert [str(one) for one in results[1:3]] == ["unlucky", "unlucky"]


class Interrupted(BaseException):
    """Such as a job out of time."""


def test_whoever_is_interrupted_on_the_way_fails_alone(trips: Trips) -> None:
    """Whoever has the turn: nobody knows which of those who wait that will be."""
    interrupted: list[int] = []

    def run(arguments: Sequence[int]) -> list[int]:
        answers = trips(arguments)
        if 2 in arguments and not interrupted:
            interrupted.append(2)
            raise Interrupted
        return answers

    found = callers(Batcher(run, most=2), trips, [1, 2, 3, 4])
    for _ in range(4):
        trips.go_on.release()
    results = {number: one.end() for number, one in enumerate(found, start=1)}
    (fallen,) = [number for number, result in results.items() if isinstance(result, Interrupted)]
    assert fallen != 1
    assert all(result == 2 * number for number, result in results.items() if number != fallen)


def test_whoever_is_interrupted_while_waiting_is_not_taken_along(trips: Trips) -> None:
    def interrupt(number: int, frame: object) -> None:
        raise Interrupted

    batcher = Batcher(trips, most=2)
    first = callers(batcher, trips, [1])[0]
    here, before = threading.get_ident(), signal.signal(signal.SIGUSR1, interrupt)
    try:
        Caller(lambda: (until_waiting(batcher, 1), signal.pthread_kill(here, signal.SIGUSR1)))
        with pytest.raises(Interrupted):
            batcher(2)
    finally:
        signal.signal(signal.SIGUSR1, before)
    third = Caller(lambda: batcher(3))
    for _ in range(2):
        trips.go_on.release()
    assert (first.end(), third.end()) == (2, 6)
    assert trips.batches == [[1], [3]]
