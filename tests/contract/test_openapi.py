"""The OpenAPI document is valid, complete and true to the routes."""

import re
from collections import Counter
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient

from pulse.core.openapi.examples import PLACEHOLDER
from pulse.core.openapi.operations import path_of
from pulse.core.permissions import HOLDS, Permission
from tests.contract.conftest import Json, operations

# Pages and files of the documentation itself, for eyes and not for programs.
HIDDEN = {
    "/api/schema/swagger-ui/",
    "/api/schema/redoc/",
    "/api/schema/events/html/",
    "/api/schema/assets/{name}",
}
# The paths of the design, where others lead to the same operation.
CANONICAL = {
    "POST /api/register/",
    "POST /api/login/",
    "POST /api/logout/",
    "GET /api/profile/",
    "PUT /api/profile/",
    "GET /api/users/{user_id}/presence/",
    "PUT /api/users/{user_id}/presence/",
}


def validator(openapi: Json, schema: Json) -> Any:
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return jsonschema_rs.validator_for({"$schema": dialect, **schema, "components": openapi["components"]})


def media_of(openapi: Json) -> list[tuple[str, Json]]:
    """Every body and answer, with where it stands."""
    found = []
    for name, operation in operations(openapi).items():
        content = operation.get("requestBody", {}).get("content", {})
        found += [(f"{name} body", media) for media in content.values()]
        for status, response in operation["responses"].items():
            found += [(f"{name} {status}", media) for media in response.get("content", {}).values()]
    for name, response in openapi["components"]["responses"].items():
        found += [(name, media) for media in response["content"].values()]
    return found


def test_is_valid(openapi: Json) -> None:
    assert openapi["openapi"].startswith("3.1")
    schemathesis.openapi.from_dict(openapi).validate()  # against the official schema of OpenAPI 3.1


def test_every_reference_leads_somewhere(openapi: Json) -> None:
    targets = set(re.findall(r'"\$ref": ?"#/components/(\w+)/([^"]+)"', str(openapi).replace("'", '"')))
    assert len(targets) > 20
    assert [ref for ref in targets if ref[1] not in openapi["components"][ref[0]]] == []


def test_operation_ids_are_unique(openapi: Json) -> None:
    ids = Counter(operation["operationId"] for operation in operations(openapi).values())
    assert [name for name, count in ids.items() if count > 1] == []


def test_every_route_is_there_or_an_alias(app: Flask, openapi: Json) -> None:
    described = operations(openapi)
    texts = " ".join(operation["description"] for operation in described.values())
    missing = []
    for rule in app.url_map.iter_rules():
        path = path_of(rule)
        if not path.startswith("/api/") or path in HIDDEN:
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            if f"{method} {path}" not in described and f"`{path}`" not in texts:
                missing.append(f"{method} {path}")
    assert missing == []


def test_aliases_stand_under_the_path_of_the_design(openapi: Json) -> None:
    assert set(operations(openapi)) >= CANONICAL
    assert "`/api/signup/`" in operations(openapi)["POST /api/register/"]["description"]


def test_security_is_what_the_view_asks_for(app: Flask, openapi: Json) -> None:
    rules = {
        f"{method} {path_of(rule)}": app.view_functions[rule.endpoint].permission
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in rule.methods or ()
    }
    for name, operation in operations(openapi).items():
        permission = rules[name]
        schemes = [set(option) for option in operation["security"]]
        if permission is Permission.PUBLIC:
            assert schemes == [], name
            continue
        cookie = {"cookie"} if name.startswith("GET ") else {"cookie", "csrf"}
        assert schemes == [{"bearer"}, cookie], name
        for role in (role for role in HOLDS if permission in HOLDS[role]):
            assert role.value in operation["description"], name
        assert {"401", "403"} <= set(operation["responses"]), name


def test_errors_are_described(openapi: Json) -> None:
    for name, operation in operations(openapi).items():
        statuses = set(operation["responses"])
        assert any(status.startswith("2") for status in statuses), name
        assert any(status.startswith(("4", "5")) for status in statuses), name
        if "{" in name:
            assert "404" in statuses, name
        if "requestBody" in operation:
            assert {"400", "413", "422"} <= statuses, name
    for response in openapi["components"]["responses"].values():
        assert list(response["content"]) == ["application/problem+json"]


def test_limited_routes_say_so(openapi: Json) -> None:
    described = operations(openapi)
    for path in ("/api/login/", "/api/register/", "/api/request-otp/", "/api/verify-otp/"):
        assert "429" in described[f"POST {path}"]["responses"], path


def test_every_body_and_answer_has_an_example_that_fits(openapi: Json) -> None:
    wrong = []
    for name, media in media_of(openapi):
        if media["schema"].get("format") == "binary":
            continue
        if "example" not in media:
            wrong.append(f"{name}: none")
            continue
        try:
            validator(openapi, media["schema"]).validate(media["example"])
        except jsonschema_rs.ValidationError as error:
            wrong.append(f"{name}: {error.message}")
    assert wrong == []


def test_examples_are_no_placeholders(openapi: Json) -> None:
    assert [name for name, media in media_of(openapi) if PLACEHOLDER in str(media)] == []


def test_summaries_and_tags_say_something(openapi: Json) -> None:
    tags = {tag["name"]: tag["description"] for tag in openapi["tags"]}
    assert all(tags.values())
    for name, operation in operations(openapi).items():
        assert set(operation["tags"]) <= set(tags), name
        assert len(operation["summary"]) > 5, name


def test_server_is_where_one_asks(client: FlaskClient) -> None:
    servers = client.get("/api/schema/", base_url="https://pulse.example.org/").get_json()["servers"]
    assert servers == [{"url": "https://pulse.example.org"}]


def test_document_is_sent_once(client: FlaskClient) -> None:
    first = client.get("/api/schema/")
    again = client.get("/api/schema/", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)


@pytest.mark.parametrize("path", ["/api/schema/", "/api/schema"])
def test_slash_is_optional(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200
