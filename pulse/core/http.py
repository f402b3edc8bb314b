"""The HTTP door: who may enter, problem details, safe headers, request ids, one log line per request."""

import re
import secrets
import time
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlencode, urlsplit

import orjson
import structlog
from apiflask import APIFlask
from apiflask.exceptions import HTTPError
from flask import Flask, Request, Response, g, make_response, redirect, render_template, request
from flask.json.provider import JSONProvider
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter

from pulse.core import ports
from pulse.core.context import settings
from pulse.core.errors import (
    REDIS_IS_AWAY,
    Fields,
    Forbidden,
    PulseError,
    TooLarge,
    problem,
    problem_of,
    redis_unavailable,
)
from pulse.core.identity import Identity
from pulse.core.permissions import Permission

log = structlog.get_logger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
JSON_BODY_LIMIT = 1024 * 1024  # bytes
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def needs(
    permission: Permission, *, check_session: bool = True
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Name the permission that a route needs; `identity()` then says who asks.

    With `check_session=False` the route itself finds out whether the session still lives.
    """

    def decorate(view: Callable[P, T]) -> Callable[P, T]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
            if permission is not Permission.PUBLIC:
                who = ports.authenticate_request(check_session)
                if not who.may(permission):
                    raise Forbidden("Your role may not do this.")
                g.identity = who
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]  # read by the schema and its test
        return guarded

    return decorate


def identity() -> Identity:
    """Who asks, in a route that needs more than PUBLIC."""
    who: Identity = g.identity
    return who


def policy_in_frames_of(sources: Iterable[str]) -> str:
    """The same strict policy for a page that may stand in a frame on pages of these sources."""
    return CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {' '.join(sources)}")


def is_own_origin(origin: str, host: str) -> bool:
    """Whether a browser page from `origin` may act here with people's cookies."""
    try:
        return urlsplit(origin).netloc == host or origin in (settings().site, *settings().origins)
    except ValueError:  # not an origin at all
        return False


class IdConverter(IntegerConverter):
    """A database id in a path: what no column can hold matches nothing, so it is simply not found."""

    regex = r"\d{1,18}"


class _Request(Request):
    """An empty body reads as `{}`: the plain heartbeat has none."""

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        length = self.content_length or 0
        if length > JSON_BODY_LIMIT:
            raise TooLarge("A JSON body may have 1 MiB at most.")
        return super().get_json(force, silent, cache) if self.get_data(cache=True) else {}


class _Json(JSONProvider):
    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return orjson.dumps(obj, option=orjson.OPT_NON_STR_KEYS).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return orjson.loads(s)


def init_app(app: APIFlask) -> None:
    """Set up everything that all routes share."""
    app.request_class = _Request
    app.json = _Json(app)
    app.url_map.strict_slashes = False
    app.url_map.converters["id"] = IdConverter
    app.before_request(_begin)
    app.after_request(_finish)
    app.error_processor(_apiflask_error)  # first: it claims HTTPException too
    app.register_error_handler(PulseError, _refusal)
    for kind in REDIS_IS_AWAY:
        app.register_error_handler(kind, _redis_is_down)
    app.register_error_handler(CSRFError, _csrf_failed)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def _begin() -> None:
    g.started = time.perf_counter()
    sent = request.headers.get("X-Request-Id", "")
    g.request_id = sent if re.fullmatch(r"[\w.-]{8,64}", sent) else secrets.token_hex(8)
    structlog.contextvars.bind_contextvars(request_id=g.request_id)
    origin = request.headers.get("Origin")
    if request.method not in SAFE_METHODS and origin and not is_own_origin(origin, request.host):
        raise Forbidden("Pages of this origin may not do this.", code="origin_not_allowed")


def _finish(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    if settings().is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.path.startswith("/api/"):
        headers.setdefault("Cache-Control", "no-store")
    headers["X-Request-Id"] = g.get("request_id", "")
    spent = (time.perf_counter() - g.get("started", time.perf_counter())) * 1000
    log.info(
        "request", method=request.method, path=request.path, status=response.status_code, ms=round(spent, 1)
    )
    structlog.contextvars.clear_contextvars()
    return response


def _answer(body: dict[str, Any], retry_after: int | None = None) -> Response:
    if is_html_wanted():
        response = _page(body)
    else:
        response = make_response(orjson.dumps(body), body["status"])
        response.content_type = "application/problem+json"
    response.vary.add("Accept")
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _page(body: dict[str, Any]) -> Response:
    """An error for a person; whoever is not signed in is sent to sign in, and comes back."""
    if body["status"] == 401 and request.method in SAFE_METHODS:
        here = request.full_path if request.query_string else request.path
        return make_response(redirect(f"/sign-in?{urlencode({'next': here})}"))
    return make_response(render_template("error.html", problem=body), body["status"])


def _apiflask_error(error: HTTPError) -> Response:
    """APIFlask's own errors: input that its schemas refused."""
    details = error.detail if isinstance(error.detail, dict) else {}
    fields: Fields = {name: texts for place in details.values() for name, texts in place.items()}
    if error.status_code == 422:
        return _answer(problem(422, "invalid_input", "Some fields are not right.", fields or None))
    return _answer(problem(error.status_code, f"http_{error.status_code}", str(error.message or "")))


def _http_error(error: HTTPException) -> Response:
    if error.response is not None:  # a ready answer, such as a redirect
        return make_response(error.get_response())
    status = error.code or 500
    name = re.sub(r"\W+", "_", error.name).lower()
    code = {404: "not_found", 413: "too_large", 429: "too_many_requests"}.get(status, name)
    answer = _answer(problem(status, code, error.description or ""))
    for key, value in error.get_headers():
        if key not in ("Content-Type", "Content-Length"):
            answer.headers[key] = value
    return answer


def _csrf_failed(error: CSRFError) -> Response:
    return _answer(problem(403, "csrf_failed", error.description or ""))


def _refusal(error: PulseError) -> Response:
    return _answer(problem_of(error), error.retry_after)


def _redis_is_down(error: Exception) -> Response:
    log.warning("redis is down", error=str(error))
    return _refusal(redis_unavailable())


def _unexpected(error: Exception) -> Response:
    log.exception("unexpected error", path=request.path)
    return _answer(problem(500, "internal_error", "Something went wrong here. It has been logged."))


def client_address() -> str:
    """The address of the client (behind as many proxies as TRUSTED_PROXIES says)."""
    return request.remote_addr or ""


def address_of(environ: dict[str, Any], hops: int) -> str:
    """The same for a request that Flask does not see, behind `hops` proxies."""
    forwarded = [part.strip() for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if hops and len(forwarded) >= hops:
        return str(forwarded[-hops])
    return str(environ.get("REMOTE_ADDR", ""))


def is_html_wanted() -> bool:
    """Whether a person with a browser asks for a page, not a program."""
    best = request.accept_mimetypes.best_match(["application/json", "text/html"])
    return best == "text/html" and not request.path.startswith("/api/")


def is_own_origin_of(app: Flask, origin: str | None, environ: dict[str, Any]) -> bool:
    """The same for a socket's handshake. Without an Origin no browser page is behind it."""
    with app.app_context():
        host = environ.get("HTTP_X_FORWARDED_HOST") if settings().trusted_proxies else None
        return origin is None or is_own_origin(origin, host or environ.get("HTTP_HOST", ""))
