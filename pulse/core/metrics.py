"""Prometheus metrics, for operators: from this machine or with `METRICS_TOKEN`. Each process has its own."""

import hmac
import time
from collections.abc import Iterator
from ipaddress import ip_address
from typing import cast
from urllib.parse import urlsplit

from apiflask import APIBlueprint
from flask import Response, current_app, g, request
from flask.blueprints import BlueprintSetupState
from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from pulse.core import clock, figures, probes
from pulse.core.context import settings
from pulse.core.errors import NotFound
from pulse.core.http import needs
from pulse.core.permissions import Permission
from pulse.extensions import socketio
from pulse.wire import limits

bp = APIBlueprint("metrics", __name__, enable_openapi=False)

disable_created_metrics()  # a line more for each counter, which nobody asks for

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
PROXY_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via")


class Metrics:
    """The counters of one app."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "pulse_http_requests", "HTTP requests", ("method", "endpoint", "status"), registry=self.registry
        )
        self.request_seconds = Histogram(
            "pulse_http_request_seconds", "Time to answer", ("method", "endpoint"), registry=self.registry
        )
        self.events = Counter(
            "pulse_socket_events",
            "Events from clients",
            ("namespace", "event", "outcome"),
            registry=self.registry,
        )
        self.event_seconds = Histogram(
            "pulse_socket_event_seconds", "Time to ack", ("namespace", "event"), registry=self.registry
        )
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self.registry.register(State())


class State(Collector):
    """Asked for when somebody looks: sockets, queue, bus, database, and the figures of the domains."""

    def collect(self) -> Iterator[Metric]:
        sockets = GaugeMetricFamily("pulse_sockets", "Connected sockets", labels=["namespace"])
        for name, handler in socketio.server.namespace_handlers.items():
            sockets.add_metric([name], len(handler.connections))
        yield sockets
        let_go = CounterMetricFamily("pulse_let_go", "Connections that the server ended", labels=["reason"])
        for reason in limits.REASONS:
            let_go.add_metric([reason], limits.let_go[reason])
        yield let_go
        database, redis = probes.database_answers(), probes.redis_answers()
        yield GaugeMetricFamily("pulse_database_up", "Whether the database answers", value=database)
        yield GaugeMetricFamily("pulse_redis_up", "Whether Redis answers", value=redis)
        if redis:
            queue = probes.queue_state()
            yield GaugeMetricFamily("pulse_workers", "Registered workers", value=queue.workers)
            yield GaugeMetricFamily("pulse_worker_up", "Whether a worker works", value=queue.is_worked)
            if queue.waiting is not None and queue.failed is not None:
                yield GaugeMetricFamily("pulse_queue_length", "Jobs that wait", value=queue.waiting)
                yield GaugeMetricFamily("pulse_failed_jobs", "Jobs that failed lately", value=queue.failed)
        if listener := probes.listener():
            silence = clock.timestamp() - listener.last_success
            yield GaugeMetricFamily("pulse_bus_silence_seconds", "Since the bus was last read", value=silence)
            resyncs = CounterMetricFamily("pulse_resyncs", "Sockets told to ask again", labels=["namespace"])
            for name in socketio.server.namespace_handlers:
                resyncs.add_metric([name], listener.resyncs[name])
            yield resyncs
        if database:
            yield from _figures()


def _figures() -> Iterator[GaugeMetricFamily]:
    values = figures.read_all()
    for figure in figures.bound().figures:
        value = values[figure.name]
        if value is None:
            continue
        labels = [figure.label] if figure.label else []
        family = GaugeMetricFamily(f"pulse_{figure.name}", figure.meaning, labels=labels)
        if isinstance(value, int):
            family.add_metric([], value)
        else:
            for key, number in value.items():
                family.add_metric([key], number)
        yield family


def count_event(namespace: str, event: str, is_ok: bool, seconds: float) -> None:
    """Count an event of a client. `event` is one that the namespace knows, or "unknown"."""
    metrics = _metrics()
    metrics.events.labels(namespace, event, "ok" if is_ok else "refused").inc()
    metrics.event_seconds.labels(namespace, event).observe(seconds)


def _metrics() -> Metrics:
    return cast(Metrics, current_app.extensions["pulse.metrics"])


@bp.record
def _set_up(state: BlueprintSetupState) -> None:
    state.app.extensions["pulse.metrics"] = Metrics()


@bp.after_app_request
def _count(response: Response) -> Response:
    metrics = _metrics()
    method = request.method if request.method in METHODS else "OTHER"
    endpoint = request.url_rule.rule if request.url_rule else "none"  # never the path: those are countless
    metrics.requests.labels(method, endpoint, response.status_code).inc()
    if "started" in g:
        metrics.request_seconds.labels(method, endpoint).observe(time.perf_counter() - g.started)
    return response


@bp.get("/metrics/")
@needs(Permission.PUBLIC)
def metrics() -> Response:
    """Metrics in Prometheus' text format; for everybody but operators there is nothing here."""
    if not (_has_token() or _is_local()):
        raise NotFound()
    return Response(generate_latest(_metrics().registry), content_type=CONTENT_TYPE_LATEST)


def _has_token() -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    wanted = settings().metrics_token
    return bool(wanted) and scheme == "Bearer" and hmac.compare_digest(token.encode(), wanted.encode())


def _is_local() -> bool:
    """Whether a program on this machine asks, without a proxy in between.

    The name must be local too: a web page cannot reach us by making its own name point here.
    """
    peer = request.environ.get("werkzeug.proxy_fix.orig", request.environ).get("REMOTE_ADDR", "")
    if any(name in request.headers for name in PROXY_HEADERS):
        return False
    return _is_loopback(peer) and _is_loopback(urlsplit(f"//{request.host}").hostname or "")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
