"""The OpenAPI document."""

import sys
from typing import Any

from apiflask import APIBlueprint, APIFlask
from pydantic import BaseModel

from pulse.core.http import SAFE_METHODS
from pulse.core.openapi import problems
from pulse.core.openapi.components import Components, Json
from pulse.core.openapi.examples import example_of
from pulse.core.openapi.operations import METHODS, Operation, operations, path_parameter
from pulse.core.permissions import HOLDS, Permission
from pulse.core.version import VERSION

ABOUT = """\
Live presence, accounts and what goes with them.

**Sign in** with `POST /api/login/`. Programs send the `access_token` as `Authorization: Bearer ...`; browsers
have it in a cookie and send the value of the cookie `csrf_access_token` as `X-CSRF-TOKEN` with every request
that changes something. A token in a URL is never read.

**Lists** are `{"data": [...], "next": cursor or null}`; `?cursor=` gets the next page, `?limit=` up to 200.
**Errors** are `application/problem+json` with a stable `code`, and `errors` by field for bad input.
**Times** are RFC 3339 in UTC. **Ids** are integers. Unknown fields in requests are ignored. The slash at the
end of a path is optional. Every answer has an `X-Request-Id`.
"""

SECURITY_SCHEMES: Json = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "access_token"},
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRF-TOKEN",
        "description": "The value of the cookie `csrf_access_token`.",
    },
}


def build(app: APIFlask) -> Json:
    """The OpenAPI 3.1 document of an app, without its servers."""
    found = operations(app)
    components = Components(
        [*(wanted for one in found for wanted in one.models()), (problems.Problem, "serialization")]
    )
    paths: dict[str, Json] = {}
    for one in found:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, components)
    tags = {_tag_name(one.blueprint): one.blueprint for one in found}
    document: Json = {
        "openapi": "3.1.0",
        "info": {
            "title": "Pulse",
            "version": VERSION,
            "description": ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "tags": [{"name": name, "description": _tag_text(tags[name])} for name in sorted(tags)],
        "paths": paths,
        "components": {"responses": problems.responses(), "securitySchemes": SECURITY_SCHEMES},
    }
    document["components"]["schemas"] = components.used_in(document)
    return document


def _operation(one: Operation, components: Components) -> Json:
    summary, text = one.doc
    made: Json = {
        "operationId": _operation_id(one),
        "tags": [_tag_name(one.blueprint)],
        "summary": summary,
        "description": "\n\n".join(filter(None, (text, _who_may(one.permission), _aliases(one)))),
        "security": _security(one),
        "parameters": [path_parameter(name, converter) for name, converter in one.converters.items()]
        + [parameter for model in one.queries for parameter in _query(model, components)],
        "responses": _responses(one, components),
    }
    if one.body is not None:
        schema = components.ref(one.body, "validation")
        types = one.spec["content_type"]
        example = one.spec.get("body_example") or example_of(schema, components, sparse=True)
        required = components.resolve(schema).get("required")
        made["requestBody"] = {
            "required": bool(required),
            "content": {
                kind: {"schema": schema, "example": example}
                for kind in (types if isinstance(types, list) else [types])
            },
        }
    return made


def _responses(one: Operation, components: Components) -> Json:
    made: dict[str, Json] = {}
    if one.answer:
        made[str(one.answer["status_code"])] = _success(one, components)
    for code, what in one.extra_responses.items():
        if isinstance(what, dict):
            made[str(code)] = {**what, "content": _content(what.get("content", {}), components)}
        elif code < 400:
            made[str(code)] = {"description": what or "Done."}
    for code in one.refusals():
        made[str(code)] = {"$ref": f"#/components/responses/{problems.component_name(code)}"}
        if one.extra_responses.get(code):
            made[str(code)]["description"] = one.extra_responses[code]
    return dict(sorted(made.items()))


def _success(one: Operation, components: Components) -> Json:
    answer, schema = one.answer, one.answer["schema"]
    made: Json = {"description": answer["description"] or "Done."}
    if answer["status_code"] == 204:
        return made
    if isinstance(schema, type) and issubclass(schema, BaseModel):
        media = (
            {"schema": schema} if not answer["example"] else {"schema": schema, "example": answer["example"]}
        )
        made["content"] = _content({answer["content_type"]: media}, components)
    else:  # a file
        made["content"] = {answer["content_type"]: {"schema": {"type": "string", "format": "binary"}}}
    return made


def _content(content: Json, components: Components) -> Json:
    made: Json = {}
    for kind, media in content.items():
        schema: Any = media.get("schema", {})
        if isinstance(schema, type):
            schema = components.ref(schema, "serialization")
        made[kind] = {"example": example_of(schema, components), **media, "schema": schema}
    return made


def _query(model: type[BaseModel], components: Components) -> list[Json]:
    schema = components.resolve(components.ref(model, "validation"))
    return [
        _query_parameter(name, field, name in schema.get("required", ()), components)
        for name, field in schema["properties"].items()
    ]


def _query_parameter(name: str, field: Json, required: bool, components: Components) -> Json:
    field = dict(field)
    made: Json = {"name": name, "in": "query", "required": required}
    if text := field.pop("description", ""):
        made["description"] = text
    some = [choice for choice in field.get("anyOf", ()) if choice.get("type") != "null"]
    if len(some) == 1:  # "or null" means "or left out" in a query
        field = {**{k: v for k, v in field.items() if k != "anyOf" and v is not None}, **some[0]}
    made["schema"] = field
    if field.get("examples"):
        made["example"] = field["examples"][0]
    return made


def _operation_id(one: Operation) -> str:
    name = one.rule.endpoint.replace(".", "_")
    several = len(METHODS & (one.rule.methods or set())) > 1
    return f"{name}_{one.method.lower()}" if several else name


def _security(one: Operation) -> list[Json]:
    if one.permission is Permission.PUBLIC:
        return []
    cookie: Json = {"cookie": []} if one.method in SAFE_METHODS else {"cookie": [], "csrf": []}
    return [{"bearer": []}, cookie]


def _who_may(permission: Permission) -> str:
    if permission is Permission.PUBLIC:
        return "For everybody."
    roles = [role.value for role in HOLDS if permission in HOLDS[role]]
    return f"Needs `{permission.value}`: {', '.join(roles)}."


def _aliases(one: Operation) -> str:
    return "Also at " + ", ".join(f"`{path}`" for path in one.aliases) + "." if one.aliases else ""


def _tag_name(blueprint: APIBlueprint) -> str:
    tag = blueprint.tag
    return (tag["name"] if isinstance(tag, dict) else tag) or blueprint.name.title()


def _tag_text(blueprint: APIBlueprint) -> str:
    """The description that the blueprint's tag brings, else what its package says of itself."""
    if isinstance(blueprint.tag, dict):
        return str(blueprint.tag["description"])
    package = sys.modules[".".join(blueprint.import_name.split(".")[:2])]
    first = (package.__doc__ or "").partition("\n")[0]
    return first.partition(": ")[2].capitalize() if ": " in first else first
