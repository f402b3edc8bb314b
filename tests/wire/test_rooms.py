"""Who is in which room, beside the stock manager."""

import random
from typing import Any

import pytest
import socketio

from pulse.wire.rooms import Rooms

NAMESPACES = ("/", "/chat")
ROOMS = ("one", "two", 3)


def managed(manager: socketio.Manager) -> socketio.Manager:
    return socketio.Server(async_mode="threading", client_manager=manager).manager


def seen(manager: socketio.Manager, sids: dict[str, str], ours: dict[str, str]) -> Any:
    """All that can be asked, with sockets called as `ours` calls them."""
    names = {sid: name for name, sid in ours.items()}
    people = {
        (namespace, str(room)): sorted(
            (names[sid], eio) for sid, eio in manager.get_participants(namespace, room)
        )
        for namespace in manager.get_namespaces()
        for room in (None, *ROOMS, ["one", "two"])
    }
    rooms = {
        (name, namespace): sorted(
            map(str, (room for room in manager.get_rooms(sid, namespace) if room != sid))
        )
        for name, sid in ours.items()
        for namespace in NAMESPACES
    }
    ids = {
        (name, namespace): (
            manager.is_connected(sid, namespace),
            manager.eio_sid_from_sid(sid, namespace),
            names.get(manager.sid_from_eio_sid(sids[name], namespace)),
        )
        for name, sid in ours.items()
        for namespace in NAMESPACES
    }
    return people, rooms, ids


@pytest.mark.parametrize("seed", range(20))
def test_it_is_as_with_the_stock_manager(seed: int) -> None:
    chance = random.Random(seed)
    managers = managed(Rooms()), managed(socketio.Manager())
    sids: dict[str, str] = {}
    called: tuple[dict[str, str], dict[str, str]] = ({}, {})
    at: dict[str, str] = {}
    for step in range(200):
        act = chance.choice(["come", "enter", "enter", "leave", "go", "close"])
        alive = list(at)
        if act == "come" or not alive:
            name, namespace = f"socket {step}", chance.choice(NAMESPACES)
            sids[name], at[name] = f"session {step}", namespace
            for manager, own in zip(managers, called, strict=True):
                own[name] = manager.connect(sids[name], namespace)
                manager.basic_enter_room(own[name], namespace, own[name])
            continue
        name, room = chance.choice(alive), chance.choice(ROOMS)
        for manager, own in zip(managers, called, strict=True):
            if act == "enter":
                manager.basic_enter_room(own[name], at[name], room)
            elif act == "leave":
                manager.basic_leave_room(own[name], at[name], room)
            elif act == "close":
                manager.basic_close_room(room, at[name])
            else:
                manager.pre_disconnect(own[name], at[name])
                manager.basic_disconnect(own[name], at[name])
        if act == "go":
            del at[name]
        ours, stock = (seen(one, sids, own) for one, own in zip(managers, called, strict=True))
        assert ours == stock
    for name, namespace in at.items():
        managers[0].basic_disconnect(called[0][name], namespace)
    assert managers[0].rooms == managers[0]._entered == {}


def test_nobody_enters_where_they_are_not() -> None:
    manager = managed(Rooms())
    with pytest.raises(ValueError, match="not connected"):
        manager.basic_enter_room("nobody", "/chat", "one")
    sid = manager.connect("session", "/chat")
    manager.basic_enter_room(sid, "/chat", sid)
    with pytest.raises(ValueError, match="sid room"):
        manager.basic_enter_room(manager.connect("other", "/chat"), "/chat", sid)
    with pytest.raises(KeyError):
        manager.basic_enter_room("nobody", "/chat", "one")
    assert manager.get_rooms("nobody", "/chat") == []
