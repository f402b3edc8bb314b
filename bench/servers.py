"""What is measured: Pulse as in production, and its peers, each with the same users in the same rooms."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import insert

from bench.dialects import Dialect, PlainJson, SocketIo
from bench.machine import assign_cores
from bench.peers import HERE, PATH, home
from bench.world import World, access_tokens, add_users, new_world
from pulse.conversations.kinds import Kind, Notify
from pulse.conversations.models import Conversation, Member
from pulse.core import clock
from pulse.core.events import transaction
from pulse.workspaces.models import Membership, Workspace
from pulse.workspaces.rules import MemberRole
from tests.support.processes import Web, running
from tests.support.servers import RedisServer, wait_until

PULSE, UNJOINED, NODE = "Pulse", "Pulse, not joined", "Node.js"
# Counted and compared, never reached.
LIMITS = {"PRESENCE_HEARTBEATS_PER_MINUTE": "100000000", "SOCKETIO_CONNECTIONS_PER_ADDRESS": "100000"}
TOKENS_LAST = 600  # seconds until they are made anew


@dataclass(frozen=True)
class Room:
    """A conversation whose members are the users from `first` on."""

    id: int
    first: int
    size: int

    @property
    def users(self) -> range:
        return range(self.first, self.first + self.size)


@dataclass(frozen=True)
class Peer:
    """How a peer is started, and what it can be asked for."""

    key: str
    name: str
    command: Sequence[str]
    has_rest: bool = False
    has_redis: bool = False
    dialect: Dialect = field(default_factory=SocketIo)


def peers() -> list[Peer]:
    """All that there are."""
    python = str(home() / "venv" / "bin" / "python")
    return [
        Peer("node", NODE, ["node", "--expose-gc", str(HERE / "node" / "server.js")], has_rest=True),
        Peer("obvious", "Flask as one writes it", [sys.executable, str(HERE / "obvious.py")], has_rest=True),
        Peer("asgi", "python-socketio ASGI", [python, str(HERE / "asgi.py")]),
        Peer(
            "channels",
            "Django Channels",
            [python, str(HERE / "django_channels.py")],
            has_redis=True,
            dialect=PlainJson(),
        ),
    ]


def missing(chosen: Sequence[str]) -> list[str]:
    """Those of the chosen peers that cannot be started."""
    node = (home() / "node" / "node_modules" / "socket.io").exists() and shutil.which("node", path=PATH)
    python = (home() / "venv" / "bin" / "uvicorn").exists()
    are_there = {"node": node, "obvious": True, "asgi": python, "channels": python}
    return [key for key in chosen if not are_there[key]]


class PeerProcess(Web):
    """A peer's process, with a database made for it."""

    def __init__(self, peer: Peer, world: World, rooms: Sequence[Room]) -> None:
        database = world.folder / f"{peer.key}.db"
        _fill_peer(database, rooms)
        environment = {
            "JWT_SECRET_KEY": world.environment["JWT_SECRET_KEY"],
            "REDIS_URL": world.redis.url,
            "DATABASE": str(database),
            "PATH": PATH,
            "NODE_ENV": "production",
            "NODE_PATH": str(home() / "node" / "node_modules"),
        }
        super().__init__(environment, world.folder / f"{peer.key}.log")
        self.command = peer.command

    def start(self) -> None:
        self._file = self.log.open("ab")
        self.popen = subprocess.Popen(
            self.command,
            env={**os.environ, **self.environment},
            stdout=self._file,
            stderr=self._file,
            stdin=subprocess.DEVNULL,
        )
        wait_until(self.answers, 90)


@dataclass
class Server:
    """One of those measured, running."""

    name: str
    dialect: Dialect
    webs: Sequence[Web]
    redis: RedisServer | None
    has_rest: bool

    @property
    def pids(self) -> list[int]:
        """Its processes, its Redis included."""
        redis = self.redis.process if self.redis else None
        return [*self.web_pids, *([redis.pid] if redis else [])]

    @property
    def web_pids(self) -> list[int]:
        return [web.popen.pid for web in self.webs if web.popen]

    def restart(self) -> None:
        """Begin anew, with the same data."""
        for web in self.webs:
            web.kill()
            web.start()
        assign_cores(self.pids)


