"""Deciding what others see, once per change."""

from collections.abc import Collection, Iterable
from typing import Any

import orjson
import structlog

from pulse.accounts.models import User
from pulse.core import realtime
from pulse.core.schemas import rfc3339
from pulse.presence import live, queries
from pulse.presence.rules import Status
from pulse.presence.state import Decision, State
from pulse.presence.view import View

log = structlog.get_logger(__name__)

NAMESPACE = "/presence"
EVERYBODY = "presence:all"  # the room of admins who watch the whole board


def room(user_id: int) -> str:
    """Who follows this user and sees what people see."""
    return f"presence:user:{user_id}"


def workspace_room(workspace_id: int) -> str:
    """Who follows all members of a workspace, those to come included."""
    return f"presence:workspace:{workspace_id}"


def full_room(user_id: int) -> str:
    """Admins who follow this user: they see all."""
    return f"presence:full:{user_id}"


def settle(states: Iterable[State]) -> dict[int, View]:
    """Decide what others see of these users, tell and note it where it changed; returns the views.

    Whoever decides writes only if the facts are still those that were read; otherwise it reads again.
    """
    views: dict[int, View] = {}
    waiting = list(states)
    for _ in range(20):
        fresh = {state.user_id: View.of(state) for state in waiting}
        views |= fresh
        stale = live.settle([(view.state, _decision(view)) for view in fresh.values()])
        if not stale:
            return views
        waiting = list(live.read([state.user_id for state in stale]).values())
    log.warning("presence keeps changing while it is decided", users=[state.user_id for state in waiting])
    return views


def settle_if_changed(state: State) -> View:
    """Decide for one user; costs nothing more when nothing changed."""
    view = View.of(state)
    return settle([state])[state.user_id] if view.is_news else view


def take_over(user_ids: Collection[int]) -> list[State]:
    """Bring what changed in SQL (choice, account, names, sessions) into Redis."""
    return live.load(queries.copies(User.id.in_(user_ids)), queries.ghosts_last())


def reload(user_ids: Collection[int]) -> None:
    """Take over what changed in SQL, and tell it."""
    settle(take_over(user_ids))


def _decision(view: View) -> Decision:
    if not view.is_news:
        return Decision()
    state, status, public, full = view.state, view.verdict.status, view.public(), view.full()
    # Versions follow the clock: a Redis that lost its last second does not give the same one twice.
    version = max(state.number("ver") + 1, view.now)
    told = {"previous": state.status.value, "version": version}
    change = {
        "user_id": state.user_id,
        "status": status,
        "previous": state.status,
        "device_type": public["device_type"],
        "at": view.changed_at,
        "seen": view.last_seen,
        "epoch": public["epoch"],
        "version": version,
    }
    return Decision(
        status=status,
        version=version,
        at=view.changed_at,
        seen=view.last_seen if view.is_changed and status is Status.OFFLINE else None,
        history=orjson.dumps(change).decode() if view.is_changed else "",
        bus=(
            _update(public | told, [room(state.user_id)]),
            _update(
                {name: full[name] for name in public} | told,
                [full_room(state.user_id), EVERYBODY, f"user:{state.user_id}"],
            ),
        ),
    )


def _update(body: dict[str, Any], rooms: list[str]) -> str:
    moments = {name: rfc3339(body[name]) for name in ("last_seen", "last_activity", "since") if body[name]}
    return realtime.message("presence_update", body | moments, namespace=NAMESPACE, rooms=rooms)
