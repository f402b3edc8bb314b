"""What `docs/` says of paths, error codes, events, metrics and commands is there."""

import re
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from pulse.accounts.rules import AccountStatus
from pulse.cli import group
from pulse.config import ROOT, Settings
from pulse.core.openapi.events import client_events
from pulse.core.openapi.operations import path_of
from pulse.extensions import socketio

DOCS = ROOT / "docs"


def code_in(page: str) -> set[str]:
    """Everything between backticks, outside of examples."""
    text = re.sub(r"```.*?```", "", (DOCS / page).read_text(), flags=re.S)
    return set(re.findall(r"`([^`\n]+)`", text))


def source() -> str:
    return "".join(path.read_text() for path in Path(ROOT / "pulse").rglob("*.py"))


def test_paths(app: Flask) -> None:
    known = {re.sub(r"\{\w+\}", "{}", path_of(rule)) for rule in app.url_map.iter_rules()}
    pages = [*DOCS.glob("*.md")]
    assert len(pages) > 5
    for page in pages:
        if page.name == "seeds.md":  # it has a test of its own
            continue
        for text in code_in(page.name):
            for path in re.findall(r"/(?:api|users)/[\w{}/-]*", text):
                bare = re.sub(r"\{\w+\}", "{}", path)
                assert any(
                    bare in (other, other.rstrip("/")) or other.startswith(f"{bare}{{") for other in known
                ), path


def test_error_codes() -> None:
    text = (DOCS / "http.md").read_text()
    table = text[text.index("| Status | Codes") : text.index("## Endpoints")]
    codes = set(re.findall(r"`([a-z_]+)`", table)) - {"errors", "detail"}
    assert len(codes) > 15
    made = {f"account_{status}" for status in AccountStatus}  # from the account's status
    assert [code for code in codes - made if f'"{code}"' not in source()] == []


def test_events() -> None:
    said = code_in("sockets.md")
    for namespace in socketio.server.namespace_handlers.values():
        assert set(client_events(namespace)) | set(namespace.server_events) <= said


def test_metrics(client: FlaskClient) -> None:
    found = client.get("/metrics").get_data(as_text=True)
    named = {name for name in code_in("operations.md") if re.fullmatch(r"pulse_\w+", name)}
    assert len(named) > 10
    missing = {name for name in named if f"# HELP {name} " not in found}
    assert missing <= {"pulse_bus_silence_seconds", "pulse_resyncs_total"}  # of processes that serve


def test_settings_and_commands() -> None:
    said = set.union(*(code_in(page) for page in ("operations.md", "security.md", "deployment.md")))
    names = {word for text in said for word in re.findall(r"\b[A-Z]{3,}_[A-Z_]+\b", text)}
    assert {name for name in names if name.lower() not in Settings.model_fields} <= {"SO_REUSEPORT"}
    table = code_in("operations.md")
    assert all(any(text.split()[0] == name for text in table) for name in group.commands)
