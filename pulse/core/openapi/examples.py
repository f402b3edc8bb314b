"""An example for every schema: what its author gave, else one that its type allows."""

from typing import Any

from pulse.core.openapi.components import Components, Json

_BY_FORMAT: dict[str, Any] = {
    "date-time": "2026-11-21T09:30:00.000Z",
    "date": "2026-11-21",
    "uuid": "5f0c2f6e-3b1e-4c55-9a53-6c6d5a1c7e11",
    "email": "ann@example.org",
    "uri": "https://pulse.example.org/",
    "binary": "(bytes)",
}
_DEEPEST = 8
PLACEHOLDER = "some text"


def example_of(schema: Json, components: Components, *, sparse: bool = False, depth: int = 0) -> Any:
    """A value that fits `schema`. With `sparse`, an object has only what is required or has an example."""
    if schema.get("examples"):
        given = schema["examples"][0]
        return _completed(given, schema, components, depth) if isinstance(given, dict) else given
    if "$ref" in schema:
        return example_of(components.resolve(schema), components, sparse=sparse, depth=depth)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    for choices in (schema.get("anyOf"), schema.get("oneOf"), schema.get("allOf")):
        if choices:
            best = next((choice for choice in choices if choice.get("type") != "null"), choices[0])
            return example_of(best, components, sparse=sparse, depth=depth)
    if schema.get("default") is not None:
        return schema["default"]
    if schema.get("type") == "object":
        return _object(schema, components, sparse, depth)
    if schema.get("type") == "array":
        if depth > _DEEPEST:
            return []
        return [example_of(schema.get("items", {}), components, sparse=sparse, depth=depth + 1)]
    return _plain(schema)


def _object(schema: Json, components: Components, sparse: bool, depth: int) -> Json:
    if depth > _DEEPEST:
        return {}
    required = schema.get("required", ())
    return {
        name: example_of(field, components, sparse=sparse, depth=depth + 1)
        for name, field in schema.get("properties", {}).items()
        if not sparse or name in required or field.get("examples")
    }


def _completed(given: Json, schema: Json, components: Components, depth: int) -> Json:
    """An example with the required fields that it lacks, such as those of a subclass."""
    fields = schema.get("properties", {})
    missing = [name for name in schema.get("required", ()) if name not in given]
    return given | {name: example_of(fields[name], components, depth=depth + 1) for name in missing}


def _plain(schema: Json) -> Any:
    match schema.get("type"):
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "string":
            text = _BY_FORMAT.get(schema.get("format", ""), PLACEHOLDER)
            return text.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength")]
    return None
