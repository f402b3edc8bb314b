"""docs/seeds.md says where each part of the seeds is in Pulse; what it calls done is there."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask
from werkzeug.exceptions import HTTPException

from pulse.config import Settings
from pulse.extensions import db, socketio

ROOT = Path(__file__).resolve().parent.parent
HEADER = ["In the seed", "In Pulse", "Difference", "State"]
STATE = re.compile(r"done|planned: (conversations|support|insight)")
METHOD = r"(?:GET|POST|PUT|PATCH|DELETE)"
KINDS = {
    "endpoint": rf"({METHOD}(?:, {METHOD})*) (/\S*)",
    "field": rf"(\w+) of ({METHOD}) (/\S*)",
    "client event": r"(\w+) -> (/\w+)",
    "server event": r"(/\w+) -> (\w+)",
    "command": r"flask pulse ([\w-]+)",
    "target": r"make ([\w-]+)",
    "test": r"(tests/[\w/]+\.py)::(\w+)",
    "file": r"([\w.-]*/[\w./-]*|[\w-]+\.(?:py|toml)|\.env\.example|Procfile|LICENSE)",
    "column": r"([a-z_]+)\.([a-z_]+)",
    "setting": r"([A-Z][A-Z_]+)",
}
SAMPLES = ("1", "0b1c9f0e-6a8e-4f0c-9a55-2f6d8a3d1f10", "word")  # for what is in braces in a path


class Row(NamedTuple):
    line: int
    seed: str
    place: str
    state: str


def read_rows() -> Iterator[Row]:
    """Every row of every table of the page."""
    for number, text in enumerate((ROOT / "docs/seeds.md").read_text("utf-8").splitlines(), 1):
        if text.startswith("|") and not text.startswith("|---"):
            cells = [cell.strip() for cell in text.strip("|").split("|")]
            assert len(cells) == len(HEADER), f"line {number} has {len(cells)} cells"
            if cells != HEADER:
                yield Row(number, cells[0], cells[1], cells[3])


def places(row: Row) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What stands in backticks in a row's place, as (kind, parts)."""
    for text in re.findall(r"`([^`]+)`", row.place.replace("` of `", " of ")):
        found = [(kind, match) for kind, form in KINDS.items() if (match := re.fullmatch(form, text))]
        assert found, f"line {row.line}: `{text}` is no known kind of place"
        yield found[0][0], found[0][1].groups()


def check(kind: str, exists: Callable[..., bool]) -> None:
    """Every place of this kind that is called done is there."""
    missing = [
        f"line {row.line}: {parts}"
        for row in read_rows()
        if row.state == "done"
        for found, parts in places(row)
        if found == kind and not exists(*parts)
    ]
    assert not missing, f"called done, but not there ({kind}):\n" + "\n".join(missing)


def test_every_row_has_a_place_and_a_state() -> None:
    rows = list(read_rows())
    assert len(rows) > 250
    assert [row for row in rows if not row.seed or not list(places(row))] == []
    assert [row for row in rows if not STATE.fullmatch(row.state)] == []


def view_of(app: Flask, method: str, path: str) -> str | None:
    """The name of the view that answers at a path, without a redirect."""
    for sample in SAMPLES:
        try:
            return app.url_map.bind("localhost").match(re.sub(r"\{\w+\}", sample, path), method)[0]
        except HTTPException:
            continue
    return None


def test_endpoints_answer_with_and_without_the_slash(app: Flask) -> None:
    def answers(methods: str, path: str) -> bool:
        paths = path.rstrip("/"), path.rstrip("/") + "/"
        return all(view_of(app, method, path) for method in methods.split(", ") for path in paths)

    check("endpoint", answers)


def test_fields_are_in_the_openapi_document(app: Flask) -> None:
    spec = app.test_client().get("/api/schema/").get_json()
    names = {
        (method, view_of(app, method.upper(), path)): names_in(spec, operation, frozenset())
        for path, operations in spec["paths"].items()
        for method, operation in operations.items()
    }
    check(
        "field",
        lambda name, method, path: name in names.get((method.lower(), view_of(app, method, path)), ()),
    )


def names_in(spec: dict[str, Any], node: Any, seen: frozenset[str]) -> set[str]:
    """The names of all parameters and properties that a part of the document speaks of."""
    if isinstance(node, list):
        return set().union(*(names_in(spec, item, seen) for item in node))
    if not isinstance(node, dict):
        return set()
    names = set(node.get("properties", ())) | ({node["name"]} if "in" in node else set())
    reference = node.get("$ref")
    if reference and reference not in seen:
        target: Any = spec
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]
        names |= names_in(spec, target, seen | {reference})
    return names.union(*(names_in(spec, child, seen) for child in node.values()))


def test_socket_events_exist(app: Flask) -> None:
    namespaces: dict[str, Any] = socketio.server.namespace_handlers

    def is_sent(event: str, namespace: str) -> bool:
        return hasattr(getattr(namespaces.get(namespace), f"on_{event}", None), "spec")

    def is_told(namespace: str, event: str) -> bool:
        return event in getattr(namespaces.get(namespace), "server_events", ())

    check("client event", is_sent)
    check("server event", is_told)


def test_settings_exist() -> None:
    check("setting", lambda name: name.lower() in Settings.model_fields)


def test_columns_exist(app: Flask) -> None:
    columns = {(table.name, column.name) for table in db.metadata.tables.values() for column in table.columns}
    check("column", lambda *column: column in columns)


def test_commands_and_files_exist(app: Flask) -> None:
    group: Any = app.cli.commands["pulse"]
    makefile = (ROOT / "Makefile").read_text("utf-8")
    check("command", lambda name: name in group.commands)
    check("target", lambda name: re.search(rf"^{name}:", makefile, re.MULTILINE) is not None)
    check("file", lambda path: (ROOT / path).exists())
    sources = {
        path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in ROOT.glob("tests/**/*.py")
    }
    check("test", lambda path, name: f"def {name}(" in sources.get(path, ""))