class Tokens:
    """Access tokens of users, for all servers."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._found: dict[range, tuple[float, list[str]]] = {}

    def __call__(self, users: range) -> list[str]:
        made, found = self._found.get(users, (0.0, []))
        if time.monotonic() - made > TOKENS_LAST or not found:
            with self._world.app.app_context():
                found = access_tokens(users)
            self._found[users] = time.monotonic(), found
        return found


@contextmanager
def serving(
    rooms: Sequence[Room], chosen: Sequence[str], *, unjoined: bool = True, processes: int = 1
) -> Iterator[tuple[list[Server], Tokens]]:
    """Pulse, Pulse with joining switched off, and the peers whose keys are chosen, all on one core."""
    with ExitStack() as stack:
        world = stack.enter_context(_pulse(rooms))
        servers = [_server_of(PULSE, world, processes)]
        if unjoined:
            secret = world.environment["JWT_SECRET_KEY"]
            other = stack.enter_context(_pulse(rooms, JWT_SECRET_KEY=secret, SOCKETIO_WIRE_JOINS="false"))
            servers.append(_server_of(UNJOINED, other, 1))
        for peer in peers():
            if peer.key in chosen:
                process = PeerProcess(peer, world, rooms)
                redis = world.redis if peer.has_redis else None
                servers.append(Server(peer.name, peer.dialect, [process], redis, peer.has_rest))
        stack.enter_context(running(*(web for server in servers for web in server.webs)))
        assign_cores([pid for server in servers for pid in server.pids])
        yield servers, Tokens(world)


@contextmanager
def _pulse(rooms: Sequence[Room], **settings: str) -> Iterator[World]:
    with new_world(**LIMITS, **settings) as world:
        with world.app.app_context():
            add_users(_users(rooms))
            _add_rooms(rooms)
        yield world


def _server_of(name: str, world: World, processes: int) -> Server:
    webs = [Web(world.environment, world.folder / f"web-{number}.log") for number in range(processes)]
    return Server(name, SocketIo(), webs, world.redis, True)


def _users(rooms: Sequence[Room]) -> int:
    return max(room.users[-1] for room in rooms)


def _add_rooms(rooms: Sequence[Room]) -> None:
    """Public channels of one workspace, with their members."""
    now = clock.now()
    users = sorted({user for room in rooms for user in room.users})
    channels = [
        {
            "id": room.id,
            "kind": Kind.CHANNEL,
            "workspace_id": 1,
            "name": f"room-{room.id}",
            "is_private": False,
            "created_at": now,
            "updated_at": now,
        }
        for room in rooms
    ]
    members = [
        {"conversation_id": room.id, "user_id": user, "joined_at": now, "notify": Notify.MENTIONS}
        for room in rooms
        for user in room.users
    ]
    memberships = [
        {"workspace_id": 1, "user_id": user, "role": MemberRole.MEMBER, "joined_at": now} for user in users
    ]
    with transaction() as session:
        session.execute(insert(Workspace), [{"id": 1, "name": "bench", "created_at": now}])
        session.execute(insert(Membership), memberships)
        session.execute(insert(Conversation), channels)
        session.execute(insert(Member), members)


def _fill_peer(database: Path, rooms: Sequence[Room]) -> None:
    users = [(number, f"user{number}") for number in range(1, _users(rooms) + 1)]
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript((HERE / "schema.sql").read_text())
        connection.executemany("INSERT INTO users (id, username) VALUES (?, ?)", users)
        members = ((room.id, user) for room in rooms for user in room.users)
        connection.executemany("INSERT INTO members VALUES (?, ?)", members)
        connection.commit()
