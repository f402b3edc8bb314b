"""Many users with one socket each, in one event loop, for tests of crashes and load."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import socketio

from pulse.accounts import tokens
from pulse.accounts.models import Session, User
from pulse.accounts.rules import AccountStatus, Visibility
from pulse.core import clock
from pulse.core.events import transaction
from pulse.core.permissions import Role
from pulse.presence.models import UserPresence
from tests.conftest import Live
from tests.support.processes import Web


@dataclass
class Member:
    """A user who beats through one socket; `told` is what they heard of others, in order."""

    id: int
    token: str
    web: Web
    beat_seconds: float = 2.0
    told: dict[int, list[tuple[int, int, str]]] = field(default_factory=lambda: defaultdict(list))
    io: socketio.AsyncClient | None = None
    beating: "asyncio.Task[None] | None" = None

    async def connect(self) -> None:
        self.io = socketio.AsyncClient(reconnection=False)
        self.io.on("presence_update", self._hear, namespace="/presence")
        self.io.on("presence_snapshot", self._snapshot, namespace="/presence")
        await self.io.connect(
            self.web.url,
            namespaces=["/presence"],
            transports=["websocket"],
            auth={"token": self.token, "device_id": f"d{self.id}", "device_type": "web"},
            wait_timeout=30,
        )
        self.beating = asyncio.create_task(self._beat())

    async def call(self, event: str, data: Any) -> Any:
        assert self.io
        return await self.io.call(event, data, namespace="/presence", timeout=30)

    async def close(self) -> None:
        if self.beating:
            self.beating.cancel()
        if self.io:
            await self.io.disconnect()

    async def _beat(self) -> None:
        while self.io and self.io.connected:
            try:
                await self.io.emit("heartbeat", {"idle_ms": 0}, namespace="/presence")
            except socketio.exceptions.SocketIOError:
                return
            await asyncio.sleep(self.beat_seconds)

    async def _hear(self, data: dict[str, Any]) -> None:
        self._note(data)

    async def _snapshot(self, data: dict[str, Any]) -> None:
        for user in data["users"]:
            self._note(user)

    def _note(self, data: dict[str, Any]) -> None:
        """Drop what is not newer, as every client does."""
        known = self.told[data["user_id"]]
        place = (data["epoch"], data["version"])
        if not known or place > known[-1][:2]:
            known.append((*place, data["status"]))


def create_members(live: Live, web: Web, count: int, prefix: str, role: Role = Role.USER) -> list[Member]:
    """Make active users who show themselves to everyone, each with a session, without hashing passwords."""
    with live.app.app_context():
        now = clock.now()
        with transaction() as session:
            users = [
                User(
                    username=f"{prefix}{n}",
                    email=f"{prefix}{n}@example.org",
                    role=role,
                    account_status=AccountStatus.ACTIVE,
                    visibility=Visibility.EVERYONE,
                    created_at=now,
                )
                for n in range(count)
            ]
            session.add_all(users)
            session.flush()
            sessions = [
                Session(
                    user_id=user.id,
                    refresh_jti="x",
                    created_at=now,
                    last_used_at=now,
                    expires_at=now + timedelta(days=1),
                )
                for user in users
            ]
            session.add_all([*sessions, *(UserPresence(user_id=user.id) for user in users)])
            session.flush()
            return [
                Member(user.id, tokens.issue(user, begun.id).access, web)
                for user, begun in zip(users, sessions, strict=True)
            ]


async def wait_until(condition: Any, seconds: float) -> float:
    """Return after how many seconds `condition()` was true; AssertionError if it was not in time."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    while not condition():
        assert loop.time() - start < seconds, f"not true within {seconds} s"
        await asyncio.sleep(0.02)
    return loop.time() - start
