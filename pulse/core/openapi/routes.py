"""The documents and their pages. All that the pages load comes from this server."""

import hashlib
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import orjson
from apiflask import APIBlueprint, APIFlask
from flask import Response, abort, current_app, make_response, render_template, request, send_file

from pulse.core.http import CONTENT_SECURITY_POLICY, needs
from pulse.core.openapi import document, events
from pulse.core.openapi.components import Json
from pulse.core.openapi.pages import channels
from pulse.core.permissions import Permission
from pulse.core.sockets import BaseNamespace
from pulse.extensions import socketio

bp = APIBlueprint(
    "contract",
    __name__,
    tag={"name": "Contract", "description": "This description, and that of the socket events."},
)


def _any_object(example: Json) -> Any:
    media = {"schema": {"type": "object"}, "example": example}
    return {"description": "The document.", "content": {"application/json": media}}


# ReDoc fills an empty style element by script (the hash is that of nothing), and has its font within.
REDOC_POLICY = (
    CONTENT_SECURITY_POLICY.replace(
        "style-src 'self'", "style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    )
    + "; font-src 'self' data:"
)


def _inside(package: str, path: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"the package {package} is not installed")
    return Path(spec.submodule_search_locations[0]) / path


ASSETS = {
    "swagger-ui.css": _inside("flask_openapi_swagger", "templates/swagger/css/swagger-ui.css"),
    "swagger-ui.js": _inside("flask_openapi_swagger", "templates/swagger/js/swagger-ui-bundle.js"),
    "redoc.js": _inside("flask_openapi_redoc", "templates/redoc/js/redoc.standalone.js"),
}


@bp.get("/api/schema/")
@needs(Permission.PUBLIC)
@bp.doc(responses={200: _any_object({"openapi": "3.1.0"})})
def openapi() -> Response:
    """OpenAPI document of this API"""
    return _json({**_once("openapi", _openapi), "servers": [{"url": request.url_root.rstrip("/")}]})


@bp.get("/api/schema/events/")
@needs(Permission.PUBLIC)
@bp.doc(responses={200: _any_object({"asyncapi": "3.0.0"})})
def asyncapi() -> Response:
    """AsyncAPI document of the socket events"""
    server = events.server(request.host, request.is_secure)
    return _json({**_once("asyncapi", _asyncapi), "servers": {"here": server}})


@bp.get("/api/schema/swagger-ui/")
@needs(Permission.PUBLIC)
@bp.doc(hide=True)
def swagger_ui() -> Response:
    """The API in Swagger UI."""
    return _page("docs/swagger.html")


@bp.get("/api/schema/redoc/")
@needs(Permission.PUBLIC)
@bp.doc(hide=True)
def redoc() -> Response:
    """The API in ReDoc."""
    return _page("docs/redoc.html", REDOC_POLICY)


@bp.get("/api/schema/events/html/")
@needs(Permission.PUBLIC)
@bp.doc(hide=True)
def asyncapi_page() -> Response:
    """The socket events for people."""
    made = _once("asyncapi", _asyncapi)
    return _page("docs/events.html", document=made, channels=channels(made))


@bp.get("/api/schema/assets/<name>")
@needs(Permission.PUBLIC)
@bp.doc(hide=True)
def asset(name: str) -> Response:
    """A file of Swagger UI or ReDoc."""
    if name not in ASSETS:
        abort(404)
    return send_file(ASSETS[name], max_age=3600)


def _page(template: str, policy: str = CONTENT_SECURITY_POLICY, **values: object) -> Response:
    response = make_response(render_template(template, **values))
    response.headers["Content-Security-Policy"] = policy
    return response


def _json(made: Json) -> Response:
    text = orjson.dumps(made)
    response = Response(text, content_type="application/json")
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(hashlib.sha256(text).hexdigest()[:32])
    return cast(Response, response.make_conditional(request))


def _once(name: str, build: Callable[[], Json]) -> Json:
    """What `build` makes, kept for the life of the app, whose routes do not change."""
    kept = current_app.extensions.setdefault("pulse.documents", {})
    if name not in kept:
        kept[name] = build()
    made: Json = kept[name]
    return made


def _openapi() -> Json:
    return document.build(cast(APIFlask, current_app))


def _asyncapi() -> Json:
    handlers = socketio.server.namespace_handlers
    return events.build({path: one for path, one in handlers.items() if isinstance(one, BaseNamespace)})
