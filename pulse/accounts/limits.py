"""How often one may try to get in, per address and per account; counted in Redis."""

import hashlib

import orjson
from flask import Response, request
from flask_limiter import RequestLimit, RouteLimit

from pulse.accounts import rules
from pulse.core import clock
from pulse.core.errors import problem
from pulse.core.http import identity
from pulse.extensions import limiter


def per_address(limit: str) -> RouteLimit:
    """At most `limit` (such as "10/minute") requests of this kind from one address."""
    return limiter.limit(limit, on_breach=_refuse)


def per_account(limit: str, *fields: str) -> RouteLimit:
    """At most `limit` requests that name the same account in one of these fields of the body."""
    return limiter.limit(limit, key_func=lambda: _account(fields), on_breach=_refuse)


def per_user(limit: str) -> RouteLimit:
    """At most `limit` requests of one signed-in user."""
    return limiter.limit(limit, key_func=lambda: f"user:{identity().user_id}", on_breach=_refuse)


def _account(fields: tuple[str, ...]) -> str:
    """A key for the account that the body names; one for all requests that name none."""
    try:
        body = request.get_json(force=True, silent=True)
    except Exception:  # refused later (too large, cut off); the limiter would blame Redis
        body = None
    named = [body[field] for field in fields if body.get(field)] if isinstance(body, dict) else []
    text = rules.as_kept(str(named[0]).strip()) if named else ""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def _refuse(limit: RequestLimit) -> Response:
    answer = Response(
        orjson.dumps(problem(429, "too_many_requests", "Too many tries. Wait a little.")),
        429,
        content_type="application/problem+json",
    )
    answer.headers["Retry-After"] = str(max(1, limit.reset_at - int(clock.timestamp())))
    return answer
