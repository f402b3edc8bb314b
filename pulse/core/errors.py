"""Errors that people and programs may see. Every door turns them into RFC 9457 problem details."""

from http import HTTPStatus
from typing import Any

from redis import exceptions as redis

Fields = dict[str, list[str]]


class PulseError(Exception):
    """An expected refusal. `code` is stable and for programs, `detail` is for people."""

    status = 400
    code = "bad_request"

    def __init__(
        self,
        detail: str = "",
        *,
        code: str | None = None,
        errors: Fields | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.errors = errors
        self.retry_after = retry_after


class InvalidInput(PulseError):
    status, code = 422, "invalid_input"


class NotSignedIn(PulseError):
    status, code = 401, "not_signed_in"


class Forbidden(PulseError):
    status, code = 403, "forbidden"


class NotFound(PulseError):
    status, code = 404, "not_found"


class Conflict(PulseError):
    status, code = 409, "conflict"


class TooLarge(PulseError):
    status, code = 413, "too_large"


class TooMany(PulseError):
    status, code = 429, "too_many_requests"


# What Redis raises when it is not at hand: gone, silent, full, still loading, just restarted, a replica. All
# else that it raises, such as an error in a script, is a fault of ours and no reason to try again.
REDIS_IS_AWAY: tuple[type[redis.RedisError], ...] = (
    redis.ConnectionError,  # with BusyLoadingError
    redis.TimeoutError,
    redis.ReadOnlyError,
    redis.OutOfMemoryError,
    redis.NoScriptError,
    redis.ClusterDownError,  # with MasterDownError
    redis.TryAgainError,
)


class Unavailable(PulseError):
    """A part that we need is down; the same call works later."""

    status, code = 503, "unavailable"


def redis_unavailable() -> Unavailable:
    """What to answer while Redis is away."""
    return Unavailable("Live data is not at hand. Try again.", code="redis_unavailable", retry_after=5)


def problem(status: int, code: str, detail: str = "", errors: Fields | None = None) -> dict[str, Any]:
    """The body of an error answer, the same over HTTP and in a socket's ack (RFC 9457)."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail or HTTPStatus(status).description or HTTPStatus(status).phrase,
    }
    if errors:
        body["errors"] = errors
    return body


def problem_of(error: PulseError) -> dict[str, Any]:
    """The body of an error answer for a refusal raised by a service."""
    return problem(error.status, error.code, error.detail, error.errors)
