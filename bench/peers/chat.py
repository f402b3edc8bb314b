"""What the peers without an ORM have in common: SQLite and tokens."""

import os
import sqlite3
from datetime import UTC, datetime
from typing import Any

import jwt
from messages import CHANGES, PAGE, shown

SECRET = os.environ["JWT_SECRET_KEY"]
SELECT = (
    "SELECT m.id, m.conversation_id, m.sender_id, u.username, m.client_id, m.body, m.created_at"
    " FROM messages m JOIN users u ON u.id = m.sender_id WHERE m.conversation_id = ? "
)

db = sqlite3.connect(os.environ["DATABASE"], isolation_level=None, check_same_thread=False)
db.execute("PRAGMA journal_mode = WAL")
db.execute("PRAGMA synchronous = NORMAL")


class Refused(Exception):
    """Somebody may not do this."""


def user_of(token: str) -> tuple[int, str]:
    """Id and name of an active user, by their token."""
    try:
        user_id = int(jwt.decode(token, SECRET, algorithms=["HS256"])["sub"])
    except jwt.PyJWTError as error:
        raise Refused("sign in first") from error
    found = db.execute("SELECT id, username FROM users WHERE id = ? AND status = 'active'", (user_id,))
    if user := found.fetchone():
        return user
    raise Refused("no such user")


def check_member(conversation_id: int, user_id: int) -> None:
    found = db.execute(
        "SELECT 1 FROM members WHERE conversation_id = ? AND user_id = ?", (conversation_id, user_id)
    )
    if not found.fetchone():
        raise Refused("not a member")


def history(conversation_id: int, after: int | None) -> dict[str, Any]:
    """The newest messages, or those behind one."""
    if after is None:
        rows = db.execute(f"{SELECT} ORDER BY m.id DESC LIMIT {PAGE}", (conversation_id,)).fetchall()[::-1]
    else:
        wanted = f"{SELECT} AND m.id > ? ORDER BY m.id LIMIT {CHANGES}"
        rows = db.execute(wanted, (conversation_id, after)).fetchall()
    last = rows[-1][0] if rows else after or 0
    return {"ok": True, "messages": [shown(*row) for row in rows], "last_rev": last}


def write(user: tuple[int, str], data: dict[str, Any]) -> dict[str, Any]:
    """Commit a message; returns what the room is told."""
    user_id, username = user
    id_, body, client_id = data["conversation_id"], data["body"], data.get("client_id")
    if not isinstance(body, str) or not body:
        raise Refused("say something")
    check_member(id_, user_id)
    now = datetime.now(UTC).isoformat()
    row = db.execute(
        "INSERT INTO messages (conversation_id, sender_id, client_id, body, created_at)"
        " VALUES (?, ?, ?, ?, ?)",
        (id_, user_id, client_id, body, now),
    )
    number = row.lastrowid or 0
    message = shown(number, id_, user_id, username, client_id, body, now)
    return {"conversation_id": id_, "channel_id": id_, "rev": number, "message": message}


def mark_online(user_id: int) -> dict[str, Any]:
    seen = datetime.now(UTC).isoformat()
    done = db.execute(
        "UPDATE users SET online_status = 'online', last_seen = ? WHERE id = ? AND status = 'active'",
        (seen, user_id),
    )
    if done.rowcount != 1:
        raise Refused("no such user")
    return {"ok": True, "user_id": user_id, "status": "online", "last_seen": seen}


async def healthy(send: Any) -> None:
    """Answer an ASGI request with 200."""
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"status": "healthy"}'})
