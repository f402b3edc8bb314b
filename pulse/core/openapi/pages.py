"""The AsyncAPI document in the shape that its page needs."""

from dataclasses import dataclass
from typing import Any

import orjson

from pulse.core.openapi.components import PREFIX, Json


@dataclass(frozen=True)
class Field:
    """One field of a message, in words."""

    name: str
    kind: str
    required: bool
    text: str


@dataclass(frozen=True)
class Event:
    """One event, its fields and an example; a client's event also with the answer to it."""

    key: str
    name: str
    summary: str
    who: str
    fields: list[Field]
    example: str
    ack_fields: list[Field]
    ack: str


@dataclass(frozen=True)
class Channel:
    """One namespace."""

    path: str
    text: list[str]
    from_client: list[Event]
    from_server: list[Event]


def channels(document: Json) -> list[Channel]:
    """The channels of an AsyncAPI document."""
    made = []
    for name, channel in document["channels"].items():
        mine = {
            key.removeprefix(f"{name}."): action
            for key, action in document["operations"].items()
            if key.startswith(f"{name}.")
        }
        events = {key: _event(document, name, key, action) for key, action in mine.items()}
        made.append(
            Channel(
                channel["address"],
                channel["description"].split("\n\n"),
                [events[key] for key, action in mine.items() if action["action"] == "receive"],
                [events[key] for key, action in mine.items() if action["action"] == "send"],
            )
        )
    return made


def _event(document: Json, channel: str, key: str, action: Json) -> Event:
    messages = document["components"]["messages"]
    message = messages[f"{channel}.{key}"]
    ack = messages.get(f"{channel}.{key}_ack")
    return Event(
        key,
        message["name"],
        message["summary"],
        action.get("description", ""),
        _fields(message["payload"], document),
        _pretty(message),
        _fields(ack["payload"], document) if ack else [],
        _pretty(ack) if ack else "",
    )


def _fields(schema: Json, document: Json) -> list[Field]:
    if "allOf" in schema:
        return [field for part in schema["allOf"] for field in _fields(part, document)]
    schema = _resolve(schema, document)
    required = schema.get("required", ())
    return [
        Field(name, _kind(field, document), name in required, field.get("description", ""))
        for name, field in schema.get("properties", {}).items()
    ]


def _resolve(schema: Json, document: Json) -> Json:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].removeprefix(PREFIX)]
    return schema


def _kind(schema: Json, document: Json) -> str:
    schema = _resolve(schema, document)
    if "anyOf" in schema:
        return " or ".join(_kind(choice, document) for choice in schema["anyOf"])
    if "const" in schema:
        return orjson.dumps(schema["const"]).decode()
    if "enum" in schema:
        return ", ".join(str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}), document)}"
    if schema.get("type") == "object" and "title" in schema:
        return str(schema["title"])
    return str(schema.get("format") or schema.get("type", "anything"))


def _pretty(message: Json) -> str:
    payload: Any = message["examples"][0]["payload"]
    return orjson.dumps(payload, option=orjson.OPT_INDENT_2).decode()
