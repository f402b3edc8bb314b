"""What the routes say of themselves: one operation per view and method, its other paths as aliases."""

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from apiflask import APIBlueprint, APIFlask
from flask_limiter.util import get_qualified_name
from pydantic import BaseModel
from werkzeug.routing import BaseConverter, IntegerConverter, Rule, UUIDConverter

from pulse.core.http import SAFE_METHODS
from pulse.core.openapi.components import Json, Wanted
from pulse.core.permissions import Permission
from pulse.extensions import limiter

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


@dataclass
class Operation:
    """A view under one method. The path is that of its topmost route decorator, the others are aliases."""

    rule: Rule
    method: str
    view: Callable[..., Any]
    blueprint: APIBlueprint
    aliases: list[str] = field(default_factory=list)

    @property
    def spec(self) -> Json:
        """What APIFlask's decorators noted on the view."""
        noted: Json = getattr(self.view, "_spec", {})
        return noted

    @property
    def permission(self) -> Permission:
        found: Permission = self.view.permission  # type: ignore[attr-defined]  # set by core.http.needs
        return found

    @property
    def path(self) -> str:
        return path_of(self.rule)

    @property
    def doc(self) -> tuple[str, str]:
        """Summary and description: the docstring's first line and the rest."""
        first, _, rest = inspect.cleandoc(self.view.__doc__ or self.view.__name__).partition("\n")
        return first.rstrip("."), " ".join(rest.split())

    @property
    def body(self) -> type[BaseModel] | None:
        body: type[BaseModel] | None = self.spec.get("body")
        return body

    @property
    def queries(self) -> list[type[BaseModel]]:
        return [schema for schema, place in self.spec.get("args", ()) if place in ("query", "querystring")]

    @property
    def answer(self) -> Json:
        """APIFlask's note of `@bp.output`: schema, status_code, description, ..."""
        return self.spec.get("response") or {}

    @property
    def extra_responses(self) -> dict[int, str | Json]:
        """What `@bp.doc(responses=...)` adds: a text or an OpenAPI response by status."""
        noted = self.spec.get("responses") or {}
        return {int(code): noted[code] if isinstance(noted, dict) else "" for code in noted}

    @property
    def converters(self) -> dict[str, BaseConverter]:
        return self.rule._converters

    def models(self) -> Iterator[Wanted]:
        """The models that this operation takes and gives."""
        for model in (self.body, *self.queries):
            if model is not None:
                yield model, "validation"
        for schema in (self.answer.get("schema"), *_schemas_in(self.extra_responses)):
            if isinstance(schema, type) and issubclass(schema, BaseModel):
                yield schema, "serialization"

    def refusals(self) -> list[int]:
        """The statuses with which this operation may refuse."""
        found = {503}
        if self.permission is not Permission.PUBLIC:
            found |= {401, 403}
        if self.method not in SAFE_METHODS:
            found.add(403)  # foreign origin
        if self.rule.arguments:
            found.add(404)
        if self.body is not None:
            found |= {400, 413, 422}
        if self.queries:
            found.add(422)
        if limiter.limit_manager.decorated_limits(get_qualified_name(self.view)):
            found.add(429)
        found |= {code for code, what in self.extra_responses.items() if code >= 400 and not _is_whole(what)}
        return sorted(found - {code for code, what in self.extra_responses.items() if _is_whole(what)})


def _is_whole(response: str | Json) -> bool:
    return isinstance(response, dict) and "content" in response


def _schemas_in(responses: dict[int, str | Json]) -> Iterator[Any]:
    for response in responses.values():
        if isinstance(response, dict):
            yield from (media.get("schema") for media in response.get("content", {}).values())


def path_of(rule: Rule) -> str:
    """A rule as OpenAPI writes it: `/api/users/{user_id}/`."""
    return re.sub(r"<(?:[^<>:]+:)?([^<>]+)>", r"{\1}", rule.rule)


def operations(app: APIFlask) -> list[Operation]:
    """Every operation of the app that is not hidden, by path."""
    found: dict[tuple[str, str], Operation] = {}
    for rule in app.url_map.iter_rules():  # in the order of registration, so the topmost decorator comes last
        view = app.view_functions[rule.endpoint]
        blueprint = app.blueprints.get(rule.endpoint.rpartition(".")[0])
        if not isinstance(blueprint, APIBlueprint) or not blueprint.enable_openapi:
            continue
        if not hasattr(view, "permission") or getattr(view, "_spec", {}).get("hide"):
            continue
        for method in METHODS & (rule.methods or set()):
            key = (rule.endpoint, method)
            earlier = found.get(key)
            aliases = [*earlier.aliases, earlier.path] if earlier else []
            found[key] = Operation(rule, method, view, blueprint, aliases)
    return sorted(found.values(), key=lambda one: (one.path, one.method))


def path_parameter(name: str, converter: BaseConverter) -> Json:
    """A part of a path, as its converter reads it."""
    if isinstance(converter, IntegerConverter):
        schema: Json = {"type": "integer", "format": "int64", "minimum": 0, "maximum": 10**18 - 1}
        example: Any = 7
    elif isinstance(converter, UUIDConverter):
        schema = {"type": "string", "format": "uuid"}
        example = "5f0c2f6e-3b1e-4c55-9a53-6c6d5a1c7e11"
    else:
        schema, example = {"type": "string", "minLength": 1, "pattern": "^[^/]+$"}, "Zk3v9Qx1"
    return {"name": name, "in": "path", "required": True, "schema": schema, "example": example}
