"""Schemas of pydantic models, each once, under names that OpenAPI and AsyncAPI allow."""

import re
from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

Json = dict[str, Any]
Mode = Literal["validation", "serialization"]
Wanted = tuple[type[BaseModel], Mode]
PREFIX = "#/components/schemas/"


class _Generator(GenerateJsonSchema):
    def normalize_name(self, name: str) -> str:
        """`Page[Thing]` is called `Page_Thing`."""
        return re.sub(r"\W+", "_", name).strip("_")


class Components:
    """The schemas of all models in a document: "validation" for what we take, the other for what we give."""

    def __init__(self, wanted: Iterable[Wanted]) -> None:
        models = sorted(set(wanted), key=lambda pair: (pair[0].__module__, pair[0].__qualname__, pair[1]))
        self._refs, found = models_json_schema(
            models, ref_template=PREFIX + "{model}", schema_generator=_Generator
        )
        self.schemas: dict[str, Json] = found.get("$defs", {})

    def ref(self, model: type[BaseModel], mode: Mode) -> Json:
        """A reference to the schema of a model."""
        return dict(self._refs[(model, mode)])

    def resolve(self, schema: Json) -> Json:
        """The schema itself behind a reference."""
        while "$ref" in schema:
            schema = self.schemas[schema["$ref"].removeprefix(PREFIX)]
        return schema

    def used_in(self, document: object) -> dict[str, Json]:
        """Those schemas to which a document refers, directly or through others."""
        found: dict[str, Json] = {}
        open_ends = [document]
        while open_ends:
            for name in _references(open_ends.pop()):
                if name in self.schemas and name not in found:
                    found[name] = self.schemas[name]
                    open_ends.append(self.schemas[name])
        return dict(sorted(found.items()))


def _references(node: object) -> set[str]:
    if isinstance(node, dict):
        target = node.get("$ref")
        own = (
            {target.removeprefix(PREFIX)} if isinstance(target, str) and target.startswith(PREFIX) else set()
        )
        return own.union(*(_references(value) for value in node.values()))
    if isinstance(node, list):
        return set().union(*(_references(value) for value in node))
    return set()
