"""Every request leaves a line in the log; each process writes its own once a second, behind the requests."""

import time

import structlog
from flask import Flask, Response, g, request

from pulse.analytics import service
from pulse.analytics.service.requests import Line
from pulse.core import clock
from pulse.core.identity import Identity
from pulse.extensions import socketio

log = structlog.get_logger(__name__)

WRITE_EVERY = 1.0  # seconds: what a crash may cost
UNLOGGED = {"static", "health.health", "metrics.metrics"}


def init_app(app: Flask) -> None:
    """Note each request when it is answered."""
    app.after_request(_note)


def keep(app: Flask) -> None:
    """Write what waits, for ever."""
    while True:
        socketio.sleep(WRITE_EVERY)
        write(app)


def write(app: Flask) -> None:
    """Write what waits; what goes wrong is logged, and tried again the next time."""
    with app.app_context():
        try:
            service.write_requests()
        except Exception as error:
            log.warning("request log not written", error=str(error))


def _note(response: Response) -> Response:
    if request.endpoint not in UNLOGGED:
        who: Identity | None = g.get("identity")
        service.note_request(
            Line(
                at=clock.now(),
                method=request.method[:10],
                path=request.url_rule.rule if request.url_rule else "",
                status=response.status_code,
                milliseconds=round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 3),
                user_id=who.user_id if who else None,
            )
        )
    return response
