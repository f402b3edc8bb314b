"""The AsyncAPI document: what clients and server say to each other over Socket.IO."""

import inspect
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from pulse.core.openapi.components import Components, Json, Wanted
from pulse.core.openapi.examples import example_of
from pulse.core.openapi.problems import Problem
from pulse.core.permissions import HOLDS, Permission
from pulse.core.sockets import BaseNamespace, EventSpec, Hello
from pulse.core.version import VERSION

ABOUT = """\
Live events over Socket.IO 5, one channel per namespace. A client connects to the server's address with the
access token in `auth` (`{"token": ...}`) or in the cookie `access_token`; the Origin must be allowed. Every
event that a client sends is acked: `{"ok": true, ...}` or `{"ok": false, "error": problem}`, the same problem
as over HTTP. Each event checks again that the session lives and the role suffices; the sockets of a session
that ends are closed. Prefer the WebSocket transport.
"""

SECURITY_SCHEMES: Json = {
    "token": {"type": "http", "scheme": "bearer", "description": "As `auth.token` when connecting."},
    "cookie": {"type": "httpApiKey", "in": "cookie", "name": "access_token"},
}


class Refusal(BaseModel):
    """The ack of an event that was refused."""

    ok: bool = False
    error: Problem


def client_events(namespace: BaseNamespace) -> dict[str, EventSpec]:
    """The events that clients may send to a namespace."""
    handlers = {name: getattr(namespace, name) for name in sorted(dir(namespace)) if name.startswith("on_")}
    return {name[3:]: handler.spec for name, handler in handlers.items() if hasattr(handler, "spec")}


def build(namespaces: Mapping[str, BaseNamespace]) -> Json:
    """The AsyncAPI 3.0 document of the namespaces, by path, without its servers."""
    components = Components(wanted for one in namespaces.values() for wanted in _models(one))
    channels: dict[str, Json] = {}
    actions: dict[str, Json] = {}
    messages: dict[str, Json] = {}
    for path, namespace in sorted(namespaces.items()):
        name = path.strip("/")
        own: dict[str, Json] = {}
        for event, spec in client_events(namespace).items():
            handler = getattr(namespace, f"on_{event}")
            own[event] = _message(event, components.ref(spec.schema, "validation"), components, handler, True)
            own[f"{event}_ack"] = _ack(event, spec, components)
            actions[f"{name}.{event}"] = {
                "action": "receive",
                "channel": _to("channels", name),
                "summary": own[event]["summary"],
                "description": _who_may(spec.permission),
                "messages": [_to("channels", name, "messages", event)],
                "reply": {
                    "channel": _to("channels", name),
                    "messages": [
                        _to("channels", name, "messages", f"{event}_ack"),
                        _to("channels", name, "messages", "refused"),
                    ],
                },
            }
        for event, model in namespace.server_events.items():
            key = f"{event}_sent" if event in own else event  # a client may send one of the same name
            own[key] = _message(event, components.ref(model, "serialization"), components, model)
            actions[f"{name}.{key}"] = {
                "action": "send",
                "channel": _to("channels", name),
                "summary": own[key]["summary"],
                "messages": [_to("channels", name, "messages", key)],
            }
        own["refused"] = _message("ack", components.ref(Refusal, "serialization"), components, Refusal)
        messages |= {f"{name}.{key}": message for key, message in own.items()}
        channels[name] = {
            "address": path,
            "title": name.capitalize(),
            "description": f"{inspect.getdoc(namespace)}\n\n{_who_may(namespace.needs)}",
            "messages": {key: _to("components", "messages", f"{name}.{key}") for key in own},
            "x-connect": components.ref(Hello, "validation"),
        }
    document: Json = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Pulse events",
            "version": VERSION,
            "description": ABOUT,
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": actions,
        "components": {"messages": messages, "securitySchemes": SECURITY_SCHEMES},
    }
    document["components"]["schemas"] = components.used_in(document)
    return document


def server(host: str, is_secure: bool) -> Json:
    """The server's entry in the document."""
    return {
        "host": host,
        "pathname": "/socket.io",
        "protocol": "wss" if is_secure else "ws",
        "description": "Socket.IO 5 (Engine.IO 4).",
        "security": [_to("components", "securitySchemes", name) for name in SECURITY_SCHEMES],
    }


def _models(namespace: BaseNamespace) -> list[Wanted]:
    found: list[Wanted] = [(Hello, "validation"), (Refusal, "serialization")]
    for spec in client_events(namespace).values():
        found.append((spec.schema, "validation"))
        if spec.answer is not None:
            found.append((spec.answer, "serialization"))
    found += [(model, "serialization") for model in namespace.server_events.values()]
    return found


def _message(
    name: str, schema: Json, components: Components, documented: object, sparse: bool = False
) -> Json:
    summary = inspect.cleandoc(documented.__doc__ or name).partition("\n")[0]
    return {
        "name": name,
        "summary": summary,
        "payload": schema,
        "examples": [{"payload": example_of(schema, components, sparse=sparse)}],
    }


def _ack(event: str, spec: EventSpec, components: Components) -> Json:
    """`{"ok": true}` beside the fields of the answer."""
    ok: Json = {"type": "object", "properties": {"ok": {"const": True}}, "required": ["ok"]}
    example: dict[str, Any] = {"ok": True}
    schema = ok
    if spec.answer is not None:
        answer = components.ref(spec.answer, "serialization")
        schema = {"allOf": [ok, answer]}
        example |= example_of(answer, components)
    return {
        "name": "ack",
        "summary": f"{event} was done.",
        "payload": schema,
        "examples": [{"payload": example}],
    }


def _who_may(permission: Permission) -> str:
    roles = [role.value for role in HOLDS if permission in HOLDS[role]]
    return f"Needs `{permission.value}`: {', '.join(roles)}."


def _to(*steps: str) -> Json:
    return {"$ref": "#/" + "/".join(step.replace("/", "~1") for step in steps)}
