"""Calls that share a round trip: those that come while one is under way go together with the next.

Nobody waits for others to come, so that a lone call takes no longer, and the more come the larger the
batches are. (Databases know this as group commit.) Works between threads as between greenlets.
"""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

from redis.exceptions import ConnectionError as RedisConnectionError

A = TypeVar("A")
R = TypeVar("R")


class _Call(Generic[A, R]):
    def __init__(self, argument: A) -> None:
        self.argument = argument
        self.answer: R | None = None
        self.error: Exception | None = None
        self.is_done = False
        self.is_next = False  # its caller runs the next batch, or runs one now
        self.gate = Lock()  # released once, when it is done or its caller is the next to go
        self.gate.acquire()


class Batcher(Generic[A, R]):
    """Runs `run`, which takes arguments and gives as many answers, for one caller at a time."""

    def __init__(self, run: Callable[[Sequence[A]], Sequence[R]], most: int) -> None:
        self._run = run
        self._most = most  # calls in a batch
        self._lock = Lock()
        self._is_running = False
        self._waiting: list[_Call[A, R]] = []

    def __call__(self, argument: A) -> R:
        """The answer to `argument`. Raises what `run` raises, for all of a batch."""
        call: _Call[A, R] = _Call(argument)
        with self._lock:
            self._waiting.append(call)
            call.is_next, self._is_running = not self._is_running, True
        try:
            if not call.is_next:
                call.gate.acquire()
            if not call.is_done:
                self._go()
        finally:
            self._hand_on(call)
        if call.error is not None:
            raise call.error
        return call.answer  # type: ignore[return-value]

    def _go(self) -> None:
        with self._lock:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        error: Exception | None = RedisConnectionError("the round trip was broken off")
        try:
            answers = self._run([call.argument for call in batch])
            for call, answer in zip(batch, answers, strict=True):
                call.answer = answer
            error = None
        except Exception as failure:
            error = failure
        finally:
            for call in batch:
                call.error, call.is_done = error, True
            for call in batch[1:]:  # the first is the caller
                call.gate.release()

    def _hand_on(self, call: _Call[A, R]) -> None:
        """Let the next batch go, if this caller was the one who ran them, whatever became of it."""
        with self._lock:
            if call in self._waiting:  # its caller was interrupted
                self._waiting.remove(call)
            if not call.is_next:
                return
            self._is_running = bool(self._waiting)
            for following in self._waiting[:1]:
                following.is_next = True
                following.gate.release()
