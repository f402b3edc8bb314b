"""The AsyncAPI document is valid and has every event of every namespace."""

import json
import re
from typing import Any

import jsonschema_rs

from pulse.config import ROOT
from pulse.core.openapi.events import client_events
from pulse.core.openapi.examples import PLACEHOLDER
from pulse.core.permissions import HOLDS
from pulse.extensions import socketio
from tests.contract.conftest import Json

OFFICIAL = ROOT / "node_modules/@asyncapi/specs/schemas/3.0.0.json"


def resolve(document: Json, reference: Json) -> Any:
    node: Any = document
    for step in reference["$ref"].removeprefix("#/").split("/"):
        node = node[step]
    return node


def test_is_valid(asyncapi: Json) -> None:
    jsonschema_rs.validator_for(json.loads(OFFICIAL.read_text())).validate(asyncapi)


def test_every_reference_leads_somewhere(asyncapi: Json) -> None:
    references = set(re.findall(r"'\$ref': '([^']+)'", str(asyncapi)))
    assert len(references) > 20
    for reference in references:
        assert resolve(asyncapi, {"$ref": reference}), reference


def test_every_event_is_there(asyncapi: Json) -> None:
    for path, namespace in socketio.server.namespace_handlers.items():
        name = path.strip("/")
        assert asyncapi["channels"][name]["address"] == path
        for event, spec in client_events(namespace).items():
            action = asyncapi["operations"][f"{name}.{event}"]
            assert action["action"] == "receive"
            assert len(action["reply"]["messages"]) == 2
            for role in (role for role in HOLDS if spec.permission in HOLDS[role]):
                assert role.value in action["description"]
        for event in namespace.server_events:
            both_send = event in client_events(namespace)
            action = asyncapi["operations"][f"{name}.{event}_sent" if both_send else f"{name}.{event}"]
            assert action["action"] == "send"
            assert resolve(asyncapi, resolve(asyncapi, action["messages"][0]))["name"] == event


def test_examples_fit(asyncapi: Json) -> None:
    wrong = []
    for name, message in asyncapi["components"]["messages"].items():
        schema = {**message["payload"], "components": asyncapi["components"]}
        for example in message["examples"]:
            try:
                jsonschema_rs.validator_for(schema).validate(example["payload"])
            except jsonschema_rs.ValidationError as error:
                wrong.append(f"{name}: {error.message}")
            if f'"{PLACEHOLDER}"' in json.dumps(example):
                wrong.append(f"{name}: a placeholder")
    assert wrong == []


def test_every_message_says_what_it_means(asyncapi: Json) -> None:
    silent = [n for n, m in asyncapi["components"]["messages"].items() if len(m["summary"].split()) < 2]
    assert silent == []
