"""Calls that go together: those that come while others are under way wait for these, and then go at once.

Nobody waits for others but those who are about to call, so that a lone call takes no longer, and the more
come the larger the batches are. (Databases know this as group commit.) Works between threads as between
greenlets.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import wraps
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from pulse.core.context import Context, context

A = TypeVar("A")
R = TypeVar("R")


class Batcher(Generic[A, R]):
    """Runs `run`, which takes arguments and gives as many answers, for one batch at a time."""

    def __init__(self, run: Callable[[Sequence[A]], Sequence[R]], most: int) -> None:
        self._run = run
        self._most = most  # calls in a batch
        self._turn = Lock()
        self._waiting: dict[Future[R], A] = {}  # in the order in which they came

    def __call__(self, argument: A) -> R:
        """The answer to `argument`. Raises what `run` raises, for all of a batch.

        If a caller is interrupted on the way, the others of the batch run again.
        """
        call: Future[R] = Future()
        try:
            self._waiting[call] = argument
            time.sleep(0)  # whoever is ready to run may call now
            with self._turn:
                while not call.done():
                    self._go()
        finally:
            self._waiting.pop(call, None)  # if its caller was interrupted
        return call.result()

    def _go(self) -> None:
        batch = {call: self._waiting.pop(call) for call in list(self._waiting)[: self._most]}
        try:
            for call, answer in zip(batch, self._run(list(batch.values())), strict=True):
                call.set_result(answer)
        except Exception as error:
            for call in batch:
                if not call.done():
                    call.set_exception(error)
        except BaseException:  # concerns this caller alone, such as a job out of time: the others go again
            self._waiting.update(batch)
            raise


def batched(most: int) -> Callable[[Callable[[Sequence[A]], Sequence[R]]], Callable[[A], R]]:
    """Make a function of many arguments one of a single argument, whose calls go together, `most` at a time.

    Each app has batches of its own, which run in the context of one of their callers.
    """

    def mark(run: Callable[[Sequence[A]], Sequence[R]]) -> Callable[[A], R]:
        batchers: WeakKeyDictionary[Context, Batcher[A, R]] = WeakKeyDictionary()

        @wraps(run)
        def call(argument: A) -> R:
            return batchers.setdefault(context(), Batcher(run, most))(argument)

        return call

    return mark
