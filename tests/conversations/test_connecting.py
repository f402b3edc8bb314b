"""What happens to somebody's rights while their socket is being connected."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from socketio.exceptions import ConnectionRefusedError
from sqlalchemy import text

from pulse.conversations.reactions import room
from pulse.conversations.sockets import ChatNamespace
from pulse.core.realtime import Listener
from pulse.extensions import db, socketio
from tests.conversations.conftest import Team


@pytest.fixture
def chat(app: Flask) -> Iterator[ChatNamespace]:
    namespace: ChatNamespace = socketio.server.namespace_handlers["/chat"]
    yield namespace
    namespace.connections.pop("sid", None)
    namespace.inside.pop("sid", None)


def connect(chat: ChatNamespace, app: Flask, token: str) -> None:
    chat.trigger_event("connect", "sid", {"flask.app": app, "REMOTE_ADDR": "127.0.0.1"}, {"token": token})


def when_entering(
    chat: ChatNamespace, monkeypatch: pytest.MonkeyPatch, place: str, happens: Callable[[], object]
) -> list[str]:
    """Have something happen, and be told to this process, just before a socket enters a room; the rooms."""
    entered: list[str] = []

    def enter(sid: str, name: str, namespace: str | None = None) -> None:
        if name.startswith(place) and name not in entered:
            happens()
            Listener.orders += 1
        entered.append(name)

    monkeypatch.setattr(chat, "enter_room", enter)
    monkeypatch.setattr(chat, "leave_room", lambda sid, name, namespace=None: entered.remove(name))
    return entered


def by_somebody_else(statement: str, **values: Any) -> None:
    with db.engine.begin() as connection:
        connection.execute(text(statement), values)


def test_a_session_that_ends_meanwhile_is_refused(
    app: Flask, team: Team, chat: ChatNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = "UPDATE sessions SET ended_at = created_at WHERE id = :id"
    when_entering(chat, monkeypatch, "session:", lambda: by_somebody_else(ends, id=team.bob.session_id))
    with pytest.raises(ConnectionRefusedError):
        connect(chat, app, team.bob.token)
    assert "sid" not in chat.connections


def test_whoever_is_removed_meanwhile_is_in_no_room(
    app: Flask, team: Team, chat: ChatNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = team.channel("general", team.bob)
    removes = "DELETE FROM members WHERE conversation_id = :id AND user_id = :user"
    entered = when_entering(
        chat,
        monkeypatch,
        room(channel),
        lambda: by_somebody_else(removes, id=channel, user=team.bob.id),
    )
    connect(chat, app, team.bob.token)
    assert not chat.inside["sid"]
    assert entered == [f"user:{team.bob.id}", f"session:{team.bob.session_id}"]
